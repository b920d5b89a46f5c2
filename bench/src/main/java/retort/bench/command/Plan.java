package retort.bench.command;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import retort.bench.kernel.ExpBenchmark;
import retort.bench.peer.Peer;
import retort.kernels.Engine;
import retort.kernels.op.Spec;

/** What will be timed, in order: everything that is compared stands together. */
record Plan(List<Race> races) {
    /** Above this a spec takes cpu-scalar, which is there to be right, too long. */
    private static final long SCALAR_FLOPS = 20_000_000;

    private static final long SCALAR_BYTES = 20_000_000;

    /** What one core does in a tenth of a millisecond or less is not worth the trip to a second one. */
    private static final long SPLIT_FLOPS = 4_000_000;

    private static final long SPLIT_BYTES = 500_000;

    /** One spec on one thread count, and who takes part. */
    record Race(Kernel kernel, String spec, int threads, List<String> contenders) {}

    /**
     * @param threads counts; what is too small to be split is timed on the lowest only
     * @param peers that are present
     */
    static Plan of(
            List<Kernel> kernels, List<Spec> specs, List<Integer> threads, List<Engine> engines, List<Peer> peers) {
        List<Race> races = new ArrayList<>();
        for (int count : threads) {
            boolean least = count == Collections.min(threads);
            boolean most = count == Collections.max(threads);
            for (Spec spec : specs) {
                Kernel kernel = Kernel.of(spec);
                if (kernels.contains(kernel)) {
                    boolean splits = least || isWorthSplitting(spec);
                    List<String> contenders = contenders(spec, count, splits, most, engines, peers);
                    add(races, new Race(kernel, spec.id(), count, contenders));
                }
            }
        }
        if (kernels.contains(Kernel.EXP) && threads.contains(1) && engines.contains(Engine.CPU_SIMD)) {
            List<String> contenders = new ArrayList<>(List.of(Engine.CPU_SIMD.id(), "jdk"));
            if (peers.contains(Peer.ONEDNN)) {
                contenders.add(Peer.ONEDNN.id());
            }
            races.add(new Race(Kernel.EXP, ExpBenchmark.ID, 1, contenders));
        }
        return new Plan(races);
    }

    private static boolean isWorthSplitting(Spec spec) {
        return spec.flops() >= SPLIT_FLOPS || spec.bytes() >= SPLIT_BYTES;
    }

    private static void add(List<Race> races, Race race) {
        if (!race.contenders().isEmpty()) {
            races.add(race);
        }
    }

    /**
     * @param splits whether as many threads are for such work
     * @param most whether this is the highest thread count: engines for which it means nothing run there only
     */
    private static List<String> contenders(
            Spec spec, int threads, boolean splits, boolean most, List<Engine> engines, List<Peer> peers) {
        List<String> contenders = new ArrayList<>();
        for (Engine engine : engines) {
            boolean takesPart = switch (engine) {
                case CPU_SIMD -> splits;
                case CPU_SCALAR -> threads == 1 && spec.flops() <= SCALAR_FLOPS && spec.bytes() <= SCALAR_BYTES;
                case OPENCL -> most;
            };
            if (takesPart) {
                contenders.add(engine.id());
            }
        }
        for (Peer peer : peers) {
            if (contenders.contains(peer.rival().id()) && peer.takes(spec, threads)) {
                contenders.add(peer.id());
            }
        }
        return contenders;
    }

    /** How many JVMs a round starts. */
    int runs() {
        return races.stream().mapToInt(race -> race.contenders().size()).sum();
    }
}
