package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;

/**
 * Products on a device whose work-item is a processor core: the files {@code gemm*.cl} but the
 * blocked one, and {@code conv2d.cl}.
 */
final class ClTileProducts implements ClProducts {
    private static final String PANELS = "gemm.cl";
    private static final String SHALLOW = "gemm_shallow.cl";
    private static final String SMALL = "gemm_small.cl";
    private static final String DOTS = "gemm_dot.cl";
    private static final String CONVOLUTIONS = "conv2d.cl";

    /** Tile sizes that gemm_small.cl sets. */
    private static final int NARROW_ROWS = 8;

    private static final int ROW_VECTORS = 8;

    /** A B of at most this many elements stays in a core's second-level cache. */
    private static final int CACHED_B = 1 << 18;

    /** Up to so many rows, transposing B costs more than the product by it. */
    private static final int FEW_ROWS = 64;

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

    ClTileProducts(ClSession session, ClElementwise elementwise) {
        this.session = session;
        this.elementwise = elementwise;
    }

    @Override
    public Tiling tiling() {
        int width = session.parameter(ClParameter.GEMM_WIDTH);
        return new Tiling(
                width,
                session.parameter(ClParameter.GEMM_ROWS),
                session.parameter(ClParameter.GEMM_VECTORS) * width,
                session.parameter(ClParameter.GEMM_K_BLOCK));
    }

