package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import retort.kernels.DeviceCounters;
import retort.kernels.Fused;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Shape;

/** Data comes out as it went in, and neither steps nor whole backends leave anything behind. */
class OpenClMemoryTest {
    private static final int BATCH = 32;
    private static final int INPUTS = 784;
    private static final int CLASSES = 10;

    @Test
    void uploadsDownloadsAndViewsKeepEveryElement() {
        try (OpenClBackend backend = OpenClTestDevice.open();
                Scope scope = backend.scope()) {
            float[] numbers = new float[3_000_000];
            for (int e = 0; e < numbers.length; e++) {
                numbers[e] = e;
            }
            Tensor x = scope.tensorOf(Shape.of(1000, 3000), numbers);
            assertArrayEquals(numbers, backend.download(x));
            Tensor rows = x.rows(7, 2).reshaped(Shape.of(6000));
            assertEquals(21_000, backend.download(rows)[0]);
            backend.fill(rows, -1);
            float[] after = backend.download(x);
            assertEquals(20_999, after[20_999]);
            assertEquals(-1, after[21_000]);
            assertEquals(-1, after[26_999]);
            assertEquals(27_000, after[27_000]);
            Tensor copy = scope.tensor(6000);
            backend.copy(x.rows(999, 1).reshaped(Shape.of(3000)), copy.rows(1000, 3000));
            float[] part = new float[3002];
            backend.download(copy.rows(1000, 3000), part, 1);
            assertEquals(2_997_000, part[1]);
            assertEquals(0, part[3001]);
        }
    }

    @Test
    void anUploadedArrayMayBeChangedAtOnce() {
        try (OpenClBackend backend = OpenClTestDevice.open();
                Scope scope = backend.scope()) {
            float[] numbers = new float[100_000];
            Tensor[] uploaded = new Tensor[20];
            for (int i = 0; i < uploaded.length; i++) {
                numbers[99_999] = i;
                uploaded[i] = scope.tensorOf(Shape.of(100_000), numbers);
            }
            for (int i = 0; i < uploaded.length; i++) {
                assertEquals(i, backend.download(uploaded[i])[99_999]);
            }
        }
    }

    @Test
    void aStepUploadsItsBatchAndNothingElse() {
        try (OpenClBackend backend = OpenClTestDevice.open();
                Scope scope = backend.scope()) {
            Steps steps = new Steps(backend, scope);
            steps.run(3);
            DeviceCounters before = backend.counters();
            long memory = backend.memoryBytes();
            steps.run(5);
            DeviceCounters after = backend.counters();
            assertEquals(5L * (BATCH * INPUTS + BATCH) * Float.BYTES, after.uploadedBytes() - before.uploadedBytes());
            assertEquals(before.downloadedBytes(), after.downloadedBytes());
            assertEquals(5 * 3, after.launches() - before.launches());
            assertEquals(memory, backend.memoryBytes());
        }
    }

