package retort.kernels.opencl;

import static retort.kernels.opencl.ClSession.ceilDivide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        boolean direct = isSmall(spec);
        List<Object> operands = operands(spec, direct, a, b, c);
        operands.add(spec.alpha());
        operands.add(spec.beta());
        String arguments = (direct ? "bbbiiiiiff" : "bbbiiiff") + ClEpilogue.ARGUMENTS;
        ClKernel kernel = session.kernel(FILE, direct ? "gemm_direct" : "gemm_" + layout(spec), 1, arguments);
        int groups = direct ? directTiles(spec) : blocks(spec);
        session.queue()
                .launch(spec::id, kernel, groups, ClEpilogue.append(spec.epilogue(), fused, c, operands.toArray()));
    }

    void gemmAdam(GemmAdamSpec spec, ClTensor a, ClTensor b, ClTensor w, ClTensor m, ClTensor v, float stepSize) {
        GemmSpec gemm = spec.gemm();
        AdamSpec adam = spec.adam();
        boolean direct = isSmall(gemm);
        List<Object> operands = operands(gemm, direct, a, b, w, m, v);
        operands.addAll(
                List.of(stepSize, adam.beta1(), 1 - adam.beta1(), adam.beta2(), 1 - adam.beta2(), adam.epsilon()));
        String arguments = (direct ? "bbbbbiiiii" : "bbbbbiii") + "ffffff";
        ClKernel kernel = session.kernel(FILE, direct ? "gemm_adam_direct" : "gemm_adam_" + layout(gemm), 1, arguments);
        int groups = direct ? directTiles(gemm) : blocks(gemm);
        session.queue().launch(spec::id, kernel, groups, operands.toArray());
    }

    private static List<Object> operands(GemmSpec spec, boolean direct, Object... tensors) {
        List<Object> operands = new ArrayList<>(Arrays.asList(tensors));
        operands.addAll(List.of(spec.m(), spec.n(), spec.k()));
        if (direct) {
            operands.addAll(List.of(spec.transA() ? 1 : 0, spec.transB() ? 1 : 0));
        }
        return operands;
    }

    private static String layout(GemmSpec spec) {
        return (spec.transA() ? "t" : "n") + (spec.transB() ? "t" : "n");
    }

    private boolean isSmall(GemmSpec spec) {
        return spec.n() <= session.parameter(ClParameter.GEMM_WIDTH);
    }

    private int blocks(GemmSpec spec) {
        int columns = session.parameter(ClParameter.GEMM_VECTORS) * session.parameter(ClParameter.GEMM_WIDTH);
        return ceilDivide(spec.m(), session.parameter(ClParameter.GEMM_ROW_BLOCK)) * ceilDivide(spec.n(), columns);
    }

    private int directTiles(GemmSpec spec) {
        return ceilDivide(spec.m(), DIRECT_ROWS) * ceilDivide(spec.n(), session.parameter(ClParameter.GEMM_WIDTH));
    }
}
