package retort.driver.command;

import picocli.CommandLine.Option;
import retort.driver.cli.Converters;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.driver.job.Descent;
import retort.driver.job.Recipe;
import retort.driver.job.Training;

/** How models are trained. */
final class TrainingOptions {
    @Option(
            names = "--student-epochs",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Epochs of the students (default: 3; hinton2015 50).")
    private Integer studentEpochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Images in a training step (default: 32; hinton2015 128).")
    private Integer batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            converter = Converters.PositiveReal.class,
            description = "Learning rate at the start (default: 0.001 of adam, 1 of momentum).")
    private Float learningRate;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "adam, or momentum: the schedule of Hinton et al. 2012 (default: adam).")
    private OptimizerName optimizer = OptimizerName.ADAM;

    @Option(
            names = "--train-images",
            paramLabel = "N",
            converter = Converters.Positive.class,
            description = "Use at most the first N training images.")
    private Integer trainImages;

    /** The optimisers there are. */
    enum OptimizerName {
        ADAM,
        MOMENTUM
    }

    /** @param standard training images where the user does not say */
    Dataset used(Dataset all, int standard) {
        ImageSet train = all.train();
        int wanted = RecipeSource.given(trainImages, standard);
        return new Dataset(all.name(), train.prefix(Math.min(wanted, train.size())), all.test());
    }

    Recipe changed(Recipe standard) {
        Training student = changed(standard.student());
        return standard.withTeacher(changed(standard.teacher()))
                .withStudent(student.withEpochs(RecipeSource.given(studentEpochs, student.epochs())));
    }

    private Training changed(Training standard) {
        Descent descent = optimizer == OptimizerName.MOMENTUM ? Descent.Momentum.standard() : standard.descent();
        return standard.withBatch(RecipeSource.given(batch, standard.batch()))
                .withDescent(learningRate == null ? descent : descent.withRate(learningRate));
    }
}
