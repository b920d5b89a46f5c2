package retort.kernels.check;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Call;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.DropoutKey;
import retort.kernels.op.Operand;
import retort.kernels.op.Part;
import retort.kernels.op.Scalars;
import retort.kernels.op.Spec;

/**
 * One op on operands that are made up from a seed: run between canaries, and held against the definition, exactly where
 * whole numbers make that possible, else within the bound that the spec states. Tests, the tuner, {@code doctor} and
 * benchmarks all check kernels with this.
 */
public final class KernelCheck {
    private static final DropoutKey KEY = new DropoutKey(0x5EED_0F_12345678L, 3, (7L << 32) + 11);
    private static final int STEP = 5;

    private final Spec spec;
    private final boolean packed;
    private final Fill fill;
    private final boolean exact;
    private final long seed;
    private final Scalars scalars;
    private final List<Operand> operands;
    private final float[][] inputs;
    private final Defined whole;

    private KernelCheck(Spec spec, Fill fill, long seed) {
        this.spec = spec;
        this.packed = false;
        this.fill = fill;
        this.exact = fill == Fill.WHOLE;
        this.seed = seed;
        this.scalars = scalars(spec);
        this.operands = spec.operands();
        SplittableRandom random = new SplittableRandom(seed);
        this.inputs =
                operands.stream().map(operand -> fill.elements(operand, random)).toArray(float[][]::new);
        this.whole = new Defined(() -> Part.whole(spec));
    }

    private KernelCheck(KernelCheck plain) {
        this.spec = plain.spec;
        this.packed = true;
        this.fill = plain.fill;
        this.exact = plain.exact;
        this.seed = plain.seed;
        this.scalars = plain.scalars;
        this.operands = plain.operands;
        this.inputs = plain.inputs;
        this.whole = plain.whole;
    }

    /** On whole numbers, where the result must be equal if the spec says so, and else within its bound. */
    public static KernelCheck whole(Spec spec, long seed) {
        return of(spec, Fill.WHOLE, seed);
    }

    /** On numbers with fractions, within the spec's bound. */
    public static KernelCheck random(Spec spec, long seed) {
        return of(spec, Fill.RANDOM, seed);
    }

    /** On numbers of some kind; on ordinary ones where whole ones are asked for and would be rounded. */
    public static KernelCheck of(Spec spec, Fill fill, long seed) {
        Fill possible = fill == Fill.WHOLE && !spec.isExactOnIntegers() ? Fill.RANDOM : fill;
        return new KernelCheck(spec, possible, seed);
    }

    /** The same with packed tensors wherever the spec leaves the order open. */
    public KernelCheck packed() {
        return new KernelCheck(this);
    }

    /** Whether a spec's matrices may be packed or not. */
    public static boolean hasOpenLayout(Spec spec) {
        return spec.operands().stream()
                .anyMatch(operand -> operand.layout() == Operand.Layout.EITHER
                        && operand.shape().rank() == 2);
    }

    public boolean isPacked() {
        return packed;
    }

    public Spec spec() {
        return spec;
    }

    public List<Operand> operands() {
        return operands;
    }

    /** What a call starts from, as arrays in the operands' order; not to be changed. */
    public float[][] inputs() {
        return inputs;
    }

    /** The call on tensors in the operands' order. */
    public Call call(Tensor... tensors) {
        return Call.of(spec, scalars, tensors);
    }

    private static Scalars scalars(Spec spec) {
        return new Scalars(spec.countsSteps() ? STEP : 0, spec.drawsRandomNumbers() ? KEY : null);
    }

    /** Tensors that hold the inputs. */
    public Tensor[] tensors(Scope scope) {
        return tensors(scope, operands, inputs, packed);
    }

    private static Tensor[] tensors(Scope scope, List<Operand> operands, float[][] elements, boolean packed) {
        return IntStream.range(0, elements.length)
                .mapToObj(i -> {
                    Operand operand = operands.get(i);
                    return isPacked(operand, packed)
                            ? scope.packedOf(operand.shape(), operand.type(), elements[i])
                            : scope.tensorOf(operand.shape(), elements[i]);
                })
                .toArray(Tensor[]::new);
    }

    private static boolean isPacked(Operand operand, boolean packed) {
        return switch (operand.layout()) {
            case ROW_MAJOR -> false;
            case PACKED -> true;
            case EITHER -> packed;
        };
    }

    /** How far each element of each operand may be from the definition's on these inputs. */
    public double[][] bounds() {
        return bounds(inputs);
    }

    /** The same on other elements. */
    public double[][] bounds(float[][] elements) {
        return spec.bounds(elements, scalars, KernelCheck::reference);
    }

    /** Every operand's elements after the call on its inputs. */
    public float[][] run(Backend backend) {
        return run(backend, inputs);
    }

    /**
     * Every operand's elements after the call on other elements.
     *
     * @throws CheckException if something was written outside the results
     */
    public float[][] run(Backend backend, float[][] elements) {
        try (Scope scope = backend.scope()) {
            Guarded[] guarded = IntStream.range(0, elements.length)
                    .mapToObj(i -> new Guarded(scope, operands.get(i), isPacked(operands.get(i), packed), elements[i]))
                    .toArray(Guarded[]::new);
            backend.run(call(Arrays.stream(guarded).map(Guarded::tensor).toArray(Tensor[]::new)));
            return Arrays.stream(guarded)
                    .map(each -> elements(each, scope, backend))
                    .toArray(float[][]::new);
        }
    }

