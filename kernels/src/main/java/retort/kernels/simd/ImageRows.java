package retort.kernels.simd;

import java.util.Arrays;
import retort.kernels.engine.HostTensor;

/**
 * Rows of NHWC images as a kernel is swept over them: where they are if it meets their pixels only, else copied, with
 * columns of zeros before and behind.
 *
 * @param zeros columns of zeros before each row
 * @param rowPixels pixels of a row that the kernel meets, zeros among them
 */
record ImageRows(HostTensor images, int height, int width, int channels, int zeros, int rowPixels) {
    private boolean inPlace() {
        return zeros == 0 && rowPixels <= width;
    }

    /** Elements from a row to the next. */
    int step() {
        return (inPlace() ? width : rowPixels) * channels;
    }

    /** Where row {@code first} of an image is in what {@link #take} gives. */
    int at(int image, int first) {
        return inPlace() ? images.offset() + (image * height + first) * width * channels : 0;
    }

    /** Rows {@code first .. end} of an image. */
    float[] take(int image, int first, int end, Scratch scratch) {
        if (inPlace()) {
            return images.array();
        }
        int step = step();
        float[] copied = scratch.take(Scratch.Use.ROWS, (long) (end - first) * rowPixels * channels);
        int before = zeros * channels;
        int length = Math.min(rowPixels - zeros, width) * channels;
        for (int row = first; row < end; row++) {
            int at = (row - first) * step;
            Arrays.fill(copied, at, at + before, 0);
            int from = images.offset() + (image * height + row) * width * channels;
            System.arraycopy(images.array(), from, copied, at + before, length);
            Arrays.fill(copied, at + before + length, at + step, 0);
        }
        return copied;
    }
}
