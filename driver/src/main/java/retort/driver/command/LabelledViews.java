package retort.driver.command;

import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import retort.driver.job.Distortion;
import retort.driver.job.Views;

/** Moved images that a teacher labels, beside the images as they are. */
final class LabelledViews {
    @Option(
            names = "--views",
            paramLabel = "K",
            description = "Label K moved ones of each image too, for students that are shown them (default: none).")
    private Integer count;

    @Option(
            names = "--jitter",
            paramLabel = "PIXELS",
            description = "Of a view: moved by at most so many pixels, each way (default: as it is).")
    private Integer jitter;

    @Option(
            names = "--affine",
            paramLabel = "A",
            description = "Of a view: turned, sheared and stretched by up to A, at most 1 (default: not).")
    private Float affine;

    @Option(
            names = "--elastic",
            paramLabel = "E",
            description = "Of a view: elastically distorted by E, which is 34 in its paper (default: not).")
    private Float elastic;

    boolean areAsked() {
        return count != null;
    }

    /**
     * @param seed of the draw
     * @throws ParameterException if they would be the images as they are, or there is none to be moved
     */
    Optional<Views> of(CommandSpec command, long seed) {
        boolean moved = Stream.of(
                        Optional.ofNullable(jitter), Optional.ofNullable(affine), Optional.ofNullable(elastic))
                .anyMatch(Optional::isPresent);
        if (areAsked() != moved) {
            throw new ParameterException(
                    command.commandLine(),
                    moved
                            ? "--jitter, --affine and --elastic are of --views, which are not asked for"
                            : "--views are moved images: expected --jitter, --affine or --elastic");
        }
        if (!areAsked()) {
            return Optional.empty();
        }
        try {
            Distortion distortion = new Distortion(affine == null ? 0 : affine, elastic == null ? 0 : elastic);
            return Optional.of(new Views(count, jitter == null ? 0 : jitter, distortion, seed));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--views: " + e.getMessage());
        }
    }
}
