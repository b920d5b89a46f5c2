package retort.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.ReadmeExample;
import retort.kernels.Scope;
import retort.kernels.op.Shape;

/** The README's example of a network compiles, learns what the README says, and leaves a model that knows it. */
class ReadmeExampleTest {
    @TempDir
    private Path folder;

    @Test
    void learnsExclusiveOr() throws Exception {
        Path file = folder.resolve("xor.safetensors");
        String printed = ReadmeExample.with("new Trainer(")
                .replacing("\"xor.safetensors\"", "\"" + file.toString().replace("\\", "\\\\") + "\"")
                .output(folder, Backend.class, Sequential.class);

        assertEquals("[0.0, 1.0, 1.0, 0.0]", printed);
        assertEquals("[0.0, 1.0, 1.0, 0.0]", classesBy(file));
    }

    private static String classesBy(Path file) {
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential model = Sequential.load(backend, file).model();
                Scope scope = backend.scope()) {
            float[] logits = backend.download(
                    model.infer(scope, scope.tensorOf(Shape.of(4, 2), new float[] {0, 0, 0, 1, 1, 0, 1, 1})));
            float[] classes = new float[4];
            for (int example = 0; example < classes.length; example++) {
                classes[example] = logits[2 * example] < logits[2 * example + 1] ? 1 : 0;
            }
            return Arrays.toString(classes);
        }
    }
}
