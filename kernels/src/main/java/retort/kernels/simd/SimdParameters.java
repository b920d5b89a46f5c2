package retort.kernels.simd;

import java.util.EnumMap;
import java.util.Map;

/** A value for every {@link SimdParameter}. */
final class SimdParameters {
    private final Map<SimdParameter, Integer> values;

    private SimdParameters(Map<SimdParameter, Integer> values) {
        this.values = values;
    }

    /** Those that this processor runs with. */
    static SimdParameters here() {
        EnumMap<SimdParameter, Integer> values = new EnumMap<>(SimdParameter.class);
        values.put(SimdParameter.KC, 256);
        values.put(SimdParameter.KC_FEW, 2048);
        values.put(SimdParameter.KC_TALL, 2048);
        values.put(SimdParameter.TALL_PANELS, 8);
        values.put(SimdParameter.MC, 144);
        values.put(SimdParameter.MC_TALL, 96);
        values.put(SimdParameter.NC, 2048);
        values.put(SimdParameter.SHARED_ROWS, 168 * Blocking.MR);
        values.put(SimdParameter.SMALL_M, 96);
        values.put(SimdParameter.SMALL_BLOCK, 1 << 16);
        values.put(SimdParameter.GRADIENT_BLOCK, 1 << 14);
        values.put(SimdParameter.GRADIENT_PANEL, 1 << 12);
        return new SimdParameters(values);
    }

    int get(SimdParameter parameter) {
        return values.get(parameter);
    }

    /** The same with one value changed. */
    SimdParameters with(SimdParameter parameter, int value) {
        EnumMap<SimdParameter, Integer> changed = new EnumMap<>(values);
        changed.put(parameter, value);
        return new SimdParameters(changed);
    }
}
