package retort.kernels.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.Engine;
import retort.kernels.Soak;

/** Random problems on cpu-simd in JVMs with flags drawn at random: right, or refused with a reason. */
class JvmFlagsSoakTest {
    private static final int JVMS = 200;

    /** Of each op in each JVM. */
    private static final int PROBLEMS = 20;

    private static final long SECONDS = 300;
    private static final int REFUSED = 3;

    /** A flag of each line, or none. */
    private static final List<List<String>> FLAGS = List.of(
            List.of("", "", "-XX:UseAVX=0", "-XX:UseAVX=1", "-XX:UseAVX=2", "-XX:UseAVX=3"),
            List.of("", "-XX:MaxVectorSize=16", "-XX:MaxVectorSize=32", "-XX:MaxVectorSize=64"),
            List.of("-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseG1GC", "-XX:+UseZGC", "-XX:+UseShenandoahGC"),
            List.of("", "", "", "-XX:-TieredCompilation", "-XX:TieredStopAtLevel=1", "-Xint", "-Xcomp"),
            List.of("", "-XX:-UseCompressedOops", "-XX:+UseCompactObjectHeaders", "-XX:-UseSuperWord"));

    @TempDir
    private Path folder;

    @Test
    void kernelsAreRightUnderAnyFlags() throws IOException, InterruptedException {
        int count = Soak.count(JVMS);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            refused += runs(Soak.seed() + i) ? 0 : 1;
        }
        Soak.kept(
                1,
                "JVMs with random flags, " + Engine.CPU_SIMD,
                count,
                (count - refused) + " with " + PROBLEMS + " random problems of each op, none wrong; " + refused
                        + " refused with a reason");
    }

    /** Whether a JVM with flags from this seed runs the engine. */
    private boolean runs(long seed) throws IOException, InterruptedException {
        Random random = new Random(seed);
        List<String> flags = FLAGS.stream()
                .map(choices -> choices.get(random.nextInt(choices.size())))
                .filter(flag -> !flag.isEmpty())
                .toList();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx768m"));
        // UseAVX is a flag of x86 alone.
        command.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "--add-modules", "jdk.incubator.vector"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ProblemRun.class.getName()));
        int problems = random.nextInt();
        command.addAll(List.of(Engine.CPU_SIMD.name(), Integer.toString(problems), Integer.toString(PROBLEMS)));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        if (!ended || process.waitFor() != 0 && process.exitValue() != REFUSED) {
            try (Stream<String> lines = Files.lines(output, UTF_8)) {
                fail(flags + ", seed " + seed + (ended ? ", exit code " + process.exitValue() : ", no end") + ":\n"
                        + String.join("\n", lines.toList()));
            }
        }
        return process.exitValue() == 0;
    }
}
