package retort.driver.job;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Classes that a student never saw are there among the images that it is used on: their shares have changed from
 * nearly nothing to something, a label shift. Whoever knows by how much, w_y = p(y) / p_s(y) with the shares p_s
 * where it learned, adds T log(w_y) to logits whose softmax at T is calibrated. Each method here finds that, or the
 * number itself, from logits: <b>no label is at hand</b>, and the teacher is asked for training images alone.
 *
 * @param target the student's logits of unlabelled images that hold all classes
 * @param source the student's logits of its transfer set, and the teacher's; asked for by methods that calibrate
 * @param shares of each class among the teacher's predictions on all training images
 * @param temperature T of the probabilities softmax(logits / T)
 */
record LabelShift(Logits target, Supplier<Source> source, double[] shares, Set<Integer> omitted, double temperature) {
    /** When shares have changed by less, the estimates are there. */
    private static final double TOLERANCE = 1e-9;

    private static final int MOST_ROUNDS = 10_000;

    /**
     * What student and teacher say of the same images, none of an omitted class; what follows from that alone is found
     * once.
     */
    static final class Source {
        private final Logits student;
        private final Logits teacher;
        private final double temperature;
        private final IntConsumer done;
        private final Map<Boolean, Optional<Calibration>> calibrations = new HashMap<>();
        private Confusion confusion;

        /**
         * @param temperature T of the probabilities
         * @param done is told, in each pass over the images, how many it has seen, from 0 to all of them; may throw
         */
        Source(Logits student, Logits teacher, double temperature, IntConsumer done) {
            this.student = student;
            this.teacher = teacher;
            this.temperature = temperature;
            this.done = done;
        }

        /** @param perClass see {@link Calibration#of} */
        Optional<Calibration> calibration(boolean perClass) {
            return calibrations.computeIfAbsent(
                    perClass, any -> Calibration.of(student, teacher, temperature, perClass, done));
        }

        /** The student's mean probability of each class, calibrated. */
        double[] mean(Calibration calibration) {
            double[] mean = new double[student.classes()];
            for (int i = 0; i < student.rows(); i++) {
                double[] p = calibration.probabilities(student, i);
                for (int y = 0; y < mean.length; y++) {
                    mean[y] += p[y] / student.rows();
                }
            }
            return mean;
        }

        Confusion confusion() {
            if (confusion == null) {
                confusion = Confusion.of(student, teacher, temperature, done);
            }
            return confusion;
        }
    }

    /**
     * @param ofClass in row i and column j the student's mean probability of class i, weighted by the teacher's of j
     * @param shares the teacher's mean probability of each class
     */
    record Confusion(double[][] ofClass, double[] shares) {
        private static Confusion of(Logits student, Logits teacher, double temperature, IntConsumer done) {
            int classes = student.classes();
            int rows = student.rows();
            double[][] ofClass = new double[classes][classes];
            double[] shares = new double[classes];
            double[][] said = new double[OuterProducts.BLOCK][];
            double[][] taught = new double[OuterProducts.BLOCK][];
            for (int from = 0; from < rows; from += OuterProducts.BLOCK) {
                done.accept(from);
                int count = Math.min(OuterProducts.BLOCK, rows - from);
                for (int n = 0; n < count; n++) {
                    said[n] = student.probabilities(from + n, temperature);
                    taught[n] = teacher.probabilities(from + n, temperature);
                    for (int j = 0; j < classes; j++) {
                        shares[j] += taught[n][j];
                    }
                }
                OuterProducts.add(ofClass, said, taught, count, false);
            }
            done.accept(rows);
            for (double[] row : ofClass) {
                for (int j = 0; j < classes; j++) {
                    row[j] /= shares[j];
                }
            }
            for (int j = 0; j < classes; j++) {
                shares[j] /= rows;
            }
            return new Confusion(ofClass, shares);
        }
    }

    /** @throws IllegalArgumentException for the oracle, which needs labels */
    BiasCorrection.Found bias(BiasCorrection.Kind kind) {
        return switch (kind) {
            case ORACLE -> throw new IllegalArgumentException("label shift: the oracle reads labels");
            case PRIOR_MATCH -> priorMatch();
            case VECTOR -> vector();
            case BBSE -> blackBox();
            case EM -> expectationMaximization(true);
            case EM_TEMPERATURE -> expectationMaximization(false);
        };
    }

    private BiasCorrection.Found priorMatch() {
        double share = omitted.stream().mapToDouble(c -> shares[c]).sum();
        return BiasCorrection.priorMatch(target, omitted, temperature, share)
                .map(bias -> BiasCorrection.Found.of(Bias.of(target.classes(), omitted, bias)))
                .orElseGet(() -> BiasCorrection.Found.nothing(
                        share == 0 ? "the teacher never names an omitted class" : "the teacher names nothing else"));
    }

