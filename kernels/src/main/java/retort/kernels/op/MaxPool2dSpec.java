package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * The largest element under a window that is swept over NHWC images, channel by channel, or its gradient.
 *
 * <p>x is batch x height x width x channels, y is batch x outHeight x outWidth x channels with
 * outHeight = (height + 2 padding - kernelHeight) / stride + 1:
 *
 * <pre>
 * FORWARD   y[b,i,j,c]  = max over r,s of x[b, i stride + r - padding, j stride + s - padding, c]
 * GRADIENT  dX[b,p,q,c] = sum of dY[b,i,j,c] over the windows i,j whose largest element is x[b,p,q,c]
 * </pre>
 *
 * <p>Outside the image there is nothing: no padding is ever the largest. Of equals the first in row-major order is the
 * largest, and a NaN is larger than any number, so that it shows. Forward is exact; an element of dX is within
 * windows * eps times the sum of |dY| over its windows, where windows is {@link #windows}, eps = 2^-24.
 *
 * <p>Source: Ranzato et al. 2007; Chetlur et al. 2014.
 */
public record MaxPool2dSpec(
        Pass pass,
        int batch,
        int height,
        int width,
        int channels,
        int kernelHeight,
        int kernelWidth,
        int stride,
        int padding)
        implements WindowSpec {
    private static final Pattern ID = SpecId.pattern("n{n}h{h}w{w}c{c}:k{kh}x{kw}:s{s}p{p}");

    public MaxPool2dSpec {
        String op = op(pass).stem();
        Require.positive(op, "batch", batch);
        Require.positive(op, "channels", channels);
        Require.window(op, height, width, kernelHeight, kernelWidth, stride, padding);
    }

    /** Windows of kernel x kernel side by side, without padding: what networks shrink images with. */
    public static MaxPool2dSpec forward(int batch, int height, int width, int channels, int kernel) {
        return new MaxPool2dSpec(Pass.FORWARD, batch, height, width, channels, kernel, kernel, kernel, 0);
    }

    public MaxPool2dSpec stepped(int newStride, int newPadding) {
        return new MaxPool2dSpec(
                pass, batch, height, width, channels, kernelHeight, kernelWidth, newStride, newPadding);
    }

    /** The other pass over the same geometry. */
    public MaxPool2dSpec as(Pass other) {
        return new MaxPool2dSpec(other, batch, height, width, channels, kernelHeight, kernelWidth, stride, padding);
    }

    static MaxPool2dSpec parse(Pass pass, SpecId id) {
        SpecId.Fields fields = id.match(ID, "n32h26w26c32:k2x2:s2p0");
        return new MaxPool2dSpec(
                pass,
                fields.integer("n"),
                fields.integer("h"),
                fields.integer("w"),
                fields.integer("c"),
                fields.integer("kh"),
                fields.integer("kw"),
                fields.integer("s"),
                fields.integer("p"));
    }

    public Shape yShape() {
        return Shape.of(batch, outHeight(), outWidth(), channels);
    }

    /** The most windows that an element lies under. */
    public int windows() {
        return Math.ceilDiv(kernelHeight, stride) * Math.ceilDiv(kernelWidth, stride);
    }

    private static Op op(Pass pass) {
        return pass == Pass.FORWARD ? Op.MAX_POOL2D : Op.MAX_POOL2D_DX;
    }

    @Override
    public Op op() {
        return op(pass);
    }

    @Override
    public String id() {
        return op().stem() + ":n" + batch + "h" + height + "w" + width + "c" + channels + ":k" + kernelHeight + "x"
                + kernelWidth + ":s" + stride + "p" + padding;
    }

    @Override
    public List<Operand> operands() {
        return switch (pass) {
            case FORWARD -> List.of(Operand.read("x", xShape()), Operand.written("y", yShape()));
            case GRADIENT ->
                List.of(Operand.read("x", xShape()), Operand.read("dY", yShape()), Operand.written("dX", xShape()));
        };
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        if (pass == Pass.GRADIENT) {
            float[][] absolute = {inputs[0], Bounds.absolute(inputs[1]), inputs[2]};
            float[] sums = reference.run(this, absolute)[2];
            for (int e = 0; e < sums.length; e++) {
                bounds[2][e] = windows() * Bounds.EPS * sums[e];
            }
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] images = Part.some(batch, Part.IMAGES, random);
        int[] x = Part.rows(images, xShape().rowSize());
        int[] y = Part.rows(images, yShape().rowSize());
        MaxPool2dSpec part = new MaxPool2dSpec(
                pass, images.length, height, width, channels, kernelHeight, kernelWidth, stride, padding);
        return new Part(part, pass == Pass.FORWARD ? List.of(x, y) : List.of(x, y, x));
    }
}
