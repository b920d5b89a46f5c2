package retort.driver.browser;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls and events of the Chrome DevTools protocol over one socket. */
final class DevTools implements WebSocket.Listener, AutoCloseable {
    private static final int LONGEST_SECONDS = 30;

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
    private final List<JsonObject> events = new CopyOnWriteArrayList<>();
    private final StringBuilder message = new StringBuilder();
    private WebSocket socket;

    static DevTools connect(URI address) throws IOException {
        DevTools tools = new DevTools();
        tools.socket = result(tools.client.newWebSocketBuilder().buildAsync(address, tools), "connect");
        return tools;
    }

    /** @param session of a tab, or null for the browser's own */
    JsonObject call(String session, String method, Map<String, ?> parameters) {
        JsonObject answered = result(send(session, method, parameters), method);
        if (answered.has("error")) {
            throw new AssertionError(method + ": " + answered.get("error"));
        }
        return answered.getAsJsonObject("result");
    }

    /** The same without waiting for an answer, which a browser that ends may owe. */
    CompletableFuture<JsonObject> send(String session, String method, Map<String, ?> parameters) {
        int id = calls.incrementAndGet();
        Map<String, Object> call = new HashMap<>(Map.of("id", id, "method", method, "params", parameters));
        if (session != null) {
            call.put("sessionId", session);
        }
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        synchronized (this) {
            result(socket.sendText(new Gson().toJson(call), true), method);
        }
        return answer;
    }

    /** What a tab has reported so far by itself. */
    List<JsonObject> events(String session) {
        return events.stream()
                .filter(event -> event.has("sessionId")
                        && event.get("sessionId").getAsString().equals(session))
                .toList();
    }

    private static <T> T result(CompletableFuture<T> future, String what) {
        try {
            return future.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(what, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(what + ": no answer from Chromium", e);
        }
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        message.append(data);
        if (last) {
            JsonObject whole = JsonParser.parseString(message.toString()).getAsJsonObject();
            message.setLength(0);
            if (whole.has("id")) {
                waiting.remove(whole.get("id").getAsInt()).complete(whole);
            } else {
                events.add(whole);
            }
        }
        from.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
        client.close();
    }
}
