package retort.driver.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.driver.job.FitPosition;
import retort.driver.json.JsonFile;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.Soak;
import retort.kernels.file.FailingFileSystem;
import retort.kernels.file.FailingFileSystem.Mode;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.ModelFileException;
import retort.nn.Optimizer;
import retort.nn.Schedule;
import retort.nn.Sequential;
import retort.nn.Sgd;

/** Checkpoints on a disk that fails, or as a process leaves them that is killed between two changes. */
class FailingDiskSoakTest {
    private static final int PROMISE = 4;
    private static final FitPosition POSITION =
            new JsonFile(Path.of("position"), "position").readKept("""
                    {"epoch": 1, "seen": 0, "loss": 0, "hits": 0, "seconds": 0, "teaching": 0, "results": [],
                    "curve": {"step": 0, "examples": 0, "loss": 0, "hits": 0, "points": []}}
                    """, FitPosition.class);

    @TempDir
    private Path folder;

    /** What a folder of checkpoints goes through, with each change of the file system failing in turn. */
    @ParameterizedTest
    @EnumSource(Mode.class)
    void theEarlierCheckpointLoadsWhicheverChangeFails(Mode mode) throws IOException {
        int failures = 0;
        try (Backend backend = Backends.open(Engine.CPU_SIMD, new Backends.Options(1, null));
                Sequential model = Sequential.create(
                        backend, Architecture.parse("input 4; dense 3"), Initializer.GLOROT_UNIFORM, 1)) {
            boolean failed = true;
            while (failed) {
                Path out = Files.createDirectory(folder.resolve("out" + failures));
                FailingFileSystem failing = new FailingFileSystem(out, mode, ++failures);
                int saved = 0;
                List<String> told = new ArrayList<>();
                try {
                    CheckpointFolder checkpoints = open(failing.path(out), false, told::add);
                    for (int step = 1; step <= 3; step++) {
                        save(checkpoints, model, step);
                        saved = told.isEmpty() ? step : saved;
                        checkpoints.keep("part " + step, new CommandSettings(Map.of("step", "" + step)));
                    }
                    saved = Integer.MAX_VALUE;
                    checkpoints.remove();
                } catch (UncheckedIOException | ModelFileException e) {
                    assertTrue(e.getMessage().contains("No space left") || mode == Mode.ALL_FAIL_FROM_THERE, e + "");
                }
                failed = failing.hasFailed();
                isWhole(open(out, true, said -> {}), model, saved, failures);
                try (Stream<Path> files = Files.walk(out)) {
                    files.forEach(file -> assertFalse(file.toString().endsWith(".part"), file.toString()));
                }
            }
        }
        Soak.kept(
                PROMISE,
                mode == Mode.ONE_FAILS
                        ? "each change of the file system failing in turn, while checkpoints are kept"
                        : "the same with all changes after it failing too",
                failures - 1L,
                "the checkpoint before, or the new one, loaded each time; no unfinished file was left");
    }

    private static CheckpointFolder open(Path out, boolean resume, Consumer<String> said) {
        return CheckpointFolder.open(out, CommandSettings.none(), resume, OptionalInt.empty(), said);
    }

    /** The weights and the name of the training say which step it was. */
    private static void save(CheckpointFolder checkpoints, Sequential model, int step) {
        model.parameters().forEach(each -> model.backend().fill(each.value(), step));
        try (Optimizer optimizer = new Sgd(model.backend(), Schedule.constant(1), Schedule.constant(0))) {
            checkpoints.save("training " + step, POSITION, model, optimizer);
        }
    }

    private static void isWhole(CheckpointFolder checkpoints, Sequential model, int saved, int failure) {
        int found = 0;
        for (int step = 1; step <= 3; step++) {
            String name = "training " + step;
            checkpoints.part("part " + step, CommandSettings.class);
            try (Optimizer fresh = new Sgd(model.backend(), Schedule.constant(1), Schedule.constant(0))) {
                if (checkpoints.resume(name, model, fresh).isPresent()) {
                    found = step;
                    float[] weights = model.backend()
                            .download(model.parameters().getFirst().value());
                    assertEquals(step, weights[0], "failure " + failure);
                }
            }
        }
        assertTrue(found >= saved || saved == Integer.MAX_VALUE, found + " after " + saved + ", failure " + failure);
    }
}
