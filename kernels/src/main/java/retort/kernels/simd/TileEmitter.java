package retort.kernels.simd;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;
import static retort.kernels.simd.SimdSpecies.LANES;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the bytecode of a {@link MicroKernel}: straight loops over locals, as one would write them by hand for one
 * {@link Tile}.
 *
 * <pre>
 *                                      a panel of B: NR columns, row after row
 *                                      +-----------+-----------+
 *                                 p -> |   b[0]    |   b[1]    |   loaded once
 *                                      +-----------+-----------+
 *                                      |           |           |   k rows
 *                                      :           :           :
 *           rows of A, MR at most
 *               p
 *            +-----+------ k -----     +-----------+-----------+
 *          0 |  a  |                   | sum[0][0] | sum[0][1] |
 *            +-----+                   +-----------+-----------+   the tile of C, in registers:
 *          i |  a  |   each broadcast  | sum[i][0] | sum[i][1] |   sum[i][j] += a b[j]
 *            +-----+                   +-----------+-----------+
 *            :     :                   :           :           :
 *
 *     for each tile                    (TileKind.loopsTiles, else one)
 *         sum = C, or 0
 *         for each run                 (TileKind.loopsRuns, else one)
 *             for p in 0 .. k - 1      (TileKind.loopsProducts; some are written out: Tile.unrolled)
 *                 b[j] = vector j of B's row p
 *                 for each row i: a = broadcast A(i, p); sum[i][j] = fma(a, b[j], sum[i][j])
 *         C = sum
 * </pre>
 *
 * <p>Every sum is a local: C2 keeps arrays of vectors in memory. Arrays and strides are locals too, since a fence makes
 * C2 load fields again (12 rows with AVX-512: 128 as fields, 230 GFLOP/s as locals). Overwriting and adding differ only
 * in where the sums start, since a branch inside the kernel spills.
 *
 * <p>A micro-kernel must stay out of line: C2 gave up on the vectors of a loop into which it had inlined two of them,
 * which then took 100 times as long. HotSpot inlines no method whose bytecode is longer than FreqInlineSize, 325 bytes,
 * so each kernel ends with as many {@code nop}s, which nobody but the interpreter sees.
 */
final class TileEmitter {
    /** HotSpot's FreqInlineSize: a method of more bytecode than this is not inlined. */
    static final int INLINED_SIZE = 325;

