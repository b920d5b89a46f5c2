package retort.kernels;

/**
 * Something that an engine needs of the machine or the JVM, looked up.
 *
 * @param name what is needed
 * @param finding what is there instead, or that it is there
 * @param remedy what to do about it, empty where the need is met
 */
public record Requirement(String name, String finding, String remedy) {
    /** A need that is met. */
    public static Requirement met(String name, String finding) {
        return new Requirement(name, finding, "");
    }

    public boolean isMet() {
        return remedy.isEmpty();
    }
}
