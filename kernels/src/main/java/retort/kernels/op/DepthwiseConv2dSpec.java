package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Two-dimensional cross-correlation over NHWC images in which each channel has a filter of its own and meets no other
 * channel, or one of its two gradients.
 *
 * <p>x is batch x height x width x channels, the filter is kernelHeight x kernelWidth x channels, and y is
 * batch x outHeight x outWidth x channels with outHeight = (height + 2 padding - kernelHeight) / stride + 1:
 *
 * <pre>
 * FORWARD          y[b,i,j,c]  = sum over r,s    of x[b, i stride + r - padding, j stride + s - padding, c] f[r,s,c]
 * INPUT_GRADIENT   dX[b,p,q,c] = sum over r,s    of dY[b,i,j,c] f[r,s,c], where i stride + r - padding = p, j alike
 * FILTER_GRADIENT  dF[r,s,c]   = sum over b,i,j  of x[b, i stride + r - padding, j stride + s - padding, c] dY[b,i,j,c]
 * </pre>
 *
 * <p>x outside the image is 0; what {@link Conv2dSpec} says of such a 0 beside NaN or infinity holds here too. The
 * operands stand in the same order for every pass; the pass says which is the result. The epilogue applies to it as in
 * {@link Conv2dSpec} (bias by channel; the filter gradient has none). Elementwise |error| ≤ 2 (t + 2) eps times the
 * same sum over absolute values, where t is {@link #terms}, eps = 2^-24, and (t + 2) 2^-149 where products are no
 * normal numbers.
 *
 * <p>Source: Sifre 2014; Howard et al. 2017 (MobileNets).
 */
public record DepthwiseConv2dSpec(
        Conv2dSpec.Pass pass,
        int batch,
        int height,
        int width,
        int channels,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padding,
        Epilogue epilogue)
        implements WindowSpec {
    private static final Pattern ID = SpecId.pattern("n{n}h{h}w{w}c{c}:k{kh}x{kw}:s{s}p{p}" + Epilogue.ID);

    public DepthwiseConv2dSpec {
        String op = op(pass).stem();
        Require.positive(op, "batch", batch);
        Require.positive(op, "channels", channels);
        Require.window(op, height, width, kernelHeight, kernelWidth, stride, padding);
        Conv2dSpec.requireEpilogue(op, pass, epilogue);
    }

    /** A forward pass of square kernels over images of the given extents, one pixel at a time, without padding. */
    public static DepthwiseConv2dSpec forward(int batch, int height, int width, int channels, int kernel) {
        return new DepthwiseConv2dSpec(
                Conv2dSpec.Pass.FORWARD, batch, height, width, channels, kernel, kernel, 1, 0, Epilogue.NONE);
    }

    public DepthwiseConv2dSpec stepped(int newStride, int newPadding) {
        return new DepthwiseConv2dSpec(
                pass, batch, height, width, channels, kernelHeight, kernelWidth, newStride, newPadding, epilogue);
    }

    public DepthwiseConv2dSpec with(Epilogue other) {
        return new DepthwiseConv2dSpec(
                pass, batch, height, width, channels, kernelHeight, kernelWidth, stride, padding, other);
    }

    /** Another pass over the same geometry, without epilogue. */
    public DepthwiseConv2dSpec as(Conv2dSpec.Pass other) {
        return new DepthwiseConv2dSpec(
                other, batch, height, width, channels, kernelHeight, kernelWidth, stride, padding, Epilogue.NONE);
    }

    /** The convolution in which each channel meets all: the same extents and epilogue, many more products. */
    public Conv2dSpec dense() {
        return new Conv2dSpec(
                pass, batch, height, width, channels, kernelHeight, kernelWidth, channels, stride, padding, epilogue);
    }

    public Shape filterShape() {
        return Shape.of(kernelHeight, kernelWidth, channels);
    }

    public Shape yShape() {
        return Shape.of(batch, outHeight(), outWidth(), channels);
    }

    /** The most products that are summed for one element of the result. */
    public int terms() {
        return switch (pass) {
            case FORWARD, INPUT_GRADIENT -> kernelHeight * kernelWidth;
            case FILTER_GRADIENT -> batch * outHeight() * outWidth();
        };
    }

    /** Products with padding counted too, as the field does: 2 * size of y * kernel area, in every pass. */
    @Override
    public long flops() {
        return 2L * yShape().size() * kernelHeight * kernelWidth;
    }

    static DepthwiseConv2dSpec parse(Conv2dSpec.Pass pass, SpecId id) {
        SpecId.Fields fields = id.match(ID, "n32h28w28c64:k3x3:s1p1");
        return new DepthwiseConv2dSpec(
                pass,
                fields.integer("n"),
                fields.integer("h"),
                fields.integer("w"),
                fields.integer("c"),
                fields.integer("kh"),
                fields.integer("kw"),
                fields.integer("s"),
                fields.integer("p"),
                Epilogue.parse(fields));
    }

    private static Op op(Conv2dSpec.Pass pass) {
        return switch (pass) {
            case FORWARD -> Op.DEPTHWISE_CONV2D;
            case INPUT_GRADIENT -> Op.DEPTHWISE_CONV2D_DX;
            case FILTER_GRADIENT -> Op.DEPTHWISE_CONV2D_DF;
        };
    }

    @Override
    public Op op() {
        return op(pass);
    }

    @Override
    public String id() {
        return op().stem() + ":n" + batch + "h" + height + "w" + width + "c" + channels + ":k" + kernelHeight + "x"
                + kernelWidth + ":s" + stride + "p" + padding + epilogue.idSuffix();
    }

    @Override
    public List<Operand> operands() {
        return pass.operands(epilogue, xShape(), filterShape(), yShape());
    }

    @Override
    public boolean drawsRandomNumbers() {
        return epilogue.drops();
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = pass.bounds(with(Epilogue.NONE), terms(), epilogue, inputs, reference);
        pass.loosen(bounds, inputs, channels, 1);
        return bounds;
    }

    /** Some images, or for the filter's gradient, which sums over images, some channels. */
    @Override
    public Part part(SplittableRandom random) {
        if (epilogue.drops()) {
            return Part.whole(this);
        }
        if (pass == Conv2dSpec.Pass.FILTER_GRADIENT) {
            int[] some = Part.some(channels, Part.FILTERS, random);
            DepthwiseConv2dSpec part = of(batch, some.length);
            return new Part(
                    part, List.of(channels(xShape(), some), channels(filterShape(), some), channels(yShape(), some)));
        }
        int[] images = Part.some(batch, Part.IMAGES, random);
        int[] x = Part.rows(images, xShape().rowSize());
        int[] y = Part.rows(images, yShape().rowSize());
        int[] filter = Part.all(filterShape().size());
        int[] result = pass == Conv2dSpec.Pass.FORWARD ? y : x;
        return new Part(of(images.length, channels), epilogue.parts(Part.all(channels), result, x, filter, y));
    }

    private DepthwiseConv2dSpec of(int newBatch, int newChannels) {
        return new DepthwiseConv2dSpec(
                pass, newBatch, height, width, newChannels, kernelHeight, kernelWidth, stride, padding, epilogue);
    }

    /** Where some channels of a tensor stand. */
    private int[] channels(Shape shape, int[] some) {
        return Part.grid(Part.all(shape.size() / channels), channels, some);
    }
}