    /** A driver gives the handle of freed memory away again, and kernels outlive memory. */
    @Test
    void aKernelIsToldOfOtherMemoryBehindTheSameHandle() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        ClKernel fill = context.program("elementwise.cl", ClParameters.of(context.device()), "")
                .kernel("fill");
        long handle = OpenCl.createBuffer("test", context.handle(), 4096);
        try (ClQueue queue = new ClQueue(context, false, new ClMemory(context.device(), context.handle()))) {
            ClBuffer freed = new ClBuffer(handle, 64);
            ClBuffer recycled = new ClBuffer(handle, 64);
            queue.launch(() -> "fill", fill, 1, freed, 64, 1f);
            assertSame(freed, fill.current()[0]);
            queue.launch(() -> "fill", fill, 1, recycled, 64, 1f);
            assertSame(recycled, fill.current()[0]);
        }
        OpenCl.releaseBuffer(handle);
        ClContext.give(context);
    }

    @Test
    void profilingGivesEveryOpItsDeviceTime() {
        OpenClDevices.Found found = OpenClTestDevice.find();
        try (OpenClBackend backend =
                        OpenClBackend.open(Integer.toString(found.device().index()), true);
                Scope scope = backend.scope()) {
            new Steps(backend, scope).run(300);
            var nanos = backend.counters().deviceNanos();
            assertTrue(nanos.get(Steps.FORWARD.id()) > 0, nanos.toString());
            assertTrue(nanos.get(Steps.LOSS.id()) > 0, nanos.toString());
        }
    }

    @Test
    void tenThousandStepsTakeNoMoreMemoryThanTheFirstThousands() throws IOException {
        try (OpenClBackend backend = OpenClTestDevice.open();
                Scope scope = backend.scope()) {
            Steps steps = new Steps(backend, scope);
            steps.run(3000);
            long device = backend.memoryBytes();
            long resident = residentKilobytes();
            steps.run(10_000);
            assertEquals(device, backend.memoryBytes());
            assertFlat(resident);
        }
    }

    @Test
    void twoHundredCyclesOfOpenAndCloseTakeNoMoreMemoryThanTheFirst() throws IOException {
        cycles(50);
        long resident = residentKilobytes();
        cycles(200);
        assertFlat(resident);
    }

    /** As batches of ever new sizes through a network ask: 80 and more different ones in all. */
    @Test
    void whoAsksForEverNewSizesHoldsAtMostThreeTimesWhatIsInUseAtATime() {
        int pixels = 26 * 26 * 32;
        try (OpenClBackend backend = OpenClTestDevice.open()) {
            for (int batch = 1; batch <= 200; batch++) {
                try (Scope scope = backend.scope()) {
                    scope.tensor(batch, pixels);
                    scope.tensor(batch, pixels, 1);
                }
            }
            long largest = 2L * (200 * pixels + ClMemory.PADDING) * Float.BYTES;
            assertTrue(
                    backend.memoryBytes() <= (1 + ClMemory.KEPT_OF_LENT) * largest,
                    backend.memoryBytes() + " bytes are held, " + largest + " were in use");
            assertTrue(backend.memoryBytes() > largest, "nothing was kept");
        }
    }

    @Test
    void whatIsKeptIsFreedWhereADriverHasNoRoomForALaunch() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        try (ClMemory memory = new ClMemory(context.device(), context.handle())) {
            memory.give(memory.take("x", 1000));
            assertTrue(memory.makeRoom(() -> {}));
            assertEquals(0, memory.heldBytes());
            assertFalse(memory.makeRoom(() -> {}));
        }
        ClContext.give(context);
    }

    /** The gradient's work memory is lent when the launch behind it is refused. */
    @Test
    void anOpThatFailsGivesItsWorkMemoryBack() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        ClParameters parameters = ClParameters.of(context.device());
        try (ClMemory memory = new ClMemory(context.device(), context.handle());
                ClQueue queue = new ClQueue(context, false, memory)) {
            ClSession session = new ClSession(context, parameters, queue, memory);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> session.whole(() -> session.launch(
                            () -> "op", "elementwise.cl", "fill", 0, session.workspace(() -> "op", 10), 10, 1f)));
            long held = memory.heldBytes();
            memory.take("op", 10);
            assertEquals(held, memory.heldBytes());
        }
        ClContext.give(context);
    }

    private static void cycles(int count) {
        for (int i = 0; i < count; i++) {
            try (OpenClBackend backend = OpenClTestDevice.open();
                    Scope scope = backend.scope()) {
                new Steps(backend, scope).run(3);
            }
        }
    }

    private static void assertFlat(long before) throws IOException {
        long after = residentKilobytes();
        assertTrue(after <= before * 1.05, "resident memory went from " + before + " kB to " + after + " kB");
    }

    /** What the JVM holds in memory but for the free part of its heap: all of the heap is resident in these tests. */
    private static long residentKilobytes() throws IOException {
        System.gc();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long free = (heap.getCommitted() - heap.getUsed()) / 1024;
        return processKilobytes() - free;
    }

    private static long processKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    /** Training steps of a model of one layer. */
    private static final class Steps {
        static final GemmSpec FORWARD = GemmSpec.nn(BATCH, CLASSES, INPUTS).with(Epilogue.BIAS);
        static final CrossEntropySpec LOSS = new CrossEntropySpec(BATCH, CLASSES, 3.5f, CrossEntropySpec.Targets.HARD);
        private static final DenseBackwardSpec UPDATE =
                DenseBackwardSpec.of(BATCH, INPUTS, CLASSES, AdamSpec.withDefaults(INPUTS * CLASSES));

        private final OpenClBackend backend;
        private final Tensor w;
        private final Tensor m;
        private final Tensor v;
        private final Tensor bias;
        private final Tensor outcome;
        private final float[] images = new float[BATCH * INPUTS];
        private final float[] labels = new float[BATCH];
        private int step;

        Steps(OpenClBackend backend, Scope scope) {
            this.backend = backend;
            w = scope.filled(Shape.of(INPUTS, CLASSES), 0.01f);
            m = scope.filled(Shape.of(INPUTS, CLASSES), 0);
            v = scope.filled(Shape.of(INPUTS, CLASSES), 0);
            bias = scope.filled(Shape.of(CLASSES), 0);
            outcome = scope.tensor(BATCH, 2);
        }

        void run(int count) {
            for (int i = 0; i < count; i++) {
                try (Scope scope = backend.scope()) {
                    Tensor x = scope.tensorOf(FORWARD.aShape(), images);
                    Tensor targets = scope.tensorOf(Shape.of(BATCH), labels);
                    Tensor logits = scope.tensor(LOSS.logitsShape());
                    Tensor dLogits = scope.tensor(LOSS.logitsShape());
                    backend.gemm(FORWARD, x, w, logits, Fused.bias(bias));
                    backend.crossEntropy(LOSS, logits, targets, dLogits, outcome);
                    backend.denseBackward(UPDATE, x, dLogits, w, new Tensor[] {m, v}, null, ++step);
                }
            }
            backend.finish();
        }
    }
}
