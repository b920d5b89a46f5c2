package retort.kernels;

import java.util.Map;

/**
 * What a backend has asked of a device with memory of its own since it was opened.
 *
 * @param launches kernels queued
 * @param uploadedBytes from the host to the device
 * @param downloadedBytes from the device to the host
 * @param waits times that the host stopped until the device had done something
 * @param deviceNanos time on the device by op id, where the backend was opened to profile; else empty
 */
public record DeviceCounters(
        long launches, long uploadedBytes, long downloadedBytes, long waits, Map<String, Long> deviceNanos) {
    public DeviceCounters {
        deviceNanos = Map.copyOf(deviceNanos);
    }
}
