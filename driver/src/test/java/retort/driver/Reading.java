package retort.driver;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assertions;
import retort.driver.checkpoint.CheckpointFolder;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.LateSteps;
import retort.driver.cli.OutputFolder;
import retort.driver.config.BadConfigException;
import retort.driver.config.ExperimentFile;
import retort.driver.data.BadDataException;
import retort.driver.data.Dataset;
import retort.driver.data.Form;
import retort.driver.data.ImageSet;
import retort.driver.data.NumberType;
import retort.driver.data.SyntheticSet;
import retort.driver.data.ZipFiles;
import retort.driver.export.OnnxFile;
import retort.driver.export.TrainedNetwork;
import retort.driver.image.ImageFile;
import retort.driver.image.SampleImages;
import retort.driver.report.Comparison;
import retort.driver.report.ComparisonText;
import retort.driver.report.Report;
import retort.driver.report.ReportFile;
import retort.driver.report.ReportReader;
import retort.driver.report.SampleReport;
import retort.driver.source.DataSets;
import retort.driver.store.LogitsFile;
import retort.driver.store.LogitsFormat;
import retort.driver.store.LogitsOrigin;
import retort.driver.store.LogitsWriter;
import retort.driver.study.Merge;
import retort.driver.study.SampleStudy;
import retort.driver.study.Study;
import retort.driver.study.StudyFile;
import retort.driver.study.StudyFiles;
import retort.driver.study.StudySummary;
import retort.kernels.Backend;
import retort.kernels.Backends;
import retort.kernels.BadParametersException;
import retort.kernels.Engine;
import retort.kernels.engine.KernelParameter;
import retort.kernels.engine.ParameterFile;
import retort.nn.Adam;
import retort.nn.Architecture;
import retort.nn.Checkpoint;
import retort.nn.Initializer;
import retort.nn.ModelFileException;
import retort.nn.Network;
import retort.nn.Optimizer;
import retort.nn.SafeTensors;
import retort.nn.Schedule;
import retort.nn.Sequential;

