package retort.kernels.op;

/** A window, or the kernel of a convolution, that is swept over NHWC images. */
public sealed interface WindowSpec extends Spec permits Conv2dSpec, DepthwiseConv2dSpec, Pool2dSpec {
    /** Number of images. */
    int batch();

    /** Of an image, in pixels. */
    int height();

    int width();

    int channels();

    int kernelHeight();

    int kernelWidth();

    /** Pixels from a window to the next. */
    int stride();

    /** Pixels around the image that a window may be over. */
    int padding();

    /** Windows below each other. */
    default int outHeight() {
        return (height() + 2 * padding() - kernelHeight()) / stride() + 1;
    }

    /** Windows side by side. */
    default int outWidth() {
        return (width() + 2 * padding() - kernelWidth()) / stride() + 1;
    }

    default Shape xShape() {
        return Shape.of(batch(), height(), width(), channels());
    }
}
