package retort.driver.study;

import java.util.Arrays;

/** Mean and standard deviation of a sample; the deviation of a single number is 0. */
record Spread(double mean, double sd) {
    static Spread of(double... values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new Spread(mean, values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)));
    }
}
