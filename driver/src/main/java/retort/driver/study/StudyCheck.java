package retort.driver.study;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import retort.driver.data.ImageSet;
import retort.driver.job.Method;
import retort.driver.statistics.ErrorSet;

/** Whether the numbers of a study that was read can be those of one: tables and pages rely on it. */
final class StudyCheck {
    private StudyCheck() {}

    /** What is wrong with it, or nothing. */
    static Optional<String> problem(Study study) {
        int classes = study.classes();
        if (classes < 2 || classes > ImageSet.MOST_CLASSES) {
            return Optional.of("it is on " + classes + " classes, expected 2 to " + ImageSet.MOST_CLASSES);
        }
        Stream<Optional<String>> found = Stream.of(
                isPossible(study.share(), study.cells().size())
                        ? Optional.empty()
                        : Optional.of("its share has values that a study can't have"),
                first(study.teachers(), "teachers", teacher -> isPossible(teacher, classes)),
                first(study.cells(), "cells", cell -> isPossible(cell, classes)),
                first(study.experiments(), "experiments", StudyCheck::isPossible),
                twice(study.teachers().stream().map(Study.TeacherResult::seed).toList(), "teachers of the seed "),
                twice(study.cells().stream().map(Study.CellResult::id).toList(), "cells of the id "),
                otherImages(study),
                study.study().equals(Hinton2015.NAME) || study.experiments().isEmpty()
                        ? Optional.empty()
                        : Optional.of("experiments are of " + Hinton2015.NAME + " alone"));
        return found.flatMap(Optional::stream).findFirst();
    }

    /** All models of a study are tested on the same images: that they are held against each other relies on it. */
    private static Optional<String> otherImages(Study study) {
        return images(study)
                .flatMap(first -> counts(study)
                        .filter(count -> !count.equals(first))
                        .findFirst()
                        .map(other -> otherImages(first, other)));
    }

    /** What is wrong with models of a study that were tested on so many images, and on so many. */
    static String otherImages(int one, int other) {
        return "its models were tested on " + one + " and on " + other + " images, expected the same";
    }

    /** How many images the models of a study were tested on, as far as that is kept. */
    static Optional<Integer> images(Study study) {
        return counts(study).findFirst();
    }

    private static Stream<Integer> counts(Study study) {
        return tests(study).map(Study.Measured::wrong).filter(Objects::nonNull).map(ErrorSet::images);
    }

    private static Stream<Study.Measured> tests(Study study) {
        return Stream.concat(
                study.teachers().stream().map(Study.TeacherResult::test),
                study.cells().stream().flatMap(cell -> Stream.concat(Stream.of(cell.test()), corrected(cell))));
    }

    private static Stream<Study.Measured> corrected(Study.CellResult cell) {
        return Stream.concat(
                        Stream.of(cell.oracle(), cell.priorMatch()),
                        cell.others().stream().map(Correction::corrected))
                .filter(Objects::nonNull)
                .map(Study.Corrected::test);
    }

    private static <T> Optional<String> first(List<T> all, String name, Predicate<T> isPossible) {
        return all.stream()
                .filter(isPossible.negate())
                .findFirst()
                .map(wrong -> name + "[" + all.indexOf(wrong) + "] has values that a study can't find");
    }

    private static Optional<String> twice(List<?> keys, String what) {
        Set<Object> seen = new HashSet<>();
        return keys.stream().filter(key -> !seen.add(key)).findFirst().map(key -> "it has two " + what + key);
    }

    private static boolean isPossible(Share share, int cells) {
        return share == null
                || share.index() >= 0
                        && share.index() < share.count()
                        && share.done() >= 0
                        && share.done() <= Math.min(share.students(), cells);
    }

    private static boolean isPossible(Study.TeacherResult teacher, int classes) {
        return isTime(teacher.seconds())
                && isPossible(teacher.test(), classes)
                && teacher.softLabels().stream().allMatch(labels -> isPossible(labels, classes));
    }

    private static boolean isPossible(Study.SoftLabels labels, int classes) {
        return labels.temperature() > 0
                && labels.mean().size() == classes
                && labels.mean().stream()
                        .filter(Objects::nonNull)
                        .allMatch(row -> row.size() == classes && row.stream().allMatch(StudyCheck::isShare));
    }

    /** The id follows from the rest; it is told, and names rows of tables. */
    private static boolean isPossible(Study.CellResult cell, int classes) {
        Optional<Method> method = Stream.of(Method.values())
                .filter(each -> each.id().equals(cell.method()))
                .findFirst();
        return method.isPresent()
                && cell.temperature() > 0
                && isShare((double) cell.alpha())
                && cell.width() > 0
                && cell.omitted().stream().allMatch(c -> c >= 0 && c < classes)
                && Set.copyOf(cell.omitted()).size() == cell.omitted().size()
                && cell.id().equals(id(method.get(), cell))
                && cell.trainImages() > 0
                && cell.epochs() > 0
                && cell.parameters() > 0
                && isTime(cell.seconds())
                && isPossible(cell.test(), classes)
                && corrected(cell).allMatch(test -> isPossible(test, classes));
    }

    private static String id(Method method, Study.CellResult cell) {
        return new Cell(method, cell.temperature(), cell.alpha(), cell.width(), Set.copyOf(cell.omitted()), cell.seed())
                .id();
    }

    private static boolean isPossible(Study.Measured test, int classes) {
        return test.errors() >= 0
                && isShare(test.accuracy())
                && test.recall().size() == classes
                && test.recall().stream().filter(Objects::nonNull).allMatch(StudyCheck::isShare)
                && (test.recallOmitted() == null || isShare(test.recallOmitted()))
                && test.negativeLogLikelihood() >= 0
                && isShare(test.calibrationError())
                && (test.wrong() == null || test.wrong().errors() == test.errors());
    }

    /** Lists have an element for each seed. */
    private static boolean isPossible(Study.Experiment row) {
        int seeds = row.seeds().size();
        return seeds > 0
                && Stream.of(row.errors(), row.recallOmitted(), row.bias(), row.seconds())
                        .allMatch(each -> each == null || each.size() == seeds);
    }

    private static boolean isShare(Double value) {
        return value >= 0 && value <= 1;
    }

    private static boolean isTime(double seconds) {
        return seconds >= 0;
    }
}
