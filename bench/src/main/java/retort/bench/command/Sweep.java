package retort.bench.command;

import java.util.List;
import java.util.stream.IntStream;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Spec;

/**
 * Products of square matrices from what fits registers to what fits no cache of a core: powers of two, around which
 * tiles and vectors end evenly and addresses collide, one beside them, and sizes that no tile divides.
 */
final class Sweep {
    private static final int[] SIDES = {
        8, 12, 16, 24, 31, 32, 33, 48, 64, 65, 96, 100, 127, 128, 129, 192, 200, 255, 256, 257, 384, 500, 511, 512, 513,
        768, 1000, 1023, 1024, 1025, 1536, 2000, 2048
    };

    private static final int[] FEW_SIDES = {8, 16, 31, 64, 100, 128, 200, 256, 500, 512, 1000, 1024};

    private Sweep() {}

    /** @param quick fewer of them, up to 1024 */
    static List<Spec> squares(boolean quick) {
        return IntStream.of(quick ? FEW_SIDES : SIDES)
                .<Spec>mapToObj(side -> GemmSpec.nn(side, side, side))
                .toList();
    }
}
