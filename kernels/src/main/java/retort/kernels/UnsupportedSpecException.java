package retort.kernels;

import retort.kernels.op.Spec;

/** A valid spec that an engine does not do; it was refused before any work. */
public final class UnsupportedSpecException extends UnsupportedOperationException {
    private static final long serialVersionUID = 1L;

    public UnsupportedSpecException(Engine engine, Spec spec, String reason) {
        super(engine + " does not do " + spec.id() + ": " + reason);
    }
}
