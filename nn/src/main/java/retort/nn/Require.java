package retort.nn;

/** What layers and training ask of the numbers that they are given. */
final class Require {
    private Require() {}

    /** Refuses a size that is not positive. */
    static void positive(String whose, String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(whose + ": " + name + " must be positive, got " + value);
        }
    }

    /** Refuses a value that is not a finite number above 0. */
    static void positive(String whose, String name, float value) {
        if (!(value > 0) || Float.isInfinite(value)) {
            throw new IllegalArgumentException(whose + ": " + name + " must be positive and finite, got " + value);
        }
    }

    /** Refuses a value outside [0, 1). */
    static void fraction(String whose, String name, float value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(whose + ": " + name + " must be in [0, 1), got " + value);
        }
    }
}
