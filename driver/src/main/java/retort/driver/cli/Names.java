package retort.driver.cli;

import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import retort.kernels.Engine;
import retort.kernels.op.ElementType;

/** The values that an option can have, for completion and for the one that a mistyped value was meant to be. */
public abstract class Names implements Iterable<String> {
    private final List<String> names;

    protected Names(List<String> names) {
        this.names = List.copyOf(names);
    }

    @Override
    public final Iterator<String> iterator() {
        return names.iterator();
    }

    /** Those of the engines. */
    public static final class Engines extends Names {
        Engines() {
            super(Stream.of(Engine.values()).map(Engine::id).toList());
        }
    }

    /** Those of what weights can be stored as. */
    public static final class ElementTypes extends Names {
        ElementTypes() {
            super(Stream.of(ElementType.values()).map(ElementType::id).toList());
        }
    }
}
