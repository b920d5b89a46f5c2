package retort.nn;

/** Keeps the random numbers of different purposes apart under one seed. */
public enum RandomStream {
    DROPOUT,
    WEIGHTS,
    SHUFFLE,
    /** What is done to inputs before a network sees them. */
    AUGMENTATION;

    /** The stream of one user of a purpose: a layer, a parameter. */
    public int of(int index) {
        return ordinal() << 24 | index;
    }
}
