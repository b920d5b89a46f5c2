package retort.driver.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import retort.driver.cli.Converters;
import retort.driver.cli.Nearest;
import retort.driver.config.Section.Value;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.driver.data.ImageSet;
import retort.driver.job.BiasCorrection;
import retort.driver.job.CorrectionPlan;
import retort.driver.job.Descent;
import retort.driver.job.Method;
import retort.driver.job.Recipe;
import retort.driver.job.Student;
import retort.driver.job.Training;
import retort.kernels.Engine;
import retort.kernels.op.Shape;
import retort.nn.Architecture;
import retort.nn.Layer;

/**
 * Makes an experiment of a TOML file's tables.
 *
 * @param folder that the data's folder begins at
 * @param classNames those of the data; empty before it is open, when a name stands for a class below 0
 */
record ExperimentReader(Path folder, List<String> classNames) {
    /** Of a teacher that is there already. */
    private static final String FILE = "file";

    /** Of a whole file. */
    static final List<String> KEYS =
            List.of("name", "seed", "data", "teacher", "student", "students", "latency", "engine", "quick");

    private static final List<String> STUDENT = concat(
            TrainingReader.KEYS,
            List.of(
                    "method",
                    "consistent",
                    "alpha",
                    "omit",
                    "folds",
                    "bias-corrections",
                    "correction-on",
                    "correction-images",
                    "seed"));

    /** A student's name is its file's. */
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private static final String WHOLE_TEST_SET = "all";

    private static final Map<String, Method> METHODS = named(Method.values(), Method::id);
    private static final Map<String, BiasCorrection.Kind> CORRECTIONS =
            named(BiasCorrection.Kind.values(), BiasCorrection.Kind::id);
    private static final Map<String, CorrectionPlan.On> CORRECTED_ON =
            named(CorrectionPlan.On.values(), CorrectionPlan.On::id);
    private static final Map<String, Engine> ENGINES = named(Engine.values(), Engine::id);

    /** The teacher's names in another framework are for whoever imports it. */
    static Section teacher(Section root) {
        return root.get("teacher")
                .section("[teacher]", null)
                .only(concat(TrainingReader.KEYS, List.of(FILE, ImportFile.NAMES)));
    }

    static Optional<Section> data(Section root) {
        return section(
                root,
                "data",
                List.of("folder", "train-images", "validation", "image", "split", "transpose", "classes", "memory"));
    }

    static Shape image(Optional<Section> data) {
        return data.flatMap(of -> of.find("image")).map(ExperimentReader::image).orElse(Recipe.IMAGE);
    }

    Optional<String> classes(Section data) {
        return data.find("classes").map(this::namedClasses);
    }

    Experiment read(Section root) {
        root.only(KEYS);
        Section teacher = teacher(root);
        Optional<Section> data = data(root);
        Shape image = image(data);
        Optional<Path> file = teacher.find(FILE).map(this::path);
        file.ifPresent(there -> teacher.only(List.of(FILE, "temperature")));
        Optional<Training> trained =
                file.isPresent() ? Optional.empty() : Optional.of(TrainingReader.read(teacher, image, 0));
        int classes = trained.map(of -> of.architecture().output().size()).orElse(0);
        List<Student> students = students(root, image, classes);
        Training ofTeacher = trained.orElseGet(() -> notTrained(image, students.getFirst()));
        Recipe recipe = new Recipe(
                name(root.get("name")),
                ofTeacher,
                data.flatMap(of -> of.find("validation"))
                        .map(value -> value.share(false))
                        .orElse(0.0),
                teacher.get("temperature").temperature(),
                students,
                root.find("seed").map(Value::seed).orElse(0L));
        return new Experiment(
                recipe,
                file,
                new Experiment.Data(
                        data.flatMap(of -> of.find("folder")).map(this::path),
                        data.flatMap(of -> count(of, "train-images")),
                        data.map(this::form).orElse(Form.PLAIN)),
                latency(root),
                engines(root),
                quick(root, students));
    }

