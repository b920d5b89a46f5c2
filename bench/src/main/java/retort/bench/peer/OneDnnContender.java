package retort.bench.peer;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import retort.bench.kernel.Contender;
import retort.kernels.op.BatchNormSpec;
import retort.kernels.op.Conv2dSpec;
import retort.kernels.op.DepthwiseConv2dSpec;
import retort.kernels.op.GemmSpec;
import retort.kernels.op.Pool2dSpec;
import retort.kernels.op.ReluSpec;
import retort.kernels.op.SoftmaxSpec;
import retort.kernels.op.Spec;

/**
 * oneDNN in one of two ways. In our layout it gets and gives row-major matrices and NHWC images, and what it wants
 * otherwise (packed filters) it makes of them within the timed call, as we do. In its own layout it chooses the layout
 * of every operand, and bringing them there and back is not timed.
 */
public final class OneDnnContender implements Contender {
    private final boolean ownLayout;
    private final engine cpu;
    private final stream queue;
    private final List<Place> places = new ArrayList<>();
    private final List<Step> before = new ArrayList<>();
    private final List<Step> timed = new ArrayList<>();
    private final List<Step> after = new ArrayList<>();
    private final Map<Integer, Supplier<float[]>> derived = new HashMap<>();

    /** An operand where the spec's layout has it, and where the primitive wants it; often the same memory. */
    private record Place(int argument, memory plain, memory inner) {}

    /** A primitive and its operands; holding them keeps the collector off their native parts. */
    private record Step(primitive primitive, IntMemoryMap arguments) {}

    private OneDnnContender(boolean ownLayout, int threads) {
        this.ownLayout = ownLayout;
        NativeEnvironment.set("OMP_NUM_THREADS", Integer.toString(threads));
        cpu = new engine(engine.kind.cpu, 0);
        queue = new stream(cpu);
    }

    /** Any spec that {@link Peer} does not refuse. */
    static OneDnnContender of(Spec spec, float[][] inputs, int threads, boolean ownLayout) {
        OneDnnContender contender = new OneDnnContender(ownLayout, threads);
        switch (spec) {
            case GemmSpec s -> contender.gemm(s, inputs);
            case Conv2dSpec s -> contender.conv2d(s, inputs);
            case DepthwiseConv2dSpec s -> contender.depthwiseConv2d(s, inputs);
            case SoftmaxSpec s -> contender.softmax(s, inputs);
            case ReluSpec s -> contender.eltwise(dnnl.algorithm.eltwise_relu, inputs[0]);
            case Pool2dSpec s -> new OneDnnLayers(contender, inputs).pool2d(s);
            case BatchNormSpec s -> new OneDnnLayers(contender, inputs).batchNorm(s);
            default -> throw new IllegalArgumentException("onednn: " + spec.id() + " is not among its benchmarks");
        }
        contender.settle();
        return contender;
    }

    /** y = e^x, one array to another. */
    public static OneDnnContender exp(float[] x, int threads) {
        OneDnnContender contender = new OneDnnContender(false, threads);
        contender.eltwise(dnnl.algorithm.eltwise_exp, x);
        contender.settle();
        return contender;
    }

    private void gemm(GemmSpec s, float[][] inputs) {
        memory.desc a = desc(s.transA() ? memory.format_tag.ba : memory.format_tag.ab, s.m(), s.k());
        memory.desc b = desc(s.transB() ? memory.format_tag.ba : memory.format_tag.ab, s.k(), s.n());
        memory.desc c = desc(memory.format_tag.ab, s.m(), s.n());
        matmul.primitive_desc chosen = ownLayout
                ? new matmul.primitive_desc(cpu, any(s.m(), s.k()), any(s.k(), s.n()), any(s.m(), s.n()))
                : new matmul.primitive_desc(cpu, a, b, c);
        read(DNNL_ARG_SRC, a, chosen.src_desc(), inputs[0]);
        read(DNNL_ARG_WEIGHTS, b, chosen.weights_desc(), inputs[1]);
        write(DNNL_ARG_DST, c, chosen.dst_desc(), new matmul(chosen));
    }

