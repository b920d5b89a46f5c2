package retort.driver.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlTable;

/** An experiment as keys and values, to compare: {@code teacher.epochs}, {@code students.distilled.method}. */
public final class ExperimentKeys {
    private ExperimentKeys() {}

    /** In their order; nothing of a text that is no TOML. */
    public static Map<String, String> of(String text) {
        Map<String, String> keys = new LinkedHashMap<>();
        TomlParseResult toml = Toml.parse(text);
        if (!toml.hasErrors()) {
            add(keys, "", toml);
        }
        return keys;
    }

    private static void add(Map<String, String> keys, String prefix, TomlTable table) {
        for (Map.Entry<String, Object> entry : table.entrySet()) {
            String key = prefix + entry.getKey();
            switch (entry.getValue()) {
                case TomlTable inner -> add(keys, key + ".", inner);
                case TomlArray array
                when !array.isEmpty() && array.get(0) instanceof TomlTable -> addTables(keys, key, array);
                case TomlArray array -> keys.put(key, text(array));
                default -> keys.put(key, entry.getValue().toString());
            }
        }
    }

    /** Each by its name, else by its number. */
    private static void addTables(Map<String, String> keys, String key, TomlArray tables) {
        for (int i = 0; i < tables.size(); i++) {
            TomlTable table = tables.getTable(i);
            String name = table.getString("name", () -> "").isEmpty() ? "" + (i + 1) : table.getString("name");
            add(keys, key + "." + name + ".", table);
        }
    }

    private static String text(TomlArray array) {
        return IntStream.range(0, array.size())
                .mapToObj(i -> String.valueOf(array.get(i)))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
