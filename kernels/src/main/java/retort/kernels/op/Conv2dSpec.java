package retort.kernels.op;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Two-dimensional cross-correlation (what networks call convolution) over NHWC images, or one of its two gradients.
 *
 * <p>x is batch x height x width x channels, the filter is kernelHeight x kernelWidth x channels x filters, and y is
 * batch x outHeight x outWidth x filters with outHeight = (height + 2 padding - kernelHeight) / stride + 1:
 *
 * <pre>
 * FORWARD          y[b,i,j,o]  = sum over r,s,c  of x[b, i stride + r - padding, j stride + s - padding, c] f[r,s,c,o]
 * INPUT_GRADIENT   dX[b,p,q,c] = sum over r,s,o  of dY[b,i,j,o] f[r,s,c,o], where i stride + r - padding = p, j alike
 * FILTER_GRADIENT  dF[r,s,c,o] = sum over b,i,j  of x[b, i stride + r - padding, j stride + s - padding, c] dY[b,i,j,o]
 * </pre>
 *
 * <p>x outside the image is 0. A product with such a 0, or in an input gradient with what is no pixel of dY, may be
 * left out or be 0 times its other factor. So where that factor is NaN or infinite, the sum is what the other products
 * give, or NaN, and which of them may differ from engine to engine; every other element is the same on all of them.
 *
 * <p>The operands stand in the same order for every pass; the pass says which is the result.
 * The epilogue applies to it (bias by filter; the filter gradient has none). Elementwise |error| ≤ 2 (t + 2) eps times
 * the same sum over absolute values, where t is {@link #terms}, eps = 2^-24, and (t + 2) 2^-149 where products are no
 * normal numbers.
 *
 * <p>Source: Chetlur et al. 2014 (implicit GEMM); Georganas et al. 2018 (direct, register-blocked).
 */
public record Conv2dSpec(
        Pass pass,
        int batch,
        int height,
        int width,
        int channels,
        int kernelHeight,
        int kernelWidth,
        int filters,
        int stride,
        int padding,
        Epilogue epilogue)
        implements WindowSpec {
    private static final Pattern ID = SpecId.pattern("n{n}h{h}w{w}c{c}:k{kh}x{kw}o{o}:s{s}p{p}" + Epilogue.ID);

    /** Which operand is computed from the other two. */
    public enum Pass {
        FORWARD,
        INPUT_GRADIENT,
        FILTER_GRADIENT;

        private Op op() {
            return switch (this) {
                case FORWARD -> Op.CONV2D;
                case INPUT_GRADIENT -> Op.CONV2D_DX;
                case FILTER_GRADIENT -> Op.CONV2D_DF;
            };
        }

        /** Index of the operand that is written. */
        int result() {
            return switch (this) {
                case INPUT_GRADIENT -> 0;
                case FILTER_GRADIENT -> 1;
                case FORWARD -> 2;
            };
        }

        /** x, the filter and y, one of them written, and what an epilogue reads besides. */
        List<Operand> operands(Epilogue epilogue, Shape x, Shape filter, Shape y) {
            return epilogue.operands(
                    List.of(x, filter, y).get(result()),
                    this == INPUT_GRADIENT ? Operand.written("x", x) : Operand.read("x", x),
                    this == FILTER_GRADIENT ? Operand.written("filter", filter) : Operand.read("filter", filter),
                    this == FORWARD ? Operand.written("y", y) : Operand.read("y", y));
        }

        /**
         * 2 (terms + 2) eps times what {@code plain}, without the epilogue, makes of absolute values, carried through
         * the epilogue.
         */
        double[][] bounds(Spec plain, int terms, Epilogue epilogue, float[][] inputs, Reference reference) {
            double[][] bounds =
                    Arrays.stream(inputs).map(each -> new double[each.length]).toArray(double[][]::new);
            float[][] absolute = {Bounds.absolute(inputs[0]), Bounds.absolute(inputs[1]), Bounds.absolute(inputs[2])};
            float[] sums = reference.run(plain, absolute)[result()];
            bounds[result()] = Bounds.ofSums(sums, terms, 1, epilogue, epilogue.bias() ? inputs[3] : null);
            return bounds;
        }

        /**
         * Promises nothing of a channel of the result in which a 0 beside the image may meet what is not finite.
         *
         * @param channels of the result
         * @param inner elements of the factor under an index of these channels
         */
        void loosen(double[][] bounds, float[][] inputs, int channels, int inner) {
            float[] factor = inputs[this == FILTER_GRADIENT ? 2 : 1];
            double[] result = bounds[result()];
            for (int e = 0; e < factor.length; e++) {
                if (!Float.isFinite(factor[e])) {
                    for (int at = e / inner % channels; at < result.length; at += channels) {
                        result[at] = Double.POSITIVE_INFINITY;
                    }
                }
            }
        }
    }

    public Conv2dSpec {
        String op = pass.op().stem();
        Require.positive(op, "batch", batch);
        Require.positive(op, "channels", channels);
        Require.positive(op, "filters", filters);
        Require.window(op, height, width, kernelHeight, kernelWidth, stride, padding);
        requireEpilogue(op, pass, epilogue);
    }

    /** Refuses an epilogue that a pass does not have. */
    static void requireEpilogue(String op, Pass pass, Epilogue epilogue) {
        if (pass != Pass.FORWARD && (epilogue.bias() || epilogue.relu() || epilogue.drops())
                || pass == Pass.FILTER_GRADIENT && !epilogue.equals(Epilogue.NONE)
                || pass == Pass.FORWARD && epilogue.gate()) {
            throw new IllegalArgumentException(op + ": this pass has no epilogue " + epilogue.idSuffix());
        }
    }

    /** A forward pass over images of the given extents, to be completed by {@link #filters}. */
    public static Conv2dSpec forward(int batch, int height, int width, int channels) {
        return new Conv2dSpec(Pass.FORWARD, batch, height, width, channels, 1, 1, 1, 1, 0, Epilogue.NONE);
    }

    public Conv2dSpec filters(int newKernelHeight, int newKernelWidth, int newFilters) {
        return new Conv2dSpec(
                pass,
                batch,
                height,
                width,
                channels,
                newKernelHeight,
                newKernelWidth,
                newFilters,
                stride,
                padding,
                epilogue);
    }

    public Conv2dSpec stepped(int newStride, int newPadding) {
        return new Conv2dSpec(
                pass,
                batch,
                height,
                width,
                channels,
                kernelHeight,
                kernelWidth,
                filters,
                newStride,
                newPadding,
                epilogue);
    }

    public Conv2dSpec with(Epilogue other) {
        return new Conv2dSpec(
                pass, batch, height, width, channels, kernelHeight, kernelWidth, filters, stride, padding, other);
    }

    /** Another pass over the same geometry, without epilogue. */
    public Conv2dSpec as(Pass other) {
        return new Conv2dSpec(
                other,
                batch,
                height,
                width,
                channels,
                kernelHeight,
                kernelWidth,
                filters,
                stride,
                padding,
                Epilogue.NONE);
    }

    public Shape filterShape() {
        return Shape.of(kernelHeight, kernelWidth, channels, filters);
    }

    public Shape yShape() {
        return Shape.of(batch, outHeight(), outWidth(), filters);
    }

    /** The result's shape. */
    public Shape resultShape() {
        return switch (pass) {
            case FORWARD -> yShape();
            case INPUT_GRADIENT -> xShape();
            case FILTER_GRADIENT -> filterShape();
        };
    }

    /** The most products that are summed for one element of the result. */
    public int terms() {
        return switch (pass) {
            case FORWARD -> kernelHeight * kernelWidth * channels;
            case INPUT_GRADIENT -> kernelHeight * kernelWidth * filters;
            case FILTER_GRADIENT -> batch * outHeight() * outWidth();
        };
    }

    /** Products with padding counted too, as the field does: 2 * size of y * kernel area * channels, in every pass. */
    @Override
    public long flops() {
        return 2L * yShape().size() * kernelHeight * kernelWidth * channels;
    }

    static Conv2dSpec parse(Pass pass, SpecId id) {
        SpecId.Fields fields = id.match(ID, "n32h28w28c1:k3x3o32:s1p0");
        return new Conv2dSpec(
                pass,
                fields.integer("n"),
                fields.integer("h"),
                fields.integer("w"),
                fields.integer("c"),
                fields.integer("kh"),
                fields.integer("kw"),
                fields.integer("o"),
                fields.integer("s"),
                fields.integer("p"),
                Epilogue.parse(fields));
    }

    @Override
    public Op op() {
        return pass.op();
    }

    @Override
    public String id() {
        return op().stem() + ":n" + batch + "h" + height + "w" + width + "c" + channels + ":k" + kernelHeight + "x"
                + kernelWidth + "o" + filters + ":s" + stride + "p" + padding + epilogue.idSuffix();
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
        boolean inputGradient = pass == Pass.INPUT_GRADIENT;
        pass.loosen(bounds, inputs, inputGradient ? channels : filters, inputGradient ? filters : 1);
        return bounds;
    }

    /** Some images, or for the filter's gradient, which sums over images, some filters. */
    @Override
    public Part part(SplittableRandom random) {
        if (epilogue.drops()) {
            return Part.whole(this);
        }
        if (pass == Pass.FILTER_GRADIENT) {
            int[] some = Part.some(filters, Part.FILTERS, random);
            int[] filter = Part.grid(Part.all(filterShape().size() / filters), filters, some);
            int[] y = Part.grid(Part.all(yShape().size() / filters), filters, some);
            Conv2dSpec part = filters(kernelHeight, kernelWidth, some.length);
            return new Part(part, List.of(Part.all(xShape().size()), filter, y));
        }
        int[] images = Part.some(batch, Part.IMAGES, random);
        int[] x = Part.rows(images, xShape().rowSize());
        int[] y = Part.rows(images, yShape().rowSize());
        Conv2dSpec part = new Conv2dSpec(
                pass,
                images.length,
                height,
                width,
                channels,
                kernelHeight,
                kernelWidth,
                filters,
                stride,
                padding,
                epilogue);
        int[] lastAxis = Part.all(resultShape().extent(3));
        int[] filter = Part.all(filterShape().size());
        return new Part(part, epilogue.parts(lastAxis, pass == Pass.FORWARD ? y : x, x, filter, y));
    }
}
