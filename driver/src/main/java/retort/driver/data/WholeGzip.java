package retort.driver.data;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** A gzip file, one member or several, all of whose bytes belong to one: the JDK passes over what follows the last. */
final class WholeGzip extends GZIPInputStream {
    private static final int TRAILER_BYTES = 8;

    private final Counting file;
    private long filled;

    private WholeGzip(Counting file, int bufferBytes) throws IOException {
        super(file, bufferBytes);
        this.file = file;
    }

    static WholeGzip of(InputStream file, int bufferBytes) throws IOException {
        return new WholeGzip(new Counting(file), bufferBytes);
    }

    @Override
    protected void fill() throws IOException {
        super.fill();
        filled = file.count;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int read = super.read(to, offset, length);
        if (read < 0) {
            checkEnd();
        }
        return read;
    }

    private void checkEnd() throws IOException {
        long end = filled - inf.getRemaining() + TRAILER_BYTES;
        if (file.count > end || file.read() >= 0) {
            throw new ZipException("bytes follow its end");
        }
    }

    /** Counts what was read of a file. */
    private static final class Counting extends FilterInputStream {
        private long count;

        Counting(InputStream file) {
            super(file);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int read = in.read(to, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
