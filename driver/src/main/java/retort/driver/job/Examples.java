package retort.driver.job;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import retort.driver.data.ImageSet;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Shape;
import retort.nn.Predictor;
import retort.nn.ResidentInputs;
import retort.nn.Shuffle;

/**
 * Images with what a model is to say of them: class indices, a probability for each class, or a teacher's logits.
 * Batches are made here and nowhere else, and a class that was omitted is not among the images that this object knows.
 */
public final class Examples {
    private final ImageSet images;
    private final int[] members;
    private final Kind kind;
    private final float[] rows;
    private final DeviceImages device;

    /** What the targets of a batch are. */
    private enum Kind {
        /** A class index. */
        LABEL,
        /** A probability for each class. */
        PROBABILITIES,
        /** A teacher's logit for each class, then the class index; see {@link retort.kernels.op.DistillationSpec}. */
        LOGITS_AND_LABEL
    }

    /**
     * @param rows for each of the images a number a class, or null where labels are all
     * @param device that the images may stay on, or null
     */
    private Examples(ImageSet images, int[] members, Kind kind, float[] rows, DeviceImages device) {
        this.images = images;
        this.members = members;
        this.kind = kind;
        this.rows = rows;
        this.device = device;
    }

    private static Examples all(ImageSet images, Kind kind, float[] rows) {
        return new Examples(images, IntStream.range(0, images.size()).toArray(), kind, rows, null);
    }

    private Examples only(int[] kept) {
        return new Examples(images, kept, kind, rows, device);
    }

    /** The same, whose images stay on a device if they have room there. */
    Examples on(DeviceImages other) {
        return new Examples(images, members, kind, rows, other);
    }

    /** All images with their true labels. */
    public static Examples labelled(ImageSet images) {
        return all(images, Kind.LABEL, null);
    }

    /** All images with their true labels, of which {@code smoothing} is spread over all classes. */
    public static Examples smoothed(ImageSet images, float smoothing) {
        int classes = images.classes();
        float[] rows = new float[Math.multiplyExact(images.size(), classes)];
        Arrays.fill(rows, smoothing / classes);
        for (int i = 0; i < images.size(); i++) {
            rows[i * classes + images.label(i)] += 1 - smoothing;
        }
        return all(images, Kind.PROBABILITIES, rows);
    }

    /** All images with a teacher's logits of them, and their true labels. */
    public static Examples taught(ImageSet images, Logits teacher) {
        if (teacher.rows() != images.size() || teacher.classes() != images.classes()) {
            throw new IllegalArgumentException("teacher's logits: " + teacher.rows() + " x " + teacher.classes()
                    + " for " + images.size() + " images of " + images.classes() + " classes");
        }
        return all(images, Kind.LOGITS_AND_LABEL, teacher.values());
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
        return only(kept);
    }

    /** Examples from .. to. */
    public Examples range(int from, int to) {
        return only(Arrays.copyOfRange(members, from, to));
    }

    /** The examples at these positions. */
    public Examples at(int[] positions) {
        return only(Arrays.stream(positions).map(i -> members[i]).toArray());
    }

    /** Of the logits of all images those of the examples. */
    Logits of(Logits ofAll) {
        return ofAll.at(members);
    }

    public int size() {
        return members.length;
    }

    /** The order in which an epoch shows them. */
    int[] order(long seed, int epoch) {
        return images.blocksInMemory() == 0
                ? Shuffle.permutation(size(), seed, epoch)
                : Shuffle.byBlocks(size(), i -> images.block(members[i]), images.blocksInMemory(), seed, epoch);
    }

    /** Numbers that {@link #copyBatch} writes for each target. */
    public int targetSize() {
        return switch (kind) {
            case LABEL -> 1;
            case PROBABILITIES -> classes();
            case LOGITS_AND_LABEL -> classes() + 1;
        };
    }

    /** How many classes there are. */
    public int classes() {
        return images.classes();
    }

    /** The true label of example i. */
    public int label(int i) {
        return images.label(members[i]);
    }

