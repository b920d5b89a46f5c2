package retort.nn.onnx;

import java.util.Arrays;

/**
 * How a kernel is swept over images: of two numbers the first goes with the rows. An axis of a value of three axes,
 * N x C x L, is an image of one row.
 *
 * @param before padding above and left
 * @param padded padding below and right
 * @param after what windows reach beyond the image below and right: less than the padding if they do not fill it, more
 *     if the last one may stand over
 * @param out windows that fit
 */
record Window(
        int[] image, int[] kernel, int[] strides, int[] dilations, int[] before, int[] padded, int[] after, int[] out) {
    /**
     * What a node's attributes say.
     *
     * @param dims of the operand, N x C x H x W or N x C x L
     * @param filter extents of the kernel in the weights; null if the attribute must say them
     */
    static Window of(Node node, int[] dims, int[] filter) {
        int axes = dims.length - 2;
        if (axes != 1 && axes != 2) {
            throw new Refusal(
                    node, "works on a value of " + Arrays.toString(dims) + ", expected N x C x H x W or N x C x L");
        }
        int[] kernel = node.integers("kernel_shape");
        kernel = kernel == null ? filter : kernel;
        if (kernel == null || kernel.length != axes || filter != null && !Arrays.equals(kernel, filter)) {
            throw new Refusal(node, "has a kernel_shape " + Arrays.toString(kernel) + " that does not fit");
        }
        int[] strides = list(node, "strides", axes, 1);
        int[] dilations = list(node, "dilations", axes, 1);
        int[] pads = list(node, "pads", 2 * axes, 0);
        String auto = node.text("auto_pad", "NOTSET");
        boolean ceil = node.integer("ceil_mode", 0) != 0;
        int[] image = Arrays.copyOfRange(dims, 2, dims.length);
        int[] before = Arrays.copyOf(pads, axes);
        int[] padded = Arrays.copyOfRange(pads, axes, 2 * axes);
        int[] after = new int[axes];
        int[] out = new int[axes];
        for (int i = 0; i < axes; i++) {
            long reach = (kernel[i] - 1L) * dilations[i] + 1;
            if (kernel[i] < 1 || strides[i] < 1 || dilations[i] < 1 || before[i] < 0 || padded[i] < 0) {
                throw new Refusal(node, "has a kernel, stride, dilation or padding below what there is");
            }
            switch (auto) {
                case "NOTSET" -> {
                    // As the pads say.
                }
                case "VALID" -> {
                    before[i] = 0;
                    padded[i] = 0;
                }
                case "SAME_UPPER", "SAME_LOWER" -> {
                    int windows = Math.ceilDiv(image[i], strides[i]);
                    int all = (int) Math.clamp((windows - 1L) * strides[i] + reach - image[i], 0, reach);
                    before[i] = auto.equals("SAME_UPPER") ? all / 2 : all - all / 2;
                    padded[i] = all - before[i];
                }
                default -> throw new Refusal(node, "has auto_pad " + auto);
            }
            long room = (long) image[i] + before[i] + padded[i] - reach;
            if (room < 0 || before[i] >= reach || padded[i] >= reach) {
                throw new Refusal(
                        node,
                        "has a kernel of " + Arrays.toString(kernel) + " with padding " + Arrays.toString(pads)
                                + " over " + Arrays.toString(image) + ", which does not fit");
            }
            out[i] = (int) (room / strides[i]) + 1;
            if (ceil && room % strides[i] != 0 && (long) out[i] * strides[i] < (long) image[i] + before[i]) {
                out[i]++;
            }
            after[i] = (int) ((out[i] - 1L) * strides[i] + reach - image[i] - before[i]);
        }
        return new Window(image, kernel, strides, dilations, before, padded, after, out).ofImages();
    }

    private Window ofImages() {
        return image.length == 2
                ? this
                : new Window(
                        with(1, image),
                        with(1, kernel),
                        with(1, strides),
                        with(1, dilations),
                        with(0, before),
                        with(0, padded),
                        with(0, after),
                        with(1, out));
    }

    private static int[] with(int first, int[] second) {
        return new int[] {first, second[0]};
    }

    private static int[] list(Node node, String name, int count, int otherwise) {
        int[] list = node.integers(name);
        if (list == null) {
            list = new int[count];
            Arrays.fill(list, otherwise);
        }
        if (list.length != count) {
            throw new Refusal(node, "has " + name + " " + Arrays.toString(list) + ", expected " + count + " numbers");
        }
        return list;
    }

    /** Pixels that a kernel spans along an axis. */
    int reach(int axis) {
        return (kernel[axis] - 1) * dilations[axis] + 1;
    }

    /** Rows and columns that windows step by at once: what is asked for, or a part of it if the two differ. */
    int stride() {
        if (out[0] == 1) {
            return strides[1];
        }
        if (out[1] == 1) {
            return strides[0];
        }
        int a = strides[0];
        int b = strides[1];
        while (b != 0) {
            int rest = a % b;
            a = b;
            b = rest;
        }
        return a;
    }

    /** Padding that kernels do themselves: as much on all sides as windows need, else 0. */
    int padding() {
        int most = before[0];
        boolean even = before[1] == most && after[0] <= most && after[1] <= most;
        return even && most < Math.min(reach(0), reach(1)) ? most : 0;
    }

    /** Whether windows reach beyond that padding, so that images have to be put into a frame. */
    boolean needsFrame() {
        return padding() != before[0] || padding() != before[1] || after[0] > padding() || after[1] > padding();
    }

    /** Extent of an image with what its frame adds. */
    int framed(int axis) {
        return before[axis] + image[axis] + Math.max(0, after[axis]);
    }
}
