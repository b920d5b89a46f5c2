package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import retort.kernels.AdamSpec;
import retort.kernels.CheckedBackend.Fused;
import retort.kernels.Conv2dSpec;
import retort.kernels.GemmAdamSpec;
import retort.kernels.GemmSpec;

/** Products on a device whose work-item is a processor core: {@code gemm.cl} and {@code conv2d.cl}. */
final class ClTileProducts implements ClProducts {
    private static final String FILE = "gemm.cl";
    private static final String CONVOLUTIONS = "conv2d.cl";
    private static final int DIRECT_ROWS = 4;

    /** A B of at most this many elements stays in a core's second-level cache. */
    private static final int CACHED_B = 1 << 18;

    /** Up to so many rows, transposing B costs more than the product by it. */
    private static final int FEW_ROWS = 64;

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
    public void gemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        multiply(spec, spec::id, a, b, c, fused);
    }

    private void multiply(GemmSpec spec, Supplier<String> op, ClTensor a, ClTensor b, Object c, Fused<ClTensor> fused) {
        Way way = way(spec);
        List<Object> operands = operands(spec, way, a, b, c);
        operands.add(spec.alpha());
        operands.add(spec.beta());
        String arguments = "bbb" + way.sizes() + "ff" + ClEpilogue.ARGUMENTS;
        ClKernel kernel = session.kernel(FILE, way.kernel(), 1, arguments);
        Object[] all = ClEpilogue.append(spec.epilogue(), fused, c, operands.toArray());
        session.queue().launch(op, kernel, way.groups(), all);
    }

    /** Fused where the sums never leave the registers; else the gradient is stored in work memory first. */
    @Override
    public void gemmAdam(
            GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        Way way = adamWay(gemm);
        if (way == null) {
            ClBuffer gradient = session.workspace(spec::id, gemm.cShape().size());
            multiply(gemm, spec::id, a, b, gradient, new Fused<>(null, null, null));
            elementwise.adam(spec.adam(), w, gradient, m, v, stepSize);
            session.memory().give(gradient);
            return;
        }
        AdamSpec adam = spec.adam();
        List<Object> operands = operands(gemm, way, a, b, w, m, v);
        operands.addAll(
                List.of(stepSize, adam.beta1(), 1 - adam.beta1(), adam.beta2(), 1 - adam.beta2(), adam.epsilon()));
        ClKernel kernel = session.kernel(FILE, way.kernel(), 1, "bbbbb" + way.sizes() + "ffffff");
        session.queue().launch(spec::id, kernel, way.groups(), operands.toArray());
    }

    /** A kernel for a product. {@code sizes} are its integer arguments: m, n, k, and the flags where one kernel does all layouts. */
    private record Way(String kernel, int groups, String sizes) {}

    private Way way(GemmSpec spec) {
        if (spec.n() <= session.parameter(ClParameter.GEMM_WIDTH)) {
            return new Way("gemm_direct", directTiles(spec), "iiiii");
        }
        if (spec.transB() && !spec.transA() && spec.m() <= FEW_ROWS && spec.k() >= SHORTEST_DOT) {
            int groups = ceilDivide(spec.n(), session.parameter(ClParameter.DOT_COLUMNS));
            return new Way("gemm_dot", groups, "iii");
        }
        if (isShallow(spec)) {
            return new Way("gemm_shallow_" + layout(spec), rowTiles(spec), "iii");
        }
        int columns = session.parameter(ClParameter.GEMM_VECTORS) * session.parameter(ClParameter.GEMM_WIDTH);
        int rows = session.parameter(ClParameter.GEMM_ROW_BLOCK);
        return new Way("gemm_" + layout(spec), ceilDivide(spec.m(), rows) * ceilDivide(spec.n(), columns), "iii");
    }

    private Way adamWay(GemmSpec spec) {
        if (spec.n() <= session.parameter(ClParameter.GEMM_WIDTH)) {
            return new Way("gemm_adam_direct", directTiles(spec), "iiiii");
        }
        return isShallow(spec) ? new Way("gemm_adam_" + layout(spec), rowTiles(spec), "iii") : null;
    }

    private boolean isShallow(GemmSpec spec) {
        return !spec.transB()
                && spec.k() <= session.parameter(ClParameter.GEMM_K_BLOCK)
                && (long) spec.k() * spec.n() <= CACHED_B;
    }

    private int rowTiles(GemmSpec spec) {
        return ceilDivide(spec.m(), session.parameter(ClParameter.GEMM_ROWS));
    }

    private int directTiles(GemmSpec spec) {
        return ceilDivide(spec.m(), DIRECT_ROWS) * ceilDivide(spec.n(), session.parameter(ClParameter.GEMM_WIDTH));
    }

    private static List<Object> operands(GemmSpec spec, Way way, Object... tensors) {
        List<Object> operands = new ArrayList<>(Arrays.asList(tensors));
        operands.addAll(List.of(spec.m(), spec.n(), spec.k()));
        if (way.sizes().length() > 3) {
            operands.addAll(List.of(spec.transA() ? 1 : 0, spec.transB() ? 1 : 0));
        }
        return operands;
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
