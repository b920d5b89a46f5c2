package retort.kernels.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import retort.kernels.check.CheckException;
import retort.kernels.check.KernelCheck;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.ColumnSumSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;
import retort.kernels.opencl.ClTile.Extent;

/** Products around the edges of every tile of {@code simt/product.cl}, in tiles small enough for a processor. */
class ClTileTest {
    private static final int[] EXTENTS = {16, 32, 8, 4, 4};
    private static final int M = 16;
    private static final int N = 32;
    private static final int K = 8;
    private static final long SEED = 20261126;

    private static ClParameters smallTiles() {
        ClParameters parameters = ClParameters.ofClass("gpu.properties");
        for (ClTile tile : ClTile.values()) {
            for (Extent extent : Extent.values()) {
                parameters = parameters.with(tile.parameter(extent), EXTENTS[extent.ordinal()]);
            }
        }
        return parameters.with(ClParameter.ELEMENT_ITEMS, 32);
    }

    /** Vectors of 4 fit in rows of a multiple of 4 alone; few and many slices, so with and without splits. */
    private static Stream<Spec> products() {
        int[] rows = {1, M, M + 1, 3 * M + 4};
        int[] columns = {1, N, N + 1, 2 * N + 4};
        int[] depths = {1, K, 3 * K + 4, 40 * K + 3};
        return IntStream.range(0, rows.length * columns.length)
                .boxed()
                .flatMap(i -> products(rows[i % 4], columns[i / 4], depths[(i + i / 4) % 4]));
    }

    private static Stream<Spec> products(int m, int n, int k) {
        return Stream.of(
                GemmSpec.nn(m, n, k),
                GemmSpec.nt(m, n, k).with(Epilogue.biasReluDropout(0.5f)),
                GemmSpec.tn(m, n, k).scaled(2, 1),
                DenseBackwardSpec.of(k, m, n, AdamSpec.withDefaults(m * n)));
    }

    private static Stream<Spec> convolutions() {
        return Stream.of(
                        Conv2dSpec.forward(2, 9, 7, 3).filters(3, 3, 5),
                        Conv2dSpec.forward(3, 8, 8, 4).filters(3, 3, 36))
                .flatMap(spec -> Stream.of(Conv2dSpec.Pass.values()).map(spec::as));
    }

    private static Stream<Spec> sums() {
        return Stream.of(1, 31, 64, 65, 1500)
                .flatMap(rows -> Stream.of(1, 10, 32, 36).map(columns -> new ColumnSumSpec(rows, columns)));
    }

    @Test
    void productsAreRightAroundTheEdgesOfEveryTile() {
        OpenClDevices.Found found = OpenClTestDevice.find();
        List<String> failures = new ArrayList<>();
        int checked = 0;
        try (OpenClBackend backend = OpenClBackend.open(found, smallTiles())) {
            for (Spec spec : Stream.of(products(), convolutions(), sums())
                    .flatMap(all -> all)
                    .toList()) {
                try {
                    KernelCheck.whole(spec, SEED).check("opencl", backend);
                } catch (CheckException e) {
                    failures.add(e.getMessage());
                }
                checked++;
            }
        }
        assertEquals(List.of(), failures);
        assertTrue(checked > 80);
    }
}
