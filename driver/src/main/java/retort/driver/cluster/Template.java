package retort.driver.cluster;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text with names in braces for what is to stand there. */
final class Template {
    private static final Pattern NAME = Pattern.compile("(?<!\\$)\\{([a-zA-Z]+)}");

    private Template() {}

    /** In one go: what stands there then is no template again. */
    static String filled(String template, Map<String, String> values) {
        return NAME.matcher(template).replaceAll(name -> Matcher.quoteReplacement(values.get(name.group(1))));
    }
}
