package retort.driver.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A format of files that hold one array: a header that says its type and extents, then its numbers, row-major. */
public enum ArrayFormat {
    /**
     * Two bytes 0, a byte for the type, one for the number of axes, a big-endian extent for each, big-endian numbers.
     * Source: LeCun, Cortes and Burges, the MNIST site.
     */
    IDX {
        private static final Map<Integer, NumberType> TYPES = Map.of(
                0x08, NumberType.UINT8,
                0x09, NumberType.INT8,
                0x0B, NumberType.INT16,
                0x0C, NumberType.INT32,
                0x0D, NumberType.FLOAT32,
                0x0E, NumberType.FLOAT64);

        @Override
        Header header(DataInputStream in) throws IOException, BadHeaderException {
            int magic = in.readInt();
            NumberType type = TYPES.get(magic >>> Byte.SIZE);
            int rank = magic & 0xFF;
            if (type == null || rank < 1 || rank > MOST_AXES) {
                throw new BadHeaderException(
                        "magic number 0x%08x, expected that of IDX, such as 0x00000803 (unsigned bytes, 3 axes)"
                                .formatted(magic));
            }
            int[] extents = new int[rank];
            for (int axis = 0; axis < rank; axis++) {
                extents[axis] = in.readInt();
            }
            return new Header(type, ByteOrder.BIG_ENDIAN, extents);
        }
    },
    /** NumPy's: a magic string, a version, and a Python dictionary as text. Source: numpy.lib.format, 1.0 to 3.0. */
    NPY {
        private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
        private static final int LONGEST_HEADER = 1 << 16;
        private static final Pattern TYPE = Pattern.compile("'descr': *'([<>|=])([a-z]\\d)'");
        private static final Pattern ORDER = Pattern.compile("'fortran_order': *(True|False)");
        private static final Pattern EXTENTS = Pattern.compile("'shape': *\\(((?:\\d{1,18}, ?)*+(?:\\d{1,18})?)\\)");
        private static final Map<String, NumberType> TYPES = Map.of(
                "u1", NumberType.UINT8,
                "i1", NumberType.INT8,
                "u2", NumberType.UINT16,
                "i2", NumberType.INT16,
                "u4", NumberType.UINT32,
                "i4", NumberType.INT32,
                "i8", NumberType.INT64,
                "f2", NumberType.FLOAT16,
                "f4", NumberType.FLOAT32,
                "f8", NumberType.FLOAT64);

        @Override
        Header header(DataInputStream in) throws IOException, BadHeaderException {
            byte[] magic = new byte[MAGIC.length];
            in.readFully(magic);
            if (!Arrays.equals(magic, MAGIC)) {
                throw new BadHeaderException(
                        "begins with " + HexFormat.of().formatHex(magic) + ", expected the magic string of .npy");
            }
            int major = in.readUnsignedByte();
            int minor = in.readUnsignedByte();
            if (major < 1 || major > 3) {
                throw new BadHeaderException("is of version " + major + "." + minor + " of .npy, expected 1.0 to 3.0");
            }
            int low = Short.toUnsignedInt(Short.reverseBytes(in.readShort()));
            int length = major == 1 ? low : low | Short.reverseBytes(in.readShort()) << Short.SIZE;
            if (length < 0 || length > LONGEST_HEADER) {
                throw new BadHeaderException("has a header of " + Integer.toUnsignedString(length)
                        + " bytes, expected at most " + LONGEST_HEADER);
            }
            byte[] text = new byte[length];
            in.readFully(text);
            return header(new String(text, StandardCharsets.ISO_8859_1));
        }

        private Header header(String text) throws BadHeaderException {
            Matcher type = TYPE.matcher(text);
            Matcher order = ORDER.matcher(text);
            Matcher extents = EXTENTS.matcher(text);
            if (!type.find() || !TYPES.containsKey(type.group(2)) || !order.find() || !extents.find()) {
                throw new BadHeaderException("its header is " + text.strip()
                        + ", expected descr, fortran_order and shape" + " of an array of numbers");
            }
            int[] shape = extents(extents.group(1));
            if (order.group(1).equals("True") && shape.length > 1) {
                throw new BadHeaderException(
                        "is in Fortran's order, expected C's: numpy.ascontiguousarray makes it so");
            }
            ByteOrder bytes = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            return new Header(TYPES.get(type.group(2)), bytes, shape);
        }

        private int[] extents(String text) throws BadHeaderException {
            String[] parts = text.isBlank() ? new String[0] : text.split(", *");
            if (parts.length > MOST_AXES) {
                throw new BadHeaderException(
                        "its header speaks of " + parts.length + " axes, expected at most " + MOST_AXES);
            }
            int[] extents = new int[parts.length];
            for (int axis = 0; axis < parts.length; axis++) {
                long extent = Long.parseLong(parts[axis]);
                if (extent > Integer.MAX_VALUE) {
                    throw new BadHeaderException("its header speaks of an extent of " + extent);
                }
                extents[axis] = (int) extent;
            }
            return extents;
        }
    };

    private static final int MOST_AXES = 8;

    /** What a file says of its array. */
    record Header(NumberType type, ByteOrder order, int[] extents) {
        /** Such as {@code uint8 of 60000 x 28 x 28}. */
        @Override
        public String toString() {
            return type + " of " + (extents.length == 0 ? "no axis" : join(extents));
        }

        private static String join(int[] extents) {
            return Arrays.stream(extents).mapToObj(Integer::toString).collect(Collectors.joining(" x "));
        }
    }

    /** A header that is none, or of what can't be read; the message does not name the file. */
    static final class BadHeaderException extends Exception {
        private static final long serialVersionUID = 1L;

        BadHeaderException(String problem) {
            super(problem);
        }
    }

    /** The header at the beginning of a file. */
    abstract Header header(DataInputStream in) throws IOException, BadHeaderException;
}
