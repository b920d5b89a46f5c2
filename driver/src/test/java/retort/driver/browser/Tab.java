package retort.driver.browser;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A page in the browser. */
public final class Tab implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
    private static final int HEIGHT = 900;
    private static final int PHONE = 640;

    private final DevTools tools;
    private final String target;
    private final String session;
    private int width;

    Tab(DevTools tools, String target, String session) {
        this.tools = tools;
        this.target = target;
        this.session = session;
    }

    void open(URI page, int width, boolean dark) {
        call("Page.enable", Map.of());
        call("Runtime.enable", Map.of());
        call("Log.enable", Map.of());
        this.width = width;
        size(HEIGHT);
        Map<String, String> scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
        call("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
        call("Page.navigate", Map.of("url", page.toString()));
        await("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /** The value of a JavaScript expression, or of what it promises. */
    public JsonElement evaluate(String expression) {
        JsonObject result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return result.getAsJsonObject("result").get("value");
    }

    /** Waits until a JavaScript expression is true. */
    public void await(String condition) {
        long end = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!evaluate(condition).getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not in " + LONGEST_WAIT.toSeconds() + " s: " + condition);
            Thread.onSpinWait();
        }
    }

    /** Errors and warnings on the console, exceptions that nobody caught, and what could not be loaded. */
    public List<String> complaints() {
        return tools.events(session).stream()
                .filter(Tab::isComplaint)
                .map(JsonObject::toString)
                .toList();
    }

    private static boolean isComplaint(JsonObject event) {
        JsonObject parameters = event.getAsJsonObject("params");
        return switch (event.get("method").getAsString()) {
            case "Runtime.exceptionThrown" -> true;
            case "Runtime.consoleAPICalled" ->
                List.of("error", "warning", "assert")
                        .contains(parameters.get("type").getAsString());
            case "Log.entryAdded" ->
                List.of("error", "warning")
                        .contains(
                                parameters.getAsJsonObject("entry").get("level").getAsString());
            default -> false;
        };
    }

    /** Moves a pressed pointer through some points, each x and y in CSS pixels of the window. */
    public void drag(double[]... points) {
        mouse("mousePressed", points[0]);
        for (double[] point : points) {
            mouse("mouseMoved", point);
        }
        mouse("mouseReleased", points[points.length - 1]);
    }

    private void mouse(String type, double[] at) {
        call(
                "Input.dispatchMouseEvent",
                Map.of("type", type, "x", at[0], "y", at[1], "button", "left", "buttons", 1, "clickCount", 1));
    }

    /** The window is as high as that from now on. */
    private void size(int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width <= PHONE));
    }

    /** The whole page as PNG. */
    public void screenshot(Path file) throws IOException {
        size(evaluate("document.documentElement.scrollHeight").getAsInt());
        JsonObject shot = call("Page.captureScreenshot", Map.of("format", "png"));
        size(HEIGHT);
        Files.write(file, Base64.getDecoder().decode(shot.get("data").getAsString()));
    }

    /** The page as it is printed, as PDF. */
    public void print(Path file) throws IOException {
        JsonObject pdf = call("Page.printToPDF", Map.of("printBackground", true));
        Files.write(file, Base64.getDecoder().decode(pdf.get("data").getAsString()));
    }

    private JsonObject call(String method, Map<String, ?> parameters) {
        return tools.call(session, method, parameters);
    }

    @Override
    public void close() {
        tools.call(null, "Target.closeTarget", Map.of("targetId", target));
    }
}
