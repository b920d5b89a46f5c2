package retort.driver.job;

import java.util.Arrays;
import java.util.Optional;

/**
 * Finds biases b, one for each omitted class, at which the mean probability of each of these is its share: with a_ij
 * the log-odds of class j of image i against all classes that are not omitted,
 *
 * <pre>
 * mean over i of exp(a_ij + b_j) / (1 + sum over k of exp(a_ik + b_k)) = share_j
 * </pre>
 *
 * which is where F(b) = mean over i of log(1 + sum over k of exp(a_ik + b_k)) - sum over k of share_k b_k, a strictly
 * convex function, is least. One b after the other is brought to its least value by bisection, which converges (Luo
 * and Tseng 1992), with a step of Newton's method after each round where that comes nearer.
 */
final class ShareMatch {
    /** As many as a double has bits to find. */
    private static final int BISECTIONS = 64;

    private static final int MOST_ROUNDS = 1000;

    /** What the logarithm of a mean probability may be wrong by. */
    private static final double TOLERANCE = 1e-9;

    private final double[][] logOdds;
    private final double[] shares;

    /**
     * @param logOdds for each image those of each omitted class
     * @param shares of these, each above 0 and together below 1
     */
    ShareMatch(double[][] logOdds, double[] shares) {
        this.logOdds = logOdds;
        this.shares = shares;
    }

    /**
     * What to add to log-odds so that their mean probability is {@code share}, by bisection: in log-odds, so that no
     * probability is too near to 0 or 1 to be a number.
     */
    static double shift(double[] logOdds, double share) {
        // If all of them were the smallest, or the largest, this would do.
        double wanted = Math.log(share / (1 - share));
        double low = wanted - Arrays.stream(logOdds).max().orElseThrow();
        double high = wanted - Arrays.stream(logOdds).min().orElseThrow();
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (meanProbability(logOdds, middle) < share) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** Mean probability of classes whose log-odds grow by {@code shift}. */
    private static double meanProbability(double[] logOdds, double shift) {
        double sum = 0;
        for (double odds : logOdds) {
            sum += 1 / (1 + Math.exp(-odds - shift));
        }
        return sum / logOdds.length;
    }

    /** @return empty where it doesn't converge */
    Optional<double[]> biases() {
        double[] biases = new double[shares.length];
        for (int round = 0; round < MOST_ROUNDS; round++) {
            for (int j = 0; j < biases.length; j++) {
                biases[j] = alone(biases, j);
            }
            double distance = distance(biases);
            Optional<double[]> step = newton(biases);
            if (step.isPresent() && distance(step.get()) < distance / 2) {
                biases = step.get();
                distance = distance(biases);
            }
            if (distance < TOLERANCE) {
                return Optional.of(biases);
            }
        }
        return Optional.empty();
    }

    /** What the bias of class j has to be while the others stay. */
    private double alone(double[] biases, int j) {
        double[] against = new double[logOdds.length];
        for (int i = 0; i < against.length; i++) {
            double[] odds = logOdds[i];
            double largest = 0;
            for (int k = 0; k < biases.length; k++) {
                largest = k == j ? largest : Math.max(largest, odds[k] + biases[k]);
            }
            double sum = Math.exp(-largest);
            for (int k = 0; k < biases.length; k++) {
                sum += k == j ? 0 : Math.exp(odds[k] + biases[k] - largest);
            }
            against[i] = odds[j] - largest - Math.log(sum);
        }
        return shift(against, shares[j]);
    }

    /** How far the logarithm of a mean probability is from that of its share, at most. */
    private double distance(double[] biases) {
        double[] mean = new double[biases.length];
        for (double[] odds : logOdds) {
            double[] p = probabilities(odds, biases);
            for (int j = 0; j < mean.length; j++) {
                mean[j] += p[j] / logOdds.length;
            }
        }
        double most = 0;
        for (int j = 0; j < mean.length; j++) {
            most = Math.max(most, Math.abs(Math.log(mean[j] / shares[j])));
        }
        return most;
    }

    /** The biases after a step of Newton's method; empty where the Hessian is singular. */
    private Optional<double[]> newton(double[] biases) {
        int n = biases.length;
        double[] missing = shares.clone();
        double[][] hessian = new double[n][n];
        for (double[] odds : logOdds) {
            double[] p = probabilities(odds, biases);
            for (int j = 0; j < n; j++) {
                missing[j] -= p[j] / logOdds.length;
                for (int k = 0; k < n; k++) {
                    hessian[j][k] += ((j == k ? p[j] : 0) - p[j] * p[k]) / logOdds.length;
                }
            }
        }
        return LinearSystem.solve(hessian, missing).map(step -> {
            for (int j = 0; j < n; j++) {
                step[j] += biases[j];
            }
            return step;
        });
    }

    private static double[] probabilities(double[] odds, double[] biases) {
        double[] p = new double[odds.length];
        double largest = 0;
        for (int j = 0; j < p.length; j++) {
            largest = Math.max(largest, odds[j] + biases[j]);
        }
        double sum = Math.exp(-largest);
        for (int j = 0; j < p.length; j++) {
            p[j] = Math.exp(odds[j] + biases[j] - largest);
            sum += p[j];
        }
        for (int j = 0; j < p.length; j++) {
            p[j] /= sum;
        }
        return p;
    }
}
