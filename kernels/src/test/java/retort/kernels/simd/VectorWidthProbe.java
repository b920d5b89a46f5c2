package retort.kernels.simd;

/** Prints why cpu-simd is not to be had in this JVM, or that it is; for {@link VectorWidthTest}. */
final class VectorWidthProbe {
    private VectorWidthProbe() {}

    public static void main(String[] arguments) {
        System.out.println(
                new SimdEngine().unavailable().map(Throwable::getMessage).orElse("here"));
    }
}
