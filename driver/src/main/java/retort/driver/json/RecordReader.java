package retort.driver.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes records of JSON, value by value, and takes nothing for granted: a key of each component, no key twice, numbers
 * that are numbers and fit, nothing null that may not be. Keys that a record does not have are passed over. It holds no
 * more than what it makes, and goes as deep as the records do.
 *
 * @param special whether a floating-point number may be {@code NaN} or {@code Infinity}, which JSON does not have
 */
record RecordReader(JsonReader json, boolean special) {
    /** What is wrong, and where: {@code cells[2].test.errors is "many", expected a whole number}. */
    static final class MismatchException extends IOException {
        private static final long serialVersionUID = 1L;

        MismatchException(String problem) {
            super(problem);
        }
    }

    private static final Set<String> SPECIAL = Set.of("NaN", "Infinity", "-Infinity");

    /** The whole of the text as one value. */
    <T> T read(Class<T> type) throws IOException {
        T value = type.cast(value(type));
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new MismatchException("something follows its end");
        }
        return value;
    }

    private Object value(Type type) throws IOException {
        if (type instanceof ParameterizedType of) {
            Type[] arguments = of.getActualTypeArguments();
            Class<?> raw = (Class<?>) of.getRawType();
            if (raw == Optional.class) {
                return skippedNull() ? Optional.empty() : Optional.of(value(arguments[0]));
            }
            if (raw == Map.class) {
                return map(arguments[1]);
            }
            return raw == Set.class ? set(arguments[0]) : Collections.unmodifiableList(list(arguments[0], false));
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return object(plain);
        }
        if (plain == float[].class) {
            return floats();
        }
        return plain.isArray() ? array(plain.getComponentType(), false) : scalar(plain);
    }

    private boolean skippedNull() throws IOException {
        if (json.peek() != JsonToken.NULL) {
            return false;
        }
        json.nextNull();
        return true;
    }

    private Object object(Class<?> type) throws IOException {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Set<String> seen = new HashSet<>();
        expect(JsonToken.BEGIN_OBJECT, "an object");
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            int index = index(components, name);
            if (index < 0) {
                json.skipValue();
                continue;
            }
            if (!seen.add(name)) {
                throw new MismatchException(path() + " is there twice");
            }
            boolean left = components[index].isAnnotationPresent(MayBeMissing.class) && skippedNull();
            values[index] = left ? null : value(components[index]);
        }
        json.endObject();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                values[i] = missing(components[i]);
            }
        }
        return made(type, components, values);
    }

    private Object value(RecordComponent component) throws IOException {
        if (!component.isAnnotationPresent(HoldsNulls.class)) {
            return value(component.getGenericType());
        }
        return component.getGenericType() instanceof ParameterizedType of
                ? Collections.unmodifiableList(list(of.getActualTypeArguments()[0], true))
                : array(component.getType().getComponentType(), true);
    }

    private static int index(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private Object missing(RecordComponent component) throws MismatchException {
        if (component.getType() == Optional.class) {
            return Optional.empty();
        }
        if (!component.isAnnotationPresent(MayBeMissing.class)) {
            String of = previous();
            throw new MismatchException((of.isEmpty() ? "" : of + ".") + component.getName() + " is missing");
        }
        return component.getType().isPrimitive() ? Array.get(Array.newInstance(component.getType(), 1), 0) : null;
    }

    private Object made(Class<?> type, RecordComponent[] components, Object[] values) throws MismatchException {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new MismatchException(previous() + ": " + refused.getMessage());
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param nulls whether an element may be null */
    private List<Object> list(Type element, boolean nulls) throws IOException {
        List<Object> values = new ArrayList<>();
        expect(JsonToken.BEGIN_ARRAY, "a list");
        json.beginArray();
        while (json.hasNext()) {
            values.add(nulls && skippedNull() ? null : value(element));
        }
        json.endArray();
        return values;
    }

    private Set<Object> set(Type element) throws IOException {
        Collection<Object> values = list(element, false);
        Set<Object> set = new LinkedHashSet<>(values);
        if (set.size() < values.size()) {
            throw new MismatchException(previous() + " has a value twice");
        }
        return set;
    }

    private Map<String, Object> map(Type value) throws IOException {
        Map<String, Object> values = new LinkedHashMap<>();
        expect(JsonToken.BEGIN_OBJECT, "an object");
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (values.put(name, value(value)) != null) {
                throw new MismatchException(path() + " is there twice");
            }
        }
        json.endObject();
        return values;
    }

    private Object array(Class<?> element, boolean nulls) throws IOException {
        List<Object> values = list(element, nulls);
        Object array = Array.newInstance(element, values.size());
        for (int i = 0; i < values.size(); i++) {
            Array.set(array, i, values.get(i));
        }
        return array;
    }

    /** Logits of a whole data set: boxed they would take ten times as much. */
    private float[] floats() throws IOException {
        float[] values = new float[16];
        int count = 0;
        expect(JsonToken.BEGIN_ARRAY, "a list");
        json.beginArray();
        while (json.hasNext()) {
            if (count == values.length) {
                values = Arrays.copyOf(values, 2 * count);
            }
            values[count++] = (float) number(true);
        }
        json.endArray();
        return Arrays.copyOf(values, count);
    }

    private Object scalar(Class<?> type) throws IOException {
        if (type == String.class) {
            expect(JsonToken.STRING, "a text");
            return json.nextString();
        }
        if (type == boolean.class || type == Boolean.class) {
            expect(JsonToken.BOOLEAN, "true or false");
            return json.nextBoolean();
        }
        if (type == int.class || type == Integer.class) {
            return (int) whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == float.class || type == Float.class) {
            return (float) number(true);
        }
        if (type == double.class || type == Double.class) {
            return number(false);
        }
        if (type.isEnum()) {
            return constant(type);
        }
        throw new IllegalArgumentException("records of files have no " + type);
    }

    private Object constant(Class<?> type) throws IOException {
        expect(JsonToken.STRING, "a text");
        String name = json.nextString();
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> ((Enum<?>) each).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new MismatchException(previous() + " is \"" + name + "\", expected one of "
                        + Arrays.toString(type.getEnumConstants())));
    }

    private long whole(long least, long most) throws IOException {
        String expected = "a whole number";
        expect(JsonToken.NUMBER, expected);
        String text = json.nextString();
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number that is too large.
        }
        throw new MismatchException(previous() + " is " + text + ", expected " + expected);
    }

    /** @param single whether it is to fit a float; read as one, so that it is rounded once */
    private double number(boolean single) throws IOException {
        boolean named = special && json.peek() == JsonToken.STRING;
        if (!named) {
            expect(JsonToken.NUMBER, "a number");
        }
        String text = json.nextString();
        if (!named || SPECIAL.contains(text)) {
            double value = single ? Float.parseFloat(text) : Double.parseDouble(text);
            if (named || Double.isFinite(value)) {
                return value;
            }
        }
        throw new MismatchException(previous() + " is " + text + ", expected a number");
    }

    private void expect(JsonToken token, String expected) throws IOException {
        JsonToken found = json.peek();
        if (found != token) {
            String path = path();
            throw new MismatchException(
                    (path.isEmpty() ? "it" : path) + " is " + name(found) + ", expected " + expected);
        }
    }

    private static String name(JsonToken token) {
        return switch (token) {
            case BEGIN_ARRAY, END_ARRAY -> "a list";
            case BEGIN_OBJECT, END_OBJECT, NAME -> "an object";
            case STRING -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            case END_DOCUMENT -> "empty";
        };
    }

    /** Such as {@code cells[2].test}; empty for the whole. */
    private String path() {
        return shown(json.getPath());
    }

    /**
     * The same of what was read last, an object or a list that has just ended too: made of each number on the way, it
     * would take longer than reading them.
     */
    private String previous() {
        return shown(json.getPreviousPath());
    }

    private static String shown(String path) {
        return path.replaceFirst("^\\$\\.?", "");
    }
}
