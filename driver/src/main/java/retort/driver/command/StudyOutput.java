package retort.driver.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import retort.driver.cli.LateSteps;
import retort.driver.cli.OutputFolder;
import retort.driver.study.Study;
import retort.driver.study.StudyFile;
import retort.driver.study.StudyFiles;
import retort.driver.study.StudySummary;

/**
 * Where a study that is done goes: a table or the JSON on stdout, and files.
 *
 * @param commandLine that made it, as it was given
 */
record StudyOutput(OutputFolder folder, String commandLine, PrintWriter out, boolean json, LateSteps late) {
    void write(Study study) {
        if (json) {
            out.println(StudyFile.json(study));
        } else {
            out.print(StudySummary.of(study));
        }
        out.flush();
        List<Path> files = StudyFiles.write(study, commandLine, folder, late);
        if (!json) {
            out.println();
            out.println("FILES");
            files.forEach(file -> out.println("  " + file));
        }
        out.flush();
    }
}
