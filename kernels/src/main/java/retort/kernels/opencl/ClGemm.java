package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import retort.kernels.AdamSpec;
import retort.kernels.CheckedBackend.Fused;
import retort.kernels.GemmAdamSpec;
import retort.kernels.GemmSpec;

/** Matrix products: {@code gemm.cl}. */
final class ClGemm {
    private static final String FILE = "gemm.cl";
    private static final int DIRECT_ROWS = 4;

    private final ClSession session;

    ClGemm(ClSession session) {
        this.session = session;
    }

    void gemm(GemmSpec spec, ClTensor a, ClTensor b, ClTensor c, Fused<ClTensor> fused) {
        ClKernel kernel = session.kernel(FILE, "gemm_direct", 1, "bbbiiiiiff" + ClEpilogue.ARGUMENTS);
        Object[] operands = ClEpilogue.append(
                spec.epilogue(),
                fused,
                c,
                a,
                b,
                c,
                spec.m(),
                spec.n(),
                spec.k(),
                spec.transA() ? 1 : 0,
                spec.transB() ? 1 : 0,
                spec.alpha(),
                spec.beta());
        session.queue().launch(spec::id, kernel, directTiles(spec), operands);
    }

    void gemmAdam(GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        AdamSpec adam = spec.adam();
        ClKernel kernel = session.kernel(FILE, "gemm_adam_direct", 1, "bbbbbiiiiiffffff");
        session.queue()
                .launch(
                        spec::id,
                        kernel,
                        directTiles(gemm),
                        a,
                        b,
                        w,
                        m,
                        v,
                        gemm.m(),
                        gemm.n(),
                        gemm.k(),
                        gemm.transA() ? 1 : 0,
                        gemm.transB() ? 1 : 0,
                        stepSize,
                        adam.beta1(),
                        1 - adam.beta1(),
                        adam.beta2(),
                        1 - adam.beta2(),
                        adam.epsilon());
    }

    private int directTiles(GemmSpec spec) {
        return ceilDivide(spec.m(), DIRECT_ROWS) * ceilDivide(spec.n(), session.parameter(ClParameter.GEMM_WIDTH));
    }
}
