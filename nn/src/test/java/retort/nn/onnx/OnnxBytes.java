package retort.nn.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes ONNX models field by field, right ones and wrong ones. */
final class OnnxBytes {
    /** A message of Protocol Buffers. */
    static final class Message {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] content) {
            varint((long) field << 3 | 2);
            varint(content.length);
            bytes.writeBytes(content);
            return this;
        }

        Message text(int field, String text) {
            return bytes(field, text.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message inner) {
            return bytes(field, inner.bytes.toByteArray());
        }

        Message float32(int field, float value) {
            varint((long) field << 3 | 5);
            bytes.writeBytes(raw(value));
            return this;
        }

        private void varint(long value) {
            long rest = value;
            for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
                bytes.write((int) (rest | 0x80));
            }
            bytes.write((int) rest);
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    private final int opset;
    private final Message graph = new Message();

    OnnxBytes(int opset) {
        this.opset = opset;
    }

    static byte[] raw(float... elements) {
        ByteBuffer raw = ByteBuffer.allocate(elements.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(elements);
        return raw.array();
    }

    /** @param dims a negative one is open */
    OnnxBytes input(String name, int... dims) {
        Message shape = new Message();
        for (int extent : dims) {
            shape.message(1, extent < 0 ? new Message().text(2, "batch") : new Message().number(1, extent));
        }
        Message tensor = new Message().number(1, 1).message(2, shape);
        graph.message(11, new Message().text(1, name).message(2, new Message().message(1, tensor)));
        return this;
    }

    OnnxBytes output(String name) {
        graph.message(12, new Message().text(1, name));
        return this;
    }

    OnnxBytes constant(String name, int[] dims, float... elements) {
        return tensor(tensorOf(name, dims).bytes(9, raw(elements)));
    }

    OnnxBytes list(String name, long... elements) {
        Message tensor = new Message().number(1, elements.length).number(2, 7).text(8, name);
        for (long element : elements) {
            tensor.number(7, element);
        }
        return tensor(tensor);
    }

    /** A tensor of floats without its elements. */
    static Message tensorOf(String name, int... dims) {
        Message tensor = new Message();
        for (int extent : dims) {
            tensor.number(1, extent);
        }
        return tensor.number(2, 1).text(8, name);
    }

    OnnxBytes tensor(Message tensor) {
        graph.message(5, tensor);
        return this;
    }

    OnnxBytes node(String op, String output, String... inputs) {
        return node(op, output, node -> {}, inputs);
    }

    OnnxBytes node(String op, String output, Consumer<Message> attributes, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        node.text(2, output).text(3, "the " + output).text(4, op);
        attributes.accept(node);
        graph.message(1, node);
        return this;
    }

    static void number(Message node, String name, long value) {
        node.message(5, new Message().text(1, name).number(3, value).number(20, 2));
    }

    static void numbers(Message node, String name, int... values) {
        Message attribute = new Message().text(1, name);
        for (int value : values) {
            attribute.number(8, value);
        }
        node.message(5, attribute.number(20, 7));
    }

    byte[] bytes() {
        return new Message()
                .number(1, 8)
                .message(8, new Message().number(2, opset))
                .message(14, new Message().text(1, "seed").text(2, "7"))
                .message(7, graph)
                .toBytes();
    }
}
