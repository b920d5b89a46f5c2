package retort.driver.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import retort.driver.cli.InputFile;

/** The files in a zip archive, which an .npz is too. */
public final class ZipFiles implements DataFiles {
    private final Path path;
    private final ZipFile archive;

    /** @throws BadDataException if it is no archive that can be read */
    public ZipFiles(Path path) {
        this.path = path;
        try {
            InputFile.open(path, "a zip archive").close();
            archive = new ZipFile(path.toFile());
        } catch (IOException e) {
            throw new BadDataException(path.toString(), "no zip archive, or corrupt (" + e.getMessage() + ")", e);
        }
    }

    @Override
    public String title() {
        return path.toString();
    }

    @Override
    public List<String> names() {
        return archive.stream()
                .filter(entry -> !entry.isDirectory())
                .map(ZipEntry::getName)
                .sorted()
                .toList();
    }

    @Override
    public String path(String name) {
        return path + "!" + name;
    }

    /** What the archive says of it; a lie is found out when more comes. */
    @Override
    public long bytes(String name) {
        return archive.getEntry(name).getSize();
    }

    @Override
    public long packedBytes(String name) {
        return Math.max(0, archive.getEntry(name).getCompressedSize());
    }

    @Override
    public InputStream open(String name) throws IOException {
        ZipEntry entry = archive.getEntry(name);
        return new Verified(archive.getInputStream(entry), entry);
    }

    /** Compares checksums where a file ends, which {@link ZipFile} leaves to others. */
    private static final class Verified extends CheckedInputStream {
        private final ZipEntry entry;

        Verified(InputStream in, ZipEntry entry) {
            super(in, new CRC32());
            this.entry = entry;
        }

        @Override
        public int read() throws IOException {
            return checked(super.read());
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            return checked(super.read(to, offset, length));
        }

        private int checked(int read) throws IOException {
            if (read < 0 && getChecksum().getValue() != entry.getCrc()) {
                throw new ZipException("its checksum is another");
            }
            return read;
        }
    }
}
