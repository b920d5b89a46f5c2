package retort.kernels.opencl;

import java.util.Locale;

/** The two sets of kernels for products and convolutions; the other kernels serve every device. */
enum ClFamily {
    /** A work-item is a processor core with wide registers: a group is one item, there are no barriers. */
    CORES,

    /** Single instruction, multiple threads: the items of a group run in step and share local memory. */
    SIMT;

    /** Where its .cl files are, among those that serve all. */
    String folder() {
        return name().toLowerCase(Locale.ROOT) + "/";
    }
}
