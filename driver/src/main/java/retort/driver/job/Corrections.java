package retort.driver.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import retort.driver.data.Dataset;
import retort.nn.Sequential;
import retort.nn.Shuffle;

/** Step 6 of a recipe for one student: the biases of what it never saw, and what becomes of the test with each. */
record Corrections(Dataset data, Recipe recipe, Student student, Fit fit, Job.Watcher watcher) {
    /** Products of probabilities of two classes, over all images, from which on a pass over these takes a second. */
    private static final double LONG = 1e9;

    /**
     * Without a teacher only the oracle is tried: there are no predictions that could tell how much there is of a
     * class.
     *
     * @param ofTest the student's logits of the test images
     * @param teacher its logits of all training images
     */
    List<StudentResult.Correction> of(Sequential model, Logits ofTest, Optional<Logits> teacher) {
        Examples test = Examples.labelled(data.test());
        Optional<LabelShift> shift = student.corrections().fits()
                ? teacher.map(logits -> shift(model, unlabelled(model, ofTest), logits))
                : Optional.empty();
        List<StudentResult.Correction> found = new ArrayList<>();
        for (BiasCorrection.Kind kind : student.corrections().kinds()) {
            if (kind.readsLabels()) {
                found.add(corrected(kind, oracle(ofTest, test), ofTest, test));
            } else {
                shift.ifPresent(known -> found.add(corrected(kind, known.bias(kind), ofTest, test)));
            }
        }
        return found;
    }

    private BiasCorrection.Found oracle(Logits ofTest, Examples test) {
        return BiasCorrection.oracle(ofTest, test, student.omitted())
                .map(bias -> BiasCorrection.Found.of(Bias.of(ofTest.classes(), student.omitted(), bias)))
                .orElseGet(() -> BiasCorrection.Found.nothing("no test image is of an omitted class, or all are"));
    }

    private LabelShift shift(Sequential model, Logits target, Logits teacher) {
        return new LabelShift(
                target,
                () -> new LabelShift.Source(
                        logits(model, fit.examples()),
                        fit.examples().of(teacher),
                        recipe.ownTemperature(),
                        this::summed),
                teacher.shares(),
                student.omitted(),
                recipe.ownTemperature());
    }

    /** Of a pass over the examples: a step that is told of where it takes long. */
    private void summed(int images) {
        int all = fit.examples().size();
        if ((double) all * data.classes() * data.classes() < LONG) {
            watcher.check();
            return;
        }
        if (images == 0) {
            watcher.stepStarts("corrections of " + student.name(), all);
        }
        watcher.stepProgress(images);
        if (images == all) {
            watcher.stepEnds();
        }
    }

    private Logits logits(Sequential model, Examples of) {
        return fit.logits(model, of, done -> watcher.check());
    }

    /** What biases are fitted on: no label comes with it. */
    private Logits unlabelled(Sequential model, Logits ofTest) {
        CorrectionPlan plan = student.corrections();
        Logits all = switch (plan.on()) {
            case TEST -> ofTest;
            case HELD_OUT -> logits(model, Examples.labelled(data.heldOut().orElseThrow()));
        };
        return plan.images()
                .filter(images -> images < all.rows())
                .map(images -> drawn(all, images, fit.seed(), 0))
                .orElse(all);
    }

    /**
     * So many rows, drawn without replacement.
     *
     * @param draw draws of one seed differ in it
     */
    static Logits drawn(Logits all, int images, long seed, int draw) {
        int[] rows = Arrays.copyOf(Shuffle.permutation(all.rows(), seed, draw), images);
        Arrays.sort(rows);
        return all.at(rows);
    }

    private StudentResult.Correction corrected(
            BiasCorrection.Kind kind, BiasCorrection.Found found, Logits ofTest, Examples test) {
        return new StudentResult.Correction(
                kind,
                Optional.ofNullable(found.bias())
                        .map(bias -> new StudentResult.Corrected(
                                bias, Evaluation.of(ofTest.biased(bias), test, recipe.ownTemperature()))),
                Optional.ofNullable(found.undefined()));
    }
}
