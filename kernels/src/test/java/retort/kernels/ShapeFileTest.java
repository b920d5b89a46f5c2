package retort.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.ShapeFile;
import retort.kernels.op.Spec;

/**
 * The shapes that benchmarks time pass the kernels' contract too, as far as the reference is done with them quickly.
 */
class ShapeFileTest {
    private static final List<String> FILES = Arrays.stream(Spec.Family.values())
            .map(family -> family.name().toLowerCase(Locale.ROOT))
            .toList();
    private static final long SEED = 20261124;
    private static final long MOST_FLOPS = 5_000_000;
    private static final long MOST_BYTES = 3_000_000;

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicNode> quickOnesPassTheirChecks() {
        return KernelTest.onEveryEngine(
                tiling -> all().filter(spec -> spec.flops() <= MOST_FLOPS && spec.bytes() <= MOST_BYTES),
                (subjects, spec) -> KernelTest.inEachOrder(
                        KernelCheck.whole(spec, SEED), check -> KernelTest.check(subjects, check)));
    }

    private static Stream<Spec> all() {
        return FILES.stream().flatMap(file -> ShapeFile.bundled(file).stream());
    }

    @Test
    void everyOpIsTimedAtSomeShape() {
        assertEquals(Set.of(Spec.Op.values()), all().map(Spec::op).collect(Collectors.toSet()));
    }

    @Test
    void namesNoShapeTwice() {
        FILES.forEach(file -> {
            List<String> ids = ShapeFile.bundled(file).stream().map(Spec::id).toList();
            assertEquals(ids.stream().distinct().toList(), ids, file);
        });
    }

    @Test
    void quickShapesAreAmongTheOthers() {
        assertTrue(all().toList().containsAll(ShapeFile.bundled("quick")));
    }

    @Test
    void readsIdsBetweenCommentsAndBlankLines() throws IOException {
        Path file = Files.writeString(folder.resolve("my.txt"), "# mine\n\n  relu:5 # five\nsgd:7\n");
        assertEquals(List.of(ReluSpec.forward(5), Spec.parse("sgd:7")), ShapeFile.read(file));
    }

    @Test
    void refusesALineThatIsNoIdWithItsFileAndNumber() throws IOException {
        Path file = Files.writeString(folder.resolve("my.txt"), "relu:5\nrelu:none\n");
        String message = assertThrows(IllegalArgumentException.class, () -> ShapeFile.read(file))
                .getMessage();
        assertEquals(file + ":2: spec: 'relu:none' has 'none' after relu, expected it like a count", message);
    }

    @Test
    void refusesAFileThatIsNotThere() {
        assertThrows(UncheckedIOException.class, () -> ShapeFile.read(folder.resolve("absent.txt")));
        assertThrows(IllegalArgumentException.class, () -> ShapeFile.bundled("absent"));
    }
}
