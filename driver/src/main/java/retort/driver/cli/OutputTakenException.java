package retort.driver.cli;

import java.nio.file.Path;

/** Results would overwrite others, get among those of a command that is at work, or go on from none. */
public final class OutputTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private OutputTakenException(String message) {
        super(message);
    }

    /** Of a file that is not whole yet. */
    public static OutputTakenException part(String what) {
        return new OutputTakenException(what + " is there already; --resume goes on with it, --force begins anew");
    }

    /** Of a folder that has to be new. */
    public static OutputTakenException any(String what) {
        return new OutputTakenException(what + " is there already; a new folder leaves it alone");
    }

    static OutputTakenException file(String what) {
        return new OutputTakenException(what + ": there is such a file already; --force overwrites it");
    }

    static OutputTakenException folder(String what, String held, boolean resumable) {
        return new OutputTakenException(what + ": the folder holds " + held + " already; --force overwrites"
                + (resumable ? ", --resume goes on" : "") + ", another --out leaves it alone");
    }

    /** A command is to go on in a folder where none was stopped. */
    public static OutputTakenException nothing(Path out) {
        return new OutputTakenException(
                "--resume: nothing to go on with in " + out + "; expected the --out of a command that was stopped");
    }

    static OutputTakenException inUse(String what) {
        return new OutputTakenException(what + ": another command is at work in the folder");
    }
}
