package retort.kernels.opencl;

/** What a process of its own says about the devices it sees, for environments that a test can't change in its own. */
final class OpenClDevicesProbe {
    private OpenClDevicesProbe() {}

    public static void main(String[] arguments) {
        System.out.println("devices: " + OpenClDevices.list().size());
        OpenClDevices.unavailable().ifPresent(reason -> System.out.println(reason.getMessage()));
    }
}
