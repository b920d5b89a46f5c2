package retort.kernels;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How an engine presents itself: what it needs, what it can run on, how it is opened. Found by
 * {@link java.util.ServiceLoader}, so that nothing but the engine itself names its classes. Creating a provider touches
 * neither vectors nor drivers.
 */
public interface EngineProvider {
    Engine engine();

    /** Everything that the engine needs here, met or not. Cheap: no device is opened. */
    List<Requirement> requirements();

    /** Why it can't be opened here, or nothing. Cheap: no device is opened. */
    default Optional<BackendUnavailableException> unavailable() {
        return requirements().stream()
                .filter(requirement -> !requirement.isMet())
                .findFirst()
                .map(lacking -> new BackendUnavailableException(engine(), lacking.finding(), lacking.remedy()));
    }

    /**
     * Opens the engine.
     *
     * @param profiled whether a device keeps the times of its work, at some cost to each op
     * @throws BackendUnavailableException if it can't run here
     */
    Backend open(Backends.Options options, boolean profiled);

    /** The devices that {@link Backends.Options#device} can name, none for an engine that has no choice. */
    default List<Device> devices() {
        return List.of();
    }

    /**
     * The device that an option names.
     *
     * @param option its number, part of its name, or null for the best there is
     * @throws BackendUnavailableException if there is no such device
     */
    default Device device(String option) {
        throw new BackendUnavailableException(engine(), "it has no devices to choose from", "leave --device out");
    }

    /** Names of the drivers, those without a device too; of drivers that share a name, one. */
    default List<String> platforms() {
        return List.of();
    }

    /** Loops that show what the processor can do at most, for an engine that computes on it. */
    default Optional<Probe> probe() {
        return Optional.empty();
    }

    /**
     * Where its kernels' parameters come from, such as the files' names; nothing if it has none.
     *
     * @param device as {@link Backends.Options#device}
     */
    default Optional<String> parameters(String device) {
        return Optional.empty();
    }

    /**
     * Finds the kernel parameters that are fastest on a device, and writes them where the engine reads them.
     *
     * @param device as {@link Backends.Options#device}
     * @param limit no more is tried after this time; null for none
     * @param progress is told of every set of parameters, one line each
     * @throws UnsupportedOperationException if this engine has nothing to tune
     */
    default Tuning tune(String device, Duration limit, Consumer<String> progress) {
        throw new UnsupportedOperationException(engine() + ": has no parameters to tune");
    }
}
