package retort.spark;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import retort.kernels.op.Shape;

/** The images of an IDX file of bytes, as MNIST's: each task reads its stretch of it. */
record IdxImages(String file, int count, int height, int width, int channels, int headerBytes) implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int UNSIGNED_BYTES = 0x08;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final byte[] GZIP = {0x1F, (byte) 0x8B};
    private static final StructType SCHEMA =
            new StructType().add("id", DataTypes.LongType, false).add("image", DataTypes.BinaryType, false);

    /**
     * Reads a file's beginning.
     *
     * @throws LabellingException if it is no such file
     */
    static IdxImages open(String file) {
        try (DataInputStream in = new DataInputStream(stream(file))) {
            int magic = in.readInt();
            int axes = magic & 0xFF;
            if (magic >>> 8 != UNSIGNED_BYTES || axes < 3 || axes > 4) {
                throw new LabellingException(file + ": is no IDX file of images of bytes");
            }
            int count = in.readInt();
            int height = in.readInt();
            int width = in.readInt();
            int channels = axes == 3 ? 1 : in.readInt();
            boolean some = count > 0 && height > 0 && width > 0 && channels > 0;
            if (!some || (long) height * width > Integer.MAX_VALUE / channels) {
                throw new LabellingException(file + ": speaks of " + count + " images of " + height + " x " + width
                        + " x " + channels + " bytes");
            }
            return new IdxImages(whole(file), count, height, width, channels, Integer.BYTES * (1 + axes));
        } catch (EOFException e) {
            throw new LabellingException(file + ": is no IDX file of images of bytes: it ends within its header", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new LabellingException(file + ": can't be read: " + e.getMessage(), e);
        }
    }

    /** Of one image. */
    Shape shape() {
        return Shape.of(height, width, channels);
    }

    private int imageBytes() {
        return height * width * channels;
    }

    /** Executors work in folders of their own. */
    private static String whole(String file) throws IOException {
        Path path = new Path(file);
        return path.getFileSystem(SparkHadoopUtil.get().conf())
                .makeQualified(path)
                .toString();
    }

    private static InputStream stream(String file) throws IOException {
        Path path = new Path(file);
        PushbackInputStream in = new PushbackInputStream(
                path.getFileSystem(SparkHadoopUtil.get().conf()).open(path, BUFFER_BYTES), GZIP.length);
        byte[] begin = in.readNBytes(GZIP.length);
        in.unread(begin);
        return Arrays.equals(begin, GZIP) ? new GZIPInputStream(in, BUFFER_BYTES) : in;
    }

    /** A row for each image: its number from 0 on, and its bytes. */
    Dataset<Row> rows(SparkSession spark, int tasks) {
        List<Integer> stretches = IntStream.range(0, tasks).boxed().toList();
        return spark.createDataFrame(
                JavaSparkContext.fromSparkContext(spark.sparkContext())
                        .parallelize(stretches, tasks)
                        .flatMap(stretch -> new Stretch(bound(stretch, tasks), bound(stretch + 1, tasks))),
                SCHEMA);
    }

    private int bound(int stretch, int tasks) {
        return (int) ((long) count * stretch / tasks);
    }

    /** Some images, one after the other. */
    private final class Stretch implements Iterator<Row> {
        private final int to;
        private final DataInputStream in;
        private int next;

        Stretch(int from, int to) {
            this.next = from;
            this.to = to;
            try {
                in = new DataInputStream(stream(file));
                in.skipNBytes(headerBytes + (long) from * imageBytes());
            } catch (IOException e) {
                throw new LabellingException(file + ": can't be read by an executor: " + e.getMessage(), e);
            }
        }

        @Override
        public boolean hasNext() {
            return next < to;
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                byte[] image = new byte[imageBytes()];
                in.readFully(image);
                Row row = RowFactory.create((long) next++, image);
                if (!hasNext()) {
                    in.close();
                }
                return row;
            } catch (EOFException e) {
                throw new LabellingException(file + ": ends within image " + next + " of " + count, e);
            } catch (IOException e) {
                throw new LabellingException(file + ": can't be read by an executor: " + e.getMessage(), e);
            }
        }
    }
}
