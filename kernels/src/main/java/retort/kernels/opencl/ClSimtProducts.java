package retort.kernels.opencl;

import static retort.kernels.opencl.ClConstants.SIMT_WIDTH;
import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import retort.kernels.Tiling;
import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.op.AdamSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DenseBackwardSpec;
import retort.kernels.op.Epilogue;
import retort.kernels.op.GemmSpec;
import retort.kernels.opencl.ClSimtForm.Kind;
import retort.kernels.opencl.ClSimtForm.Result;
import retort.kernels.opencl.ClTile.Extent;

/**
 * Products on a device whose work-items run in step: {@code simt/product.cl}. Where C has too few tiles to fill the
 * device, k is split so that the groups just fill it, and a second launch adds up the partial sums, in order (split k).
 */
final class ClSimtProducts implements ClProducts {
    private static final String FILE = ClFamily.SIMT.folder() + "product.cl";
    private static final String SUMS = ClFamily.SIMT.folder() + "sum_of_splits.cl";

    /** Slices of a split, at least: below that its start costs as much as its work. */
    private static final int FEWEST_SLICES = 4;

    /** Splits that an item adds up, at least. */
    private static final int SPLITS_OF_LANE = 4;

    private final ClSession session;
    private final Map<ClSimtForm, ClKernel> kernels = new HashMap<>();
    private final Map<SplitSum, ClKernel> sums = new HashMap<>();

    ClSimtProducts(ClSession session) {
        this.session = session;
    }

    /** A product: extents, operands and, where it is a convolution, its geometry. */
    private record Product(
            Supplier<String> op,
            Kind kind,
            boolean transA,
            boolean transB,
            int m,
            int n,
            int k,
            Object a,
            Object b,
            List<Object> geometry) {
        /** A width at which op(A) can be fetched: along its rows if it is transposed, else along the depth. */
        int aWidth() {
            return kind == Kind.GEMM ? width(transA ? m : k, a) : 1;
        }

        int bWidth() {
            return width(transB ? k : n, b);
        }

        private static int width(int line, Object operand) {
            return isAligned(line) && isAligned(offset(operand)) ? SIMT_WIDTH : 1;
        }
    }

    private static boolean isAligned(int elements) {
        return elements % SIMT_WIDTH == 0;
    }

    private static int offset(Object operand) {
        return operand instanceof ClTensor tensor ? tensor.offset() : 0;
    }

    /** Whether vectors of lines of so many elements are aligned in all operands; a null is no operand. */
    private static boolean areAligned(int line, Object... operands) {
        return isAligned(line) && Stream.of(operands).allMatch(each -> each == null || isAligned(offset(each)));
    }

    /** What a program of {@code simt/sum_of_splits.cl} is made for; all but the lanes as in {@link ClSimtForm}. */
    private record SplitSum(int lanes, Result result, boolean aligned, boolean drops) {
        String macros() {
            return "-DSPLIT_LANES=" + lanes + ClSimtForm.results(result, aligned, drops);
        }
    }

    /** How a product is tiled: tiles of a kind, and splits of k of a depth. */
    private record Partition(ClTile tile, int tiles, int splits, int splitDepth) {}

    private Partition partition(Product product, boolean adam) {
        if (product.n() <= ClTile.NARROW.get(session, Extent.N)) {
            return partition(product, ClTile.NARROW);
        }
        if (adam) {
            return partition(product, ClTile.MEDIUM);
        }
        if (product.m() <= ClTile.SHORT.get(session, Extent.M)) {
            return partition(product, ClTile.SHORT);
        }
        Partition large = partition(product, ClTile.LARGE);
        return large.tiles() * large.splits() >= session.computeUnits() ? large : partition(product, ClTile.MEDIUM);
    }

    private Partition partition(Product product, ClTile tile) {
        int tiles = tile.count(session, product.m(), product.n());
        int blockDepth = tile.get(session, Extent.K);
        int slices = ceilDivide(product.k(), blockDepth);
        int wanted = session.parameter(tile.groups()) * session.computeUnits() / tiles;
        int splitSlices = ceilDivide(slices, Math.clamp(wanted, 1, Math.max(1, slices / FEWEST_SLICES)));
        return new Partition(tile, tiles, ceilDivide(slices, splitSlices), splitSlices * blockDepth);
    }

    @Override
    public Tiling tiling() {
        int m = ClTile.LARGE.get(session, Extent.M);
        return new Tiling(
                session.parameter(ClParameter.ELEMENT_WIDTH),
                m,
                ClTile.LARGE.get(session, Extent.N),
                ClTile.LARGE.get(session, Extent.K),
                m);
    }

