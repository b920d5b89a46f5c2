package retort.driver.serve;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import retort.driver.image.PreparedImage;
import retort.kernels.op.Shape;

/**
 * {@code {"pixels": [0, 0.5, ...]}}: the numbers of an image from 0 to 1, row by row, taken as they are.
 *
 * @param shape of that image
 */
record PixelsJson(Shape shape) {
    PreparedImage image(byte[] body) throws Refusal {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            JsonReader json = new JsonReader(new StringReader(text));
            json.setStrictness(Strictness.STRICT);
            json.beginObject();
            if (!json.nextName().equals("pixels")) {
                throw refusal("it has another key");
            }
            float[] pixels = pixels(json);
            json.endObject();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw refusal("it goes on after its object");
            }
            return new PreparedImage(shape, pixels);
        } catch (CharacterCodingException e) {
            throw refusal("it is not UTF-8");
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw refusal("it is not such JSON");
        }
    }

    private float[] pixels(JsonReader json) throws IOException, Refusal {
        float[] pixels = new float[shape.size()];
        int count = 0;
        json.beginArray();
        while (json.hasNext()) {
            if (json.peek() != JsonToken.NUMBER) {
                throw refusal("pixel " + count + " is no number");
            }
            double pixel = json.nextDouble();
            if (!(pixel >= 0 && pixel <= 1)) {
                throw refusal("pixel " + count + " is not from 0 to 1");
            }
            if (count < pixels.length) {
                pixels[count] = (float) pixel;
            }
            count++;
        }
        json.endArray();
        if (count != pixels.length) {
            throw refusal("it has " + count + " pixels");
        }
        return pixels;
    }

    private Refusal refusal(String problem) {
        return new Refusal(400, "expected {\"pixels\": [" + shape.size() + " numbers from 0 to 1]}, but " + problem);
    }
}
