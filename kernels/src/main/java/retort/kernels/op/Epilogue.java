package retort.kernels.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a GEMM or a convolution does to its result while it is still in registers or cache.
 *
 * <p>Forward: {@code c = dropout(relu(c + bias))}, each part if asked for; the bias is indexed by the last axis.
 *
 * <p>Backward ({@code gate}): {@code c = y > 0 ? c / (1 - dropout) : 0}, where y is what the forward epilogue of ReLU
 * and dropout gave. An element that ReLU or dropout zeroed passes no gradient, any other passes it with dropout's
 * scale, so y itself says all that a mask would.
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
        Require.fraction("epilogue", "dropout", dropout);
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

    /** {@code ""} for none, else for example {@code +bias+relu+dropout0.5}. */
    String idSuffix() {
        return (bias ? "+bias" : "")
                + (relu ? "+relu" : "")
                + (gate ? "+gate" : "")
                + (dropout > 0 ? "+dropout" + SpecId.number(dropout) : "");
    }

    /** The four groups of an {@link #idSuffix}, for the pattern of an id. */
    static final String ID = "(?<bias>\\+bias)?(?<relu>\\+relu)?(?<gate>\\+gate)?(?:\\+dropout{dropout:})?";

    static Epilogue parse(SpecId.Fields fields) {
        return new Epilogue(fields.has("bias"), fields.has("relu"), fields.number("dropout", 0), fields.has("gate"));
    }

    /** The operands of a product or convolution, and behind them what this epilogue reads besides. */
    List<Operand> operands(Shape result, Operand... plain) {
        List<Operand> operands = new ArrayList<>(Arrays.asList(plain));
        if (bias) {
            operands.add(Operand.read("bias", Shape.of(result.extent(result.rank() - 1))));
        }
        if (gate) {
            operands.add(Operand.read("gate", result));
        }
        return operands;
    }

    /** Likewise where the elements of a part of them stand. */
    List<int[]> parts(int[] biasAt, int[] gateAt, int[]... plain) {
        List<int[]> parts = new ArrayList<>(Arrays.asList(plain));
        if (bias) {
            parts.add(biasAt);
        }
        if (gate) {
            parts.add(gateAt);
        }
        return parts;
    }
}
