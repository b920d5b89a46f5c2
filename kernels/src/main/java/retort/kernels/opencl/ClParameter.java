package retort.kernels.opencl;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The build-time parameters of the kernels: macros of the same name in the .cl files, which say what each one does. */
enum ClParameter {
    GEMM_BLOCKED(0, 1),
    GEMM_WIDTH(4, 8, 16),
    GEMM_ROWS(2, 4, 6, 8, 10, 12),
    GEMM_VECTORS(1, 2, 3, 4),
    GEMM_K_BLOCK(64, 128, 192, 256, 320, 384, 512, 1024),
    GEMM_ROW_BLOCK(48, 96, 144, 192, 256, 384, 512, 1024),
    ADAM_COLUMNS(256, 512, 768, 1024, 1280, 1536, 2048),
    DOT_ROWS(1, 2, 3, 4, 6, 8),
    DOT_COLUMNS(1, 2, 3, 4, 6, 8),
    BLOCK_M(16, 32, 64, 128),
    BLOCK_SMALL_M(16, 32, 64),
    BLOCK_N(16, 32, 64, 128),
    BLOCK_K(4, 8, 16, 32),
    BLOCK_ITEM_M(1, 2, 4, 8),
    BLOCK_ITEM_N(4, 8),
    BLOCK_SPLIT(1, 2, 4, 8, 16, 32, 64, 128, 256),
    CONV_PIXELS(1, 2, 4, 6, 8, 12, 13, 14),
    CONV_VECTORS(1, 2, 4),
    CONV_TAPS(1, 2, 4, 6, 8, 9, 12),
    ROW_ITEMS(1, 8, 16, 32, 64, 128, 256),
    ROW_WIDTH(4, 8, 16),
    ROW_COUNT(1, 2, 4, 8, 16, 32, 64),
    ELEMENT_ITEMS(1, 8, 16, 32, 64, 128, 256),
    ELEMENT_WIDTH(4, 8, 16);

    private final int[] legal;

    ClParameter(int... legal) {
        this.legal = legal;
    }

    int[] legal() {
        return legal.clone();
    }

    boolean isLegal(int value) {
        return Arrays.stream(legal).anyMatch(each -> each == value);
    }

    /** For messages: {@code 1, 2, 4}. */
    String legalValues() {
        return Arrays.stream(legal).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    }
}
