package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static retort.kernels.opencl.ClConstants.SIMT_PADDING;
import static retort.kernels.opencl.ClConstants.SIMT_WIDTH;
import static retort.kernels.opencl.ClConstants.SPLIT_SUM_ITEMS;
import static retort.kernels.opencl.ClConstants.SPLIT_SUM_LANES;
import static retort.kernels.opencl.ClConstants.SUM_LANES;
import static retort.kernels.opencl.ClConstants.SUM_VECTORS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.kernels.op.ElementType;
import retort.kernels.op.Shape;
import retort.kernels.opencl.ClTile.Extent;

/**
 * How the kernels in {@code simt/} touch memory, counted without a GPU: which words the items of a warp ask for, with
 * the sizes of {@code gpu.properties}. A warp has 32 items. Local memory has 32 banks of 4 bytes and serves a warp, or
 * 8 items where each asks for 16 bytes, in as many passes as the busiest bank has words. Global memory comes in sectors
 * of 32 bytes and lines of 128.
 */
class SimtAccessTest {
    private static final int WARP = 32;
    private static final int BANKS = 32;
    private static final int SECTOR = 32;
    private static final int LINE = 128;

    /** Elements from one row of a matrix to the next: whole lines. */
    private static final int STRIDE = 4096;

    private static final ClParameters PARAMETERS = ClParameters.ofClass("gpu.properties");

    /** What was needed, and what is needed at least for as many words. */
    private record Count(int took, int least) {
        static final Count NONE = new Count(0, 0);

        Count plus(Count other) {
            return new Count(took + other.took, least + other.least);
        }

        double ratio() {
            return took / (double) least;
        }
    }

    /** Words that items ask for in one instruction: {@code width} from each item's word on, none where it is -1. */
    private record Access(int items, int width, IntUnaryOperator word) {
        private Stream<int[]> words(int together) {
            return IntStream.range(0, Math.ceilDiv(items, together))
                    .mapToObj(part -> IntStream.range(part * together, Math.min(items, (part + 1) * together))
                            .map(word)
                            .filter(first -> first >= 0)
                            .flatMap(first -> IntStream.range(first, first + width))
                            .distinct()
                            .toArray())
                    .filter(words -> words.length > 0);
        }

        /** Passes of local memory. */
        Count passes() {
            return words(WARP / width)
                    .map(words -> new Count(busiest(words), Math.ceilDiv(words.length, BANKS)))
                    .reduce(Count.NONE, Count::plus);
        }

        private static int busiest(int[] words) {
            int[] load = new int[BANKS];
            IntStream.of(words).forEach(each -> load[each % BANKS]++);
            return IntStream.of(load).max().orElseThrow();
        }

        /** Pieces of global memory of so many bytes. */
        Count pieces(int bytes) {
            int size = bytes / Float.BYTES;
            return words(WARP)
                    .map(words -> new Count(
                            (int) IntStream.of(words)
                                    .map(each -> each / size)
                                    .distinct()
                                    .count(),
                            Math.ceilDiv(words.length, size)))
                    .reduce(Count.NONE, Count::plus);
        }
    }

    /** {@code simt/slice.cl}, its macros as components. */
    private record Slice(int items, int tileSide, int tileK, int operandWidth, boolean byDepth, int padding) {
        int vectors() {
            return tileSide * tileK / operandWidth;
        }

        int fetches() {
            return Math.ceilDiv(vectors(), items);
        }

        int line() {
            return tileSide + padding;
        }

        int side(int e) {
            return byDepth ? e / (tileK / operandWidth) : e % (tileSide / operandWidth) * operandWidth;
        }

        int depth(int e) {
            return byDepth ? e % (tileK / operandWidth) * operandWidth : e / (tileSide / operandWidth);
        }

        private int kept(int e) {
            return e < vectors() ? depth(e) * line() + side(e) : -1;
        }

        private int fetched(int e) {
            return e >= vectors() ? -1 : byDepth ? side(e) * STRIDE + depth(e) : depth(e) * STRIDE + side(e);
        }