/** A kind of file that users name, a small valid one, and what reads it, up to what is told of its contents. */
enum Reading {
    IDX("train-images-idx3-ubyte") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            SyntheticSet.write(folder, 1, 1);
            return Files.readAllBytes(folder.resolve(file));
        }

        @Override
        void read(Path path) {
            Dataset.load(path.getParent()).train();
        }
    },
    IDX_LABELS("t10k-labels-idx1-ubyte") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            SyntheticSet.write(folder, 3, 3);
            return Files.readAllBytes(folder.resolve(file));
        }

        @Override
        void read(Path path) {
            Dataset.load(path.getParent()).train();
        }
    },
    IDX_GZIP("train-images-idx3-ubyte.gz") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            byte[] plain = IDX.prepare(folder);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int from : new int[] {0, 400}) {
                try (OutputStream member = new GZIPOutputStream(bytes)) {
                    member.write(plain, from, from == 0 ? 400 : plain.length - from);
                }
            }
            return bytes.toByteArray();
        }

        @Override
        void read(Path path) {
            Dataset.load(path.getParent()).train();
        }
    },
    NPZ("set.npz") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            return Files.readAllBytes(Path.of("src/test/resources/retort/driver/store/keras-6x4x5.npz"));
        }

        @Override
        void read(Path path) {
            DataSets.open(path, Form.PLAIN).train();
        }
    },
    NPY_SET("x_train.npy") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            ZipFiles archive = new ZipFiles(Path.of("src/test/resources/retort/driver/store/keras-6x4x5.npz"));
            byte[] images = null;
            for (String name : archive.names()) {
                try (InputStream in = archive.open(name)) {
                    byte[] bytes = in.readAllBytes();
                    Files.write(folder.resolve(name), bytes);
                    images = name.equals(file) ? bytes : images;
                }
            }
            return images;
        }

        @Override
        void read(Path path) {
            DataSets.open(path.getParent(), Form.PLAIN).train();
        }
    },
    LOGITS_NPY("logits.npy") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            return Files.readAllBytes(Path.of("src/test/resources/retort/driver/store/numpy-20x10.npy"));
        }

        @Override
        void read(Path path) {
            LogitsFile.read(path, SyntheticSet.images(20));
        }
    },
    LOGITS_SAFETENSORS("logits.safetensors") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            ImageSet images = SyntheticSet.images(20);
            Path path = folder.resolve("written.safetensors");
            LogitsOrigin origin = new LogitsOrigin(
                    "synthetic",
                    "train",
                    images.digest(),
                    20,
                    10,
                    List.of("t"),
                    List.of("0"),
                    "logits",
                    "cpu-scalar",
                    Optional.empty());
            try (LogitsWriter writer =
                    new LogitsWriter(path, LogitsFormat.SAFETENSORS, origin, NumberType.FLOAT16, 1)) {
                writer.append(new float[200]);
                writer.finish();
            }
            return Files.readAllBytes(path);
        }

        @Override
        void read(Path path) {
            LogitsFile.read(path, SyntheticSet.images(20));
        }
    },
    LOGITS_CSV("logits.csv") {
        @Override
        byte[] prepare(Path folder) {
            return "0,1.5,-2,3e-1,4,5,6,7,8,9\n".repeat(20).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        void read(Path path) {
            LogitsFile.read(path, SyntheticSet.images(20));
        }
    },
    SAFETENSORS("tensors.safetensors") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            return MODEL.prepare(folder);
        }

        @Override
        void read(Path path) {
            SafeTensors.read(path);
        }
    },
    MODEL("model.safetensors") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            Path path = folder.resolve(file);
            try (Sequential model = network()) {
                model.save(path, Map.of("seed", "7", "predictionTemperature", "3.5"));
            }
            return Files.readAllBytes(path);
        }

        @Override
        void read(Path path) {
            Sequential.load(BACKEND.get(), path).model().close();
        }
    },
    ONNX("model.onnx") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            Path saved = folder.resolve("saved");
            try (Sequential model = network()) {
                model.save(saved, Map.of("seed", "7"));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            new OnnxFile(TrainedNetwork.load(BACKEND.get(), saved), null, "test").writeTo(bytes);
            return bytes.toByteArray();
        }

        @Override
        void read(Path path) {
            Network.load(BACKEND.get(), path, null).network().close();
        }
    },
    TRAINING("training.safetensors") {
        private static final String POSITION = "{\"epoch\":1,\"seen\":2,\"loss\":0.5,\"hits\":1.0,\"seconds\":0.25,"
                + "\"teaching\":0.0,\"curve\":{\"step\":2,\"examples\":1,\"loss\":NaN,\"hits\":0.0,\"points\":[]},\"results\":[]}";

        @Override
        byte[] prepare(Path folder) throws IOException {
            Path kept = Files.createDirectories(folder.resolve(OutputFolder.CHECKPOINT));
            Files.writeString(kept.resolve("command.json"), COMMAND.text());
            Path path = kept.resolve(file);
            try (Sequential model = network();
                    Optimizer optimizer = new Adam(BACKEND.get(), Schedule.constant(1e-3f))) {
                Checkpoint.save(path, model, optimizer, Map.of("training", "t", "position", POSITION));
            }
            return Files.readAllBytes(path);
        }

        @Override
        void read(Path path) {
            CheckpointFolder kept = open(path);
            try (Sequential model = network();
                    Optimizer optimizer = new Adam(BACKEND.get(), Schedule.constant(1e-3f))) {
                kept.resume("t", model, optimizer);
            }
        }

        @Override
        Path path(Path folder) {
            return folder.resolve(OutputFolder.CHECKPOINT).resolve(file);
        }
    },
    COMMAND("command.json") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            Files.createDirectories(folder.resolve(OutputFolder.CHECKPOINT));
            return text().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        String text() {
            return "{\"values\":{\"seed\":\"7\",\"batch\":\"32\"}}";
        }

        @Override
        void read(Path path) {
            open(path);
        }

        @Override
        Path path(Path folder) {
            return folder.resolve(OutputFolder.CHECKPOINT).resolve(file);
        }
    },
    STUDY("study.json") {
        @Override
        byte[] prepare(Path folder) {
            return StudyFile.json(SampleStudy.small()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        void read(Path path) {
            Study study = Merge.of(List.of(Merge.Part.read(path)));
            StudySummary.of(study);
            try (OutputFolder out =
                    OutputFolder.open(path.resolveSibling("out"), "merge", OutputFolder.Existing.OVERWRITTEN)) {
                StudyFiles.write(study, "retort study merge", out, new LateSteps(Assertions::fail));
            }
        }
    },
    REPORT("report.json") {
        private final Report other = SampleReport.run();

        @Override
        byte[] prepare(Path folder) {
            return ReportFile.json(SampleReport.run()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        void read(Path path) {
            Map<String, Report> both = new LinkedHashMap<>(Map.of("other", other));
            both.put(path.toString(), ReportReader.read(path));
            ComparisonText.of(Comparison.of(both));
        }
    },
    TOML("experiment.toml") {
        @Override
        byte[] prepare(Path folder) {
            return ExperimentFile.text("notebook").getBytes(StandardCharsets.UTF_8);
        }

        @Override
        void read(Path path) {
            ExperimentFile.read(path);
        }
    },
    PNG("digit.png") {
        @Override
        byte[] prepare(Path folder) {
            return new SampleImages(SyntheticSet.images(1)).png(0);
        }

        @Override
        void read(Path path) {
            ImageFile.NAMED.decode(path.toString(), ImageFile.NAMED.bytes(path));
        }
    },
    JPEG("digit.jpg") {
        @Override
        byte[] prepare(Path folder) throws IOException {
            BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            for (int i = 0; i < 256; i++) {
                image.setRGB(i % 16, i / 16, i * 7919);
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            ImageIO.write(image, "jpeg", bytes);
            return bytes.toByteArray();
        }

        @Override
        void read(Path path) {
            ImageFile.NAMED.decode(path.toString(), ImageFile.NAMED.bytes(path));
        }
    },
    PGM("digit.pgm") {
        @Override
        byte[] prepare(Path folder) {
            return "P2\n# a comment\n4 3\n15\n0 3 5 15 7 9 11 15 0 3 5 15\n".getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        void read(Path path) {
            ImageFile.NAMED.decode(path.toString(), ImageFile.NAMED.bytes(path));
        }
    },
    PARAMETERS("cpu-simd.properties") {
        @Override
        byte[] prepare(Path folder) {
            return "# by hand\nKC=256\nMC:\\u0031\\\n44\n".getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        void read(Path path) {
            ParameterFile.ofUser(Engine.CPU_SIMD, Parameter.class, path);
        }
    };

    private enum Parameter implements KernelParameter {
        KC,
        MC;

        @Override
        public String meaning() {
            return "a block";
        }

        @Override
        public int[] legal() {
            return new int[] {144, 256};
        }
    }

    /** A backend belongs to one thread. */
    private static final ThreadLocal<Backend> BACKEND = ThreadLocal.withInitial(
            () -> Backends.open(Engine.CPU_SCALAR, Backends.Options.defaults().withThreads(1)));

    final String file;

    Reading(String file) {
        this.file = file;
    }

    /** Writes what the file needs beside it, and gives its bytes. */
    abstract byte[] prepare(Path folder) throws IOException;

    abstract void read(Path path);

    String text() {
        throw new UnsupportedOperationException();
    }

    /** Where it lies in the folder that was prepared. */
    Path path(Path folder) {
        return folder.resolve(file);
    }

    /**
     * Reads bytes as such a file.
     *
     * @return whether they were taken; if not, they were refused as they are to be
     * @throws AssertionError if they were refused in another way: by an exception of another kind, or a message that is
     *     not one line with the file's name
     */
    boolean take(Path folder, byte[] bytes) throws IOException {
        Path path = path(folder);
        Files.write(path, bytes);
        try {
            read(path);
            return true;
        } catch (BadDataException | BadConfigException | ModelFileException | BadParametersException e) {
            String message = String.valueOf(e.getMessage());
            boolean named = message.contains(file)
                    || this == COMMAND && message.startsWith(path.getParent().toString());
            if (!named || message.length() > 1500 || message.codePoints().anyMatch(Character::isISOControl)) {
                throw new AssertionError(this + ": is no line that names the file: " + message, e);
            }
            return false;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(this + ": " + e, e);
        }
    }

    private static Sequential network() {
        Architecture architecture = Architecture.parse("input 4x4x1; conv2d 2 3x3; relu; flatten; dense 3");
        return Sequential.create(BACKEND.get(), architecture, Initializer.GLOROT_UNIFORM, 7);
    }

    private static CheckpointFolder open(Path path) {
        CommandSettings settings = CommandSettings.none().with("seed", "7").with("batch", "32");
        return CheckpointFolder.open(path.getParent().getParent(), settings, true, OptionalInt.of(1), said -> {});
    }
}
