package retort.kernels.op;

/** The error bounds of {@link BatchNormSpec}, channel by channel: what the errors of its sums do to its results. */
final class BatchNormBounds {
    private static final double EPS = Bounds.EPS;

    /** What a product too small for a normal number may lose, on a device that has no smaller ones. */
    private static final double UNDERFLOW = Float.MIN_NORMAL;

    private final BatchNormSpec spec;
    private final float[][] inputs;
    private final int rows;
    private final int channels;
    private final double[][] bounds;

    BatchNormBounds(BatchNormSpec spec, float[][] inputs) {
        this.spec = spec;
        this.inputs = inputs;
        this.rows = spec.rows();
        this.channels = spec.channels();
        this.bounds = Bounds.exact(spec.operands());
    }

    double[][] bounds() {
        for (int c = 0; c < channels; c++) {
            switch (spec.pass()) {
                case TRAINING -> training(c);
                case INFERENCE -> inference(c);
                case GRADIENT -> gradient(c);
            }
        }
        return bounds;
    }

    private double x(int i, int c) {
        return inputs[0][i * channels + c];
    }

    private void training(int c) {
        double sum = 0;
        double magnitude = 0;
        double largest = 0;
        for (int i = 0; i < rows; i++) {
            sum += x(i, c);
            magnitude += Math.abs(x(i, c)) / rows;
            largest = Math.max(largest, Math.abs(x(i, c)));
        }
        double mean = sum / rows;
        double variance = 0;
        for (int i = 0; i < rows; i++) {
            variance += (x(i, c) - mean) * (x(i, c) - mean) / rows;
        }
        int t = spec.terms();
        double ofMean = 2 * (t + 2) * EPS * magnitude + UNDERFLOW;
        double ofVariance = 8 * (t + 8) * EPS * variance + 2 * ofMean * ofMean + t * UNDERFLOW;
        if (4 * rows * largest * largest > Float.MAX_VALUE) {
            ofVariance = Double.POSITIVE_INFINITY;
            ofMean = Double.POSITIVE_INFINITY;
        }
        double inverse = inverse(variance);
        double most = inverse(Math.max(variance - ofVariance, 0));
        double ofInverse = Math.max(most - inverse, inverse - inverse(variance + ofVariance)) + 8 * EPS * most;
        if (!Double.isFinite(ofVariance)) {
            ofInverse = Double.POSITIVE_INFINITY;
        }
        for (int i = 0; i < rows; i++) {
            double deviation = Math.abs(x(i, c) - mean);
            double scaled = (deviation + ofMean) * (inverse + ofInverse) * (1 + 8 * EPS) - deviation * inverse;
            bounds[5][i * channels + c] = Math.abs(inputs[1][c]) * scaled + ofSum(c, deviation, inverse);
        }
        double momentum = spec.momentum();
        double unbiased = rows / (double) spec.degreesOfFreedom();
        bounds[3][c] = momentum * ofMean + ofAverage(inputs[3][c], mean) + UNDERFLOW;
        bounds[4][c] = momentum * unbiased * ofVariance + ofAverage(inputs[4][c], variance * unbiased) + UNDERFLOW;
        bounds[6][c] = ofMean + 2 * EPS * Math.abs(mean);
        bounds[7][c] = ofInverse + 2 * EPS * inverse;
    }

    private double inverse(double variance) {
        return 1 / Math.sqrt(variance + spec.epsilon());
    }

    /** Of the running statistics the roundings alone. */
    private double ofAverage(double before, double now) {
        return 4 * EPS * (Math.abs(before) + spec.momentum() * Math.abs(now));
    }

    /** Of y the roundings of gamma deviation inverse + beta. */
    private double ofSum(int c, double deviation, double inverse) {
        return 4 * EPS * (Math.abs(inputs[1][c]) * deviation * inverse + Math.abs(inputs[2][c]))
                + UNDERFLOW * (2 + deviation * (1 + inverse));
    }

    private void inference(int c) {
        double inverse = inverse(inputs[4][c]);
        for (int i = 0; i < rows; i++) {
            bounds[5][i * channels + c] = 4 * ofSum(c, Math.abs(x(i, c) - inputs[3][c]), inverse);
        }
    }

    private double g(int i, int c) {
        int e = i * channels + c;
        return !spec.relu() || inputs[8][e] > 0 ? inputs[1][e] : 0;
    }

    private void gradient(int c) {
        double mean = inputs[3][c];
        double inverse = inputs[4][c];
        double dBeta = 0;
        double dGamma = 0;
        double ofDeviations = 0;
        for (int i = 0; i < rows; i++) {
            dBeta += Math.abs(g(i, c));
            ofDeviations += Math.abs(g(i, c) * (x(i, c) - mean));
        }
        dGamma = ofDeviations * inverse;
        int t = spec.terms();
        double ofBeta = 2 * (t + 2) * EPS * dBeta + UNDERFLOW;
        double ofGamma = 2 * (t + 8) * EPS * dGamma + rows * UNDERFLOW * (1 + inverse);
        double factor = Math.abs(inputs[2][c]) * inverse;
        double largest = Math.max(Math.max(dBeta, ofDeviations), Math.max(dGamma, factor))
                * Math.max(1, factor)
                * Math.max(1, inverse);
        boolean overflows = largest > Float.MAX_VALUE;
        bounds[6][c] = overflows ? Double.POSITIVE_INFINITY : ofGamma;
        bounds[7][c] = overflows ? Double.POSITIVE_INFINITY : ofBeta;
        for (int i = 0; i < rows; i++) {
            double deviation = Math.abs(x(i, c) - mean);
            double h = deviation * inverse;
            double terms = Math.abs(g(i, c)) + (dBeta + ofBeta) / rows + h * (dGamma + ofGamma) / rows;
            double lost = 4 + (1 + inverse) * (terms + deviation * (1 + inverse) * (1 + dGamma / rows));
            double error = factor * ((ofBeta + h * ofGamma) / rows + 16 * EPS * terms) + UNDERFLOW * lost;
            boolean tooLarge = overflows || factor * terms > Float.MAX_VALUE;
            bounds[5][i * channels + c] = tooLarge ? Double.POSITIVE_INFINITY : error;
        }
    }
}
