package retort.driver.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import retort.driver.data.Dataset;
import retort.driver.statistics.ErrorSet;
import retort.nn.Network;

/**
 * Ways to correct a student that is trained already, each on unlabelled images drawn several times over: what a bias is
 * worth that few images were at hand for. Nothing is trained.
 *
 * @param data whose training images, without those of omitted classes, the student has learned from
 * @param omitted classes that the student never saw, at least one
 * @param temperature T of predictions
 * @param kinds ways that read no label
 * @param on which unlabelled images
 * @param sizes how many of these; what is more than there are is all of them
 * @param draws of each size; all of them are drawn once
 * @param seed of the draws
 */
public record CorrectionTrials(
        Dataset data,
        Set<Integer> omitted,
        double temperature,
        List<BiasCorrection.Kind> kinds,
        CorrectionPlan.On on,
        List<Integer> sizes,
        int draws,
        long seed) {
    /** What is called the correction of a student that is left as it is. */
    public static final String NONE = "none";

    /**
     * One way on so many images.
     *
     * @param method its name, or {@link #NONE}
     * @param images that it was fitted on; none without a fit, or for the oracle
     * @param outcomes of the draws that gave a bias
     * @param undefined why the others gave none, one for each
     */
    public record Trial(String method, OptionalInt images, List<Outcome> outcomes, List<String> undefined) {}

    /**
     * Of one draw.
     *
     * @param draw which, from 0; the same one of two ways is of the same images
     * @param bias by how much what was never seen is raised over the rest
     * @param recallOmitted share of the test images of omitted classes that are named right; empty without such images
     */
    public record Outcome(int draw, double bias, ErrorSet wrong, Optional<Double> recallOmitted) {}

    /**
     * @param student the model
     * @param teacher what its teacher says of all training images
     * @param check is called now and then between; may throw
     * @param drawn is told of each draw that is done
     * @throws NotFiniteException if a logit is no finite number
     */
    public List<Trial> of(Network student, Logits teacher, Runnable check, Runnable drawn) {
        Examples test = Examples.labelled(data.test());
        Logits ofTest = logits(student, test);
        Logits target = switch (on) {
            case TEST -> ofTest;
            case HELD_OUT -> logits(student, Examples.labelled(data.heldOut().orElseThrow()));
        };
        Examples transfer = Examples.labelled(data.train()).without(omitted);
        LabelShift.Source source = new LabelShift.Source(
                logits(student, transfer), transfer.of(teacher), temperature, images -> check.run());
        double[] shares = teacher.shares();
        List<Trial> trials = new ArrayList<>(limits(ofTest, test));
        sizes.stream()
                .map(size -> Math.min(size, target.rows()))
                .distinct()
                .forEach(size -> kinds.forEach(kind -> {
                    List<Outcome> outcomes = new ArrayList<>();
                    List<String> undefined = new ArrayList<>();
                    for (int draw = 0; draw < (size == target.rows() ? 1 : draws); draw++) {
                        Logits some = Corrections.drawn(target, size, seed, draw);
                        BiasCorrection.Found found =
                                new LabelShift(some, () -> source, shares, omitted, temperature).bias(kind);
                        if (found.bias() != null) {
                            outcomes.add(outcome(draw, ofTest, test, found.bias()));
                        }
                        Optional.ofNullable(found.undefined()).ifPresent(undefined::add);
                        drawn.run();
                    }
                    trials.add(new Trial(kind.id(), OptionalInt.of(size), outcomes, undefined));
                }));
        return trials;
    }

    /** How many draws {@link #of} tells of. */
    public int drawsOfAll() {
        int all = on == CorrectionPlan.On.TEST
                ? data.test().size()
                : data.heldOut().orElseThrow().size();
        return kinds.size()
                * sizes.stream()
                        .map(size -> Math.min(size, all))
                        .distinct()
                        .mapToInt(size -> size == all ? 1 : draws)
                        .sum();
    }

    /** No correction, and the best of one number that there is. */
    private List<Trial> limits(Logits ofTest, Examples test) {
        Outcome none = outcome(0, ofTest, test, Bias.of(ofTest.classes(), Set.of(), 0));
        Trial plain = new Trial(NONE, OptionalInt.empty(), List.of(none), List.of());
        Stream<Trial> oracle = BiasCorrection.oracle(ofTest, test, omitted)
                .map(bias -> outcome(0, ofTest, test, Bias.of(ofTest.classes(), omitted, bias)))
                .map(found ->
                        new Trial(BiasCorrection.Kind.ORACLE.id(), OptionalInt.empty(), List.of(found), List.of()))
                .stream();
        return Stream.concat(Stream.of(plain), oracle).toList();
    }

    private Outcome outcome(int draw, Logits ofTest, Examples test, Bias bias) {
        Evaluation found = Evaluation.of(ofTest.biased(bias), test, temperature);
        return new Outcome(draw, bias.raise(omitted), found.wrong(), Optional.ofNullable(found.recall(omitted)));
    }

    private static Logits logits(Network model, Examples of) {
        return Inference.logits(model, of, done -> {});
    }
}
