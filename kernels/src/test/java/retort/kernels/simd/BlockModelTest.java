package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.kernels.simd.CacheSizes.Cache;

class BlockModelTest {
    private static final CacheSizes ZEN5 = new CacheSizes(new Cache(48 << 10, 12), new Cache(1 << 20, 16), 16 << 20);

    @TempDir
    private Path folder;

    private void describe(int index, int level, String type, String size, int ways, String cpus) throws IOException {
        Path cache = Files.createDirectories(folder.resolve("index" + index));
        Files.writeString(cache.resolve("level"), level + "\n");
        Files.writeString(cache.resolve("type"), type + "\n");
        Files.writeString(cache.resolve("size"), size + "\n");
        Files.writeString(cache.resolve("ways_of_associativity"), ways + "\n");
        Files.writeString(cache.resolve("shared_cpu_list"), cpus + "\n");
    }

    @Test
    void cachesAreAsLinuxDescribesThem() throws IOException {
        describe(0, 1, "Data", "48K", 12, "0");
        describe(1, 1, "Instruction", "64K", 8, "0");
        describe(2, 2, "Unified", "1024K", 16, "0");
        describe(3, 3, "Unified", "32M", 16, "0-1");
        assertEquals(ZEN5, CacheSizes.read(folder, 16));
    }

    @Test
    void aSecondLevelThatCoresShareIsSharedOut() throws IOException {
        describe(0, 1, "Data", "32K", 8, "0,4");
        describe(2, 2, "Unified", "2048K", 16, "0-1,4-5");
        assertEquals(new CacheSizes(new Cache(32 << 10, 8), new Cache(512 << 10, 4), 0), CacheSizes.read(folder, 8));
    }

    @Test
    void whatIsNotToldIsAsUsual() throws IOException {
        CacheSizes usual = new CacheSizes(new Cache(32 << 10, 8), new Cache(512 << 10, 8), 0);
        assertEquals(usual, CacheSizes.read(folder.resolve("none"), 8));
        describe(0, 1, "Data", "big", 8, "0");
        assertEquals(usual, CacheSizes.read(folder, 8));
    }

    @Test
    void whatIsToStayInACacheFitsIt() {
        Map<SimdParameter, Integer> values = new BlockModel(ZEN5).values();
        int panel = values.get(SimdParameter.KC) * Blocking.NR * Float.BYTES;
        int tile = values.get(SimdParameter.KC) * Blocking.MR * Float.BYTES;
        assertTrue(panel + tile <= 44 << 10, values.toString());
        int block = values.get(SimdParameter.MC) * values.get(SimdParameter.KC) * Float.BYTES;
        assertTrue(block + panel <= 15 << 16, values.toString());
        values.forEach((parameter, value) -> assertTrue(parameter.isLegal(value), parameter + "=" + value));
    }

    @Test
    void aLargerCacheMakesNoBlockSmaller() {
        CacheSizes small = new CacheSizes(new Cache(32 << 10, 8), new Cache(256 << 10, 8), 0);
        Map<SimdParameter, Integer> few = new BlockModel(small).values();
        Map<SimdParameter, Integer> many = new BlockModel(ZEN5).values();
        few.forEach((parameter, value) -> {
            // Deeper blocks have fewer rows and columns.
            if (parameter != SimdParameter.MC && parameter != SimdParameter.NC) {
                assertTrue(many.get(parameter) >= value, parameter.toString());
            }
        });
    }
}
