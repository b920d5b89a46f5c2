package retort.nn;

import java.util.SplittableRandom;

/** Sparse 28 x 28 images in [0, 1] of ten classes: a stroke where the class has it, jittered, with some noise. */
final class DigitLikeImages {
    static final int SIDE = 28;
    static final int CLASSES = 10;

    private final SplittableRandom random;

    DigitLikeImages(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Images, one after the other, and a class index for each. */
    record Batch(float[] images, float[] labels) {}

    Batch next(int batch) {
        float[] images = new float[batch * SIDE * SIDE];
        float[] labels = new float[batch];
        for (int i = 0; i < batch; i++) {
            int label = random.nextInt(CLASSES);
            labels[i] = label;
            draw(label, images, i * SIDE * SIDE);
        }
        return new Batch(images, labels);
    }

    /**
     * A line through a point near the middle, at the class's angle, three pixels wide, and a dot on the class's side.
     */
    private void draw(int label, float[] images, int at) {
        double angle = Math.PI * (label + random.nextDouble(-0.3, 0.3)) / CLASSES;
        double row = SIDE / 2.0 + random.nextDouble(-3, 3);
        double column = SIDE / 2.0 + random.nextDouble(-3, 3);
        int dot = label % 2 == 0 ? 6 : 21;
        for (int p = 0; p < SIDE; p++) {
            for (int q = 0; q < SIDE; q++) {
                double across = Math.abs((p - row) * Math.cos(angle) - (q - column) * Math.sin(angle));
                boolean inside = Math.hypot(p - row, q - column) < 10 && across < 1.5;
                boolean dotted = Math.abs(p - dot) < 2 && Math.abs(q - dot) < 2;
                if (inside || dotted) {
                    images[at + p * SIDE + q] = (float) random.nextDouble(0.5, 1);
                }
            }
        }
    }
}
