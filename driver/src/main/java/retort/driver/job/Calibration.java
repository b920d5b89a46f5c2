package retort.driver.job;

import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Brings a student's probabilities into agreement with a teacher's on the images that it learned from: softmax(beta
 * z + b) for its logits z, with one number beta (temperature scaling, Guo, Pleiss, Sun and Weinberger 2017) and, if
 * wanted, a number b for each class (bias-corrected temperature scaling, Alexandari, Kundaje and Shrikumar 2020).
 * Both make
 *
 * <pre>
 * mean over images i of log(sum over y of exp(beta z_iy + b_y)) - sum over y of t_iy (beta z_iy + b_y)
 * </pre>
 *
 * least, the cross-entropy with the teacher's probabilities t in place of labels, which no image of an omitted class
 * would have; it is convex, and Newton's method with halved steps finds it. Where b is free, each class has the same
 * mean under student and teacher.
 *
 * @param beta above 0
 * @param biases of each class
 */
record Calibration(double beta, double[] biases) {
    private static final int MOST_STEPS = 100;

    /** Times that a step is halved before it is no descent. */
    private static final int MOST_HALVINGS = 40;

    /** The largest part of the last step. */
    private static final double TOLERANCE = 1e-8;

    /** The share of what the slope promises that a step must bring: Armijo 1966. */
    private static final double SUFFICIENT = 1e-4;

    /**
     * @param student its logits of some images
     * @param teacher its logits of the same
     * @param temperature T of the teacher's probabilities, and where beta starts: 1 / T
     * @param perClass whether there is a b for each class
     * @param done is told, in each of Newton's steps, how many images it has seen, from 0 to all of them; may throw
     * @return empty where Newton's method does not converge, or beta is not above 0
     */
    static Optional<Calibration> of(
            Logits student, Logits teacher, double temperature, boolean perClass, IntConsumer done) {
        return new Search(student, teacher, temperature, perClass, done).run();
    }

    /** softmax(beta z + b) of row i. */
    double[] probabilities(Logits logits, int i) {
        return softmax(logits, i, beta, biases);
    }

    private static double[] softmax(Logits logits, int i, double beta, double[] biases) {
        double[] p = new double[logits.classes()];
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < p.length; c++) {
            p[c] = beta * logits.at(i, c) + biases[c];
            largest = Math.max(largest, p[c]);
        }
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            p[c] = Math.exp(p[c] - largest);
            sum += p[c];
        }
        for (int c = 0; c < p.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    /** Newton's method. Its unknowns are beta and the biases of all classes but the first, which is 0. */
    private static final class Search {
        private final Logits student;
        private final int unknowns;
        /** Means under the teacher: of the logit of a class that it draws, and of each class. */
        private final double[] wanted;

        private final IntConsumer done;
        private double beta;
        private double[] biases;

        Search(Logits student, Logits teacher, double temperature, boolean perClass, IntConsumer done) {
            int classes = student.classes();
            this.student = student;
            this.done = done;
            this.unknowns = perClass ? classes : 1;
            this.wanted = new double[classes];
            this.beta = 1 / temperature;
            this.biases = new double[classes];
            for (int i = 0; i < student.rows(); i++) {
                double[] t = teacher.probabilities(i, temperature);
                for (int c = 0; c < classes; c++) {
                    wanted[0] += t[c] * student.at(i, c) / student.rows();
                    wanted[c] += c == 0 ? 0 : t[c] / student.rows();
                }
            }
        }

        Optional<Calibration> run() {
            for (int step = 0; step < MOST_STEPS; step++) {
                double[] missing = new double[unknowns];
                Optional<double[]> direction = LinearSystem.solve(hessian(missing), missing);
                if (direction.isEmpty()) {
                    return Optional.empty();
                }
                double largest = descend(direction.get(), missing);
                if (largest < TOLERANCE) {
                    return beta > 0 ? Optional.of(new Calibration(beta, biases)) : Optional.empty();
                }
            }
            return Optional.empty();
        }

        /**
         * Mean covariance of the features, of which the first is the mean logit and each other a class: of these only
         * products are summed in the loop, and half of them. {@code missing} gets what their means lack, the gradient's
         * negative.
         */
        private double[][] hessian(double[] missing) {
            double[][] hessian = new double[unknowns][unknowns];
            double[] means = new double[unknowns];
            double[][] block = new double[OuterProducts.BLOCK][];
            int rows = student.rows();
            for (int from = 0; from < rows; from += block.length) {
                done.accept(from);
                int count = Math.min(block.length, rows - from);
                for (int i = 0; i < count; i++) {
                    block[i] = features(from + i, hessian[0], means);
                }
                if (unknowns > 1) {
                    OuterProducts.add(hessian, block, block, count, true);
                }
            }
            done.accept(rows);
            for (int c = 0; c < unknowns; c++) {
                missing[c] = wanted[c] - means[c] / rows;
                hessian[0][c] /= rows;
                hessian[c][0] = hessian[0][c];
                for (int d = 1; c > 0 && d <= c; d++) {
                    hessian[c][d] = ((c == d ? means[c] : 0) - hessian[c][d]) / rows;
                    hessian[d][c] = hessian[c][d];
                }
            }
            return hessian;
        }

        /**
         * The probabilities of image i, with 0 in the place of the first class, which is no unknown.
         *
         * @param first row of the Hessian, to which its part is added
         * @param means to which the image's features are added
         */
        private double[] features(int i, double[] first, double[] means) {
            double[] p = softmax(student, i, beta, biases);
            double mean = 0;
            double square = 0;
            for (int c = 0; c < p.length; c++) {
                double z = student.at(i, c);
                mean += p[c] * z;
                square += p[c] * z * z;
            }
            means[0] += mean;
            first[0] += square - mean * mean;
            for (int c = 1; c < unknowns; c++) {
                means[c] += p[c];
                first[c] += p[c] * (student.at(i, c) - mean);
            }
            p[0] = 0;
            return p;
        }

        /** Takes the largest of the step, its half, and so on, that is a descent; tells how far it goes at most. */
        private double descend(double[] direction, double[] missing) {
            double slope = 0;
            double largest = 0;
            for (int k = 0; k < unknowns; k++) {
                slope -= direction[k] * missing[k];
                largest = Math.max(largest, Math.abs(direction[k]));
            }
            double fromBeta = beta;
            double[] fromBiases = biases;
            double before = objective();
            double share = 1;
            for (int halving = 0; halving < MOST_HALVINGS && largest >= TOLERANCE; halving++, share /= 2) {
                beta = fromBeta + share * direction[0];
                biases = fromBiases.clone();
                for (int c = 1; c < unknowns; c++) {
                    biases[c] += share * direction[c];
                }
                if (objective() <= before + SUFFICIENT * share * slope) {
                    return share * largest;
                }
            }
            // So near to the least value that rounding hides any descent.
            beta = fromBeta;
            biases = fromBiases;
            return 0;
        }

        private double objective() {
            double sum = 0;
            int rows = student.rows();
            for (int i = 0; i < rows; i++) {
                double largest = Double.NEGATIVE_INFINITY;
                for (int c = 0; c < biases.length; c++) {
                    largest = Math.max(largest, beta * student.at(i, c) + biases[c]);
                }
                double exps = 0;
                for (int c = 0; c < biases.length; c++) {
                    exps += Math.exp(beta * student.at(i, c) + biases[c] - largest);
                }
                sum += (largest + Math.log(exps)) / rows;
            }
            sum -= beta * wanted[0];
            for (int c = 1; c < unknowns; c++) {
                sum -= biases[c] * wanted[c];
            }
            return sum;
        }
    }
}
