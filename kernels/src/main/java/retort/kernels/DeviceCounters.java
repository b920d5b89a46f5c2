package retort.kernels;

import java.util.Map;

/** What a backend has asked of a device with memory of its own since it was opened. */
public interface DeviceCounters {
    /** Kernels queued. */
    long launches();

    /** From the host to the device. */
    long uploadedBytes();

    /** From the device to the host. */
    long downloadedBytes();

    /** Time on the device by op id, where the backend was opened to profile; else empty. */
    Map<String, Long> deviceNanos();
}
