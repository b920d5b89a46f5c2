package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shape of the bytecode, on which the speed depends: values are checked by {@link MicroKernelTest}. */
class TileEmitterTest {
    /** HotSpot's HugeMethodLimit: a method of more bytecode than this is never compiled. */
    private static final int COMPILED_SIZE = 8000;

    /** Of the tiles that know it. */
    static final int STRIDE = 41;

    /** The same of products in a run. */
    static final int RUN = 5;

    static Stream<Tile> tiles() {
        return Arrays.stream(TileKind.values())
                .flatMap(kind -> IntStream.rangeClosed(1, kind.mr())
                        .mapToObj(rows -> new Tile(kind, rows, kind.vectors(), known(kind))));
    }

    private static int known(TileKind kind) {
        return switch (kind) {
            case STRIDED -> STRIDE;
            case NARROW -> RUN;
            default -> 0;
        };
    }

    /** Tiles that no kernel here uses, wider or taller. */
    static Stream<Tile> allTiles() {
        return Stream.concat(tiles(), Stream.of(new Tile(TileKind.PACKED, 14, 2), new Tile(TileKind.ROWS, 8, 4)));
    }

    @ParameterizedTest
    @MethodSource("allTiles")
    void eachProductIsOneFmaOfLocalsForEachVector(Tile tile) {
        assertEquals((long) tile.elements() * tile.unrolled(), calls(tile, "fma"));
        long broadcasts = tile.kind().slides() ? tile.rows() + RUN - 1 : (long) tile.rows() * tile.unrolled();
        assertEquals(broadcasts, calls(tile, "broadcast"));
        assertEquals(tile.elements(), calls(tile, "intoArray"));
    }

    @ParameterizedTest
    @MethodSource("allTiles")
    void aFenceStandsBeforeEachBroadcastWhereThatIsFaster(Tile tile) {
        assertEquals(tile.kind().fenced() ? calls(tile, "broadcast") : 0, calls(tile, "acquireFence"));
    }

    @ParameterizedTest
    @MethodSource("allTiles")
    void noVectorIsKeptInAnArray(Tile tile) {
        List<Opcode> opcodes = instructions(tile).map(Instruction::opcode).toList();
        assertFalse(opcodes.contains(Opcode.AALOAD) || opcodes.contains(Opcode.AASTORE), () -> opcodes.toString());
        assertFalse(opcodes.contains(Opcode.ANEWARRAY), () -> opcodes.toString());
    }

    @ParameterizedTest
    @MethodSource("allTiles")
    void thereIsOneBranchBackForEachLoop(Tile tile) {
        TileKind kind = tile.kind();
        long loops = Stream.of(kind.loopsTiles(), kind.loopsRuns(), kind.loopsProducts())
                .filter(there -> there)
                .count();
        assertEquals(loops, backwardBranches(tile));
    }

    @ParameterizedTest
    @MethodSource("allTiles")
    void theCodeIsTooLongToBeInlinedAndNotTooLongToBeCompiled(Tile tile) {
        int size = method(tile).findAttribute(Attributes.code()).orElseThrow().codeLength();
        assertTrue(size > TileEmitter.INLINED_SIZE && size < COMPILED_SIZE, () -> tile + ": " + size + " bytes");
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void aTileHasOneKernelAndNoOtherHasIt(Tile tile) {
        MicroKernel kernel = tile.kind().kernel(tile.rows(), tile.known());
        assertSame(kernel, tile.kind().kernel(tile.rows(), tile.known()));
        assertNotSame(
                kernel.getClass(),
                tile.kind()
                        .kernel(tile.rows() % tile.kind().mr() + 1, tile.known())
                        .getClass());
        assertTrue(kernel.getClass().isHidden());
    }

    @Test
    void eachStrideHasKernelsOfItsOwn() {
        assertNotSame(TileKind.STRIDED.kernel(2, 5), TileKind.STRIDED.kernel(2, 3));
        assertSame(TileKind.STRIDED.kernel(2, 5), TileKind.STRIDED.kernel(2, 5));
    }

    private static MethodModel method(Tile tile) {
        return ClassFile.of().parse(TileEmitter.of(tile).bytes()).methods().stream()
                .filter(method -> method.methodName().equalsString("run"))
                .findFirst()
                .orElseThrow();
    }

    private static CodeModel code(Tile tile) {
        return method(tile).code().orElseThrow();
    }

    private static Stream<Instruction> instructions(Tile tile) {
        return code(tile).elementStream().filter(Instruction.class::isInstance).map(Instruction.class::cast);
    }

    private static long calls(Tile tile, String method) {
        return instructions(tile)
                .filter(instruction -> instruction instanceof InvokeInstruction call
                        && call.name().equalsString(method))
                .count();
    }

    private static long backwardBranches(Tile tile) {
        List<Object> seen = new ArrayList<>();
        long count = 0;
        for (Object element : code(tile)) {
            seen.add(element);
            if (element instanceof BranchInstruction branch
                    && seen.stream()
                            .anyMatch(before -> before == branch.target()
                                    || before instanceof java.lang.classfile.instruction.LabelTarget target
                                            && target.label() == branch.target())) {
                count++;
            }
        }
        return count;
    }
}
