package retort.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Damages files at random: as a bad disk does, and as who wants a reader to fail does. */
record Damage(Random random) {
    private static final long[] LIES = {
        0,
        1,
        -1,
        0x7F,
        0x7FFF,
        0xFFFF,
        0x7FFF_FFFF,
        0x8000_0000L,
        0xFFFF_FFFFL,
        100_000_000,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] NUMBERS = {
        "-1",
        "0",
        "1e999",
        "-0.0",
        "1e-400",
        "2147483648",
        "99999999999999999999",
        "1.5",
        "NaN",
        "-Infinity",
        "\"4\"",
        "null",
        "true",
        "[]",
        "{}",
        "0x10",
        "1_000",
        "07",
        "1".repeat(400),
        "1e1000000000"
    };
    private static final String[] TEXTS = {
        "\u001b[2J",
        "../../x",
        "\\u0000",
        "\\ud800",
        "\r\n",
        "\u202e",
        "[".repeat(5_000),
        "{\"a\":".repeat(2_000),
        "\uFEFF",
        "\"",
        "'''",
        "a".repeat(3_000),
        "\n[x]\n",
        "=",
        "\\",
        "x1".repeat(2_000),
        "; relu".repeat(300)
    };

    /** One to four changes. */
    byte[] of(byte[] whole) {
        byte[] bytes = whole.clone();
        int changes = random.nextBoolean() ? 1 : 2 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            bytes = change(bytes);
        }
        return bytes;
    }

    private byte[] change(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(bytes.length);
        int length = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 8 : 200));
        switch (random.nextInt(14)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> {
                int other = random.nextInt(bytes.length);
                byte swapped = bytes[at];
                bytes[at] = bytes[other];
                bytes[other] = swapped;
            }
            case 3 -> {
                return spliced(bytes, at, length, new byte[0]);
            }
            case 4 -> {
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                return spliced(bytes, at, 0, noise);
            }
            case 5 -> {
                byte[] again = Arrays.copyOfRange(bytes, at, at + length);
                return spliced(bytes, random.nextInt(bytes.length), 0, again);
            }
            case 6 -> lie(bytes, at);
            case 7 -> {
                return spliced(bytes, at, 0, TEXTS[random.nextInt(TEXTS.length)].getBytes(StandardCharsets.UTF_8));
            }
            case 8 -> {
                return member(bytes, at);
            }
            case 9, 10 -> {
                return number(bytes, at);
            }
            default -> digit(bytes, at);
        }
        return bytes;
    }

    /** Another number of as many digits: what is read all the same. */
    private void digit(byte[] bytes, int from) {
        for (int at = from; at < bytes.length; at++) {
            if (Character.isDigit(bytes[at])) {
                bytes[at] = (byte) ('0' + random.nextInt(10));
                return;
            }
        }
    }

    /** A length field that is none. */
    private void lie(byte[] bytes, int at) {
        int size = 1 << random.nextInt(4);
        if (at + size > bytes.length) {
            return;
        }
        long lie = LIES[random.nextInt(LIES.length)];
        ByteBuffer eight = ByteBuffer.allocate(Long.BYTES)
                .order(random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        eight.putLong(0, eight.order() == ByteOrder.BIG_ENDIAN ? lie << 8 * (8 - size) : lie);
        eight.get(0, bytes, at, size);
    }

    /** The next number of a text becomes another. */
    private byte[] number(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && !Character.isDigit(bytes[at])) {
            at++;
        }
        int end = at;
        while (end < bytes.length && (Character.isDigit(bytes[end]) || bytes[end] == '.')) {
            end++;
        }
        String number = NUMBERS[random.nextInt(NUMBERS.length)];
        return spliced(bytes, at, end - at, number.getBytes(StandardCharsets.US_ASCII));
    }

    /** What stands between two commas, as members of a JSON object do, is there twice, elsewhere, or gone. */
    private byte[] member(byte[] bytes, int from) {
        int begin = next(bytes, from);
        int end = next(bytes, begin + 1);
        byte[] member = Arrays.copyOfRange(bytes, Math.min(begin, end), end);
        return switch (random.nextInt(3)) {
            case 0 -> spliced(bytes, begin, 0, member);
            case 1 -> spliced(bytes, next(bytes, random.nextInt(bytes.length)), 0, member);
            default -> spliced(bytes, Math.min(begin, end), member.length, new byte[0]);
        };
    }

    private static int next(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != ',') {
            at++;
        }
        return Math.min(at, bytes.length);
    }

    private static byte[] spliced(byte[] bytes, int at, int gone, byte[] added) {
        byte[] spliced = Arrays.copyOf(bytes, bytes.length - gone + added.length);
        System.arraycopy(added, 0, spliced, at, added.length);
        System.arraycopy(bytes, at + gone, spliced, at + added.length, bytes.length - at - gone);
        return spliced;
    }
}
