package retort.bench.peer;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import retort.bench.kernel.Contender;
import retort.kernels.op.GemmSpec;

/** netlib's BLAS on the Vector API. It is column-major, so it is asked for C' = B' A', which is the same work. */
final class NetlibContender implements Contender {
    private final BLAS blas = JavaBLAS.getInstance();
    private final GemmSpec spec;
    private final float[][] operands;

    NetlibContender(GemmSpec spec, float[][] inputs) {
        this.spec = spec;
        operands = new float[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            operands[i] = inputs[i].clone();
        }
    }

    /** The implementation that this JVM gets. */
    static String implementation() {
        return JavaBLAS.getInstance().getClass().getSimpleName();
    }

    @Override
    public void run() {
        blas.sgemm(
                spec.transB() ? "T" : "N",
                spec.transA() ? "T" : "N",
                spec.n(),
                spec.m(),
                spec.k(),
                1,
                operands[1],
                spec.transB() ? spec.k() : spec.n(),
                operands[0],
                spec.transA() ? spec.m() : spec.k(),
                0,
                operands[2],
                spec.n());
    }

    @Override
    public float[] elements(int operand) {
        return operands[operand];
    }

    @Override
    public void close() {
        // Nothing but arrays.
    }
}
