package retort.kernels.opencl;

import java.util.Locale;

/**
 * An OpenCL device as its driver describes it.
 *
 * @param index its number for {@code --device}
 * @param name as the driver gives it
 * @param platform the driver's name
 * @param version the driver's version
 * @param type what kind of hardware it is
 * @param computeUnits processors that each run a work-group
 * @param largestAllocationBytes the largest single buffer
 * @param largestWorkGroup work-items in a work-group, at most
 * @param vectorWidth floats in its registers, as the driver sees them
 * @param parameters the file that its kernels' parameters come from
 */
public record OpenClDevice(
        int index,
        String name,
        String platform,
        String version,
        Type type,
        int computeUnits,
        long globalMemoryBytes,
        long localMemoryBytes,
        long largestAllocationBytes,
        int largestWorkGroup,
        int vectorWidth,
        String parameters) {

    /** Kinds of hardware. */
    public enum Type {
        CPU,
        GPU,
        ACCELERATOR,
        OTHER;

        /** From OpenCL's bit mask. */
        static Type of(long bits) {
            if ((bits & 4) != 0) {
                return GPU;
            }
            if ((bits & 2) != 0) {
                return CPU;
            }
            return (bits & 8) != 0 ? ACCELERATOR : OTHER;
        }
    }

    /** The name as a file name: lower case, runs of anything but letters and digits become one dash. */
    String fileName() {
        return slug(name);
    }

    static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /** For example {@code 0: GeForce RTX 2080 Ti (GPU, NVIDIA CUDA)}. */
    @Override
    public String toString() {
        return index + ": " + name + " (" + type + ", " + platform + ")";
    }
}
