package retort.driver.json;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.driver.json.RecordReader.MismatchException;

class RecordReaderTest {
    enum Fruit {
        APPLE,
        PEAR
    }

    record Pair(int first, long second) {
        Pair {
            if (first > 100) {
                throw new IllegalArgumentException("first is large");
            }
        }
    }

    record Everything(
            Optional<Pair> perhaps,
            List<Pair> pairs,
            Map<String, Double> numbers,
            Set<Fruit> fruits,
            int[] counts,
            float[] logits,
            String text,
            Boolean flag,
            Float single,
            @HoldsNulls List<String> gaps,
            @HoldsNulls Double[] holes) {}

    record Left(
            @MayBeMissing String text,
            @MayBeMissing int number,
            @MayBeMissing Integer boxed,
            Optional<String> optional) {}

    private static final String ALL = """
            {"perhaps": {"first": 1, "second": 2, "third": [{"unknown": null}]},
             "pairs": [{"first": -3, "second": 9007199254740993}, {"second": 5, "first": 4}],
             "numbers": {"b": 0.1, "a": 2}, "fruits": ["PEAR", "APPLE"], "counts": [7, 8], "logits": [0.1, -2],
             "text": "t", "flag": true, "single": 1.5, "gaps": ["x", null], "holes": [null, 0.5]}
            """;

    private static <T> T read(String text, Class<T> type, boolean special) throws IOException {
        JsonReader json = new JsonReader(new StringReader(text));
        json.setStrictness(Strictness.LENIENT);
        return new RecordReader(json, special).read(type);
    }

    private static <T> T read(String text, Class<T> type) throws IOException {
        return read(text, type, false);
    }

    private static String problem(String text, Class<?> type) {
        return assertThrows(MismatchException.class, () -> read(text, type)).getMessage();
    }

    @Test
    void makesAnyOfItsTypes() throws IOException {
        Everything all = read(ALL, Everything.class);
        assertEquals(Optional.of(new Pair(1, 2)), all.perhaps());
        assertEquals(List.of(new Pair(-3, 9007199254740993L), new Pair(4, 5)), all.pairs());
        assertEquals(Map.of("b", 0.1, "a", 2.0), all.numbers());
        assertEquals(List.of("b", "a"), List.copyOf(all.numbers().keySet()));
        assertEquals(List.of(Fruit.PEAR, Fruit.APPLE), List.copyOf(all.fruits()));
        assertArrayEquals(new int[] {7, 8}, all.counts());
        assertArrayEquals(new float[] {0.1f, -2}, all.logits());
        assertEquals("t", all.text());
        assertEquals(true, all.flag());
        assertEquals(1.5f, all.single());
        assertEquals(Arrays.asList("x", null), all.gaps());
        assertArrayEquals(new Double[] {null, 0.5}, all.holes());
        assertThrows(UnsupportedOperationException.class, () -> all.pairs().clear());
        assertThrows(UnsupportedOperationException.class, () -> all.gaps().clear());
    }

    @Test
    void nullIsWhatIsNotThere() throws IOException {
        assertEquals(new Left(null, 0, null, Optional.empty()), read("{}", Left.class));
        String nulls = "{\"text\": null, \"number\": null, \"boxed\": null, \"optional\": null}";
        assertEquals(new Left(null, 0, null, Optional.empty()), read(nulls, Left.class));
        Left there = read("{\"text\": \"a\", \"number\": 1, \"boxed\": 2, \"optional\": \"b\"}", Left.class);
        assertEquals(new Left("a", 1, 2, Optional.of("b")), there);
        assertNull(read("{\"number\": 1}", Left.class).text());
    }

