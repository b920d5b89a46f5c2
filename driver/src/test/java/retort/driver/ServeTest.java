package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.driver.browser.Chromium;
import retort.driver.browser.Tab;
import retort.driver.data.Dataset;
import retort.driver.image.SampleImages;
import retort.driver.predict.Classifier;
import retort.driver.predict.Classifiers;
import retort.driver.serve.ImageServer;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.nn.Architecture;
import retort.nn.Initializer;
import retort.nn.Model;
import retort.nn.Sequential;

/** {@code retort serve}: its page in a browser, its answers, and clients that mean no good. */
class ServeTest {
    private static final int DIGITS = 784;
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static Path file;
    private static Classifiers models;
    private static ImageServer server;
    private static HttpClient client;

    @BeforeAll
    static void serve() throws Exception {
        Path run = folder.resolve("run");
        Outcome.of("train", "--model=student", "--omit=none", "--train-images=6000", "--out=" + run)
                .isDone();
        file = run.resolve(Outcome.files(run).stream()
                .filter(name -> name.endsWith(".safetensors"))
                .findFirst()
                .orElseThrow());
        models = Classifiers.of(
                List.of(
                        new Classifier("teacher", file, 1, Model.load(file, Engine.CPU_SIMD)),
                        new Classifier("a <b>student</b>", file, 3.5f, Model.load(file, Engine.CPU_SIMD))),
                Optional.empty(),
                Optional.empty());
        server = new ImageServer(models, InetAddress.getLoopbackAddress(), 0, 2);
        client = HttpClient.newHttpClient();
    }

    @AfterAll
    static void end() {
        client.close();
        server.close();
        models.close();
    }

    /** Of the first images of the test set, sent as files: what the models saw is what MNIST has. */
    @Test
    void answersForAnImage() throws Exception {
        SampleImages samples = new SampleImages(Dataset.embedded().test());
        int right = 0;
        for (int i : samples.first(2).toArray()) {
            JsonObject answer = answer(post("image/png", samples.png(i)));
            JsonArray answers = answer.getAsJsonArray("answers");
            assertEquals(2, answers.size());
            assertEquals(DIGITS, answer.getAsJsonArray("saw").size());
            JsonObject first = answers.get(0).getAsJsonObject();
            assertEquals("teacher", first.get("model").getAsString());
            assertEquals(
                    first.get("label"), answers.get(1).getAsJsonObject().get("label"), "the same model, another T");
            assertTrue(first.get("micros").getAsDouble() > 0);
            right += first.get("label").getAsInt() == samples.images().label(i) ? 1 : 0;
        }
        assertTrue(right >= 12, right + " of 20 are right");
    }

    @Test
    void answersForPixelsAsTheyAre() throws Exception {
        float[] pixels = new float[DIGITS];
        Dataset.embedded().test().copyScaled(0, pixels, 0);
        List<Float> list = new ArrayList<>();
        for (float pixel : pixels) {
            list.add(pixel);
        }
        JsonObject answer = answer(post("application/json; charset=utf-8", json(list.toString())));
        List<Integer> saw = answer.getAsJsonArray("saw").asList().stream()
                .map(level -> level.getAsInt())
                .toList();
        assertEquals(list.stream().map(pixel -> Math.round(255 * pixel)).toList(), saw);
        double[] shares =
                answer
                        .getAsJsonArray("answers")
                        .get(0)
                        .getAsJsonObject()
                        .getAsJsonArray("probabilities")
                        .asList()
                        .stream()
                        .mapToDouble(share -> share.getAsDouble())
                        .toArray();
        assertEquals(1, DoubleStream.of(shares).sum(), 1e-6);
    }

