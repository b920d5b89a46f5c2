package retort.nn;

/** Keeps the random numbers of different purposes apart under one seed. */
enum RandomStream {
    DROPOUT,
    WEIGHTS,
    SHUFFLE,
    JITTER;

    /** The stream of one user of a purpose: a layer, a parameter. */
    int of(int index) {
        return ordinal() << 24 | index;
    }
}
