package retort.driver.image;

/**
 * An image of any size in red, green and blue.
 *
 * @param levels three bytes (0 to 255) per pixel, row-major; kept and not copied
 */
record ColourImage(int width, int height, byte[] levels) {
    /** Whether red, green and blue are the same everywhere. */
    boolean isGrey() {
        for (int i = 0; i < levels.length; i += 3) {
            if (levels[i] != levels[i + 1] || levels[i] != levels[i + 2]) {
                return false;
            }
        }
        return true;
    }

    /** One level a pixel of a grey one. */
    byte[] grey() {
        byte[] grey = new byte[width * height];
        for (int p = 0; p < grey.length; p++) {
            grey[p] = levels[3 * p];
        }
        return grey;
    }
}
