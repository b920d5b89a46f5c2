package retort.kernels.op;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * Batch normalisation: every channel of a batch gets mean beta and deviation gamma. x, y and their gradients are rows x
 * channels in any shape, rows being the pixels of all images or the examples of a batch; all else is one number for
 * each channel c.
 *
 * <pre>
 * TRAINING   mean[c] = sum over i of x[i,c] / rows          v[c] = sum over i of (x[i,c] - mean[c])^2 / rows
 *            inverse[c] = 1 / sqrt(v[c] + epsilon)
 *            y[i,c] = gamma[c] (x[i,c] - mean[c]) inverse[c] + beta[c], or max(that, 0)
 *            runningMean[c] = (1 - momentum) runningMean[c] + momentum mean[c]
 *            runningVariance[c] = (1 - momentum) runningVariance[c] + momentum v[c] rows / max(rows - 1, 1)
 * INFERENCE  y[i,c] = gamma[c] (x[i,c] - mean[c]) / sqrt(variance[c] + epsilon) + beta[c], or max(that, 0)
 * GRADIENT   g[i,c] = dY[i,c], or y[i,c] > 0 ? dY[i,c] : 0        h[i,c] = (x[i,c] - mean[c]) inverse[c]
 *            dBeta[c] = sum over i of g[i,c]                      dGamma[c] = sum over i of g[i,c] h[i,c]
 *            dX[i,c] = gamma[c] inverse[c] (g[i,c] - dBeta[c] / rows - h[i,c] dGamma[c] / rows)
 * </pre>
 *
 * <p>Momentum is the share of the batch, and the running variance the unbiased one, as in PyTorch. An engine adds up
 * deviations from a mean or what is near it, never squares of x. With t = {@link #terms} additions one after the other
 * and eps = 2^-24 the error of a mean is at most 2 (t + 2) eps times the mean of |x|, of v at most 8 (t + 8) eps v and
 * twice the square of the mean's error, of dBeta 2 (t + 2) eps times the sum of |g| and of dGamma 2 (t + 8) eps times
 * that of |g h|; {@code BatchNormBounds} says what becomes of that in y, dX and the running statistics. Where sums of
 * squares may be too large for float32 nothing is promised of their channel.
 *
 * <p>Source: Ioffe and Szegedy 2015; Chan, Golub and LeVeque 1983 (sums of squares in parts).
 *
 * @param momentum above 0, at most 1
 * @param relu whether y is cut off at 0; its gradient then reads y
 */
public record BatchNormSpec(Pass pass, int rows, int channels, float epsilon, float momentum, boolean relu)
        implements Spec {
    /** PyTorch's. */
    public static final float DEFAULT_EPSILON = 1e-5f;

    /** PyTorch's. */
    public static final float DEFAULT_MOMENTUM = 0.1f;

    private static final Pattern ID = SpecId.pattern("{rows}x{channels}(?<relu>\\+relu)?");

    /** Additions one after the other that an engine needs no more of, however many rows there are. */
    private static final int LONGEST_SUM = 256;

    /** What is computed. */
    public enum Pass {
        /** y by the batch's own statistics, which are kept for the gradient and taken into the running ones. */
        TRAINING,
        /** y by the running statistics. */
        INFERENCE,
        /** The gradients by x, gamma and beta. */
        GRADIENT
    }

    public BatchNormSpec {
        String op = op(pass).stem();
        Require.positive(op, "rows", rows);
        Require.positive(op, "channels", channels);
        Require.positive(op, "epsilon", epsilon);
        Require.positive(op, "momentum", momentum);
        if (momentum > 1) {
            throw new IllegalArgumentException(op + ": momentum must be at most 1, got " + momentum);
        }
    }

    /** With PyTorch's epsilon and momentum. */
    public static BatchNormSpec of(Pass pass, int rows, int channels) {
        return new BatchNormSpec(pass, rows, channels, DEFAULT_EPSILON, DEFAULT_MOMENTUM, false);
    }

    public BatchNormSpec withRelu() {
        return new BatchNormSpec(pass, rows, channels, epsilon, momentum, true);
    }

    static BatchNormSpec parse(Pass pass, SpecId id) {
        SpecId.Fields fields = id.match(ID, "ROWSxCHANNELS, or ROWSxCHANNELS+relu");
        BatchNormSpec spec = of(pass, fields.integer("rows"), fields.integer("channels"));
        return fields.has("relu") ? spec.withRelu() : spec;
    }

    /** Of one number a channel. */
    public Shape channelShape() {
        return Shape.of(channels);
    }

    /** What the sum of squared deviations is divided by for the running variance. */
    public int degreesOfFreedom() {
        return Math.max(rows - 1, 1);
    }

    /** The most additions one after the other that an engine may make of a sum over all rows. */
    int terms() {
        return Math.min(rows, LONGEST_SUM + rows / 32);
    }

    private static Op op(Pass pass) {
        return switch (pass) {
            case TRAINING -> Op.BATCH_NORM;
            case INFERENCE -> Op.BATCH_NORM_INFERENCE;
            case GRADIENT -> Op.BATCH_NORM_DX;
        };
    }

    @Override
    public Op op() {
        return op(pass);
    }

    @Override
    public String id() {
        return op().stem() + ":" + rows + "x" + channels + (relu ? "+relu" : "");
    }

    @Override
    public List<Operand> operands() {
        Shape all = Shape.of(rows, channels);
        Operand x = Operand.read("x", all).ofAnyShape();
        Operand y = Operand.written("y", all).ofAnyShape();
        return switch (pass) {
            case TRAINING ->
                List.of(
                        x,
                        channel("gamma"),
                        channel("beta"),
                        Operand.updated("runningMean", channelShape()),
                        Operand.updated("runningVariance", channelShape()).holding(Operand.Content.NON_NEGATIVE),
                        y,
                        Operand.written("mean", channelShape()),
                        Operand.written("inverse", channelShape()));
            case INFERENCE ->
                List.of(
                        x,
                        channel("gamma"),
                        channel("beta"),
                        channel("mean"),
                        channel("variance").holding(Operand.Content.NON_NEGATIVE),
                        y);
            case GRADIENT -> {
                List<Operand> operands = new ArrayList<>(List.of(
                        x,
                        Operand.read("dY", all).ofAnyShape(),
                        channel("gamma"),
                        channel("mean"),
                        channel("inverse").holding(Operand.Content.NON_NEGATIVE),
                        Operand.written("dX", all).ofAnyShape(),
                        Operand.written("dGamma", channelShape()),
                        Operand.written("dBeta", channelShape())));
                if (relu) {
                    operands.add(Operand.read("y", all).ofAnyShape());
                }
                yield List.copyOf(operands);
            }
        };
    }

    private Operand channel(String name) {
        return Operand.read(name, channelShape());
    }

    @Override
    public boolean isExactOnIntegers() {
        return false;
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        return new BatchNormBounds(this, inputs).bounds();
    }

    @Override
    public Part part(SplittableRandom random) {
        int[] some = Part.some(channels, Part.COLUMNS, random);
        int[] all = Part.grid(Part.all(rows), channels, some);
        List<int[]> elements = operands().stream()
                .map(operand -> operand.anyShape() ? all : some)
                .toList();
        return new Part(new BatchNormSpec(pass, rows, some.length, epsilon, momentum, relu), elements);
    }
}
