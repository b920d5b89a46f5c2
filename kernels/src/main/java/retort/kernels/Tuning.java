package retort.kernels;

import java.nio.file.Path;

/**
 * What came of fitting kernels to a device.
 *
 * @param file where the parameters were written
 * @param tried sets of parameters that were timed
 * @param refused sets that the device could not run, or ran wrongly
 * @param speedup geometric mean of the best set's speed over the first one's
 */
public record Tuning(Path file, int tried, int refused, double speedup) {}
