package retort.driver.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.util.Optional;

/** Results as JSON that is read back with the same bits: numbers have all their digits, none is left out. */
final class ResultText {
    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .serializeSpecialFloatingPointValues()
            .registerTypeAdapterFactory(new OptionalFactory())
            .create();

    private ResultText() {}

    static String of(Object result) {
        return GSON.toJson(result);
    }

    /** An optional value is the value, or null. */
    private static final class OptionalFactory implements TypeAdapterFactory {
        @Override
        @SuppressWarnings("unchecked")
        public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (type.getRawType() != Optional.class || !(type.getType() instanceof ParameterizedType parameterized)) {
                return null;
            }
            TypeToken<?> value = TypeToken.get(parameterized.getActualTypeArguments()[0]);
            return (TypeAdapter<T>) new OptionalAdapter<>(gson.getAdapter(value));
        }
    }

    private static final class OptionalAdapter<V> extends TypeAdapter<Optional<V>> {
        private final TypeAdapter<V> value;

        OptionalAdapter(TypeAdapter<V> value) {
            this.value = value;
        }

        @Override
        public void write(JsonWriter out, Optional<V> optional) throws IOException {
            if (optional.isPresent()) {
                value.write(out, optional.get());
            } else {
                // Left out, a record would get null for it.
                boolean omits = !out.getSerializeNulls();
                out.setSerializeNulls(true);
                out.nullValue();
                out.setSerializeNulls(!omits);
            }
        }

        /** {@link retort.driver.json.JsonFile} reads it. */
        @Override
        public Optional<V> read(JsonReader in) {
            throw new UnsupportedOperationException();
        }
    }
}
