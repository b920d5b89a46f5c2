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
 * @param clockMegahertz of these at most; 0 where the driver doesn't know
 * @param largestAllocationBytes the largest single buffer
 * @param largestWorkGroup work-items in a work-group, at most
 * @param vectorWidth floats in its registers, as the driver sees them
 * @param family its kernels for products: CORES where a work-item is a processor core, SIMT where they run in step
 * @param parameters the files that its kernels' parameters come from, and what those named from the device change
 */
public record Device(
        int index,
        String name,
        String platform,
        String version,
        Type type,
        int computeUnits,
        int clockMegahertz,
        long globalMemoryBytes,
        long localMemoryBytes,
        long largestAllocationBytes,
        int largestWorkGroup,
        int vectorWidth,
        String family,
        String parameters) {

    /** Kinds of hardware. */
    public enum Type {
        CPU,
        GPU,
        ACCELERATOR,
        OTHER
    }

    /** The same with other words on its kernels. */
    public Device withKernels(String otherFamily, String otherParameters) {
        return new Device(
                index,
                name,
                platform,
                version,
                type,
                computeUnits,
                clockMegahertz,
                globalMemoryBytes,
                localMemoryBytes,
                largestAllocationBytes,
                largestWorkGroup,
                vectorWidth,
                otherFamily,
                otherParameters);
    }

    /** Compute units times clock: what tells the faster of two GPUs before anything was measured. */
    public long speed() {
        return (long) computeUnits * Math.max(1, clockMegahertz);
    }

    /** For example {@code 0: GeForce RTX 2080 Ti (GPU, NVIDIA CUDA)}. */
    @Override
    public String toString() {
        return index + ": " + name + " (" + type + ", " + platform + ")";
    }
}
