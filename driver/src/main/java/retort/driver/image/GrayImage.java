package retort.driver.image;

/**
 * A grey image of any size.
 *
 * @param levels a byte (0 black to 255 white) per pixel, row-major; kept and not copied
 */
public record GrayImage(int width, int height, byte[] levels) {
    /** @throws IllegalArgumentException if there are no pixels, or not as many as the size needs */
    public GrayImage {
        if (width < 1 || height < 1 || levels.length != (long) width * height) {
            throw new IllegalArgumentException(
                    "image: " + levels.length + " pixels, expected " + width + " x " + height + ", both positive");
        }
    }

    /** 0 to 255. */
    int level(int x, int y) {
        return levels[y * width + x] & 0xFF;
    }
}
