package retort.frameworks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.nn.Architecture;

/** What the job is done in. */
enum Framework {
    RETORT("retort") {
        @Override
        String version(int threads) {
            return RetortNetwork.version();
        }

        @Override
        Network network(Architecture architecture, int threads) {
            return new RetortNetwork(architecture, threads);
        }

        @Override
        Network onnx(Path file, int threads) {
            return RetortNetwork.onnx(file, threads);
        }
    },
    TENSORFLOW("tensorflow") {
        @Override
        String version(int threads) {
            return TensorFlowNetwork.version();
        }

        @Override
        Network network(Architecture architecture, int threads) {
            return new TensorFlowNetwork(architecture, threads);
        }
    },
    DJL("djl") {
        @Override
        String version(int threads) {
            return DjlNetwork.version(threads);
        }

        @Override
        Network network(Architecture architecture, int threads) {
            return new DjlNetwork(architecture);
        }
    },
    ONNX_RUNTIME("onnxruntime") {
        @Override
        String version(int threads) {
            return OnnxRuntimeNetwork.version();
        }

        @Override
        Network network(Architecture architecture, int threads) {
            throw new UnsupportedOperationException("onnxruntime is here for --work=onnx alone");
        }

        @Override
        Network onnx(Path file, int threads) {
            return new OnnxRuntimeNetwork(file, threads);
        }
    };

    private final String id;

    Framework(String id) {
        this.id = id;
    }

    String id() {
        return id;
    }

    /** Starts it, on so many threads, and names it. */
    abstract String version(int threads);

    /** A new network of it: weights drawn as Glorot and Bengio (2010) do, biases 0. */
    abstract Network network(Architecture architecture, int threads);

    /** The network of an ONNX file. */
    Network onnx(Path file, int threads) {
        throw new UnsupportedOperationException(id + " is not for --work=onnx");
    }

    static Optional<Framework> byId(String id) {
        return Arrays.stream(values()).filter(each -> each.id.equals(id)).findFirst();
    }

    static String ids() {
        return Arrays.stream(values()).map(Framework::id).collect(Collectors.joining(", "));
    }
}