    @Override
    public void gemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        multiply(spec, spec::id, a, b, c, fused);
    }

    private void multiply(GemmSpec spec, Supplier<String> op, ClTensor a, ClTensor b, Object c, Fused<ClTensor> fused) {
        Way way = way(spec);
        ClKernel kernel = session.kernel(way.file(), way.kernel(), 1, "bbbiiiff" + ClEpilogue.ARGUMENTS);
        Object[] operands = ClEpilogue.append(
                spec.epilogue(), fused, c, a, b, c, spec.m(), spec.n(), spec.k(), spec.alpha(), spec.beta());
        session.queue().launch(op, kernel, way.groups(), operands);
    }

    /** Fused where the sums never leave the registers; else the gradient is stored in work memory first. */
    @Override
    public void gemmAdam(
            GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        Optional<Way> way = adamWay(gemm);
        if (way.isEmpty()) {
            ClBuffer gradient = session.workspace(spec::id, gemm.cShape().size());
            multiply(gemm, spec::id, a, b, gradient, new Fused<>(null, null, null));
            elementwise.adam(spec.adam(), w, gradient, m, v, stepSize);
            session.memory().give(gradient);
            return;
        }
        AdamSpec adam = spec.adam();
        List<Object> operands = new ArrayList<>(List.of(a, b, w, m, v, gemm.m(), gemm.n(), gemm.k()));
        operands.addAll(
                List.of(stepSize, adam.beta1(), 1 - adam.beta1(), adam.beta2(), 1 - adam.beta2(), adam.epsilon()));
        ClKernel kernel = session.kernel(way.get().file(), way.get().kernel(), 1, "bbbbbiiiffffff");
        session.queue().launch(spec::id, kernel, way.get().groups(), operands.toArray());
    }

    /** A kernel for a product, and how many groups of it. */
    private record Way(String file, String kernel, int groups) {}

    private Way way(GemmSpec spec) {
        if (isNarrow(spec)) {
            return new Way(SMALL, "gemm_narrow_" + layout(spec), ceilDivide(spec.m(), NARROW_ROWS));
        }
        if (spec.m() == 1 && !spec.transB()) {
            return new Way(
                    SMALL, "gemm_row", ceilDivide(spec.n(), ROW_VECTORS * session.parameter(ClParameter.GEMM_WIDTH)));
        }
        if (spec.transB() && !spec.transA() && spec.m() <= FEW_ROWS && spec.k() >= SHORTEST_DOT) {
            return new Way(DOTS, "gemm_dot", ceilDivide(spec.n(), session.parameter(ClParameter.DOT_COLUMNS)));
        }
        int rowTiles = ceilDivide(spec.m(), session.parameter(ClParameter.GEMM_ROWS));
        if (isShallow(spec) && rowTiles >= FEWEST_ROW_TILES) {
            return new Way(SHALLOW, "gemm_shallow_" + layout(spec), rowTiles);
        }
        int columns = session.parameter(ClParameter.GEMM_VECTORS) * session.parameter(ClParameter.GEMM_WIDTH);
        int rows = session.parameter(ClParameter.GEMM_ROW_BLOCK);
        return new Way(PANELS, "gemm_" + layout(spec), ceilDivide(spec.m(), rows) * ceilDivide(spec.n(), columns));
    }

    /** Empty where the gradient must be stored. */
    private Optional<Way> adamWay(GemmSpec spec) {
        if (isNarrow(spec)) {
            return Optional.of(new Way(SMALL, "gemm_adam_narrow_" + layout(spec), ceilDivide(spec.m(), NARROW_ROWS)));
        }
        int rowTiles = ceilDivide(spec.m(), session.parameter(ClParameter.GEMM_ROWS));
        return isShallow(spec)
                ? Optional.of(new Way(SHALLOW, "gemm_adam_" + layout(spec), rowTiles))
                : Optional.empty();
    }

    private boolean isNarrow(GemmSpec spec) {
        return spec.n() <= session.parameter(ClParameter.GEMM_WIDTH);
    }

    private boolean isShallow(GemmSpec spec) {
        return !spec.transB()
                && spec.k() <= session.parameter(ClParameter.GEMM_K_BLOCK)
                && (long) spec.k() * spec.n() <= CACHED_B;
    }

    private static String layout(GemmSpec spec) {
        return (spec.transA() ? "t" : "n") + (spec.transB() ? "t" : "n");
    }

    @Override
    public void correlate(
            Conv2dSpec spec, ClImages images, Object filter, ClImages result, int stride, Fused<ClTensor> fused) {
        ClKernel kernel = session.kernel(CONVOLUTIONS, "conv2d", 1, "bbbiiiiiiiii" + ClEpilogue.ARGUMENTS);
        List<Object> operands = convolution(images.elements(), filter, result.elements(), spec, images, result, stride);
        session.queue()
                .launch(
                        spec::id,
                        kernel,
                        spec.batch() * result.height(),
                        ClEpilogue.append(spec.epilogue(), fused, result.elements(), operands.toArray()));
    }

    @Override
    public void filterGradient(Conv2dSpec spec, ClImages images, ClTensor dFilter, ClImages gradient) {
        int rows = spec.batch() * gradient.height();
        int most = Math.clamp(PARTIAL_ELEMENTS / dFilter.size(), FEWEST_CHUNKS, CHUNKS);
        int chunkRows = ceilDivide(rows, most);
        int chunks = ceilDivide(rows, chunkRows);
        ClBuffer partial = session.workspace(spec::id, chunks * dFilter.size());
        ClKernel kernel = session.kernel(CONVOLUTIONS, "conv2d_filter_gradient", 1, "bbbiiiiiiiiiii");
        List<Object> operands =
                convolution(images.elements(), gradient.elements(), partial, spec, images, gradient, spec.stride());
        operands.add(rows);
        operands.add(chunkRows);
        session.queue().launch(spec::id, kernel, chunks, operands.toArray());
        elementwise.sumChunks(spec::id, partial, dFilter, chunks, dFilter.size(), chunks);
        session.memory().give(partial);
    }

    private static List<Object> convolution(
            Object first, Object second, Object third, Conv2dSpec spec, ClImages images, ClImages result, int stride) {
        return new ArrayList<>(List.of(
                first,
                second,
                third,
                images.height(),
                images.width(),
                images.channels(),
                spec.kernelHeight(),
                spec.kernelWidth(),
                result.channels(),
                stride,
                result.height(),
                result.width()));
    }
}
