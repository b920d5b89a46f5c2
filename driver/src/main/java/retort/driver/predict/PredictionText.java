package retort.driver.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import retort.driver.image.Digit;
import retort.kernels.file.Printable;

/** Predictions for a terminal of 80 columns: what the models saw, and beside it each one's probabilities as bars. */
public enum PredictionText {
    /** Grey levels in colours, two rows of pixels in one of half blocks. */
    BLOCKS {
        @Override
        String line(Digit digit, int y) {
            StringBuilder line = new StringBuilder();
            for (int x = 0; x < Digit.SIDE; x++) {
                line.append("\u001B[38;5;%d;48;5;%dm\u2580"
                        .formatted(grey(digit.pixel(x, y)), grey(digit.pixel(x, y + 1))));
            }
            return line + "\u001B[0m";
        }

        @Override
        String bar(int length) {
            return "\u2588".repeat(length);
        }
    },
    /** Characters that everything can show. */
    PLAIN {
        @Override
        String line(Digit digit, int y) {
            StringBuilder line = new StringBuilder();
            for (int x = 0; x < Digit.SIDE; x++) {
                float mean = (digit.pixel(x, y) + digit.pixel(x, y + 1)) / 2;
                line.append(SHADES.charAt(Math.round(mean * (SHADES.length() - 1))));
            }
            return line.toString();
        }

        @Override
        String bar(int length) {
            return "#".repeat(length);
        }
    };

    private static final String SHADES = " .:-=+*#%@";

    /** The levels of grey that terminals of 256 colours have begin here, after black. */
    private static final int FIRST_GREY = 232;

    private static final int GREYS = 24;

    /** Models side by side. */
    private static final int MOST_ABREAST = 3;

    private static final int COLUMNS = 48;
    private static final int LABEL_COLUMNS = 7;

    /** Two rows of pixels, from y on. */
    abstract String line(Digit digit, int y);

    abstract String bar(int length);

    /** @param predictions one of each of the models, in their order */
    public String of(String file, Digit digit, List<DigitModel> models, List<Prediction> predictions) {
        List<String> beside = new ArrayList<>();
        for (int from = 0; from < models.size(); from += MOST_ABREAST) {
            int to = Math.min(models.size(), from + MOST_ABREAST);
            beside.addAll(table(models.subList(from, to), predictions.subList(from, to)));
        }
        StringBuilder text = new StringBuilder(Printable.text(file)).append('\n');
        int imageLines = Digit.SIDE / 2;
        for (int i = 0; i < Math.max(imageLines, beside.size()); i++) {
            String image = i < imageLines ? line(digit, 2 * i) : " ".repeat(Digit.SIDE);
            String line = image + (i < beside.size() ? "  " + beside.get(i) : "");
            text.append(line.stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private List<String> table(List<DigitModel> models, List<Prediction> predictions) {
        int cell = COLUMNS / Math.max(2, models.size());
        List<String> lines = new ArrayList<>();
        StringBuilder names = new StringBuilder("  ");
        StringBuilder answers = new StringBuilder("  ");
        for (int i = 0; i < models.size(); i++) {
            Prediction prediction = predictions.get(i);
            String name = models.get(i).name();
            names.append(padded(name.length() < cell ? name : name.substring(0, cell - 2) + "~", cell));
            answers.append(padded("says " + prediction.digit(), cell));
        }
        lines.add(names.toString());
        lines.add(answers.toString());
        for (int digit = 0; digit < predictions.getFirst().probabilities().length; digit++) {
            StringBuilder line = new StringBuilder(digit + " ");
            for (Prediction prediction : predictions) {
                double share = prediction.probabilities()[digit];
                String percent = String.format(Locale.ROOT, "%5.1f ", 100 * share);
                line.append(padded(percent + bar((int) Math.round(share * (cell - LABEL_COLUMNS))), cell));
            }
            lines.add(line.toString());
        }
        lines.add("");
        return lines;
    }

    private static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - text.length()));
    }

    private static int grey(float level) {
        return level == 0 ? 16 : FIRST_GREY + Math.round(level * (GREYS - 1));
    }
}
