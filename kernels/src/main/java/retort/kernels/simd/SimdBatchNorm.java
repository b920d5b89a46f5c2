package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.BatchNormSpec;

/**
 * Batch normalisation in two passes over what it reads: one for the sums, and another, from the last band to the first
 * since that is still in the caches, for the result. See {@link BatchNormSpec}.
 *
 * <p>Sums of squares are of deviations from the mean of the lines before, a block of lines at a time; blocks and bands
 * are put together as Chan, Golub and LeVeque 1983 do it, bands in double.
 */
final class SimdBatchNorm {
    /** Lines of a block: sums of so many additions are put together. */
    private static final int BLOCK = 32;

    private final Workers workers;

    SimdBatchNorm(Workers workers) {
        this.workers = workers;
    }

    Runnable prepare(BatchNormSpec spec, Operands<HostTensor> o) {
        ChannelLines lines = ChannelLines.of(spec.rows(), spec.channels());
        return switch (spec.pass()) {
            case TRAINING -> training(spec, lines, o);
            case INFERENCE -> inference(spec, lines, o);
            case GRADIENT -> new SimdBatchNormGradient(spec, lines, o).prepare(workers);
        };
    }

    private Runnable training(BatchNormSpec spec, ChannelLines lines, Operands<HostTensor> o) {
        HostTensor x = o.get(0);
        Moments moments = new Moments(lines, workers.count());
        Scaled scaled = new Scaled(spec, lines, x, o.get(5));
        return () -> {
            workers.forEach(lines.bands(), spec.bytes(), (band, worker) -> moments.ofBand(x, band, worker));
            double[] mean = moments.mean(spec.rows());
            double[] squares = moments.squares(mean);
            for (int c = 0; c < mean.length; c++) {
                double inverse = inverse(spec, squares[c] / spec.rows());
                scaled.channel(c, mean[c], inverse, o.get(1), o.get(2));
                average(spec, o.get(3), c, mean[c]);
                average(spec, o.get(4), c, squares[c] / spec.degreesOfFreedom());
                o.get(6).array()[o.get(6).offset() + c] = (float) mean[c];
                o.get(7).array()[o.get(7).offset() + c] = (float) inverse;
            }
            scaled.run(workers);
        };
    }

    private Runnable inference(BatchNormSpec spec, ChannelLines lines, Operands<HostTensor> o) {
        Scaled scaled = new Scaled(spec, lines, o.get(0), o.get(5));
        HostTensor mean = o.get(3);
        HostTensor variance = o.get(4);
        return () -> {
            for (int c = 0; c < spec.channels(); c++) {
                double inverse = inverse(spec, variance.array()[variance.offset() + c]);
                scaled.channel(c, mean.array()[mean.offset() + c], inverse, o.get(1), o.get(2));
            }
            scaled.run(workers);
        };
    }

    private static double inverse(BatchNormSpec spec, double variance) {
        return 1 / Math.sqrt(variance + spec.epsilon());
    }

    private static void average(BatchNormSpec spec, HostTensor running, int c, double now) {
        int at = running.offset() + c;
        double momentum = spec.momentum();
        running.array()[at] = (float) ((1 - momentum) * running.array()[at] + momentum * now);
    }

    /** y = (x - mean) factor + beta, or max(that, 0). */
    private static final class Scaled {
        private final ChannelLines lines;
        private final HostTensor x;
        private final HostTensor y;
        private final float[] mean;
        private final float[] factor;
        private final float[] beta;
        private final long bytes;
        private final Workers.Task task;

        Scaled(BatchNormSpec spec, ChannelLines lines, HostTensor x, HostTensor y) {
            this.lines = lines;
            this.x = x;
            this.y = y;
            int width = lines.width();
            mean = new float[width];
            factor = new float[width];
            beta = new float[width];
            bytes = spec.bytes();
            task = (number, worker) -> band(lines.bands() - 1 - number, spec.relu());
        }

        void channel(int c, double ofMean, double inverse, HostTensor gamma, HostTensor betas) {
            mean[c] = (float) ofMean;
            factor[c] = (float) (gamma.array()[gamma.offset() + c] * inverse);
            beta[c] = betas.array()[betas.offset() + c];
        }

        void run(Workers workers) {
            lines.repeat(mean);
            lines.repeat(factor);
            lines.repeat(beta);
            workers.forEach(lines.bands(), bytes, task);
        }

        private void band(int band, boolean relu) {
            int width = lines.width();
            for (int line = lines.first(band); line < lines.end(band); line++) {
                line(line * width, width, relu);
            }
            line(lines.end(band) * width, lines.rest(band), relu);
        }

