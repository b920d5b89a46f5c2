package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, with a JDK that prints the arguments it was given, and makes a cache where it is asked for one. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final long LONGEST_MILLIS = 20_000;
    private static final long LOOK_MILLIS = 10;
    private static final List<String> USERS =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "RETORT_JAVA_OPTS", "_JAVA_OPTIONS");

    private static final String JAVA = """
            #!/bin/sh
            case $* in
                *-XX:AOTCacheOutput=*) ;;
                *) echo "$*"; exit ;;
            esac
            echo noise
            echo noise >&2
            [ -n "$BROKEN" ] || for argument; do
                case $argument in -XX:AOTCacheOutput=*) echo cache >"${argument#*=}" ;; esac
            done
            echo made >>"$0.calls"
            [ -z "$BROKEN" ]
            """;

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path launcher;
    private Path jar;
    private Path cache;
    private Path made;
    private Path jdk;

    /** A checkout that was built, in a folder with a space in its name. */
    @BeforeEach
    void install() throws IOException {
        Path home = folder.resolve("a home");
        Files.createDirectories(home.resolve("driver/target/lib"));
        launcher = Files.copy(Path.of("..", "retort"), home.resolve("retort"));
        jar = Files.createFile(home.resolve("driver/target/retort.jar"));
        cache = home.resolve("driver/target/retort.aot");
        made = cache.resolveSibling("retort.aot.for");
        jdk = folder.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        executable(jdk.resolve("bin/java"), JAVA);
        executable(jdk.resolve("bin/javac"), "");
        version("25.0.1+1");
        environment.put("RETORT_JAVA_HOME", jdk.toString());
    }

    @Test
    void theFirstStartHasACacheMadeThatTheNextOneUses() throws Exception {
        String first = start("run", "two words").isDone().out();
        assertTrue(first.endsWith("-cp " + jar + " retort.driver.Main run two words\n"), first);
        assertFalse(first.contains("AOT"), first);
        awaitMade(1);
        String next = start("run").isDone().out();
        assertTrue(next.contains("-XX:AOTCache=" + cache + " -Xlog:aot*=off,cds*=off "), next);
        awaitMade(1);
    }

    @Test
    void anotherJarOrJdkGetsACacheOfItsOwn() throws Exception {
        start("run");
        awaitMade(1);
        Files.setLastModifiedTime(made, FileTime.from(Instant.now().minusSeconds(20)));
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(10)));
        start("run");
        awaitMade(2);
        version("25.0.2+1");
        start("run");
        awaitMade(3);
        start("run");
        awaitMade(3);
    }

    @Test
    void aCacheThatCantBeMadeIsMissedInSilenceAndNotTriedAgain() throws Exception {
        environment.put("BROKEN", "yes");
        assertEquals("", start("run").isDone().err());
        awaitMade(1);
        Outcome next = start("run").isDone();
        assertFalse(next.out().contains("AOT"), next.out());
        awaitMade(1);
    }

    @Test
    void whereNothingCanBeWrittenItStartsAsUsual() throws Exception {
        Files.createDirectory(made);
        Outcome outcome = start("run").isDone();
        assertEquals("", outcome.err());
        assertTrue(outcome.out().endsWith("retort.driver.Main run\n"), outcome.out());
        awaitMade(0);
    }

    @Test
    void startsThroughALinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.relativize(launcher));
        launcher = Files.createSymbolicLink(folder.resolve("link to it"), link.getFileName());
        String out = start("run").isDone().out();
        assertTrue(out.contains(" -cp " + jar.toRealPath() + " "), out);
        awaitMade(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--help", "--version", "help run", "generate-completion"})
    void whatComputesNothingNeedsNoSecondCompiler(String line) throws Exception {
        String out = start(line.isEmpty() ? new String[0] : line.split(" ")).out();
        assertTrue(out.contains(" -XX:TieredStopAtLevel=1 "), out);
        assertFalse(start("run", "--help").out().contains("TieredStopAtLevel"));
        awaitMade(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xshare:off", "-XX:SharedArchiveFile=x.jsa", "-XX:AOTCache=x.aot"})
    void theUsersWordOnSharingStands(String option) throws Exception {
        start("run");
        awaitMade(1);
        environment.put("RETORT_JAVA_OPTS", option);
        String out = start("run").isDone().out();
        assertTrue(out.contains(" " + option + " "), out);
        assertFalse(out.contains("-XX:AOTCache=" + cache), out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "RETORT_JAVA_OPTS", "_JAVA_OPTIONS"})
    void theUsersCollectorAndHeapTakeThePlaceOfTheLaunchers(String variable) throws Exception {
        start("run");
        awaitMade(1);
        String ours = "-XX:+UseSerialGC | -Xms128m | -Xmx768m | -Xmn64m";
        assertEquals(ours, memory(variable, "-Dx=y"));
        for (String collector : List.of("Serial", "Parallel", "G1", "Z", "Shenandoah", "Epsilon")) {
            assertEquals("-Xms128m | -Xmx768m | -Xmn64m", memory(variable, "-Dx=y -XX:+Use" + collector + "GC"));
        }
        for (String small :
                List.of("-Xmx100m", "-Xmx65536K", "-Xmx104857600", "-XX:MaxHeapSize=127M", "-XX:MaxRAMPercentage=50")) {
            assertEquals("-XX:+UseSerialGC", memory(variable, small), small);
        }
        for (String large : List.of("-Xmx2g", "-Xmx128m", "-Xmx1048576k", "-XX:MaxHeapSize=3221225472")) {
            assertEquals("-XX:+UseSerialGC | -Xms128m | -Xmn64m", memory(variable, large), large);
        }
        assertEquals("-XX:+UseSerialGC | -Xmx768m | -Xmn64m", memory(variable, "-Xms64m"));
        assertEquals("-XX:+UseSerialGC | -Xmn64m", memory(variable, "-Xms1g"));
        assertEquals("-XX:+UseSerialGC | -Xms128m | -Xmx768m", memory(variable, "-Xmn300m"));
    }

    /** What java is told of it by the launcher itself. */
    private String memory(String variable, String options) throws Exception {
        environment.put(variable, options);
        return Arrays.stream(start("run").isDone().out().replace(options, "").split(" "))
                .filter(word ->
                        word.matches("-Xm[sxn].*|-XX:[+].*GC|-XX:Max(Heap|RAM).*") && !word.contains("FreeRatio"))
                .collect(Collectors.joining(" | "));
    }

    /** Here the jar is there already when the build is ended, but not what it needs. */
    @ParameterizedTest
    @CsvSource({"TERM, 143", "KILL, 137"})
    void aBuildThatIsCutShortIsDoneAgain(String signal, int code) throws Exception {
        Files.delete(jar);
        Path begun = folder.resolve("begun");
        path("mvn", "#!/bin/sh\ntouch '" + jar + "'\necho $$ >'" + begun + "'\nexec sleep 60\n");
        Process process = builder("run").start();
        awaitThat(() -> Files.exists(begun) && Files.size(begun) > 0);
        long began = System.nanoTime();
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertEquals(code, process.waitFor());
        assertTrue(System.nanoTime() - began < 20_000_000_000L, "the launcher waited for the build");
        // A launcher that is killed can't end what it started.
        Optional<ProcessHandle> build =
                ProcessHandle.of(Long.parseLong(Files.readString(begun).strip()));
        build.ifPresent(ProcessHandle::destroy);
        awaitThat(() -> build.isEmpty() || !build.get().isAlive());

        Files.delete(begun);
        path("mvn", "#!/bin/sh\necho built >>'" + begun + "'\n");
        assertEquals("retort: building (once)...\n", start("run").isDone().err());
        assertEquals("", start("run").isDone().err());
        assertEquals("built\n", Files.readString(begun));
    }

    /** One of two first starts builds, the other waits for it. */
    @Test
    void twoFirstStartsBuildOnce() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/flock")), "flock of util-linux is not here");
        Files.delete(jar);
        Path built = folder.resolve("built");
        path("mvn", "#!/bin/sh\necho built >>'" + built + "'\nsleep 1\ntouch '" + jar + "'\n");
        Process one = builder("run").start();
        awaitThat(() -> Files.exists(built));
        Outcome other = start("run");
        assertEquals(0, one.waitFor());
        assertEquals(
                "retort: waiting for a build that is at work...\n",
                other.isDone().err());
        assertEquals("built\n", Files.readString(built));
    }

    private static void awaitThat(Callable<Boolean> condition) throws Exception {
        long end = System.currentTimeMillis() + LONGEST_MILLIS;
        while (!condition.call()) {
            assertTrue(System.currentTimeMillis() < end);
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** A program that the launcher finds before any other of its name. */
    private void path(String name, String text) throws IOException {
        Path programs = Files.createDirectories(folder.resolve("programs"));
        executable(programs.resolve(name), text);
        environment.put("PATH", programs + File.pathSeparator + System.getenv("PATH"));
    }

    /** With the JDK of this test and classes that are not in a jar. */
    @Test
    void aDamagedCacheIsIgnoredInSilence() throws Exception {
        jdk = Path.of(System.getProperty("java.home"));
        environment.put("RETORT_JAVA_HOME", jdk.toString());
        Files.writeString(cache, "no cache");
        jarOfThisClassPath();
        Files.writeString(made, jdk + " \"" + System.getProperty("java.runtime.version") + "\"\n");

        Outcome outcome = start("--version").isDone();
        assertEquals("retort (not packaged)\n", outcome.out());
        assertEquals(
                List.of(),
                outcome.err()
                        .lines()
                        .filter(line -> !line.startsWith("WARNING: Using incubator"))
                        .toList());
    }

    private void jarOfThisClassPath() throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" "));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        try (OutputStream file = Files.newOutputStream(jar)) {
            new JarOutputStream(file, manifest).close();
        }
    }

    private void version(String version) throws IOException {
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25\"\nJAVA_RUNTIME_VERSION=\"" + version + "\"\n");
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Outcome start(String... args) throws IOException, InterruptedException {
        Path out = folder.resolve("stdout");
        Path err = folder.resolve("stderr");
        int code = builder(args)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Outcome(code, Files.readString(out), Files.readString(err));
    }

    private ProcessBuilder builder(String... args) {
        String[] command = new String[args.length + 2];
        command[0] = "sh";
        command[1] = launcher.toString();
        System.arraycopy(args, 0, command, 2, args.length);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        USERS.forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        return builder;
    }

    /** Waits until nothing is being made, then holds how often something was. */
    private void awaitMade(int times) throws IOException, InterruptedException {
        Path calls = jdk.resolve("bin/java.calls");
        long end = System.currentTimeMillis() + LONGEST_MILLIS;
        while (System.currentTimeMillis() < end && (lines(calls) < times || isAtWork())) {
            Thread.sleep(LOOK_MILLIS);
        }
        assertEquals(times, lines(calls));
        assertFalse(isAtWork());
    }

    private static int lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    /** The folder that a cache is made in goes last. */
    private boolean isAtWork() throws IOException {
        return Outcome.files(cache.getParent()).stream()
                .anyMatch(name -> name.startsWith("retort.aot.") && !name.equals("retort.aot.for"));
    }
}
