package retort.kernels.op;

/**
 * Two-dimensional cross-correlation (what networks call convolution) over NHWC images, or one of its two gradients.
 *
 * <p>x is batch x height x width x channels, the filter is kernelHeight x kernelWidth x channels x filters, and y is
 * batch x outHeight x outWidth x filters with outHeight = (height + 2 padding - kernelHeight) / stride + 1:
 *
 * <pre>
 * FORWARD          y[b,i,j,o]  = sum over r,s,c  of x[b, i stride + r - padding, j stride + s - padding, c] f[r,s,c,o]
 * INPUT_GRADIENT   dX[b,p,q,c] = sum over r,s,o  of dY[b, i, j, o] f[r,s,c,o],  where i stride + r - padding = p, j alike
 * FILTER_GRADIENT  dF[r,s,c,o] = sum over b,i,j  of x[b, i stride + r - padding, j stride + s - padding, c] dY[b,i,j,o]
 * </pre>
 *
 * <p>x outside the image is 0. The operands stand in the same order for every pass; the pass says which is the result.
 * The epilogue applies to it (bias by filter; the filter gradient has none). Elementwise |error| <= 2 (t + 2) eps times
 * the same sum over absolute values, where t is {@link #terms}, eps = 2^-24.
 *
 * <p>Source: Chetlur et al. 2014 (implicit GEMM); Georganas et al. 2018 (direct, register-blocked).
 */
public record Conv2dSpec(
        Pass pass,
        int batch,
        int height,
        int width,
        int channels,
        int kernelHeight,
        int kernelWidth,
        int filters,
        int stride,
        int padding,
        Epilogue epilogue)
        implements Spec {

    /** Which operand is computed from the other two. */
    public enum Pass {
        FORWARD("conv2d"),
        INPUT_GRADIENT("conv2d-dx"),
        FILTER_GRADIENT("conv2d-df");

        private final String op;

        Pass(String op) {
            this.op = op;
        }
    }

    public Conv2dSpec {
        String op = pass.op;
        Spec.positive(op, "batch", batch);
        Spec.positive(op, "height", height);
        Spec.positive(op, "width", width);
        Spec.positive(op, "channels", channels);
        Spec.positive(op, "kernel height", kernelHeight);
        Spec.positive(op, "kernel width", kernelWidth);
        Spec.positive(op, "filters", filters);
        Spec.positive(op, "stride", stride);
        if (padding < 0 || padding >= Math.min(kernelHeight, kernelWidth)) {
            throw new IllegalArgumentException(op + ": padding must be 0 or more and less than the kernel's size, got "
                    + padding + " with a " + kernelHeight + " x " + kernelWidth + " kernel");
        }
        if (height + 2 * padding < kernelHeight || width + 2 * padding < kernelWidth) {
            throw new IllegalArgumentException(op + ": a " + kernelHeight + " x " + kernelWidth
                    + " kernel does not fit an image of " + height + " x " + width + " with padding " + padding);
        }
        if (pass != Pass.FORWARD && (epilogue.bias() || epilogue.relu() || epilogue.drops())
                || pass == Pass.FILTER_GRADIENT && !epilogue.equals(Epilogue.NONE)
                || pass == Pass.FORWARD && epilogue.gate()) {
            throw new IllegalArgumentException(op + ": this pass has no epilogue " + epilogue.idSuffix());
        }
    }

    /** A forward pass over images of the given extents, to be completed by {@link #filters}. */
    public static Conv2dSpec forward(int batch, int height, int width, int channels) {
        return new Conv2dSpec(Pass.FORWARD, batch, height, width, channels, 1, 1, 1, 1, 0, Epilogue.NONE);
    }

    public Conv2dSpec filters(int newKernelHeight, int newKernelWidth, int newFilters) {
        return new Conv2dSpec(
                pass,
                batch,
                height,
                width,
                channels,
                newKernelHeight,
                newKernelWidth,
                newFilters,
                stride,
                padding,
                epilogue);
    }

    public Conv2dSpec stepped(int newStride, int newPadding) {
        return new Conv2dSpec(
                pass,
                batch,
                height,
                width,
                channels,
                kernelHeight,
                kernelWidth,
                filters,
                newStride,
                newPadding,
                epilogue);
    }

    public Conv2dSpec with(Epilogue other) {
        return new Conv2dSpec(
                pass, batch, height, width, channels, kernelHeight, kernelWidth, filters, stride, padding, other);
    }

    /** Another pass over the same geometry, without epilogue. */
    public Conv2dSpec as(Pass other) {
        return new Conv2dSpec(
                other,
                batch,
                height,
                width,
                channels,
                kernelHeight,
                kernelWidth,
                filters,
                stride,
                padding,
                Epilogue.NONE);
    }

    public int outHeight() {
        return (height + 2 * padding - kernelHeight) / stride + 1;
    }

    public int outWidth() {
        return (width + 2 * padding - kernelWidth) / stride + 1;
    }

    public Shape xShape() {
        return Shape.of(batch, height, width, channels);
    }

    public Shape filterShape() {
        return Shape.of(kernelHeight, kernelWidth, channels, filters);
    }

    public Shape yShape() {
        return Shape.of(batch, outHeight(), outWidth(), filters);
    }

    /** The result's shape. */
    public Shape resultShape() {
        return switch (pass) {
            case FORWARD -> yShape();
            case INPUT_GRADIENT -> xShape();
            case FILTER_GRADIENT -> filterShape();
        };
    }

    /** The most products that are summed for one element of the result. */
    public int terms() {
        return switch (pass) {
            case FORWARD -> kernelHeight * kernelWidth * channels;
            case INPUT_GRADIENT -> kernelHeight * kernelWidth * filters;
            case FILTER_GRADIENT -> batch * outHeight() * outWidth();
        };
    }

    @Override
    public String id() {
        return pass.op + ":n" + batch + "h" + height + "w" + width + "c" + channels + ":k" + kernelHeight + "x"
                + kernelWidth + "o" + filters + ":s" + stride + "p" + padding + epilogue.idSuffix();
    }

    /** Products with padding counted too, as the field does: 2 * size of y * kernel area * channels, in every pass. */
    @Override
    public long flops() {
        return 2L * yShape().size() * kernelHeight * kernelWidth * channels;
    }

    @Override
    public long bytes() {
        long elements = (long) xShape().size() + filterShape().size() + yShape().size();
        return (elements + epilogue.gateElements(resultShape().size())) * ELEMENT_BYTES;
    }
}
