package retort.driver.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.cli.CommandText;
import retort.driver.cli.OptionGroup;
import retort.driver.cli.Version;
import retort.driver.cluster.KubernetesJobs;
import retort.driver.cluster.SlurmScript;
import retort.driver.cluster.StudyJobs;
import retort.driver.cluster.StudyTasks;
import retort.kernels.file.Printable;

/** A study as jobs of a cluster, in place of a run here. */
@OptionGroup.Of(OptionGroup.CLUSTER)
final class GridOptions {
    /** What runs jobs. */
    enum Cluster {
        SLURM,
        K8S
    }

    /** Of the options those that are not the tasks'. */
    private static final Set<String> OURS = Set.of("--emit", "--tasks", "--image", "--claim", "--out");

    private static final Set<String> OF_TASKS =
            Set.of("--shard", "--teachers", "--teachers-only", "--resume", "--resume-or-begin", "--force");

    /** Names of objects of Kubernetes: RFC 1123. */
    private static final Pattern CLAIM =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    @Option(
            names = "--emit",
            paramLabel = "CLUSTER",
            description =
                    "Print a script for slurm, or Jobs for k8s, that do the study in shares (default: none, it is done here).")
    private Cluster cluster;

    @Option(names = "--tasks", paramLabel = "N", description = "With --emit how many shares (default: 16).")
    private Integer tasks;

    @Option(
            names = "--image",
            paramLabel = "NAME",
            description = "With --emit=k8s the containers' image (default: debian:stable-slim).")
    private String image;

    @Option(
            names = "--claim",
            paramLabel = "NAME",
            description = "With --emit=k8s the claim of the volume with Retort, data and results (default: retort).")
    private String claim;

    boolean isAsked() {
        return cluster != null;
    }

    /** Whether the nodes see the files that are here, under the same names. */
    boolean seesFiles() {
        return cluster == Cluster.SLURM;
    }

    /** @throws ParameterException if options contradict each other, or can't be those of a task */
    void check(CommandSpec command) {
        Optional<String> first = Stream.of("--tasks", "--image", "--claim")
                .filter(option -> isGiven(command, option))
                .findFirst();
        if (cluster == null && first.isPresent()) {
            throw wrong(command, first.get() + " is for --emit only");
        }
        if (cluster == null) {
            return;
        }
        if (cluster == Cluster.SLURM && (image != null || claim != null)) {
            throw wrong(command, "--image and --claim are for --emit=k8s only");
        }
        if (claim != null && !CLAIM.matcher(claim).matches()) {
            throw wrong(command, "--claim=" + Printable.text(claim) + " is no name of Kubernetes");
        }
        if (image != null && image.isBlank()) {
            throw wrong(command, "--image is empty, expected the name of an image");
        }
        checkTasks(command, "--emit", "--emit needs --out, a folder that all tasks see");
        CommandText.words(command, Set.of()).stream()
                .filter(word -> word.chars().anyMatch(Character::isISOControl))
                .findFirst()
                .ifPresent(word -> {
                    throw wrong(command, "--emit: a control character in " + Printable.text(word) + ", expected none");
                });
    }

    /** The same where an engine does the study, a task for each student. */
    void checkForEngine(CommandSpec command) {
        Stream.of("--emit", "--tasks", "--image", "--claim")
                .filter(option -> isGiven(command, option))
                .findFirst()
                .ifPresent(option -> {
                    throw wrong(command, option + " has no part here: each student is a task");
                });
        checkTasks(command, "this", "--out is needed, a folder for results");
    }

    private static void checkTasks(CommandSpec command, String what, String withoutOut) {
        OF_TASKS.stream()
                .filter(option -> isGiven(command, option))
                .sorted()
                .findFirst()
                .ifPresent(option -> {
                    throw wrong(command, what + " has each task begin or go on by itself, without " + option);
                });
        if (!isGiven(command, "--out")) {
            throw wrong(command, withoutOut);
        }
    }

    private static boolean isGiven(CommandSpec command, String option) {
        return command.commandLine().getParseResult().hasMatchedOption(option);
    }

    private static ParameterException wrong(CommandSpec command, String problem) {
        return new ParameterException(command.commandLine(), problem);
    }

    /** The study as tasks of an engine. */
    StudyTasks tasks(CommandSpec command, Path out, List<Long> seeds, int students, OptionalInt threads) {
        return new StudyTasks(
                CommandText.words(command, OURS),
                out.toAbsolutePath().normalize(),
                seeds,
                students,
                threads.isPresent());
    }

    /**
     * The script, or the Jobs.
     *
     * @param teacherGiven whether no teacher is to be trained
     * @param threads that the user gave
     */
    String text(CommandSpec command, Path out, boolean teacherGiven, OptionalInt threads) {
        List<String> words = CommandText.words(command, OURS);
        int shares = tasks == null ? 16 : tasks;
        if (cluster == Cluster.K8S) {
            Path volume = Path.of(KubernetesJobs.VOLUME);
            Path folder = volume.resolve(out).normalize();
            if (!folder.startsWith(volume) || folder.equals(volume)) {
                throw wrong(
                        command,
                        "--out=" + Printable.text(out.toString()) + " is not on the volume: expected a folder in "
                                + volume + ", such as results");
            }
            return new KubernetesJobs(
                            new StudyJobs(words, folder.toString(), shares, !teacherGiven, threads.isPresent()),
                            KubernetesJobs.VOLUME + "/retort-" + Version.number() + "/retort",
                            image == null ? "debian:stable-slim" : image,
                            claim == null ? "retort" : claim,
                            threads.orElse(1),
                            Version.number())
                    .yaml();
        }
        String folder = out.toAbsolutePath().normalize().toString();
        if (folder.contains("%") || folder.contains("\\")) {
            throw wrong(command, "--out=" + out + " has a % or a \\, which mean something in Slurm's names of files");
        }
        return SlurmScript.of(
                new StudyJobs(words, folder, shares, !teacherGiven, threads.isPresent()),
                Path.of(System.getProperty("retort.launcher", "retort"))
                        .toAbsolutePath()
                        .normalize()
                        .toString(),
                Path.of("").toAbsolutePath().toString(),
                Version.number());
    }
}