    private void conv2d(Conv2dSpec s, float[][] inputs) {
        long[] xSizes = {s.batch(), s.channels(), s.height(), s.width()};
        long[] filterSizes = {s.filters(), s.channels(), s.kernelHeight(), s.kernelWidth()};
        long[] ySizes = {s.batch(), s.filters(), s.outHeight(), s.outWidth()};
        memory.desc filter = desc(memory.format_tag.cdba, filterSizes);
        convolve(s.pass(), xSizes, filter, any(filterSizes), ySizes, s.stride(), s.padding(), inputs);
    }

    /** It calls it a convolution of groups, one a channel. */
    private void depthwiseConv2d(DepthwiseConv2dSpec s, float[][] inputs) {
        long[] xSizes = {s.batch(), s.channels(), s.height(), s.width()};
        long[] filterSizes = {s.channels(), 1, 1, s.kernelHeight(), s.kernelWidth()};
        long[] ySizes = {s.batch(), s.channels(), s.outHeight(), s.outWidth()};
        memory.desc filter = desc(memory.format_tag.decab, filterSizes);
        convolve(s.pass(), xSizes, filter, any(filterSizes), ySizes, s.stride(), s.padding(), inputs);
    }

    private void convolve(
            Conv2dSpec.Pass pass,
            long[] xSizes,
            memory.desc filter,
            memory.desc filterWish,
            long[] ySizes,
            int stride,
            int pad,
            float[][] inputs) {
        memory.desc x = desc(memory.format_tag.acdb, xSizes);
        memory.desc y = desc(memory.format_tag.acdb, ySizes);
        memory.desc xWish = ownLayout ? any(xSizes) : x;
        memory.desc yWish = ownLayout ? any(ySizes) : y;
        long[] strides = {stride, stride};
        long[] padding = {pad, pad};
        convolution_forward.primitive_desc forward = new convolution_forward.primitive_desc(
                cpu,
                pass == Conv2dSpec.Pass.FORWARD ? dnnl.prop_kind.forward_inference : dnnl.prop_kind.forward_training,
                dnnl.algorithm.convolution_direct,
                xWish,
                filterWish,
                yWish,
                strides,
                padding,
                padding);
        switch (pass) {
            case FORWARD -> {
                read(DNNL_ARG_SRC, x, forward.src_desc(), inputs[0]);
                read(DNNL_ARG_WEIGHTS, filter, forward.weights_desc(), inputs[1]);
                write(DNNL_ARG_DST, y, forward.dst_desc(), new convolution_forward(forward));
            }
            case INPUT_GRADIENT -> {
                var chosen = new convolution_backward_data.primitive_desc(
                        cpu,
                        dnnl.algorithm.convolution_direct,
                        xWish,
                        filterWish,
                        yWish,
                        strides,
                        padding,
                        padding,
                        forward);
                skip();
                read(DNNL_ARG_WEIGHTS, filter, chosen.weights_desc(), inputs[1]);
                read(DNNL_ARG_DIFF_DST, y, chosen.diff_dst_desc(), inputs[2]);
                write(DNNL_ARG_DIFF_SRC, x, chosen.diff_src_desc(), new convolution_backward_data(chosen));
                places.set(0, places.removeLast());
            }
            case FILTER_GRADIENT -> {
                var chosen = new convolution_backward_weights.primitive_desc(
                        cpu,
                        dnnl.algorithm.convolution_direct,
                        xWish,
                        filterWish,
                        yWish,
                        strides,
                        padding,
                        padding,
                        forward);
                read(DNNL_ARG_SRC, x, chosen.src_desc(), inputs[0]);
                skip();
                read(DNNL_ARG_DIFF_DST, y, chosen.diff_dst_desc(), inputs[2]);
                write(
                        DNNL_ARG_DIFF_WEIGHTS,
                        filter,
                        chosen.diff_weights_desc(),
                        new convolution_backward_weights(chosen));
                places.set(1, places.removeLast());
            }
        }
    }

    /** It knows no temperature: the logits are divided by it beforehand. */
    private void softmax(SoftmaxSpec s, float[][] inputs) {
        float[] divided = inputs[0].clone();
        for (int i = 0; i < divided.length; i++) {
            divided[i] /= s.temperature();
        }
        memory.desc plain = desc(memory.format_tag.ab, s.rows(), s.classes());
        var chosen = new softmax_forward.primitive_desc(
                cpu, dnnl.prop_kind.forward_inference, dnnl.algorithm.softmax_accurate, plain, plain, 1);
        read(DNNL_ARG_SRC, plain, chosen.src_desc(), divided);
        write(DNNL_ARG_DST, plain, chosen.dst_desc(), new softmax_forward(chosen));
    }