    /** Pixels of one image. */
    public int pixels() {
        return images.pixels();
    }

    /**
     * Writes images and targets of the examples {@code order[from .. from + count)}, one after the other.
     *
     * @param jitter moves and distorts the images
     */
    public void copyBatch(int[] order, int from, int count, Jitter jitter, float[] pixels, float[] targets) {
        int size = targetSize();
        for (int b = 0; b < count; b++) {
            int image = members[order[from + b]];
            copyView(image, jitter, pixels, b * images.pixels());
            copyTarget(image, targets, b * size);
        }
    }

    private void copyView(int image, Jitter jitter, float[] pixels, int offset) {
        images.copyScaled(image, jitter.down(image), jitter.right(image), pixels, offset);
        jitter.distort(image, images.shape(), pixels, offset);
    }

    /** Which images of the set the examples {@code order[from .. from + count)} are. */
    int[] images(int[] order, int from, int count) {
        int[] chosen = new int[count];
        for (int b = 0; b < count; b++) {
            chosen[b] = members[order[from + b]];
        }
        return chosen;
    }

    /** All images of the set, where they are on a device: for its backend alone. */
    Optional<ResidentInputs> resident() {
        return device == null ? Optional.empty() : device.of(images);
    }

    /**
     * Writes which of {@link #resident} the examples {@code order[from .. from + count)} are, how a jitter moves each,
     * and their targets, one after the other.
     */
    void pickBatch(int[] order, int from, int count, Jitter jitter, float[] numbers, float[] moves, float[] targets) {
        for (int b = 0; b < count; b++) {
            int image = members[order[from + b]];
            numbers[b] = image;
            moves[2 * b] = jitter.down(image);
            moves[2 * b + 1] = jitter.right(image);
            copyTarget(image, targets, b * targetSize());
        }
    }

    private void copyTarget(int image, float[] targets, int at) {
        if (rows != null) {
            System.arraycopy(rows, image * classes(), targets, at, classes());
        }
        if (kind != Kind.PROBABILITIES) {
            targets[at + targetSize() - 1] = images.label(image);
        }
    }

    /** Writes targets of examples from .. from + count, one after the other. */
    void copyTargets(int from, int count, float[] targets) {
        for (int b = 0; b < count; b++) {
            copyTarget(members[from + b], targets, b * targetSize());
        }
    }

    /** Whether their targets are labels and nothing else. */
    boolean areLabelled() {
        return kind == Kind.LABEL;
    }

    /** Writes images of examples from .. from + count, one after the other. */
    public void copyImages(int from, int count, float[] pixels) {
        for (int b = 0; b < count; b++) {
            images.copyScaled(members[from + b], pixels, b * images.pixels());
        }
    }

    /** The same, moved and distorted. */
    public void copyViews(int from, int count, Jitter jitter, float[] pixels) {
        for (int b = 0; b < count; b++) {
            copyView(members[from + b], jitter, pixels, b * images.pixels());
        }
    }

    /**
     * Brings images of examples from .. from + count to a backend: gathered where they stay there, else uploaded.
     *
     * @param pixels room for as many images
     * @param x count x one image
     */
    void bring(int from, int count, float[] pixels, Backend backend, Tensor x) {
        Optional<ResidentInputs> resident = resident();
        if (resident.isEmpty()) {
            copyImages(from, count, pixels);
            backend.upload(pixels, x);
            return;
        }
        float[] numbers = new float[count];
        for (int b = 0; b < count; b++) {
            numbers[b] = members[from + b];
        }
        try (Scope scope = backend.scope()) {
            Tensor which = scope.tensorOf(Shape.of(count), numbers);
            resident.get().gather(which, scope.filled(Shape.of(count, 2), 0), x);
        }
    }

    /** What a model should say of example i: the class that its targets give most to. */
    public int targetClass(int i) {
        return rows == null ? label(i) : Predictor.argmax(rows, members[i] * classes(), classes());
    }
}
