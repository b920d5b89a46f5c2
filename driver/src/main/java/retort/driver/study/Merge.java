package retort.driver.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import retort.driver.data.BadDataException;

/** Joins what shards of a study found out, part by part: it holds each result once, whatever the number of parts. */
public final class Merge {
    /** Shares that are named where they lack something; of more, how many. */
    private static final int MOST_NAMED = 20;

    private final Map<Long, Study.TeacherResult> teachers = new LinkedHashMap<>();
    private final Map<String, Study.CellResult> cells = new LinkedHashMap<>();

    /** Of each number of shares those that are known by their index, with the file that has most of each. */
    private final Map<Integer, Map<Integer, Known>> shares = new TreeMap<>();

    private record Known(Path file, Share share) {}

    private Part first;
    private Optional<Integer> images = Optional.empty();
    private int parts;

    /** A study, and the file that it was read from. */
    public record Part(Path file, Study study) {
        public static Part read(Path file) {
            return new Part(file, StudyFile.read(file));
        }
    }

    /**
     * All results of the parts, in their order.
     *
     * @throws BadDataException if the parts are not of one study, or two have different results for the same model
     */
    public static Study of(List<Part> parts) {
        Merge merge = new Merge();
        parts.forEach(merge::add);
        return merge.study();
    }

    /**
     * Takes another part.
     *
     * @throws BadDataException if it is of another study, or has another result for a model that a part before it has
     */
    public void add(Part part) {
        parts++;
        if (first == null) {
            first = new Part(part.file(), part.study().with(List.of(), List.of()));
        } else {
            checkFits(
                    part,
                    first.study().study(),
                    first.study().settings(),
                    first.file().toString());
        }
        for (Study.TeacherResult teacher : part.study().teachers()) {
            Study.TeacherResult known = teachers.putIfAbsent(teacher.seed(), teacher);
            if (known != null && !known.untimed().equals(teacher.untimed())) {
                throw differs("teacher-seed" + teacher.seed(), part);
            }
        }
        for (Study.CellResult cell : part.study().cells()) {
            Study.CellResult known = cells.putIfAbsent(cell.id(), cell);
            if (known != null && !known.untimed().equals(cell.untimed())) {
                throw differs(cell.id(), part);
            }
        }
        Optional<Integer> its = StudyCheck.images(part.study());
        if (images.isPresent() && its.isPresent() && !its.equals(images)) {
            throw new BadDataException(
                    part.file().toString(),
                    "does not fit the parts before it: " + StudyCheck.otherImages(images.get(), its.get()));
        }
        images = images.or(() -> its);
        Share share = part.study().share();
        if (share != null && share.count() > 1) {
            shares.computeIfAbsent(share.count(), count -> new TreeMap<>())
                    .merge(
                            share.index(),
                            new Known(part.file(), share),
                            (one, other) -> one.share().isDone() ? one : other);
        }
    }

    /**
     * All results of the parts, in their order; as a whole, if they are all shares of one.
     *
     * @throws IllegalStateException if there was no part
     */
    public Study study() {
        if (first == null) {
            throw new IllegalStateException("merge: no part was added");
        }
        Study joined = joined();
        if (parts == 1) {
            return joined;
        }
        boolean whole = shares.size() == 1 && lacking().isEmpty();
        return joined.withShare(whole ? new Share(0, 1, cells.size(), cells.size()) : null);
    }

    private Study joined() {
        return first.study().with(List.copyOf(teachers.values()), List.copyOf(cells.values()));
    }

    /** What shares lack, in words: those that no part is of, and those that have not all their students. */
    public List<String> lacking() {
        List<String> lacking = new ArrayList<>();
        shares.forEach((count, known) -> {
            int missing = count - known.size();
            IntStream.range(0, count)
                    .filter(index -> !known.containsKey(index))
                    .limit(Math.min(missing, MOST_NAMED))
                    .forEach(index -> lacking.add("share " + index + " of " + count + " is missing"));
            if (missing > MOST_NAMED) {
                lacking.add("so are " + (missing - MOST_NAMED) + " more");
            }
            known.values().stream()
                    .filter(each -> !each.share().isDone())
                    .map(each -> each.file() + " has " + each.share().done() + " of the "
                            + each.share().students() + " students of share "
                            + each.share().index() + " of " + count)
                    .forEach(lacking::add);
        });
        return lacking;
    }

    /**
     * Holds a study against what it is to be joined or continued with.
     *
     * @param with names that, for people
     * @throws BadDataException if it is another study, or has other settings
     */
    public static void checkFits(Part part, String study, Study.Settings settings, String with) {
        String file = part.file().toString();
        if (!part.study().study().equals(study)) {
            throw new BadDataException(
                    file, "is of the study " + part.study().study() + ", expected " + study + " as " + with);
        }
        Optional<String> difference = part.study().settings().difference(settings);
        if (difference.isPresent()) {
            throw new BadDataException(file, difference.get() + " as " + with);
        }
    }

    /**
     * A study with the teachers of these seeds that it lacks, as a part has them.
     *
     * @throws BadDataException if the part lacks one, too, or could not save it
     */
    public static Study withTeachers(Study study, Part trained, List<Long> seeds) {
        Study known = study;
        for (long seed : seeds) {
            if (known.teacher(seed).filter(Merge::isSaved).isEmpty()) {
                Study.TeacherResult teacher = trained.study()
                        .teacher(seed)
                        .orElseThrow(() ->
                                new BadDataException(trained.file().toString(), "has no teacher of the seed " + seed));
                if (!isSaved(teacher)) {
                    throw new BadDataException(
                            trained.file().toString(),
                            "its teacher of the seed " + seed + " could not be saved: go on with that study first");
                }
                known = known.with(teacher);
            }
        }
        return known;
    }

    private static boolean isSaved(Study.TeacherResult teacher) {
        return teacher.digest() != null;
    }

    private static BadDataException differs(String id, Part part) {
        return new BadDataException(
                part.file().toString(), "has another result for " + id + " than a part before it; expected equal ones");
    }
}
