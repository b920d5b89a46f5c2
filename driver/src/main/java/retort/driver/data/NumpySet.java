package retort.driver.data;

import java.util.List;
import java.util.stream.Stream;

/** A set in four arrays of NumPy, {@code x_train, y_train, x_test, y_test}, as Keras has them in an .npz. */
public final class NumpySet {
    private static final String SUFFIX = ".npy";
    private static final List<String> ARRAYS = List.of("x_train", "y_train", "x_test", "y_test");

    private final DataFiles files;

    public NumpySet(DataFiles files) {
        this.files = files;
    }

    /** Whether any of them is there. */
    public boolean isThere() {
        return names().anyMatch(files.names()::contains);
    }

    private static Stream<String> names() {
        return ARRAYS.stream().map(array -> array + SUFFIX);
    }

    /**
     * Reads them.
     *
     * @throws BadDataException if one is missing or damaged, or they don't fit each other
     */
    public Dataset read(String name, Form form) {
        List<ArrayFile> four = names().map(this::file).toList();
        List<String> classes = form.classes().map(ClassNames::of).orElse(List.of());
        return new LabelledFiles(four.get(0), four.get(1), four.get(2), four.get(3))
                .read(name, form.transposed(), classes, form.memory(), List.of());
    }

    private ArrayFile file(String name) {
        if (!files.names().contains(name)) {
            throw new BadDataException(files.path(name), "no such array, expected " + String.join(", ", ARRAYS));
        }
        return ArrayFile.of(files, name, ArrayFormat.NPY);
    }
}