        /** One instruction of each round, or one for each element of a vector that lies across the lines. */
        Count keeping() {
            boolean across = byDepth && operandWidth > 1;
            int elements = across ? operandWidth : 1;
            return rounds().boxed()
                    .flatMap(round -> IntStream.range(0, elements)
                            .mapToObj(x -> new Access(items, across ? 1 : operandWidth, item -> {
                                int at = kept(item + round * items);
                                return at < 0 ? -1 : at + x * line();
                            })))
                    .map(Access::passes)
                    .reduce(Count.NONE, Count::plus);
        }

        Count fetching(int bytes) {
            return rounds().mapToObj(round -> new Access(items, operandWidth, item -> fetched(item + round * items)))
                    .map(access -> access.pieces(bytes))
                    .reduce(Count.NONE, Count::plus);
        }

        private IntStream rounds() {
            return IntStream.range(0, fetches());
        }
    }

    /** {@code simt/product.cl}. */
    private record Product(ClTile tile) {
        private int get(Extent extent) {
            return PARAMETERS.get(tile.parameter(extent));
        }

        int itemColumns() {
            return get(Extent.N) / get(Extent.ITEM_N);
        }

        int items() {
            return get(Extent.M) / get(Extent.ITEM_M) * itemColumns();
        }

        private int top(int item) {
            return item / itemColumns() * get(Extent.ITEM_M);
        }

        private int left(int item) {
            return item % itemColumns() * SIMT_WIDTH;
        }

        Slice slice(Extent side, int width, boolean byDepth, int padding) {
            return new Slice(items(), get(side), get(Extent.K), width, byDepth, padding);
        }

        Count readingRows() {
            return instructions(Extent.ITEM_M)
                    .mapToObj(u -> reading(item -> top(item) + u * SIMT_WIDTH))
                    .reduce(Count.NONE, Count::plus);
        }

        Count readingColumns() {
            return instructions(Extent.ITEM_N)
                    .mapToObj(v -> reading(item -> left(item) + v * itemColumns() * SIMT_WIDTH))
                    .reduce(Count.NONE, Count::plus);
        }

        private Count reading(IntUnaryOperator word) {
            return new Access(items(), SIMT_WIDTH, word).passes();
        }

        Count storing(int bytes) {
            return instructions(Extent.ITEM_N)
                    .mapToObj(v -> new Access(
                            items(),
                            SIMT_WIDTH,
                            item -> top(item) * STRIDE + left(item) + v * itemColumns() * SIMT_WIDTH))
                    .map(access -> access.pieces(bytes))
                    .reduce(Count.NONE, Count::plus);
        }

        private IntStream instructions(Extent ofItem) {
            return IntStream.range(0, get(ofItem) / SIMT_WIDTH);
        }
    }

    private static final List<Boolean> BOTH = List.of(true, false);

    private static Stream<Slice> slices(int padding) {
        List<Slice> slices = new ArrayList<>();
        for (ClTile tile : ClTile.values()) {
            for (Extent side : List.of(Extent.M, Extent.N)) {
                for (int width : new int[] {1, SIMT_WIDTH}) {
                    BOTH.forEach(byDepth -> slices.add(new Product(tile).slice(side, width, byDepth, padding)));
                }
            }
        }
        return slices.stream();
    }

    /** What a transposition costs: A lies along the depth, and B does where it is transposed. */
    @Test
    void slicesAreFetchedInWholeSectorsAndKeptInAtMostTwiceThePasses() {
        System.out.println("items slice    width order passes sectors lines");
        slices(SIMT_PADDING).distinct().forEach(slice -> {
            Count kept = slice.keeping();
            Count sectors = slice.fetching(SECTOR);
            Count lines = slice.fetching(LINE);
            System.out.printf(
                    Locale.ROOT,
                    "%5d %3d x %2d %5d %-5s %6.2f %7.2f %5.2f%n",
                    slice.items(),
                    slice.tileSide(),
                    slice.tileK(),
                    slice.operandWidth(),
                    slice.byDepth() ? "depth" : "side",
                    kept.ratio(),
                    sectors.ratio(),
                    lines.ratio());
            assertEquals(sectors.least(), sectors.took(), slice.toString());
            int most = slice.byDepth() ? 2 : 1;
            assertTrue(lines.ratio() <= most, slice.toString());
            assertTrue(kept.ratio() <= most, slice.toString());
        });
    }

