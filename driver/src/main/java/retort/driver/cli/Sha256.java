package retort.driver.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What tells a file or a text from others: its SHA-256, in hexadecimal. */
public final class Sha256 {
    private Sha256() {}

    /** @throws UncheckedIOException if the file can't be read */
    public static String of(Path file) {
        MessageDigest digest = begun();
        try (InputStream in = new DigestInputStream(InputFile.open(file, "a file"), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw FileReason.unreadable(file, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    public static String of(String text) {
        return HexFormat.of().formatHex(bytes(text));
    }

    /** The same as it is. */
    public static byte[] bytes(String text) {
        return begun().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest begun() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
