package retort.spark;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import retort.driver.cli.FileReason;
import retort.driver.cli.Sha256;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Model;
import retort.nn.ModelFileException;

/**
 * A saved model, or an ONNX file, that executors read: Spark sends each of them the file once, and it is in memory once
 * there.
 */
public final class Teacher implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Of the longest array. */
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

    private final String name;
    private final String digest;
    private final int[] input;
    private final int classes;
    private final Broadcast<byte[]> bytes;

    private Teacher(String name, String digest, int[] input, int classes, Broadcast<byte[]> bytes) {
        this.name = name;
        this.digest = digest;
        this.input = input;
        this.classes = classes;
        this.bytes = bytes;
    }

    /**
     * Reads a model here, to find what is wrong with it before any task does, and has executors get it.
     *
     * @throws ModelFileException if the file is no model, or its outputs are no classes
     */
    public static Teacher of(SparkSession spark, Path file) {
        try (Model model = Model.load(file, Engine.CPU_SIMD)) {
            if (model.output().rank() != 1) {
                throw new ModelFileException(file, "gives " + model.output() + ", expected logits of classes");
            }
            Shape shape = model.input();
            int[] input = new int[shape.rank()];
            for (int axis = 0; axis < input.length; axis++) {
                input[axis] = shape.extent(axis);
            }
            return new Teacher(
                    file.getFileName().toString(),
                    Sha256.of(file),
                    input,
                    model.outputSize(),
                    broadcast(spark, read(file)));
        }
    }

    private static byte[] read(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new ModelFileException(file, "has more than 2 GiB, which Spark can't broadcast");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
    }

    private static Broadcast<byte[]> broadcast(SparkSession spark, byte[] bytes) {
        return JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(bytes);
    }

    /** The same with another file, as where it is damaged on its way. */
    Teacher with(SparkSession spark, byte[] other) {
        return new Teacher(name, digest, input, classes, broadcast(spark, other));
    }

    /** Of its file. */
    public String name() {
        return name;
    }

    /** SHA-256 of its file, in hexadecimal. */
    public String digest() {
        return digest;
    }

    /** How many logits an image gets. */
    public int classes() {
        return classes;
    }

    /** Of one image: height x width x channels, or pixels. */
    Shape input() {
        return Shape.of(input);
    }

    /** The file's. */
    byte[] bytes() {
        return bytes.value();
    }
}
