package retort.driver.job;

import retort.driver.report.Report;

/** Holds predictions against true labels. */
public final class Evaluation {
    private Evaluation() {}

    /** Errors, accuracy, recall by class and confusion matrix (row: true class, column: predicted). */
    public static Report.Test test(Logits logits, Examples examples) {
        int classes = logits.classes();
        int[][] confusion = new int[classes][classes];
        for (int i = 0; i < logits.rows(); i++) {
            confusion[examples.label(i)][logits.prediction(i)]++;
        }
        int right = 0;
        double[] recall = new double[classes];
        for (int c = 0; c < classes; c++) {
            int images = 0;
            for (int predicted : confusion[c]) {
                images += predicted;
            }
            right += confusion[c][c];
            recall[c] = images == 0 ? 0 : confusion[c][c] / (double) images;
        }
        int images = logits.rows();
        return new Report.Test(images, images - right, right / (double) images, recall, confusion);
    }
}