    private static byte[] json(String pixels) {
        return ("{\"pixels\": " + pixels + "}").getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            GET  | /              | none             | none           | 200
            HEAD | /              | none             | none           | 200
            GET  | /serve.js      | none             | none           | 200
            GET  | /models        | none             | none           | 200
            GET  | /index.html    | none             | none           | 404
            GET  | /../serve.html | none             | none           | 404
            GET  | /%2e%2e/etc    | none             | none           | 404
            GET  | /predict       | none             | none           | 405
            POST | /              | none             | x              | 405
            PUT  | /predict       | application/json | x              | 405
            POST | /predict       | none             | x              | 415
            POST | /predict       | text/plain       | {"pixels": []} | 415
            POST | /predict       | application/json | none           | 400
            POST | /predict       | application/json | {              | 400
            POST | /predict       | application/json | []             | 400
            POST | /predict       | application/json | {"pixels": []} | 400
            POST | /predict       | application/json | {"pixels": [NaN]} | 400
            POST | /predict       | application/json | {"pixels": ["0"]} | 400
            POST | /predict       | application/json | {"pixels": [2]} | 400
            POST | /predict       | application/json | {"pixel": 1}   | 400
            POST | /predict       | image/png        | no image       | 400
            """)
    void everyRequestHasItsStatus(String method, String path, String type, String body, int status) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.address() + path.substring(1)))
                .timeout(LONGEST)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
        assertEquals(status, response.statusCode(), response.body());
        assertTrue(response.headers()
                .firstValue("Content-Security-Policy")
                .orElse("")
                .startsWith("default-src 'none'"));
        if (status >= 400) {
            String error = JsonParser.parseString(response.body())
                    .getAsJsonObject()
                    .get("error")
                    .getAsString();
            assertEquals(1, error.lines().count());
        }
    }

    /** Every count of pixels but 784 is refused, and so is what follows the object. */
    @Test
    void onlyWholeDigitsAreTaken() throws Exception {
        for (int count : new int[] {783, 785, 100_000}) {
            assertEquals(
                    400,
                    post("application/json", json(Collections.nCopies(count, 0).toString()))
                            .statusCode());
        }
        String more = new String(json(Collections.nCopies(DIGITS, 0).toString()), StandardCharsets.UTF_8) + "{}";
        assertEquals(
                400,
                post("application/json", more.getBytes(StandardCharsets.UTF_8)).statusCode());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "localhost, none, 200",
                "[::1]:80, none, 200",
                "evil.example, none, 403",
                "127.0.0.1.evil.example, none, 403",
                "localhost, http://localhost, 200",
                "localhost, http://evil.example, 403",
                "none, none, 403"
            })
    void pagesOfOthersAreRefused(String host, String origin, int status) throws IOException {
        String request = "GET /models HTTP/1.1\r\nConnection: close\r\n"
                + (host == null ? "" : "Host: " + host + "\r\n")
                + (origin == null ? "" : "Origin: " + origin + "\r\n")
                + "\r\n";
        assertTrue(raw(request).startsWith("HTTP/1.1 " + status + " "), raw(request));
    }

    @Test
    void whatIsTooLargeIsNotRead() throws Exception {
        byte[] large = new byte[(1 << 20) + 1];
        assertEquals(413, post("image/png", large).statusCode());
        HttpRequest chunked = HttpRequest.newBuilder(server.address().resolve("predict"))
                .timeout(LONGEST)
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofByteArrays(Collections.nCopies(200, new byte[1 << 14])))
                .build();
        try {
            assertEquals(413, client.send(chunked, BodyHandlers.discarding()).statusCode());
        } catch (IOException e) {
            // Cut off while it was still sending.
        }
        String header = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n";
        assertEquals("413", status(raw(header + "Content-Length: 9999999999999999\r\n\r\n")));
        assertNotEquals("200", status(raw("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n")));
        assertNotEquals("200", status(raw("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1e9\r\n\r\n")));
    }

    /** Connections that say half a request hold up nobody. */
    @Test
    void slowClientsHoldUpNobody() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), server.address().getPort());
                slow.add(socket);
                socket.getOutputStream()
                        .write("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Le"
                                .getBytes(StandardCharsets.US_ASCII));
            }
            assertEquals(
                    200,
                    post(
                                    "application/json",
                                    json(Collections.nCopies(DIGITS, 0.5).toString()))
                            .statusCode());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** Requests of which a byte came hold up nobody, until they speak of more than the server holds at once. */
    @Test
    void halfRequestsAreRefusedAtOnceWhenTheyAreTooMany() throws Exception {
        List<Socket> half = new ArrayList<>();
        try {
            for (int i = 0; i < 150; i++) {
                half.add(halfRequest(1000));
            }
            byte[] body = json(Collections.nCopies(DIGITS, 0.5).toString());
            assertEquals(200, post("application/json", body).statusCode());
            List<Socket> large = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                large.add(halfRequest(1 << 20));
            }
            half.addAll(large);
            long end = System.nanoTime() + LONGEST.toNanos();
            Socket answered = null;
            while (answered == null && System.nanoTime() < end) {
                Thread.sleep(10);
                for (Socket socket : large) {
                    answered = socket.getInputStream().available() > 0 ? socket : answered;
                }
            }
            assertEquals("503", status(beginning(answered)));
        } finally {
            for (Socket socket : half) {
                socket.close();
            }
        }
    }

    private static Socket halfRequest(int bytes) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
        socket.getOutputStream()
                .write(
                        ("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                                        + bytes + "\r\n\r\n{")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Whoever can't be answered now is told so. */
    @Test
    void manyAtOnceAreAnsweredOrRefused() {
        byte[] body = json(Collections.nCopies(DIGITS, 0.5).toString());
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            asked.add(client.sendAsync(request("application/json", body), BodyHandlers.ofString()));
        }
        Map<Integer, Long> statuses = asked.stream()
                .map(answer -> answer.join().statusCode())
                .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
        assertTrue(statuses.get(200) >= 10, statuses.toString());
        assertTrue(List.of(200, 503).containsAll(statuses.keySet()), statuses.toString());
    }

    @Test
    void aDigitIsDrawnAndAnswered() throws Exception {
        try (Chromium chromium = Chromium.start(folder.resolve("profile"))) {
            for (int width : new int[] {390, 1400}) {
                boolean dark = width == 390;
                try (Tab tab = chromium.open(server.address(), width, dark)) {
                    tab.await("document.querySelectorAll('.model').length === 2");
                    double[] at = place(tab);
                    tab.drag(
                            new double[] {at[0] + at[2] * 0.5, at[1] + at[2] * 0.15},
                            new double[] {at[0] + at[2] * 0.5, at[1] + at[2] * 0.5},
                            new double[] {at[0] + at[2] * 0.5, at[1] + at[2] * 0.85});
                    tab.await("document.querySelector('.says').textContent === '1'");
                    tab.await("/^teacher: 1, .*student/.test(document.getElementById('status').textContent)");
                    tab.await("/ (µs|ms)$/.test(document.querySelector('.took').textContent)");
                    assertEquals(
                            "a <b>student</b>",
                            tab.evaluate("document.querySelectorAll('.model h2')[1].textContent")
                                    .getAsString());
                    int wider = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
                            .getAsInt();
                    assertTrue(wider <= 0, wider + " pixels wider than the window");
                    tab.screenshot(Path.of("target", "serve-" + width + ".png"));
                    tab.evaluate("document.getElementById('clear').click()");
                    tab.await("document.querySelector('.says').textContent === '–'");
                    drawWithKeys(tab);
                    tab.await("document.querySelector('.says').textContent === '1'");
                    assertEquals(List.of(), tab.complaints());
                }
            }
        }
    }

    /** Grey images that are no digits have a canvas of their shape; images in colour come from a file. */
    @Test
    void thePageIsOneForTheModelsImages() throws Exception {
        try (Chromium chromium = Chromium.start(folder.resolve("profile2"))) {
            try (Classifiers clothes = untrained("input 20x12x1; flatten; dense 3", "coat,dress,shirt");
                    ImageServer ofClothes = new ImageServer(clothes, InetAddress.getLoopbackAddress(), 0, 1);
                    Tab tab = chromium.open(ofClothes.address(), 1000, false)) {
                tab.await("document.querySelectorAll('.model').length === 1");
                assertEquals(
                        "[168,280]",
                        tab.evaluate("[paper.width, paper.height]")
                                .getAsJsonArray()
                                .toString());
                double[] at = place(tab);
                tab.drag(new double[] {at[0] + 20, at[1] + 20}, new double[] {at[0] + 90, at[1] + 90});
                tab.await("/^clothes: (coat|dress|shirt), /.test(document.getElementById('status').textContent)");
                assertEquals(
                        "[\"coat\",\"dress\",\"shirt\"]",
                        tab.evaluate(
                                        "Array.from(document.querySelectorAll('.class span:first-child'), e => e.textContent)")
                                .getAsJsonArray()
                                .toString());
                assertEquals(List.of(), tab.complaints());
            }
            try (Classifiers pets = untrained("input 8x8x3; flatten; dense 1000", "");
                    ImageServer ofPets = new ImageServer(pets, InetAddress.getLoopbackAddress(), 0, 1);
                    Tab tab = chromium.open(ofPets.address(), 390, true)) {
                tab.await("document.querySelectorAll('.model').length === 1");
                assertTrue(tab.evaluate("paper.hidden && document.getElementById('undo').hidden")
                        .getAsBoolean());
                tab.evaluate(UPLOADED);
                tab.await("/^clothes: \\d+, /.test(document.getElementById('status').textContent)");
                assertEquals(
                        10,
                        tab.evaluate("document.querySelectorAll('.class').length")
                                .getAsInt());
                // Red, as nearly as a JPEG of it.
                assertTrue(tab.evaluate("(([r, g, b]) => r > 250 && g < 5 && b < 5)"
                                + "(saw.getContext('2d').getImageData(4, 4, 1, 1).data)")
                        .getAsBoolean());
                tab.screenshot(Path.of("target", "serve-colour.png"));
                assertEquals(List.of(), tab.complaints());
            }
        }
    }

    /** Chooses a red image of more than a megabyte, as a photo is: it is scaled down before it is sent. */
    private static final String UPLOADED = """
            (async () => {
              const canvas = document.createElement('canvas');
              canvas.width = canvas.height = 1600;
              const context = canvas.getContext('2d');
              context.fillStyle = '#f00';
              context.fillRect(0, 0, 1600, 1600);
              const png = await new Promise(done => canvas.toBlob(done, 'image/png'));
              const files = new DataTransfer();
              files.items.add(new File([png, new Uint8Array(1 << 20)], 'red.png', { type: 'image/png' }));
              const input = document.getElementById('image');
              input.files = files.files;
              input.dispatchEvent(new Event('change'));
            })()""";

    private static Classifiers untrained(String architecture, String names) {
        Path saved = folder.resolve("untrained.safetensors");
        try (Backend backend = Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults());
                Sequential network =
                        Sequential.create(backend, Architecture.parse(architecture), Initializer.GLOROT_UNIFORM, 0)) {
            network.save(saved, names.isEmpty() ? Map.of() : Map.of("classes", names));
        }
        return Classifiers.of(
                List.of(new Classifier("clothes", saved, 1, Model.load(saved, Engine.CPU_SIMD))),
                Optional.empty(),
                Optional.empty());
    }

    /** The paper's left, top and side. */
    private static double[] place(Tab tab) {
        JsonArray place = tab.evaluate("(() => { const box = document.getElementById('paper').getBoundingClientRect();"
                        + " return [box.left, box.top, box.width]; })()")
                .getAsJsonArray();
        return place.asList().stream().mapToDouble(value -> value.getAsDouble()).toArray();
    }

    /** Up from the middle with the pen up, then down with the pen down. */
    private static void drawWithKeys(Tab tab) {
        tab.evaluate("""
                (() => {
                  const paper = document.getElementById('paper');
                  const press = key => paper.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
                  paper.focus();
                  for (let i = 0; i < 9; i++) press('ArrowUp');
                  press(' ');
                  for (let i = 0; i < 18; i++) press('ArrowDown');
                  press(' ');
                })()""");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void ctrlCEndsItCleanly() throws Exception {
        try (Outcome.Forked forked =
                Outcome.Forked.start(folder, Map.of(), "serve", "--port=0", "--model=" + file, "--threads=1")) {
            Path out = forked.out();
            long end = System.nanoTime() + LONGEST.toNanos();
            while (!Files.readString(out).endsWith("\n") && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            URI address = URI.create(Files.readString(out).strip());
            HttpRequest request =
                    HttpRequest.newBuilder(address.resolve("models")).build();
            assertEquals(200, client.send(request, BodyHandlers.ofString()).statusCode());
            new ProcessBuilder("kill", "-INT", Long.toString(forked.process().pid()))
                    .start()
                    .waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS);
            Outcome outcome = forked.end().isDone();
            assertTrue(outcome.err().endsWith("Ctrl-C ends the server\n"), outcome.err());
        }
    }

    @Test
    void aPortThatIsTakenAndAnAddressThatIsNoneAreRefused() {
        String model = "--model=" + file;
        int taken = server.address().getPort();
        Outcome.of("serve", "--port=" + taken, model)
                .isRefused(1, "--bind=127.0.0.1 --port=" + taken, "--port=0 takes a free one");
        Outcome elsewhere = Outcome.of("serve", "--bind=192.0.2.1", "--port=0", model);
        elsewhere.isRefused(1, "--bind=192.0.2.1 --port=0");
        assertFalse(elsewhere.err().contains("takes a free one"), elsewhere.err());
        Outcome.of("serve", "--port=65536", model).isRefused(2, "'65536' is not a port from 0 to 65535");
        Outcome.of("serve", "--bind=256.1.1.1", model).isRefused(2, "--bind=256.1.1.1 is no address");
        Outcome.of("serve", "--model=" + folder.resolve("none")).isRefused(4, "none");
    }

    private static JsonObject answer(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return JsonParser.parseString(response.body()).getAsJsonObject();
    }

    private static HttpResponse<String> post(String type, byte[] body) throws Exception {
        return client.send(request(type, body), BodyHandlers.ofString());
    }

    private static HttpRequest request(String type, byte[] body) {
        return HttpRequest.newBuilder(server.address().resolve("predict"))
                .timeout(LONGEST)
                .header("Content-Type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    /** Sends text as it stands. */
    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.setSoTimeout((int) LONGEST.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return beginning(socket);
        }
    }

    private static String beginning(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
    }

    private static String status(String response) {
        String[] words = response.split(" ");
        return words.length > 1 ? words[1] : "none";
    }
}
