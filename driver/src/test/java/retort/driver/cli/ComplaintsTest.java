package retort.driver.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Engine;

class ComplaintsTest {
    private final StringWriter err = new StringWriter();

    @Test
    void whatFailedIsToldInOneLine() {
        assertEquals(ExitCode.FAILED, run(new IllegalStateException("it broke\nin two")));
        assertEquals("retort: it broke\n", err.toString());
    }

    @Test
    void whatHasNoMessageIsToldByItsName() {
        assertEquals(ExitCode.FAILED, run(new IllegalStateException()));
        assertEquals("retort: IllegalStateException\n", err.toString());
    }

    @Test
    void exceptionsHaveTheirExitCodes() {
        assertEquals(ExitCode.BAD_FILE, run(new UncheckedIOException("a.txt", new FileNotFoundException())));
        assertEquals(ExitCode.UNAVAILABLE, run(new BackendUnavailableException(Engine.OPENCL, "none", "buy one")));
        assertEquals(ExitCode.DIVERGED, run(new ArithmeticException("own")));
        assertEquals(ExitCode.FAILED, run(new OutOfMemoryError()));
    }

    @Test
    void aStackTraceComesOnlyWhenAskedFor() {
        run(new IllegalStateException("it broke"), "--verbose");
        assertTrue(err.toString().startsWith("retort: it broke\njava.lang.IllegalStateException"), err.toString());
    }

    @Test
    void aWrongOptionIsWrongUsage() {
        assertEquals(ExitCode.USAGE, run(new IllegalStateException(), "--none"));
        assertEquals("retort: Unknown option: '--none'; see 'trial --help'\n", err.toString());
    }

    @Test
    void aWordThatMayBeMistypedIsAskedAbout() {
        assertEquals(ExitCode.USAGE, run(new IllegalStateException(), "--verbos"));
        assertEquals(
                "retort: Unknown option: '--verbos', did you mean --verbose?; see 'trial --help'\n", err.toString());
    }

    private int run(Throwable failure, String... args) {
        CommandLine line = new CommandLine(new Trial(failure));
        line.setErr(new PrintWriter(err));
        return new Complaints(Map.of(ArithmeticException.class, ExitCode.DIVERGED)).execute(line, args);
    }

    /** Fails. */
    @Command(name = "trial")
    private static final class Trial implements Callable<Integer> {
        private final Throwable failure;

        @Option(names = "--verbose")
        private boolean verbose;

        Trial(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        }
    }
}
