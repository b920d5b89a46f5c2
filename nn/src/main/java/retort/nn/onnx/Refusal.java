package retort.nn.onnx;

/** Why a file can't be read or its network not be run; the message goes on behind the file's name. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String problem) {
        super(problem);
    }

    /** The same of a node, which it names. */
    Refusal(Node node, String problem) {
        this("node " + node.title() + " " + problem);
    }
}