    /** What stands for a teacher that comes from a file: it tells the students' classes apart. */
    private static Training notTrained(Shape image, Student student) {
        int classes = student.training().architecture().output().size();
        Architecture any = Architecture.of(image, new Layer.Flatten(), new Layer.Dense(classes));
        return new Training(any, 1, 1, Descent.Adam.standard());
    }

    private static Optional<Section> section(Section root, String key, List<String> keys) {
        return root.find(key).map(value -> value.section("[" + key + "]", null).only(keys));
    }

    private static Optional<Integer> count(Section section, String key) {
        return section.find(key).map(value -> value.count(1, Integer.MAX_VALUE));
    }

    private static String name(Value value) {
        if (!value.text().matches(NAME)) {
            throw value.bad(
                    "the name \"" + value.text()
                            + "\" is not of letters, digits, dots, dashes and underscores, at most 64 and the first a letter or digit");
        }
        return value.text();
    }

    private Path path(Value value) {
        try {
            return folder.resolve(value.text());
        } catch (InvalidPathException e) {
            throw value.bad("\"" + value.text() + "\" is not the name of a file or folder");
        }
    }

    /** Such as {@code 32x32x3}; the networks are made for images of this shape, and fitted to those of the data. */
    private static Shape image(Value value) {
        String[] sides = value.text().split("x", -1);
        if (sides.length == 3 && Stream.of(sides).allMatch(side -> side.matches("[1-9]\\d{0,4}"))) {
            try {
                return Shape.of(Stream.of(sides).mapToInt(Integer::parseInt).toArray());
            } catch (IllegalArgumentException e) {
                throw value.bad(e.getMessage());
            }
        }
        throw value.bad("'image' is \"" + value.text() + "\", expected height, width and channels such as 28x28x1");
    }

    private Form form(Section data) {
        return new Form(
                data.find("split").map(Value::text),
                data.find("transpose").map(Value::flag).orElse(false),
                classes(data),
                new ImageMemory(count(data, "memory")));
    }

    /** A file of names begins at this file's folder. */
    private String namedClasses(Value value) {
        return !value.isText()
                ? Integer.toString(value.count(2, ImageSet.MOST_CLASSES))
                : value.text().contains(",") ? value.text() : path(value).toString();
    }

    /** @param classes 0 for those of the first student */
    private List<Student> students(Section root, Shape image, int classes) {
        Section standard = section(root, "student", STUDENT).orElse(null);
        Value list = root.get("students");
        List<Student> students = new ArrayList<>();
        for (Value value : list.list()) {
            Section section = value.section("[[students]]", standard).only(concat(List.of("name"), STUDENT));
            int expected = students.isEmpty()
                    ? classes
                    : students.getFirst().training().architecture().output().size();
            Student student = student(section, image, expected);
            boolean taken = students.stream().anyMatch(other -> other.name().equals(student.name()));
            if (taken || student.name().equals("teacher")) {
                throw section.get("name").bad("the name \"" + student.name() + "\" is taken");
            }
            students.add(student);
        }
        if (students.isEmpty()) {
            throw list.bad("'students' is empty, expected at least one");
        }
        return students;
    }

    private Student student(Section of, Shape image, int classes) {
        Method method = of.get("method").choice(METHODS);
        Optional<Value> alpha = of.find("alpha");
        if (alpha.isPresent() && !method.mixesAsAsked()) {
            throw alpha.get().bad("'alpha' is for method = \"" + Method.SOFT_AND_HARD.id() + "\" only");
        }
        Training training = TrainingReader.read(of, image, classes);
        int outputs = training.architecture().output().size();
        return new Student(
                name(of.get("name")),
                training.withConsistent(consistent(of, method)),
                method,
                alpha.map(value -> (float) value.share(true)).orElse(method.alpha()),
                of.get("temperature").temperature(),
                of.find("omit").map(value -> omitted(value, outputs)).orElse(Set.of()),
                of.find("folds").map(ExperimentReader::folds).orElse(0),
                corrections(of),
                of.find("seed").map(Value::seed));
    }

