package retort.driver.checkpoint;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.driver.cli.Sha256;

/**
 * Everything that the results of a command depend on, by name: a command goes on from the checkpoints of one with the
 * same, and no other.
 */
public record CommandSettings(Map<String, String> values) {
    public CommandSettings {
        values = values == null ? Map.of() : new LinkedHashMap<>(values);
    }

    public static CommandSettings none() {
        return new CommandSettings(Map.of());
    }

    /** The same and a value; of a record each component, of a list each element. */
    public CommandSettings with(String name, Object value) {
        Map<String, String> more = new LinkedHashMap<>(values);
        add(more, name, value);
        return new CommandSettings(more);
    }

    private static void add(Map<String, String> to, String name, Object value) {
        switch (value) {
            case Record parts -> {
                for (RecordComponent component : parts.getClass().getRecordComponents()) {
                    add(to, name + "." + component.getName(), component(parts, component));
                }
            }
            case Collection<?> elements
            when elements.stream().anyMatch(Record.class::isInstance) -> {
                int number = 0;
                for (Object element : elements) {
                    add(to, name + "." + ++number, element);
                }
            }
            default -> to.put(name, String.valueOf(value));
        }
    }

    private static Object component(Record parts, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(parts);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Tells these settings from others. */
    public String digest() {
        return Sha256.of(values.toString());
    }

    /** What is different in a command that is to go on from this one, or empty. */
    Optional<String> differenceTo(CommandSettings now) {
        Set<String> names = new LinkedHashSet<>(values.keySet());
        names.addAll(now.values.keySet());
        return names.stream()
                .filter(name -> !String.valueOf(values.get(name)).equals(String.valueOf(now.values.get(name))))
                .map(name -> "is of a command with " + name + " " + values.getOrDefault(name, "none")
                        + ", but this has " + now.values.getOrDefault(name, "none"))
                .findFirst();
    }
}
