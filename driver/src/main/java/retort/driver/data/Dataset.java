package retort.driver.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

/**
 * Training and test images of one size, in IDX files of the names that MNIST gave them. Fashion-MNIST, KMNIST and
 * one's own sets come in the same form.
 *
 * <p>The training images are read when they are first asked for: a command that only predicts never does, and would
 * spend a fifth of its time on them.
 */
public final class Dataset {
    private static final int SIDE = 28;
    private static final String IMAGES = "images-idx3-ubyte";
    private static final String LABELS = "labels-idx1-ubyte";
    private static final String TRAIN = "train-";
    private static final String TEST = "t10k-";

    private final String name;
    private final Supplier<ImageSet> reading;
    private final ImageSet test;
    private final List<String> remarks;
    private ImageSet train;

    private Dataset(String name, Supplier<ImageSet> reading, ImageSet test, List<String> remarks) {
        this.name = name;
        this.reading = reading;
        this.test = test;
        this.remarks = remarks;
    }

    /**
     * @throws IllegalArgumentException if the test images are not of the training images' size
     */
    public Dataset(String name, ImageSet train, ImageSet test) {
        this(name, () -> train, test, List.of());
        if (test.height() != train.height() || test.width() != train.width()) {
            throw new IllegalArgumentException("dataset " + name + ": test images of " + test.height() + " x "
                    + test.width() + ", expected " + train.height() + " x " + train.width() + " as in training");
        }
    }

    public String name() {
        return name;
    }

    /** @throws BadDataException if they have yet to be read, and a file is damaged or they don't fit each other */
    public ImageSet train() {
        if (train == null) {
            train = reading.get();
        }
        return train;
    }

    /**
     * The first {@code images} to train on, or as many drawn by {@code seed} if these don't hold every class in
     * proportion (see {@link Stretches}), or all if there are no more; and the same to test on.
     */
    public Dataset atMost(int images, long seed) {
        int size = train().size();
        if (images >= size) {
            return this;
        }
        Stretches unused = Stretches.of(train()::label, size, new int[] {images, size}, seed);
        if (!unused.stratified()) {
            return new Dataset(name, train().prefix(images), test);
        }
        ImageSet drawn = train().at(unused.others(0));
        String remark = String.format(
                Locale.ROOT,
                "%s: the first %,d training images don't hold every class in proportion, so those that are used are a "
                        + "stratified draw by the seed",
                name,
                images);
        return new Dataset(name, () -> drawn, test, List.of(remark));
    }

    /** What a user should know of how its training images were chosen. */
    public List<String> remarks() {
        return remarks;
    }

    public ImageSet test() {
        return test;
    }

    /** Where the files of a set are. */
    @FunctionalInterface
    private interface Location {
        IdxFile file(String name);
    }

    /** MNIST, from the jar. */
    public static Dataset embedded() {
        return read("MNIST", Dataset::embedded);
    }

    /**
     * Reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each
     * gzip (with {@code .gz} at the end of its name) or plain. The set gets the folder's name.
     *
     * @throws BadDataException if the folder or a file is missing, or of the test files one is damaged or they don't
     *     fit each other
     */
    public static Dataset load(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new BadDataException(
                    folder.toString(),
                    (exists(folder) ? "not a folder" : "no such folder") + ", expected one with four IDX files such as "
                            + TRAIN + IMAGES + IdxFile.GZIP);
        }
        Path own = folder.toAbsolutePath().normalize();
        return read(String.valueOf(own.getFileName()), name -> file(folder, name));
    }

    private static IdxFile embedded(String name) {
        String path = "mnist/" + name + IdxFile.GZIP;
        return new IdxFile(path, 0, () -> Dataset.class.getResourceAsStream("/" + path));
    }

    private static IdxFile file(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path gzip = folder.resolve(name + IdxFile.GZIP);
        boolean packed = exists(gzip);
        if (!packed && !exists(plain)) {
            throw new BadDataException(plain.toString(), "no such file, with or without " + IdxFile.GZIP);
        }
        Path file = packed ? gzip : plain;
        try {
            return new IdxFile(file.toString(), Files.size(file), () -> InputFile.open(file, "an IDX file"));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** In a folder that may not be entered nobody knows. */
    private static boolean exists(Path path) {
        try {
            return InputFile.exists(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static BadDataException unreadable(Path path, IOException e) {
        return new BadDataException(path.toString(), "can't be read: " + FileReason.of(e), e);
    }

    private static Dataset read(String name, Location location) {
        // Names first: a missing file is told before seconds go into the others.
        IdxFile trainImages = location.file(TRAIN + IMAGES);
        IdxFile trainLabels = location.file(TRAIN + LABELS);
        IdxFile testImages = location.file(TEST + IMAGES);
        IdxFile testLabels = location.file(TEST + LABELS);
        return new Dataset(name, () -> images(trainImages, trainLabels), images(testImages, testLabels), List.of());
    }

    private static ImageSet images(IdxFile imageFile, IdxFile labelFile) {
        byte[] labels = labels(labelFile);
        IdxFile.Contents images = imageFile.read(3);
        int count = images.extents()[0];
        int height = images.extents()[1];
        int width = images.extents()[2];
        if (height != SIDE || width != SIDE) {
            throw imageFile.bad("images of " + height + " x " + width + ", expected " + SIDE + " x " + SIDE);
        }
        if (labels.length != count) {
            throw labelFile.bad(labels.length + " labels, expected " + count + " as in " + imageFile.name());
        }
        return new ImageSet(height, width, images.elements(), labels);
    }

    private static byte[] labels(IdxFile file) {
        byte[] labels = file.read(1).elements();
        for (int i = 0; i < labels.length; i++) {
            int label = Byte.toUnsignedInt(labels[i]);
            if (label >= ImageSet.CLASSES) {
                throw file.bad("label " + label + " of image " + i + ", expected 0 to " + (ImageSet.CLASSES - 1));
            }
        }
        return labels;
    }
}
