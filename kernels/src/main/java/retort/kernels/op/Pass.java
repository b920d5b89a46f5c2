package retort.kernels.op;

/** Which way through a layer without parameters. */
public enum Pass {
    FORWARD,
    /** The gradient by the input. */
    GRADIENT
}
