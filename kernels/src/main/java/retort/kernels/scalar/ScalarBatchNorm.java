package retort.kernels.scalar;

import retort.kernels.engine.HostTensor;
import retort.kernels.engine.Operands;
import retort.kernels.op.BatchNormSpec;

/** The definition of batch normalisation, channel by channel. */
final class ScalarBatchNorm {
    private final BatchNormSpec spec;
    private final int rows;

    ScalarBatchNorm(BatchNormSpec spec) {
        this.spec = spec;
        this.rows = spec.rows();
    }

    void run(Operands<HostTensor> o) {
        for (int c = 0; c < spec.channels(); c++) {
            switch (spec.pass()) {
                case TRAINING -> training(o, c);
                case INFERENCE -> inference(o, c);
                case GRADIENT -> gradient(o, c);
            }
        }
    }

    /** Element c of row i. */
    private float get(HostTensor x, int i, int c) {
        return x.array()[x.offset() + i * spec.channels() + c];
    }

    private void set(HostTensor x, int i, int c, double value) {
        x.array()[x.offset() + i * spec.channels() + c] = (float) value;
    }

    private void training(Operands<HostTensor> o, int c) {
        HostTensor x = o.get(0);
        double mean = 0;
        for (int i = 0; i < rows; i++) {
            mean += get(x, i, c);
        }
        mean /= rows;
        double squares = 0;
        for (int i = 0; i < rows; i++) {
            squares += (get(x, i, c) - mean) * (get(x, i, c) - mean);
        }
        double inverse = inverse(squares / rows);
        normalize(o, c, mean, inverse);
        average(o.get(3), c, mean);
        average(o.get(4), c, squares / spec.degreesOfFreedom());
        set(o.get(6), 0, c, mean);
        set(o.get(7), 0, c, inverse);
    }

    private double inverse(double variance) {
        return 1 / Math.sqrt(variance + spec.epsilon());
    }

    private void average(HostTensor running, int c, double now) {
        double momentum = spec.momentum();
        set(running, 0, c, (1 - momentum) * get(running, 0, c) + momentum * now);
    }

    private void inference(Operands<HostTensor> o, int c) {
        normalize(o, c, get(o.get(3), 0, c), inverse(get(o.get(4), 0, c)));
    }

    private void normalize(Operands<HostTensor> o, int c, double mean, double inverse) {
        double gamma = get(o.get(1), 0, c);
        double beta = get(o.get(2), 0, c);
        for (int i = 0; i < rows; i++) {
            double y = gamma * (get(o.get(0), i, c) - mean) * inverse + beta;
            set(o.get(5), i, c, spec.relu() ? Math.max(y, 0) : y);
        }
    }

    private void gradient(Operands<HostTensor> o, int c) {
        HostTensor x = o.get(0);
        double mean = get(o.get(3), 0, c);
        double inverse = get(o.get(4), 0, c);
        double dGamma = 0;
        double dBeta = 0;
        for (int i = 0; i < rows; i++) {
            dBeta += g(o, i, c);
            dGamma += g(o, i, c) * (get(x, i, c) - mean) * inverse;
        }
        double factor = get(o.get(2), 0, c) * inverse;
        for (int i = 0; i < rows; i++) {
            double h = (get(x, i, c) - mean) * inverse;
            set(o.get(5), i, c, factor * (g(o, i, c) - dBeta / rows - h * dGamma / rows));
        }
        set(o.get(6), 0, c, dGamma);
        set(o.get(7), 0, c, dBeta);
    }

    private double g(Operands<HostTensor> o, int i, int c) {
        return !spec.relu() || get(o.get(8), i, c) > 0 ? get(o.get(1), i, c) : 0;
    }
}
