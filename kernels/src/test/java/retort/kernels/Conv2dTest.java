package retort.kernels;

import java.util.Arrays;
import java.util.stream.Stream;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.Epilogue;

class Conv2dTest extends KernelContract {
    @Override
    Stream<Conv2dSpec> specs() {
        Stream<Conv2dSpec> geometries = Stream.of(
                Conv2dSpec.forward(1, 1, 1, 1),
                Conv2dSpec.forward(2, 28, 28, 1).filters(3, 3, 32),
                Conv2dSpec.forward(9, 20, 25, 1).filters(3, 3, 64).stepped(1, 1),
                Conv2dSpec.forward(1, 11, 38, 1).filters(2, 3, 32).stepped(2, 1),
                Conv2dSpec.forward(2, 4, 9, 1).filters(3, 3, 40),
                Conv2dSpec.forward(9, 6, 7, 3).filters(3, 3, 10),
                Conv2dSpec.forward(2, 8, 8, 17).filters(3, 3, 33).stepped(1, 1),
                Conv2dSpec.forward(1, 9, 10, 5).filters(2, 3, 7).stepped(2, 1),
                Conv2dSpec.forward(3, 11, 8, 4).filters(5, 4, 16).stepped(3, 2),
                Conv2dSpec.forward(2, 5, 5, 8).filters(1, 1, 64),
                Conv2dSpec.forward(2, 7, 7, 2).filters(1, 1, 5).stepped(2, 0),
                Conv2dSpec.forward(1, 4, 40, 31).filters(4, 1, 15),
                Conv2dSpec.forward(1, 3, 3, 64).filters(3, 3, 65));
        return geometries.flatMap(forward -> Stream.concat(
                Arrays.stream(Conv2dSpec.Pass.values()).map(forward::as),
                Stream.of(
                        forward.with(Epilogue.BIAS),
                        forward.with(Epilogue.BIAS_RELU),
                        forward.with(Epilogue.biasReluDropout(0.5f)),
                        forward.as(Conv2dSpec.Pass.INPUT_GRADIENT).with(Epilogue.gate(0.5f)))));
    }
}
