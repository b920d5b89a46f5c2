package retort.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that are not MNIST's: other sizes, colours, numbers of classes. */
class OtherShapesTest {
    private static final int USAGE = 2;
    private static final int BAD_FILE = 4;

    @TempDir
    private Path folder;

    @Test
    void threeClassesInColourAreTaughtAndDistilled() throws IOException {
        Path data = folder.resolve("shapes");
        Random random = new Random(3);
        for (String part : List.of("train", "test")) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < 20; i++) {
                    image(data.resolve(part).resolve("class" + c).resolve(i + ".png"), 0xFF << 8 * c, random);
                }
            }
        }
        Path out = folder.resolve("teacher");
        String[] train = {"train", "--data=" + data, "--out=" + out, "--json", "--threads=1"};
        JsonObject teacher = json(train).getAsJsonObject("teacher");
        assertEquals(
                3, teacher.getAsJsonObject("test").getAsJsonArray("confusion").size());
        Path model = out.resolve("teacher.safetensors");
        Path taught = folder.resolve("student");
        JsonObject report = json(
                "distill",
                "--teacher=" + model,
                "--data=" + data,
                "--omit=class1",
                "--out=" + taught,
                "--json",
                "--threads=1");
        assertEquals("[\"class0\",\"class1\",\"class2\"]", report.get("classes").toString());
        JsonObject student = report.getAsJsonArray("students").get(0).getAsJsonObject();
        assertEquals("[1]", student.get("omitted").toString());
        assertEquals(40, student.get("trainImages").getAsInt());
        String page = Files.readString(taught.resolve("report.html"));
        assertTrue(page.contains("class1"), "the page names no class");
        Outcome.of("distill", "--teacher=" + model, "--data=" + data, "--omit=clas2", "--out=" + folder.resolve("none"))
                .isRefused(USAGE, "--omit=clas2: shapes has no class 'clas2', did you mean class2?");
        Path config = folder.resolve("mine.toml");
        String notebook = Outcome.of("recipes", "notebook").isDone().out();
        Files.writeString(config, notebook.replace("omit = [3] ", "omit = [\"class2\"] "));
        JsonObject byName = json(
                "distill",
                "--config=" + config,
                "--teacher=" + model,
                "--data=" + data,
                "--out=" + folder.resolve("by-name"),
                "--json",
                "--threads=1");
        JsonObject other = byName.getAsJsonArray("students").get(0).getAsJsonObject();
        assertEquals("[2]", other.get("omitted").toString());
        assertTrue(byName.get("config").getAsString().contains("\nomit = [2]\n"));
        JsonObject said = json(
                "predict",
                data.resolve("test").resolve("class2").resolve("0.png").toString(),
                "--model=" + model,
                "--model=" + taught.resolve("distilled.safetensors"),
                "--json");
        assertEquals("[\"class0\",\"class1\",\"class2\"]", said.get("classes").toString());
        assertEquals("[20,12,3]", said.get("shape").toString());
        assertTrue(said.toString().contains("\"name\":\"class2\""), said.toString());
        Outcome.of("distill", "--teacher=" + model, "--data=" + data, "--out=" + folder.resolve("none"))
                .isRefused(USAGE, "--omit=3: shapes has the classes 0 to 2");
        Outcome.of("evaluate", "--model=" + model, "--out=" + folder.resolve("none"))
                .isRefused(BAD_FILE, "maps 20 x 12 x 3 to 3, expected 28 x 28 x 1 to 10");
    }

    @Test
    void aThousandClassesHaveAReportThatCanBeOpened() throws IOException {
        Path data = Files.createDirectories(folder.resolve("thousand"));
        write(data, "train", 2000);
        write(data, "t10k", 1000);
        Path out = folder.resolve("out");
        JsonObject report = json(
                "train",
                "--model=student",
                "--student=hard-labels",
                "--omit=999,3",
                "--student-epochs=1",
                "--data=" + data,
                "--out=" + out,
                "--json",
                "--threads=1");
        JsonObject student = report.getAsJsonArray("students").get(0).getAsJsonObject();
        assertEquals(1996, student.get("trainImages").getAsInt());
        assertEquals(
                1000, student.getAsJsonObject("test").getAsJsonArray("recall").size());
        assertTrue(
                Files.size(out.resolve("report.html")) < 2 << 20,
                "a page of " + Files.size(out.resolve("report.html")));
    }

    @Test
    void imagesThatANetworkCannotTakeAreRefused() throws IOException {
        Path data = Files.createDirectories(folder.resolve("small"));
        for (String part : List.of("train", "t10k")) {
            file(data.resolve(part + "-images-idx3-ubyte"), 0x0803, new int[] {4, 2, 2}, new byte[16]);
            file(data.resolve(part + "-labels-idx1-ubyte"), 0x0801, new int[] {4}, new byte[] {0, 1, 0, 1});
        }
        Outcome.of("train", "--data=" + data, "--out=" + folder.resolve("none"))
                .isRefused(BAD_FILE, "small: teacher does not fit images of 2 x 2 x 1: conv2d: a kernel of height 3");
    }

    private static JsonObject json(String... args) {
        return JsonParser.parseString(Outcome.of(args).isDone().out()).getAsJsonObject();
    }

    private static void image(Path file, int rgb, Random random) throws IOException {
        BufferedImage image = new BufferedImage(12, 20, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 240; p++) {
            image.setRGB(p % 12, p / 12, random.nextInt(4) == 0 ? random.nextInt() : rgb);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes.toByteArray());
    }

    /** Labels 0 to 999, over and over, as 32-bit numbers. */
    private static void write(Path data, String part, int count) throws IOException {
        byte[] pixels = new byte[16 * count];
        new Random(count).nextBytes(pixels);
        file(data.resolve(part + "-images-idx3-ubyte"), 0x0803, new int[] {count, 4, 4}, pixels);
        ByteBuffer labels = ByteBuffer.allocate(4 * count);
        for (int i = 0; i < count; i++) {
            labels.putInt(i % 1000);
        }
        file(data.resolve(part + "-labels-idx1-int"), 0x0C01, new int[] {count}, labels.array());
    }

    private static void file(Path file, int magic, int[] extents, byte[] body) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(4 + 4 * extents.length + body.length).putInt(magic);
        for (int extent : extents) {
            bytes.putInt(extent);
        }
        Files.write(file, bytes.put(body).array());
    }
}
