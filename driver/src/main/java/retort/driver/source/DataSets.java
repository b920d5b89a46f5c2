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

    private DataSets() {}

    /** What an experiment is on. */
    public static Dataset open(Experiment.Data data) {
        if (data.folder().isEmpty() && !data.form().equals(Form.PLAIN)) {
            throw new BadDataException(
                    "MNIST", "the one inside is as it is: --split, --transpose and --classes need --data");
        }
        return data.folder().map(path -> open(path, data.form())).orElseGet(Dataset::embedded);
    }

    /**
     * Reads a folder, or a zip archive, of which an .npz is one.
     *
     * @throws BadDataException if it is none of the forms, or damaged; of training images later
     */
    public static Dataset open(Path path, Form form) {
        boolean archive = Files.isRegularFile(path) && isZip(path);
        if (!archive) {
            Dataset.checkFolder(path);
        }
        DataFiles files = archive ? new ZipFiles(path) : new FolderFiles(path);
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

    private static boolean isZip(Path path) {
        try (InputStream in = InputFile.open(path, "a data set")) {
            return Arrays.equals(in.readNBytes(ZIP.length), ZIP);
        } catch (IOException e) {
            throw new BadDataException(path.toString(), "can't be read: " + FileReason.of(e));
        }
    }
}
