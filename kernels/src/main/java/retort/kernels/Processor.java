package retort.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A CPU as Linux describes it.
 *
 * @param name with the numbers that tell apart what is sold under one name
 * @param model what it is whatever its name: vendor, family and model, or on ARM implementer and part, a space between
 *     them; empty if not known
 * @param features those of its instruction sets that kernels can be made of
 */
public record Processor(String name, String model, List<String> features) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** Of x86, then of ARM. */
    private static final List<String> NUMBERS =
            List.of("cpu family", "model", "stepping", "CPU implementer", "CPU variant", "CPU part");

    private static final List<String> MODEL =
            List.of("vendor_id", "cpu family", "model", "CPU implementer", "CPU part");

    /** By the key that lists them: on x86, sme and the like have nothing to do with vectors. */
    private static final Map<String, Pattern> FEATURES = Map.of(
            "flags", Pattern.compile("sse4_2|f16c|(avx|fma|amx).*"),
            "Features", Pattern.compile("(asimd|sve|sme|i8mm|bf16).*"));

    /** The first one here; elsewhere than on Linux all that is known is the architecture. */
    public static Processor here() {
        String architecture = System.getProperty("os.arch");
        if (!Files.isReadable(CPU_INFO)) {
            return new Processor(architecture, "", List.of());
        }
        try {
            return parse(Files.readString(CPU_INFO), architecture);
        } catch (IOException e) {
            throw new UncheckedIOException(CPU_INFO + ": can't be read", e);
        }
    }

    /** Whether it is of a vendor and family, whatever the model. */
    public boolean isOf(String vendor, int family) {
        return model.startsWith(vendor + " " + family + " ");
    }

    /** @param cpuInfo lines of a key, a colon and a value; each processor begins the keys anew */
    static Processor parse(String cpuInfo, String architecture) {
        Map<String, String> first = new LinkedHashMap<>();
        cpuInfo.lines()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .forEach(parts -> first.putIfAbsent(parts[0].strip(), parts[1].strip()));
        String numbers = NUMBERS.stream()
                .filter(first::containsKey)
                .map(key -> key.replaceFirst("(?i)^cpu ", "") + " " + first.get(key))
                .collect(Collectors.joining(", "));
        String name = first.getOrDefault("model name", architecture);
        String model = MODEL.stream().filter(first::containsKey).map(first::get).collect(Collectors.joining(" "));
        return new Processor(numbers.isEmpty() ? name : name + " (" + numbers + ")", model, features(first));
    }

    private static List<String> features(Map<String, String> keys) {
        return FEATURES.entrySet().stream()
                .flatMap(list -> Stream.of(keys.getOrDefault(list.getKey(), "").split(" "))
                        .filter(feature -> list.getValue().matcher(feature).matches()))
                .sorted()
                .toList();
    }
}
