package retort.driver.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.driver.job.Distortion;
import retort.driver.job.Views;

/**
 * What stored logits are of: equal origins give equal files. They are those that the teacher gives, without a softmax
 * or a temperature, a row for each image in the order of the data; where there are views, then a row for each image
 * moved as in view 1, and so on.
 *
 * @param data name of the data set
 * @param part train or test
 * @param dataDigest SHA-256 of the images; see {@link retort.driver.data.ImageSet#digest}
 * @param images how many
 * @param teachers names of their files
 * @param teacherDigests SHA-256 of these
 * @param ensemble how several became one
 * @param views that are labelled too, beside the images as they are
 */
public record LogitsOrigin(
        String data,
        String part,
        String dataDigest,
        int images,
        int classes,
        List<String> teachers,
        List<String> teacherDigests,
        String ensemble,
        String engine,
        Optional<Views> views) {
    static final String FORMAT = "format";
    static final String FORMAT_NAME = "retort logits 1";
    static final String DATA_DIGEST = "data-sha256";
    static final String TEACHER_DIGEST = "teacher-sha256";
    static final String VIEWS = "views";
    static final String VIEW_SEED = "view-seed";
    static final String JITTER = "jitter";
    static final String AFFINE = "affine";
    static final String ELASTIC = "elastic";

    /** Of logits: those of the images as they are, and of each view. */
    public int rows() {
        return Math.multiplyExact(images, 1 + views.map(Views::count).orElse(0));
    }

    /** What the array is of: where there are views, (1 + views) x images x classes. */
    int[] shape() {
        return views.isEmpty()
                ? new int[] {images, classes}
                : new int[] {1 + views.get().count(), images, classes};
    }

    /** As files have it. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT, FORMAT_NAME);
        metadata.put("data", data);
        metadata.put("part", part);
        metadata.put(DATA_DIGEST, dataDigest);
        metadata.put("images", Integer.toString(images));
        metadata.put("classes", Integer.toString(classes));
        metadata.put("teacher", String.join(",", teachers));
        metadata.put(TEACHER_DIGEST, String.join(",", teacherDigests));
        metadata.put("ensemble", teachers.size() == 1 ? "none" : ensemble);
        metadata.put("engine", engine);
        views.ifPresent(of -> {
            metadata.put(VIEWS, Integer.toString(of.count()));
            metadata.put(VIEW_SEED, Long.toString(of.seed()));
            metadata.put(JITTER, Integer.toString(of.jitter()));
            metadata.put(AFFINE, Float.toString(of.distortion().affine()));
            metadata.put(ELASTIC, Float.toString(of.distortion().elastic()));
        });
        return metadata;
    }

    /**
     * The views that metadata names; empty where it names none.
     *
     * @throws IllegalArgumentException if it names some that can't be
     */
    static Optional<Views> views(Map<String, String> metadata) {
        if (!metadata.containsKey(VIEWS)) {
            return Optional.empty();
        }
        Distortion distortion = new Distortion(
                Float.parseFloat(metadata.getOrDefault(AFFINE, "0")),
                Float.parseFloat(metadata.getOrDefault(ELASTIC, "0")));
        return Optional.of(new Views(
                Integer.parseInt(metadata.get(VIEWS)),
                Integer.parseInt(metadata.getOrDefault(JITTER, "0")),
                distortion,
                Long.parseLong(metadata.getOrDefault(VIEW_SEED, "0"))));
    }
}
