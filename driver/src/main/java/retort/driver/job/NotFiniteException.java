package retort.driver.job;

/** A model gives a logit that is no finite number. Who knows where the model comes from says what follows. */
public final class NotFiniteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param layer the first that gives such a number */
    NotFiniteException(float logit, String layer) {
        super("gives a logit of " + logit + " (the first layer with such numbers is " + layer
                + "), expected finite ones");
    }
}
