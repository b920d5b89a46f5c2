package retort.kernels;

import java.util.Objects;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Epilogue;

/**
 * What the {@link Epilogue} of a product or convolution reads; what its record does not ask for is null.
 *
 * @param bias one element for each index of the result's last axis
 * @param dropoutKey names the random numbers of dropout
 * @param gate the forward result y, of the result's shape
 */
public record Fused(Tensor bias, DropoutKey dropoutKey, Tensor gate) {
    public static final Fused NONE = new Fused(null, null, null);

    public static Fused bias(Tensor bias) {
        return new Fused(Objects.requireNonNull(bias), null, null);
    }

    public static Fused biasDropout(Tensor bias, DropoutKey key) {
        return new Fused(Objects.requireNonNull(bias), Objects.requireNonNull(key), null);
    }

    public static Fused gate(Tensor y) {
        return new Fused(null, null, Objects.requireNonNull(y));
    }
}