    private float[] elements(Guarded operand, Scope scope, Backend backend) {
        try {
            return operand.elements(scope);
        } catch (CheckException e) {
            throw new CheckException(title(backend.engine().id()) + e.getMessage());
        }
    }

    /**
     * Runs the call and compares every operand with the definition's, what is only read too.
     *
     * @param name of the engine, for the message
     * @return the largest error as a share of its bound: 1 at most, 0 if all is equal
     * @throws CheckException that names the first element that is wrong
     */
    public double check(String name, Backend backend) {
        return compare(name, run(backend), whole);
    }

    /**
     * Compares results that somebody else made of the inputs, a part of them where all would take the reference too
     * long.
     *
     * @param name of who made them, for the message
     * @param results elements of each operand after the call; null for one that is only read
     * @throws CheckException that names the first element that is wrong
     */
    public void checkPart(String name, float[][] results) {
        compare(name, results, new Defined(() -> spec.part(new SplittableRandom(seed))));
    }

    /** What the definition says of a part of the inputs: found out once, when it is asked for. */
    private final class Defined {
        private final Supplier<Part> which;
        private Part part;
        private float[][] inputs;
        private float[][] expected;
        private double[][] bounds;

        Defined(Supplier<Part> which) {
            this.which = which;
        }

        synchronized void findOut() {
            if (expected == null) {
                part = which.get();
                inputs = part.take(KernelCheck.this.inputs);
                bounds = exact ? null : part.spec().bounds(inputs, scalars, KernelCheck::reference);
                expected = reference(part.spec(), inputs);
            }
        }
    }

    private double compare(String name, float[][] results, Defined defined) {
        defined.findOut();
        Part part = defined.part;
        float[][] partInputs = defined.inputs;
        float[][] expected = defined.expected;
        double[][] bounds = defined.bounds;
        double largest = 0;
        for (int i = 0; i < results.length; i++) {
            if (results[i] == null) {
                continue;
            }
            boolean isResult = operands.get(i).role().isResult();
            float[] actual = part.take(i, results[i]);
            for (int e = 0; e < actual.length; e++) {
                float wanted = isResult ? expected[i][e] : partInputs[i][e];
                double bound = exact || !isResult ? 0 : bounds[i][e];
                if (!isWithin(actual[e], wanted, bound)) {
                    throw wrong(name, i, part.elements().get(i)[e], actual[e], wanted, bound);
                }
                double error = Math.abs((double) actual[e] - wanted);
                largest = error > 0 && bound < Double.POSITIVE_INFINITY ? Math.max(largest, error / bound) : largest;
            }
        }
        return largest;
    }

    /**
     * What holds of numbers that are not finite, for every op. Ordinary ones give none. Of others, where the definition
     * gives NaN, an engine gives no finite number; where the bound is not finite, because sums overflow or what goes in
     * is not finite, nothing else is promised. Infinity in place of NaN is a matter of order: of 0 times infinity, and
     * of infinity less infinity.
     */
    private boolean isWithin(float actual, float wanted, double bound) {
        if (Float.isNaN(wanted)) {
            return !fill.isOrdinary() && !Float.isFinite(actual);
        }
        if (!Double.isFinite(bound)) {
            return !fill.isOrdinary();
        }
        return actual == wanted || Math.abs((double) actual - wanted) <= bound;
    }

    /** The definition, on cpu-scalar. */
    private static float[][] reference(Spec spec, float[][] elements) {
        List<Operand> operands = spec.operands();
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Scope scope = backend.scope()) {
            Tensor[] tensors = tensors(scope, operands, elements, false);
            backend.run(Call.of(spec, scalars(spec), tensors));
            return Arrays.stream(tensors).map(backend::download).toArray(float[][]::new);
        }
    }

    /**
     * Compares bits with those of another run; of which kind a NaN is, no JVM promises.
     *
     * @throws CheckException that names the first element that differs
     */
    public void checkSameBits(String name, float[][] first, float[][] second) {
        for (int i = 0; i < first.length; i++) {
            for (int e = 0; e < first[i].length; e++) {
                if (Float.floatToIntBits(first[i][e]) != Float.floatToIntBits(second[i][e])) {
                    throw wrong(name, i, e, second[i][e], first[i][e], 0);
                }
            }
        }
    }

    private CheckException wrong(String name, int operand, int element, float actual, float expected, double bound) {
        return new CheckException(String.format(
                Locale.ROOT,
                "%s%s[%d] is %s, expected %s; error %.3g, bound %.3g",
                title(name),
                operands.get(operand).name(),
                element,
                actual,
                expected,
                Math.abs((double) actual - expected),
                bound));
    }

    private String title(String name) {
        return name + ", " + spec.id() + (packed ? " on packed tensors" : "") + ", fill " + fill + ", seed " + seed
                + ": ";
    }
}
