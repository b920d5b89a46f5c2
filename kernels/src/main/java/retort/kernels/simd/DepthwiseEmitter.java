package retort.kernels.simd;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static retort.kernels.simd.SimdSpecies.LANES;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the bytecode of a {@link DepthwiseKernel}: loops over vectors of channels and over rows of the kernel, in
 * which everything else is written out.
 *
 * <pre>
 *     for each vector of channels
 *         for each row r of the kernel
 *             f[s] = filter(r, s) for each column s
 *             for each input pixel q under the tile
 *                 x = x(r, q)
 *                 for each output pixel p and column s with q = p step + s: sum[p] = fma(x, f[s], sum[p])
 *         y = sum
 * </pre>
 *
 * <p>With its rows written out too a kernel of 5 x 5 was in most JVMs more than HotSpot compiles to vectors in
 * registers, and took 40 times as long and more; with a loop over columns as well it takes twice as long in the
 * second-level cache. As in {@link TileEmitter} the method is too long to be inlined.
 */
final class DepthwiseEmitter {
    private static final ClassDesc FLOATS = CD_float.arrayType();
    private static final ClassDesc SPECIES = desc(VectorSpecies.class);
    private static final ClassDesc ANY_VECTOR = desc(Vector.class);
    private static final ClassDesc VECTOR = desc(FloatVector.class);
    private static final ClassDesc CONSTANTS = desc(SimdSpecies.class);

    private static final MethodTypeDesc FROM_ARRAY = MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, CD_int);
    private static final MethodTypeDesc ZERO = MethodTypeDesc.of(VECTOR, SPECIES);
    private static final MethodTypeDesc FMA = MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR);
    private static final MethodTypeDesc INTO_ARRAY = MethodTypeDesc.of(CD_void, FLOATS, CD_int);
    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(CD_void, FLOATS, CD_int, CD_int, CD_int, FLOATS, CD_int, FLOATS, CD_int, CD_int);

    // The parameters of DepthwiseKernel.run.
    private static final int X = 1;
    private static final int X_AT = 2;
    private static final int ROWS = 3;
    private static final int ROW_STEP = 4;
    private static final int F = 5;
    private static final int F_AT = 6;
    private static final int Y = 7;
    private static final int Y_AT = 8;
    private static final int VECTORS = 9;

    private final DepthwiseKernel.Tile tile;
    private final CodeBuilder code;
    private final int c;
    private final int row;
    private final int filterRow;
    private final int rowsLeft;
    private final int pixel;
    private final int[] taps;
    private final int[] sums;

    private DepthwiseEmitter(DepthwiseKernel.Tile tile, CodeBuilder code) {
        this.tile = tile;
        this.code = code;
        c = code.allocateLocal(TypeKind.INT);
        row = code.allocateLocal(TypeKind.INT);
        filterRow = code.allocateLocal(TypeKind.INT);
        rowsLeft = code.allocateLocal(TypeKind.INT);
        pixel = code.allocateLocal(TypeKind.REFERENCE);
        taps = vectors(tile.taps());
        sums = vectors(tile.pixels());
    }

    /** The class of a tile's kernel. */
    static KernelClass<DepthwiseKernel> of(DepthwiseKernel.Tile tile) {
        return new KernelClass<>(
                DepthwiseKernel.class, tile.name(), RUN, code -> new DepthwiseEmitter(tile, code).run());
    }

    private void run() {
        code.iload(VECTORS).loadConstant(LANES).imul().istore(VECTORS);
        code.iconst_0().istore(c);
        Label top = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(c).iload(VECTORS).if_icmpge(done);
        vector();
        code.iload(c).loadConstant(LANES).iadd().istore(c);
        code.goto_(top).labelBinding(done);
        for (int i = 0; i < TileEmitter.INLINED_SIZE; i++) {
            code.nop();
        }
        code.return_();
    }

    private void vector() {
        for (int p = 0; p < tile.pixels(); p++) {
            if (tile.adds()) {
                load(Y, Y_AT, p * tile.yStep(), sums[p]);
            } else {
                species().invokestatic(VECTOR, "zero", ZERO).astore(sums[p]);
            }
        }
        code.iload(X_AT).istore(row);
        code.iload(F_AT).istore(filterRow);
        code.iload(ROWS).istore(rowsLeft);
        Label top = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(rowsLeft).ifle(done);
        kernelRow();
        code.iload(row).iload(ROW_STEP).iadd().istore(row);
        code.iload(filterRow)
                .loadConstant(tile.rowTaps() * tile.channels())
                .iadd()
                .istore(filterRow);
        code.iinc(rowsLeft, -1);
        code.goto_(top).labelBinding(done);
        for (int p = 0; p < tile.pixels(); p++) {
            code.aload(sums[p]).aload(Y);
            index(Y_AT, p * tile.yStep());
            code.invokevirtual(VECTOR, "intoArray", INTO_ARRAY);
        }
    }

    private void kernelRow() {
        for (int s = 0; s < tile.taps(); s++) {
            load(F, filterRow, s * tile.channels(), taps[s]);
        }
        for (int q = 0; q < (tile.pixels() - 1) * tile.step() + tile.taps(); q++) {
            boolean loaded = false;
            for (int p = Math.max(0, Math.ceilDiv(q - tile.taps() + 1, tile.step())); p < tile.pixels(); p++) {
                int s = q - p * tile.step();
                if (s < 0) {
                    break;
                }
                if (!loaded) {
                    load(X, row, q * tile.channels(), pixel);
                    loaded = true;
                }
                code.aload(pixel).aload(taps[s]).aload(sums[p]);
                code.invokevirtual(VECTOR, "fma", FMA).astore(sums[p]);
            }
        }
    }

    private void load(int array, int at, int further, int to) {
        species().aload(array);
        index(at, further);
        code.invokestatic(VECTOR, "fromArray", FROM_ARRAY).astore(to);
    }

    /** Pushes an index so much further than a local says, for the channels at hand. */
    private void index(int at, int further) {
        code.iload(at).iload(c).iadd();
        if (further != 0) {
            code.loadConstant(further).iadd();
        }
    }

    private int[] vectors(int count) {
        int[] slots = new int[count];
        Arrays.setAll(slots, i -> code.allocateLocal(TypeKind.REFERENCE));
        return slots;
    }

    private CodeBuilder species() {
        return code.getstatic(CONSTANTS, "SPECIES", SPECIES);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
