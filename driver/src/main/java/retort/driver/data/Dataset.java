package retort.driver.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import retort.driver.cli.Bytes;
import retort.driver.cli.InputFile;
import retort.kernels.op.Shape;

/**
 * Training and test images of one shape and of the same classes.
 *
 * <p>The training images are read when they are first asked for: a command that only predicts never does, and would
 * spend a fifth of its time on them.
 */
public final class Dataset {
    /** What the one from the jar is called; a folder is by its own name. */
    public static final String MNIST = "MNIST";

    private final String name;
    private final List<String> classNames;
    private final ImageSet test;
    private final List<String> remarks;
    private final Optional<ImageSet> heldOut;

    /** Null once it has been done: it holds the labels of the files. */
    private Supplier<ImageSet> reading;

    private ImageSet train;

    /**
     * @param classNames as many as the images have classes
     * @param reading gives the training images, of the shape and classes of the test images
     * @param remarks what a user should know of it
     */
    public Dataset(
            String name, List<String> classNames, Supplier<ImageSet> reading, ImageSet test, List<String> remarks) {
        this(name, classNames, reading, test, remarks, Optional.empty());
    }

    private Dataset(
            String name,
            List<String> classNames,
            Supplier<ImageSet> reading,
            ImageSet test,
            List<String> remarks,
            Optional<ImageSet> heldOut) {
        this.name = name;
        this.classNames = List.copyOf(classNames);
        this.reading = reading;
        this.test = test;
        this.remarks = List.copyOf(remarks);
        this.heldOut = heldOut;
    }

    /**
     * @throws IllegalArgumentException if the test images are not of the training images' shape and classes
     */
    public Dataset(String name, ImageSet train, ImageSet test) {
        this(name, ClassNames.numbers(test.classes()), () -> train, test, List.of());
        if (!test.shape().equals(train.shape()) || test.classes() != train.classes()) {
            throw new IllegalArgumentException("dataset " + name + ": test images of " + test.shape() + " and "
                    + test.classes() + " classes, expected " + train.shape() + " and " + train.classes()
                    + " as in training");
        }
    }

    /** The same, its training images, which have yet to be read, read in this way. */
    public Dataset readBy(UnaryOperator<Supplier<ImageSet>> way) {
        return new Dataset(name, classNames, way.apply(reading), test, remarks, heldOut);
    }

    public String name() {
        return name;
    }

    /** Of one image: height x width x channels. */
    public Shape shape() {
        return test.shape();
    }

    /** How many there are: labels are 0 to {@code classes() - 1}. */
    public int classes() {
        return test.classes();
    }

    /** What the classes are called, by their labels: numbers, where nobody named them. */
    public List<String> classNames() {
        return classNames;
    }

    /** @throws BadDataException if they have yet to be read, and a file is damaged or they don't fit each other */
    public ImageSet train() {
        if (train == null) {
            train = reading.get();
            reading = null;
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
            return trainedOn(train().prefix(images), remarks, unused);
        }
        ImageSet drawn = train().at(unused.others(0));
        List<String> told = new ArrayList<>(remarks);
        told.add(String.format(
                Locale.ROOT,
                "%s: the first %,d training images don't hold every class in proportion, so those that are used are a "
                        + "stratified draw by the seed",
                name,
                images));
        return trainedOn(drawn, told, unused);
    }

    private Dataset trainedOn(ImageSet images, List<String> told, Stretches unused) {
        Dataset some = new Dataset(name, classNames, () -> images, test, told, heldOut(unused));
        some.train = images;
        return some;
    }

    private Optional<ImageSet> heldOut(Stretches unused) {
        return Optional.of(train().at(unused.positions().getFirst()));
    }

    /** Images of the training files that {@link #atMost} left out; empty where all are trained on. */
    public Optional<ImageSet> heldOut() {
        return heldOut;
    }

    /** What a user should know of how its training images were chosen. */
    public List<String> remarks() {
        return remarks;
    }

    public ImageSet test() {
        return test;
    }

    /** Of the training images, if they have been read: see {@link ImageSet#blocksInMemory}. */
    public int blocksInMemory() {
        return train == null ? 0 : train.blocksInMemory();
    }

    /** Of images that have been read and are not all in memory, how many are: a sentence for each part. */
    public List<String> memory() {
        List<String> told = new ArrayList<>();
        if (blocksInMemory() > 0) {
            told.add(inFile("training", train) + ", and epochs are shuffled by blocks");
        }
        if (test.blocksInMemory() > 0) {
            told.add(inFile("test", test));
        }
        return told;
    }

    private String inFile(String part, ImageSet images) {
        return String.format(
                Locale.ROOT,
                "%s: %,d %s images %s: of %s at most %s are in memory",
                name,
                images.size(),
                part,
                images.unpackedIn()
                        .map(folder -> "are unpacked into " + folder + ", until the command ends")
                        .orElse("stay in their file"),
                Bytes.of(images.fileBytes()),
                Bytes.of(images.bytes()));
    }

    /** MNIST, from the jar. */
    public static Dataset embedded() {
        return new LabelledFiles(
                        embedded("train-images-idx3-ubyte"),
                        embedded("train-labels-idx1-ubyte"),
                        embedded("t10k-images-idx3-ubyte"),
                        embedded("t10k-labels-idx1-ubyte"))
                .read(MNIST, false, List.of(), ImageMemory.ANY, List.of());
    }

    private static ArrayFile embedded(String name) {
        String path = "mnist/" + name + ArrayFile.GZIP;
        return new ArrayFile(
                path,
                ArrayFormat.IDX,
                0,
                DataFiles.mostUnpacked(0),
                () -> Dataset.class.getResourceAsStream("/" + path));
    }

    /**
     * Reads the IDX files of a folder, each gzip or plain; see {@link IdxSet}. The set gets the folder's name.
     *
     * @throws BadDataException if the folder or a file is missing, or of the test files one is damaged or they don't
     *     fit each other
     */
    public static Dataset load(Path folder) {
        checkFolder(folder);
        return new IdxSet(new FolderFiles(folder)).read(nameOf(folder), Form.PLAIN);
    }

    /** @throws BadDataException if it is no folder */
    public static void checkFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new BadDataException(
                    folder.toString(),
                    (exists(folder) ? "not a folder" : "no such folder") + ", expected one with four IDX files such as "
                            + IdxSet.STANDARD_IMAGES);
        }
    }

    /** What a set is called that is in such a folder or file. */
    public static String nameOf(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    /** In a folder that may not be entered nobody knows. */
    private static boolean exists(Path path) {
        try {
            return InputFile.exists(path);
        } catch (IOException e) {
            throw FolderFiles.unreadable(path, e);
        }
    }
}
