package retort.driver.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.driver.Main;
import retort.driver.job.Method;
import retort.kernels.Soak;

/** The bookkeeping of a study of 10,000 students, whose trainings are replaced by a result: see docs/scale.md. */
class LargeStudySoakTest {
    private static final int STUDENTS = 10_000;
    private static final int OF_A_SHARE = 100;
    private static final int SEEDS = 5;

    /** Of the process that joins the shares, however many. */
    private static final String HEAP = "-Xmx256m";

    private static final long LONGEST_MINUTES = 10;

    @TempDir
    private Path folder;

    @Test
    void sharesAreJoinedInBoundedMemory() throws IOException, InterruptedException {
        int shares = Math.max(3, Soak.count(STUDENTS) / OF_A_SHARE);
        List<Cell> cells = cells(shares * OF_A_SHARE);
        long start = System.nanoTime();
        long bytes = 0;
        for (int index = 0; index < shares; index++) {
            Path own = Files.createDirectories(folder.resolve("shards").resolve(Integer.toString(index)));
            bytes += kept(new Shard(index, shares), cells, own.resolve(StudyFile.NAME));
        }
        double keeping = (System.nanoTime() - start) / 1e9;
        Path out = folder.resolve("merged");
        start = System.nanoTime();
        merge(out);
        double merging = (System.nanoTime() - start) / 1e9;
        Study merged = StudyFile.read(out.resolve(StudyFile.NAME));
        assertEquals(
                cells.stream().map(Cell::id).toList(),
                merged.cells().stream().map(Study.CellResult::id).toList());
        assertEquals(new Share(0, 1, cells.size(), cells.size()), merged.share());
        Soak.kept(
                7,
                "students of a study in shares of " + OF_A_SHARE + ", kept one by one and joined with " + HEAP,
                cells.size(),
                String.format(
                        Locale.ROOT,
                        "%,d bytes a student, %.0f s to keep, %.0f s to join",
                        bytes / cells.size(),
                        keeping,
                        merging));
    }

    /** Each pair of digits at some temperatures and widths, five seeds, as far as is asked for. */
    private static List<Cell> cells(int count) {
        Grid grid = new Grid(
                List.of(Method.SOFT_TARGETS),
                IntStream.rangeClosed(1, 10).mapToObj(t -> (float) t).toList(),
                0,
                List.of(30, 100, 300, 800, 1200),
                IntStream.range(0, 45).mapToObj(LargeStudySoakTest::pair).toList(),
                LongStream.range(0, SEEDS).boxed().toList());
        List<Cell> all = grid.cells();
        assertTrue(all.size() >= count, () -> all.size() + " cells");
        // As many of each seed.
        List<Cell> cells = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            int first = seed * all.size() / SEEDS;
            cells.addAll(all.subList(first, first + count / SEEDS));
        }
        return cells;
    }

    private static Set<Integer> pair(int number) {
        int left = number;
        for (int first = 0; first < 9; first++) {
            if (left < 9 - first) {
                return Set.of(first, first + 1 + left);
            }
            left -= 9 - first;
        }
        throw new IllegalArgumentException("pair " + number);
    }

    /** What a task writes: the file anew after each student. */
    private static long kept(Shard shard, List<Cell> cells, Path file) throws IOException {
        List<Cell> share = shard.of(cells);
        Study study = SampleStudy.begun(Grid.NAME);
        for (Cell cell : share) {
            if (study.teacher(cell.seed()).isEmpty()) {
                study = study.with(SampleStudy.teacher(cell.seed(), 90));
            }
            study = study.with(SampleStudy.result(cell, 200 + cell.width() % 7 + (int) cell.seed()));
            StudyFile.write(study.withShare(Share.of(shard, share, study)), file);
        }
        return Files.size(file);
    }

    private void merge(Path out) throws IOException, InterruptedException {
        Path said = folder.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-XX:+UseSerialGC",
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "study",
                        "merge",
                        folder.resolve("shards").toString(),
                        "--out=" + out)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertTrue(process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES), "still joining");
        assertEquals(0, process.exitValue(), () -> "see " + said);
        assertTrue(Files.readString(said).contains("FILES"), () -> "see " + said);
    }
}
