package retort.driver.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import retort.driver.cli.Json;
import retort.driver.data.BadDataException;
import retort.driver.image.ImageFile;
import retort.driver.image.PreparedImage;
import retort.driver.predict.Classifier;
import retort.driver.predict.Classifiers;

/**
 * A page to draw on or to choose an image, and the models that answer, over HTTP. Nothing is read from the disk. What a
 * client can take is bounded: connections, seconds and bytes of a request, and questions that wait.
 */
public final class ImageServer implements AutoCloseable {
    private static final int LEAST_BYTES = 1 << 20;

    /** Of a number in JSON, its comma included. */
    private static final int NUMBER_BYTES = 24;

    private static final int MOST_PIXELS = 1 << 22;
    private static final int MOST_CONNECTIONS = 1000;
    /** Of all requests that are being read. */
    private static final int MOST_BYTES_AT_ONCE = 64 << 20;

    private static final int LONGEST_SECONDS = 10;
    /** Less than after which the JDK's server ends the connection without an answer. */
    private static final int LONGEST_BODY_SECONDS = 5;

    private static final int SECONDS_TO_END = 1;

    private static final String JSON = "application/json";
    private static final List<String> IMAGE_TYPES =
            List.of("image/png", "image/jpeg", "image/x-portable-graymap", "application/octet-stream");

    /** A name could be made to mean this machine by whoever owns it; an address can't. */
    private static final Pattern HOST = Pattern.compile("(?:localhost|[0-9.]+|\\[[0-9a-fA-F:.]+])(?::\\d+)?");

    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    /** What is served, by path: a resource beside this class and its type. */
    private static final Map<String, Resource> RESOURCES = Map.of(
            "/", new Resource("serve.html", "text/html; charset=utf-8"),
            "/serve.css", new Resource("serve.css", "text/css; charset=utf-8"),
            "/serve.js", new Resource("serve.js", "text/javascript; charset=utf-8"));

