package retort.driver.job;

import java.util.Locale;

/**
 * Moved and distorted images that are drawn once, the same number of each image: a training shows one of each in an
 * epoch, and begins again with the first after the last.
 *
 * @param count of each image
 * @param jitter pixels that an image is moved by at most, each way
 * @param distortion that comes after
 * @param seed of the draw: a training with this seed that draws its own shows the same ones, view v in epoch v
 */
public record Views(int count, int jitter, Distortion distortion, long seed) {
    /** @throws IllegalArgumentException if there are none, or they are the images as they are */
    public Views {
        if (count < 1 || jitter < 0 || jitter == 0 && distortion.isNone()) {
            throw new IllegalArgumentException("views: " + count + " moved by " + jitter + " pixels, " + distortion
                    + ", expected one or more that are moved");
        }
    }

    /** How images become those of view 1 .. count. */
    public Jitter of(int view) {
        return new Jitter(jitter, distortion, seed, view);
    }

    /** The same of what an epoch shows, from 1 on. */
    Jitter ofEpoch(int epoch) {
        return of(1 + Math.floorMod(epoch - 1, count));
    }

    /** Whether a training moves its images in this way. */
    public boolean isOf(Training training) {
        return training.jitter() == jitter && training.distortion().equals(distortion);
    }

    /** For people, as in a configuration file. */
    public static String moves(int jitter, Distortion distortion) {
        return String.format(
                Locale.ROOT, "jitter %d, affine %s, elastic %s", jitter, distortion.affine(), distortion.elastic());
    }
}
