package retort.driver.data;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

/** The files of a folder and of those in it: {@code train/cat/001.png}, and two deeper, which are told of. */
public final class FolderFiles implements DataFiles {
    private static final int DEEPEST = 5;

    private final Path folder;
    private final List<String> names;

    /** @throws BadDataException if it is none, or can't be read */
    public FolderFiles(Path folder) {
        this.folder = folder;
        try (Stream<Path> found = Files.walk(folder, DEEPEST)) {
            names = found.filter(file -> !file.equals(folder) && !Files.isDirectory(file))
                    .map(file -> folder.relativize(file).toString().replace(File.separatorChar, '/'))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw unreadable(folder, e.getCause());
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /** @param path where it was noticed; the error may name a folder in it */
    static BadDataException unreadable(Path path, IOException e) {
        String named = e instanceof FileSystemException failed && failed.getFile() != null
                ? failed.getFile()
                : path.toString();
        return new BadDataException(named, "can't be read: " + FileReason.of(e), e);
    }

    @Override
    public String title() {
        return folder.toString();
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public String path(String name) {
        return folder.resolve(name).toString();
    }

    @Override
    public long bytes(String name) throws IOException {
        return Files.size(folder.resolve(name));
    }

    @Override
    public long packedBytes(String name) throws IOException {
        return bytes(name);
    }

    @Override
    public InputStream open(String name) throws IOException {
        return InputFile.open(folder.resolve(name), "a file of a data set");
    }

    @Override
    public Optional<Path> file(String name) {
        return Optional.of(folder.resolve(name));
    }
}
