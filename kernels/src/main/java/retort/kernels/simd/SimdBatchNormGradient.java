package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.BatchNormSpec;

/**
 * The gradients of batch normalisation, in two passes like its forward: the sums of a band's lines, bands added up in
 * double, and dX = a g - b (x - mean) - c of what they give. See {@link BatchNormSpec}.
 */
final class SimdBatchNormGradient {
    private final BatchNormSpec spec;
    private final ChannelLines lines;
    private final HostTensor x;
    private final HostTensor dY;
    private final HostTensor gamma;
    private final HostTensor means;
    private final HostTensor inverses;
    private final HostTensor dX;
    private final HostTensor dGamma;
    private final HostTensor dBeta;

    /** What the forward pass gave where its ReLU is undone, else any tensor. */
    private final HostTensor y;

    private final float[] mean;
    private final float[] a;
    private final float[] b;
    private final float[] c;
    private final float[] gradients;
    private final float[] products;

    SimdBatchNormGradient(BatchNormSpec spec, ChannelLines lines, Operands<HostTensor> o) {
        this.spec = spec;
        this.lines = lines;
        x = o.get(0);
        dY = o.get(1);
        gamma = o.get(2);
        means = o.get(3);
        inverses = o.get(4);
        dX = o.get(5);
        dGamma = o.get(6);
        dBeta = o.get(7);
        y = spec.relu() ? o.get(8) : dY;
        mean = new float[lines.width()];
        a = new float[lines.width()];
        b = new float[lines.width()];
        c = new float[lines.width()];
        gradients = new float[lines.bands() * lines.width()];
        products = new float[lines.bands() * lines.width()];
    }

    Runnable prepare(Workers workers) {
        boolean gated = spec.relu();
        return () -> {
            System.arraycopy(means.array(), means.offset(), mean, 0, lines.channels());
            lines.repeat(mean);
            workers.forEach(lines.bands(), spec.bytes(), (band, worker) -> sums(band, gated));
            putTogether();
            workers.forEach(lines.bands(), spec.bytes(), (number, worker) -> result(lines.bands() - 1 - number, gated));
        };
    }

    private void sums(int band, boolean gated) {
        int width = lines.width();
        Arrays.fill(gradients, band * width, (band + 1) * width, 0);
        Arrays.fill(products, band * width, (band + 1) * width, 0);
        for (int line = lines.first(band); line < lines.end(band); line++) {
            add(line * width, width, band * width, gated);
        }
        add(lines.end(band) * width, lines.rest(band), band * width, gated);
    }

    /** g at an element of the tensors. */
    private FloatVector g(int at, boolean gated) {
        FloatVector all = FloatVector.fromArray(SPECIES, dY.array(), dY.offset() + at);
        return gated
                ? FloatVector.zero(SPECIES)
                        .blend(
                                all,
                                FloatVector.fromArray(SPECIES, y.array(), y.offset() + at)
                                        .compare(VectorOperators.GT, 0))
                : all;
    }

    private float gOf(int at, boolean gated) {
        return !gated || y.array()[y.offset() + at] > 0 ? dY.array()[dY.offset() + at] : 0;
    }

    private void add(int at, int count, int sum, boolean gated) {
        float[] xs = x.array();
        int xAt = x.offset() + at;
        int j = 0;
        for (; j + LANES <= count; j += LANES) {
            FloatVector g = g(at + j, gated);
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, xs, xAt + j).sub(FloatVector.fromArray(SPECIES, mean, j));
            g.add(FloatVector.fromArray(SPECIES, gradients, sum + j)).intoArray(gradients, sum + j);
            g.fma(deviation, FloatVector.fromArray(SPECIES, products, sum + j)).intoArray(products, sum + j);
        }
        for (; j < count; j++) {
            float g = gOf(at + j, gated);
            gradients[sum + j] += g;
            products[sum + j] += g * (xs[xAt + j] - mean[j]);
        }
    }

    private void putTogether() {
        int channels = lines.channels();
        double[] ofGradients = new double[channels];
        double[] ofProducts = new double[channels];
        lines.forEachCopy((at, count) -> {
            for (int k = 0; k < channels; k++) {
                ofGradients[k] += gradients[at + k];
                ofProducts[k] += products[at + k];
            }
        });
        for (int k = 0; k < channels; k++) {
            double inverse = inverses.array()[inverses.offset() + k];
            double factor = gamma.array()[gamma.offset() + k] * inverse;
            dBeta.array()[dBeta.offset() + k] = (float) ofGradients[k];
            dGamma.array()[dGamma.offset() + k] = (float) (ofProducts[k] * inverse);
            a[k] = (float) factor;
            b[k] = (float) (factor * inverse * inverse * ofProducts[k] / spec.rows());
            c[k] = (float) (factor * ofGradients[k] / spec.rows());
        }
        lines.repeat(a);
        lines.repeat(b);
        lines.repeat(c);
    }

    private void result(int band, boolean gated) {
        int width = lines.width();
        for (int line = lines.first(band); line < lines.end(band); line++) {
            store(line * width, width, gated);
        }
        store(lines.end(band) * width, lines.rest(band), gated);
    }

    private void store(int at, int count, boolean gated) {
        float[] xs = x.array();
        float[] dXs = dX.array();
        int xAt = x.offset() + at;
        int dXAt = dX.offset() + at;
        int j = 0;
        for (; j + LANES <= count; j += LANES) {
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, xs, xAt + j).sub(FloatVector.fromArray(SPECIES, mean, j));
            FloatVector rest =
                    deviation.fma(FloatVector.fromArray(SPECIES, b, j), FloatVector.fromArray(SPECIES, c, j));
            g(at + j, gated).mul(FloatVector.fromArray(SPECIES, a, j)).sub(rest).intoArray(dXs, dXAt + j);
        }
        for (; j < count; j++) {
            dXs[dXAt + j] = gOf(at + j, gated) * a[j] - ((xs[xAt + j] - mean[j]) * b[j] + c[j]);
        }
    }
}
