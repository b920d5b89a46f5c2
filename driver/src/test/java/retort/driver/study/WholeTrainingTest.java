package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import retort.driver.config.ExperimentFile;
import retort.driver.data.SyntheticSet;
import retort.driver.job.Deaf;
import retort.driver.job.Epoch;
import retort.driver.job.Examples;
import retort.driver.job.Fit;
import retort.driver.job.Method;

class WholeTrainingTest {
    private static final int IMAGES = 20;
    private static final int EPOCHS = 200_000_000;

    private final List<String> told = new ArrayList<>();
    private final WholeTraining training = new WholeTraining(new Listening(), "a title");

    @Test
    void isOneStepWhereItGoesOnWithALaterEpoch() {
        epoch(EPOCHS - 1);
        epoch(EPOCHS);
        long all = (long) EPOCHS * IMAGES;
        assertEquals(List.of("a title of " + all, "" + (all - IMAGES - 1), "" + (all - 1), "end"), told);
    }

    @Test
    void endsOnceWhereItStopsEarly() {
        epoch(1);
        training.stopped(fit(), 1, 1);
        assertEquals("end", told.getLast());
        epoch(EPOCHS);
        training.stopped(fit(), EPOCHS, 1);
        assertEquals(2, told.stream().filter("end"::equals).count());
    }

    private void epoch(int number) {
        training.epochStarts(fit(), number);
        training.progress(IMAGES - 1, 0, 1);
        Epoch.Score score = new Epoch.Score(0, 1);
        training.epochEnds(null, new Epoch(number, score, List.of(), Optional.empty(), 1, 0));
    }

    private static Fit fit() {
        return new Fit(
                "fit",
                Examples.labelled(SyntheticSet.images(IMAGES)),
                null,
                ExperimentFile.recipe("hinton2015").recipe().teacher().withEpochs(EPOCHS),
                Method.HARD_LABELS.loss(1, 1),
                1,
                0);
    }

    private final class Listening extends Deaf {
        @Override
        public void stepStarts(String name, long items) {
            told.add(name + " of " + items);
        }

        @Override
        public void stepProgress(long done, double loss, double accuracy) {
            told.add(Long.toString(done));
        }

        @Override
        public void stepEnds() {
            told.add("end");
        }
    }
}
