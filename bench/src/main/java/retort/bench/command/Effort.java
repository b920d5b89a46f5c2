package retort.bench.command;

import java.time.Duration;
import retort.bench.report.Work;
import retort.kernels.Engine;

/**
 * How long each contender is timed.
 *
 * @param rounds in which the contenders take turns, each in a new JVM
 * @param warmup before each round's first iteration; work that takes long gets more
 * @param iterations whose speeds are averaged
 * @param iteration the shortest; work that takes long gets longer ones
 */
record Effort(int rounds, Duration warmup, int iterations, Duration iteration) {
    /** A kernel that is new to C2 was seen to reach its speed after 0.25 to 1.2 s. */
    private static final Duration UNTIL_COMPILED = Duration.ofMillis(1200);

    /** The compiler counts calls: a convolution that takes 0.1 s was seen to reach its speed after 2.4 s. */
    private static final Duration UNTIL_SLOW_WORK_IS_COMPILED = Duration.ofSeconds(3);

    /**
     * The calls into a driver were seen to be compiled for 3.3 s, on a core that the device's own threads then lack.
     */
    private static final Duration UNTIL_DRIVER_CALLS_ARE_COMPILED = Duration.ofSeconds(4);

    /** The loop of multiply-adds was seen to run at half its speed for 1.8 s. */
    private static final Duration PEAK_WARMUP = Duration.ofMillis(2400);

    static final Effort FULL = new Effort(2, UNTIL_COMPILED, 5, Duration.ofMillis(300));

    /** Of four iterations all would be noise that spread by more than 1.5 per cent; of six it is 3.5. */
    static final Effort QUICK = new Effort(1, UNTIL_COMPILED, 6, Duration.ofMillis(300));

    /** What the slowest peer gets out of one thread: an iteration is long enough for some calls at this speed. */
    private static final double SLOW_FLOPS_A_SECOND = 2.5e10;

    private static final double SLOW_BYTES_A_SECOND = 2.5e9;
    private static final int LEAST_CALLS = 2;

    /** Work of a slow peer between two waits. To wait for a device was seen to take 50 to 150 microseconds. */
    private static final double QUEUED_SECONDS = 4e-3;

    private static final int MOST_QUEUED_CALLS = 16;

    /**
     * Starting a JVM, loading a library or running a kernel that is not yet compiled, checking a result: on average.
     */
    private static final Duration START = Duration.ofMillis(1200);

    /** The length of an iteration of some work. */
    Duration iteration(Work work, int threads) {
        Duration calls = Duration.ofMillis(Math.round(1000 * LEAST_CALLS * slowCall(work, threads)));
        return calls.compareTo(iteration) > 0 ? calls : iteration;
    }

    /** How many calls follow one another before they are waited for. */
    static int calls(Work work, int threads) {
        return Math.clamp((long) (QUEUED_SECONDS / slowCall(work, threads)), 1, MOST_QUEUED_CALLS);
    }

    /** Seconds. */
    private static double slowCall(Work work, int threads) {
        return Math.max(work.flops() / SLOW_FLOPS_A_SECOND, work.bytes() / SLOW_BYTES_A_SECOND) / threads;
    }

    /** How many iterations of a length warm a JVM up. */
    int warmups(Duration length) {
        Duration slow = length.compareTo(iteration) > 0 ? UNTIL_SLOW_WORK_IS_COMPILED : Duration.ZERO;
        Duration all = slow.compareTo(warmup) > 0 ? slow : warmup;
        return Math.toIntExact(Math.ceilDiv(all.toMillis(), length.toMillis()));
    }

    /** For loops that show the machine's peaks: one JVM, but as many iterations as a kernel has in two. */
    Effort forPeaks() {
        return new Effort(1, PEAK_WARMUP, 2 * iterations, iteration);
    }

    /** For what JMH itself allocates, which needs no compiled code. */
    Effort forHarness() {
        return new Effort(1, iteration, iterations, iteration);
    }

    /** As much, for a contender by its id. */
    Effort forContender(String engine) {
        return engine.equals(Engine.OPENCL.id())
                ? new Effort(rounds, UNTIL_DRIVER_CALLS_ARE_COMPILED, iterations, iteration)
                : this;
    }

    /** How long one JVM takes that has iterations of a length. */
    Duration plan(Duration length) {
        return START.plus(length.multipliedBy(warmups(length) + iterations));
    }

    /** How long it takes to measure the harness, some peaks, and then all rounds of all races. */
    Duration plan(Plan plan, int peaks) {
        Duration all =
                forHarness().plan(iteration).plus(forPeaks().plan(iteration).multipliedBy(peaks));
        for (Plan.Race race : plan.races()) {
            Duration length = iteration(Work.of(race.spec()), race.threads());
            for (String engine : race.contenders()) {
                all = all.plus(forContender(engine).plan(length).multipliedBy(rounds));
            }
        }
        return all;
    }

    /** How many JVMs that starts. */
    int runs(Plan plan, int peaks) {
        return 1 + peaks + rounds * plan.runs();
    }
}