    private static boolean consistent(Section of, Method method) {
        Optional<Value> consistent = of.find("consistent");
        return consistent.map(Value::flag).orElse(false) && method.distils();
    }

    private static CorrectionPlan corrections(Section of) {
        return new CorrectionPlan(
                of.find("bias-corrections")
                        .map(value -> value.list(each -> each.choice(CORRECTIONS)))
                        .orElse(List.of()),
                of.find("correction-on")
                        .map(value -> value.choice(CORRECTED_ON))
                        .orElse(CorrectionPlan.On.TEST),
                count(of, "correction-images"));
    }

    private Set<Integer> omitted(Value list, int classes) {
        List<String> unknown = new ArrayList<>();
        Set<Integer> omitted = new TreeSet<>(list.list(each -> {
            if (!each.isText()) {
                return each.count(0, classes - 1);
            }
            if (!classNames.isEmpty()) {
                return named(each);
            }
            if (!unknown.contains(each.text())) {
                unknown.add(each.text());
            }
            return -1 - unknown.indexOf(each.text());
        }));
        if (omitted.size() == classes) {
            throw list.bad("'omit' leaves no class to learn");
        }
        return omitted;
    }

    private int named(Value value) {
        int named = classNames.indexOf(value.text());
        if (named < 0) {
            throw value.bad("the data has no class '" + value.text() + "'" + Nearest.question(value.text(), classNames)
                    + "; 'retort data' lists them");
        }
        return named;
    }

    private static int folds(Value value) {
        int folds = value.count(0, 1000);
        if (folds == 1) {
            throw value.bad("'folds' is 1, expected 0 for no cross-validation, or 2 or more");
        }
        return folds;
    }

    private static Experiment.Latency latency(Section root) {
        Section latency = root.get("latency").section("[latency]", null).only(List.of("batches", "calls", "seconds"));
        Value batches = latency.get("batches");
        if (batches.list().isEmpty()) {
            throw batches.bad("'batches' is empty, expected at least one");
        }
        return new Experiment.Latency(
                batches.list(value -> value.isText()
                        ? value.choice(Map.of(WHOLE_TEST_SET, Experiment.Latency.WHOLE_TEST_SET))
                        : value.count(1, Integer.MAX_VALUE)),
                latency.get("calls").count(1, Integer.MAX_VALUE),
                latency.get("seconds").positive());
    }

    private static Experiment.Engines engines(Section root) {
        Optional<Section> engine = section(root, "engine", List.of("backend", "device", "threads"));
        return new Experiment.Engines(
                engine.flatMap(of -> of.find("backend"))
                        .map(value -> value.list(each -> each.choice(ENGINES)))
                        .orElse(List.of()),
                engine.flatMap(of -> of.find("device")).map(ExperimentReader::device),
                engine.flatMap(of -> of.find("threads")).map(value -> value.count(1, Converters.Threads.MOST)));
    }

    /** Any device has an empty name in it. */
    private static String device(Value value) {
        if (value.text().isBlank()) {
            throw value.bad("the device is \"" + value.text() + "\", expected a number or a part of its name");
        }
        return value.text();
    }

    private static Optional<Experiment.Quick> quick(Section root, List<Student> students) {
        Map<String, Student> known = new LinkedHashMap<>();
        students.forEach(student -> known.put(student.name(), student));
        List<String> keys = List.of(
                "train-images", "teacher-epochs", "student-epochs", "students", "latency-calls", "latency-seconds");
        return section(root, "quick", keys)
                .map(quick -> new Experiment.Quick(
                        count(quick, "train-images"),
                        count(quick, "teacher-epochs"),
                        count(quick, "student-epochs"),
                        quick.find("students")
                                .map(value ->
                                        value.list(each -> each.choice(known).name()))
                                .orElse(List.of()),
                        count(quick, "latency-calls"),
                        quick.find("latency-seconds").map(value -> (double) value.positive())));
    }

    private static <T> Map<String, T> named(T[] values, Function<T, String> id) {
        Map<String, T> named = new LinkedHashMap<>();
        Arrays.stream(values).forEach(value -> named.put(id.apply(value), value));
        return named;
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