    @Test
    void withoutPaddingSlicesWouldTakeTwiceAsLongToKeep() {
        double padded = worst(SIMT_PADDING);
        double plain = worst(0);
        assertTrue(plain >= 2 * padded, plain + " passes without padding, " + padded + " with it");
    }

    private static double worst(int padding) {
        return slices(padding)
                .mapToDouble(slice -> slice.keeping().ratio())
                .max()
                .orElseThrow();
    }

    @Test
    void fragmentsAreReadWithoutConflictsAndResultsStoredInWholeLines() {
        System.out.println("tile    rows columns  stored lines");
        for (ClTile tile : ClTile.values()) {
            Product product = new Product(tile);
            Count rows = product.readingRows();
            Count columns = product.readingColumns();
            Count stored = product.storing(LINE);
            System.out.printf(
                    Locale.ROOT, "%-7s %4.2f %7.2f %13.2f%n", tile, rows.ratio(), columns.ratio(), stored.ratio());
            assertEquals(rows.least(), rows.took(), tile + " rows of A");
            assertEquals(columns.least(), columns.took(), tile + " columns of B");
            assertEquals(stored.least(), stored.took(), tile + " C");
        }
    }

    /** {@code simt/sum_of_splits.cl}: a line of partial sums is shared by two warps where 32 lanes have 4 vectors. */
    @Test
    void partialSumsAreReadInAtMostTwiceTheLines() {
        for (int lanes = 1; lanes <= SPLIT_SUM_LANES; lanes *= 2) {
            int vectors = SPLIT_SUM_ITEMS / lanes;
            Count lines = new Access(
                            SPLIT_SUM_ITEMS, SIMT_WIDTH, item -> item / vectors * STRIDE + item % vectors * SIMT_WIDTH)
                    .pieces(LINE);
            System.out.printf(Locale.ROOT, "splits, %2d lanes: lines %.2f%n", lanes, lines.ratio());
            assertTrue(lines.ratio() <= (lanes == SPLIT_SUM_LANES ? 2 : 1), lanes + " lanes");
            assertTree(SPLIT_SUM_ITEMS, vectors, lanes);
        }
    }

    /** {@code simt/column_sums.cl}. */
    @Test
    void columnsAreReadInWholeLines() {
        int items = SUM_VECTORS * SUM_LANES;
        Count lines = new Access(
                        items, SIMT_WIDTH, item -> item / SUM_VECTORS * STRIDE + item % SUM_VECTORS * SIMT_WIDTH)
                .pieces(LINE);
        assertEquals(lines.least(), lines.took());
        assertTree(items, SUM_VECTORS, SUM_LANES);
    }

    /** Lanes added up as a tree, each reading from {@code reach} lanes further on. */
    private static void assertTree(int items, int vectors, int lanes) {
        for (int reach = lanes / 2; reach > 0; reach /= 2) {
            int distance = reach * vectors;
            Count read = new Access(items, SIMT_WIDTH, item -> item < distance ? (item + distance) * SIMT_WIDTH : -1)
                    .passes();
            assertEquals(read.least(), read.took(), lanes + " lanes, " + reach);
        }
    }

