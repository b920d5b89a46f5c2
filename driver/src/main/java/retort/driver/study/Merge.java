package retort.driver.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import retort.driver.data.BadDataException;

/** Joins what shards of a study found out. */
public final class Merge {
    private Merge() {}

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
        Part first = parts.getFirst();
        Study merged = first.study();
        for (Part part : parts.subList(1, parts.size())) {
            checkFits(
                    part,
                    first.study().study(),
                    first.study().settings(),
                    first.file().toString());
            for (Study.TeacherResult teacher : part.study().teachers()) {
                Optional<Study.TeacherResult> known = merged.teacher(teacher.seed());
                if (known.isEmpty()) {
                    merged = merged.with(teacher);
                } else if (!known.get().untimed().equals(teacher.untimed())) {
                    throw differs("teacher-seed" + teacher.seed(), part);
                }
            }
            for (Study.CellResult cell : part.study().cells()) {
                Optional<Study.CellResult> known = merged.cell(cell.id());
                if (known.isEmpty()) {
                    merged = merged.with(cell);
                } else if (!known.get().untimed().equals(cell.untimed())) {
                    throw differs(cell.id(), part);
                }
            }
            StudyCheck.otherImages(merged).ifPresent(problem -> {
                throw new BadDataException(part.file().toString(), "does not fit the parts before it: " + problem);
            });
        }
        return merged;
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

    private static BadDataException differs(String id, Part part) {
        return new BadDataException(
                part.file().toString(), "has another result for " + id + " than a part before it; expected equal ones");
    }
}
