package retort.driver.page;

import java.util.Locale;

/** How numbers of one kind are written, in tables by this class and in charts by page.js. */
public enum Format {
    /** A whole number. */
    COUNT,
    /** Three or four digits that count. */
    NUMBER,
    /** A share of 1. */
    PERCENT,
    /** A duration in microseconds. */
    MICROS,
    /** A quotient, such as 1.52 x. */
    RATIO;

    public String of(double value) {
        return switch (this) {
            case COUNT -> String.format(Locale.ROOT, "%,.0f", value);
            case NUMBER -> number(value);
            case PERCENT -> String.format(Locale.ROOT, "%.2f %%", 100 * value);
            case MICROS -> micros(value);
            case RATIO -> number(value) + " ×";
        };
    }

    private static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static String micros(double micros) {
        if (micros >= 1e6) {
            return number(micros / 1e6) + " s";
        }
        return micros >= 1e3 ? number(micros / 1e3) + " ms" : number(micros) + " µs";
    }
}
