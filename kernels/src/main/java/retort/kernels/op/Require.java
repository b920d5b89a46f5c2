package retort.kernels.op;

/** What specs ask of their sizes. */
final class Require {
    private Require() {}

    /** Refuses a size that is not positive. */
    static void positive(String op, String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(op + ": " + name + " must be positive, got " + value);
        }
    }

    /** Refuses a value that is not a finite number above 0. */
    static void positive(String op, String name, float value) {
        if (!(value > 0) || Float.isInfinite(value)) {
            throw new IllegalArgumentException(op + ": " + name + " must be positive and finite, got " + value);
        }
    }

    /** Refuses a value outside [0, 1). */
    static void fraction(String op, String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(op + ": " + name + " must be in [0, 1), got " + value);
        }
    }

    /** Refuses a window that can't be swept over an image so that it always covers a part of it. */
    static void window(String op, int height, int width, int kernelHeight, int kernelWidth, int stride, int padding) {
        positive(op, "height", height);
        positive(op, "width", width);
        positive(op, "kernel height", kernelHeight);
        positive(op, "kernel width", kernelWidth);
        positive(op, "stride", stride);
        if (padding < 0 || padding >= Math.min(kernelHeight, kernelWidth)) {
            throw new IllegalArgumentException(op + ": padding must be 0 or more and less than the kernel's size, got "
                    + padding + " with a " + kernelHeight + " x " + kernelWidth + " kernel");
        }
        long most = Math.max(height, width) + 2L * padding;
        if (most > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(op + ": an image of " + height + " x " + width + " with padding "
                    + padding + " is " + most + " pixels long, expected at most " + Integer.MAX_VALUE);
        }
        if (height + 2 * padding < kernelHeight || width + 2 * padding < kernelWidth) {
            throw new IllegalArgumentException(op + ": a " + kernelHeight + " x " + kernelWidth
                    + " kernel does not fit an image of " + height + " x " + width + " with padding " + padding);
        }
    }
}
