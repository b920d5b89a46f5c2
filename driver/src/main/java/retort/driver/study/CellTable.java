package retort.driver.study;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import retort.driver.page.Table;

/**
 * The cells of a study as comma-separated values, a line for each; what a cell does not have is empty, what is not
 * defined a dash.
 */
public final class CellTable {
    public static final String NAME = "cells.csv";

    private static final String NONE = "-";

    /** Numbers of a test beside the recall of each class. */
    private static final int MEASURED = 4;

    private CellTable() {}

    public static String csv(Study study) {
        List<String> lines = new ArrayList<>();
        lines.add(header(study.classes()));
        study.cells().forEach(cell -> lines.add(line(cell, study.classes())));
        return String.join("\n", lines) + "\n";
    }

    private static String header(int classes) {
        return "id,method,temperature,alpha,width,omitted,seed,trainImages,epochs,parameters,seconds,"
                + measured("", classes)
                + ",oracleBias," + measured("oracle.", classes) + ",priorMatchBias," + measured("priorMatch.", classes);
    }

    private static String measured(String prefix, int classes) {
        String recall =
                IntStream.range(0, classes).mapToObj(c -> prefix + "recall" + c).collect(Collectors.joining(","));
        return prefix + "errors," + prefix + "recallOmitted," + prefix + "negativeLogLikelihood," + prefix
                + "calibrationError," + recall;
    }

    private static String line(Study.CellResult cell, int classes) {
        List<Object> values = new ArrayList<>(List.of(
                cell.id(),
                cell.method(),
                cell.temperature(),
                cell.alpha(),
                cell.width(),
                Cell.classes(cell.omitted()),
                cell.seed(),
                cell.trainImages(),
                cell.epochs(),
                cell.parameters(),
                cell.seconds()));
        add(values, cell.test(), cell);
        add(values, cell.oracle(), cell, classes);
        add(values, cell.priorMatch(), cell, classes);
        return values.stream().map(value -> Table.quoted(value.toString())).collect(Collectors.joining(","));
    }

    private static void add(List<Object> values, Study.Corrected corrected, Study.CellResult of, int classes) {
        String none = none(of);
        values.add(corrected == null ? none : corrected.bias());
        if (corrected == null) {
            values.addAll(Collections.nCopies(MEASURED + classes, none));
        } else {
            add(values, corrected.test(), of);
        }
    }

    private static void add(List<Object> values, Study.Measured test, Study.CellResult of) {
        values.add(test.errors());
        values.add(test.recallOmitted() == null ? none(of) : test.recallOmitted());
        values.add(test.negativeLogLikelihood());
        values.add(test.calibrationError());
        test.recall().forEach(share -> values.add(share == null ? NONE : share));
    }

    /** Where a student that omits nothing has no such number, nothing; where it is not defined, a dash. */
    private static String none(Study.CellResult of) {
        return of.omitted().isEmpty() ? "" : NONE;
    }
}
