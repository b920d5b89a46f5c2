package retort.driver.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import retort.driver.cli.Nearest;
import retort.kernels.op.Temperature;

/**
 * A table of a TOML file. What is wrong with a value is told with its line and column.
 *
 * @param file its name, for people
 * @param title as the file writes it, such as {@code [teacher]}
 * @param at where the table begins
 * @param standard where a key is looked for that this table does not have, or null
 */
record Section(String file, String title, TomlTable table, TomlPosition at, Section standard) {
    /** A value, or an element of a list, and where it stands. */
    record Value(Section section, String name, Object raw, TomlPosition at) {
        BadConfigException bad(String problem) {
            return section.bad(at, problem);
        }

        private BadConfigException isNot(String expected) {
            return bad(name + " is " + shown() + ", expected " + expected);
        }

        private String shown() {
            return switch (raw) {
                case String text -> '"' + text + '"';
                case TomlArray list -> "a list";
                case TomlTable table -> "a table";
                default -> raw.toString();
            };
        }

        String text() {
            return isText() ? (String) raw : fail("a text in quotes");
        }

        boolean isText() {
            return raw instanceof String;
        }

        long seed() {
            return raw instanceof Long number ? number : fail("a whole number");
        }

        int count(int least, int most) {
            String upTo = most == Integer.MAX_VALUE ? " or more" : " to " + most;
            return raw instanceof Long number && number >= least && number <= most
                    ? number.intValue()
                    : fail("a whole number of " + least + upTo);
        }

        boolean flag() {
            return raw instanceof Boolean flag ? flag : fail("true or false");
        }

        /** Above 0. */
        float positive() {
            double number = number("a number above 0");
            return number > 0 && Float.isFinite((float) number) && (float) number > 0
                    ? (float) number
                    : fail("a number above 0");
        }

        /** 0 or above. */
        float notNegative() {
            String expected = "a number of 0 or more";
            double number = number(expected);
            return number >= 0 && Float.isFinite((float) number) ? (float) number : fail(expected);
        }

        /** From 0 to {@code most}. */
        float upTo(float most) {
            String expected = "a number from 0 to " + (int) most;
            double number = number(expected);
            return number >= 0 && number <= most ? (float) number : fail(expected);
        }

        /** The T of a softmax. */
        float temperature() {
            float number = (float) number(Temperature.EXPECTED);
            return Temperature.isLegal(number) ? number : fail(Temperature.EXPECTED);
        }

        /** From 0 to 1, with or without both ends, as a float too. */
        double share(boolean ends) {
            String expected = ends ? "a number from 0 to 1" : "a number of 0 or more and below 1";
            double number = number(expected);
            return number >= 0 && (ends ? number <= 1 : (float) number < 1) ? number : fail(expected);
        }

        private double number(String expected) {
            return switch (raw) {
                case Long number -> number;
                case Double number -> number;
                default -> throw isNot(expected);
            };
        }

        String oneOf(Collection<String> choices) {
            if (!choices.contains(text())) {
                throw isNot("one of " + String.join(", ", choices) + Nearest.question(text(), choices));
            }
            return text();
        }

        <T> T choice(Map<String, T> choices) {
            return choices.get(oneOf(choices.keySet()));
        }

        List<Value> list() {
            if (!(raw instanceof TomlArray array)) {
                throw isNot("a list in brackets");
            }
            List<Value> values = new ArrayList<>();
            for (int i = 0; i < array.size(); i++) {
                values.add(new Value(section, name, array.get(i), array.inputPositionOf(i)));
            }
            return values;
        }

        /** A list whose elements differ. */
        <T> List<T> list(Function<Value, T> element) {
            Set<T> seen = new HashSet<>();
            List<T> elements = new ArrayList<>();
            for (Value value : list()) {
                T next = element.apply(value);
                if (!seen.add(next)) {
                    throw value.bad(name + " has " + value.shown() + " twice");
                }
                elements.add(next);
            }
            return elements;
        }

        Section section(String title, Section standard) {
            return raw instanceof TomlTable found
                    ? new Section(section.file, title, found, at, standard)
                    : fail("a table, " + title);
        }

        private <T> T fail(String expected) {
            throw isNot(expected);
        }
    }

    /** Fails if there is a key that is none of these. */
    Section only(List<String> keys) {
        for (String key : table.keySet()) {
            if (!keys.contains(key)) {
                String question = Nearest.question(key, keys);
                String known = question.isEmpty() ? ", expected one of " + String.join(", ", keys) : question;
                throw bad(position(key), "unknown key '" + key + "'" + in() + known);
            }
        }
        return this;
    }

    Optional<Value> find(String key) {
        Object raw = table.get(List.of(key));
        if (raw != null) {
            return Optional.of(new Value(this, "'" + key + "'", raw, position(key)));
        }
        return standard == null ? Optional.empty() : standard.find(key);
    }

    Value get(String key) {
        return find(key).orElseThrow(missing(key));
    }

    private Supplier<BadConfigException> missing(String key) {
        return () -> bad(at, "'" + key + "' is missing" + in());
    }

    private TomlPosition position(String key) {
        return table.inputPositionOf(List.of(key));
    }

    private String in() {
        return title.isEmpty() ? "" : " in " + title;
    }

    private BadConfigException bad(TomlPosition where, String problem) {
        return new BadConfigException(file + ":" + where.line() + ":" + where.column(), problem);
    }
}
