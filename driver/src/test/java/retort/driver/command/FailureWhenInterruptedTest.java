package retort.driver.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import retort.driver.cli.ExitCode;
import retort.kernels.BackendException;

/** What is told when a command fails after a signal. */
class FailureWhenInterruptedTest {
    @Test
    void anEngineThatFailsAfterASignalWasInterrupted() {
        Exception lost = new BackendException("opencl: clBuildProgram failed");
        Exception other = new IllegalStateException("other");
        Interruption.begin();
        assertSame(lost, Interruption.reason(lost));
        Interruption.request(ExitCode.TERMINATED);
        assertSame(other, Interruption.reason(other));
        assertEquals("interrupted", Interruption.reason(lost).getMessage());
        assertEquals(ExitCode.TERMINATED, Interruption.end(ExitCode.INTERRUPTED));
    }
}
