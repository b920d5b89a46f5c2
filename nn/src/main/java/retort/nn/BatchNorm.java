package retort.nn;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.Shape;

/**
 * Batch normalisation of each channel, the last axis: while training by the batch's statistics, which running ones take
 * in, else by those. A convolution before it needs no bias of its own. See {@link BatchNormSpec}. Text forms: {@code
 * batchnorm}, and {@code batchnorm momentum 0.01 epsilon 0.001}.
 *
 * @param momentum the share of a batch in the running statistics
 */
public record BatchNorm(float momentum, float epsilon) implements Layer {
    static final String NAME = "batchnorm";

    /** Behind the layer's name, for the running statistics. */
    static final String RUNNING_MEAN = ".running_mean";

    static final String RUNNING_VARIANCE = ".running_var";

    private static final Pattern TEXT = Pattern.compile("momentum (\\S+) epsilon (\\S+)");

    public BatchNorm {
        if (!(momentum > 0 && momentum <= 1)) {
            throw new IllegalArgumentException(NAME + ": momentum must be above 0 and at most 1, got " + momentum);
        }
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException(NAME + ": epsilon must be above 0 and below 1, got " + epsilon);
        }
    }

    /** With PyTorch's momentum and epsilon, 0.1 and 1e-5. */
    public BatchNorm() {
        this(BatchNormSpec.DEFAULT_MOMENTUM, BatchNormSpec.DEFAULT_EPSILON);
    }

    static BatchNorm parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new NumberFormatException(text);
        }
        return new BatchNorm(Float.parseFloat(matcher.group(1)), Float.parseFloat(matcher.group(2)));
    }

    /** Whether a name is that of its factors, which are no weights: they are never rounded. */
    static boolean isFactor(String parameter) {
        return parameter.endsWith(NAME + StoredWeights.WEIGHT);
    }

    /** What each of its numbers is at first: factors and running variances 1, all else 0. */
    static float start(String parameter) {
        return isFactor(parameter) || parameter.endsWith(RUNNING_VARIANCE) ? 1 : 0;
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    /** Factors and summands; the running statistics are not trained. */
    @Override
    public long parameterCount(Shape input) {
        return 2L * channels(input);
    }

    static int channels(Shape example) {
        return example.extent(example.rank() - 1);
    }

    @Override
    public String text() {
        return equals(new BatchNorm()) ? NAME : NAME + " momentum " + momentum + " epsilon " + epsilon;
    }
}
