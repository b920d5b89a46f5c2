package retort.driver.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stored logits are of: equal origins give equal files. They are those that the teacher gives, without a softmax
 * or a temperature, a row for each image in the order of the data.
 *
 * @param data name of the data set
 * @param part train or test
 * @param dataDigest SHA-256 of the images; see {@link retort.driver.data.ImageSet#digest}
 * @param teachers names of their files
 * @param teacherDigests SHA-256 of these
 * @param ensemble how several became one
 */
public record LogitsOrigin(
        String data,
        String part,
        String dataDigest,
        int rows,
        int classes,
        List<String> teachers,
        List<String> teacherDigests,
        String ensemble,
        String engine) {
    static final String FORMAT = "format";
    static final String FORMAT_NAME = "retort logits 1";
    static final String DATA_DIGEST = "data-sha256";
    static final String TEACHER_DIGEST = "teacher-sha256";

    /** As files have it. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(FORMAT, FORMAT_NAME);
        metadata.put("data", data);
        metadata.put("part", part);
        metadata.put(DATA_DIGEST, dataDigest);
        metadata.put("images", Integer.toString(rows));
        metadata.put("classes", Integer.toString(classes));
        metadata.put("teacher", String.join(",", teachers));
        metadata.put(TEACHER_DIGEST, String.join(",", teacherDigests));
        metadata.put("ensemble", teachers.size() == 1 ? "none" : ensemble);
        metadata.put("engine", engine);
        return metadata;
    }
}
