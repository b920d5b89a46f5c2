package retort.kernels.scalar;

import java.util.List;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.Engine;
import retort.kernels.EngineProvider;
import retort.kernels.Requirement;

/** The way in to cpu-scalar, which needs nothing. */
public final class ScalarEngine implements EngineProvider {
    @Override
    public Engine engine() {
        return Engine.CPU_SCALAR;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of();
    }

    @Override
    public Backend open(Backends.Options options, boolean profiled) {
        return new ScalarBackend();
    }
}
