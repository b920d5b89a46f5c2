package retort.kernels.op;

import java.util.Objects;
import retort.kernels.Tensor;

/**
 * What a GEMM or a convolution does to its result while it is still in registers or cache.
 *
 * <p>Forward: {@code c = dropout(relu(c + bias))}, each part if asked for; the bias is indexed by the last axis.
 *
 * <p>Backward ({@code gate}): {@code c = y > 0 ? c / (1 - dropout) : 0}, where y is what the forward epilogue of ReLU and
 * dropout gave. An element that ReLU or dropout zeroed passes no gradient, any other passes it with dropout's scale,
 * so y itself says all that a mask would.
 *
 * @param bias adds a bias
 * @param relu takes the positive part
 * @param dropout share of elements that dropout zeroes, in [0, 1)
 * @param gate applies the gradient of ReLU and dropout instead; excludes bias and relu
 */
public record Epilogue(boolean bias, boolean relu, float dropout, boolean gate) {
    /** The plain product. */
    public static final Epilogue NONE = new Epilogue(false, false, 0, false);

    /** c + bias. */
    public static final Epilogue BIAS = new Epilogue(true, false, 0, false);

    /** relu(c + bias). */
    public static final Epilogue BIAS_RELU = new Epilogue(true, true, 0, false);

    public Epilogue {
        Spec.fraction("epilogue", "dropout", dropout);
        if (gate && (bias || relu)) {
            throw new IllegalArgumentException("epilogue: a gate can't be combined with bias or relu");
        }
    }

    /** dropout(relu(c + bias)). */
    public static Epilogue biasReluDropout(float rate) {
        return new Epilogue(true, true, rate, false);
    }

    /** The gradient of relu followed by dropout at {@code rate}. */
    public static Epilogue gate(float rate) {
        return new Epilogue(false, false, rate, true);
    }

    /** Whether forward dropout draws random numbers. */
    public boolean drops() {
        return dropout > 0 && !gate;
    }

    /** What survives dropout is multiplied by this: 1 / (1 - dropout). */
    public float scale() {
        return 1 / (1 - dropout);
    }

    /** Number of elements of C's size read besides C, for byte counts: the gate's. */
    long gateElements(long results) {
        return gate ? results : 0;
    }

    /** {@code ""} for none, else for example {@code +bias+relu+dropout0.5}. */
    String idSuffix() {
        return (bias ? "+bias" : "")
                + (relu ? "+relu" : "")
                + (gate ? "+gate" : "")
                + (dropout > 0 ? "+dropout" + Spec.number(dropout) : "");
    }

    /**
     * The tensors that an epilogue reads; what its record does not ask for is null.
     *
     * @param bias one element for each index of the result's last axis
     * @param dropoutKey names the random numbers of dropout
     * @param gate the forward result y, of the result's shape
     */
    public record Operands(Tensor bias, DropoutKey dropoutKey, Tensor gate) {
        public static final Operands NONE = new Operands(null, null, null);

        public static Operands bias(Tensor bias) {
            return new Operands(Objects.requireNonNull(bias), null, null);
        }

        public static Operands biasDropout(Tensor bias, DropoutKey key) {
            return new Operands(Objects.requireNonNull(bias), Objects.requireNonNull(key), null);
        }

        public static Operands gate(Tensor y) {
            return new Operands(null, null, Objects.requireNonNull(y));
        }
    }
}
