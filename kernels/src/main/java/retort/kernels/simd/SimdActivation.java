package retort.kernels.simd;

import static retort.kernels.simd.SimdSpecies.LANES;
import static retort.kernels.simd.SimdSpecies.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import retort.kernels.engine.HostActivation;
import retort.kernels.engine.HostTensor;
import retort.kernels.op.ActivationSpec;
import retort.kernels.op.ActivationSpec.Kind;

/**
 * Smooth activations and their gradients, a loop for each form with one exponential in it: of two calls of
 * {@link SimdExp} in a method C2 inlines but one. Each has a lambda of its own: one that chose among them had all of
 * them inlined, until C2's limit of nodes left a vector on the heap for every call of an exponential. The exponential
 * is of -|x|, so that it never overflows. What is left beyond whole vectors is done by the definition.
 */
final class SimdActivation {
    /** What an element takes, in bytes that could be moved meanwhile. */
    private static final long COST = 64;

    /** Up to here tanh is a polynomial: (1 - e) / (1 + e) would lose its low bits. Source: Cephes tanhf. */
    private static final float TANH_SMALL = 0.625f;

    private static final float TANH_1 = -3.33332819422e-1f;
    private static final float TANH_2 = 1.33314422036e-1f;
    private static final float TANH_3 = -5.37397155531e-2f;
    private static final float TANH_4 = 2.06390887954e-2f;
    private static final float TANH_5 = -5.70498872745e-3f;

    /**
     * The tail of the normal distribution, exp(-x^2 / 2) t (A1 + A2 t + .. + A5 t^4) with t = 1 / (1 + P |x|), is at
     * most 7.5e-8 off. Source: Abramowitz and Stegun 1964, 7.1.26, P over sqrt 2 and the others halved.
     */
    private static final float TAIL_P = (float) (0.3275911 / Math.sqrt(2));

    private static final float TAIL_1 = 0.254829592f / 2;
    private static final float TAIL_2 = -0.284496736f / 2;
    private static final float TAIL_3 = 1.421413741f / 2;
    private static final float TAIL_4 = -1.453152027f / 2;
    private static final float TAIL_5 = 1.061405429f / 2;

    private static final float DENSITY = (float) (1 / Math.sqrt(2 * Math.PI));

    private final Workers workers;

    SimdActivation(Workers workers) {
        this.workers = workers;
    }

    Runnable forward(ActivationSpec spec, HostTensor x, HostTensor y) {
        Kind kind = spec.kind();
        Workers.Range loop = switch (kind) {
            case SIGMOID, SILU -> (from, to) -> sigmoid(kind, x, y, from, to);
            case TANH -> (from, to) -> tanh(x, y, from, to);
            case GELU -> (from, to) -> gelu(x, y, from, to);
        };
        return workers.prepareChunks(spec.count(), COST * spec.count(), loop);
    }

    Runnable gradient(ActivationSpec spec, HostTensor at, HostTensor dY, HostTensor dX) {
        Kind kind = spec.kind();
        long work = kind.differentiatesByResult() ? spec.bytes() : COST * spec.count();
        Workers.Range loop = switch (kind) {
            case SIGMOID, TANH -> (from, to) -> byResult(kind, at, dY, dX, from, to);
            case GELU -> (from, to) -> geluGradient(at, dY, dX, from, to);
            case SILU -> (from, to) -> siluGradient(at, dY, dX, from, to);
        };
        return workers.prepareChunks(spec.count(), work, loop);
    }

