package retort.kernels;

import java.util.stream.Stream;

class OptimizerTest extends KernelContract {
    @Override
    boolean isExactOnIntegers() {
        return false;
    }

    @Override
    Stream<Spec> specs() {
        return Stream.of(1, 15, 16, 17, 37, 32768, 70001)
                .flatMap(count ->
                        Stream.of(new AdamSpec(count, 1e-3f, 0.9f, 0.999f, 1e-7f), new SgdSpec(count, 0.1f, 0.9f)));
    }
}
