package retort.driver.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import retort.driver.cli.FileReason;
import retort.driver.data.BadDataException;
import retort.driver.data.ClassNames;
import retort.driver.data.DataFiles;
import retort.driver.data.Dataset;
import retort.driver.data.Form;
import retort.driver.data.ImageMemory;
import retort.driver.data.ImageSet;
import retort.driver.data.LevelsWriter;
import retort.driver.data.Pixels;
import retort.kernels.op.Shape;

/**
 * PNG or JPEG files, a folder for each class, these in {@code train} and {@code test}; without such, every fifth image
 * of each class tests. Classes are in the order of their folders' names, images in that of theirs.
 */
public final class ImageFolder {
    private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg");
    private static final List<String> TESTS = List.of("test", "val", "valid", "validation");
    private static final String TRAIN = "train";
    private static final int TESTED_OF = 5;

    /** Numbers by what they are, before other names. */
    private static final Comparator<String> NUMBERS_FIRST = Comparator.comparing(
                    (String name) -> name.matches("\\d{1,18}") ? Long.parseLong(name) : Long.MAX_VALUE)
            .thenComparing(Comparator.naturalOrder());

    private final DataFiles files;

    /** The images of each class, by the part of the set that they are in; "" where there are no parts. */
    private final Map<String, Map<String, List<String>>> parts = new TreeMap<>();

    /** Images that are in no folder, so of no class. */
    private int loose;

    /** Images with the classes that they are of. */
    private record Labelled(List<String> images, List<Integer> labels) {}

    public ImageFolder(DataFiles files) {
        this.files = files;
        for (String name : files.names()) {
            String[] steps = name.split("/");
            boolean isImage = SUFFIXES.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
            if (!isImage || name.startsWith("__MACOSX/") || name.contains("/.")) {
                continue;
            }
            if (steps.length == 1) {
                loose++;
            } else {
                String above = steps.length >= 3 ? steps[steps.length - 3].toLowerCase(Locale.ROOT) : "";
                String part = above.equals(TRAIN) || TESTS.contains(above) ? above : "";
                parts.computeIfAbsent(part, any -> new TreeMap<>(NUMBERS_FIRST))
                        .computeIfAbsent(steps[steps.length - 2], any -> new ArrayList<>())
                        .add(name);
            }
        }
    }

    /** Whether there is any such image. */
    public boolean isThere() {
        return !parts.isEmpty();
    }

    /**
     * Reads them, those to train on when they are asked for.
     *
     * @throws BadDataException if there are fewer than two classes, an image is damaged, they differ in size, or some
     *     are in a folder of a class's folder
     */
    public Dataset read(String name, Form form) {
        checkDepth();
        boolean split = parts.containsKey(TRAIN);
        Map<String, List<String>> train = parts.get(split ? TRAIN : "");
        if (train == null) {
            throw new BadDataException(files.title(), "has no folder 'train' beside " + parts.keySet());
        }
        String test = TESTS.stream().filter(parts::containsKey).findFirst().orElse("");
        List<String> remarks = new ArrayList<>(unused(name, split ? Set.of(TRAIN, test) : Set.of("")));
        List<String> names = names(train, split && !test.isEmpty() ? parts.get(test) : Map.of(), form);
        Labelled tests;
        Labelled trains;
        if (split && !test.isEmpty()) {
            tests = labelled(parts.get(test), names, i -> true);
            trains = labelled(train, names, i -> true);
        } else {
            remarks.add(name + ": no folder of test images, so every fifth image of each class tests");
            tests = labelled(train, names, ImageFolder::isTested);
            trains = labelled(train, names, i -> !isTested(i));
        }
        check(tests, "test");
        check(trains, "train");
        Shape shape = shape(tests);
        ImageSet tested = set(tests, names.size(), shape, form, form.memory().ofTests());
        return new Dataset(
                name,
                names,
                () -> set(trains, names.size(), shape, form, form.memory().ofTraining()),
                tested,
                remarks);
    }

    private List<String> images() {
        return parts.values().stream()
                .flatMap(classes -> classes.values().stream())
                .flatMap(List::stream)
                .toList();
    }

    /** The folder that an image is in names its class: one with images below it would name two. */
    private void checkDepth() {
        Set<String> folders = images().stream().map(DataFiles::folder).collect(Collectors.toCollection(TreeSet::new));
        for (String folder : folders) {
            for (String above = DataFiles.folder(folder); !above.isEmpty(); above = DataFiles.folder(above)) {
                if (folders.contains(above)) {
                    throw new BadDataException(
                            files.path(folder),
                            "holds images in a folder of a class, " + above + ", expected them in that of their class");
                }
            }
        }
    }

