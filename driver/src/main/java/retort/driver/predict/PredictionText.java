package retort.driver.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import retort.driver.image.PreparedImage;
import retort.driver.image.TerminalPixels;
import retort.kernels.file.Printable;

/**
 * Predictions for a terminal of 80 columns: what the models saw, and beside it each one's probabilities as bars.
 *
 * @param pixels what the terminal shows pictures in
 */
public record PredictionText(TerminalPixels pixels) {
    /** Of an image, and lines of two rows each. */
    private static final int IMAGE_COLUMNS = 28;

    private static final int MOST_LINES = 14;

    /** Models side by side. */
    private static final int MOST_ABREAST = 3;

    /** Classes that are shown of more. */
    private static final int MOST_CLASSES = 10;

    private static final int COLUMNS = 48;
    private static final int LONGEST_NAME = 12;
    private static final int PERCENT_COLUMNS = 7;

    /**
     * With the pixels' colours, so no control character but theirs is in it.
     *
     * @param predictions one of each of the models, in their order
     */
    public String of(String file, PreparedImage image, Classifiers models, List<Prediction> predictions) {
        List<String> beside = new ArrayList<>();
        List<Classifier> all = models.models();
        for (int from = 0; from < all.size(); from += MOST_ABREAST) {
            int to = Math.min(all.size(), from + MOST_ABREAST);
            beside.addAll(table(all.subList(from, to), models.classNames(), predictions.subList(from, to)));
        }
        StringBuilder text = new StringBuilder(Printable.text(file)).append('\n');
        PreparedImage shown = shown(image);
        int imageLines = shown.height() / 2;
        for (int i = 0; i < Math.max(imageLines, beside.size()); i++) {
            String left = i < imageLines ? pixels.line(shown.row(2 * i), shown.row(2 * i + 1)) : "";
            int columns = i < imageLines ? shown.width() : 0;
            String right = i < beside.size() ? " ".repeat(IMAGE_COLUMNS + 2 - columns) + beside.get(i) : "";
            text.append((left + right).stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /** In grey, small enough, and with an even number of rows. */
    private static PreparedImage shown(PreparedImage image) {
        double shrink =
                Math.max(1, Math.max((double) image.width() / IMAGE_COLUMNS, image.height() / (2.0 * MOST_LINES)));
        int columns = (int) Math.max(1, Math.round(image.width() / shrink));
        int lines = (int) Math.max(1, Math.round(image.height() / shrink / 2));
        return image.grey(2 * lines, columns);
    }

    private List<String> table(List<Classifier> models, List<String> classNames, List<Prediction> predictions) {
        List<Integer> classes = predictions.getFirst().first(MOST_CLASSES);
        if (classNames.size() <= MOST_CLASSES) {
            classes = classes.stream().sorted().toList();
        }
        int longest =
                classes.stream().mapToInt(c -> classNames.get(c).length()).max().orElse(1);
        int label = Math.min(LONGEST_NAME, longest) + 1;
        int cell = (COLUMNS + 2 - label) / Math.max(2, models.size());
        List<String> lines = new ArrayList<>();
        StringBuilder names = new StringBuilder(" ".repeat(label));
        StringBuilder answers = new StringBuilder(" ".repeat(label));
        for (int i = 0; i < models.size(); i++) {
            names.append(padded(cut(models.get(i).name(), cell - 1), cell));
            String said = classNames.get(predictions.get(i).label());
            answers.append(padded(cut("says " + said, cell - 1), cell));
        }
        lines.add(names.toString());
        lines.add(answers.toString());
        for (int c : classes) {
            StringBuilder line = new StringBuilder(padded(cut(classNames.get(c), label - 1), label));
            for (Prediction prediction : predictions) {
                double share = prediction.probabilities()[c];
                String percent = String.format(Locale.ROOT, "%5.1f ", 100 * share);
                line.append(padded(percent + pixels.bar((int) Math.round(share * (cell - PERCENT_COLUMNS))), cell));
            }
            lines.add(line.toString());
        }
        lines.add("");
        return lines;
    }

    private static String cut(String text, int columns) {
        String printable = Printable.text(text);
        return printable.length() <= columns ? printable : printable.substring(0, columns - 1) + "~";
    }

    private static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - text.length()));
    }
}
