package retort.kernels.opencl;

import com.aparapi.device.OpenCLDevice;
import com.aparapi.internal.opencl.OpenCLLoader;
import com.aparapi.internal.opencl.OpenCLPlatform;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
    private static final int CLOCK_MEGAHERTZ = 0x100C;
    private static final int LARGEST_WORK_GROUP = 0x1004;
    private static final int LARGEST_ALLOCATION = 0x1010;
    private static final int GLOBAL_MEMORY = 0x101F;
    private static final int LOCAL_MEMORY = 0x1023;
    private static final int NAME = 0x102B;
    private static final int PLATFORM_VERSION = 0x901;
    private static final int PLATFORM_NAME = 0x902;
    private static final int PLATFORM_VENDOR = 0x903;
    private static final int NATIVE_VECTOR_WIDTH_FLOAT = 0x103A;
    private static final int DRIVER_VERSION = 0x102D;
    private static final String REMEDY =
            "install one (a graphics driver, or for the CPU: apt-get install pocl-opencl-icd), then see `retort devices`";
    private static final String LIBRARY_REMEDY =
            "apt-get install ocl-icd-libopencl1, or name another with -D" + OpenClLibrary.LIBRARY_PROPERTY;

    /** For drivers that are there and show no device: what keeps them from it, most often. */
    private static final String DRIVERS_REMEDY = "let this user read and write /dev/dri (a group, often render) or"
            + " /dev/nvidia*, and PoCL make its folder: set HOME or POCL_CACHE_DIR to one that can be written;"
            + " or install another driver, then see `retort devices`";

    /**
     * Held so that its level is kept: loggers are collected when no one holds them. Aparapi prints sources at INFO.
     */
    private static final Logger APARAPI = Logger.getLogger("com.aparapi");

    /**
     * What a search found.
     *
     * @param platforms names of the drivers
     * @param found the devices but for their parameters, in the order that {@code --device=N} counts
     * @param reason why there are none, else empty
     * @param remedy what to do about it, else empty
     */
    record Listing(List<String> platforms, List<Found> found, String reason, String remedy) {
        private static Listing none(String reason, String remedy) {
            return new Listing(List.of(), List.of(), reason, remedy);
        }
    }

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
        Optional<String> problem = OpenClLibrary.problem();
        if (problem.isPresent()) {
            return List.of(new Requirement("loader", problem.get(), Holder.LISTING.remedy()));
        }
        Requirement loader = Requirement.met("loader", OpenClLibrary.LIBRARY);
        if (platforms().isEmpty()) {
            return List.of(loader, new Requirement("drivers", Holder.LISTING.reason(), Holder.LISTING.remedy()));
        }
        Requirement drivers = Requirement.met("drivers", String.join(", ", platforms()));
        return List.of(
                loader,
                drivers,
                list().isEmpty()
                        ? new Requirement("devices", Holder.LISTING.reason(), Holder.LISTING.remedy())
                        : Requirement.met(
                                "devices", list().stream().map(Device::toString).collect(Collectors.joining(", "))));
    }

    /** Why there is no device; empty when there is one. */
    public static Optional<BackendUnavailableException> unavailable() {
        Listing listing = Holder.LISTING;
        return listing.reason().isEmpty()
                ? Optional.empty()
                : Optional.of(new BackendUnavailableException(Engine.OPENCL, listing.reason(), listing.remedy()));
    }

    /**
     * The device that an option names.
     *
     * @param option an index, a part of a name in any case, or null for the fastest GPU, else the first device
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
        if (option == null) {
            return best(all);
        }
        return all.stream()
                .filter(each -> matches(each.device(), option))
                .findFirst()
                .orElseThrow(() -> new BackendUnavailableException(
                        Engine.OPENCL,
                        "there is no device '" + option + "'",
                        "expected one of "
                                + list().stream()
                                        .map(device -> device.index() + " (" + device.name() + ")")
                                        .collect(Collectors.joining(", "))));
    }

    /** The fastest GPU, of equals the first; where there is none, the first device. */
    static Found best(List<Found> all) {
        return all.stream()
                .filter(each -> each.device().type() == Device.Type.GPU)
                .max(Comparator.comparingLong(each -> each.device().speed()))
                .orElse(all.getFirst());
    }

    /** What was found, with the origin that the parameters of each have now: their files may change. */
    private static List<Found> found() {
        return Holder.LISTING.found().stream()
                .map(each -> new Found(withKernels(each.device()), each.aparapi()))
                .toList();
    }

    /** A file that can't be used is no reason not to list its device: what is wrong with it is said instead. */
    private static Device withKernels(Device device) {
        try {
            ClParameters parameters = ClParameters.of(device);
            return device.withKernels(parameters.family().name(), parameters.origin());
        } catch (BackendException e) {
            return device.withKernels("unknown", e.getMessage());
        }
    }

    private static boolean matches(Device device, String option) {
        if (!option.isEmpty() && option.chars().allMatch(Character::isDigit)) {
            return option.equals(Integer.toString(device.index()));
        }
        return device.name().toLowerCase(Locale.ROOT).contains(option.toLowerCase(Locale.ROOT));
    }

    /** Asks the drivers anew. One that fails is as one without devices, but that the reason says how it failed. */
    static Listing search() {
        Optional<String> problem = OpenClLibrary.problem();
        if (problem.isPresent()) {
            return Listing.none(problem.get(), LIBRARY_REMEDY);
        }
        long[] platforms;
        try {
            platforms = OpenCl.platforms();
        } catch (OpenClException e) {
            return Listing.none("the OpenCL loader finds no driver that works (" + e.getMessage() + ")", REMEDY);
        }
        if (platforms.length == 0) {
            return Listing.none("the OpenCL loader finds no driver", REMEDY);
        }
        APARAPI.setLevel(Level.SEVERE);
        if (!OpenCLLoader.isOpenCLAvailable()) {
            return Listing.none("Aparapi's library for this system can't be loaded", REMEDY);
        }
        Set<String> names = new LinkedHashSet<>();
        List<Found> found = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (long id : platforms) {
            try {
                search(id, names, found);
            } catch (OpenClException e) {
                failures.add(e.getMessage());
            }
        }
        String all = names.isEmpty() ? Integer.toString(platforms.length) : String.join(", ", names);
        String how = failures.isEmpty() ? "" : ": " + failures.getFirst();
        return found.isEmpty()
                ? new Listing(
                        List.copyOf(names),
                        List.of(),
                        "the OpenCL drivers (" + all + ") have no device" + how,
                        DRIVERS_REMEDY)
                : new Listing(List.copyOf(names), List.copyOf(found), "", "");
    }

    /** Adds a driver's name and its devices. */
    private static void search(long id, Set<String> names, List<Found> found) {
        OpenCLPlatform platform = new OpenCLPlatform(
                id,
                OpenCl.platformString(id, PLATFORM_VERSION),
                OpenCl.platformString(id, PLATFORM_VENDOR),
                OpenCl.platformString(id, PLATFORM_NAME));
        names.add(platform.getName());
        for (long device : OpenCl.devices(id)) {
            found.add(found(found.size(), platform, device));
        }
    }

    /** Aparapi's own search writes a warning to stderr about each driver that it does not know, past any logger. */
    private static Found found(int index, OpenCLPlatform platform, long id) {
        Device device = describe(index, platform.getName(), id);
        OpenCLDevice aparapi = new OpenCLDevice(platform, id, type(device.type()));
        aparapi.setName(device.name());
        aparapi.setMaxComputeUnits(device.computeUnits());
        aparapi.setGlobalMemSize(device.globalMemoryBytes());
        aparapi.setLocalMemSize(device.localMemoryBytes());
        aparapi.setMaxMemAllocSize(device.largestAllocationBytes());
        aparapi.setMaxWorkGroupSize(device.largestWorkGroup());
        aparapi.setMaxWorkItemDimensions(1);
        aparapi.setMaxWorkItemSize(0, device.largestWorkGroup());
        platform.addOpenCLDevice(aparapi);
        return new Found(device, aparapi);
    }

    private static com.aparapi.device.Device.TYPE type(Device.Type type) {
        return switch (type) {
            case CPU -> com.aparapi.device.Device.TYPE.CPU;
            case GPU -> com.aparapi.device.Device.TYPE.GPU;
            case ACCELERATOR -> com.aparapi.device.Device.TYPE.ACC;
            case OTHER -> com.aparapi.device.Device.TYPE.UNKNOWN;
        };
    }

    private static Device describe(int index, String platform, long id) {
        return new Device(
                index,
                OpenCl.deviceString(id, NAME),
                platform,
                OpenCl.deviceString(id, DRIVER_VERSION),
                type(OpenCl.deviceNumber(id, DEVICE_TYPE)),
                (int) OpenCl.deviceNumber(id, COMPUTE_UNITS),
                (int) OpenCl.deviceNumber(id, CLOCK_MEGAHERTZ),
                OpenCl.deviceNumber(id, GLOBAL_MEMORY),
                OpenCl.deviceNumber(id, LOCAL_MEMORY),
                OpenCl.deviceNumber(id, LARGEST_ALLOCATION),
                (int) OpenCl.deviceNumber(id, LARGEST_WORK_GROUP),
                (int) OpenCl.deviceNumber(id, NATIVE_VECTOR_WIDTH_FLOAT),
                "",
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