    private static void sigmoid(Kind kind, HostTensor xs, HostTensor ys, int from, int to) {
        boolean timesX = kind == Kind.SILU;
        int e = from;
        for (; e + LANES <= to; e += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, xs.array(), xs.offset() + e);
            FloatVector power = SimdExp.exp(x.abs().neg());
            FloatVector share = FloatVector.broadcast(SPECIES, 1).blend(power, x.compare(VectorOperators.LT, 0));
            FloatVector y = share.div(power.add(1));
            (timesX ? y.mul(x) : y).intoArray(ys.array(), ys.offset() + e);
        }
        rest(kind, xs, ys, e, to);
    }

    private static void tanh(HostTensor xs, HostTensor ys, int from, int to) {
        int e = from;
        for (; e + LANES <= to; e += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, xs.array(), xs.offset() + e);
            FloatVector size = x.abs();
            FloatVector power = SimdExp.exp(size.mul(-2));
            FloatVector large = FloatVector.broadcast(SPECIES, 1).sub(power).div(power.add(1));
            large = large.blend(large.neg(), x.compare(VectorOperators.LT, 0));
            FloatVector square = x.mul(x);
            FloatVector q = square.fma(FloatVector.broadcast(SPECIES, TANH_5), FloatVector.broadcast(SPECIES, TANH_4));
            q = q.fma(square, FloatVector.broadcast(SPECIES, TANH_3));
            q = q.fma(square, FloatVector.broadcast(SPECIES, TANH_2));
            q = q.fma(square, FloatVector.broadcast(SPECIES, TANH_1));
            FloatVector small = q.mul(square).fma(x, x);
            FloatVector y = large.blend(small, size.compare(VectorOperators.LT, TANH_SMALL));
            y.intoArray(ys.array(), ys.offset() + e);
        }
        rest(Kind.TANH, xs, ys, e, to);
    }

    private static void gelu(HostTensor xs, HostTensor ys, int from, int to) {
        int e = from;
        for (; e + LANES <= to; e += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, xs.array(), xs.offset() + e);
            FloatVector power = SimdExp.exp(x.mul(x).mul(-0.5f));
            normal(x, power).mul(x).intoArray(ys.array(), ys.offset() + e);
        }
        rest(Kind.GELU, xs, ys, e, to);
    }

    private static void geluGradient(HostTensor xs, HostTensor dYs, HostTensor dXs, int from, int to) {
        int e = from;
        for (; e + LANES <= to; e += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, xs.array(), xs.offset() + e);
            FloatVector power = SimdExp.exp(x.mul(x).mul(-0.5f));
            FloatVector slope = power.mul(DENSITY).fma(x, normal(x, power));
            slope.mul(FloatVector.fromArray(SPECIES, dYs.array(), dYs.offset() + e))
                    .intoArray(dXs.array(), dXs.offset() + e);
        }
        restOfGradient(Kind.GELU, xs, dYs, dXs, e, to);
    }

    /** The normal distribution at x, given exp(-x^2 / 2). */
    private static FloatVector normal(FloatVector x, FloatVector power) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        FloatVector t = one.div(x.abs().fma(FloatVector.broadcast(SPECIES, TAIL_P), one));
        FloatVector q = t.fma(FloatVector.broadcast(SPECIES, TAIL_5), FloatVector.broadcast(SPECIES, TAIL_4));
        q = q.fma(t, FloatVector.broadcast(SPECIES, TAIL_3));
        q = q.fma(t, FloatVector.broadcast(SPECIES, TAIL_2));
        q = q.fma(t, FloatVector.broadcast(SPECIES, TAIL_1));
        FloatVector tail = q.mul(t).mul(power);
        VectorMask<Float> negative = x.compare(VectorOperators.LT, 0);
        return one.sub(tail).blend(tail, negative);
    }

    private static void siluGradient(HostTensor xs, HostTensor dYs, HostTensor dXs, int from, int to) {
        int e = from;
        for (; e + LANES <= to; e += LANES) {
            FloatVector x = FloatVector.fromArray(SPECIES, xs.array(), xs.offset() + e);
            FloatVector power = SimdExp.exp(x.abs().neg());
            FloatVector one = FloatVector.broadcast(SPECIES, 1);
            FloatVector larger = one.div(power.add(1));
            FloatVector smaller = larger.mul(power);
            VectorMask<Float> negative = x.compare(VectorOperators.LT, 0);
            FloatVector sigmoid = larger.blend(smaller, negative);
            FloatVector rest = smaller.blend(larger, negative);
            FloatVector slope = rest.fma(x, one).mul(sigmoid);
            slope.mul(FloatVector.fromArray(SPECIES, dYs.array(), dYs.offset() + e))
                    .intoArray(dXs.array(), dXs.offset() + e);
        }
        restOfGradient(Kind.SILU, xs, dYs, dXs, e, to);
    }

    /** dY (1 - y) times 1 + y for tanh, y for the sigmoid. */
    private static void byResult(Kind kind, HostTensor ys, HostTensor dYs, HostTensor dXs, int from, int to) {
        boolean tanh = kind == Kind.TANH;
        FloatVector one = FloatVector.broadcast(SPECIES, 1);
        int e = from;
        for (; e + LANES <= to; e += LANES) {
            FloatVector y = FloatVector.fromArray(SPECIES, ys.array(), ys.offset() + e);
            FloatVector slope = one.sub(y).mul(tanh ? one.add(y) : y);
            slope.mul(FloatVector.fromArray(SPECIES, dYs.array(), dYs.offset() + e))
                    .intoArray(dXs.array(), dXs.offset() + e);
        }
        restOfGradient(kind, ys, dYs, dXs, e, to);
    }

    private static void rest(Kind kind, HostTensor xs, HostTensor ys, int from, int to) {
        for (int e = from; e < to; e++) {
            ys.array()[ys.offset() + e] = (float) HostActivation.value(kind, xs.array()[xs.offset() + e]);
        }
    }

    private static void restOfGradient(Kind kind, HostTensor at, HostTensor dYs, HostTensor dXs, int from, int to) {
        for (int e = from; e < to; e++) {
            double slope = HostActivation.derivative(kind, at.array()[at.offset() + e]);
            dXs.array()[dXs.offset() + e] = (float) (dYs.array()[dYs.offset() + e] * slope);
        }
    }
}
