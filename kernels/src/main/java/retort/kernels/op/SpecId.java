package retort.kernels.op;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes the ids of specs: the op's stem, a colon, and what each spec has its own pattern for. */
final class SpecId {
    private final String id;
    private final String stem;
    private final String sizes;

    SpecId(String id) {
        int colon = id.indexOf(':');
        this.id = id;
        this.stem = colon < 0 ? id : id.substring(0, colon);
        this.sizes = colon < 0 ? "" : id.substring(colon + 1);
    }

    String stem() {
        return stem;
    }

    /**
     * A pattern in which {@code {m}} stands for a whole number of that name and {@code {rate:}} for a number that may
     * have a fraction.
     */
    static Pattern pattern(String text) {
        String named = text.replaceAll("\\{(\\w+)\\}", "(?<$1>[0-9]+)")
                .replaceAll("\\{(\\w+):\\}", "(?<$1>-?[0-9.]+(?:E-?[0-9]+)?)");
        return Pattern.compile(named);
    }

    /** The number of some digits. */
    int integer(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("spec: '" + id + "': " + digits + " is too large", e);
        }
    }

    /** {@code 784} for a whole number, {@code 0.5} otherwise: ids stay short. */
    static String number(float value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6f
                ? Integer.toString((int) value)
                : Float.toString(value);
    }

    /** @param example of what is expected, for the message */
    Fields match(Pattern pattern, String example) {
        Matcher matcher = pattern.matcher(sizes);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "spec: '" + id + "' has '" + sizes + "' after " + stem + ", expected it like " + example);
        }
        return new Fields(matcher);
    }

    /** What an id gave for each name of its pattern. */
    final class Fields {
        private final Matcher matcher;

        private Fields(Matcher matcher) {
            this.matcher = matcher;
        }

        boolean has(String name) {
            return matcher.group(name) != null;
        }

        String text(String name) {
            return matcher.group(name);
        }

        int integer(String name) {
            return SpecId.this.integer(text(name));
        }

        float number(String name) {
            return number(name, Float.NaN);
        }

        float number(String name, float otherwise) {
            try {
                return has(name) ? Float.parseFloat(text(name)) : otherwise;
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("spec: '" + id + "': " + text(name) + " is no number", e);
            }
        }
    }
}
