package retort.driver.cli;

import java.nio.file.Path;

/** Results would overwrite others, or get among those of a command that is at work. */
public final class OutputTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private OutputTakenException(String message) {
        super(message);
    }

    static OutputTakenException file(String what) {
        return new OutputTakenException(what + ": there is such a file already; --force overwrites it");
    }

    static OutputTakenException folder(String what, String held, boolean resumable) {
        return new OutputTakenException(what + ": the folder holds " + held + " already; --force overwrites"
                + (resumable ? ", --resume goes on" : "") + ", another --out leaves it alone");
    }

    /** @param held by a folder in which there is nothing to go on with */
    public static OutputTakenException over(Path out, String held) {
        return new OutputTakenException(
                "--out=" + out + ": the command has ended, its " + held + " is there; --force does it again");
    }

    static OutputTakenException inUse(String what) {
        return new OutputTakenException(what + ": another command is at work in the folder");
    }
}