    @Override
    public void gemm(GemmSpec spec, ClTensor a, ClTensor b, Object c, Fused<ClTensor> fused) {
        multiply(product(spec::id, spec, a, b), c, spec.alpha(), spec.beta(), spec.epilogue(), fused);
    }

    private static Product product(Supplier<String> op, GemmSpec spec, ClTensor a, ClTensor b) {
        return new Product(op, Kind.GEMM, spec.transA(), spec.transB(), spec.m(), spec.n(), spec.k(), a, b, List.of());
    }

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
        Product product = product(spec::id, spec.weightProduct(), x, dY);
        List<Object> step = ClArguments.adam(adam, w, m, v, stepSize);
        boolean aligned = areAligned(product.n(), w, m, v);
        finish(product, partition(product, true), List.of(), step, Result.ADAM_STEP, aligned, false);
    }

    @Override
    public void correlate(
            Conv2dSpec spec, ClImages images, Object filter, ClImages result, int stride, Fused<ClTensor> fused) {
        int pixels = spec.batch() * result.height() * result.width();
        int taps = spec.kernelHeight() * spec.kernelWidth() * images.channels();
        List<Object> geometry = geometry(spec, images, result, stride);
        Product product = new Product(
                spec::id,
                Kind.CONV2D,
                false,
                false,
                pixels,
                result.channels(),
                taps,
                images.elements(),
                filter,
                geometry);
        multiply(product, result.elements(), 1, 0, spec.epilogue(), fused);
    }

    @Override
    public void filterGradient(Conv2dSpec spec, ClImages images, ClTensor dFilter, ClImages gradient) {
        int pixels = spec.batch() * gradient.height() * gradient.width();
        int taps = spec.kernelHeight() * spec.kernelWidth() * images.channels();
        List<Object> geometry = geometry(spec, images, gradient, spec.stride());
        Product product = new Product(
                spec::id,
                Kind.FILTER_GRADIENT,
                true,
                false,
                taps,
                spec.filters(),
                pixels,
                images.elements(),
                gradient.elements(),
                geometry);
        multiply(product, dFilter, 1, 0, Epilogue.NONE, ClArguments.NOTHING);
    }

    /** GEOMETRY_PARAMETERS of simt/product.cl. */
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
            Product product, Object c, float alpha, float beta, Epilogue epilogue, Fused<ClTensor> fused) {
        boolean aligned = areAligned(
                product.n(), c, epilogue.bias() ? fused.bias() : null, epilogue.gate() ? fused.gate() : null);
        List<Object> last = List.of(alpha, beta, ClArguments.epilogue(epilogue, fused, c));
        finish(product, partition(product, false), List.of(c), last, Result.FINISHED, aligned, epilogue.drops());
    }

    /** One launch, or the partial sums of each split in work memory and one that adds them up. */
    private void finish(
            Product product,
            Partition partition,
            List<Object> c,
            List<Object> last,
            Result result,
            boolean aligned,
            boolean drops) {
        List<Object> extents = List.of(product.m(), product.n(), product.k());
        if (partition.splits() == 1) {
            launch(product, partition, result, aligned, drops, c, extents, last);
            return;
        }
        int elements = Math.multiplyExact(partition.splits(), Math.multiplyExact(product.m(), product.n()));
        ClBuffer partial = session.workspace(product.op(), elements);
        launch(product, partition, Result.PARTIAL, isAligned(product.n()), false, partial, extents);
        SplitSum sum = new SplitSum(lanes(partition.splits()), result, aligned, drops);
        ClKernel kernel = sums.computeIfAbsent(sum, made -> session.kernel(SUMS, "sum_of_splits", made.macros()));
        int items = product.m() * ceilDivide(product.n(), SIMT_WIDTH) * sum.lanes();
        session.launchItems(
                product.op(), kernel, items, partial, product.m(), product.n(), partition.splits(), c, last);
        session.give(partial);
    }

    /** A power of two: each lane has some splits, so that to share them is worth it. */
    private static int lanes(int splits) {
        return Math.min(ClConstants.SPLIT_SUM_LANES, Math.max(1, Integer.highestOneBit(splits / SPLITS_OF_LANE)));
    }

    private void launch(
            Product product, Partition partition, Result result, boolean aligned, boolean drops, Object... operands) {
        ClSimtForm form = new ClSimtForm(
                partition.tile(),
                product.kind(),
                product.transA(),
                product.transB(),
                product.aWidth(),
                product.bWidth(),
                aligned,
                result,
                drops);
        ClKernel kernel = kernels.computeIfAbsent(form, made -> session.kernel(FILE, "product", made.macros(session)));
        int groups = Math.multiplyExact(partition.tiles(), partition.splits());
        session.launch(
                product.op(),
                kernel,
                groups,
                product.a(),
                product.b(),
                List.of(operands),
                partition.splitDepth(),
                product.geometry());
    }
}
