package retort.driver.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import retort.driver.cli.InputFile;

/** The files in a zip archive, which an .npz is too. It is open while one of them is, or while work is done on many. */
public final class ZipFiles implements DataFiles {
    private final Path path;
    private final Map<String, ZipEntry> entries = new TreeMap<>();
    private ZipFile archive;
    private int users;

    /** @throws BadDataException if it is no archive that can be read */
    public ZipFiles(Path path) {
        this.path = path;
        try (ZipFile listed = opened()) {
            listed.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> entries.put(entry.getName(), entry));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private ZipFile opened() throws IOException {
        InputFile.open(path, "a zip archive").close();
        return new ZipFile(path.toFile());
    }

    private BadDataException unreadable(IOException e) {
        return new BadDataException(path.toString(), "no zip archive, or corrupt (" + e.getMessage() + ")", e);
    }

    @Override
    public String title() {
        return path.toString();
    }

    @Override
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    @Override
    public String path(String name) {
        return path + "!" + name;
    }

    /** What the archive says of it; a lie is found out when more comes. */
    @Override
    public long bytes(String name) {
        return entries.get(name).getSize();
    }

    @Override
    public long packedBytes(String name) {
        return Math.max(0, entries.get(name).getCompressedSize());
    }

    @Override
    public InputStream open(String name) throws IOException {
        begin();
        try {
            ZipEntry entry = archive.getEntry(name);
            if (entry == null) {
                throw new ZipException("it has been changed meanwhile");
            }
            return new Verified(archive.getInputStream(entry), entry);
        } catch (IOException | RuntimeException e) {
            end();
            throw e;
        }
    }

    @Override
    public <T> T during(Supplier<T> work) {
        try {
            begin();
            try {
                return work.get();
            } finally {
                end();
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private void begin() throws IOException {
        if (users == 0) {
            archive = opened();
        }
        users++;
    }

    private void end() throws IOException {
        users--;
        if (users == 0) {
            archive.close();
        }
    }

    /** Compares checksums where a file ends, which {@link ZipFile} leaves to others. */
    private final class Verified extends CheckedInputStream {
        private final ZipEntry entry;
        private boolean closed;

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

        @Override
        public void close() throws IOException {
            super.close();
            if (!closed) {
                closed = true;
                end();
            }
        }
    }
}