        private void line(int at, int count, boolean relu) {
            float[] xs = x.array();
            float[] ys = y.array();
            int xAt = x.offset() + at;
            int yAt = y.offset() + at;
            int j = 0;
            for (; j + LANES <= count; j += LANES) {
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, xs, xAt + j).sub(FloatVector.fromArray(SPECIES, mean, j));
                FloatVector sum = deviation.fma(
                        FloatVector.fromArray(SPECIES, factor, j), FloatVector.fromArray(SPECIES, beta, j));
                (relu ? sum.max(0) : sum).intoArray(ys, yAt + j);
            }
            for (; j < count; j++) {
                float sum = (xs[xAt + j] - mean[j]) * factor[j] + beta[j];
                ys[yAt + j] = relu ? SimdElementwise.positive(sum) : sum;
            }
        }
    }

    /** Means and sums of squared deviations of each place of a line, band by band. */
    private static final class Moments {
        private final ChannelLines lines;
        private final float[] means;
        private final float[] squares;
        private final float[][] sums;

        Moments(ChannelLines lines, int workers) {
            this.lines = lines;
            int width = lines.width();
            means = new float[lines.bands() * width];
            squares = new float[lines.bands() * width];
            sums = new float[workers][2 * width];
        }

        void ofBand(HostTensor x, int band, int worker) {
            int width = lines.width();
            int end = lines.end(band);
            int before = 0;
            Arrays.fill(sums[worker], 0);
            begin(x, band);
            for (int first = lines.first(band); first < end; first += BLOCK) {
                int last = Math.min(end, first + BLOCK);
                for (int line = first; line < last; line++) {
                    add(x.array(), x.offset() + line * width, band * width, width, sums[worker]);
                }
                join(band * width, width, sums[worker], before, last - first);
                before += last - first;
            }
            int rest = lines.rest(band);
            add(x.array(), x.offset() + end * width, band * width, rest, sums[worker]);
            join(band * width, rest, sums[worker], before, 1);
        }

        /**
         * Deviations are from the mean of some lines to begin with: a single one's numbers may be far larger than the
         * mean of all, and so deviations from them, but of half a block the mean is at most twice that of the block.
         */
        private void begin(HostTensor x, int band) {
            int width = lines.width();
            int first = x.offset() + lines.first(band) * width;
            int count = Math.min(BLOCK / 2, lines.end(band) - lines.first(band));
            float part = 1f / count;
            int j = 0;
            for (; j + LANES <= width; j += LANES) {
                FloatVector sum = FloatVector.zero(SPECIES);
                for (int line = 0; line < count; line++) {
                    sum = sum.add(FloatVector.fromArray(SPECIES, x.array(), first + line * width + j));
                }
                sum.mul(part).intoArray(means, band * width + j);
            }
            for (; j < width; j++) {
                float sum = 0;
                for (int line = 0; line < count; line++) {
                    sum += x.array()[first + line * width + j];
                }
                means[band * width + j] = sum * part;
            }
            Arrays.fill(squares, band * width, (band + 1) * width, 0);
        }

        /** Adds up deviations from the means so far, and behind them their squares. */
        private void add(float[] x, int xAt, int at, int count, float[] sum) {
            int width = lines.width();
            int j = 0;
            for (; j + LANES <= count; j += LANES) {
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xAt + j).sub(FloatVector.fromArray(SPECIES, means, at + j));
                deviation.add(FloatVector.fromArray(SPECIES, sum, j)).intoArray(sum, j);
                deviation
                        .fma(deviation, FloatVector.fromArray(SPECIES, sum, width + j))
                        .intoArray(sum, width + j);
            }
            for (; j < count; j++) {
                float deviation = x[xAt + j] - means[at + j];
                sum[j] += deviation;
                sum[width + j] += deviation * deviation;
            }
        }

        /** Takes in the sums of {@code more} lines, and zeroes them. */
        private void join(int at, int count, float[] sum, int before, int more) {
            int width = lines.width();
            float part = 1f / more;
            float share = more / (float) (before + more);
            float weight = before * share;
            int j = 0;
            for (; j + LANES <= count; j += LANES) {
                FloatVector deviations = FloatVector.fromArray(SPECIES, sum, j);
                FloatVector change = deviations.mul(part);
                FloatVector square =
                        FloatVector.fromArray(SPECIES, sum, width + j).sub(deviations.mul(change));
                square = change.mul(change).mul(weight).add(square);
                square.add(FloatVector.fromArray(SPECIES, squares, at + j)).intoArray(squares, at + j);
                change.mul(share)
                        .add(FloatVector.fromArray(SPECIES, means, at + j))
                        .intoArray(means, at + j);
                FloatVector.zero(SPECIES).intoArray(sum, j);
                FloatVector.zero(SPECIES).intoArray(sum, width + j);
            }
            for (; j < count; j++) {
                float change = sum[j] * part;
                squares[at + j] += sum[width + j] - sum[j] * change + change * change * weight;
                means[at + j] += change * share;
                sum[j] = 0;
                sum[width + j] = 0;
            }
        }

        /** Of each channel. */
        double[] mean(int rows) {
            double[] mean = new double[lines.channels()];
            lines.forEachCopy((at, count) -> {
                double share = count / (double) rows;
                for (int c = 0; c < mean.length; c++) {
                    mean[c] += share * means[at + c];
                }
            });
            return mean;
        }

        /** The sums of squared deviations from the means of the channels. */
        double[] squares(double[] mean) {
            double[] all = new double[mean.length];
            lines.forEachCopy((at, count) -> {
                for (int c = 0; c < mean.length; c++) {
                    double apart = means[at + c] - mean[c];
                    all[c] += squares[at + c] + count * apart * apart;
                }
            });
            for (int c = 0; c < all.length; c++) {
                all[c] = Math.max(all[c], 0);
            }
            return all;
        }
    }
}
