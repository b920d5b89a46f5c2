package retort.bench.peer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.Pass;
import retort.kernels.op.Pool2dSpec;

/**
 * Pooling and batch normalisation in oneDNN, in our layout.
 *
 * @param to what runs them
 */
record OneDnnLayers(OneDnnContender to, float[][] inputs) {
    private static final int SCALE_AND_SHIFT =
            dnnl.normalization_flags.use_scale.value | dnnl.normalization_flags.use_shift.value;

    /** For a gradient it keeps, untimed, where the largest elements are, which we find in x again. */
    void pool2d(Pool2dSpec s) {
        memory.desc x = image(s.batch(), s.channels(), s.height(), s.width());
        memory.desc y = image(s.batch(), s.channels(), s.outHeight(), s.outWidth());
        long[] kernel = {s.kernelHeight(), s.kernelWidth()};
        long[] strides = {s.stride(), s.stride()};
        long[] dilation = {0, 0};
        long[] padding = {s.padding(), s.padding()};
        boolean max = s.kind() == Pool2dSpec.Kind.MAX;
        boolean forward = s.pass() == Pass.FORWARD;
        dnnl.algorithm algorithm = max ? dnnl.algorithm.pooling_max : dnnl.algorithm.pooling_avg_exclude_padding;
        var chosen = new pooling_forward.primitive_desc(
                to.cpu(),
                forward ? dnnl.prop_kind.forward_inference : dnnl.prop_kind.forward_training,
                algorithm,
                x,
                y,
                strides,
                kernel,
                dilation,
                padding,
                padding);
        if (forward) {
            to.read(DNNL_ARG_SRC, x, inputs[0]);
            to.written(DNNL_ARG_DST, y);
            to.timed(new pooling_forward(chosen), new IntMemoryMap());
            return;
        }
        IntMemoryMap kept = new IntMemoryMap();
        if (max) {
            to.read(DNNL_ARG_SRC, x, inputs[0]);
            IntMemoryMap found = new IntMemoryMap();
            memory places = new memory(chosen.workspace_desc(), to.cpu());
            found.put(DNNL_ARG_DST, new memory(y, to.cpu()));
            found.put(DNNL_ARG_WORKSPACE, places);
            kept.put(DNNL_ARG_WORKSPACE, places);
            to.before(new pooling_forward(chosen), found);
        }
        to.read(DNNL_ARG_DIFF_DST, y, inputs[max ? 1 : 0]);
        to.written(DNNL_ARG_DIFF_SRC, x);
        var gradient = new pooling_backward.primitive_desc(
                to.cpu(), algorithm, x, y, strides, kernel, dilation, padding, padding, chosen);
        to.timed(new pooling_backward(gradient), kept);
    }

    /** It keeps no running statistics: they are found from the others when they are asked for. */
    void batchNorm(BatchNormSpec s) {
        memory.desc x = image(1, s.channels(), s.rows(), 1);
        memory.desc channel = OneDnnContender.desc(memory.format_tag.a, s.channels());
        switch (s.pass()) {
            case TRAINING -> {
                var chosen = new batch_normalization_forward.primitive_desc(
                        to.cpu(), dnnl.prop_kind.forward_training.value, x, x, s.epsilon(), SCALE_AND_SHIFT);
                to.read(DNNL_ARG_SRC, x, inputs[0]);
                to.read(DNNL_ARG_SCALE, channel, inputs[1]);
                to.read(DNNL_ARG_SHIFT, channel, inputs[2]);
                memory mean = new memory(channel, to.cpu());
                memory variance = new memory(channel, to.cpu());
                double unbiased = (double) s.rows() / Math.max(s.rows() - 1, 1);
                to.derived(() -> running(s, inputs[3], OneDnnContender.elementsOf(mean), 1));
                to.derived(() -> running(s, inputs[4], OneDnnContender.elementsOf(variance), unbiased));
                to.written(DNNL_ARG_DST, x);
                to.derived(() -> OneDnnContender.elementsOf(mean));
                to.derived(() -> inverse(s, OneDnnContender.elementsOf(variance)));
                IntMemoryMap statistics = new IntMemoryMap();
                statistics.put(DNNL_ARG_MEAN, mean);
                statistics.put(DNNL_ARG_VARIANCE, variance);
                to.timed(new batch_normalization_forward(chosen), statistics);
            }
            case INFERENCE -> {
                int flags = SCALE_AND_SHIFT | dnnl.normalization_flags.use_global_stats.value;
                var chosen = new batch_normalization_forward.primitive_desc(
                        to.cpu(), dnnl.prop_kind.forward_inference.value, x, x, s.epsilon(), flags);
                to.read(DNNL_ARG_SRC, x, inputs[0]);
                to.read(DNNL_ARG_SCALE, channel, inputs[1]);
                to.read(DNNL_ARG_SHIFT, channel, inputs[2]);
                to.read(DNNL_ARG_MEAN, channel, inputs[3]);
                to.read(DNNL_ARG_VARIANCE, channel, inputs[4]);
                to.written(DNNL_ARG_DST, x);
                to.timed(new batch_normalization_forward(chosen), new IntMemoryMap());
            }
            case GRADIENT -> {
                var forward = new batch_normalization_forward.primitive_desc(
                        to.cpu(), dnnl.prop_kind.forward_training.value, x, x, s.epsilon(), SCALE_AND_SHIFT);
                var chosen = new batch_normalization_backward.primitive_desc(
                        to.cpu(), dnnl.prop_kind.backward.value, x, x, x, s.epsilon(), SCALE_AND_SHIFT, forward);
                to.read(DNNL_ARG_SRC, x, inputs[0]);
                to.read(DNNL_ARG_DIFF_DST, x, inputs[1]);
                to.read(DNNL_ARG_SCALE, channel, inputs[2]);
                to.read(DNNL_ARG_MEAN, channel, inputs[3]);
                to.read(DNNL_ARG_VARIANCE, channel, variance(s, inputs[4]));
                to.written(DNNL_ARG_DIFF_SRC, x);
                to.written(DNNL_ARG_DIFF_SCALE, channel);
                to.written(DNNL_ARG_DIFF_SHIFT, channel);
                to.timed(new batch_normalization_backward(chosen), new IntMemoryMap());
            }
        }
    }

    private static memory.desc image(long batch, long channels, long height, long width) {
        return OneDnnContender.desc(memory.format_tag.acdb, batch, channels, height, width);
    }

    private static float[] running(BatchNormSpec s, float[] before, float[] ofBatch, double factor) {
        float[] after = new float[before.length];
        for (int c = 0; c < after.length; c++) {
            after[c] = (float) ((1 - s.momentum()) * before[c] + s.momentum() * factor * ofBatch[c]);
        }
        return after;
    }

    private static float[] inverse(BatchNormSpec s, float[] variance) {
        float[] inverse = new float[variance.length];
        for (int c = 0; c < inverse.length; c++) {
            inverse[c] = (float) (1 / Math.sqrt((double) variance[c] + s.epsilon()));
        }
        return inverse;
    }

    private static float[] variance(BatchNormSpec s, float[] inverse) {
        float[] variance = new float[inverse.length];
        for (int c = 0; c < variance.length; c++) {
            variance[c] = (float) (1 / ((double) inverse[c] * inverse[c]) - s.epsilon());
        }
        return variance;
    }
}
