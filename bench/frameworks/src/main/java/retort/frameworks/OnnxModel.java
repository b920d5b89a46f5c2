package retort.frameworks;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import retort.driver.export.OnnxFile;
import retort.driver.export.TrainedNetwork;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Sequential;

/** A network as an ONNX file, its weights as they were drawn; the file is deleted at the end. */
record OnnxModel(Path file) implements AutoCloseable {
    static OnnxModel of(Architecture architecture) {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential network = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, Job.SEED)) {
            Path file = Files.createTempFile("retort", ".onnx");
            try (OutputStream out = Files.newOutputStream(file)) {
                TrainedNetwork written = TrainedNetwork.of(network, Map.of());
                new OnnxFile(written, Job.TEMPERATURE, "frameworks").writeTo(out);
            }
            return new OnnxModel(file);
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    private static UncheckedIOException unwritten(IOException e) {
        return new UncheckedIOException("an ONNX model in a temporary file: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw unwritten(e);
        }
    }
}
