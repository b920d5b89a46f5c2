package retort.frameworks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import retort.bench.performance.JobRun.Measurement;
import retort.driver.data.Dataset;
import retort.driver.data.ImageSet;
import retort.kernels.op.ElementType;
import retort.nn.Architecture;
import retort.nn.Shuffle;

/**
 * The job, the same for every framework: a teacher is trained from the JVM's first moment on, then predicts; so does a
 * student. Images are made of bytes within the time of a training step, and before that of a prediction.
 */
final class Job {
    static final int BATCH = 32;
    static final float TEMPERATURE = 3.5f;
    static final float RATE = 1e-3f;
    static final float BETA1 = 0.9f;
    static final float BETA2 = 0.999f;
    static final float EPSILON = 1e-7f;
    static final long SEED = 0;

    private static final Architecture TEACHER = Architecture.parse("input 28x28x1; conv2d 32 3x3; relu; flatten;"
            + " dense 1200; relu; dropout 0.5; dense 1200; relu; dropout 0.5; dense 10");
    private static final Architecture STUDENT =
            Architecture.parse("input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10");

    /** With ReLU and max pooling, as docs/examples/lenet5.toml has it. */
    private static final Architecture LENET5 = Architecture.parse("input 28x28x1; conv2d 6 5x5 stride 1 padding 2;"
            + " relu; max-pool2d 2x2; conv2d 16 5x5; relu; max-pool2d 2x2; flatten; dense 120; relu; dense 84; relu;"
            + " dense 10");

    /** As docs/examples/resnet20.toml has it, behind its first three layers. */
    private static final Architecture RESNET20 =
            Architecture.parse("input 32x32x3; conv2d 16 3x3 stride 1 padding 1 no-bias; batchnorm; relu;"
                    + block(16).repeat(3) + halved(32) + block(32).repeat(2) + halved(64)
                    + block(64).repeat(2) + " global-average-pool2d; dense 10");

    /** Of weights, where a framework can round them. */
    private static final List<ElementType> FEWER_BITS = List.of(ElementType.BFLOAT16, ElementType.INT8);

    /** Images in one prediction while the whole test set is gone through. */
    private static final int CHUNK = 1000;

    /** Different inputs that the calls take in turn. */
    private static final int INPUTS = 64;

    /** Of each ONNX model. */
    private static final double WARM_UP_SECONDS = 8;

    private static final int FEWEST_CALLS = 3;
    private static final int MOST_CALLS = 1 << 20;

    private final Framework framework;
    private final int threads;
    private final Limits limits;
    private final Dataset data = Dataset.embedded();
    private final List<Measurement> results = new ArrayList<>();
    private int testErrors;

    /** A part of the job. */
    enum Work {
        TRAINING,
        PREDICTION,
        /** LeNet-5 in place of the teacher: trained from the JVM's first moment on, then it predicts. */
        LENET5,
        /** Predictions by the models of ONNX files. */
        ONNX
    }

    /**
     * How much is done.
     *
     * @param images after how many images of training the time is taken, in rising order; training ends at one of these
     *     if the next would take longer than it may
     * @param trainingSeconds for all of training
     * @param predictionSeconds for each kind of prediction, after half as much for warming up
     */
    record Limits(List<Integer> images, double trainingSeconds, double predictionSeconds) {}

    Job(Framework framework, int threads, Limits limits) {
        this.framework = framework;
        this.threads = threads;
        this.limits = limits;
    }

    /** Done once in a process: what ran before would have warmed up the JVM. */
    void run(Set<Work> works) {
        if (works.contains(Work.ONNX)) {
            predictOnnx("teacher", TEACHER);
            predictOnnx("lenet5", LENET5);
            predictOnnx("resnet20", RESNET20);
        }
        if (works.contains(Work.LENET5)) {
            runLenet5();
        }
        if (works.contains(Work.TRAINING) || works.contains(Work.PREDICTION)) {
            runJob(works);
        }
    }

    private void predictOnnx(String name, Architecture architecture) {
        try (OnnxModel model = OnnxModel.of(architecture);
                Network network = framework.onnx(model.file(), threads)) {
            float[][] single = random(architecture.input().size());
            float[][] batches = random(BATCH * architecture.input().size());
            warmUp(network, single, batches);
            predict("onnx-" + name + "-one-image", network, single, 1);
            predict("onnx-" + name + "-batch-32", network, batches, BATCH);
        }
    }

    private static String block(int channels) {
        return " residual [" + convolutions(channels, 1) + "]; relu;";
    }

    private static String halved(int channels) {
        return " residual [" + convolutions(channels, 2) + "] shortcut [conv2d " + channels
                + " 1x1 stride 2 padding 0 no-bias, batchnorm]; relu;";
    }

    private static String convolutions(int channels, int stride) {
        String convolution = "conv2d " + channels + " 3x3 stride %d padding 1 no-bias, batchnorm";
        return convolution.formatted(stride) + ", relu, " + convolution.formatted(1);
    }

    /** Arrays of pixels; what they show changes no call's time. */
    private static float[][] random(int size) {
        Random random = new Random(SEED);
        float[][] inputs = new float[INPUTS][size];
        for (float[] each : inputs) {
            for (int i = 0; i < size; i++) {
                each[i] = random.nextFloat();
            }
        }
        return inputs;
    }

    /** No training went before, so the JVM has compiled nothing. */
    private void warmUp(Network network, float[][] single, float[][] batches) {
        float[] probabilities = new float[BATCH * ImageSet.CLASSES];
        long start = System.nanoTime();
        for (int call = 0; seconds(start) < WARM_UP_SECONDS; call++) {
            network.predict(single[call % INPUTS], 1, new float[ImageSet.CLASSES]);
            network.predict(batches[call % INPUTS], BATCH, probabilities);
        }
    }

