package retort.driver.image;

import java.util.Arrays;
import retort.driver.data.BadDataException;

/** Makes an image of any size a digit as MNIST has them: 28 x 28, ink 1 on background 0. */
final class Digit {
    static final int SIDE = 28;

    /** The longer side of the ink. */
    private static final int BOX = 20;

    /** Levels that ink must stand out by: noise of a photo of nothing does not. */
    private static final int LEAST_CONTRAST = 16;

    /** Share of the full contrast from which on a pixel counts for the ink's extent. */
    private static final float EXTENT = 0.15f;

    /** The border's spread is noise and light; so many median deviations are taken off. */
    private static final int DEVIATIONS = 3;

    private Digit() {}

    /**
     * Prepares an image as MNIST's were: its ink is cropped, scaled with its aspect to fit 20 x 20 by averaging areas,
     * and its centre of mass put into the middle of 28 x 28. The border says what is background, so ink may be darker
     * or lighter.
     *
     * <p>Source: LeCun, Cortes and Burges, the MNIST site.
     *
     * @param name of the image, for messages
     * @return its pixels, row-major
     * @throws BadDataException if nothing stands out
     */
    static float[] of(GrayImage image, String name) {
        float[] ink = ink(image, name);
        Area box = extent(ink, image.width(), image.height());
        int longest = Math.max(box.width(), box.height());
        int width = Math.max(1, Math.round((float) BOX * box.width() / longest));
        int height = Math.max(1, Math.round((float) BOX * box.height() / longest));
        float[] scaled = box.averaged((x, y) -> ink[y * image.width() + x], width, height);
        stretch(scaled);
        return centred(scaled, width, height);
    }

    /** How far each pixel is from the background, towards ink, as a share of the farthest. */
    private static float[] ink(GrayImage image, String name) {
        int[] border = border(image);
        int background = median(border);
        int darkest = 255;
        int lightest = 0;
        for (byte level : image.levels()) {
            darkest = Math.min(darkest, level & 0xFF);
            lightest = Math.max(lightest, level & 0xFF);
        }
        boolean dark = background - darkest >= lightest - background;
        int farthest = dark ? background - darkest : lightest - background;
        int noise = DEVIATIONS * median(deviations(border, background));
        if (farthest - noise < LEAST_CONTRAST) {
            throw new BadDataException(name, "blank: nothing stands out from its border");
        }
        float[] ink = new float[image.levels().length];
        for (int i = 0; i < ink.length; i++) {
            int level = image.levels()[i] & 0xFF;
            int distance = (dark ? background - level : level - background) - noise;
            ink[i] = Math.max(0f, distance) / (farthest - noise);
        }
        return ink;
    }

    private static int[] border(GrayImage image) {
        int right = image.width() - 1;
        int bottom = image.height() - 1;
        int[] levels = new int[2 * (image.width() + image.height())];
        int count = 0;
        for (int x = 0; x <= right; x++) {
            levels[count++] = image.level(x, 0);
            levels[count++] = image.level(x, bottom);
        }
        for (int y = 0; y <= bottom; y++) {
            levels[count++] = image.level(0, y);
            levels[count++] = image.level(right, y);
        }
        return levels;
    }

    private static int[] deviations(int[] levels, int from) {
        return Arrays.stream(levels).map(level -> Math.abs(level - from)).toArray();
    }

    private static int median(int[] values) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Thin lines get faint where they are averaged with what is around them. */
    private static void stretch(float[] scaled) {
        float highest = 0;
        for (float value : scaled) {
            highest = Math.max(highest, value);
        }
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= highest;
        }
    }

    private static float[] centred(float[] scaled, int width, int height) {
        double mass = 0;
        double massX = 0;
        double massY = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = scaled[y * width + x];
                mass += value;
                massX += value * x;
                massY += value * y;
            }
        }
        int left = offset(massX / mass, width);
        int top = offset(massY / mass, height);
        float[] pixels = new float[SIDE * SIDE];
        for (int y = 0; y < height; y++) {
            System.arraycopy(scaled, y * width, pixels, (top + y) * SIDE + left, width);
        }
        return pixels;
    }

    /** Where the box begins so that its centre is in the middle, as far as all of it stays inside. */
    private static int offset(double centre, int extent) {
        int offset = (int) Math.rint(SIDE / 2 - centre);
        return Math.clamp(offset, 0, SIDE - extent);
    }

    /** The smallest area that all ink is in. */
    private static Area extent(float[] ink, int width, int height) {
        int left = width;
        int top = height;
        int right = -1;
        int bottom = -1;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (ink[y * width + x] > EXTENT) {
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y);
                }
            }
        }
        return new Area(left, top, right - left + 1, bottom - top + 1);
    }
}
