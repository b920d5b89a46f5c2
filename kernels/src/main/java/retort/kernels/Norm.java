package retort.kernels;

import retort.kernels.op.BatchNormSpec;

/**
 * What a batch normalisation knows of each channel, see {@link BatchNormSpec}: one number each.
 *
 * @param mean the running one
 * @param variance the running one
 */
public record Norm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance) {
    /**
     * A batch's own statistics.
     *
     * @param inverse 1 / sqrt(variance + epsilon)
     */
    public record Moments(Tensor mean, Tensor inverse) {}
}
