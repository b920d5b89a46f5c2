package retort.driver.checkpoint;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    private static final long SLOW_MILLIS = 550;

    @TempDir
    private Path folder;

    /** The first step compiles: weights of hundreds of megabytes are not written for that. */
    @Test
    void oneSlowStepIsNotSavedSeveralAre() throws InterruptedException {
        CheckpointFolder checkpoints =
                CheckpointFolder.open(folder, CommandSettings.none(), false, OptionalInt.empty(), said -> {});
        Thread.sleep(SLOW_MILLIS);
        assertFalse(checkpoints.isDue(1));
        assertFalse(checkpoints.isDue(2));
        Thread.sleep(SLOW_MILLIS);
        assertFalse(checkpoints.isDue(3));
        Thread.sleep(SLOW_MILLIS);
        assertTrue(checkpoints.isDue(4));
    }
}
