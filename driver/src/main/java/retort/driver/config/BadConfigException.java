package retort.driver.config;

import retort.kernels.file.Printable;

/** A configuration file that can't be used, with the place where it goes wrong. */
public final class BadConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadConfigException(String place, String problem) {
        super(Printable.message(place + ": " + problem));
    }
}
