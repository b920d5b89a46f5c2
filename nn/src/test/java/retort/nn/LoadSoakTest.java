package retort.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EnginesUnderTest;
import retort.kernels.Scope;
import retort.kernels.Soak;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;

/** Many threads on one model, backend after backend, batches of many sizes: right, and memory stays flat. */
class LoadSoakTest {
    private static final Architecture STUDENT =
            Architecture.parse("input 28x28x1; flatten; dense 10; relu; dense 10; relu; dense 10");
    private static final Architecture FILTERS =
            Architecture.parse("input 12x12x1; conv2d 32 3x3; relu; flatten; dense 10");
    private static final ThreadMXBean COUNTERS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int THREADS = 8;
    private static final int PREDICTIONS = 100_000;
    private static final int IMAGES = 64;

    /** More than what the compiler leaves behind, less than a tensor a call would take. */
    private static final long FLAT_BYTES = 32 << 20;

    static Stream<Engine> engines() {
        return EnginesUnderTest.all().stream()
                .map(subject -> subject.backend().engine())
                .distinct();
    }

    private static Backend open(Engine engine) {
        return Backends.open(engine, Backends.Options.defaults().withThreads(1));
    }

    private static float[] images(Architecture network, int count) {
        SplittableRandom random = new SplittableRandom(Soak.seed());
        float[] images = new float[count * network.input().size()];
        for (int e = 0; e < images.length; e++) {
            images[e] = (float) random.nextDouble();
        }
        return images;
    }

    /** Bytes in use after the garbage has gone. */
    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** What one thread predicts of each image alone is what all give, bit for bit. */
    @ParameterizedTest
    @MethodSource("engines")
    void manyThreadsPredictWithOneModel(Engine engine) throws InterruptedException, ExecutionException {
        int each = Math.max(IMAGES, Soak.count(PREDICTIONS) / THREADS);
        float[] images = images(STUDENT, IMAGES);
        try (Backend backend = open(engine);
                Sequential network = Sequential.create(backend, STUDENT, Initializer.GLOROT_UNIFORM, Soak.seed());
                Model model = Model.of(network);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            float[][] expected = new float[IMAGES][10];
            try (Predictor alone = model.predictor()) {
                for (int i = 0; i < IMAGES; i++) {
                    alone.logits(images, i * 784, 1, expected[i], 0);
                }
            }
            predict(model, threads, IMAGES, images, expected);
            long before = used();
            long start = System.nanoTime();
            long allocated = predict(model, threads, each, images, expected);
            double seconds = (System.nanoTime() - start) / 1e9;
            long grown = used() - before;
            assertTrue(grown < FLAT_BYTES, engine + ": " + grown + " bytes more are in use");
            Soak.kept(
                    7,
                    "predictions by " + THREADS + " threads on one model, " + engine,
                    (long) each * THREADS,
                    String.format(
                            Locale.ROOT,
                            "all bits right, %,.0f a second, %+,d KiB in use after, %,d bytes allocated in the second half",
                            each * THREADS / seconds,
                            grown / 1024,
                            allocated));
        }
    }

    /** The bytes that the threads allocated in the second half of their predictions. */
    private static long predict(Model model, ExecutorService threads, int each, float[] images, float[][] expected)
            throws InterruptedException, ExecutionException {
        List<Future<Long>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread * 7;
            all.add(threads.submit(() -> {
                try (Predictor predictor = model.predictor()) {
                    float[] logits = new float[10];
                    predictor.logits(images, 0, 1, logits, 0);
                    long before = 0;
                    for (int i = first; i < first + each; i++) {
                        before = i == first + each / 2 ? allocated() : before;
                        int image = i % IMAGES;
                        predictor.logits(images, image * 784, 1, logits, 0);
                        assertArrayEquals(expected[image], logits);
                    }
                    return allocated() - before;
                }
            }));
        }
        long sum = 0;
        for (Future<Long> future : all) {
            sum += future.get();
        }
        return sum;
    }

    private static long allocated() {
        return COUNTERS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }

    @ParameterizedTest
    @MethodSource("engines")
    void openingAndClosingLeavesNothing(Engine engine) {
        int cycles = Soak.count(1000);
        cycle(engine);
        long before = used();
        int threads = Thread.activeCount();
        for (int i = 0; i < cycles; i++) {
            cycle(engine);
        }
        long grown = used() - before;
        assertTrue(grown < FLAT_BYTES, engine + ": " + grown + " bytes more are in use");
        awaitThreads(engine, threads);
        Soak.kept(
                7,
                "backends with two threads opened, used and closed, " + engine,
                cycles,
                String.format(Locale.ROOT, "%+,d KiB in use after, no thread more", grown / 1024));
    }

    private static void cycle(Engine engine) {
        try (Backend backend = Backends.open(engine, Backends.Options.defaults().withThreads(2));
                Scope scope = backend.scope()) {
            Tensor x = scope.filled(Shape.of(1000), 2);
            assertEquals(2f, backend.download(x)[999]);
        }
    }

    /** Threads that were told to end take a moment. */
    private static void awaitThreads(Engine engine, int most) {
        long end = System.nanoTime() + 10_000_000_000L;
        while (Thread.activeCount() > most && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertTrue(Thread.activeCount() <= most, engine + ": " + Thread.activeCount() + " threads, before " + most);
    }

    /** Before, every size's arrays were kept for ever: those of 3,000 sizes are 200 GB. */
    @Test
    void everNewSizesOfBatchesFitTheHeap() {
        int most = Math.max(400, Soak.count(3000));
        float[] images = images(FILTERS, most);
        float[] logits = new float[most * 10];
        try (Backend backend = open(Engine.CPU_SIMD);
                Sequential network = Sequential.create(backend, FILTERS, Initializer.GLOROT_UNIFORM, Soak.seed());
                Model model = Model.of(network);
                Predictor predictor = model.predictor()) {
            for (int batch = 1; batch <= most; batch++) {
                predictor.logits(images, batch, logits);
                for (int i = 0; i < batch * 10; i++) {
                    assertTrue(Float.isFinite(logits[i]));
                }
            }
            Soak.kept(
                    7,
                    "sizes of batches, one after the other, through 32 filters on cpu-simd",
                    most,
                    "none fails in a heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
        }
    }
}