    private void eltwise(dnnl.algorithm algorithm, float[] x) {
        memory.desc plain = desc(memory.format_tag.a, x.length);
        var chosen = new eltwise_forward.primitive_desc(cpu, dnnl.prop_kind.forward_inference, algorithm, plain, plain);
        read(DNNL_ARG_SRC, plain, chosen.src_desc(), x);
        write(DNNL_ARG_DST, plain, chosen.dst_desc(), new eltwise_forward(chosen));
    }

    /** Keeps the place of an operand that is none of the primitive's, or of the result where that is made last. */
    void skip() {
        places.add(null);
    }

    /** The next operand of the spec, which oneDNN takes as it lies. */
    void read(int argument, memory.desc plain, float[] elements) {
        read(argument, plain, plain, elements);
    }

    private void read(int argument, memory.desc plain, memory.desc inner, float[] elements) {
        Place place = place(argument, plain, inner);
        data(place.plain(), elements.length).put(elements);
        if (place.inner() != place.plain()) {
            (ownLayout ? before : timed).add(move(place.plain(), place.inner()));
        }
    }

    /** The same of a result. */
    memory written(int argument, memory.desc plain) {
        return place(argument, plain, plain).plain();
    }

    /** The same of a result that a caller finds from others, when it is asked for. */
    void derived(Supplier<float[]> elements) {
        derived.put(places.size(), elements);
        skip();
    }

    /** Work on all operands so far that is done before any time is taken, and leaves what is not among them. */
    void before(primitive work, IntMemoryMap others) {
        before.add(new Step(work, arguments(others)));
    }

    /** Work on all operands so far, and what is not among them. */
    void timed(primitive work, IntMemoryMap others) {
        timed.add(new Step(work, arguments(others)));
    }

    private IntMemoryMap arguments(IntMemoryMap others) {
        for (Place each : places) {
            if (each != null) {
                others.put(each.argument(), each.inner());
            }
        }
        return others;
    }

    private void write(int argument, memory.desc plain, memory.desc inner, primitive work) {
        Place place = place(argument, plain, inner);
        timed(work, new IntMemoryMap());
        if (place.inner() != place.plain()) {
            (ownLayout ? after : timed).add(move(place.inner(), place.plain()));
        }
    }

    private Place place(int argument, memory.desc plain, memory.desc inner) {
        memory outer = new memory(plain, cpu);
        Place place = new Place(argument, outer, inner.equals(plain) ? outer : new memory(inner, cpu));
        places.add(place);
        return place;
    }

    private Step move(memory from, memory to) {
        IntMemoryMap arguments = new IntMemoryMap();
        arguments.put(DNNL_ARG_FROM, from);
        arguments.put(DNNL_ARG_TO, to);
        return new Step(new reorder(new reorder.primitive_desc(cpu, from.get_desc(), cpu, to.get_desc())), arguments);
    }

    private void settle() {
        execute(before);
    }

    private void execute(List<Step> steps) {
        for (Step step : steps) {
            step.primitive().execute(queue, step.arguments());
        }
        queue._wait();
    }

    private memory.desc any(long... sizes) {
        return desc(memory.format_tag.any, sizes);
    }

    static memory.desc desc(memory.format_tag tag, long... sizes) {
        return new memory.desc(sizes, memory.data_type.f32, tag);
    }

    engine cpu() {
        return cpu;
    }

    static float[] elementsOf(memory plain) {
        float[] elements = new float[(int) (plain.get_desc().get_size() / Float.BYTES)];
        data(plain, elements.length).get(elements);
        return elements;
    }

    private static FloatPointer data(memory memory, long count) {
        return new FloatPointer(memory.get_data_handle()).capacity(count);
    }

    @Override
    public void run() {
        execute(timed);
    }

    @Override
    public float[] elements(int operand) {
        execute(after);
        return derived.containsKey(operand)
                ? derived.get(operand).get()
                : elementsOf(places.get(operand).plain());
    }

    @Override
    public void close() {
        for (Place place : places) {
            if (place != null) {
                place.plain().close();
                if (place.inner() != place.plain()) {
                    place.inner().close();
                }
            }
        }
        queue.close();
        cpu.close();
    }
}
