package retort.kernels.check;

import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.op.Spec;

/**
 * Random problems of every op in a JVM that was started for it: ENGINE SEED COUNT. Says which were wrong and exits with
 * 1, or why this JVM can't run the engine and exits with 3.
 */
final class ProblemRun {
    private ProblemRun() {}

    public static void main(String[] arguments) {
        Engine engine = Engine.valueOf(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        int count = Integer.parseInt(arguments[2]);
        Optional<BackendUnavailableException> reason = Backends.unavailable(engine);
        if (reason.isPresent()) {
            System.out.println(reason.get().getMessage());
            System.exit(3);
        }
        int wrong = 0;
        for (Spec.Op op : Spec.Op.values()) {
            try (Backend backend = Backends.open(engine, Backends.Options.defaults())) {
                Problems.attempt(
                        Problems.of(RandomSpecs.small(backend.tiling()).of(op), Fill.values()),
                        count,
                        seed,
                        problem -> problem.check().check(engine.id(), backend));
            } catch (AssertionError e) {
                wrong++;
                System.out.println(e.getMessage());
            }
        }
        System.exit(wrong > 0 ? 1 : 0);
    }
}
