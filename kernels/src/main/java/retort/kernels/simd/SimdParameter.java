package retort.kernels.simd;

import java.util.Arrays;
import retort.kernels.engine.KernelParameter;

/**
 * The sizes of blocks, in elements, rows or products: what each one means and its legal values. They are all about
 * speed: no bit of a result depends on them. {@link SimdParameters} says where their values come from.
 */
enum SimdParameter implements KernelParameter {
    KC("64, 128, 192, 256, 384, 512, 768, 1024", "products in a block: the depth of a panel of B"),
    KC_SMALL("64, 128, 192, 256, 384, 512, 768, 1024", "the same for few rows and a B that each call packs or widens"),
    KC_FEW("256, 512, 1024, 2048, 4096", "the same for few rows and a packed B, whose panels come from memory"),
    KC_TALL("512, 1024, 2048, 4096, 8192", "the same where a large matrix is read once, by rows: long streams"),
    TALL_PANELS("1, 2, 4, 8, 16", "panels of such a matrix, if it is packed, between two visits to a sum"),
    MC("48, 96, 144, 192, 288, 384, 576, 768", "rows in a block of A, which stays in the L2 cache"),
    MC_TALL("24, 48, 96, 192, 384", "rows in a block of a large matrix that is read once"),
    NC("512, 1024, 2048, 4096", "columns in a block of B"),
    SHARED_ROWS("504, 1008, 2016, 4032", "rows that share a block of B, so many that packing it costs little"),
    SMALL_M("32, 48, 64, 96, 128, 192", "up to so many rows, A is packed whole and threads share the columns"),
    SMALL_BLOCK("16384, 32768, 65536, 131072, 262144", "elements of a B beside which C is finished tile by tile"),
    GRADIENT_BLOCK("4096, 8192, 16384, 32768, 65536", "elements of a gradient that wait for Adam in the L2 cache"),
    UPDATE_BLOCK("65536, 131072, 262144, 524288", "elements of x kept beside rows of weights in a backward pass"),
    UPDATE_PANELS("1, 2, 4, 8", "panels of these rows between two visits to a sum of the input's gradient");

    private final int[] legal;
    private final String meaning;

    SimdParameter(String legalValues, String meaning) {
        this.legal = Arrays.stream(legalValues.split(", "))
                .mapToInt(Integer::parseInt)
                .toArray();
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public int[] legal() {
        return legal.clone();
    }

    /** The largest legal value up to a bound, or the smallest. */
    int atMost(long bound) {
        return Arrays.stream(legal).filter(value -> value <= bound).max().orElse(legal[0]);
    }
}
