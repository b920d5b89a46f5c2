package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmAdamSpec;
import retort.kernels.op.GemmSpec;

/**
 * Products on a device whose work-items run in step: {@code gemm_block.cl}. Where C has too few tiles to fill the device, k is
 * cut into splits whose sums are added up by a second launch, in order.
 */
final class ClBlockProducts implements ClProducts {
    private static final String FILE = "gemm_block.cl";
    private static final Fused<ClTensor> NOTHING = new Fused<>(null, null, null);

    /** Groups that a compute unit should have to choose from. */
    private static final int GROUPS_PER_UNIT = 4;

    /** Slices of a split, at least: below that its start costs as much as its work. */
    private static final int FEWEST_SLICES = 8;

    private final ClSession session;
    private final int items;

    ClBlockProducts(ClSession session) {
        this.session = session;
        this.items = session.parameter(ClParameter.BLOCK_M)
                / session.parameter(ClParameter.BLOCK_ITEM_M)
                * session.parameter(ClParameter.BLOCK_N)
                / session.parameter(ClParameter.BLOCK_ITEM_N);
    }

    /** How a product of m x n x k is cut: tiles of a height, by name, and splits of a depth. */
    private record Cut(String height, int tiles, int splits, int splitDepth) {}

    private Cut cut(int m, int n, int k) {
        boolean small = m <= session.parameter(ClParameter.BLOCK_M) / 2;
        int tileRows = session.parameter(small ? ClParameter.BLOCK_SMALL_M : ClParameter.BLOCK_M);
        int tiles = ceilDivide(m, tileRows) * ceilDivide(n, session.parameter(ClParameter.BLOCK_N));
        int slices = ceilDivide(k, session.parameter(ClParameter.BLOCK_K));
        int wanted = ceilDivide(GROUPS_PER_UNIT * session.context().device().computeUnits(), tiles);
        int most = Math.min(session.parameter(ClParameter.BLOCK_SPLIT), slices / FEWEST_SLICES);
        int splitSlices = ceilDivide(slices, Math.clamp(wanted, 1, Math.max(1, most)));
        int splitDepth = splitSlices * session.parameter(ClParameter.BLOCK_K);
        return new Cut(small ? "small" : "large", tiles, ceilDivide(k, splitDepth), splitDepth);
    }

    @Override
    public Tiling tiling() {
        return new Tiling(
                session.parameter(ClParameter.ELEMENT_WIDTH),
                session.parameter(ClParameter.BLOCK_M),
                session.parameter(ClParameter.BLOCK_N),
                session.parameter(ClParameter.BLOCK_K));
    }

