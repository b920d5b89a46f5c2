package retort.nn.onnx;

import java.util.Arrays;
import retort.kernels.Tensor;

/** What convolution and pooling do alike to the images before and after. */
final class Images {
    private Images() {}

    /** An operand as images with their channels last; of three axes, N x C x L, images of one row. */
    static Computed of(Lowering lowering, Computed x) {
        int[] dims = x.dims();
        Computed images = dims.length == 3 ? x.reshaped(new int[] {dims[0], dims[1], 1, dims[2]}) : x;
        return lowering.laidOut(images, Computed.channelsLast());
    }

    /** The images in a frame of a value, which windows reach into. */
    static Tensor framed(Lowering lowering, Computed images, Window window, float value) {
        int batch = images.dims()[0];
        int channels = images.dims()[1];
        int[] extents = {batch, window.framed(0), window.framed(1), channels};
        int[] strides = Value.strides(extents);
        int[] inside = {batch, window.image()[0], window.image()[1], channels};
        Tensor framed = lowering.filled(Value.size(extents), value);
        int to = window.before()[0] * strides[1] + window.before()[1] * strides[2];
        lowering.copy(images.tensor(), 0, Value.strides(inside), framed, to, strides, inside);
        return framed;
    }

    /**
     * Keeps those windows that were asked for.
     *
     * @param y batch x height x width x channels, of all windows that a kernel made
     * @param rank of the operand, which the result has too
     */
    static Computed kept(Lowering lowering, Tensor y, int[] extents, Window window, int rank) {
        int[] out = {extents[0], window.out()[0], window.out()[1], extents[3]};
        Tensor kept = y;
        if (!Arrays.equals(out, extents)) {
            int[] strides = Value.strides(extents);
            strides[1] *= window.out()[0] == 1 ? 1 : window.strides()[0] / window.stride();
            strides[2] *= window.out()[1] == 1 ? 1 : window.strides()[1] / window.stride();
            kept = lowering.tensor(Value.size(out));
            lowering.copy(y, 0, strides, kept, 0, Value.strides(out), out);
        }
        Computed images = Computed.images(kept, out[0], out[3], out[1], out[2]);
        return rank == 3 ? images.reshaped(new int[] {out[0], out[3], out[2]}) : images;
    }
}
