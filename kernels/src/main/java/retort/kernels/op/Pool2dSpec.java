package retort.kernels.op;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * The largest element or the mean under a window that is swept over NHWC images, channel by channel, or its gradient.
 *
 * <p>x is batch x height x width x channels, y is batch x outHeight x outWidth x channels with
 * outHeight = (height + 2 padding - kernelHeight) / stride + 1:
 *
 * <pre>
 * FORWARD   y[b,i,j,c]  = max or mean over r,s of x[b, i stride + r - padding, j stride + s - padding, c]
 * GRADIENT  dX[b,p,q,c] = sum of dY[b,i,j,c] over the windows i,j whose largest element is x[b,p,q,c], or
 *                         of dY[b,i,j,c] / n[i,j] over the windows that it lies under
 * </pre>
 *
 * <p>Outside the image there is nothing: no padding is ever the largest, and a mean is over the n[i,j] pixels of the
 * image under the window, however many of the window's are not. Of equals the first in row-major order is the largest,
 * and a NaN is larger than any number, so that it shows. The gradient of a mean does not read x, which is no operand of
 * it.
 *
 * <p>With windows = {@link #windows}, eps = 2^-24: a largest element is exact, and its gradient within windows eps
 * times the sum of |dY| over its windows. A mean of up to n = kernelHeight kernelWidth elements is within 2 (n + 2) eps
 * times the mean of their magnitudes, its gradient within 2 (windows + 2) eps times the sum of |dY| / n[i,j] over its
 * windows, either with (terms + 2) 2^-149.
 *
 * <p>Source: Ranzato et al. 2007; LeCun et al. 1998 (mean); Chetlur et al. 2014.
 */
public record Pool2dSpec(
        Kind kind,
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

    /** What is taken of a window. */
    public enum Kind {
        MAX,
        AVERAGE
    }

    public Pool2dSpec {
        String op = op(kind, pass).stem();
        Require.positive(op, "batch", batch);
        Require.positive(op, "channels", channels);
        Require.window(op, height, width, kernelHeight, kernelWidth, stride, padding);
    }

    /** Largest elements of windows of kernel x kernel side by side, without padding. */
    public static Pool2dSpec max(int batch, int height, int width, int channels, int kernel) {
        return new Pool2dSpec(Kind.MAX, Pass.FORWARD, batch, height, width, channels, kernel, kernel, kernel, 0);
    }

    /** Means of windows of kernel x kernel side by side, without padding. */
    public static Pool2dSpec average(int batch, int height, int width, int channels, int kernel) {
        return new Pool2dSpec(Kind.AVERAGE, Pass.FORWARD, batch, height, width, channels, kernel, kernel, kernel, 0);
    }

    /** The mean of each channel of an image. */
    public static Pool2dSpec globalAverage(int batch, int height, int width, int channels) {
        return new Pool2dSpec(Kind.AVERAGE, Pass.FORWARD, batch, height, width, channels, height, width, 1, 0);
    }

    public Pool2dSpec stepped(int newStride, int newPadding) {
        return new Pool2dSpec(
                kind, pass, batch, height, width, channels, kernelHeight, kernelWidth, newStride, newPadding);
    }

    /** The same over another number of images. */
    public Pool2dSpec batched(int images) {
        return new Pool2dSpec(kind, pass, images, height, width, channels, kernelHeight, kernelWidth, stride, padding);
    }

    /** The other pass over the same geometry. */
    public Pool2dSpec as(Pass other) {
        return new Pool2dSpec(kind, other, batch, height, width, channels, kernelHeight, kernelWidth, stride, padding);
    }

    static Pool2dSpec parse(Kind kind, Pass pass, SpecId id) {
        SpecId.Fields fields = id.match(ID, "n32h26w26c32:k2x2:s2p0");
        return new Pool2dSpec(
                kind,
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

    private static Op op(Kind kind, Pass pass) {
        return switch (kind) {
            case MAX -> pass == Pass.FORWARD ? Op.MAX_POOL2D : Op.MAX_POOL2D_DX;
            case AVERAGE -> pass == Pass.FORWARD ? Op.AVERAGE_POOL2D : Op.AVERAGE_POOL2D_DX;
        };
    }

    @Override
    public Op op() {
        return op(kind, pass);
    }

    @Override
    public String id() {
        return op().stem() + ":n" + batch + "h" + height + "w" + width + "c" + channels + ":k" + kernelHeight + "x"
                + kernelWidth + ":s" + stride + "p" + padding;
    }

    @Override
    public List<Operand> operands() {
        Operand x = Operand.read("x", xShape());
        Operand dY = Operand.read("dY", yShape());
        Operand dX = Operand.written("dX", xShape());
        return switch (pass) {
            case FORWARD -> List.of(x, Operand.written("y", yShape()));
            case GRADIENT -> kind == Kind.MAX ? List.of(x, dY, dX) : List.of(dY, dX);
        };
    }

    /** A mean is divided by a number that is no power of 2. */
    @Override
    public boolean isExactOnIntegers() {
        return kind == Kind.MAX;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        if (kind == Kind.MAX && pass == Pass.FORWARD) {
            return bounds;
        }
        int result = inputs.length - 1;
        float[][] absolute = inputs.clone();
        absolute[result - 1] = Bounds.absolute(inputs[result - 1]);
        float[] sums = reference.run(this, absolute)[result];
        int terms = pass == Pass.FORWARD ? kernelHeight * kernelWidth : windows();
        for (int e = 0; e < sums.length; e++) {
            bounds[result][e] = kind == Kind.MAX
                    ? terms * Bounds.EPS * sums[e]
                    : 2 * (terms + 2L) * Bounds.EPS * sums[e] + (terms + 2L) * (double) Float.MIN_VALUE;
        }
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] images = Part.some(batch, Part.IMAGES, random);
        int[] x = Part.rows(images, xShape().rowSize());
        int[] y = Part.rows(images, yShape().rowSize());
        List<int[]> gradient = kind == Kind.MAX ? List.of(x, y, x) : List.of(y, x);
        return new Part(batched(images.length), pass == Pass.FORWARD ? List.of(x, y) : gradient);
    }
}
