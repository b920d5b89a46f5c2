package retort.driver.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> WORDS = List.of("run", "train", "distill", "--quick", "--data", "--out", "-h");

    @ParameterizedTest
    @CsvSource({
        "destill, distill",
        "tarin, train",
        "rn, run",
        "TRAIN, train",
        "--qiuck, --quick",
        "--dat, --data",
        "--quickly, --quick",
        "dist, distill",
        "--da, --data",
        "bench,",
        "-q,",
        "x,",
        "--backend,"
    })
    void aMistypedWordIsFound(String typed, String meant) {
        assertEquals(Optional.ofNullable(meant), Nearest.to(typed, WORDS));
    }
}
