package retort.driver.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.config.Experiment;
import retort.driver.data.BadDataException;
import retort.driver.data.DataFiles;
import retort.driver.data.Dataset;
import retort.driver.data.FolderFiles;
import retort.driver.data.Form;
import retort.driver.data.IdxSet;
import retort.driver.data.NumpySet;
import retort.driver.data.ZipFiles;
import retort.driver.image.ImageFolder;

/** Data sets in all the forms that there are. */
public final class DataSets {
    private static final byte[] ZIP = {'P', 'K', 3, 4};

    /** An archive of no files begins with its end. */
    private static final byte[] EMPTY_ZIP = {'P', 'K', 5, 6};

    private DataSets() {}

    /** What an experiment is on. */
    public static Dataset open(Experiment.Data data) {
        if (data.folder().isEmpty() && !data.form().equals(Form.PLAIN)) {
            throw new BadDataException(
                    Dataset.MNIST,
                    "the one inside is as it is: --split, --transpose, --classes and --data-memory need --data");
        }
        return data.folder().map(path -> open(path, data.form())).orElseGet(Dataset::embedded);
    }

    /**
     * Reads a folder, or a zip archive, of which an .npz is one.
     *
     * @throws BadDataException if it is none of the forms, or damaged; of training images later
     */
    public static Dataset open(Path path, Form form) {
        DataFiles files = files(path);
        return files.during(() -> open(path, files, form)).readBy(reading -> () -> files.during(reading));
    }

    private static DataFiles files(Path path) {
        if (!Files.isRegularFile(path)) {
            Dataset.checkFolder(path);
            return new FolderFiles(path);
        }
        byte[] begins = beginning(path);
        if (begins.length == 0 || Arrays.equals(begins, EMPTY_ZIP)) {
            throw new BadDataException(
                    path.toString(),
                    "is empty, expected a folder, or an .npz or zip archive with the files of a data set");
        }
        if (!Arrays.equals(begins, ZIP)) {
            throw new BadDataException(
                    path.toString(), "is neither a folder nor an .npz or zip archive, expected a data set in one");
        }
        return new ZipFiles(path);
    }

    private static Dataset open(Path path, DataFiles files, Form form) {
        String name = Dataset.nameOf(path);
        IdxSet idx = new IdxSet(files);
        NumpySet numpy = new NumpySet(files);
        if (idx.isThere()) {
            return idx.read(name, form);
        }
        if (form.split().isPresent()) {
            throw new BadDataException(
                    path.toString(),
                    "has no files of several sets, which --split="
                            + form.split().get() + " chooses from");
        }
        if (numpy.isThere()) {
            return numpy.read(name, form);
        }
        ImageFolder images = new ImageFolder(files);
        if (images.isThere()) {
            return images.read(name, form);
        }
        throw new BadDataException(
                path.toString(),
                "holds no data set, expected IDX files such as train-images-idx3-ubyte.gz, arrays x_train, y_train,"
                        + " x_test and y_test, or a folder of PNG or JPEG for each class");
    }

    private static byte[] beginning(Path path) {
        try (InputStream in = InputFile.open(path, "a data set")) {
            return in.readNBytes(ZIP.length);
        } catch (IOException e) {
            throw new BadDataException(path.toString(), "can't be read: " + FileReason.of(e));
        }
    }
}
