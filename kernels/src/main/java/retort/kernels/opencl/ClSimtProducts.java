package retort.kernels.opencl;

import static retort.kernels.opencl.ClProducts.transpositions;
import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import java.util.function.Supplier;
import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;

/**
 * Products on a device whose work-items run in step: {@code simt/gemm_conv2d.cl}. Where C has too few tiles to fill the
 * device, k is split and a second launch adds up the partial sums, in order (split k).
 */
final class ClSimtProducts implements ClProducts {
    private static final String FILE = ClFamily.SIMT.folder() + "gemm_conv2d.cl";

    /** Groups that a compute unit should have to choose from. */
    private static final int GROUPS_PER_UNIT = 4;

    /** Slices of a split, at least: below that its start costs as much as its work. */
    private static final int FEWEST_SLICES = 8;

    private final ClSession session;

    ClSimtProducts(ClSession session) {
        this.session = session;
    }

    /** A product: its kernel's name without the height of its tiles, its extents, and a convolution's geometry. */
    private record Product(Supplier<String> op, String name, int m, int n, int k, List<Object> geometry) {}

    /** How a product is tiled: tiles of a height, by name, and splits of k of a depth. */
    private record Partition(String height, int tiles, int splits, int splitDepth) {}

    private Partition partition(Product product) {
        boolean small = product.m() <= session.parameter(ClParameter.BLOCK_M) / 2;
        int tileRows = session.parameter(small ? ClParameter.BLOCK_SMALL_M : ClParameter.BLOCK_M);
        int tiles = ceilDivide(product.m(), tileRows) * ceilDivide(product.n(), session.parameter(ClParameter.BLOCK_N));
        int blockDepth = session.parameter(ClParameter.BLOCK_K);
        int slices = ceilDivide(product.k(), blockDepth);
        int wanted = ceilDivide(GROUPS_PER_UNIT * session.computeUnits(), tiles);
        int most = Math.min(session.parameter(ClParameter.SPLIT_K), slices / FEWEST_SLICES);
        int splitDepth = ceilDivide(slices, Math.clamp(wanted, 1, Math.max(1, most))) * blockDepth;
        return new Partition(small ? "small" : "large", tiles, ceilDivide(product.k(), splitDepth), splitDepth);
    }

    @Override
    public Tiling tiling() {
        return new Tiling(
                session.parameter(ClParameter.ELEMENT_WIDTH),
                session.parameter(ClParameter.BLOCK_M),
                session.parameter(ClParameter.BLOCK_N),
                session.parameter(ClParameter.BLOCK_K),
                session.parameter(ClParameter.BLOCK_M));
    }

    @Override
    public void gemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        multiply(product(spec::id, spec), a, b, c, spec.alpha(), spec.beta(), spec.epilogue(), fused);
    }

    private static Product product(Supplier<String> op, GemmSpec spec) {
        return new Product(op, "gemm_" + transpositions(spec), spec.m(), spec.n(), spec.k(), List.of());
    }

    @Override
    public void gemmAdam(
            GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        Product product = product(spec::id, gemm);
        Partition partition = partition(product);
        List<Object> step = ClArguments.adam(spec.adam(), w, m, v, stepSize);
        if (partition.splits() == 1) {
            String kernel = "gemm_adam_" + transpositions(gemm) + "_" + partition.height();
            List<Object> extents = List.of(gemm.m(), gemm.n(), gemm.k());
            session.launch(spec::id, FILE, kernel, partition.tiles(), a, b, extents, step, partition.splitDepth());
            return;
        }
        ClBuffer partial = partialSums(product, partition, a, b);
        List<Object> extents = List.of(gemm.m(), gemm.n(), partition.splits());
        session.launchItems(spec::id, FILE, "reduce_splits_adam", vectors(product), partial, extents, step);
        session.give(partial);
    }

    @Override
    public void correlate(
            Conv2dSpec spec, ClImages images, Object filter, ClImages result, int stride, Fused<ClTensor> fused) {
        int pixels = spec.batch() * result.height() * result.width();
        int taps = spec.kernelHeight() * spec.kernelWidth() * images.channels();
        List<Object> geometry = geometry(spec, images, result, stride);
        Product product = new Product(spec::id, "conv2d", pixels, result.channels(), taps, geometry);
        multiply(product, images.elements(), filter, result.elements(), 1, 0, spec.epilogue(), fused);
    }

    @Override
    public void filterGradient(Conv2dSpec spec, ClImages images, ClTensor dFilter, ClImages gradient) {
        int pixels = spec.batch() * gradient.height() * gradient.width();
        int taps = spec.kernelHeight() * spec.kernelWidth() * images.channels();
        List<Object> geometry = geometry(spec, images, gradient, spec.stride());
        Product product = new Product(spec::id, "conv2d_filter_gradient", taps, spec.filters(), pixels, geometry);
        multiply(product, images.elements(), gradient.elements(), dFilter, 1, 0, Epilogue.NONE, ClArguments.NOTHING);
    }

    /** GEOMETRY_PARAMETERS of simt/gemm_conv2d.cl. */
    private static List<Object> geometry(Conv2dSpec spec, ClImages images, ClImages result, int stride) {
        int line = images.width() * images.channels();
        return List.of(
                result.height(),
                result.width(),
                images.height() * line,
                stride * line,
                stride * images.channels(),
                line,
                spec.kernelWidth() * images.channels());
    }

    private void multiply(
            Product product,
            Object a,
            Object b,
            Object c,
            float alpha,
            float beta,
            Epilogue epilogue,
            Fused<ClTensor> fused) {
        Partition partition = partition(product);
        List<Object> scales = List.of(alpha, beta);
        List<Object> last = ClArguments.epilogue(epilogue, fused, c);
        if (partition.splits() == 1) {
            launch(product, partition, a, b, c, scales, last);
            return;
        }
        ClBuffer partial = partialSums(product, partition, a, b);
        List<Object> extents = List.of(product.m(), product.n(), partition.splits());
        session.launchItems(product.op(), FILE, "reduce_splits", vectors(product), partial, c, extents, scales, last);
        session.give(partial);
    }

    /** The sums of each split, unscaled and without an epilogue, in work memory. */
    private ClBuffer partialSums(Product product, Partition partition, Object a, Object b) {
        int elements = Math.multiplyExact(partition.splits(), product.m() * product.n());
        ClBuffer partial = session.workspace(product.op(), elements);
        List<Object> none = ClArguments.epilogue(Epilogue.NONE, ClArguments.NOTHING, partial);
        launch(product, partition, a, b, partial, List.of(1f, 0f), none);
        return partial;
    }

    private void launch(
            Product product,
            Partition partition,
            Object a,
            Object b,
            Object c,
            List<Object> scales,
            List<Object> epilogue) {
        List<Object> extents = List.of(product.m(), product.n(), product.k());
        session.launch(
                product.op(),
                FILE,
                product.name() + "_" + partition.height(),
                partition.tiles() * partition.splits(),
                a,
                b,
                c,
                extents,
                scales,
                epilogue,
                partition.splitDepth(),
                product.geometry());
    }

    /** Work-items that a reduction takes, one for each vector of C's rows. */
    private static int vectors(Product product) {
        return product.m() * ceilDivide(product.n(), ClConstants.SIMT_WIDTH);
    }
}
