package retort.kernels.simd;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The data caches of a core.
 *
 * @param l1 the first level
 * @param l2 the second
 * @param l3Bytes its part of the third, 0 if there is none
 */
record CacheSizes(Cache l1, Cache l2, int l3Bytes) {
    private static final Path FOLDER = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final Pattern SIZE = Pattern.compile("([0-9]+)([KM]?)");

    /**
     * One of them, as much of it as a thread may use.
     *
     * @param bytes of all ways
     * @param ways that a line may lie in
     */
    record Cache(int bytes, int ways) {
        int wayBytes() {
            return bytes / ways;
        }
    }

    /** Those of this machine's first core, or what is usual where they are not told. */
    static CacheSizes here() {
        return read(FOLDER, SimdSpecies.LANES);
    }

    /**
     * As Linux describes them. What it does not say, in a container or on another system, is taken to be as it is on
     * small cores with such vectors: 32 KiB, and 512 KiB or with 512 bits 1 MiB, of 8 ways each, and no third level.
     *
     * @param folder with a folder for each cache
     * @param lanes of a vector
     */
    static CacheSizes read(Path folder, int lanes) {
        CacheSizes usual = new CacheSizes(new Cache(32 << 10, 8), new Cache(lanes >= 16 ? 1 << 20 : 512 << 10, 8), 0);
        CacheSizes told = usual;
        try (DirectoryStream<Path> caches = Files.newDirectoryStream(folder, "index*")) {
            for (Path each : caches) {
                told = told.with(each);
            }
            return told;
        } catch (IOException | DirectoryIteratorException | IllegalArgumentException | ArithmeticException untold) {
            return usual;
        }
    }

    private CacheSizes with(Path described) throws IOException {
        if (word(described, "type").equals("Instruction")) {
            return this;
        }
        int ways = Math.max(2, Integer.parseInt(word(described, "ways_of_associativity")));
        int bytes = bytes(word(described, "size"));
        int sharing = cpus(word(described, "shared_cpu_list"));
        return switch (word(described, "level")) {
            // Two threads of a core that share it rarely both compute.
            case "1" -> new CacheSizes(new Cache(bytes, ways), l2, l3Bytes);
            case "2" -> new CacheSizes(l1, new Cache(bytes / sharing, Math.max(2, ways / sharing)), l3Bytes);
            case "3" -> new CacheSizes(l1, l2, bytes / sharing);
            default -> this;
        };
    }

    private static String word(Path cache, String name) throws IOException {
        return Files.readString(cache.resolve(name)).strip();
    }

    /** Of a size such as {@code 48K}. */
    private static int bytes(String size) {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(size);
        }
        int unit = switch (matcher.group(2)) {
            case "K" -> 1 << 10;
            case "M" -> 1 << 20;
            default -> 1;
        };
        return Math.multiplyExact(Integer.parseInt(matcher.group(1)), unit);
    }

    /** How many a list such as {@code 0-1,4} has. */
    private static int cpus(String list) {
        return Stream.of(list.split(","))
                .map(range -> range.split("-"))
                .mapToInt(ends -> Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1)
                .sum();
    }
}
