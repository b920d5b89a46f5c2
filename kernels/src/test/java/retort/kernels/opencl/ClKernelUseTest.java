package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.kernels.check.EdgeCases;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.Spec;

/** Every .cl file is part of a program that builds, and every kernel that one declares is launched by some op. */
class ClKernelUseTest {
    private static final Pattern INCLUDE = Pattern.compile("#include \"(.+)\"");

    @ParameterizedTest
    @EnumSource
    void everyKernelIsLaunched(ClFamily family) throws IOException, URISyntaxException {
        OpenClDevices.Found found = OpenClTestDevice.find();
        String file = switch (family) {
            case CORES -> "cpu.properties";
            case SIMT -> "gpu.properties";
        };
        ClParameters parameters = ClParameters.ofClass(file).fitted(found.device());
        assertEquals(family, parameters.family());
        // Given back, it is the context that the backend takes.
        ClContext context = ClContext.take(found);
        ClContext.give(context);
        try (OpenClBackend backend = OpenClBackend.open(found, parameters)) {
            OpenClEdges.failures(backend);
            Set<String> unused = unused(context, family);
            // What few cases of each form of an op leave is among all of them; on a CPU those take minutes.
            for (Spec.Op op : Spec.Op.values()) {
                if (!unused.isEmpty()) {
                    EdgeCases.of(op, backend.tiling())
                            .forEach(spec -> KernelCheck.whole(spec, 1).run(backend));
                    unused = unused(context, family);
                }
            }
            assertEquals(Set.of(), unused);
        }
    }

    private static Set<String> unused(ClContext context, ClFamily family) throws IOException, URISyntaxException {
        Set<String> unused = new TreeSet<>();
        for (String program : programs(family)) {
            Set<String> declared = kernels(context, program, ClProgram::declared);
            if (declared.isEmpty()) {
                unused.add(program + " was not built");
            }
            declared.removeAll(kernels(context, program, ClProgram::used));
            declared.forEach(kernel -> unused.add(program + ": " + kernel));
        }
        return unused;
    }

    /** Of all programs made of a file. */
    private static Set<String> kernels(ClContext context, String file, Function<ClProgram, Set<String>> which) {
        return context.programs().stream()
                .filter(program -> program.name().equals(file))
                .flatMap(program -> which.apply(program).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The files that no other includes, but those of other families. */
    private static List<String> programs(ClFamily family) throws IOException, URISyntaxException {
        Path folder = Path.of(ClSource.class.getResource("vector.cl").toURI()).getParent();
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> files =
                    all.filter(each -> each.toString().endsWith(".cl")).toList();
            Set<String> included =
                    files.stream().flatMap(ClKernelUseTest::includes).collect(Collectors.toSet());
            return files.stream()
                    .map(each -> folder.relativize(each).toString().replace('\\', '/'))
                    .filter(each -> !included.contains(each))
                    .filter(each -> Stream.of(ClFamily.values())
                            .noneMatch(other -> other != family && each.startsWith(other.folder())))
                    .toList();
        }
    }

    private static Stream<String> includes(Path file) {
        try {
            return INCLUDE.matcher(Files.readString(file)).results().map(each -> each.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
