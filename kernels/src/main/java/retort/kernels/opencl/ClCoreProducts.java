package retort.kernels.opencl;

import static retort.kernels.opencl.ClProducts.transpositions;
import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.GemmSpec;

/** Products on a device whose work-item is a processor core: the kernels in {@code cores/}. */
final class ClCoreProducts implements ClProducts {
    private static final String PACKED = ClFamily.CORES.folder() + "gemm_packed.cl";
    private static final String SMALL_K = ClFamily.CORES.folder() + "gemm_small_k.cl";
    private static final String TALL_SKINNY = ClFamily.CORES.folder() + "gemm_tall_skinny.cl";
    private static final String FEW_ROWS = ClFamily.CORES.folder() + "gemm_few_rows_nt.cl";
    private static final String GEMV = ClFamily.CORES.folder() + "gemv.cl";
    private static final String CONV2D = ClFamily.CORES.folder() + "conv2d.cl";

    /** A B of at most this many elements stays in a core's second-level cache. */
    private static final int CACHED_B = 1 << 18;

    /** Up to so many rows, transposing B costs more than the product by it. */
    private static final int FEW = 64;

    /** Row tiles that keep a device's cores busy when each is a group. */
    private static final int FEWEST_ROW_TILES = 8;

    /** The shortest k that is worth adding up along. */
    private static final int SHORTEST_DOT = 64;

    /** Partial sums of a filter gradient, each over some output rows: enough for all cores, few enough to add up. */
    private static final int CHUNKS = 64;

    private static final int FEWEST_CHUNKS = 8;
    private static final int PARTIAL_ELEMENTS = 1 << 18;

    private final ClSession session;
    private final ClElementwise elementwise;
    private final ClColumnSums columnSums;

    ClCoreProducts(ClSession session, ClElementwise elementwise, ClColumnSums columnSums) {
        this.session = session;
        this.elementwise = elementwise;
        this.columnSums = columnSums;
    }

    @Override
    public Tiling tiling() {
        int width = session.parameter(ClParameter.GEMM_WIDTH);
        return new Tiling(
                width,
                session.parameter(ClParameter.GEMM_MR),
                session.parameter(ClParameter.GEMM_NR_VECTORS) * width,
                session.parameter(ClParameter.GEMM_KC),
                session.parameter(ClParameter.GEMM_MC));
    }

    @Override
    public void gemm(GemmSpec spec, ClTensor a, ClTensor b, Object c, Fused<ClTensor> fused) {
        multiply(spec, spec::id, a, b, c, fused);
    }

    private void multiply(GemmSpec spec, Supplier<String> op, ClTensor a, ClTensor b, Object c, Fused<ClTensor> fused) {
        List<Object> numbers = List.of(spec.m(), spec.n(), spec.k(), spec.alpha(), spec.beta());
        variant(spec).launch(session, op, a, b, c, numbers, ClArguments.epilogue(spec.epilogue(), fused, c));
    }

    /** Fused where the sums never leave the registers; else the gradient is stored in work memory first. */
    @Override
    public void weightAdam(
            DenseBackwardSpec spec,
            AdamSpec adam,
            ClTensor x,
            ClTensor dY,
            ClTensor w,
            ClTensor m,
            ClTensor v,
            float stepSize) {
        GemmSpec product = spec.weightProduct();
        Optional<Variant> fused = adamVariant(product);
        if (fused.isPresent()) {
            List<Object> step = ClArguments.adam(adam, w, m, v, stepSize);
            fused.get().launch(session, spec::id, x, dY, product.m(), product.n(), product.k(), step);
            return;
        }
        ClBuffer gradient = session.workspace(spec::id, adam.count());
        multiply(product, spec::id, x, dY, gradient, ClArguments.NOTHING);
        elementwise.adam(adam, w, gradient, m, v, stepSize);
        session.give(gradient);
    }

    /** A kernel for a product, and how many groups of it. */
    private record Variant(String file, String kernel, int groups) {
        void launch(ClSession session, Supplier<String> op, Object... operands) {
            session.launch(op, file, kernel, groups, operands);
        }
    }

