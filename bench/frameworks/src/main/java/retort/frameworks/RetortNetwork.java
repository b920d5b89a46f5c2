package retort.frameworks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import retort.driver.cli.Version;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec;
import retort.kernels.op.ElementType;
import retort.nn.Adam;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Loss;
import retort.nn.Model;
import retort.nn.Predictor;
import retort.nn.Schedule;
import retort.nn.Sequential;
import retort.nn.Trainer;

/** Ours, as the README shows it: a trainer, then a model's predictor. */
final class RetortNetwork implements Network {
    private final int threads;
    private final Backend backend;
    private final Sequential network;
    private final Adam adam;
    private final Scope scope;
    private final Tensor outcome;
    private final Trainer trainer;
    private final float[] targets = new float[Job.BATCH];
    private Network predictor;

    RetortNetwork(Architecture architecture, int threads) {
        this.threads = threads;
        backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults().withThreads(threads));
        network = Sequential.create(backend, architecture, Initializer.GLOROT_UNIFORM, Job.SEED);
        adam = new Adam(backend, Schedule.constant(Job.RATE), Job.BETA1, Job.BETA2, Job.EPSILON);
        trainer = new Trainer(
                network, adam, new Loss.CrossEntropy(Job.TEMPERATURE, CrossEntropySpec.Targets.HARD), Job.SEED);
        scope = backend.scope();
        outcome = scope.tensor(Job.BATCH, 2);
    }

    /** With what decides on the kernels' blocks, which may be a file of the user's. */
    static String version() {
        String parameters = Backends.parameters(Engine.CPU_SIMD, null).orElseThrow();
        return "Retort " + Version.number() + " with " + parameters;
    }

    /** A model as it is loaded from an ONNX file. */
    static Network onnx(Path file, int threads) {
        return new Inference(Model.load(file), threads);
    }

    @Override
    public void train(float[] images, int[] labels, int batch) {
        for (int i = 0; i < batch; i++) {
            targets[i] = labels[i];
        }
        trainer.step(images, targets, batch, outcome);
    }

    @Override
    public void predict(float[] images, int batch, float[] probabilities) {
        if (predictor == null) {
            predictor = new Inference(Model.of(network), threads);
        }
        predictor.predict(images, batch, probabilities);
    }

    @Override
    public Optional<Network> rounded(ElementType weights) {
        try {
            Path file = Files.createTempFile("retort", ".safetensors");
            try {
                network.save(file, Map.of());
                Model model = Model.load(file, Engine.CPU_SIMD, Backends.Options.defaults(), weights);
                return Optional.of(new Inference(model, threads));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a model in a temporary file: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (predictor != null) {
            predictor.close();
        }
        scope.close();
        adam.close();
        network.close();
        backend.close();
    }

    /** A model with its predictor. */
    private static final class Inference implements Network {
        private final Model model;
        private final Predictor predictor;

        Inference(Model model, int threads) {
            this.model = model;
            predictor = model.predictor(threads);
        }

        @Override
        public void train(float[] images, int[] labels, int batch) {
            throw new UnsupportedOperationException("a model is trained no more");
        }

        @Override
        public void predict(float[] images, int batch, float[] probabilities) {
            predictor.probabilities(images, batch, Job.TEMPERATURE, probabilities);
        }

        @Override
        public void close() {
            predictor.close();
            model.close();
        }
    }
}
