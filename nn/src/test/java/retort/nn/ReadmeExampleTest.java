package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.CrossEntropySpec.Targets;
import retort.kernels.op.Shape;

/** The README's example of a network learns what the README says. */
class ReadmeExampleTest {
    @TempDir
    private Path folder;

    @Test
    void learnsExclusiveOr() {
        Path file = folder.resolve("xor.safetensors");

        float[] inputs = {0, 0, 0, 1, 1, 0, 1, 1};
        float[] labels = {0, 1, 1, 0};
        Architecture network = Architecture.of(Shape.of(2), new Layer.Dense(16), new Layer.ReLU(), new Layer.Dense(2));
        try (Backend backend = Backends.open(Engine.CPU_SIMD, Backends.Options.defaults());
                Sequential model = Sequential.create(backend, network, Initializer.GLOROT_UNIFORM, 0);
                Adam adam = new Adam(backend, Schedule.constant(0.01f));
                Scope scope = backend.scope()) {
            Loss loss = new Loss.CrossEntropy(1, Targets.HARD);
            Trainer trainer = new Trainer(model, adam, loss, 0);
            Tensor outcome = scope.tensor(4, 2); // of each example its loss, and 1 if its class was met
            for (int step = 0; step < 300; step++) {
                trainer.step(inputs, labels, 4, outcome);
            }
            model.save(file, Map.of());

            for (int i = 0; i < labels.length; i++) {
                assertEquals(1, backend.download(outcome)[2 * i + 1]);
            }
            Tensor logits = model.infer(scope, scope.tensorOf(Shape.of(4, 2), inputs));
            float[] trained = backend.download(logits);
            try (Sequential loaded = Sequential.load(backend, file).model()) {
                float[] again = backend.download(loaded.infer(scope, scope.tensorOf(Shape.of(4, 2), inputs)));
                assertEquals(trained[0], again[0]);
            }
        }
    }
}
