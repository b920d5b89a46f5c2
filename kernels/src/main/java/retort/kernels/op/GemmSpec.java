package retort.kernels.op;

import retort.kernels.Scope;

/**
 * C = alpha * op(A) * op(B) + beta * C, then the epilogue; row-major float32.
 *
 * <p>op(A) is m x k, op(B) is k x n, C is m x n; op(X) is X, or its transpose where the flag says so, so A is stored
 * k x m when {@code transA} and B is stored n x k when {@code transB}. beta = 0: C is overwritten, never read. B may be a
 * packed tensor, see {@link Scope#packed}.
 *
 * <p>Elementwise |error| <= 2 (k + 2) eps (|alpha| |op(A)| |op(B)| + |beta| |C|), eps = 2^-24, before the epilogue.
 *
 * <p>Source: Goto and van de Geijn 2008 (blocking); Van Zee and van de Geijn 2015 (micro-kernel).
 */
public record GemmSpec(
        int m,
        int n,
        int k,
        boolean transA,
        boolean transB,
        boolean packedB,
        float alpha,
        float beta,
        Epilogue epilogue)
        implements Spec {

    public GemmSpec {
        Spec.positive("gemm", "m", m);
        Spec.positive("gemm", "n", n);
        Spec.positive("gemm", "k", k);
        if (!Float.isFinite(alpha) || !Float.isFinite(beta)) {
            throw new IllegalArgumentException("gemm: alpha and beta must be finite, got " + alpha + " and " + beta);
        }
        if (beta != 0 && epilogue.gate()) {
            throw new IllegalArgumentException("gemm: a gated product overwrites C, beta must be 0, got " + beta);
        }
    }

    /** C = op(A) op(B). */
    public static GemmSpec of(int m, int n, int k, boolean transA, boolean transB) {
        return new GemmSpec(m, n, k, transA, transB, false, 1, 0, Epilogue.NONE);
    }

    /** C = A B. */
    public static GemmSpec nn(int m, int n, int k) {
        return of(m, n, k, false, false);
    }

    /** C = A B', B stored n x k. */
    public static GemmSpec nt(int m, int n, int k) {
        return of(m, n, k, false, true);
    }

    /** C = A' B, A stored k x m. */
    public static GemmSpec tn(int m, int n, int k) {
        return of(m, n, k, true, false);
    }

    /** C = A' B'. */
    public static GemmSpec tt(int m, int n, int k) {
        return of(m, n, k, true, true);
    }

    public GemmSpec with(Epilogue other) {
        return new GemmSpec(m, n, k, transA, transB, packedB, alpha, beta, other);
    }

    /** The same with B as a packed tensor. */
    public GemmSpec withPackedB() {
        return new GemmSpec(m, n, k, transA, transB, true, alpha, beta, epilogue);
    }

    /** The same product of other matrices, none of them packed. */
    public GemmSpec sized(int newM, int newN, int newK) {
        return new GemmSpec(newM, newN, newK, transA, transB, false, alpha, beta, epilogue);
    }

    public GemmSpec scaled(float newAlpha, float newBeta) {
        return new GemmSpec(m, n, k, transA, transB, packedB, newAlpha, newBeta, epilogue);
    }

    public Shape aShape() {
        return transA ? Shape.of(k, m) : Shape.of(m, k);
    }

    public Shape bShape() {
        return transB ? Shape.of(n, k) : Shape.of(k, n);
    }

    public Shape cShape() {
        return Shape.of(m, n);
    }

    @Override
    public String id() {
        String scale =
                (alpha == 1 ? "" : ":alpha" + Spec.number(alpha)) + (beta == 0 ? "" : ":beta" + Spec.number(beta));
        return "gemm:m" + m + "n" + n + "k" + k + ":" + (transA ? "t" : "n") + (transB ? "t" : "n")
                + (packedB ? ":packed" : "") + scale + epilogue.idSuffix();
    }

    @Override
    public long flops() {
        return 2L * m * n * k;
    }

    @Override
    public long bytes() {
        long results = (long) m * n;
        long read = (long) m * k + (long) k * n + (beta == 0 ? 0 : results) + epilogue.gateElements(results);
        return (read + results) * ELEMENT_BYTES;
    }
}
