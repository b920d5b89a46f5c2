package retort.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.kernels.simd.DepthwiseKernel.Tile;

/** What the speed of the kernels depends on: their values are checked with those of all operations. */
class DepthwiseKernelTest {
    /** HotSpot's HugeMethodLimit: a method of more bytecode than this is never compiled. */
    private static final int COMPILED_SIZE = 8000;

    static Stream<Tile> tiles() {
        return Stream.of(
                new Tile(1, 1, 1, 16, 1, 16, false),
                new Tile(8, 3, 3, 128, 1, 128, false),
                new Tile(8, 8, 31, 2048, 2, 4096, true));
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void theCodeIsTooLongToBeInlinedAndNotTooLongToBeCompiled(Tile tile) {
        int size = ClassFile.of().parse(DepthwiseEmitter.of(tile).bytes()).methods().stream()
                .filter(method -> method.methodName().equalsString("run"))
                .findFirst()
                .flatMap(method -> method.findAttribute(Attributes.code()))
                .orElseThrow()
                .codeLength();
        assertTrue(size > TileEmitter.INLINED_SIZE && size < COMPILED_SIZE, () -> tile + ": " + size + " bytes");
    }

    @Test
    void eachTileHasAKernelOfItsOwn() {
        Tile tile = new Tile(4, 3, 3, 16, 1, 16, false);
        assertSame(DepthwiseKernel.of(tile), DepthwiseKernel.of(new Tile(4, 3, 3, 16, 1, 16, false)));
        assertNotSame(DepthwiseKernel.of(tile), DepthwiseKernel.of(new Tile(4, 2, 3, 16, 1, 16, false)));
    }
}
