package retort.driver.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.data.BadDataException;

/**
 * Images in files and requests: PNG, JPEG or PGM, told apart by their first bytes.
 *
 * @param mostBytes of a file
 * @param mostPixels of an image, which its header tells before anything is decoded
 */
public record ImageFile(int mostBytes, long mostPixels) {
    /** Pixels of a side at most. */
    static final int LONGEST_SIDE = 16_384;

    /** For files that a user names: photos of 50 million pixels are read. */
    public static final ImageFile NAMED = new ImageFile(64 << 20, 64L << 20);

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF};

    /**
     * Reads an image, turned as its file says. Where it is transparent it is white, or black where nothing would be
     * seen on white.
     *
     * @throws BadDataException if the file can't be read, is damaged, too large or no image
     */
    public GrayImage read(Path file) {
        try (InputStream in = InputFile.open(file, "an image")) {
            return decode(file.toString(), in.readNBytes(mostBytes + 1));
        } catch (IOException e) {
            throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e));
        }
    }

    /**
     * The same of bytes that are there already.
     *
     * @param name for messages
     */
    public GrayImage decode(String name, byte[] bytes) {
        if (bytes.length > mostBytes) {
            throw new BadDataException(name, "more than " + mostBytes + " bytes, expected an image of fewer");
        }
        try {
            if (startsWith(bytes, PNG)) {
                return new CodedImage(CodedImage.PNG, this).decode(bytes);
            }
            if (startsWith(bytes, JPEG)) {
                GrayImage stored = new CodedImage(CodedImage.JPEG, this).decode(bytes);
                return ExifOrientation.turned(stored, ExifOrientation.of(bytes));
            }
            if (bytes.length > 2 && bytes[0] == 'P' && (bytes[1] == '2' || bytes[1] == '5')) {
                return new PgmImage(bytes, this).decode();
            }
        } catch (BadImageException e) {
            throw new BadDataException(name, e.getMessage());
        }
        throw new BadDataException(name, "not an image that can be read, expected PNG, JPEG or PGM (P2 or P5)");
    }

    /**
     * A PNG or JPEG in its colours, as it is stored: a photo is not turned.
     *
     * @param name for messages
     * @throws BadDataException if it is damaged, too large or no such image
     */
    ColourImage decodeColours(String name, byte[] bytes) {
        if (bytes.length > mostBytes) {
            throw new BadDataException(name, "more than " + mostBytes + " bytes, expected an image of fewer");
        }
        boolean png = startsWith(bytes, PNG);
        if (!png && !startsWith(bytes, JPEG)) {
            throw new BadDataException(name, "not an image that can be read, expected PNG or JPEG");
        }
        try {
            return new CodedImage(png ? CodedImage.PNG : CodedImage.JPEG, this).decodeColours(bytes);
        } catch (BadImageException e) {
            throw new BadDataException(name, e.getMessage());
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    void checkSize(long width, long height) throws BadImageException {
        if (width < 1 || height < 1) {
            throw new BadImageException("an image of " + width + " x " + height + " pixels, expected at least 1 x 1");
        }
        if (width > LONGEST_SIDE || height > LONGEST_SIDE || width * height > mostPixels) {
            throw new BadImageException("an image of " + width + " x " + height + " pixels, expected at most "
                    + LONGEST_SIDE + " a side and " + mostPixels + " in all");
        }
    }
}
