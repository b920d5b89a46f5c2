package retort.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import retort.bench.peer.Peer;

/** How the numbers came about: what a reader must know to trust them. */
final class Notes {
    private Notes() {}

    /** How a run is to be held against an earlier one, in sentences. */
    static List<String> of(BenchReport.Comparison earlier) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "The baseline is " + earlier.file() + ", of commit " + earlier.commit() + ", " + earlier.time() + ".");
        if (!earlier.judged()) {
            notes.add(
                    "It was measured on another machine, or by other vectors: what differs is not the program alone, and"
                            + " nothing is judged.");
        }
        if (earlier.peersChange() == null) {
            notes.add("No peer stands in both runs to show how far two runs differ by themselves.");
        } else {
            notes.add(String.format(
                    Locale.ROOT,
                    "The peers, whose code is the same, ran at %.2f of their earlier speed; root mean square, they are %.0f %%"
                            + " off it, which every interval allows for.",
                    earlier.peersChange(),
                    100 * earlier.drift()));
        }
        if (earlier.unmatched() > 0) {
            notes.add("Of our results " + earlier.unmatched() + " are not in the baseline.");
        }
        return notes;
    }

    static List<String> of(BenchReport report) {
        List<String> notes = new ArrayList<>(List.of(
                "A ratio is our score over the peer's in this run: above 1 ours is faster.",
                "Before it was timed, a sample of each contender's result (some rows, columns, images or elements) was compared"
                        + " with the plain definition of the operation.",
                "Each contender runs in a JVM of its own, and they take turns at each shape. A kernel is warmed up for more"
                        + " than a second, opencl for four; an iteration takes 0.3 s, and longer where calls are long.",
                "Short calls follow one another, up to 16 of them, before they are waited for, as layers make them: what is timed is a"
                        + " kernel's throughput, not how long a device takes to wake up and to answer.",
                "Packing is within the timed call for us and for every peer, but for onednn-own. At shapes marked packed, our"
                        + " weights were packed beforehand too, as layers keep them.",
                "Per cent of peak: of the multiply-adds for GFLOP/s, of the triad for GB/s, of the update for Adam. Data that"
                        + " fit the caches can be faster than the triad and the update, whose arrays do not.",
                "A kernel above 105 % shows that its peak was disturbed: the peak is measured again beside it, in a JVM right"
                        + " after its own, and the later figure counts for it. For all others the highest counts, since what"
                        + " disturbs a peak lowers it.",
                "Triad: x = y + a z. Update: w, m and v are each increased by a g, and so read and written back while g is"
                        + " read, which is what Adam must move.",
                "The error is half of the 99.9 % confidence interval over all iterations. A figure whose error is over a tenth of"
                        + " it is noise: it has a " + Tables.NOISE_MARK
                        + " before it, and no target is met or missed by it.",
                "Bytes per call are counted by JMH's profiler, without what JMH itself allocates in an iteration; less than 8"
                        + " are none.",
                "A fork is unlike its siblings if it is over a tenth faster or slower than their mean and no iteration within"
                        + " their range: the compiler does not make the same of a kernel in each JVM."));
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
        if (report.results().stream().anyMatch(r -> r.threads() > 1)) {
            notes.add("Small shapes, under 4 MFLOP and 0.5 MB, are timed on the lowest number of threads only.");
        }
        if (!report.targets().isEmpty()) {
            notes.add(
                    "Targets: ours over theirs. one-thread is ours on one thread, peak the loop that bounds such work.");
        }
        if (report.environment().quick()) {
            notes.add("This was a quick run: short, of few shapes, not to be quoted.");
        }
        return notes;
    }
}
