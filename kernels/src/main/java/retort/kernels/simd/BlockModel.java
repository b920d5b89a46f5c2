package retort.kernels.simd;

import static retort.kernels.simd.Blocking.MR;
import static retort.kernels.simd.Blocking.NR;

import java.util.EnumMap;
import java.util.Map;

/**
 * Sizes of blocks from the sizes of caches, for a processor that nobody has measured.
 *
 * <p>In Goto's algorithm a panel of B, kc x nr, stays in the L1 cache while tiles of A, mr x kc, pass through it one
 * after the other, and a block of A, mc x kc, stays in the L2 cache while panels of B pass through that. A cache throws
 * out what was not used for longest, within each set: what is to stay must leave ways for what passes. So of the L1
 * cache's ways one is left to C, and the others go to the tile and the panel as mr to nr, whole ways at a time. What
 * the tile gets sets kc. Of the L2 cache's ways one is left to C and as many to B as a panel fills; the block of A has
 * the rest, which sets mc. Half of the L3 cache is left to a block of B, kc x nc.
 *
 * <p>The products that Goto's algorithm does not suit follow the same thought with half a cache each.
 *
 * <p>Source: Low, Igual, Smith and Quintana-Orti 2016 (analytical modeling is enough for high-performance BLIS).
 */
final class BlockModel {
    /** Rows of a batch that is called small, for the block that must stay beside a panel. */
    private static final int BATCH = 32;

    private final CacheSizes caches;

    BlockModel(CacheSizes caches) {
        this.caches = caches;
    }

    Map<SimdParameter, Integer> values() {
        Map<SimdParameter, Integer> values = new EnumMap<>(SimdParameter.class);
        for (SimdParameter parameter : SimdParameter.values()) {
            values.put(parameter, parameter.atMost(bound(parameter)));
        }
        return values;
    }

    private long bound(SimdParameter parameter) {
        return switch (parameter) {
            case KC, KC_SMALL -> kc();
            case KC_FEW -> floats(caches.l2()) / (BATCH + NR);
            case KC_TALL -> floats(caches.l2()) / 2 / (2 * NR);
            case TALL_PANELS -> 128 / NR;
            case MC -> mc();
            case MC_TALL -> floats(caches.l1()) / 2 / (2 * NR);
            case NC -> caches.l3Bytes() / Float.BYTES / 2 / kc();
            case SHARED_ROWS -> 168 * MR;
            case SMALL_M -> 96;
            case SMALL_BLOCK -> floats(caches.l2()) / 2;
            case GRADIENT_BLOCK -> floats(caches.l2()) / 8;
            case UPDATE_BLOCK -> floats(caches.l2()) / 2;
            case UPDATE_PANELS -> 64 / NR;
        };
    }

    private static int floats(CacheSizes.Cache cache) {
        return cache.bytes() / Float.BYTES;
    }

    private int kc() {
        CacheSizes.Cache l1 = caches.l1();
        int waysOfA = Math.max(1, (l1.ways() - 1) * MR / (MR + NR));
        return SimdParameter.KC.atMost(waysOfA * l1.wayBytes() / (MR * Float.BYTES));
    }

    private int mc() {
        CacheSizes.Cache l2 = caches.l2();
        int rowBytes = kc() * Float.BYTES;
        int waysOfB = Math.ceilDiv(NR * rowBytes, l2.wayBytes());
        return Math.max(1, l2.ways() - 1 - waysOfB) * l2.wayBytes() / rowBytes;
    }
}
