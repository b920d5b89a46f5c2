package retort.bench.peer;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;

import org.bytedeco.javacpp.FloatPointer;
import retort.bench.kernel.Contender;
import retort.kernels.op.GemmSpec;

/** OpenBLAS: sgemm, and sgemv for a product with one row. It packs within the call, as we do. */
final class OpenBlasContender implements Contender {
    private final GemmSpec spec;
    private final FloatPointer[] operands;

    OpenBlasContender(GemmSpec spec, float[][] inputs, int threads) {
        this.spec = spec;
        blas_set_num_threads(threads);
        operands = new FloatPointer[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            operands[i] = new FloatPointer(inputs[i]);
        }
    }

    @Override
    public void run() {
        int m = spec.m();
        int n = spec.n();
        int k = spec.k();
        int bColumns = spec.transB() ? k : n;
        if (m == 1) {
            int rows = spec.transB() ? n : k;
            int transposed = spec.transB() ? CblasNoTrans : CblasTrans;
            cblas_sgemv(
                    CblasRowMajor,
                    transposed,
                    rows,
                    bColumns,
                    1,
                    operands[1],
                    bColumns,
                    operands[0],
                    1,
                    0,
                    operands[2],
                    1);
        } else {
            cblas_sgemm(
                    CblasRowMajor,
                    spec.transA() ? CblasTrans : CblasNoTrans,
                    spec.transB() ? CblasTrans : CblasNoTrans,
                    m,
                    n,
                    k,
                    1,
                    operands[0],
                    spec.transA() ? m : k,
                    operands[1],
                    bColumns,
                    0,
                    operands[2],
                    n);
        }
    }

    @Override
    public float[] elements(int operand) {
        float[] elements = new float[(int) operands[operand].limit()];
        operands[operand].get(elements);
        return elements;
    }

    @Override
    public void close() {
        for (FloatPointer operand : operands) {
            operand.close();
        }
    }
}
