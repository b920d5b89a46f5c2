package retort.driver.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sets in IDX files of the names that MNIST gave them, or EMNIST: {@code train-images-idx3-ubyte.gz}, {@code
 * emnist-letters-test-labels-idx1-ubyte}. Fashion-MNIST, KMNIST and one's own come in the same form.
 */
public final class IdxSet {
    static final String STANDARD_IMAGES = "train-images-idx3-ubyte.gz";

    private static final Pattern NAME = Pattern.compile(
            "(?:(?<set>.+?)[-_.])?(?<part>train|t10k|test)[-_.](?<kind>images|labels)[-.]idx\\d(?:[-.]\\w+)?");
    private static final Pattern MAPPING = Pattern.compile("(?:(?<set>.+?)[-_.])?mapping\\.txt");
    private static final String EMNIST = "emnist-";

    private final DataFiles files;

    /** The names of the files of each set, by what they are: {@code "train images"}. */
    private final Map<String, Map<String, String>> sets = new TreeMap<>();

    /** The folders that the files of each set are in. */
    private final Map<String, SortedSet<String>> folders = new TreeMap<>();

    public IdxSet(DataFiles files) {
        this.files = files;
        for (String name : files.names()) {
            Matcher matcher = NAME.matcher(plain(DataFiles.last(name)));
            if (matcher.matches()) {
                String part = matcher.group("part").equals("train") ? "train" : "test";
                String set = Optional.ofNullable(matcher.group("set")).orElse("");
                folders.computeIfAbsent(set, any -> new TreeSet<>()).add(DataFiles.folder(name));
                sets.computeIfAbsent(set, any -> new TreeMap<>())
                        .merge(part + " " + matcher.group("kind"), name, IdxSet::packed);
            }
        }
    }

    private static String plain(String name) {
        return name.endsWith(ArrayFile.GZIP) ? name.substring(0, name.length() - ArrayFile.GZIP.length()) : name;
    }

    /** Of a file that is there twice the one that is gzip. */
    private static String packed(String first, String second) {
        return first.endsWith(ArrayFile.GZIP) ? first : second;
    }

    /** Whether there is any such file. */
    public boolean isThere() {
        return !sets.isEmpty();
    }

    /**
     * Reads a set.
     *
     * @throws BadDataException if it is not there whole, in several folders, several are there and none is named, or a
     *     file is damaged
     */
    public Dataset read(String name, Form form) {
        String set = chosen(form);
        SortedSet<String> in = folders.getOrDefault(set, new TreeSet<>());
        if (in.size() > 1) {
            throw new BadDataException(
                    files.title(),
                    "has files of one set in several folders, " + shownFolder(in.first()) + " and "
                            + shownFolder(in.last()) + ", expected one: --data=" + files.path(in.last()));
        }
        // Names first: a missing file is told before seconds go into the others.
        LabelledFiles four = new LabelledFiles(
                file(set, "train images"),
                file(set, "train labels"),
                file(set, "test images"),
                file(set, "test labels"));
        List<String> remarks = new ArrayList<>();
        if (set.startsWith(EMNIST) && !form.transposed()) {
            remarks.add(name + ": EMNIST's files have height and width exchanged; --transpose has its letters upright");
        }
        List<String> classes = form.classes().map(ClassNames::of).orElseGet(() -> mapped(set));
        String full = set.isEmpty() ? name : sets.size() == 1 ? name : name + " " + shown(set);
        return four.read(full, form.transposed(), classes, form.memory(), remarks);
    }

    private static String shownFolder(String folder) {
        return folder.isEmpty() ? "its own" : folder;
    }

    private String chosen(Form form) {
        if (form.split().isPresent()) {
            String wanted = form.split().get();
            return sets.keySet().stream()
                    .filter(set -> set.equals(wanted) || shown(set).equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new BadDataException(
                            files.title(),
                            "no set '" + wanted + "' is there" + (named().isEmpty() ? "" : ", expected " + named())));
        }
        if (sets.size() > 1 && !sets.containsKey("")) {
            throw new BadDataException(
                    files.title(), "several sets are there: " + named() + "; --split=NAME says which");
        }
        return sets.size() == 1 ? sets.keySet().iterator().next() : "";
    }

    private String named() {
        return String.join(
                ", ",
                sets.keySet().stream()
                        .filter(set -> !set.isEmpty())
                        .map(IdxSet::shown)
                        .toList());
    }

    private static String shown(String set) {
        return set.startsWith(EMNIST) ? set.substring(EMNIST.length()) : set;
    }

    private ArrayFile file(String set, String what) {
        String found = sets.getOrDefault(set, Map.of()).get(what);
        if (found == null) {
            String[] words = what.split(" ");
            String part = set.isEmpty() ? (words[0].equals("test") ? "t10k" : words[0]) : set + "-" + words[0];
            String standard =
                    String.format(Locale.ROOT, "%s-%s-idx%d-ubyte", part, words[1], words[1].equals("images") ? 3 : 1);
            throw new BadDataException(files.path(standard), "no such file, with or without " + ArrayFile.GZIP);
        }
        return ArrayFile.of(files, found, ArrayFormat.IDX);
    }

    /** As a mapping beside the files names them. */
    private List<String> mapped(String set) {
        return files.names().stream()
                .filter(file -> {
                    Matcher matcher = MAPPING.matcher(DataFiles.last(file));
                    return matcher.matches()
                            && Optional.ofNullable(matcher.group("set"))
                                    .orElse("")
                                    .equals(set);
                })
                .findFirst()
                .map(file -> ClassNames.read(files, file))
                .orElse(List.of());
    }
}
