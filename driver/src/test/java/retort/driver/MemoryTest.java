package retort.driver;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.data.SyntheticSet;

/** What the job needs, in a JVM that has no more. */
class MemoryTest {
    /** The teacher's weights and Adam's two moments of them are 314 MiB: a copy of the weights on top would not fit. */
    private static final List<String> OPTIONS =
            List.of("--add-modules=jdk.incubator.vector", "-Xmx384m", "-XX:NewSize=16m", "-XX:MaxNewSize=16m");

    @TempDir
    private Path folder;

    @Test
    void afterTrainingAdamsStateMakesRoom() throws Exception {
        Path data = SyntheticSet.write(folder.resolve("data"), 40, 10);
        Path out = folder.resolve("out");
        try (Outcome.Forked forked =
                Outcome.Forked.start(folder, Map.of(), OPTIONS, "train", "--data=" + data, "--out=" + out)) {
            forked.end().isDone();
            assertTrue(Files.exists(out.resolve("teacher.safetensors")));
        }
    }
}
