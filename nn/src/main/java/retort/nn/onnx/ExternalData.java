package retort.nn.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Files beside a model in which tensors may have their elements; none outside the model's folder is opened. */
record ExternalData(Path folder) {
    /** What an array holds. */
    static final long MOST_BYTES = Integer.MAX_VALUE - 64;

    /**
     * The elements of a tensor.
     *
     * @param entries of the tensor: location, and perhaps offset and length
     * @param bytes that its elements take
     */
    ByteBuffer read(String tensor, Map<String, String> entries, long bytes) {
        String location = entries.getOrDefault("location", "");
        if (bytes > MOST_BYTES) {
            throw new Refusal("tensor " + tensor + " has " + bytes + " bytes, expected at most " + MOST_BYTES);
        }
        Path file = inside(tensor, location);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long offset = number(tensor, entries, "offset", 0);
            long length = number(tensor, entries, "length", bytes);
            if (length != bytes || offset > channel.size() - bytes) {
                throw new Refusal("tensor " + tensor + " has " + length + " bytes from " + offset + " in " + location
                        + " of " + channel.size() + ", expected " + bytes + " that are there");
            }
            ByteBuffer elements = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (elements.hasRemaining()) {
                if (channel.read(elements, offset + elements.position()) < 0) {
                    throw new Refusal("tensor " + tensor + ": " + location + " was truncated while it was read");
                }
            }
            return elements.flip();
        } catch (IOException e) {
            throw new Refusal("tensor " + tensor + " is in " + location + ", which can't be read");
        }
    }

    private Path inside(String tensor, String location) {
        try {
            Path root = folder.toRealPath();
            Path file = root.resolve(location);
            if (!location.isEmpty() && file.normalize().startsWith(root) && Files.isRegularFile(file)) {
                Path real = file.toRealPath();
                if (real.startsWith(root)) {
                    return real;
                }
            } else if (!location.isEmpty() && file.normalize().startsWith(root)) {
                throw new Refusal("tensor " + tensor + " is in " + location + ", which is no file beside the model");
            }
        } catch (IOException | InvalidPathException e) {
            throw new Refusal("tensor " + tensor + " is in '" + location + "', which can't be found");
        }
        throw new Refusal("tensor " + tensor + " is in '" + location + "', expected a file in the folder of the model");
    }

    private static long number(String tensor, Map<String, String> entries, String key, long otherwise) {
        String text = entries.get(key);
        try {
            long value = text == null ? otherwise : Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number below 0.
        }
        throw new Refusal("tensor " + tensor + " has the " + key + " '" + text + "', expected a number of bytes");
    }
}
