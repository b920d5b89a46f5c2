package retort.kernels.op;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@link Spec#id} writes. */
final class SpecParser {
    private static final String SIZE = "([0-9]+)";
    private static final String NUMBER = "(-?[0-9.]+(?:E-?[0-9]+)?)";
    private static final String EPILOGUE = "(\\+bias)?(\\+relu)?(\\+gate)?(?:\\+dropout" + NUMBER + ")?";
    private static final String MATRIX = SIZE + "x" + SIZE;

    private static final Pattern GEMM = Pattern.compile("m" + SIZE + "n" + SIZE + "k" + SIZE + ":([nt])([nt])(:packed)?"
            + "(?::alpha" + NUMBER + ")?(?::beta" + NUMBER + ")?" + EPILOGUE);
    private static final Pattern CONV2D = Pattern.compile("n" + SIZE + "h" + SIZE + "w" + SIZE + "c" + SIZE + ":k"
            + MATRIX + "o" + SIZE + ":s" + SIZE + "p" + SIZE + EPILOGUE);
    private static final Pattern SOFTMAX = Pattern.compile(MATRIX + ":T" + NUMBER);
    private static final Pattern CROSS_ENTROPY = Pattern.compile(MATRIX + ":T" + NUMBER + ":(hard|soft)");
    private static final Pattern DISTILLATION =
            Pattern.compile(MATRIX + ":(?:(soft-targets)|(logit-error)|(standardized)|decoupled" + NUMBER + "," + NUMBER
                    + "):T" + NUMBER + ":hard" + NUMBER);
    private static final Pattern DROPOUT = Pattern.compile(SIZE + ":p" + NUMBER);
    private static final Pattern MAX_NORM = Pattern.compile(MATRIX + ":limit" + NUMBER);
    private static final Pattern ROWS_AND_COLUMNS = Pattern.compile(MATRIX);
    private static final Pattern COUNT = Pattern.compile(SIZE);

    /** What an id does not say, since the work is the same: the values that Keras has as defaults. */
    private static final AdamSpec ADAM = new AdamSpec(1, 1e-3f, 0.9f, 0.999f, 1e-7f);

    private static final SgdSpec SGD = new SgdSpec(1, 0.01f, 0);

    private final String id;
    private final String op;
    private final String sizes;

    private SpecParser(String id) {
        int colon = id.indexOf(':');
        this.id = id;
        this.op = colon < 0 ? id : id.substring(0, colon);
        this.sizes = colon < 0 ? "" : id.substring(colon + 1);
    }

    static Spec parse(String id) {
        Spec spec = new SpecParser(id).spec();
        if (!spec.id().equals(id)) {
            throw new IllegalArgumentException("spec: '" + id + "' is written '" + spec.id() + "'");
        }
        return spec;
    }

