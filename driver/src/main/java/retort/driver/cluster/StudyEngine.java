package retort.driver.cluster;

import java.io.PrintWriter;

/** Does a study somewhere else than in this process, in place of {@code study sweep}. */
@FunctionalInterface
public interface StudyEngine {
    /**
     * @param err for what the user is to be told
     * @return the exit code
     */
    int run(StudyTasks tasks, PrintWriter err);
}