    static {
        // The JDK's server has no other way to be told, and reads these once.
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(LONGEST_SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(LONGEST_SECONDS));
        System.setProperty("sun.net.httpserver.idleInterval", Integer.toString(LONGEST_SECONDS));
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MOST_CONNECTIONS));
    }

    private final HttpServer server;
    private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore bytesAtOnce = new Semaphore(MOST_BYTES_AT_ONCE);
    private final Workers workers;
    private final Classifiers models;
    private final int mostBytes;
    private final ImageFile images;

    private record Resource(String name, String type) {}

    /** What the models are asked of, and who they are. */
    private record ModelsJson(int[] shape, String prepare, List<String> classes, List<ModelJson> models) {}

    private record ModelJson(String name, long parameters, String weights, float temperature, String architecture) {}

    private record AnswerJson(List<Integer> saw, List<Workers.Answer> answers) {}

    private record Reply(int status, String type, byte[] body) {}

    /**
     * Begins to serve.
     *
     * @param models that are asked; they stay the caller's, and must outlive the server
     * @param port 0 for one that is free
     * @param threads that predict
     * @throws IOException if the address can't be had
     */
    public ImageServer(Classifiers models, InetAddress address, int port, int threads)
            throws IOException, InterruptedException {
        this.models = models;
        long needed = (long) NUMBER_BYTES * models.image().size();
        mostBytes = Math.clamp(needed, LEAST_BYTES, MOST_BYTES_AT_ONCE);
        images = new ImageFile(mostBytes, MOST_PIXELS);
        server = HttpServer.create(new InetSocketAddress(address, port), MOST_CONNECTIONS);
        try {
            workers = new Workers(models, threads);
        } catch (InterruptedException | RuntimeException e) {
            server.stop(0);
            throw e;
        }
        server.setExecutor(handlers);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Where it is to be found. */
    public URI address() {
        InetSocketAddress bound = server.getAddress();
        String host = bound.getAddress().isAnyLocalAddress()
                ? "localhost"
                : bound.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host.replaceAll("%.*", "") + "]" : host) + ":"
                + bound.getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Reply reply;
            try {
                reply = reply(exchange);
            } catch (Refusal e) {
                reply = json(e.status(), Map.of("error", e.getMessage()));
            }
            HEADERS.forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", reply.type());
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(reply.status(), head ? -1 : reply.body().length);
            if (!head) {
                // Closed before the exchange, which waits for what is left of the request first.
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(reply.body());
                }
            }
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException, Refusal {
        checkOrigin(exchange);
        String path = exchange.getRequestURI().getRawPath();
        Resource resource = RESOURCES.get(path);
        if (resource != null) {
            allow(exchange, "GET", "HEAD");
            return new Reply(200, resource.type(), bytes(resource.name()));
        }
        return switch (path) {
            case "/models" -> {
                allow(exchange, "GET", "HEAD");
                yield json(
                        200,
                        new ModelsJson(
                                models.image().extents(),
                                models.preparation().id(),
                                models.classNames(),
                                models.models().stream()
                                        .map(ImageServer::described)
                                        .toList()));
            }
            case "/predict" -> {
                allow(exchange, "POST");
                yield predict(image(exchange));
            }
            default -> throw new Refusal(404, "there is nothing here; expected /, /models or /predict");
        };
    }

    /** Refuses pages of others that reach this machine through a browser. */
    private static void checkOrigin(HttpExchange exchange) throws Refusal {
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (host == null || !HOST.matcher(host).matches()) {
            throw new Refusal(403, "the host is to be localhost or an address");
        }
        String origin = exchange.getRequestHeaders().getFirst("Origin");
        if (origin != null && !origin.equals("http://" + host)) {
            throw new Refusal(403, "asked from another page's origin");
        }
    }

    private static void allow(HttpExchange exchange, String... methods) throws Refusal {
        if (!List.of(methods).contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", String.join(", ", methods));
            throw new Refusal(405, "expected " + String.join(" or ", methods));
        }
    }

    private PreparedImage image(HttpExchange exchange) throws IOException, Refusal {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        String plain = type == null ? "" : type.split(";")[0].strip().toLowerCase(Locale.ROOT);
        if (!plain.equals(JSON) && !IMAGE_TYPES.contains(plain)) {
            throw new Refusal(415, "expected a Content-Type of " + JSON + " or one of " + IMAGE_TYPES);
        }
        byte[] body = body(exchange);
        if (plain.equals(JSON)) {
            return new PixelsJson(models.image()).image(body);
        }
        try {
            return models.preparation().of(images, body, models.image(), "image");
        } catch (BadDataException e) {
            throw new Refusal(400, e.getMessage());
        }
    }

    private byte[] body(HttpExchange exchange) throws IOException, Refusal {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        // The JDK's server refuses a length that is no number.
        long announced = length == null ? mostBytes : Long.parseLong(length);
        if (announced > mostBytes) {
            throw tooLarge();
        }
        if (!bytesAtOnce.tryAcquire((int) announced)) {
            throw new Refusal(503, "too many requests are being sent; ask again");
        }
        Future<byte[]> read = handlers.submit(() -> {
            try {
                return exchange.getRequestBody().readNBytes(mostBytes + 1);
            } finally {
                bytesAtOnce.release((int) announced);
            }
        });
        byte[] body = await(read);
        if (body.length > mostBytes) {
            throw tooLarge();
        }
        return body;
    }

    private static byte[] await(Future<byte[]> read) throws IOException, Refusal {
        try {
            return read.get(LONGEST_BODY_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Refusal(408, "no whole request within " + LONGEST_BODY_SECONDS + " s");
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "the server ends");
        }
    }

    private Refusal tooLarge() {
        return new Refusal(413, "expected at most " + mostBytes + " bytes");
    }

    private Reply predict(PreparedImage image) throws Refusal {
        CompletableFuture<List<Workers.Answer>> asked =
                workers.ask(image).orElseThrow(() -> new Refusal(503, "too many questions wait; ask again"));
        try {
            return json(200, new AnswerJson(saw(image), asked.get(LONGEST_SECONDS, TimeUnit.SECONDS)));
        } catch (TimeoutException e) {
            throw new Refusal(503, "no answer within " + LONGEST_SECONDS + " s");
        } catch (ExecutionException e) {
            throw new Refusal(500, String.valueOf(e.getCause().getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "the server ends");
        }
    }

    /** 0 to 255. */
    private static List<Integer> saw(PreparedImage image) {
        Integer[] levels = new Integer[image.pixels().length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = Math.round(255 * image.pixels()[i]);
        }
        return List.of(levels);
    }

    private static ModelJson described(Classifier model) {
        return new ModelJson(
                model.name(),
                model.model().parameterCount(),
                model.model().weights().id(),
                model.temperature(),
                model.model().text());
    }

    private static Reply json(int status, Object content) {
        return new Reply(status, JSON, Json.text(content).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = ImageServer.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Answers what was asked, for a second at most, and ends. */
    @Override
    public void close() {
        server.stop(SECONDS_TO_END);
        handlers.shutdownNow();
        workers.close();
    }
}
