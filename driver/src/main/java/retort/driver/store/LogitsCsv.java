package retort.driver.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;
import retort.driver.data.BadDataException;
import retort.driver.job.Logits;

/**
 * Logits as text: numbers with commas, semicolons or spaces between them, a line for each image; the first line may be
 * a heading.
 *
 * @param images how many there are to be
 */
record LogitsCsv(Path path, int images, int classes) {
    private static final int LONGEST_NUMBER = 64;
    private static final Pattern BETWEEN = Pattern.compile("\\s*[,;]\\s*|\\s+");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,5})?");

    /** @throws BadDataException if a line is not of a number for each class, or there are other numbers of lines */
    Logits read() {
        float[] values = new float[0];
        int rows = 0;
        try (InputStream in = new BufferedInputStream(InputFile.open(path, "a CSV file of logits"))) {
            int number = 0;
            for (String line = line(in, ++number); line != null; line = line(in, ++number)) {
                if (line.isBlank()) {
                    continue;
                }
                String[] words = BETWEEN.split(line.strip(), -1);
                boolean numbers = Arrays.stream(words)
                        .allMatch(word -> NUMBER.matcher(word).matches());
                if (!numbers && number == 1) {
                    continue;
                }
                if (!numbers || words.length != classes) {
                    throw bad("line " + number + " has " + (numbers ? words.length + " numbers" : "more than numbers")
                            + ", expected a logit for each of " + classes + " classes");
                }
                if (rows == images) {
                    throw bad("has more than the expected " + images + " lines, one for each image");
                }
                if (values.length < (rows + 1) * classes) {
                    values = Arrays.copyOf(values, Math.min(images, 2 * rows + 64) * classes);
                }
                for (int c = 0; c < classes; c++) {
                    float value = Float.parseFloat(words[c]);
                    if (!Float.isFinite(value)) {
                        throw bad("line " + number + " has " + words[c] + ", expected finite numbers");
                    }
                    values[rows * classes + c] = value;
                }
                rows++;
            }
        } catch (IOException e) {
            throw bad("can't be read: " + FileReason.of(e));
        }
        if (rows < images) {
            throw bad("has " + rows + " lines of logits, expected " + images + ", one for each image");
        }
        return new Logits(Arrays.copyOf(values, rows * classes), classes);
    }

    private BadDataException bad(String problem) {
        return new BadDataException(path.toString(), problem);
    }

    /** The next line, or null at the end. */
    private String line(InputStream in, int number) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.length() > LONGEST_NUMBER * (classes + 1)) {
                throw bad("line " + number + " is longer than numbers of " + classes + " classes");
            }
            line.append((char) next);
        }
        return line.toString();
    }
}
