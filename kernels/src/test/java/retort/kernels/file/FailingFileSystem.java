package retort.kernels.file;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The file system beneath it, in which a change fails: the k-th alone, as on a disk that is full for a moment, or it
 * and all after it, as if the process were killed there. Files made, bytes written, forced, moved and removed are
 * changes.
 */
public final class FailingFileSystem extends FileSystem {
    /** What happens from the failing change on. */
    public enum Mode {
        ONE_FAILS,
        ALL_FAIL_FROM_THERE
    }

    private final FileSystem real;
    private final Provider provider;
    private final Mode mode;
    private final int failing;
    private int changes;

    /**
     * @param real a folder of the default file system
     * @param failing the change that fails, from 1 on
     */
    public FailingFileSystem(Path real, Mode mode, int failing) {
        this.real = real.getFileSystem();
        this.provider = new Provider();
        this.mode = mode;
        this.failing = failing;
    }

    /** A path of this file system. */
    public Path path(Path path) {
        return (Path) Proxy.newProxyInstance(
                Real.class.getClassLoader(), new Class<?>[] {Path.class, Real.class}, (proxy, method, args) -> {
                    switch (method.getName()) {
                        case "getFileSystem" -> {
                            return this;
                        }
                        case "real" -> {
                            return path;
                        }
                        default -> {
                            return invoked(path, method, args);
                        }
                    }
                });
    }

    private Object invoked(Path path, Method method, Object[] args) throws Throwable {
        Object[] known = args == null ? null : args.clone();
        for (int i = 0; known != null && i < known.length; i++) {
            known[i] = known[i] instanceof Real real ? real.real() : known[i];
        }
        try {
            Object result = method.invoke(path, known);
            return result instanceof Path other ? path(other) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Whether the failing change was reached. */
    public boolean hasFailed() {
        return changes >= failing;
    }

    private void change(String what) throws IOException {
        changes++;
        if (changes == failing || changes > failing && mode == Mode.ALL_FAIL_FROM_THERE) {
            throw new FileSystemException(null, null, "No space left on device, at " + what);
        }
    }

    private interface Real {
        Path real();
    }

    private static Path real(Path path) {
        return path instanceof Real known ? known.real() : path;
    }

    private final class Provider extends FileSystemProvider {
        private final FileSystemProvider to = FailingFileSystem.this.real.provider();

        @Override
        public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
                throws IOException {
            if (options.contains(StandardOpenOption.WRITE)) {
                change("opening");
            }
            return new Channel(to.newFileChannel(real(path), options, attributes));
        }

        @Override
        public SeekableByteChannel newByteChannel(
                Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
            return newFileChannel(path, options, attributes);
        }

        @Override
        public DirectoryStream<Path> newDirectoryStream(Path dir, DirectoryStream.Filter<? super Path> filter)
                throws IOException {
            DirectoryStream<Path> stream = to.newDirectoryStream(real(dir), each -> filter.accept(path(each)));
            return new DirectoryStream<>() {
                @Override
                public Iterator<Path> iterator() {
                    Iterator<Path> paths = stream.iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return paths.hasNext();
                        }

                        @Override
                        public Path next() {
                            return path(paths.next());
                        }
                    };
                }

                @Override
                public void close() throws IOException {
                    stream.close();
                }
            };
        }

        @Override
        public void createDirectory(Path dir, FileAttribute<?>... attributes) throws IOException {
            change("a new folder");
            to.createDirectory(real(dir), attributes);
        }

        @Override
        public void createLink(Path link, Path existing) throws IOException {
            change("a link");
            to.createLink(real(link), real(existing));
        }

        @Override
        public void delete(Path path) throws IOException {
            change("removal");
            to.delete(real(path));
        }

        @Override
        public void move(Path source, Path target, CopyOption... options) throws IOException {
            change("a move");
            to.move(real(source), real(target), options);
        }

        @Override
        public void copy(Path source, Path target, CopyOption... options) throws IOException {
            change("a copy");
            to.copy(real(source), real(target), options);
        }

        @Override
        public boolean isSameFile(Path one, Path other) throws IOException {
            return to.isSameFile(real(one), real(other));
        }

        @Override
        public boolean isHidden(Path path) throws IOException {
            return to.isHidden(real(path));
        }

        @Override
        public FileStore getFileStore(Path path) throws IOException {
            return to.getFileStore(real(path));
        }

        @Override
        public void checkAccess(Path path, AccessMode... modes) throws IOException {
            to.checkAccess(real(path), modes);
        }

        @Override
        public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
            return to.getFileAttributeView(real(path), type, options);
        }

        @Override
        public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
                throws IOException {
            return to.readAttributes(real(path), type, options);
        }

        @Override
        public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) throws IOException {
            return to.readAttributes(real(path), names, options);
        }

        @Override
        public void setAttribute(Path path, String name, Object value, LinkOption... options) throws IOException {
            to.setAttribute(real(path), name, value, options);
        }

        @Override
        public String getScheme() {
            return "failing";
        }

        @Override
        public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileSystem getFileSystem(URI uri) {
            return FailingFileSystem.this;
        }

        @Override
        public Path getPath(URI uri) {
            return path(to.getPath(uri));
        }
    }

    private final class Channel extends FileChannel {
        private final FileChannel to;

        Channel(FileChannel to) {
            this.to = to;
        }

        /** Half of the bytes arrive. */
        @Override
        public int write(ByteBuffer source) throws IOException {
            try {
                change("writing");
            } catch (IOException e) {
                to.write(source.slice(source.position(), source.remaining() / 2));
                throw e;
            }
            return to.write(source);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            change("writing");
            return to.write(source, position);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            change("forcing");
            to.force(metaData);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            change("truncation");
            to.truncate(size);
            return this;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return to.read(target);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return to.read(target, position);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            return to.read(targets, offset, length);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            change("writing");
            return to.write(sources, offset, length);
        }

        @Override
        public long position() throws IOException {
            return to.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            to.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return to.size();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return to.transferTo(position, count, target);
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
            change("writing");
            return to.transferFrom(source, position, count);
        }

        @Override
        public MappedByteBuffer map(MapMode mapMode, long position, long size) throws IOException {
            return to.map(mapMode, position, size);
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) throws IOException {
            return to.lock(position, size, shared);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return to.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            to.close();
        }
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return real.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return real.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return real.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return path(real.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        return real.getPathMatcher(syntaxAndPattern);
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return real.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() throws IOException {
        return real.newWatchService();
    }
}
