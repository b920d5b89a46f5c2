package retort.bench.performance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class JobTargetsTest {
    /** A target that nothing can meet because its work or framework is misspelt would go unnoticed. */
    @Test
    void everyTargetInsideIsOfWorkThatIsMeasured() {
        List<JobTargets.Target> targets = JobTargets.bundled().targets();
        assertFalse(targets.isEmpty());
        for (JobTargets.Target target : targets) {
            assertTrue(
                    target.work()
                            .matches(
                                    "training-(7680|32000)|teacher-(one-image(-bf16)?|batch-32|test-set)|student-one-image"),
                    target.toString());
            assertTrue(target.against().matches("tensorflow|djl"), target.toString());
            assertTrue(target.stretch() == null || target.stretch() > target.hard(), target.toString());
        }
        assertEquals(
                targets.size(),
                targets.stream()
                        .map(t -> t.work() + t.threads() + t.vectors() + t.against())
                        .distinct()
                        .count());
    }

    @Test
    void aLineThatIsNoTargetIsNamed() {
        for (String line : List.of(
                "training-7680 2 avx512 tensorflow 1.5",
                "training-7680 two avx512 tensorflow 1.5 2",
                "training-7680 2 avx1024 tensorflow 1.5 2")) {
            String message = assertThrows(IllegalArgumentException.class, () -> JobTargets.parse("t.txt", "#\n" + line))
                    .getMessage();
            assertTrue(message.startsWith("t.txt:2: "), message);
        }
    }
}
