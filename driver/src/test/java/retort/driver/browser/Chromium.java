package retort.driver.browser;

import static org.junit.jupiter.api.Assumptions.abort;

import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium, spoken to over its DevTools protocol. Where none is installed tests are skipped, unless
 * {@code retort.require} names chromium: then its absence fails.
 */
public final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final Duration LONGEST_START = Duration.ofSeconds(30);
    private static final Duration LONGEST_END = Duration.ofSeconds(5);
    private static final String SAID = "stderr";

    private final Process process;
    private final DevTools tools;

    private Chromium(Process process, DevTools tools) {
        this.process = process;
        this.tools = tools;
    }

    /** @param profile a folder of its own, for what the browser keeps */
    public static Chromium start(Path profile) throws IOException {
        Process process = new ProcessBuilder(
                        program().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile.toAbsolutePath(),
                        "about:blank")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(Files.createDirectories(profile).resolve(SAID).toFile())
                .start();
        try {
            return new Chromium(process, DevTools.connect(address(process, profile)));
        } catch (IOException | RuntimeException | Error e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static Path program() {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "no Chromium on the PATH (none of " + NAMES + ")";
            if (Arrays.asList(System.getProperty("retort.require", "").split(","))
                    .contains("chromium")) {
                throw new AssertionError(reason);
            }
            abort(reason);
        }
        return found.orElseThrow();
    }

    /** Where it listens, as it writes it into its profile: a port, and a path on a line of its own. */
    private static URI address(Process process, Path profile) throws IOException {
        Path file = profile.resolve("DevToolsActivePort");
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            if (lines.size() == 2) {
                return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
            }
            Thread.onSpinWait();
        }
        throw new IOException("Chromium does not listen: " + Files.readString(profile.resolve(SAID)));
    }

    /**
     * Opens a page and waits until it is loaded.
     *
     * @param width of the window in CSS pixels; up to 640 it is a phone's
     */
    public Tab open(URI page, int width, boolean dark) {
        String target = tools.call(null, "Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .getAsString();
        JsonObject attached = tools.call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true));
        Tab tab = new Tab(tools, target, attached.get("sessionId").getAsString());
        tab.open(page, width, dark);
        return tab;
    }

    /** Asked to end it takes away what it put elsewhere than into its profile. */
    @Override
    public void close() {
        tools.send(null, "Browser.close", Map.of());
        try {
            process.waitFor(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tools.close();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
