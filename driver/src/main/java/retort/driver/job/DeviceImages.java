package retort.driver.job;

import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import retort.driver.data.ImageSet;
import retort.kernels.Backend;
import retort.nn.ResidentInputs;

/**
 * Sets of images that stay on a backend's device: each is uploaded when it is first used, and there until the backend
 * is closed. What has no room is told of, and goes up batch by batch.
 */
public final class DeviceImages {
    private final Backend backend;
    private final Consumer<String> remarks;
    private final Map<ImageSet, Optional<ResidentInputs>> sets = new IdentityHashMap<>();
    private long left;

    /** @param remarks is told of sets that have no room */
    public DeviceImages(Backend backend, Consumer<String> remarks) {
        this(backend, backend.residentBytes(), remarks);
    }

    /** @param mostBytes that all sets together may take */
    DeviceImages(Backend backend, long mostBytes, Consumer<String> remarks) {
        this.backend = backend;
        this.remarks = remarks;
        this.left = mostBytes;
    }

    Backend backend() {
        return backend;
    }

    /** The images of a set by their numbers; empty if they are not on the device, or there is none. */
    Optional<ResidentInputs> of(ImageSet images) {
        return backend.residentBytes() == 0 ? Optional.empty() : sets.computeIfAbsent(images, this::uploaded);
    }

    private Optional<ResidentInputs> uploaded(ImageSet images) {
        int pixels = images.pixels();
        Optional<ResidentInputs> resident =
                ResidentInputs.of(backend, left, images.shape(), images.size(), (from, count, to) -> {
                    for (int i = 0; i < count; i++) {
                        images.copyScaled(from + i, to, i * pixels);
                    }
                });
        long bytes = ResidentInputs.bytes(images.shape(), images.size());
        if (resident.isPresent()) {
            left -= bytes;
        } else {
            remarks.accept(String.format(
                    Locale.ROOT,
                    "%,d images take %,d MiB as float32 and don't stay on %s, where %,d MiB at most have room: each step"
                            + " uploads its own",
                    images.size(),
                    Math.ceilDiv(bytes, 1 << 20),
                    backend.device(),
                    left >> 20));
        }
        return resident;
    }
}
