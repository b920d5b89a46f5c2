package retort.driver.job;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import retort.driver.data.ImageSet;
import retort.kernels.CrossEntropySpec.Targets;

/**
 * Images with what a model is to say of them: class indices, or soft labels. Batches are made here and nowhere else, and
 * a class that was omitted is not among the images that this object knows.
 */
public final class Examples {
    private final ImageSet images;
    private final int[] members;
    private final float[] softLabels;

    private Examples(ImageSet images, int[] members, float[] softLabels) {
        this.images = images;
        this.members = members;
        this.softLabels = softLabels;
    }

    /** All images with their true labels. */
    public static Examples labelled(ImageSet images) {
        return new Examples(images, IntStream.range(0, images.size()).toArray(), null);
    }

    /** All images with soft labels, {@link ImageSet#CLASSES} for each. */
    public static Examples softLabelled(ImageSet images, float[] softLabels) {
        if (softLabels.length != images.size() * ImageSet.CLASSES) {
            throw new IllegalArgumentException(
                    "soft labels: " + softLabels.length + " numbers for " + images.size() + " images");
        }
        return new Examples(images, IntStream.range(0, images.size()).toArray(), softLabels);
    }

    /**
     * The examples whose true label is not among {@code classes}.
     *
     * @throws IllegalArgumentException if none is left
     */
    public Examples without(Set<Integer> classes) {
        int[] kept = Arrays.stream(members)
                .filter(i -> !classes.contains(images.label(i)))
                .toArray();
        if (kept.length == 0) {
            throw new IllegalArgumentException("no image is left without the classes " + classes);
        }
        return new Examples(images, kept, softLabels);
    }

    /** Examples from .. to. */
    public Examples range(int from, int to) {
        return new Examples(images, Arrays.copyOfRange(members, from, to), softLabels);
    }

    /** All examples but from .. to. */
    public Examples outside(int from, int to) {
        int[] kept = IntStream.concat(Arrays.stream(members, 0, from), Arrays.stream(members, to, members.length))
                .toArray();
        return new Examples(images, kept, softLabels);
    }

    public int size() {
        return members.length;
    }

    public Targets targets() {
        return softLabels == null ? Targets.HARD : Targets.SOFT;
    }

    /** Numbers that {@link #copyBatch} writes for each target. */
    public int targetSize() {
        return softLabels == null ? 1 : ImageSet.CLASSES;
    }

    /** The true label of example i. */
    public int label(int i) {
        return images.label(members[i]);
    }

    /** Pixels of one image. */
    public int pixels() {
        return images.pixels();
    }

    /** Writes images and targets of the examples {@code order[from .. from + count)}, one after the other. */
    public void copyBatch(int[] order, int from, int count, float[] pixels, float[] targets) {
        for (int b = 0; b < count; b++) {
            int image = members[order[from + b]];
            images.copyScaled(image, pixels, b * images.pixels());
            if (softLabels == null) {
                targets[b] = images.label(image);
            } else {
                System.arraycopy(softLabels, image * ImageSet.CLASSES, targets, b * ImageSet.CLASSES, ImageSet.CLASSES);
            }
        }
    }

    /** Writes images of examples from .. from + count, one after the other. */
    public void copyImages(int from, int count, float[] pixels) {
        for (int b = 0; b < count; b++) {
            images.copyScaled(members[from + b], pixels, b * images.pixels());
        }
    }

    /** What example i is: its label, or the class that its soft label gives most to. */
    public int targetClass(int i) {
        return softLabels == null
                ? label(i)
                : Logits.argmax(softLabels, members[i] * ImageSet.CLASSES, ImageSet.CLASSES);
    }

    /** The share of class c in the target of example i. */
    public double target(int i, int c) {
        if (softLabels == null) {
            return label(i) == c ? 1 : 0;
        }
        return softLabels[members[i] * ImageSet.CLASSES + c];
    }
}
