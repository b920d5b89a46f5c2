package retort.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.bench.peer.Peer;

/** How the numbers came about: what a reader must know to trust them. */
final class Notes {
    private Notes() {}

    static List<String> of(BenchReport report) {
        List<String> notes = new ArrayList<>(List.of(
                "A ratio is our score over the peer's in this run: above 1 ours is faster.",
                "Before it was timed, a sample of each contender's result (some rows, columns, images or elements) was compared"
                        + " with the plain definition of the operation.",
                "Each contender runs in a JVM of its own, and they take turns at each shape.",
                "Packing is within the timed call for us and for every peer, but for onednn-own.",
                "Per cent of peak: of the multiply-adds for GFLOP/s, of the triad for GB/s. Data that fit the caches can"
                        + " be faster than the triad, whose arrays do not.",
                "The error is half of the 99.9 % confidence interval over all iterations."));
        Arrays.stream(Peer.values())
                .filter(peer ->
                        report.results().stream().anyMatch(r -> r.engine().equals(peer.id())))
                .forEach(peer -> notes.add(peer.id() + " is " + peer.description()));
        if (report.results().stream().anyMatch(r -> r.engine().equals("jdk"))) {
            notes.add("jdk is the JDK's own vector library, FloatVector.lanewise(EXP).");
        }
        if (report.results().stream().anyMatch(r -> r.engine().equals("opencl"))) {
            notes.add("opencl and clblast use the whole device, whatever the number of threads.");
        }
        if (report.environment().quick()) {
            notes.add("This was a quick run: short, of few shapes, not to be quoted.");
        }
        return notes;
    }
}