    private Variant variant(GemmSpec spec) {
        String suffix = transpositions(spec);
        if (isTallAndSkinny(spec)) {
            return new Variant(TALL_SKINNY, "gemm_tall_skinny_" + suffix, tallSkinnyGroups(spec));
        }
        if (spec.m() == 1 && !spec.transB()) {
            int columns = ClConstants.GEMV_VECTORS * session.parameter(ClParameter.GEMM_WIDTH);
            return new Variant(GEMV, "gemv", ceilDivide(spec.n(), columns));
        }
        if (spec.transB() && !spec.transA() && spec.m() <= FEW && spec.k() >= SHORTEST_DOT) {
            return new Variant(
                    FEW_ROWS, "gemm_few_rows_nt", ceilDivide(spec.n(), session.parameter(ClParameter.DOT_NR)));
        }
        int rowTiles = ceilDivide(spec.m(), session.parameter(ClParameter.GEMM_MR));
        if (isSmallK(spec) && rowTiles >= FEWEST_ROW_TILES) {
            return new Variant(SMALL_K, "gemm_small_k_" + suffix, rowTiles);
        }
        int columns = session.parameter(ClParameter.GEMM_NR_VECTORS) * session.parameter(ClParameter.GEMM_WIDTH);
        int rows = session.parameter(ClParameter.GEMM_MC);
        return new Variant(PACKED, "gemm_packed_" + suffix, ceilDivide(spec.m(), rows) * ceilDivide(spec.n(), columns));
    }

    /** Empty where the gradient must be stored. */
    private Optional<Variant> adamVariant(GemmSpec spec) {
        if (isTallAndSkinny(spec)) {
            return Optional.of(new Variant(TALL_SKINNY, "gemm_adam_tall_skinny", tallSkinnyGroups(spec)));
        }
        if (isSmallK(spec)) {
            int rowTiles = ceilDivide(spec.m(), session.parameter(ClParameter.GEMM_MR));
            return Optional.of(new Variant(SMALL_K, "gemm_adam_small_k", rowTiles));
        }
        return Optional.empty();
    }

    private boolean isTallAndSkinny(GemmSpec spec) {
        return spec.n() <= session.parameter(ClParameter.GEMM_WIDTH);
    }

    private static int tallSkinnyGroups(GemmSpec spec) {
        return ceilDivide(spec.m(), ClConstants.SKINNY_MR);
    }

    private boolean isSmallK(GemmSpec spec) {
        return !spec.transB()
                && spec.k() <= session.parameter(ClParameter.GEMM_KC)
                && (long) spec.k() * spec.n() <= CACHED_B;
    }

    @Override
    public void correlate(
            Conv2dSpec spec, ClImages images, Object filter, ClImages result, int stride, Fused<ClTensor> fused) {
        List<Object> epilogue = ClArguments.epilogue(spec.epilogue(), fused, result.elements());
        int groups = spec.batch() * result.height();
        List<Object> tensors = List.of(images.elements(), filter, result.elements());
        List<Object> geometry = geometry(spec, images, result, stride);
        session.launch(spec::id, CONV2D, "conv2d", groups, tensors, geometry, epilogue);
    }

    @Override
    public void filterGradient(Conv2dSpec spec, ClImages images, ClTensor dFilter, ClImages gradient) {
        int rows = spec.batch() * gradient.height();
        int most = Math.clamp(PARTIAL_ELEMENTS / dFilter.size(), FEWEST_CHUNKS, CHUNKS);
        int chunkRows = ceilDivide(rows, most);
        int chunks = ceilDivide(rows, chunkRows);
        ClBuffer partial = session.workspace(spec::id, chunks * dFilter.size());
        List<Object> tensors = List.of(images.elements(), gradient.elements(), partial);
        List<Object> geometry = geometry(spec, images, gradient, spec.stride());
        session.launch(spec::id, CONV2D, "conv2d_filter_gradient", chunks, tensors, geometry, rows, chunkRows);
        columnSums.chunks(spec::id, partial, dFilter, chunks, dFilter.size(), chunks);
        session.give(partial);
    }

    /** GEOMETRY_PARAMETERS of cores/conv2d.cl. */
    private static List<Object> geometry(Conv2dSpec spec, ClImages images, ClImages result, int stride) {
        return List.of(
                images.height(),
                images.width(),
                images.channels(),
                spec.kernelHeight(),
                spec.kernelWidth(),
                result.channels(),
                stride,
                result.height(),
                result.width());
    }
}
