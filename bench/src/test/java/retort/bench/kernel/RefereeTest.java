package retort.bench.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.kernels.Engine;
import retort.kernels.check.CheckException;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.ShapeFile;
import retort.kernels.op.Spec;

class RefereeTest {
    private static final long MOST_FLOPS = 30_000_000;
    private static final long MOST_BYTES = 10_000_000;

    /** cpu-simd, but for one element of each result, which is off by a little more than any bound allows. */
    private record OneWrong(Contender right, KernelCheck check) implements Contender {
        @Override
        public void run() {
            right.run();
            right.await();
        }

        @Override
        public float[] elements(int operand) {
            float[] elements = right.elements(operand).clone();
            if (check.operands().get(operand).role().isResult()) {
                elements[elements.length - 1] += 1;
            }
            return elements;
        }

        @Override
        public void close() {
            right.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> letsOurKernelsPass() {
        return specs().map(spec -> dynamicTest(spec.id(), () -> {
            Referee referee = new Referee(spec);
            try (Contender ours = ours(referee)) {
                referee.check("ours", ours);
            }
        }));
    }

    @TestFactory
    Stream<DynamicTest> refusesAKernelWithOneWrongElement() {
        return specs().map(spec -> dynamicTest(spec.id(), () -> {
            Referee referee = new Referee(spec);
            try (Contender wrong = new OneWrong(ours(referee), referee.operands())) {
                String message = assertThrows(CheckException.class, () -> referee.check("wrong", wrong))
                        .getMessage();
                assertTrue(message.startsWith("wrong, " + spec.id()), message);
            }
        }));
    }

    private static Contender ours(Referee referee) {
        return new RetortContender(Engine.CPU_SIMD, 1, referee.operands());
    }

    private static Stream<Spec> specs() {
        Stream<Spec> more = Stream.of(
                        "gemm:m33n70k40:tt:alpha2:beta-1",
                        "gemm:m33n70k40:nt+bias+relu",
                        "conv2d-dx:n9h6w7c3:k3x3o10:s1p0+gate",
                        "sgd:30000")
                .map(Spec::parse);
        return Stream.concat(
                more,
                List.of("gemm", "conv2d", "softmax", "elementwise", "adam").stream()
                        .flatMap(file -> ShapeFile.bundled(file).stream())
                        .filter(spec -> spec.flops() <= MOST_FLOPS && spec.bytes() <= MOST_BYTES));
    }
}
