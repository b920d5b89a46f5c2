package retort.driver.predict;

/**
 * What a model says of an image.
 *
 * @param digit the most probable
 * @param probabilities of each digit
 */
public record Prediction(int digit, double[] probabilities) {}
