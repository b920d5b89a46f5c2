package retort.driver.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import retort.driver.image.Digit;
import retort.driver.image.TerminalPixels;
import retort.kernels.file.Printable;

/**
 * Predictions for a terminal of 80 columns: what the models saw, and beside it each one's probabilities as bars.
 *
 * @param pixels what the terminal shows pictures in
 */
public record PredictionText(TerminalPixels pixels) {
    /** Models side by side. */
    private static final int MOST_ABREAST = 3;

    private static final int COLUMNS = 48;
    private static final int LABEL_COLUMNS = 7;

    /**
     * With the pixels' colours, so no control character but theirs is in it.
     *
     * @param predictions one of each of the models, in their order
     */
    public String of(String file, Digit digit, List<DigitModel> models, List<Prediction> predictions) {
        List<String> beside = new ArrayList<>();
        for (int from = 0; from < models.size(); from += MOST_ABREAST) {
            int to = Math.min(models.size(), from + MOST_ABREAST);
            beside.addAll(table(models.subList(from, to), predictions.subList(from, to)));
        }
        StringBuilder text = new StringBuilder(Printable.text(file)).append('\n');
        int imageLines = Digit.SIDE / 2;
        for (int i = 0; i < Math.max(imageLines, beside.size()); i++) {
            String image =
                    i < imageLines ? pixels.line(digit.row(2 * i), digit.row(2 * i + 1)) : " ".repeat(Digit.SIDE);
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
            String name = Printable.text(models.get(i).name());
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
                line.append(padded(percent + pixels.bar((int) Math.round(share * (cell - LABEL_COLUMNS))), cell));
            }
            lines.add(line.toString());
        }
        lines.add("");
        return lines;
    }

    private static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - text.length()));
    }
}
