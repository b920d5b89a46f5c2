package retort.driver.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import retort.driver.checkpoint.CommandSettings;
import retort.driver.cli.LateSteps;
import retort.driver.cli.Sha256;
import retort.driver.job.BiasCorrection;
import retort.driver.job.Recipe;
import retort.driver.job.Remarks;
import retort.driver.job.Training;
import retort.driver.study.Cell;
import retort.driver.study.Merge;
import retort.driver.study.Share;
import retort.driver.study.Study;
import retort.driver.study.StudyFile;
import retort.driver.study.StudyRun;

/**
 * A study at work in the folder of a session: begun, or continued if one is there.
 *
 * @param how the user wants it kept and continued
 * @param experiments makes the rows of a table from what there is so far
 */
record StudySession(
        Session session,
        Options.Resumable how,
        StudyOptions options,
        String name,
        Function<Study, List<Study.Experiment>> experiments) {

    /** @return the exit code */
    int run(List<Cell> cells) {
        List<Cell> share = options.teachersOnly() ? List.of() : options.shard().of(cells);
        Path file = session.folder().resolve(StudyFile.NAME);
        checkTeacher();
        remark();
        Study known = withTeachers(begunOrContinued(file, share), share);
        session.keepCheckpoints(how, CommandSettings.none().with("settings", settings()), Files.exists(file));
        StudyRun run = new StudyRun(
                session.backend(),
                session.data(),
                session.recipe(),
                teachers(),
                session.checkpoints(),
                session.progress());
        LateSteps late = session.progress().late();
        Consumer<Study> keep =
                study -> late.attempt(file.toString(), () -> StudyFile.write(tabled(study, share), file));
        Study found = options.teachersOnly()
                ? run.completeTeachers(known, options.seeds(), keep)
                : run.complete(known, share, keep);
        session.finish(tabled(found, share));
        return session.exitCode();
    }

    private StudyRun.Teachers teachers() {
        boolean areOwn = options.teachers() == null;
        return new StudyRun.Teachers(areOwn ? session.folder() : options.teachers(), areOwn, options.teacher());
    }

    /** With the teachers of its seeds, where another study has trained them. */
    private Study withTeachers(Study known, List<Cell> share) {
        if (options.teachers() == null) {
            return known;
        }
        Merge.Part trained = Merge.Part.read(options.teachers().resolve(StudyFile.NAME));
        Merge.checkFits(trained, name, settings(), "asked for");
        return Merge.withTeachers(
                known, trained, share.stream().map(Cell::seed).distinct().toList());
    }

    /** A file that can't be used is refused before anything is trained. */
    private void checkTeacher() {
        if (options.teacher() != null) {
            ModelFiles.check(session, options.teacher());
        }
    }

    /** What is unusual about the data. */
    private void remark() {
        List<String> remarks = options.teacher() == null
                ? Remarks.of(session.data(), session.recipe(), List.of())
                : Remarks.ofStudents(session.data(), session.recipe(), List.of());
        remarks.forEach(remark -> session.progress().say("note: " + remark));
    }

    private Study tabled(Study study, List<Cell> share) {
        Study tabled = study.withExperiments(experiments.apply(study));
        return options.teachersOnly() ? tabled : tabled.withShare(Share.of(options.shard(), share, study));
    }

    private Study begunOrContinued(Path file, List<Cell> share) {
        Study begun = Study.begun(name, settings(), session.environment());
        if (!session.resumes() || !Files.exists(file)) {
            return begun;
        }
        Merge.Part known = Merge.Part.read(file);
        Merge.checkFits(known, name, begun.settings(), "asked for");
        long done = share.stream()
                .filter(cell -> known.study().cell(cell).isPresent())
                .count();
        session.progress()
                .say(String.format(
                        Locale.ROOT, "continuing %s: %,d of %,d students are there", file, done, share.size()));
        return known.study();
    }

    /** Where those without a teacher are trained in another way, so are both told. */
    private static String students(Recipe recipe) {
        Training distilled = recipe.distilled().training();
        Training labelled = recipe.labelled().training();
        String others = labelled.equals(distilled) ? "" : "; without a teacher " + labelled.text();
        return distilled.text() + recipe.distilled().corrections().text() + others;
    }

    private Study.Settings settings() {
        Recipe recipe = session.recipe();
        int blocks = session.data().blocksInMemory();
        String teacher =
                options.teacher() == null ? recipe.teacher().text() : "given, SHA-256 " + Sha256.of(options.teacher());
        return new Study.Settings(
                recipe.name(),
                session.backend().engine().id(),
                session.data().name(),
                session.data().train().size(),
                teacher,
                students(recipe),
                recipe.distilled().corrections().kinds().stream()
                        .map(BiasCorrection.Kind::id)
                        .collect(Collectors.joining(",")),
                String.format(
                                Locale.ROOT,
                                "CRC-32 %08x and %08x",
                                session.data().train().checksum(),
                                session.data().test().checksum())
                        + (blocks == 0 ? "" : ", shuffled by blocks, " + blocks + " at a time"),
                "SHA-256 " + CommandSettings.none().with("recipe", recipe).digest());
    }
}