    @Override
    public void gemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        Product product = new Product(spec::id, "gemm_" + layout(spec) + "_", spec.m(), spec.n(), spec.k());
        multiply(product, a, b, c, spec.alpha(), spec.beta(), List.of(), spec.epilogue(), fused);
    }

    @Override
    public void gemmAdam(
            GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        AdamSpec adam = spec.adam();
        List<Object> step =
                List.of(stepSize, adam.beta1(), 1 - adam.beta1(), adam.beta2(), 1 - adam.beta2(), adam.epsilon());
        Cut cut = cut(gemm.m(), gemm.n(), gemm.k());
        if (cut.splits() == 1) {
            String name = "gemm_adam_" + layout(gemm) + "_" + cut.height();
            ClKernel kernel = session.kernel(FILE, name, items, "bbbbbiiiiffffff");
            List<Object> operands =
                    new ArrayList<>(List.of(a, b, w, m, v, gemm.m(), gemm.n(), gemm.k(), cut.splitDepth()));
            operands.addAll(step);
            session.queue().launch(spec::id, kernel, cut.tiles(), operands.toArray());
            return;
        }
        ClBuffer partial = partialSums(spec::id, cut, gemm.m(), gemm.n());
        Product product = new Product(spec::id, "gemm_" + layout(gemm) + "_", gemm.m(), gemm.n(), gemm.k());
        launch(product, cut, a, b, partial, 1, 0, List.of(), Epilogue.NONE, NOTHING);
        ClKernel kernel = session.kernel(FILE, "join_splits_adam", items, "bbbbiiiffffff");
        List<Object> operands = new ArrayList<>(List.of(partial, w, m, v, gemm.m(), gemm.n(), cut.splits()));
        operands.addAll(step);
        session.queue().launch(spec::id, kernel, joinGroups(gemm.m(), gemm.n()), operands.toArray());
        session.memory().give(partial);
    }

    @Override
    public void correlate(
            Conv2dSpec spec, ClImages images, Object filter, ClImages result, int stride, Fused<ClTensor> fused) {
        int pixels = spec.batch() * result.height() * result.width();
        int taps = spec.kernelHeight() * spec.kernelWidth() * images.channels();
        Product product = new Product(spec::id, "conv2d_", pixels, result.channels(), taps);
        List<Object> geometry = geometry(spec, images, result, stride);
        multiply(product, images.elements(), filter, result.elements(), 1, 0, geometry, spec.epilogue(), fused);
    }

    @Override
    public void filterGradient(Conv2dSpec spec, ClImages images, ClTensor dFilter, ClImages gradient) {
        int pixels = spec.batch() * gradient.height() * gradient.width();
        int taps = spec.kernelHeight() * spec.kernelWidth() * images.channels();
        Product product = new Product(spec::id, "conv2d_filter_gradient_", taps, spec.filters(), pixels);
        List<Object> geometry = geometry(spec, images, gradient, spec.stride());
        multiply(product, images.elements(), gradient.elements(), dFilter, 1, 0, geometry, Epilogue.NONE, NOTHING);
    }

    /** What gemm_block.cl calls a Geometry. */
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

    /** A kernel's name without its tile's height, and its extents. */
    private record Product(Supplier<String> op, String name, int m, int n, int k) {}

    private void multiply(
            Product product,
            Object a,
            Object b,
            Object c,
            float alpha,
            float beta,
            List<Object> geometry,
            Epilogue epilogue,
            Fused<ClTensor> fused) {
        Cut cut = cut(product.m(), product.n(), product.k());
        if (cut.splits() == 1) {
            launch(product, cut, a, b, c, alpha, beta, geometry, epilogue, fused);
            return;
        }
        ClBuffer partial = partialSums(product.op(), cut, product.m(), product.n());
        launch(product, cut, a, b, partial, 1, 0, geometry, Epilogue.NONE, NOTHING);
        ClKernel kernel = session.kernel(FILE, "join_splits", items, "bbiiiff" + ClEpilogue.ARGUMENTS);
        Object[] operands =
                ClEpilogue.append(epilogue, fused, c, partial, c, product.m(), product.n(), cut.splits(), alpha, beta);
        session.queue().launch(product.op(), kernel, joinGroups(product.m(), product.n()), operands);
        session.memory().give(partial);
    }

    private void launch(
            Product product,
            Cut cut,
            Object a,
            Object b,
            Object c,
            float alpha,
            float beta,
            List<Object> geometry,
            Epilogue epilogue,
            Fused<ClTensor> fused) {
        String arguments = "bbbiiiiff" + "i".repeat(geometry.size()) + ClEpilogue.ARGUMENTS;
        ClKernel kernel = session.kernel(FILE, product.name() + cut.height(), items, arguments);
        List<Object> operands = new ArrayList<>(
                Arrays.asList(a, b, c, product.m(), product.n(), product.k(), cut.splitDepth(), alpha, beta));
        operands.addAll(geometry);
        Object[] all = ClEpilogue.append(epilogue, fused, c, operands.toArray());
        session.queue().launch(product.op(), kernel, cut.tiles() * cut.splits(), all);
    }

    private ClBuffer partialSums(Supplier<String> op, Cut cut, int m, int n) {
        return session.workspace(op, Math.multiplyExact(cut.splits(), m * n));
    }

    private int joinGroups(int m, int n) {
        return ceilDivide(m * ceilDivide(n, 4), items);
    }

    private static String layout(GemmSpec spec) {
        return (spec.transA() ? "t" : "n") + (spec.transB() ? "t" : "n");
    }
}
