package retort.driver.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The files of a data set: a folder's, or those in a zip archive. */
public interface DataFiles {
    /** Of the folder or archive, for people. */
    String title();

    /** Their names, with slashes between folders, in order. */
    List<String> names();

    /** A file's name with that of its folder or archive, for people. */
    String path(String name);

    /** Bytes that a file holds, as far as is known before it is read. */
    long bytes(String name) throws IOException;

    /** Bytes that hold it on disk, fewer if they are packed. */
    long packedBytes(String name) throws IOException;

    InputStream open(String name) throws IOException;

    /** Where its bytes are as they are read; empty for one in an archive. */
    default Optional<Path> file(String name) {
        return Optional.empty();
    }

    /** Does what opens many of them: what they are in is opened once. */
    default <T> T during(Supplier<T> work) {
        return work.get();
    }

    /** The part of a name behind its folders. */
    static String last(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** The folders before it, without the slash behind them; empty for none. */
    static String folder(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    /**
     * The most that may be unpacked of so many bytes: images pack to a fifth, a set of blank ones to a thousandth, and
     * of these no more than 64 MiB are read.
     */
    static long mostUnpacked(long packedBytes) {
        return Math.max(64 << 20, 64 * packedBytes);
    }
}
