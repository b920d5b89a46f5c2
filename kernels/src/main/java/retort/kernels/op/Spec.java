package retort.kernels.op;

/**
 * What one operation computes: the single source of its equation, operand shapes, validation, cost and id, read by
 * engines, tests and benchmarks alike. A new record here makes the compiler name every place that must know it.
 */
public sealed interface Spec
        permits AdamSpec,
                ArgmaxSpec,
                BiasSpec,
                ColumnSumSpec,
                Conv2dSpec,
                CrossEntropySpec,
                DistillationSpec,
                DropoutSpec,
                GemmAdamSpec,
                GemmSpec,
                MaxNormSpec,
                ReluSpec,
                SgdSpec,
                SoftmaxSpec {

    /** Bytes of one element. */
    int ELEMENT_BYTES = Float.BYTES;

    /**
     * State that an optimiser keeps from step to step becomes 0 below this magnitude. A moment whose gradient stays 0 decays
     * for ever, and once it is a denormal number each operation on it takes a hundred times as long: without this floor
     * the teacher's training slowed to a third within an epoch.
     */
    float STATE_FLOOR = 0x1p-100f;

    /** Names the operation and its sizes, for example {@code gemm:m64n10k784:nt}. Equal ids mean equal work. */
    String id();

    /**
     * The spec of an id: {@code parse(spec.id()).id()} is {@code spec.id()}. What an id leaves out because the work does not
     * depend on it, the rates of the optimisers, gets Keras's defaults.
     *
     * @throws IllegalArgumentException if no spec has this id
     */
    static Spec parse(String id) {
        return SpecParser.parse(id);
    }

    /** Floating-point operations; a fused multiply-add counts two. 0 where bytes are all that matters. */
    long flops();

    /** Bytes that must cross the memory bus at least once: every input read, every result written. */
    long bytes();

    /** Refuses a size that is not positive. */
    static void positive(String op, String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(op + ": " + name + " must be positive, got " + value);
        }
    }

    /** Refuses a value that is not a finite number above 0. */
    static void positive(String op, String name, float value) {
        if (!(value > 0) || Float.isInfinite(value)) {
            throw new IllegalArgumentException(op + ": " + name + " must be positive and finite, got " + value);
        }
    }

    /** Refuses a value outside [0, 1). */
    static void fraction(String op, String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(op + ": " + name + " must be in [0, 1), got " + value);
        }
    }

    /** {@code 784} for a whole number, {@code 0.5} otherwise: ids stay short. */
    static String number(float value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6f
                ? Integer.toString((int) value)
                : Float.toString(value);
    }
}
