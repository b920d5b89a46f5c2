package retort.frameworks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model in ONNX Runtime, with all of its optimisations. Inputs and outputs are tensors over direct buffers that are
 * made once for a batch size, so that a call makes none.
 */
final class OnnxRuntimeNetwork implements Network {
    private static final String INPUT = "input";
    private static final String OUTPUT = "probabilities";

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final long[] shape;
    private Buffers buffers;

    OnnxRuntimeNetwork(Path file, int threads) {
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(file.toString(), options);
            shape = ((TensorInfo) session.getInputInfo().get(INPUT).getInfo()).getShape();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    static String version() {
        return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
    }

    /** Of one batch size. */
    private record Buffers(int batch, FloatBuffer x, FloatBuffer y, OnnxTensor input, OnnxTensor output)
            implements AutoCloseable {
        @Override
        public void close() {
            input.close();
            output.close();
        }
    }

    private Buffers buffers(int batch, int inputs, int outputs) throws OrtException {
        if (buffers == null || buffers.batch() != batch) {
            if (buffers != null) {
                buffers.close();
            }
            long[] ofInput = shape.clone();
            ofInput[0] = batch;
            FloatBuffer x = direct(inputs);
            FloatBuffer y = direct(outputs);
            buffers = new Buffers(
                    batch,
                    x,
                    y,
                    OnnxTensor.createTensor(environment, x, ofInput),
                    OnnxTensor.createTensor(environment, y, new long[] {batch, outputs / batch}));
        }
        return buffers;
    }

    private static FloatBuffer direct(int elements) {
        return ByteBuffer.allocateDirect(elements * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    @Override
    public void train(float[] images, int[] labels, int batch) {
        throw new UnsupportedOperationException("a model is trained no more");
    }

    @Override
    public void predict(float[] images, int batch, float[] probabilities) {
        try {
            Buffers used = buffers(batch, images.length, probabilities.length);
            used.x().put(0, images);
            session.run(Map.of(INPUT, used.input()), Map.of(OUTPUT, used.output()))
                    .close();
            used.y().get(0, probabilities);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private static IllegalStateException failed(OrtException e) {
        return new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            if (buffers != null) {
                buffers.close();
            }
            session.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }
}
