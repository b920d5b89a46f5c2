package retort.kernels.op;

/**
 * What a call brings besides tensors.
 *
 * @param step of training, from 1 on, for an optimiser; else 0
 * @param key names the random numbers of dropout; null where nothing is drawn
 */
public record Scalars(int step, DropoutKey key) {
    public static final Scalars NONE = new Scalars(0, null);

    public static Scalars step(int step) {
        return new Scalars(step, null);
    }

    public static Scalars key(DropoutKey key) {
        return key == null ? NONE : new Scalars(0, key);
    }
}