    /** The device itself keeps a slice, each element as its own number; the model says where each must be. */
    @Test
    void theModelKeepsSlicesWhereTheKernelDoes() {
        ClContext context = ClContext.take(OpenClTestDevice.find());
        try (ClMemory memory = new ClMemory(context.device(), context.handle());
                ClQueue queue = new ClQueue(context, false, memory)) {
            slices(SIMT_PADDING).distinct().forEach(slice -> {
                int elements = slice.tileK() * slice.line();
                ClBuffer buffer = memory.take("slice", elements);
                ClKernel keep = context.build("keep.cl", source(slice)).kernel("keep");
                queue.launch(() -> "keep", keep, 1, buffer);
                float[] kept = new float[elements];
                queue.download(new ClTensor(null, Shape.of(elements), false, ElementType.FLOAT32, buffer, 0), kept, 0);
                assertArrayEquals(expected(slice), kept, slice.toString());
                memory.give(buffer);
            });
        }
        ClContext.give(context);
    }

    private static String source(Slice slice) {
        return "#define WIDTH " + SIMT_WIDTH + "\n" + ClSource.of("vector.cl")
                + "#define ITEMS " + slice.items() + "\n#define TILE_K " + slice.tileK() + "\n#define TILE_SIDE "
                + slice.tileSide() + "\n#define OPERAND a\n#define OPERAND_WIDTH " + slice.operandWidth()
                + "\n#define BY_DEPTH " + (slice.byDepth() ? 1 : 0) + "\n" + ClSource.of("simt/slice.cl") + """
                __kernel GROUP_OF(1) void keep(__global float *x, int xOffset) {
                    __local float slice[TILE_K * line_a] __attribute__((aligned(16)));
                    for (int i = 0; i < TILE_K * line_a; i++) {
                        slice[i] = -1;
                    }
                    for (int e = 0; e < fetches_a * ITEMS; e++) {
                        vector_a v = (vector_a)(e);
                        keep_a(v, e, slice);
                    }
                    for (int i = 0; i < TILE_K * line_a; i++) {
                        x[xOffset + i] = slice[i];
                    }
                }
                """;
    }

    private static float[] expected(Slice slice) {
        float[] kept = new float[slice.tileK() * slice.line()];
        Arrays.fill(kept, -1);
        for (int e = 0; e < slice.vectors(); e++) {
            for (int x = 0; x < slice.operandWidth(); x++) {
                kept[slice.kept(e) + x * (slice.byDepth() ? slice.line() : 1)] = e;
            }
        }
        return kept;
    }

    /** What else of the kernels the model repeats: who changes it there changes it here. */
    @Test
    void theModelIsOfTheKernelsAsTheyAre() {
        assertHas(
                "simt/product.cl",
                "#define ITEM_COLUMNS (TILE_N / ITEM_N)",
                "#define ITEMS (TILE_M / ITEM_M * ITEM_COLUMNS)",
                "#define BY_DEPTH !TRANS_A",
                "#define BY_DEPTH TRANS_B",
                "int top = item / ITEM_COLUMNS * ITEM_M;",
                "int left = item % ITEM_COLUMNS * WIDTH;",
                "int column = j + left + v * ITEM_COLUMNS * WIDTH;",
                "side_a(item + s * ITEMS)",
                "depth_b(item + s * ITEMS)",
                "sliceA + q * line_a + u * WIDTH",
                "sliceB + q * line_b + v * ITEM_COLUMNS * WIDTH");
        assertHas(
                "simt/sum_of_splits.cl",
                "#define VECTORS (SPLIT_SUM_ITEMS / SPLIT_LANES)",
                "int lane = item / VECTORS;",
                "int vector = get_group_id(0) * VECTORS + item % VECTORS;",
                "laneSums[item + reach * VECTORS]");
        assertHas(
                "simt/column_sums.cl",
                "get_local_id(0) % SUM_VECTORS * WIDTH;",
                "int lane = get_local_id(0) / SUM_VECTORS;",
                "lanes[get_local_id(0) + reach * SUM_VECTORS]");
    }

    private static void assertHas(String file, String... expressions) {
        String source = ClSource.of(file);
        for (String expression : expressions) {
            assertTrue(source.contains(expression), file + " no longer has " + expression);
        }
    }
}