    private void runLenet5() {
        try (Network network = framework.network(LENET5, threads)) {
            train("lenet5-training", network);
            predict("lenet5-one-image", network, inputs(1, INPUTS), 1);
            predict("lenet5-batch-32", network, inputs(BATCH, INPUTS), BATCH);
            testSet("lenet5-test-set", network);
        }
    }

    private void runJob(Set<Work> works) {
        try (Network teacher = framework.network(TEACHER, threads)) {
            if (works.contains(Work.TRAINING)) {
                train("training", teacher);
            }
            if (works.contains(Work.PREDICTION)) {
                predict("teacher-one-image", teacher, inputs(1, INPUTS), 1);
                predict("teacher-batch-32", teacher, inputs(BATCH, INPUTS), BATCH);
                testSet("teacher-test-set", teacher);
                for (ElementType weights : FEWER_BITS) {
                    teacher.rounded(weights).ifPresent(rounded -> predictRounded(weights, rounded));
                }
            }
        }
        if (works.contains(Work.PREDICTION)) {
            try (Network student = framework.network(STUDENT, threads)) {
                predict("student-one-image", student, inputs(1, INPUTS), 1);
            }
        }
    }

    List<Measurement> results() {
        return results;
    }

    /** Of the teacher, or LeNet-5, in {@link #testImages}. */
    int testErrors() {
        return testErrors;
    }

    int testImages() {
        return data.test().size();
    }

    private void train(String work, Network network) {
        ImageSet set = data.train();
        int epochSize = Math.min(set.size() / BATCH * BATCH, limits.images().getLast());
        int[] order = Shuffle.permutation(epochSize, SEED, 1);
        float[] pixels = new float[BATCH * set.pixels()];
        int[] labels = new int[BATCH];
        long start = System.nanoTime();
        for (int done = 0; goesOn(done, seconds(start)); ) {
            int at = done % epochSize;
            if (at == 0 && done > 0) {
                order = Shuffle.permutation(epochSize, SEED, 1 + done / epochSize);
            }
            for (int i = 0; i < BATCH; i++) {
                int image = order[at + i];
                set.copyScaled(image, pixels, i * set.pixels());
                labels[i] = set.label(image);
            }
            network.train(pixels, labels, BATCH);
            done += BATCH;
            if (limits.images().contains(done)) {
                double seconds = seconds(start);
                results.add(new Measurement(work + "-" + done, done, 1, seconds, seconds, seconds));
            }
        }
    }

    private boolean goesOn(int done, double seconds) {
        List<Integer> marks = limits.images();
        if (done == marks.getLast()) {
            return false;
        }
        int next = marks.get(marks.indexOf(done) + 1);
        double expected = marks.contains(done) ? seconds / done * next : seconds;
        return expected < limits.trainingSeconds();
    }

    /** The first images of the test set, {@code count} arrays of {@code batch} each. */
    private float[][] inputs(int batch, int count) {
        ImageSet set = data.test();
        float[][] inputs = new float[count][batch * set.pixels()];
        for (int i = 0; i < count * batch; i++) {
            set.copyScaled(i, inputs[i / batch], i % batch * set.pixels());
        }
        return inputs;
    }

    private void predict(String work, Network network, float[][] inputs, int batch) {
        float[] probabilities = new float[batch * ImageSet.CLASSES];
        results.add(timed(work, batch, call -> network.predict(inputs[call % inputs.length], batch, probabilities)));
    }

    private void predictRounded(ElementType weights, Network teacher) {
        try (teacher) {
            predict("teacher-one-image-" + weights.id(), teacher, inputs(1, INPUTS), 1);
        }
    }

    private void testSet(String work, Network network) {
        float[][] inputs = inputs(CHUNK, testImages() / CHUNK);
        float[][] probabilities = new float[inputs.length][CHUNK * ImageSet.CLASSES];
        results.add(timed(work, testImages(), pass -> {
            for (int i = 0; i < inputs.length; i++) {
                network.predict(inputs[i], CHUNK, probabilities[i]);
            }
        }));
        for (int image = 0; image < testImages(); image++) {
            int predicted = largest(probabilities[image / CHUNK], image % CHUNK * ImageSet.CLASSES);
            testErrors += predicted == data.test().label(image) ? 0 : 1;
        }
    }

    private static int largest(float[] probabilities, int from) {
        int largest = 0;
        for (int c = 1; c < ImageSet.CLASSES; c++) {
            largest = probabilities[from + c] > probabilities[from + largest] ? c : largest;
        }
        return largest;
    }

    /** One call, by its number. */
    @FunctionalInterface
    private interface Call {
        void run(int number);
    }

    private Measurement timed(String work, int images, Call call) {
        long start = System.nanoTime();
        int number = 0;
        while (number == 0 || seconds(start) < limits.predictionSeconds() / 2) {
            call.run(number++);
        }
        double[] seconds = new double[MOST_CALLS];
        int calls = 0;
        start = System.nanoTime();
        while (calls < FEWEST_CALLS || calls < MOST_CALLS && seconds(start) < limits.predictionSeconds()) {
            long begin = System.nanoTime();
            call.run(number++);
            seconds[calls++] = seconds(begin);
        }
        double[] sorted = Arrays.copyOf(seconds, calls);
        Arrays.sort(sorted);
        return new Measurement(work, images, calls, sorted[calls / 2], sorted[calls / 10], sorted[(int) (calls * 0.9)]);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