    @Test
    void longListsOfFloatsAreWhole() throws IOException {
        for (int length : new int[] {0, 1, 15, 16, 17, 32, 33, 1000}) {
            String numbers = IntStream.range(0, length).mapToObj(i -> i + ".5").collect(Collectors.joining(","));
            float[] read = read("[" + numbers + "]", float[].class);
            assertEquals(length, read.length);
            for (int i = 0; i < length; i++) {
                assertEquals(i + 0.5f, read[i]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'first': 1                                | second is missing",
                "'first': 1, 'second': 2, 'first': 1       | first is there twice",
                "'first': 1.5, 'second': 2                 | first is 1.5, expected a whole number",
                "'first': 2147483648, 'second': 2          | first is 2147483648, expected a whole number",
                "'first': -2147483649, 'second': 2         | first is -2147483649, expected a whole number",
                "'first': 1, 'second': 9223372036854775808 | second is 9223372036854775808, expected a whole number",
                "'first': '1', 'second': 2                 | first is a text, expected a number",
                "'first': null, 'second': 2                | first is null, expected a number",
                "'first': [], 'second': 2                  | first is a list, expected a number",
                "'first': {}, 'second': 2                  | first is an object, expected a number",
                "'first': true, 'second': 2                | first is true or false, expected a number",
                "'first': 101, 'second': 2                 | : first is large"
            },
            quoteCharacter = '"')
    void saysWhatIsWrongAndWhere(String body, String problem) {
        String expected = problem.replace("expected a number", "expected a whole number");
        assertEquals(expected, problem("{" + body.replace('\'', '"') + "}", Pair.class));
    }

    @Test
    void theLargestAndTheSmallestNumbersAreTaken() throws IOException {
        assertEquals(
                new Pair(Integer.MIN_VALUE, Long.MAX_VALUE),
                read("{\"first\": -2147483648, \"second\": 9223372036854775807}", Pair.class));
        record Large(int number) {}
        assertEquals(new Large(Integer.MAX_VALUE), read("{\"number\": 2147483647}", Large.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'APPLE'], 'counts'            | 'APPLE', 'APPLE'], 'counts'    | fruits has a value twice",
                "'APPLE'], 'counts'            | 'PLUM'], 'counts' | fruits[1] is 'PLUM', expected one of [APPLE, PEAR]",
                "'PEAR', 'APPLE'               | 1                 | fruits[0] is a number, expected a text",
                "'b': 0.1                      | 'a': 0.1          | numbers.a is there twice",
                "'numbers': {'b': 0.1, 'a': 2} | 'numbers': []     | numbers is a list, expected an object",
                "[7, 8]                        | [7, null]         | counts[1] is null, expected a whole number",
                "[7, 8]                        | {}                | counts is an object, expected a list",
                "[0.1, -2]                     | [0.1, 1e39]       | logits[1] is 1e39, expected a number",
                "[0.1, -2]                     | 'x'               | logits is a text, expected a list",
                "'text': 't'                   | 'text': 1         | text is a number, expected a text",
                "'flag': true                  | 'flag': 1         | flag is a number, expected true or false",
                "'single': 1.5                 | 'single': 'NaN'   | single is a text, expected a number",
                "'gaps': ['x', null]           | 'gaps': [1]       | gaps[0] is a number, expected a text",
                "'pairs': [                    | 'pairs': [[],     | pairs[0] is a list, expected an object",
                "'second': 5,                  |                   | pairs[1].second is missing"
            },
            quoteCharacter = '"')
    void saysSoOfEveryType(String there, String instead, String problem) {
        String changed = ALL.replace(there.replace('\'', '"'), instead == null ? "" : instead.replace('\'', '"'));
        assertEquals(problem.replace('\'', '"'), problem(changed, Everything.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity"})
    void numbersThatAreNoneAreTakenWhereTheyMayBe(String number) throws IOException {
        record Number(double value) {}
        String text = "{\"value\": \"" + number + "\"}";
        assertEquals(new Number(Double.parseDouble(number)), read(text, Number.class, true));
        assertEquals("value is a text, expected a number", problem(text, Number.class));
        String other = "{\"value\": \"1\"}";
        assertEquals(
                "value is 1, expected a number",
                assertThrows(MismatchException.class, () -> read(other, Number.class, true))
                        .getMessage());
    }

    /** They were told of the element behind them. */
    @Test
    void elementsOfListsAreNamedWhenTheyHaveEnded() {
        record Sets(List<Set<String>> sets) {}
        assertEquals(
                "sets[1] has a value twice", problem("{\"sets\": [[\"a\"], [\"b\", \"b\"], [\"c\"]]}", Sets.class));
        record Pairs(List<Pair> pairs) {}
        String large = "{\"pairs\": [{\"first\": 1, \"second\": 2}, {\"first\": 101, \"second\": 2}]}";
        assertEquals("pairs[1]: first is large", problem(large, Pairs.class));
    }

    @Test
    void nothingMayFollow() {
        assertEquals("something follows its end", problem("{\"first\": 1, \"second\": 2} {}", Pair.class));
        assertEquals("it is a list, expected an object", problem("[]", Pair.class));
    }
}
