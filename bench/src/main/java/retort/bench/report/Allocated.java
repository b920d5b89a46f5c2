package retort.bench.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import retort.bench.report.JmhFile.Allocation;
import retort.bench.report.JmhFile.Measurement;

/** Bytes that a call allocates, without those of JMH itself; of iterations the median, since a few load classes. */
final class Allocated {
    /** No object is smaller than 16 bytes: less than half of that is what the count of calls was off by. */
    private static final double LEAST_BYTES = 8;

    private final Double harnessBytes;

    /** @param measurements with the one that does nothing among them */
    Allocated(List<Measurement> measurements) {
        harnessBytes = measurements.stream()
                .filter(each -> each.benchmark().equals("HarnessBenchmark.nothing"))
                .filter(each -> !each.allocated().isEmpty())
                .map(each -> median(each.allocated(), Allocation::bytes))
                .findFirst()
                .orElse(null);
    }

    /** Null if it was not measured. */
    Double bytesPerCall(Measurement kernel) {
        if (harnessBytes == null || kernel.allocated().isEmpty()) {
            return null;
        }
        double bytes = median(kernel.allocated(), iteration -> (iteration.bytes() - harnessBytes) / iteration.calls());
        return bytes < LEAST_BYTES ? 0 : bytes;
    }

    private static double median(List<Allocation> iterations, ToDoubleFunction<Allocation> of) {
        double[] sorted = iterations.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
