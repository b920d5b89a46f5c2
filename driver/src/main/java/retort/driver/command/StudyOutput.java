package retort.driver.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import retort.driver.cli.OutputFolder;
import retort.driver.study.CellTable;
import retort.driver.study.HeatMaps;
import retort.driver.study.Study;
import retort.driver.study.StudyFile;
import retort.driver.study.StudySummary;

/** Where a study that is done goes: files, and a table or the JSON on stdout. */
record StudyOutput(OutputFolder folder, PrintWriter out, boolean json) {
    void write(Study study) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(StudyFile.NAME, StudyFile.json(study) + "\n");
        files.put(CellTable.NAME, CellTable.csv(study));
        files.putAll(HeatMaps.svgs(study));
        files.forEach(folder::write);
        if (json) {
            out.println(StudyFile.json(study));
        } else {
            out.print(StudySummary.of(study));
            out.println();
            out.println("FILES");
            for (String name : files.keySet()) {
                Path file = folder.path().resolve(name);
                out.println("  " + file);
            }
        }
        out.flush();
    }
}
