package retort.driver.statistics;

import java.util.ArrayList;
import java.util.List;

/**
 * One kind of model against another on the same test images.
 *
 * @param first name of the kind that is claimed to be better or worse
 * @param second what it is held against
 * @param firstErrors of each seed, or of each draw of what is fitted on images that are drawn
 * @param secondErrors of the same seeds or draws, in their order
 */
public record Contest(String first, String second, List<ErrorSet> firstErrors, List<ErrorSet> secondErrors) {
    /** The draws of the bootstrap, so that the same results have the same intervals. */
    private static final long SEED = 1993;

    private static final String BETWEEN = ", ";

    /** What a model is called after a correction. */
    public static String corrected(String model, String method) {
        return model + BETWEEN + method;
    }

    /** The method in a name that {@link #corrected} made. */
    public static String method(String corrected) {
        return corrected.substring(corrected.lastIndexOf(BETWEEN) + BETWEEN.length());
    }

    /** Whether {@link #corrected} made a name of that of a model. */
    public static boolean isCorrected(String name, String model) {
        return name.equals(corrected(model, method(name)));
    }

    /**
     * What came of it.
     *
     * @param test difference of errors with its interval
     * @param p of {@link McNemar} for a single seed, of {@link PairedBootstrap} for several
     * @param adjusted that, raised for the number of contests that were judged together: see {@link Holm}
     */
    public record Verdict(Contest contest, PairedBootstrap test, double p, double adjusted) {
        /** Whether the two differ by more than chance explains. */
        public boolean isShown() {
            return adjusted < Holm.LEVEL;
        }

        /** For people: better, worse, or that nothing is shown. */
        public String text() {
            return isShown() ? test.difference() < 0 ? "better" : "worse" : "not shown to differ";
        }
    }

    /** All of them, judged together. */
    public static List<Verdict> judged(List<Contest> contests) {
        List<PairedBootstrap> tests = contests.stream()
                .map(each -> PairedBootstrap.of(each.firstErrors(), each.secondErrors(), SEED))
                .toList();
        List<Double> p = new ArrayList<>();
        for (int i = 0; i < contests.size(); i++) {
            Contest each = contests.get(i);
            p.add(
                    each.firstErrors().size() == 1
                            ? McNemar.of(
                                            each.firstErrors().getFirst(),
                                            each.secondErrors().getFirst())
                                    .p()
                            : tests.get(i).p());
        }
        List<Double> adjusted = Holm.adjusted(p);
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < contests.size(); i++) {
            verdicts.add(new Verdict(contests.get(i), tests.get(i), p.get(i), adjusted.get(i)));
        }
        return verdicts;
    }
}
