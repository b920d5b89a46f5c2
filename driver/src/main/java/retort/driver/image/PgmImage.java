package retort.driver.image;

/**
 * A portable graymap, P2 (text) or P5 (bytes, two a pixel where the highest value is above 255).
 *
 * <p>Source: the manual page pgm(5) of Netpbm.
 */
final class PgmImage {
    private static final int HIGHEST = 65_535;
    private static final String TRUNCATED = "truncated: it ends too early, expected a whole PGM";

    private final byte[] bytes;
    private final ImageFile limits;
    private int at = 2;

    PgmImage(byte[] bytes, ImageFile limits) {
        this.bytes = bytes;
        this.limits = limits;
    }

    GrayImage decode() throws BadImageException {
        boolean text = bytes[1] == '2';
        int width = number();
        int height = number();
        limits.checkSize(width, height);
        int highest = number();
        if (highest < 1 || highest > HIGHEST) {
            throw new BadImageException("a PGM of highest value " + highest + ", expected 1 to " + HIGHEST);
        }
        if (!text) {
            // A single space or line's end separates the header from what may look like one.
            at++;
        }
        int size = highest > 255 ? 2 : 1;
        if (bytes.length - at < (long) width * height * (text ? 2 : size) - (text ? 1 : 0)) {
            while (text) {
                // What is no number is told rather than that there are too few.
                number();
            }
            throw new BadImageException(TRUNCATED);
        }
        byte[] levels = new byte[width * height];
        for (int i = 0; i < levels.length; i++) {
            int value = text ? number() : binary(size);
            if (value > highest) {
                throw new BadImageException("a PGM with a value of " + value + ", expected at most " + highest);
            }
            levels[i] = (byte) ((value * 255 + highest / 2) / highest);
        }
        return new GrayImage(width, height, levels);
    }

    private int binary(int size) {
        int value = bytes[at++] & 0xFF;
        return size == 1 ? value : value << Byte.SIZE | bytes[at++] & 0xFF;
    }

    /** The next whole number, past spaces and comments. */
    private int number() throws BadImageException {
        while (at < bytes.length && (Character.isWhitespace(bytes[at]) || bytes[at] == '#')) {
            if (bytes[at] == '#') {
                while (at < bytes.length && bytes[at] != '\n' && bytes[at] != '\r') {
                    at++;
                }
            } else {
                at++;
            }
        }
        if (at >= bytes.length) {
            throw new BadImageException(TRUNCATED);
        }
        int begin = at;
        int value = 0;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
            value = 10 * value + bytes[at++] - '0';
            if (value > 1_000_000) {
                throw new BadImageException("a PGM with a number of more than 1,000,000");
            }
        }
        if (at == begin) {
            throw new BadImageException("not a PGM: '" + (char) (bytes[at] & 0xFF) + "' where a number is expected");
        }
        return value;
    }
}
