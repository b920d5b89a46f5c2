package retort.kernels.check;

import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import retort.kernels.op.Spec;

/** Random problems that kernels are given: a spec, its operands and how many threads there are. */
final class Problems {
    /** Numbers of threads that share out the same work differently. */
    static final List<Integer> THREADS = List.of(1, 2, 3, 5);

    /** Attempts to make a failing problem smaller. */
    private static final int SHRINKS = 2000;

    private static final int CANDIDATES = 50;

    /** jqwik makes some values more likely the fewer tries there are; here each try is by itself. */
    private static final int TRIES = 1000;

    /**
     * One problem.
     *
     * @param packed whether what may be packed is
     * @param threads of an engine that has a choice
     * @param seed of the operands' elements
     */
    record Problem(Spec spec, Fill fill, boolean packed, int threads, int seed) {
        KernelCheck check() {
            KernelCheck check = KernelCheck.of(spec, fill, seed);
            return packed && KernelCheck.hasOpenLayout(spec) ? check.packed() : check;
        }
    }

    private Problems() {}

    /** Problems with specs of this kind. */
    static Arbitrary<Problem> of(Arbitrary<Spec> specs, Fill... fills) {
        return Combinators.combine(
                        specs,
                        Arbitraries.of(fills),
                        Arbitraries.of(false, true),
                        Arbitraries.of(THREADS),
                        Arbitraries.integers().between(0, Integer.MAX_VALUE))
                .as(Problem::new);
    }

    /**
     * Tries a number of problems; of one that fails it looks for a smaller one that does too.
     *
     * @param seed from which they are drawn, each by itself: the first are the same whatever the count
     * @param attempt returns the error as a share of its bound, or throws
     * @return the largest of those
     */
    static double attempt(Arbitrary<Problem> problems, int count, long seed, ToDoubleFunction<Problem> attempt) {
        double[] largest = new double[1];
        JqwikSession.run(() -> largest[0] = inSession(problems, count, seed, attempt));
        return largest[0];
    }

    private static double inSession(
            Arbitrary<Problem> problems, int count, long seed, ToDoubleFunction<Problem> attempt) {
        var generator = problems.generator(TRIES);
        double largest = 0;
        for (int i = 0; i < count; i++) {
            Shrinkable<Problem> problem = generator.next(new Random(seed + i));
            try {
                largest = Math.max(largest, attempt.applyAsDouble(problem.value()));
            } catch (RuntimeException | AssertionError e) {
                throw smallest(problem, attempt, e, "-Dretort.seed=" + seed + ", try " + i);
            }
        }
        return largest;
    }

    private static AssertionError smallest(
            Shrinkable<Problem> problem, ToDoubleFunction<Problem> attempt, Throwable failure, String source) {
        Shrinkable<Problem> smallest = problem;
        Throwable reason = failure;
        int left = SHRINKS;
        boolean shrunk = true;
        while (shrunk && left > 0) {
            shrunk = false;
            try (Stream<Shrinkable<Problem>> smaller = smallest.shrink()) {
                for (Shrinkable<Problem> candidate : smaller.limit(CANDIDATES).toList()) {
                    left--;
                    try {
                        attempt.applyAsDouble(candidate.value());
                    } catch (RuntimeException | AssertionError e) {
                        smallest = candidate;
                        reason = e;
                        shrunk = true;
                        break;
                    }
                }
            }
        }
        return new AssertionError(
                reason + "\n  smallest: " + smallest.value() + "\n  first: " + problem.value() + "\n  from " + source,
                reason);
    }
}