    /** What is told of images that are neither trained nor tested on. */
    private List<String> unused(String name, Set<String> used) {
        List<String> told = new ArrayList<>();
        if (loose > 0) {
            told.add(String.format(Locale.ROOT, "%s: %,d images in no folder of a class are not used", name, loose));
        }
        parts.forEach((part, classes) -> {
            if (!used.contains(part)) {
                int images = classes.values().stream().mapToInt(List::size).sum();
                String in = part.isEmpty() ? "beside " + TRAIN : "in " + part;
                told.add(String.format(Locale.ROOT, "%s: %,d images %s are not used", name, images, in));
            }
        });
        return told;
    }

    private static boolean isTested(int i) {
        return i % TESTED_OF == TESTED_OF - 1;
    }

    private void check(Labelled images, String part) {
        if (images.images().isEmpty()) {
            throw new BadDataException(
                    files.title(), "no image is left to " + part + " on, expected " + TESTED_OF + " of a class");
        }
    }

    private List<String> names(Map<String, List<String>> train, Map<String, List<String>> test, Form form) {
        TreeSet<String> found = new TreeSet<>(NUMBERS_FIRST);
        found.addAll(train.keySet());
        found.addAll(test.keySet());
        found.stream().filter(each -> !ClassNames.isPrintable(each)).findFirst().ifPresent(odd -> {
            throw new BadDataException(
                    files.title(), "has a folder '" + odd + "', expected names of printable characters for classes");
        });
        if (found.size() < 2 || found.size() > ImageSet.MOST_CLASSES) {
            throw new BadDataException(
                    files.title(),
                    "has folders of images for " + found.size() + " classes, expected 2 to " + ImageSet.MOST_CLASSES);
        }
        if (form.classes().isEmpty()) {
            return List.copyOf(found);
        }
        List<String> named = ClassNames.of(form.classes().get());
        boolean counted = form.classes().get().matches("\\d+");
        if (counted ? named.size() != found.size() : !new TreeSet<>(named).containsAll(found)) {
            throw new BadDataException(
                    files.title(),
                    "has folders for the classes " + found + ", expected those of --classes="
                            + form.classes().get());
        }
        return counted ? List.copyOf(found) : named;
    }

    private static Labelled labelled(Map<String, List<String>> classes, List<String> names, IntPredicate chosen) {
        Labelled labelled = new Labelled(new ArrayList<>(), new ArrayList<>());
        for (Map.Entry<String, List<String>> each : classes.entrySet()) {
            for (int i = 0; i < each.getValue().size(); i++) {
                if (chosen.test(i)) {
                    labelled.images().add(each.getValue().get(i));
                    labelled.labels().add(names.indexOf(each.getKey()));
                }
            }
        }
        return labelled;
    }

    /** That of the first image, with channels for all. */
    private Shape shape(Labelled labelled) {
        ColourImage first = decode(labelled.images().getFirst());
        boolean isGrey =
                labelled.images().stream().allMatch(image -> decode(image).isGrey());
        return Shape.of(first.height(), first.width(), isGrey ? 1 : 3);
    }

    private ImageSet set(Labelled labelled, int classes, Shape shape, Form form, ImageMemory.Limits limits) {
        List<String> images = labelled.images();
        LevelsWriter levels = new LevelsWriter(files.title(), images.size(), shape, limits);
        boolean isGrey = shape.extent(2) == 1;
        for (String name : images) {
            ColourImage image = ofSize(name, shape.extent(0), shape.extent(1));
            if (isGrey && !image.isGrey()) {
                throw new BadDataException(files.path(name), "is in colour, expected grey as all test images");
            }
            levels.add(isGrey ? image.grey() : image.levels());
        }
        Pixels pixels = levels.pixels();
        int[] labels = labelled.labels().stream().mapToInt(Integer::intValue).toArray();
        if (!form.transposed()) {
            return new ImageSet(shape, pixels, labels, classes);
        }
        Shape turned = Shape.of(shape.extent(1), shape.extent(0), shape.extent(2));
        Pixels upright = pixels.transposed(shape.extent(0), shape.extent(1), shape.extent(2));
        return new ImageSet(turned, upright, labels, classes);
    }

    private ColourImage ofSize(String name, int height, int width) {
        ColourImage image = decode(name);
        if (image.height() != height || image.width() != width) {
            throw new BadDataException(
                    files.path(name),
                    "an image of " + image.height() + " x " + image.width() + ", expected " + height + " x " + width
                            + " as the others");
        }
        return image;
    }

    private ColourImage decode(String name) {
        try (InputStream in = files.open(name)) {
            return ImageFile.NAMED.decodeColours(files.path(name), in.readNBytes(ImageFile.NAMED.mostBytes() + 1));
        } catch (IOException e) {
            throw new BadDataException(files.path(name), "can't be read: " + FileReason.of(e));
        }
    }
}