    /**
     * A bias for each omitted class: the mean probability of each equals its share, see {@link ShareMatch}. For one
     * class it is the same as {@link BiasCorrection#priorMatch}.
     */
    BiasCorrection.Found vector() {
        int[] classes = omitted.stream().mapToInt(c -> c).sorted().toArray();
        double[] wanted = new double[classes.length];
        double sum = 0;
        for (int j = 0; j < classes.length; j++) {
            wanted[j] = shares[classes[j]];
            sum += wanted[j];
            if (wanted[j] == 0) {
                return BiasCorrection.Found.nothing("the teacher never names class " + classes[j]);
            }
        }
        if (sum >= 1) {
            return BiasCorrection.Found.nothing("the teacher names nothing else");
        }
        double[][] logOdds = new double[target.rows()][classes.length];
        for (int i = 0; i < logOdds.length; i++) {
            double ofTheRest = target.logSumExp(i, c -> !omitted.contains(c), temperature);
            for (int j = 0; j < classes.length; j++) {
                logOdds[i][j] = target.at(i, classes[j]) / temperature - ofTheRest;
            }
        }
        return new ShareMatch(logOdds, wanted)
                .biases()
                .map(found -> {
                    double[] ofClass = new double[target.classes()];
                    for (int j = 0; j < classes.length; j++) {
                        ofClass[classes[j]] = temperature * found[j];
                    }
                    return BiasCorrection.Found.of(Bias.of(ofClass));
                })
                .orElseGet(() -> BiasCorrection.Found.nothing("the biases don't converge"));
    }

    /**
     * The shares p under which the student's calibrated probabilities q make the target likeliest, by expectation
     * maximisation: p_y becomes the mean over the images of w_y q_iy / (sum over k of w_k q_ik), w = p / p_s, until
     * that changes nothing. p_s is the mean of q over the transfer set, which is above 0 for a class that is not in
     * it, too: the teacher sees something of it in other images. All classes get a bias.
     * Source: Saerens, Latinne and Decaestecker 2002; Alexandari, Kundaje and Shrikumar 2020 for calibration and p_s.
     *
     * @param perClass whether the calibration has a number for each class, see {@link Calibration}
     */
    BiasCorrection.Found expectationMaximization(boolean perClass) {
        Source from = source.get();
        Optional<Calibration> calibrated = from.calibration(perClass);
        if (calibrated.isEmpty()) {
            return BiasCorrection.Found.nothing("the student can't be calibrated on its transfer set");
        }
        Calibration calibration = calibrated.get();
        double[] before = from.mean(calibration);
        double[][] q = new double[target.rows()][];
        for (int i = 0; i < q.length; i++) {
            q[i] = calibration.probabilities(target, i);
        }
        Optional<double[]> found = likeliest(q, before);
        if (found.isEmpty()) {
            return BiasCorrection.Found.nothing("the shares don't converge");
        }
        double[] after = found.get();
        double[] ofClass = new double[after.length];
        for (int y = 0; y < after.length; y++) {
            ofClass[y] = (calibration.biases()[y] + Math.log(after[y] / before[y])) / calibration.beta();
            if (!Double.isFinite(ofClass[y])) {
                return BiasCorrection.Found.nothing("it finds no image of class " + y);
            }
        }
        return BiasCorrection.Found.of(Bias.of(ofClass));
    }

    /**
     * The likelihood has no other maximum, so any shares are as good a beginning as those before: equal ones are.
     *
     * @return empty where the shares still change after the last round
     */
    static Optional<double[]> likeliest(double[][] q, double[] before) {
        int classes = before.length;
        double[] shares = new double[classes];
        Arrays.fill(shares, 1.0 / classes);
        double[] weighted = new double[classes];
        for (int round = 0; round < MOST_ROUNDS; round++) {
            double[] next = new double[classes];
            for (double[] p : q) {
                double sum = 0;
                for (int y = 0; y < classes; y++) {
                    weighted[y] = p[y] * shares[y] / before[y];
                    sum += weighted[y];
                }
                double part = 1 / (sum * q.length);
                for (int y = 0; y < classes; y++) {
                    next[y] += weighted[y] * part;
                }
            }
            double change = 0;
            for (int y = 0; y < classes; y++) {
                change = Math.max(change, Math.abs(next[y] - shares[y]));
            }
            shares = next;
            if (change < TOLERANCE) {
                return Optional.of(shares);
            }
        }
        return Optional.empty();
    }

    /**
     * The shares p for which C p = m: m is the student's mean probability of each class on the target, C_ij that of
     * class i on images of class j. As published C is counted on labelled images of all classes; of an omitted class
     * there are none, and a student that never names it leaves a row of zeros, so that C is singular. Here both are
     * probabilities, and C_ij is the mean over the transfer set of the student's probability of i, weighted by the
     * teacher's of j: what of class j the teacher sees in images of others stands for images of it. That is defined
     * as long as C is regular and no share comes out as 0 or less, and biased as far as these images are unlike
     * those of class j. Source: Lipton, Wang and Smola 2018 (black box shift estimation).
     */
    BiasCorrection.Found blackBox() {
        Confusion confusion = source.get().confusion();
        int classes = target.classes();
        double[] met = new double[classes];
        for (int n = 0; n < target.rows(); n++) {
            double[] said = target.probabilities(n, temperature);
            for (int i = 0; i < classes; i++) {
                met[i] += said[i] / target.rows();
            }
        }
        Optional<double[]> after = LinearSystem.solve(confusion.ofClass(), met);
        if (after.isEmpty()) {
            return BiasCorrection.Found.nothing("the confusion matrix is singular");
        }
        double[] ofClass = new double[classes];
        for (int j = 0; j < classes; j++) {
            ofClass[j] = temperature * Math.log(after.get()[j] / confusion.shares()[j]);
            if (!Double.isFinite(ofClass[j])) {
                return BiasCorrection.Found.nothing("its share of class " + j + " is not above 0");
            }
        }
        return BiasCorrection.Found.of(Bias.of(ofClass));
    }
}
