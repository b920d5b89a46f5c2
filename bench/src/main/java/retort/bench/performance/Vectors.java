package retort.bench.performance;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What vectors a run had, and what it could have had: ratios depend on both. */
enum Vectors {
    AVX512("avx512", "AVX-512"),
    /** On a processor with AVX-512. */
    HELD_TO_AVX2("held-to-avx2", "Held to AVX2"),
    /** All that the processor has. */
    AVX2("avx2", "AVX2");

    private final String id;
    private final String text;

    Vectors(String id, String text) {
        this.id = id;
        this.text = text;
    }

    String text() {
        return text;
    }

    static Vectors of(List<String> features, boolean held) {
        return features == null || !features.contains("avx512f") ? AVX2 : held ? HELD_TO_AVX2 : AVX512;
    }

    static Optional<Vectors> byId(String id) {
        return Arrays.stream(values()).filter(each -> each.id.equals(id)).findFirst();
    }
}
