package retort.driver.command;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.OptionGroup;
import retort.driver.job.BiasCorrection.Kind;
import retort.driver.job.CorrectionPlan;
import retort.driver.job.Recipe;

/** How the biases of what students never saw are found. */
@OptionGroup.Of(OptionGroup.TRAINING)
final class CorrectionOptions {
    @Option(
            names = "--correction",
            paramLabel = "WAYS",
            completionCandidates = JobValues.CorrectionNames.class,
            description =
                    "Biases found without labels: prior-match, em, em-temperature, bbse, vector (default: prior-match).")
    private JobValues.LabelFree ways;

    @Option(
            names = "--correction-on",
            paramLabel = "IMAGES",
            completionCandidates = JobValues.CorrectedOnNames.class,
            description =
                    "Unlabelled images to find them on: test, or held-out, those that --train-images leaves (default: test).")
    private CorrectionPlan.On on;

    @Option(
            names = "--correction-images",
            paramLabel = "N",
            description = "Find them on so many of these, drawn by the seed (default: all).")
    private Integer images;

    /**
     * @param omitted classes that students never see, of each student
     * @throws ParameterException if an option is given and would do nothing
     */
    void check(CommandSpec command, List<Set<Integer>> omitted) {
        String given = ways != null
                ? "--correction"
                : on != null ? "--correction-on" : images != null ? "--correction-images" : null;
        if (given != null && omitted.stream().allMatch(Set::isEmpty)) {
            throw new ParameterException(
                    command.commandLine(), given + " is for students that never see a class, and here all see all");
        }
    }

    Recipe changed(Recipe standard) {
        return standard.withCorrections(plan -> others(ways == null ? plan : plan.withLabelFree(ways.kinds())));
    }

    /** For a study, which always has the oracle and prior-match. */
    Recipe added(Recipe standard) {
        List<Kind> more = ways == null ? List.of() : ways.kinds();
        return standard.withCorrections(plan -> others(plan.withLabelFree(
                Stream.concat(Stream.of(Kind.PRIOR_MATCH), more.stream()).toList())));
    }

    private CorrectionPlan others(CorrectionPlan plan) {
        CorrectionPlan fitted = on == null ? plan : plan.withOn(on);
        return images == null ? fitted : fitted.withImages(images);
    }
}
