package retort.kernels.opencl;

import java.util.Map;
import retort.kernels.DeviceCounters;

/**
 * What a backend has asked of its device since it was opened.
 *
 * @param launches kernels queued
 * @param uploadedBytes from the host to the device
 * @param downloadedBytes from the device to the host
 * @param deviceNanos time on the device by op id, where the backend was opened to profile; else empty
 */
public record OpenClCounters(long launches, long uploadedBytes, long downloadedBytes, Map<String, Long> deviceNanos)
        implements DeviceCounters {
    public OpenClCounters {
        deviceNanos = Map.copyOf(deviceNanos);
    }
}
