package retort.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import retort.bench.kernel.PeakBenchmark;
import retort.bench.peer.Peer;
import retort.bench.report.JmhFile.Measurement;
import retort.bench.report.Work.Roof;
import retort.kernels.Probe;

/**
 * What kernels are held against: the peaks that were measured first, and those that were measured again beside a kernel
 * which was faster than a peak allows, so that something must have disturbed it.
 *
 * @param kernels all that was timed beside the peaks
 * @param elsewhere engines that compute on a device of their own, which these peaks say nothing of
 */
public record Roofs(List<Measured> measured, List<Measurement> kernels, List<String> elsewhere) {
    private static final double TRIAD_BYTES = 12.0 * PeakBenchmark.TRIAD_ELEMENTS;
    private static final double UPDATE_BYTES = 28.0 * PeakBenchmark.UPDATE_ELEMENTS;

    /** Above this share of a peak it was the peak that was wrong. */
    private static final double DISTURBED = 1.05;

    /** Work on less data may find it in a cache, and then be faster than any loop over memory. */
    private static final long CACHED_BYTES = 1 << 26;

    /**
     * One peak at one time.
     *
     * @param beside the spec that was timed before it; null for one that was measured first
     * @param value in GFLOP/s or GB/s
     * @param error half of the confidence interval; null if it is not known
     */
    record Measured(Roof roof, int threads, String beside, double value, Double error) {
        boolean isNoise() {
            return Results.isNoise(value, error);
        }
    }

    /** Of everything that JMH has timed so far. */
    public static Roofs of(List<Measurement> all, List<String> elsewhere) {
        List<Measured> measured = new ArrayList<>();
        for (Measurement each : all) {
            for (Roof roof : Roof.values()) {
                if (each.benchmark().equals("PeakBenchmark." + loop(roof))) {
                    double giga = giga(roof, each.threads());
                    measured.add(new Measured(
                            roof,
                            each.threads(),
                            each.beside(),
                            each.perSecond() * giga,
                            Double.isNaN(each.error()) ? null : each.error() * giga));
                }
            }
        }
        List<Measurement> kernels =
                all.stream().filter(each -> each.spec() != null).toList();
        return new Roofs(measured, kernels, elsewhere);
    }

    /** The method that shows it. */
    private static String loop(Roof roof) {
        return roof.name().toLowerCase(Locale.ROOT);
    }

    /** Billions of operations, or of bytes, in a call of one of as many threads. */
    private static double giga(Roof roof, int threads) {
        return switch (roof) {
            case FMA -> Probe.FMA_FLOPS / 1e9;
            case TRIAD -> TRIAD_BYTES / threads / 1e9;
            case UPDATE -> UPDATE_BYTES / threads / 1e9;
        };
    }

    /**
     * The peak that counts for some work: the one that was measured beside it, else the highest, since what disturbs a
     * peak can only lower it. Nothing if none bounds it.
     */
    Optional<Measured> over(Work work, String engine, int threads) {
        if (isElsewhere(engine)) {
            return Optional.empty();
        }
        Optional<Measured> beside = on(work.roof(), threads).stream()
                .filter(each -> work.id().equals(each.beside()))
                .reduce((earlier, later) -> later);
        return beside.or(() -> on(work.roof(), threads).stream().max(Comparator.comparingDouble(Measured::value)));
    }

    private List<Measured> on(Roof roof, int threads) {
        return measured.stream()
                .filter(each -> each.roof() == roof && each.threads() == threads)
                .toList();
    }

    private boolean isElsewhere(String engine) {
        return elsewhere.contains(
                Results.isOurs(engine) || engine.equals("jdk")
                        ? engine
                        : Peer.byId(engine).rival().id());
    }

    /**
     * The loop that is to be measured again beside a spec that has just been timed; nothing if no contender was faster
     * than its peak allows.
     */
    public Optional<String> disturbed(String spec, int threads) {
        Work work = Work.of(spec);
        if (work.roof() != Roof.FMA && work.bytes() < CACHED_BYTES) {
            return Optional.empty();
        }
        return kernels.stream()
                .filter(each -> each.spec().equals(spec) && each.threads() == threads)
                .filter(each -> over(work, each.engine(), threads)
                        .filter(peak -> each.perSecond() * work.giga() > DISTURBED * peak.value())
                        .isPresent())
                .map(each -> loop(work.roof()))
                .findFirst();
    }

    /** Those that were measured first, by thread count. */
    List<BenchReport.Peak> first() {
        List<BenchReport.Peak> peaks = new ArrayList<>();
        for (int threads :
                new TreeSet<>(measured.stream().map(Measured::threads).toList())) {
            Measured fma = first(Roof.FMA, threads);
            Measured triad = first(Roof.TRIAD, threads);
            Measured update = first(Roof.UPDATE, threads);
            if (fma != null && triad != null) {
                peaks.add(new BenchReport.Peak(
                        threads,
                        fma.value(),
                        fma.error(),
                        triad.value(),
                        triad.error(),
                        update == null ? null : update.value(),
                        update == null ? null : update.error()));
            }
        }
        return peaks;
    }

    private Measured first(Roof roof, int threads) {
        return on(roof, threads).stream()
                .filter(each -> each.beside() == null)
                .findFirst()
                .orElse(null);
    }

    /** Those that were measured again, in the order of time. */
    List<BenchReport.PeakAgain> again() {
        return measured.stream()
                .filter(each -> Objects.nonNull(each.beside()))
                .map(each -> new BenchReport.PeakAgain(
                        each.beside(),
                        each.threads(),
                        loop(each.roof()),
                        each.value(),
                        each.error(),
                        each.roof() == Roof.FMA ? Work.GFLOPS : Work.GBS))
                .toList();
    }
}