    private static final ClassDesc OPERANDS = desc(MicroKernel.Operands.class);
    private static final ClassDesc FLOATS = CD_float.arrayType();
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc MASK = desc(VectorMask.class);
    private static final ClassDesc ANY_VECTOR = desc(Vector.class);
    private static final ClassDesc VECTOR = desc(FloatVector.class);
    private static final ClassDesc FENCES = desc(VarHandle.class);
    private static final ClassDesc CONSTANTS = desc(SimdSpecies.class);

    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_int, CD_int, CD_int, OPERANDS, CD_int);
    private static final MethodTypeDesc FROM_ARRAY = MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, CD_int);
    private static final MethodTypeDesc ZERO = MethodTypeDesc.of(VECTOR, SPECIES);
    private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(VECTOR, SPECIES, CD_float);
    private static final MethodTypeDesc FMA = MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR);
    private static final MethodTypeDesc ADD = MethodTypeDesc.of(VECTOR, ANY_VECTOR);
    private static final MethodTypeDesc INTO_ARRAY = MethodTypeDesc.of(CD_void, FLOATS, CD_int);
    private static final MethodTypeDesc INTO_ARRAY_MASKED = MethodTypeDesc.of(CD_void, FLOATS, CD_int, MASK);
    private static final MethodTypeDesc INDEX_IN_RANGE = MethodTypeDesc.of(MASK, CD_int, CD_int);

    // The parameters of MicroKernel.run.
    private static final int K = 1;
    private static final int A_AT = 2;
    private static final int LDA = 3;
    private static final int B_AT = 4;
    private static final int TILES = 5;
    private static final int OPERANDS_AT = 6;
    private static final int C_AT = 7;

    private final Tile tile;
    private final TileKind kind;
    private final CodeBuilder code;

    // Locals: what every product needs, where the next elements of A and B are, and the vectors.
    private final int a;
    private final int b;
    private final int nextA;
    private final int nextB;
    private final int broadcast;
    private final int[] rowOfB;
    private final int[] sums;

    private TileEmitter(Tile tile, CodeBuilder code) {
        this.tile = tile;
        this.kind = tile.kind();
        this.code = code;
        a = local(FLOATS, operand("a", FLOATS));
        b = local(FLOATS, operand("b", FLOATS));
        nextA = code.allocateLocal(TypeKind.INT);
        nextB = code.allocateLocal(TypeKind.INT);
        broadcast = code.allocateLocal(TypeKind.REFERENCE);
        rowOfB = vectors(kind.slides() ? tile.unrolled() : tile.vectors());
        sums = vectors(tile.sums());
    }

    /** The class of a tile's micro-kernel. */
    static KernelClass<MicroKernel> of(Tile tile) {
        return new KernelClass<>(MicroKernel.class, tile.name(), RUN, code -> new TileEmitter(tile, code).run());
    }

    private void run() {
        int mask = kind.masked() ? firstLanes() : 0;
        if (kind.loopsTiles()) {
            loop(local(TILES), () -> {
                tile(mask);
                advance(A_AT, tile.rows(), local(LDA));
                advance(C_AT, tile.rows(), operand("ldc", CD_int));
            });
        } else {
            tile(mask);
        }
        for (int i = 0; i < INLINED_SIZE; i++) {
            code.nop();
        }
        code.return_();
    }

    private void tile(int mask) {
        startSums();
        code.iload(A_AT).istore(nextA).iload(B_AT).istore(nextB);
        if (kind.loopsRuns()) {
            loopRuns();
        } else {
            loopProducts();
        }
        storeSums(mask);
    }

    private void loopRuns() {
        int runOfA = local(CD_int, local(A_AT));
        int runOfB = local(CD_int, local(B_AT));
        loop(operand("runs", CD_int), () -> {
            code.iload(runOfA).istore(nextA);
            advance(runOfA, 1, operand("aRun", CD_int));
            if (kind.productsApart()) {
                code.iload(runOfB).istore(nextB);
                advance(runOfB, 1, operand("bRun", CD_int));
            }
            loopProducts();
        });
    }

    private void loopProducts() {
        if (kind.slides()) {
            slidingProducts();
        } else if (!kind.loopsProducts()) {
            products();
        } else if (kind.countsAlongA()) {
            int end = local(CD_int, () -> code.iload(nextA).iload(K).iadd());
            loopBelow(nextA, local(end), this::products);
        } else {
            loopAtLeastOnce(K, this::products);
        }
    }

    /** The products that are written out. */
    private void products() {
        for (int p = 0; p < tile.unrolled(); p++) {
            for (int j = 0; j < tile.vectors(); j++) {
                species().aload(b);
                indexOfB(p);
                plus(j * LANES);
                code.invokestatic(VECTOR, "fromArray", FROM_ARRAY).astore(rowOfB[j]);
            }
            for (int i = 0; i < tile.rows(); i++) {
                product(i, p);
            }
        }
        indexOfA(0, tile.unrolled());
        code.istore(nextA);
        indexOfB(tile.unrolled());
        code.istore(nextB);
    }

    /** Those of a run, element of A by element: each is in the window of up to as many rows as a run has products. */
    private void slidingProducts() {
        int products = tile.unrolled();
        for (int p = 0; p < products; p++) {
            species().aload(b);
            indexOfB(p);
            code.invokestatic(VECTOR, "fromArray", FROM_ARRAY).astore(rowOfB[p]);
        }
        for (int element = 0; element < tile.rows() + products - 1; element++) {
            broadcast(element, 0);
            for (int i = Math.max(0, element - products + 1); i <= Math.min(element, tile.rows() - 1); i++) {
                code.aload(broadcast).aload(rowOfB[element - i]).aload(sums[i]);
                code.invokevirtual(VECTOR, "fma", FMA).astore(sums[i]);
            }
        }
        indexOfB(products);
        code.istore(nextB);
    }

    /** Broadcasts A's element in row i, product p. */
    private void broadcast(int i, int p) {
        if (kind.fenced()) {
            code.invokestatic(FENCES, "acquireFence", MTD_void);
        }
        species().aload(a);
        indexOfA(i, p);
        code.faload().invokestatic(VECTOR, "broadcast", BROADCAST).astore(broadcast);
    }

    /** Adds product p to the sums in row i. */
    private void product(int i, int p) {
        broadcast(i, p);
        int first = (kind.ownSums() ? p * tile.elements() : 0) + i * tile.vectors();
        for (int j = 0; j < tile.vectors(); j++) {
            code.aload(broadcast).aload(rowOfB[j]).aload(sums[first + j]);
            code.invokevirtual(VECTOR, "fma", FMA).astore(sums[first + j]);
        }
    }

    /** Pushes where A's element in row i is, so many columns from the next. */
    private void indexOfA(int i, int columns) {
        code.iload(nextA);
        if (kind.productsApart()) {
            plus(columns, local(LDA));
        } else {
            plus(columns * (kind.packedA() ? tile.rows() : 1));
        }
        if (tile.stride() > 0) {
            plus(i * tile.stride());
        } else if (kind.rowsApart()) {
            plus(i, local(LDA));
        } else {
            plus(i);
        }
    }

    /** Pushes where B's row is, so many from the next. */
    private void indexOfB(int rows) {
        code.iload(nextB);
        if (kind.productsApart()) {
            plus(rows, operand("ldb", CD_int));
        } else {
            plus(rows * kind.panel());
        }
    }

    private void startSums() {
        int start = local(FLOATS, operand("start", FLOATS));
        int from = local(CD_int, masked(local(C_AT)));
        int step = local(CD_int, masked(operand("ldc", CD_int)));
        for (int n = 0; n < sums.length; n++) {
            species();
            if (n >= tile.elements() || kind.overwrites()) {
                code.invokestatic(VECTOR, "zero", ZERO);
            } else {
                code.aload(start).iload(from);
                plus(n / tile.vectors(), local(step));
                plus(n % tile.vectors() * LANES);
                code.invokestatic(VECTOR, "fromArray", FROM_ARRAY);
            }
            code.astore(sums[n]);
        }
    }

    private void storeSums(int mask) {
        int c = local(FLOATS, operand("c", FLOATS));
        int ldc = local(CD_int, operand("ldc", CD_int));
        for (int n = 0; n < tile.elements(); n++) {
            code.aload(sums[n]);
            for (int other = n + tile.elements(); other < sums.length; other += tile.elements()) {
                code.aload(sums[other]).invokevirtual(VECTOR, "add", ADD);
            }
            code.aload(c).iload(C_AT);
            plus(n / tile.vectors(), local(ldc));
            plus(n % tile.vectors() * LANES);
            if (kind.masked()) {
                code.aload(mask).invokevirtual(VECTOR, "intoArray", INTO_ARRAY_MASKED);
            } else {
                code.invokevirtual(VECTOR, "intoArray", INTO_ARRAY);
            }
        }
    }

    /** A local with a mask of the lanes that are stored. */
    private int firstLanes() {
        int mask = code.allocateLocal(TypeKind.REFERENCE);
        species().iconst_0();
        operand("width", CD_int).run();
        code.invokeinterface(SPECIES, "indexInRange", INDEX_IN_RANGE).astore(mask);
        return mask;
    }

    private int[] vectors(int count) {
        int[] slots = new int[count];
        Arrays.setAll(slots, i -> code.allocateLocal(TypeKind.REFERENCE));
        return slots;
    }

    private CodeBuilder species() {
        return code.getstatic(CONSTANTS, "SPECIES", SPECIES);
    }

    /** Pushes one of the operands. */
    private Runnable operand(String name, ClassDesc type) {
        return () -> code.aload(OPERANDS_AT).invokevirtual(OPERANDS, name, MethodTypeDesc.of(type));
    }

    /** Pushes a local. */
    private Runnable local(int slot) {
        return () -> code.iload(slot);
    }

    /** Pushes a number, or 0 where sums start from zeros. */
    private Runnable masked(Runnable number) {
        return () -> {
            number.run();
            operand("startMask", CD_int).run();
            code.iand();
        };
    }

    /** A local with what {@code value} pushes now. */
    private int local(ClassDesc type, Runnable value) {
        TypeKind local = TypeKind.from(type);
        int slot = code.allocateLocal(local);
        value.run();
        code.storeLocal(local, slot);
        return slot;
    }

    /** Adds a constant to the number on the stack. */
    private void plus(int constant) {
        if (constant != 0) {
            code.loadConstant(constant).iadd();
        }
    }

    /** Adds so many steps to the number on the stack. */
    private void plus(int steps, Runnable step) {
        if (steps != 0) {
            code.loadConstant(steps);
            step.run();
            code.imul().iadd();
        }
    }

    private void advance(int slot, int steps, Runnable step) {
        code.iload(slot);
        plus(steps, step);
        code.istore(slot);
    }

    /** Does what {@code body} emits as often as {@code count} says. */
    private void loop(Runnable count, Runnable body) {
        int i = local(CD_int, code::iconst_0);
        loopBelow(i, count, () -> {
            body.run();
            code.iinc(i, 1);
        });
    }

    /** Does what {@code body} emits, which raises {@code index}, as long as that is below {@code end}. */
    private void loopBelow(int index, Runnable end, Runnable body) {
        Label top = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(index);
        end.run();
        code.if_icmpge(done);
        body.run();
        code.goto_(top).labelBinding(done);
    }

    /**
     * The same at least once: with its test at the end no sum has a way around the loop, for which C2 would copy them
     * all.
     */
    private void loopAtLeastOnce(int count, Runnable body) {
        int i = code.allocateLocal(TypeKind.INT);
        Label top = code.iconst_0().istore(i).newBoundLabel();
        body.run();
        code.iinc(i, 1).iload(i).iload(count).if_icmplt(top);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
