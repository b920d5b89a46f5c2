package retort.driver.report;

import com.google.gson.annotations.JsonAdapter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.driver.cli.Json;
import retort.driver.json.HoldsNulls;
import retort.driver.json.MayBeMissing;
import retort.driver.statistics.ErrorSet;

/**
 * What a command found out, as {@code report.json} holds it: components are its keys, in order, and a part that a
 * command does not have is null and left out. Keys are stable within a schema version; more may be added.
 *
 * @param config the TOML file with which {@code --config} repeats it
 * @param commandLine as it was given
 * @param remarks on the data, a sentence each
 * @param classes their names, where they are not their numbers
 * @param stopped how trainings went that may end early
 */
public record Report(
        int schemaVersion,
        String command,
        @MayBeMissing String recipe,
        @MayBeMissing Long seed,
        boolean quick,
        Environment environment,
        @MayBeMissing String config,
        @MayBeMissing String commandLine,
        @MayBeMissing List<String> remarks,
        @MayBeMissing Teacher teacher,
        @MayBeMissing SoftLabels softLabels,
        @MayBeMissing List<Student> students,
        @MayBeMissing Evaluated evaluated,
        @MayBeMissing List<Latency> latency,
        @MayBeMissing List<LatencyRatio> latencyRatio,
        @MayBeMissing List<LatencySkipped> latencySkipped,
        @MayBeMissing Profile profile,
        @MayBeMissing List<String> classes,
        @MayBeMissing List<Stopped> stopped) {

    public static final int SCHEMA_VERSION = 1;

    /** The method of {@link BiasCorrected} that reads the test's labels. */
    public static final String ORACLE = "oracle";

    /** What a class is called. */
    String className(int c) {
        return classes == null || c >= classes.size() ? Integer.toString(c) : classes.get(c);
    }

    /**
     * Where it ran, and on what.
     *
     * @param features instruction sets, and the longest vectors that the JVM makes of them
     * @param parameters where those of an engine's kernels come from, by its id
     */
    public record Environment(
            String backend,
            String device,
            @MayBeMissing String cpu,
            @MayBeMissing List<String> features,
            int threads,
            String java,
            String os,
            String dataset,
            String commit,
            @MayBeMissing Map<String, String> parameters) {}

    /** One epoch of training; the losses are means, validation is null where there is none. */
    public record Epoch(
            int epoch,
            double loss,
            double accuracy,
            @MayBeMissing Double validationLoss,
            @MayBeMissing Double validationAccuracy,
            double seconds) {}

    /**
     * A training that ends once its loss on held-out images gets no smaller.
     *
     * @param epochs that it had, of those planned
     * @param best the epoch whose weights the model has
     */
    public record Stopped(String model, int epochs, int planned, int best) {
        /** A sentence. */
        String text() {
            return model + ": " + (epochs < planned ? "stopped after " + epochs + " of " : "all ") + planned
                    + " epochs, with the weights of epoch " + best;
        }
    }

    /** Mean loss and accuracy over the steps since the point before; steps count on over the epochs. */
    public record Point(int step, double loss, double accuracy) {}

    /** Predictions of like confidence: how many, its mean, and the share of them that is right. */
    public record Bin(int images, double confidence, double accuracy) {}

    /**
     * A model on the test images. Recall of a class without images is null. Confusion has a row for each true class, a
     * column for each predicted one; calibration is of softmax(logits / T) at the T of predictions, from low confidence
     * to high. Wrong says which images they were.
     */
    public record Test(
            int images,
            int errors,
            double accuracy,
            @HoldsNulls Double[] recall,
            int[][] confusion,
            @MayBeMissing double negativeLogLikelihood,
            @MayBeMissing double calibrationError,
            @MayBeMissing List<Bin> calibration,
            @MayBeMissing ErrorSet wrong) {
        /** The share of the images of some classes that were named right; null without such images. */
        public Double recall(Set<Integer> classes) {
            return images(classes) == 0 ? null : right(classes) / (double) images(classes);
        }

        /** How many of the images of some classes were named right. */
        int right(Set<Integer> classes) {
            return classes.stream().mapToInt(c -> confusion[c][c]).sum();
        }

        /** How many images there are of some classes. */
        int images(Set<Integer> classes) {
            return classes.stream()
                    .mapToInt(c -> Arrays.stream(confusion[c]).sum())
                    .sum();
        }
    }

    public record Teacher(
            long parameters,
            int trainImages,
            double seconds,
            @MayBeMissing Double imagesPerSecond,
            List<Epoch> epochs,
            @MayBeMissing List<Point> history,
            Test test) {}

    /**
     * What the teacher says of the training images.
     *
     * @param temperatures that {@code digits} have probabilities for
     * @param digits training images of other classes in which it sees most of those that students omit
     */
    public record SoftLabels(
            float temperature,
            int images,
            double seconds,
            @MayBeMissing List<Float> temperatures,
            @MayBeMissing List<Digit> digits) {}

    /** A training image by its index, and for each temperature the probability of each class. */
    public record Digit(int image, int label, List<double[]> probabilities) {}

    /** A test image by its index, and what a student says of it. */
    public record Sample(int image, int label, int predicted, double confidence) {}

    /**
     * Where the time went, by operation, the most expensive first.
     *
     * @param gflops that the machine gave at most; null if not known, as for a device that chooses its own
     * @param memoryGBs likewise
     */
    public record Profile(
            @MayBeMissing Double gflops, @MayBeMissing Double memoryGBs, List<Operation> operations) {}

    /**
     * One operation, all its calls together.
     *
     * @param share of the time of all operations
     * @param ofPeak of arithmetic or memory, whichever it uses more of; null if peaks are not known
     * @param bound by which of these, "fma" or "memory"; null likewise
     */
    public record Operation(
            String operation,
            int calls,
            double millis,
            double share,
            double gflops,
            double gbs,
            @MayBeMissing Double ofPeak,
            @MayBeMissing String bound) {}

    /** Agreement of fold models with the teacher's predictions on their held-out fold. */
    public record CrossValidation(List<Double> folds, double mean, double seconds) {}

    /**
     * A student after a bias was added to its logits, fitted on unlabelled images but for {@link #ORACLE}.
     *
     * @param classes that it never saw
     * @param bias by how much these are raised over the others, in the mean; null where none is defined, as for
     *     classes that the teacher never names
     * @param ofClass what was added to the logit of each class
     * @param test null where no bias is defined
     * @param undefined why it is not
     */
    public record BiasCorrected(
            String method,
            Set<Integer> classes,

            @MayBeMissing @JsonAdapter(value = Json.WithNull.class, nullSafe = false)
            Double bias,

            @MayBeMissing List<Double> ofClass,
            @MayBeMissing Test test,
            @MayBeMissing String undefined) {
        boolean readsLabels() {
            return method.equals(ORACLE);
        }
    }

    /**
     * A student; method and alpha are null for one on true labels alone.
     *
     * @param teachingShare of the seconds in which the teacher labelled what was shown; null where it had beforehand
     * @param unseen of each class that it never saw the first test images that it names right, and the first that it
     *     names wrong: with the first bias that no label was read for, where there is one
     */
    public record Student(
            String name,
            String labels,
            @MayBeMissing String method,
            @MayBeMissing Float alpha,
            Set<Integer> omitted,
            float temperature,
            long parameters,
            int trainImages,
            double seconds,
            @MayBeMissing Double teachingShare,
            @MayBeMissing CrossValidation crossValidation,
            List<Epoch> epochs,
            @MayBeMissing List<Point> history,
            Test test,
            @MayBeMissing List<BiasCorrected> biasCorrection,
            @MayBeMissing List<Sample> unseen) {
        /** What came of the first method that reads no label, where one was tried and gives a bias. */
        Optional<BiasCorrected> corrected() {
            return biasCorrection == null
                    ? Optional.empty()
                    : biasCorrection.stream()
                            .filter(corrected -> !corrected.readsLabels() && corrected.test() != null)
                            .findFirst();
        }
    }

    /** A model file on the test images, by {@code evaluate}; weights are float32, bf16 or int8. */
    public record Evaluated(
            String model, long parameters, @MayBeMissing String weights, Test test) {}

    /**
     * Time of calls; p10 and p90 are what a tenth and nine tenths of them stayed below. Weights are float32, bf16 or
     * int8.
     */
    public record Latency(
            String backend,
            String model,
            int batch,
            int calls,
            double medianMicros,
            double p99Micros,
            @MayBeMissing Double imagesPerSecond,
            @MayBeMissing long parameters,
            @MayBeMissing double p10Micros,
            @MayBeMissing double p90Micros,
            @MayBeMissing String weights) {}

    /** @param student the model of {@link Latency} that the teacher is held against */
    public record LatencyRatio(
            String backend,
            int batch,
            double teacherOverStudent,
            @MayBeMissing String student) {}

    /** A measurement that was not made, and why. */
    public record LatencySkipped(String backend, String model, int batch, String reason) {}
}
