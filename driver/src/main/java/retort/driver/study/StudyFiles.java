package retort.driver.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import retort.driver.cli.OutputFolder;

/** What a study that is done leaves: {@code study.json}, its tables as CSV, and a page to look at. */
public final class StudyFiles {
    private static final String PAGE = "report.html";

    private StudyFiles() {}

    /**
     * Writes all of them, each whole or not at all.
     *
     * @param commandLine that made the study, as it was given
     * @return what was written, the page first
     */
    public static List<Path> write(Study study, String commandLine, OutputFolder folder) {
        List<Path> files = new ArrayList<>();
        files.add(folder.write(StudyFile.NAME, StudyFile.json(study) + "\n"));
        files.add(folder.write(CellTable.NAME, CellTable.csv(study)));
        new StudyTables(study).all().forEach((name, table) -> files.add(folder.write(name, table.csv())));
        List<String> names =
                files.stream().map(file -> file.getFileName().toString()).toList();
        files.addFirst(folder.write(PAGE, new StudyPage(study, commandLine, names).html()));
        return files;
    }
}
