package retort.driver.data;

import java.util.Optional;

/**
 * What a user says of a data set that its files don't.
 *
 * @param split which set, where a folder holds several: "letters" of the files of EMNIST
 * @param transposed whether height and width are exchanged in its files, as in EMNIST's
 * @param classes how many, or their names with commas between them, or a file of names; see {@link ClassNames}
 * @param memory what images may take of it
 */
public record Form(Optional<String> split, boolean transposed, Optional<String> classes, ImageMemory memory) {
    /** Nothing. */
    public static final Form PLAIN = new Form(Optional.empty(), false, Optional.empty());

    /** One whose images may take as much memory as the heap has for them. */
    public Form(Optional<String> split, boolean transposed, Optional<String> classes) {
        this(split, transposed, classes, ImageMemory.OF_HEAP);
    }

    /** The same with other limits. */
    public Form with(ImageMemory other) {
        return new Form(split, transposed, classes, other);
    }

    /** A number has no zeros before it, which TOML would not take. */
    public Form {
        classes = classes.map(
                text -> text.matches("0+\\d{1,9}") ? Integer.valueOf(text).toString() : text);
    }
}
