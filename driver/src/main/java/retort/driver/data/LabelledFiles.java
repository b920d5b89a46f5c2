package retort.driver.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import retort.kernels.op.Shape;

/**
 * Four files, each of one array: images and labels, to train and to test on. Labels are read at once, as they tell how
 * many classes there are; images when they are asked for.
 */
record LabelledFiles(ArrayFile trainImages, ArrayFile trainLabels, ArrayFile testImages, ArrayFile testLabels) {
    /**
     * Reads them.
     *
     * @param names of the classes; empty for their numbers, as many as there are labels
     * @param memory that images may take
     * @param remarks what a user should know of the files
     * @throws BadDataException if a file is damaged or they don't fit each other; of training images later
     */
    Dataset read(String name, boolean transposed, List<String> names, ImageMemory memory, List<String> remarks) {
        int[] train = trainLabels.labels();
        int[] test = testLabels.labels();
        List<String> told = new ArrayList<>(remarks);
        int least = IntStream.concat(Arrays.stream(train), Arrays.stream(test))
                .min()
                .orElseThrow();
        int most = IntStream.concat(Arrays.stream(train), Arrays.stream(test))
                .max()
                .orElseThrow();
        int first = least == 1 && (names.isEmpty() || most == names.size()) ? 1 : 0;
        if (first == 1) {
            told.add(String.format(Locale.ROOT, "%s: labels are %,d to %,d, so label 1 is class 0", name, least, most));
        }
        int classes = names.isEmpty() ? Math.max(2, most - first + 1) : names.size();
        check(trainLabels, train, first, classes, names);
        check(testLabels, test, first, classes, names);
        ImageSet tests = set(
                testImages.images(memory.ofTests()), testImages, testLabels, shifted(test, first), classes, transposed);
        Supplier<ImageSet> reading = () -> {
            ImageSet trains = set(
                    trainImages.images(memory.ofTraining()),
                    trainImages,
                    trainLabels,
                    shifted(train, first),
                    classes,
                    transposed);
            if (!trains.shape().equals(tests.shape())) {
                throw trainImages.bad("images of " + text(trains.shape()) + ", expected " + text(tests.shape())
                        + " as in " + testImages.name());
            }
            return trains;
        };
        return new Dataset(name, names.isEmpty() ? ClassNames.numbers(classes) : names, reading, tests, told);
    }

    private static void check(ArrayFile file, int[] labels, int first, int classes, List<String> names) {
        int last = Math.min(classes, ImageSet.MOST_CLASSES) + first - 1;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < first || labels[i] > last) {
                String of = " of " + classes + " classes";
                throw file.bad("label " + labels[i] + " of image " + i + ", expected " + first + " to " + last + of);
            }
        }
    }

    private static int[] shifted(int[] labels, int first) {
        return Arrays.stream(labels).map(label -> label - first).toArray();
    }

    private static ImageSet set(
            ArrayFile.Images images,
            ArrayFile imageFile,
            ArrayFile labelFile,
            int[] labels,
            int classes,
            boolean transposed) {
        if (labels.length != images.count()) {
            throw labelFile.bad(labels.length + " labels, expected " + images.count() + " as in " + imageFile.name());
        }
        Shape shape = images.shape();
        if (!transposed) {
            return new ImageSet(shape, images.pixels(), labels, classes);
        }
        Pixels turned = images.pixels().transposed(shape.extent(0), shape.extent(1), shape.extent(2));
        return new ImageSet(Shape.of(shape.extent(1), shape.extent(0), shape.extent(2)), turned, labels, classes);
    }

    /** Without the channel of grey images. */
    private static String text(Shape shape) {
        String size = shape.extent(0) + " x " + shape.extent(1);
        return shape.extent(2) == 1 ? size : size + " x " + shape.extent(2);
    }
}
