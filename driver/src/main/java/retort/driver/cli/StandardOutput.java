package retort.driver.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/** What a print stream doesn't tell of the process's standard output. */
final class StandardOutput {
    private StandardOutput() {}

    /** Why it took no more, which one more empty line finds out; empty if it took everything. */
    @SuppressWarnings("resource") // it is not ours to close
    static String failure() {
        if (!System.out.checkError()) {
            return "";
        }
        try {
            new FileOutputStream(FileDescriptor.out).write('\n');
            return "it failed";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
