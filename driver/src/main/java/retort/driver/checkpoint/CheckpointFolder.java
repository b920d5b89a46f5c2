package retort.driver.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import retort.driver.cli.FileReason;
import retort.driver.cli.OutputFolder;
import retort.driver.cli.WholeFile;
import retort.driver.data.BadDataException;
import retort.driver.job.Checkpoints;
import retort.driver.job.FitPosition;
import retort.driver.json.JsonFile;
import retort.kernels.file.AtomicFile;
import retort.kernels.file.Printable;
import retort.nn.Checkpoint;
import retort.nn.ModelFileException;
import retort.nn.Optimizer;
import retort.nn.Sequential;

/**
 * Checkpoints in a folder within that of the results: {@code command.json} with what the command is, a file for each
 * part of the job that is over, and {@code training.safetensors}. Each is written whole. The folder is made when there
 * is something to keep, and goes when the command is over.
 */
public final class CheckpointFolder implements Checkpoints {
    private static final String COMMAND = "command.json";
    private static final String TRAINING = "training.safetensors";
    private static final String NAME = "training";
    private static final String POSITION = "position";

    /** Seconds between two, where the user does not say. */
    private static final double SECONDS = 60;

    /**
     * Nobody who stops a command waits for steps that take longer: what is saved is what it goes on from. One alone,
     * such as the first, says nothing of the others.
     */
    private static final double SLOW_STEP = 0.5;

    /** The time that writing takes is at most this share of the training's. */
    private static final double LARGEST_SHARE = 0.05;

    private final Path folder;
    private final CommandSettings settings;
    private final OptionalInt every;
    private final Consumer<String> said;
    private String training;
    private long last = System.nanoTime();
    private String failure;
    private long lastStep = last;
    private boolean wasSlow;
    private double secondsToSave;

    private CheckpointFolder(
            Path folder, CommandSettings settings, OptionalInt every, Consumer<String> said, String training) {
        this.folder = folder;
        this.settings = settings;
        this.every = every;
        this.said = said;
        this.training = training;
    }

    /**
     * @param out the folder of the results, which is this command's
     * @param resume whether to go on from what is there; otherwise it is removed
     * @param every steps between two savings of a training; empty for about a minute's worth
     * @param said gets what the user is to know
     * @throws BadDataException if what is there is of another command, or damaged
     */
    public static CheckpointFolder open(
            Path out, CommandSettings settings, boolean resume, OptionalInt every, Consumer<String> said) {
        Path folder = out.resolve(OutputFolder.CHECKPOINT);
        String training = null;
        if (!resume || !Files.exists(folder.resolve(COMMAND))) {
            remove(folder);
        } else {
            removeUnfinished(folder);
            CommandSettings before = json(folder.resolve(COMMAND)).readKept(CommandSettings.class);
            before.differenceTo(settings).ifPresent(difference -> {
                throw new BadDataException(folder.toString(), difference);
            });
            if (Files.exists(folder.resolve(TRAINING))) {
                training = Checkpoint.metadata(folder.resolve(TRAINING)).get(NAME);
            }
        }
        return new CheckpointFolder(folder, settings, every, said, training);
    }

    /** Whether there is something to go on from. */
    public boolean isBegun() {
        return Files.exists(folder.resolve(COMMAND));
    }

    @Override
    public <T> Optional<T> part(String name, Class<T> type) {
        Path file = file(name);
        return Files.exists(file) ? Optional.of(json(file).readKept(type)) : Optional.empty();
    }

    @Override
    public void keep(String name, Object result) {
        attempt(() -> {
            begin();
            WholeFile.write(file(name), ResultText.of(result));
            if (name.equals(training)) {
                delete(folder.resolve(TRAINING));
                training = null;
            }
        });
    }

    /** A command that can't keep what it has done goes on: what it would lose by an end is more. */
    private void attempt(Runnable keeping) {
        long start = System.nanoTime();
        try {
            keeping.run();
        } catch (UncheckedIOException | ModelFileException e) {
            notKept(e.getMessage());
        } catch (OutOfMemoryError e) {
            // Weights are copied to be written; training itself does not need the room.
            notKept("no memory for a checkpoint: use a larger heap, as in RETORT_JAVA_OPTS=-Xmx2g");
        }
        last = System.nanoTime();
        lastStep = last;
        secondsToSave = (last - start) / 1e9;
    }

    /** The same is told once. */
    private void notKept(String reason) {
        if (!reason.equals(failure)) {
            said.accept(Printable.text("retort: " + reason) + "; the command goes on without that checkpoint");
        }
        failure = reason;
    }

    @Override
    public Optional<FitPosition> resume(String name, Sequential model, Optimizer optimizer) {
        last = System.nanoTime();
        lastStep = last;
        if (!name.equals(training)) {
            return Optional.empty();
        }
        Path file = folder.resolve(TRAINING);
        Checkpoint.load(file, model, optimizer);
        int step = optimizer.step();
        said.accept("going on with " + name + (step == 0 ? ", which is trained" : " after step " + step));
        String position = Checkpoint.metadata(file).getOrDefault(POSITION, "");
        return Optional.of(json(file).readKept(position, FitPosition.class));
    }

    @Override
    public boolean isDue(int step) {
        return every.isPresent() ? step % every.getAsInt() == 0 : isDue();
    }

    @Override
    public boolean isDue() {
        long now = System.nanoTime();
        boolean slow = (now - lastStep) / 1e9 > SLOW_STEP;
        boolean areSlow = slow && wasSlow;
        lastStep = now;
        wasSlow = slow;
        return (now - last) / 1e9 > Math.max(areSlow ? 0 : SECONDS, secondsToSave / LARGEST_SHARE);
    }

    @Override
    public void save(String name, FitPosition position, Sequential model, Optimizer optimizer) {
        attempt(() -> {
            begin();
            Checkpoint.save(
                    folder.resolve(TRAINING), model, optimizer, Map.of(NAME, name, POSITION, ResultText.of(position)));
            training = name;
        });
    }

    /** The command is over: nothing of this is needed any longer. */
    public void remove() {
        remove(folder);
    }

    /** First what makes it one, so that nobody goes on from the half of it. */
    private static void remove(Path folder) {
        delete(folder.resolve(COMMAND));
        delete(folder);
    }

    private static void removeUnfinished(Path folder) {
        try {
            AtomicFile.removeUnfinished(folder);
        } catch (IOException e) {
            throw FileReason.unwritable(folder.toString(), e);
        }
    }

    /** Makes it, if nothing was kept yet. */
    public void begin() {
        if (!isBegun()) {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(folder + ": can't be made: " + FileReason.of(e), e);
            }
            WholeFile.write(folder.resolve(COMMAND), ResultText.of(settings));
        }
    }

    private Path file(String part) {
        return folder.resolve(part.replaceAll("[^A-Za-z0-9.]+", "-") + ".json");
    }

    private static JsonFile json(Path file) {
        return new JsonFile(file, "checkpoint");
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> all = Files.walk(path)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": can't be removed: " + FileReason.of(e), e);
        }
    }
}
