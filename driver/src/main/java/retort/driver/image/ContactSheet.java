package retort.driver.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import retort.driver.data.ImageSet;
import retort.kernels.file.Printable;

/**
 * The first images of each class, for a look: for a terminal of 80 columns, or as a PNG with a row for each class.
 *
 * @param names of the classes
 */
public record ContactSheet(ImageSet images, List<String> names) {
    private static final int COLUMNS = 80;
    private static final int ABREAST = 5;
    private static final int CELL_COLUMNS = COLUMNS / ABREAST;
    private static final int IMAGE_COLUMNS = CELL_COLUMNS - 2;
    private static final int MOST_SHOWN = 20;
    private static final int PNG_CLASSES = 100;
    private static final int PNG_OF_EACH = 16;
    private static final int PNG_GAP = 2;
    private static final int PNG_LONGEST = 256;

    /** The first {@code most} images of class c. */
    private List<Integer> first(int c, int most) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < images.size() && found.size() < most; i++) {
            if (images.label(i) == c) {
                found.add(i);
            }
        }
        return found;
    }

    /**
     * An image of each of the first classes; with the pixels' colours, so no control character but theirs is in it.
     *
     * @param pixels what the terminal shows pictures in
     */
    public String text(TerminalPixels pixels) {
        StringBuilder text = new StringBuilder();
        int shown = Math.min(MOST_SHOWN, names.size());
        for (int from = 0; from < shown; from += ABREAST) {
            List<Cell> cells = new ArrayList<>();
            for (int c = from; c < Math.min(shown, from + ABREAST); c++) {
                List<Integer> image = first(c, 1);
                cells.add(image.isEmpty() ? null : Cell.of(images, image.getFirst()));
            }
            int lines = cells.stream()
                    .mapToInt(cell -> cell == null ? 0 : cell.lines())
                    .max()
                    .orElse(0);
            for (int line = 0; line < lines; line++) {
                StringBuilder row = new StringBuilder();
                for (Cell cell : cells) {
                    boolean empty = cell == null || line >= cell.lines();
                    int width = empty ? 0 : cell.columns();
                    row.append(empty ? "" : cell.line(line, pixels)).append(" ".repeat(CELL_COLUMNS - width));
                }
                text.append(row.toString().stripTrailing()).append('\n');
            }
            StringBuilder captions = new StringBuilder();
            for (int c = from; c < Math.min(shown, from + ABREAST); c++) {
                String name = Printable.text(names.get(c));
                String caption = name.length() > IMAGE_COLUMNS ? name.substring(0, IMAGE_COLUMNS) : name;
                captions.append(caption).append(" ".repeat(CELL_COLUMNS - caption.length()));
            }
            text.append(captions.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /**
     * An image that fits a cell.
     *
     * @param rows of levels of grey, an even number of equal length: two are a line
     */
    private record Cell(List<float[]> rows) {
        static Cell of(ImageSet images, int image) {
            float[] pixels = new float[images.pixels()];
            images.copyScaled(image, pixels, 0);
            double shrink = Math.max(1, Math.max(images.width(), images.height()) / (double) IMAGE_COLUMNS);
            int columns = Math.max(1, (int) (images.width() / shrink));
            int lines = Math.max(1, (int) Math.ceil(images.height() / shrink / 2));
            List<float[]> rows = new ArrayList<>();
            for (int y = 0; y < 2 * lines; y++) {
                int top = y * images.height() / (2 * lines);
                int bottom = Math.max(top + 1, (y + 1) * images.height() / (2 * lines));
                float[] row = new float[columns];
                for (int x = 0; x < columns; x++) {
                    int left = x * images.width() / columns;
                    int right = Math.max(left + 1, (x + 1) * images.width() / columns);
                    row[x] = mean(pixels, images, top, bottom, left, right);
                }
                rows.add(row);
            }
            return new Cell(rows);
        }

        int columns() {
            return rows.getFirst().length;
        }

        int lines() {
            return rows.size() / 2;
        }

        String line(int line, TerminalPixels pixels) {
            return pixels.line(rows.get(2 * line), rows.get(2 * line + 1));
        }

        /** Of an area, over all channels. */
        private static float mean(float[] pixels, ImageSet images, int top, int bottom, int left, int right) {
            int channels = images.channels();
            double sum = 0;
            for (int y = top; y < bottom; y++) {
                int row = y * images.width();
                for (int p = (row + left) * channels; p < (row + right) * channels; p++) {
                    sum += Math.clamp(pixels[p], 0f, 1f);
                }
            }
            return (float) (sum / ((bottom - top) * (right - left) * channels));
        }
    }

    /** Rows of up to 16 images, of up to 100 classes; large ones are cut to their upper left 256 x 256 pixels. */
    public byte[] png() {
        int width = Math.min(PNG_LONGEST, images.width());
        int height = Math.min(PNG_LONGEST, images.height());
        int rows = Math.min(PNG_CLASSES, names.size());
        BufferedImage sheet = new BufferedImage(
                PNG_OF_EACH * (width + PNG_GAP) - PNG_GAP,
                rows * (height + PNG_GAP) - PNG_GAP,
                BufferedImage.TYPE_INT_RGB);
        int[] white = new int[sheet.getWidth() * sheet.getHeight()];
        Arrays.fill(white, 0xFFFFFF);
        sheet.setRGB(0, 0, sheet.getWidth(), sheet.getHeight(), white, 0, sheet.getWidth());
        float[] pixels = new float[images.pixels()];
        for (int c = 0; c < rows; c++) {
            List<Integer> shown = first(c, PNG_OF_EACH);
            for (int i = 0; i < shown.size(); i++) {
                images.copyScaled(shown.get(i), pixels, 0);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int colour = colour(pixels, y * images.width() + x);
                        sheet.setRGB(i * (width + PNG_GAP) + x, c * (height + PNG_GAP) + y, colour);
                    }
                }
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // A cache file would need a folder for it.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(sheet, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("a contact sheet", e);
        }
        return bytes.toByteArray();
    }

    private int colour(float[] pixels, int place) {
        int channels = images.channels();
        int colour = 0;
        for (int c = 0; c < 3; c++) {
            float level = Math.clamp(pixels[place * channels + (channels == 3 ? c : 0)], 0f, 1f);
            colour = colour << Byte.SIZE | Math.round(255 * level);
        }
        return colour;
    }
}
