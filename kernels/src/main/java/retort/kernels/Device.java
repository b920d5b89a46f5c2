package retort.kernels;

/**
 * A device with memory of its own, as its driver describes it.
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
 * @param parameters the files that its kernels' parameters come from, and what those named from the device change
 */
public record Device(
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
        OTHER
    }

    /** The same with other words on its parameters. */
    public Device withParameters(String parameters) {
        return new Device(
                index,
                name,
                platform,
                version,
                type,
                computeUnits,
                globalMemoryBytes,
                localMemoryBytes,
                largestAllocationBytes,
                largestWorkGroup,
                vectorWidth,
                parameters);
    }

    /** For example {@code 0: GeForce RTX 2080 Ti (GPU, NVIDIA CUDA)}. */
    @Override
    public String toString() {
        return index + ": " + name + " (" + type + ", " + platform + ")";
    }
}
