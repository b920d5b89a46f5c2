package retort.kernels;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** A program in the README or another page: compiled and run as it stands there, against nothing but the library. */
public final class ReadmeExample {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String NAME = "Example";

    private final Path page;
    private final String source;

    private ReadmeExample(Path page, String source) {
        this.page = page;
        this.source = source;
    }

    /** The first program with this text in it. */
    public static ReadmeExample with(String text) throws IOException {
        return in(README, text);
    }

    /** The same of another page. */
    public static ReadmeExample in(Path page, String text) throws IOException {
        Matcher programs = PROGRAM.matcher(Files.readString(page));
        while (programs.find()) {
            if (programs.group(1).contains(text)) {
                return new ReadmeExample(page, programs.group(1));
            }
        }
        throw new IllegalStateException(page + " has no program with " + text);
    }

    /** The program as it stands there. */
    public String text() {
        return source;
    }

    /** The same program with another engine, file or the like. */
    public ReadmeExample replacing(String text, String other) {
        if (!source.contains(text)) {
            throw new IllegalStateException(page + ": the program has no " + text);
        }
        return new ReadmeExample(page, source.replace(text, other));
    }

    /**
     * What it prints.
     *
     * @param folder for its source and its class
     * @param library a class of each jar that it is compiled against
     */
    public String output(Path folder, Class<?>... library) throws Exception {
        Path file = Files.writeString(folder.resolve(NAME + ".java"), source);
        List<String> classPath = new ArrayList<>();
        for (Class<?> type : library) {
            classPath.add(location(type).toString());
        }
        var messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        messages,
                        "-classpath",
                        String.join(File.pathSeparator, classPath),
                        "-d",
                        folder.toString(),
                        file.toString());
        if (status != 0) {
            throw new AssertionError(page + ": " + messages);
        }
        return run(folder);
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static String run(Path folder) throws Exception {
        URL[] classes = {folder.toUri().toURL()};
        PrintStream standard = System.out;
        var printed = new ByteArrayOutputStream();
        try (var loader = new URLClassLoader(classes, ReadmeExample.class.getClassLoader());
                var out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            Class<?> type = loader.loadClass(NAME);
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method main = type.getDeclaredMethod("main");
            main.setAccessible(true);
            System.setOut(out);
            main.invoke(constructor.newInstance());
        } finally {
            System.setOut(standard);
        }
        return printed.toString(StandardCharsets.UTF_8).strip();
    }
}