    private Spec spec() {
        return switch (op) {
            case "adam" -> adam(integer(match(COUNT, "a count"), 1));
            case "argmax" -> {
                Matcher at = match(ROWS_AND_COLUMNS, "ROWSxCOLUMNS");
                yield new ArgmaxSpec(integer(at, 1), integer(at, 2));
            }
            case "bias" -> {
                Matcher at = match(ROWS_AND_COLUMNS, "ROWSxCOLUMNS");
                yield new BiasSpec(integer(at, 1), integer(at, 2));
            }
            case "column-sum" -> {
                Matcher at = match(ROWS_AND_COLUMNS, "ROWSxCOLUMNS");
                yield new ColumnSumSpec(integer(at, 1), integer(at, 2));
            }
            case "conv2d" -> conv2d(Conv2dSpec.Pass.FORWARD);
            case "conv2d-dx" -> conv2d(Conv2dSpec.Pass.INPUT_GRADIENT);
            case "conv2d-df" -> conv2d(Conv2dSpec.Pass.FILTER_GRADIENT);
            case "cross-entropy" -> {
                Matcher at = match(CROSS_ENTROPY, "ROWSxCLASSES:T3.5:soft, or :hard");
                CrossEntropySpec.Targets targets =
                        at.group(4).equals("hard") ? CrossEntropySpec.Targets.HARD : CrossEntropySpec.Targets.SOFT;
                yield new CrossEntropySpec(integer(at, 1), integer(at, 2), real(at, 3, 0), targets);
            }
            case "distillation" -> {
                Matcher at = match(DISTILLATION, "ROWSxCLASSES:soft-targets:T20:hard0.1");
                yield new DistillationSpec(
                        integer(at, 1), integer(at, 2), divergence(at), real(at, 8, 0), real(at, 9, 0));
            }
            case "dropout" -> {
                Matcher at = match(DROPOUT, "COUNT:p0.5");
                yield new DropoutSpec(integer(at, 1), real(at, 2, 0));
            }
            case "gemm" -> {
                Matcher at = match(GEMM, "m64n10k784:nt");
                yield isPacked(at) ? gemm(at).withPackedB() : gemm(at);
            }
            case "gemm-adam" -> {
                Matcher at = match(GEMM, "m784n10k32:tn");
                yield new GemmAdamSpec(gemm(at), adam(gemm(at).cShape().size()), isPacked(at));
            }
            case "max-norm" -> {
                Matcher at = match(MAX_NORM, "INPUTSxUNITS:limit15");
                yield new MaxNormSpec(integer(at, 1), integer(at, 2), real(at, 3, 0));
            }
            case "relu" -> new ReluSpec(integer(match(COUNT, "a count"), 1));
            case "sgd" -> new SgdSpec(integer(match(COUNT, "a count"), 1), SGD.rate(), SGD.momentum());
            case "softmax" -> {
                Matcher at = match(SOFTMAX, "ROWSxCLASSES:T3.5");
                yield new SoftmaxSpec(integer(at, 1), integer(at, 2), real(at, 3, 0));
            }
            default -> throw new IllegalArgumentException("spec: '" + id + "' starts with no known op");
        };
    }

    private Divergence divergence(Matcher at) {
        if (at.group(3) != null) {
            return new Divergence.SoftTargets();
        }
        if (at.group(4) != null) {
            return new Divergence.LogitError();
        }
        return at.group(5) != null
                ? new Divergence.Standardized()
                : new Divergence.Decoupled(real(at, 6, 0), real(at, 7, 0));
    }

    private static AdamSpec adam(int count) {
        return new AdamSpec(count, ADAM.rate(), ADAM.beta1(), ADAM.beta2(), ADAM.epsilon());
    }

    private static boolean isPacked(Matcher gemm) {
        return gemm.group(6) != null;
    }

    /** The product, with nothing packed. */
    private GemmSpec gemm(Matcher at) {
        return GemmSpec.of(
                        integer(at, 1),
                        integer(at, 2),
                        integer(at, 3),
                        at.group(4).equals("t"),
                        at.group(5).equals("t"))
                .scaled(real(at, 7, 1), real(at, 8, 0))
                .with(epilogue(at, 9));
    }

    private Conv2dSpec conv2d(Conv2dSpec.Pass pass) {
        Matcher at = match(CONV2D, "n32h28w28c1:k3x3o32:s1p0");
        return new Conv2dSpec(
                pass,
                integer(at, 1),
                integer(at, 2),
                integer(at, 3),
                integer(at, 4),
                integer(at, 5),
                integer(at, 6),
                integer(at, 7),
                integer(at, 8),
                integer(at, 9),
                epilogue(at, 10));
    }

    /** The four groups of {@link #EPILOGUE}, from {@code first} on. */
    private Epilogue epilogue(Matcher at, int first) {
        return new Epilogue(
                at.group(first) != null,
                at.group(first + 1) != null,
                real(at, first + 3, 0),
                at.group(first + 2) != null);
    }

    private Matcher match(Pattern pattern, String example) {
        Matcher matcher = pattern.matcher(sizes);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "spec: '" + id + "' has '" + sizes + "' after " + op + ", expected it like " + example);
        }
        return matcher;
    }

    private int integer(Matcher at, int group) {
        try {
            return Integer.parseInt(at.group(group));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("spec: '" + id + "': " + at.group(group) + " is too large", e);
        }
    }

    private float real(Matcher at, int group, float otherwise) {
        String text = at.group(group);
        try {
            return text == null ? otherwise : Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("spec: '" + id + "': " + text + " is no number", e);
        }
    }
}
