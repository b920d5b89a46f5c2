package retort.kernels.op;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * C = alpha * op(A) * op(B) + beta * C, then the epilogue; row-major float32.
 *
 * <p>op(A) is m x k, op(B) is k x n, C is m x n; op(X) is X, or its transpose where the flag says so, so A is stored
 * k x m when {@code transA} and B is stored n x k when {@code transB}. beta = 0: C is overwritten, never read. B may be
 * a packed tensor, see {@code Scope.packed}; one that is not transposed may hold weights of fewer bits, see
 * {@link ElementType}.
 *
 * <p>Elementwise |error| ≤ 2 (k + 2) eps (|alpha| |op(A)| |op(B)| + |beta| |C|), eps = 2^-24, before the epilogue, and
 * (k + 2) 2^-149 max(1, |alpha|) where products are no normal numbers. Alpha may be applied before the sum or after it:
 * where it is less than 1, nothing is promised if op(A) op(B) may be too large for float32.
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
        ElementType typeB,
        float alpha,
        float beta,
        Epilogue epilogue)
        implements Spec {
    /** What the ids of a product and of one with Adam behind it have in common. */
    static final Pattern ID =
            SpecId.pattern("m{m}n{n}k{k}:(?<transA>[nt])(?<transB>[nt])(?<packed>:packed)?(?::(?<type>bf16|int8))?"
                    + "(?::alpha{alpha:})?(?::beta{beta:})?" + Epilogue.ID);

    public GemmSpec {
        Require.positive("gemm", "m", m);
        Require.positive("gemm", "n", n);
        Require.positive("gemm", "k", k);
        if (typeB != ElementType.FLOAT32 && (!packedB || transB)) {
            throw new IllegalArgumentException("gemm: a B of " + typeB + " must be packed and not transposed");
        }
        if (!Float.isFinite(alpha) || !Float.isFinite(beta)) {
            throw new IllegalArgumentException("gemm: alpha and beta must be finite, got " + alpha + " and " + beta);
        }
        if (beta != 0 && epilogue.gate()) {
            throw new IllegalArgumentException("gemm: a gated product overwrites C, beta must be 0, got " + beta);
        }
    }

    /** C = op(A) op(B). */
    public static GemmSpec of(int m, int n, int k, boolean transA, boolean transB) {
        return new GemmSpec(m, n, k, transA, transB, false, ElementType.FLOAT32, 1, 0, Epilogue.NONE);
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
        return new GemmSpec(m, n, k, transA, transB, packedB, typeB, alpha, beta, other);
    }

    /** The same with B as a packed tensor. */
    public GemmSpec withPackedB() {
        return withPackedB(ElementType.FLOAT32);
    }

    /** The same with B as a packed tensor of elements of this type. */
    public GemmSpec withPackedB(ElementType type) {
        return new GemmSpec(m, n, k, transA, transB, true, type, alpha, beta, epilogue);
    }

    /** The same product of other matrices, none of them packed, all of float32. */
    public GemmSpec sized(int newM, int newN, int newK) {
        return new GemmSpec(newM, newN, newK, transA, transB, false, ElementType.FLOAT32, alpha, beta, epilogue);
    }

    public GemmSpec scaled(float newAlpha, float newBeta) {
        return new GemmSpec(m, n, k, transA, transB, packedB, typeB, newAlpha, newBeta, epilogue);
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

    static GemmSpec parse(SpecId id) {
        SpecId.Fields fields = id.match(ID, "m64n10k784:nt");
        GemmSpec spec = parse(fields);
        ElementType type = ElementType.FLOAT32;
        for (ElementType each : ElementType.values()) {
            type = fields.has("type") && fields.text("type").equals(each.id()) ? each : type;
        }
        return fields.has("packed") ? spec.withPackedB(type) : spec;
    }

    /** The product, with nothing packed. */
    static GemmSpec parse(SpecId.Fields fields) {
        return of(
                        fields.integer("m"),
                        fields.integer("n"),
                        fields.integer("k"),
                        fields.text("transA").equals("t"),
                        fields.text("transB").equals("t"))
                .scaled(fields.number("alpha", 1), fields.number("beta", 0))
                .with(Epilogue.parse(fields));
    }

    @Override
    public Op op() {
        return Op.GEMM;
    }

    @Override
    public String id() {
        return "gemm:" + sizes();
    }

    /** All of the id but the op. */
    String sizes() {
        String scale =
                (alpha == 1 ? "" : ":alpha" + SpecId.number(alpha)) + (beta == 0 ? "" : ":beta" + SpecId.number(beta));
        return "m" + m + "n" + n + "k" + k + ":" + (transA ? "t" : "n") + (transB ? "t" : "n")
                + (packedB ? ":packed" : "") + (typeB == ElementType.FLOAT32 ? "" : ":" + typeB) + scale
                + epilogue.idSuffix();
    }

    @Override
    public List<Operand> operands() {
        return epilogue.operands(
                cShape(),
                Operand.read("A", aShape()),
                Operand.read("B", bShape()).packedIf(packedB).as(typeB),
                beta == 0 ? Operand.written("C", cShape()) : Operand.updated("C", cShape()));
    }

    @Override
    public boolean drawsRandomNumbers() {
        return epilogue.drops();
    }

    @Override
    public long flops() {
        return 2L * m * n * k;
    }

    /** The scales of int8 weights are no whole numbers, and alpha and beta need not be. */
    @Override
    public boolean isExactOnIntegers() {
        return typeB != ElementType.INT8 && alpha == Math.rint(alpha) && beta == Math.rint(beta);
    }

    @Override
    public double[][] bounds(float[][] inputs, Scalars scalars, Reference reference) {
        double[][] bounds = Bounds.exact(operands());
        GemmSpec plain = of(m, n, k, transA, transB).scaled(Math.abs(alpha), Math.abs(beta));
        float[] sums = reference
                .run(plain, new float[][] {
                    Bounds.absolute(inputs[0]), Bounds.absolute(inputs[1]), Bounds.absolute(inputs[2])
                })[2];
        double product = (double) k * Bounds.largest(inputs[0], 0, m * k) * Bounds.largest(inputs[1], 0, k * n);
        if (Math.abs(alpha) < 1 && product > Float.MAX_VALUE) {
            Arrays.fill(bounds[2], Double.POSITIVE_INFINITY);
            return bounds;
        }
        bounds[2] = Bounds.ofSums(sums, k, Math.abs(alpha), epilogue, epilogue.bias() ? inputs[3] : null);
        return bounds;
    }

    @Override
    public Part part(SplittableRandom random) {
        if (epilogue.drops()) {
            return Part.whole(this);
        }
        int[] rows = Part.some(m, Part.ROWS, random);
        int[] columns = Part.some(n, Part.COLUMNS, random);
        int[] c = Part.grid(rows, n, columns);
        return new Part(
                sized(rows.length, columns.length, k), epilogue.parts(columns, c, aPart(rows), bPart(columns), c));
    }

    /** Where some rows of op(A) stand in A. */
    int[] aPart(int[] rows) {
        return transA ? Part.grid(Part.all(k), m, rows) : Part.grid(rows, k, Part.all(k));
    }

    /** Where some columns of op(B) stand in B. */
    int[] bPart(int[] columns) {
        return transB ? Part.grid(columns, k, Part.all(k)) : Part.grid(Part.all(k), n, columns);
    }
}
