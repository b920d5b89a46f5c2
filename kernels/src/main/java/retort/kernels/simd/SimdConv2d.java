package retort.kernels.simd;

import retort.kernels.engine.CheckedBackend.Fused;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.Conv2dSpec;

/**
 * Convolution as products of matrices that are never built: {@link DenseCorrelation} forward and for the input
 * gradient, {@link Col2ImGradient} for that of few channels, {@link FilterGradient} for the filter's;
 * {@link NarrowCorrelation}, {@link FewFilters} and {@link FewFiltersGradient} of one channel.
 *
 * <p>Source: Chetlur et al. 2014 (implicit GEMM); Georganas et al. 2018 (direct, register-blocked).
 */
final class SimdConv2d {
    /** Pixels that are enough for a row: a panel of the filter is then as long in use as it takes to load the next. */
    private static final int ROW_PIXELS = 128;

    private final Workers workers;
    private final Scratch[] scratch;
    private final Scratch shared;

    /** @param scratch one for each worker */
    SimdConv2d(Workers workers, Scratch[] scratch) {
        this.workers = workers;
        this.scratch = scratch;
        this.shared = scratch[0].another();
    }

    Runnable prepare(Conv2dSpec given, HostTensor x, HostTensor filter, HostTensor y, Fused<HostTensor> fused) {
        Conv2dSpec spec = joined(given);
        return switch (spec.pass()) {
            case FORWARD -> {
                if (NarrowCorrelation.suits(spec)) {
                    Correlation sweeps = new NarrowCorrelation(spec, x, y, fused, workers.count());
                    yield sweeps.prepare(filter, workers, shared, scratch, spec.flops());
                }
                if (RepeatedRows.suits(spec)) {
                    yield new FewFilters(spec, x, y, fused).prepare(filter, workers, shared, scratch);
                }
                SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, y, spec.filters());
                Correlation sweeps = new DenseCorrelation(spec, x, y, epilogue, workers.count());
                yield sweeps.prepare(filter, workers, shared, scratch, spec.flops());
            }
            case INPUT_GRADIENT -> {
                SimdEpilogue epilogue = new SimdEpilogue(spec.epilogue(), fused, x, spec.channels());
                if (Col2ImGradient.suits(spec)) {
                    yield col2Im(spec, x, filter, y, epilogue);
                }
                Correlation sweeps = new DenseCorrelation(spec, y, x, epilogue, workers.count());
                yield sweeps.prepare(filter, workers, shared, scratch, spec.flops());
            }
            case FILTER_GRADIENT -> {
                if (RepeatedRows.suits(spec)) {
                    yield new FewFiltersGradient(spec, x, filter, y).prepare(workers, shared, scratch);
                }
                yield new FilterGradient(spec, x, filter, y).prepare(workers, shared, scratch);
            }
        };
    }

    /** To a kernel of one pixel it is all one where an image's rows end: some become one long row. */
    private static Conv2dSpec joined(Conv2dSpec spec) {
        if (spec.kernelHeight() > 1 || spec.kernelWidth() > 1 || spec.stride() > 1 || spec.padding() > 0) {
            return spec;
        }
        int rows = Math.clamp(ROW_PIXELS / spec.width(), 1, spec.height());
        while (spec.height() % rows > 0) {
            rows--;
        }
        return new Conv2dSpec(
                spec.pass(),
                spec.batch(),
                spec.height() / rows,
                spec.width() * rows,
                spec.channels(),
                1,
                1,
                spec.filters(),
                1,
                0,
                spec.epilogue());
    }

    /** One task for each image. */
    private Runnable col2Im(Conv2dSpec spec, HostTensor dX, HostTensor filter, HostTensor dY, SimdEpilogue epilogue) {
        Col2ImGradient gradient = new Col2ImGradient(spec);
        int pixels = spec.height() * spec.width();
        Workers.Task task = (image, worker) -> {
            gradient.image(image, dX, gradient.takePacked(shared), dY, scratch[worker]);
            epilogue.apply(image * pixels, pixels, 0, spec.channels());
        };
        long flops = spec.flops();
        return () -> {
            gradient.pack(filter, shared);
            workers.forEach(spec.batch(), flops, task);
        };
    }
}
