package retort.kernels.opencl;

import com.aparapi.device.OpenCLDevice;
import com.aparapi.internal.opencl.OpenCLPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import retort.kernels.BackendException;
import retort.kernels.BackendUnavailableException;
import retort.kernels.Device;
import retort.kernels.Engine;
import retort.kernels.Requirement;

/**
 * The OpenCL devices of this machine, found by Aparapi. A missing loader, a folder without drivers and a driver without
 * devices all give an empty list and a reason. Listing is done once: Aparapi keeps its own list, and drivers do not
 * come and go under a running process.
 */
final class OpenClDevices {
    private static final int DEVICE_TYPE = 0x1000;
    private static final int COMPUTE_UNITS = 0x1002;
    private static final int LARGEST_WORK_GROUP = 0x1004;
    private static final int LARGEST_ALLOCATION = 0x1010;
    private static final int GLOBAL_MEMORY = 0x101F;
    private static final int LOCAL_MEMORY = 0x1023;
    private static final int NAME = 0x102B;
    private static final int NATIVE_VECTOR_WIDTH_FLOAT = 0x103A;
    private static final int DRIVER_VERSION = 0x102D;
    private static final String REMEDY =
            "install one (a graphics driver, or for the CPU: apt-get install pocl-opencl-icd), then see `retort devices`";

    /**
     * Held so that its level is kept: loggers are collected when no one holds them. Aparapi prints sources at INFO, and
     * that it does not know a driver's version at WARNING. */
    private static final Logger APARAPI = Logger.getLogger("com.aparapi");

    /**
     * What a search found.
     *
     * @param platforms names of the drivers
     * @param found the devices but for their parameters, in the order that {@code --device=N} counts
     * @param reason why there are none, else empty
     */
    private record Listing(List<String> platforms, List<Found> found, String reason) {}

    /** A device as we and as Aparapi describe it. */
    record Found(Device device, OpenCLDevice aparapi) {}

    private static final class Holder {
        private static final Listing LISTING = search();
    }

    private OpenClDevices() {}

    /** All devices, none if there is no driver. */
    public static List<Device> list() {
        return found().stream().map(Found::device).toList();
    }

    /** The names of all drivers, those without a device too; of drivers that share a name, one. */
    public static List<String> platforms() {
        return Holder.LISTING.platforms();
    }

    /** What there must be for a device to be found. */
    public static List<Requirement> requirements() {
        if (!OpenClLibrary.isPresent()) {
            return List.of(new Requirement(
                    "loader", Holder.LISTING.reason(), "apt-get install ocl-icd-libopencl1, then " + REMEDY));
        }
        Requirement loader = Requirement.met("loader", OpenClLibrary.LIBRARY);
        if (platforms().isEmpty()) {
            return List.of(loader, new Requirement("drivers", Holder.LISTING.reason(), REMEDY));
        }
        Requirement drivers = Requirement.met("drivers", String.join(", ", platforms()));
        return List.of(
                loader,
                drivers,
                list().isEmpty()
                        ? new Requirement("devices", Holder.LISTING.reason(), REMEDY)
                        : Requirement.met(
                                "devices", list().stream().map(Device::toString).collect(Collectors.joining(", "))));
    }

    /** Why there is no device; empty when there is one. */
    public static Optional<BackendUnavailableException> unavailable() {
        return Optional.of(Holder.LISTING.reason())
                .filter(reason -> !reason.isEmpty())
                .map(reason -> new BackendUnavailableException(Engine.OPENCL, reason, REMEDY));
    }

    /**
     * The device that an option names.
     *
     * @param option an index, a part of a name in any case, or null for the first GPU, else the first device
     * @throws BackendUnavailableException if there is no device, or none of that name
     */
    public static Device select(String option) {
        return find(option).device();
    }

    static Found find(String option) {
        List<Found> all = found();
        if (all.isEmpty()) {
            throw unavailable().orElseThrow();
        }
        return all.stream()
                .filter(each -> matches(each.device(), option))
                .findFirst()
                .or(() -> option == null ? Optional.of(all.getFirst()) : Optional.empty())
                .orElseThrow(() -> new BackendUnavailableException(
                        Engine.OPENCL,
                        "there is no device '" + option + "'",
                        "there are " + list().stream().map(Device::toString).collect(Collectors.joining(", "))));
    }

    /** What was found, with the origin that the parameters of each have now: their files may change. */
    private static List<Found> found() {
        return Holder.LISTING.found().stream()
                .map(each -> new Found(each.device().withParameters(origin(each.device())), each.aparapi()))
                .toList();
    }

    /** A file that can't be used is no reason not to list its device: what is wrong with it is said instead. */
    private static String origin(Device device) {
        try {
            return ClParameters.of(device).origin();
        } catch (BackendException e) {
            return e.getMessage();
        }
    }

    private static boolean matches(Device device, String option) {
        if (option == null) {
            return device.type() == Device.Type.GPU;
        }
        if (!option.isEmpty() && option.chars().allMatch(Character::isDigit)) {
            return option.equals(Integer.toString(device.index()));
        }
        return device.name().toLowerCase(Locale.ROOT).contains(option.toLowerCase(Locale.ROOT));
    }

    private static Listing search() {
        if (!OpenClLibrary.isPresent()) {
            return new Listing(
                    List.of(), List.of(), "there is no OpenCL loader (" + OpenClLibrary.LIBRARY + ") on this system");
        }
        int platforms = OpenCl.platforms();
        if (platforms == 0) {
            return new Listing(List.of(), List.of(), "the OpenCL loader finds no driver");
        }
        APARAPI.setLevel(Level.SEVERE);
        List<String> names = new OpenCLPlatform()
                .getOpenCLPlatforms().stream()
                        .map(OpenCLPlatform::getName)
                        .distinct()
                        .toList();
        List<Found> found = new ArrayList<>();
        for (OpenCLDevice aparapi : OpenCLDevice.listDevices(null)) {
            found.add(new Found(describe(found.size(), aparapi), aparapi));
        }
        return new Listing(
                names,
                List.copyOf(found),
                found.isEmpty() ? "the OpenCL drivers (" + platforms + ") have no device" : "");
    }

    private static Device describe(int index, OpenCLDevice aparapi) {
        long id = aparapi.getDeviceId();
        return new Device(
                index,
                OpenCl.deviceString(id, NAME),
                aparapi.getOpenCLPlatform().getName(),
                OpenCl.deviceString(id, DRIVER_VERSION),
                type(OpenCl.deviceNumber(id, DEVICE_TYPE)),
                (int) OpenCl.deviceNumber(id, COMPUTE_UNITS),
                OpenCl.deviceNumber(id, GLOBAL_MEMORY),
                OpenCl.deviceNumber(id, LOCAL_MEMORY),
                OpenCl.deviceNumber(id, LARGEST_ALLOCATION),
                (int) OpenCl.deviceNumber(id, LARGEST_WORK_GROUP),
                (int) OpenCl.deviceNumber(id, NATIVE_VECTOR_WIDTH_FLOAT),
                "");
    }

    /** From OpenCL's bit mask. */
    private static Device.Type type(long bits) {
        if ((bits & 4) != 0) {
            return Device.Type.GPU;
        }
        if ((bits & 2) != 0) {
            return Device.Type.CPU;
        }
        return (bits & 8) != 0 ? Device.Type.ACCELERATOR : Device.Type.OTHER;
    }
}
