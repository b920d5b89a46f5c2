package retort.driver.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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
     * The bytes of a file, no more of them than tell that it is too large.
     *
     * @throws BadDataException if the file can't be read
     */
    public byte[] bytes(Path file) {
        try (InputStream in = InputFile.open(file, "an image")) {
            return in.readNBytes(mostBytes + 1);
        } catch (IOException e) {
            throw new BadDataException(file.toString(), "can't be read: " + FileReason.of(e));
        }
    }

    /**
     * Reads an image in grey, turned as its file says. Where it is transparent it is white, or black where nothing
     * would be seen on white.
     *
     * @param name for messages
     * @throws BadDataException if it is damaged, too large or no image
     */
    public GrayImage decode(String name, byte[] bytes) {
        return decode(name, bytes, 1).getFirst();
    }

    /**
     * The same channel by channel.
     *
     * @param channels 1 for grey, 3 for red, green and blue, with white where it is transparent
     */
    List<GrayImage> decode(String name, byte[] bytes, int channels) {
        if (bytes.length > mostBytes) {
            throw new BadDataException(name, "more than " + mostBytes + " bytes, expected an image of fewer");
        }
        try {
            if (startsWith(bytes, PNG)) {
                return coded(CodedImage.PNG, bytes, channels);
            }
            if (startsWith(bytes, JPEG)) {
                int orientation = ExifOrientation.of(bytes);
                return coded(CodedImage.JPEG, bytes, channels).stream()
                        .map(stored -> ExifOrientation.turned(stored, orientation))
                        .toList();
            }
            if (bytes.length > 2 && bytes[0] == 'P' && (bytes[1] == '2' || bytes[1] == '5')) {
                return Collections.nCopies(channels, new PgmImage(bytes, this).decode());
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

    private List<GrayImage> coded(String format, byte[] bytes, int channels) throws BadImageException {
        CodedImage image = new CodedImage(format, this);
        return channels == 1 ? List.of(image.decode(bytes)) : image.decodeChannels(bytes);
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
