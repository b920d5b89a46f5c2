package retort.kernels.check;

import java.util.SplittableRandom;
import retort.kernels.op.Operand;
import retort.kernels.op.Operand.Content;

/** What operands are filled with before a call. */
public enum Fill {
    /** Small whole numbers, so that sums and products are exact in any order. */
    WHOLE,
    /** Numbers spread evenly over what an operand may hold. */
    RANDOM,
    /** Some of them too small for a normal number, or 0 of either sign. */
    DENORMAL(0f, -0f, Float.MIN_VALUE, -Float.MIN_VALUE, 0x1p-140f, -0x1p-130f, Float.MIN_NORMAL, -Float.MIN_NORMAL),
    /** Some of them where the exponential leaves float32: exp(89) is too large, exp(-88) no normal number. */
    EXPONENTS(88, -88, 88.7f, 89, -87.3f, -89, -104),
    /** Some of them so large that their products overflow. */
    LARGE(1e30f, -1e30f),
    /** Some of them no finite numbers. */
    NOT_FINITE(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);

    /** Logits lie between this and its negative. */
    private static final double LARGEST_LOGIT = 8;

    /** One element of so many is a special one. */
    private static final int SPECIAL_OF = 6;

    private final float[] special;

    Fill(float... special) {
        this.special = special;
    }

    /** Whether a spec's bound is finite for every result: nothing overflows, and what goes in is finite. */
    boolean isOrdinary() {
        return special.length == 0;
    }

    /** Elements for an operand, as its type has them; what is only written holds NaN, so that reading it shows. */
    float[] elements(Operand operand, SplittableRandom random) {
        float[] elements = new float[operand.shape().size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = operand.role() == Operand.Role.WRITTEN ? Float.NaN : element(operand, e, random);
        }
        if (operand.content().kind() == Content.Kind.PROBABILITIES) {
            normalizeRows(elements, operand.shape().rowSize());
        }
        if (!isOrdinary() && operand.role() != Operand.Role.WRITTEN) {
            addSpecial(operand.content().kind(), elements, random);
        }
        return operand.type().rounded(elements, operand.shape().rowSize());
    }

    private float element(Operand operand, int e, SplittableRandom random) {
        Content content = operand.content();
        return switch (content.kind()) {
            case REAL -> this == WHOLE ? random.nextInt(-4, 5) : (float) random.nextDouble(-1, 1);
            case NON_NEGATIVE -> this == WHOLE ? random.nextInt(1, 5) : (float) random.nextDouble(0.01, 1);
            case LOGITS -> logit(random);
            case PROBABILITIES -> (float) random.nextDouble();
            case LABELS -> random.nextInt(-1, content.classes());
            case MOVES -> random.nextInt(-content.classes(), content.classes() + 1);
            case LOGITS_AND_LABEL ->
                (e + 1) % operand.shape().rowSize() == 0 ? random.nextInt(-1, content.classes()) : logit(random);
        };
    }

    private static float logit(SplittableRandom random) {
        return (float) random.nextDouble(-LARGEST_LOGIT, LARGEST_LOGIT);
    }

    /** Puts special numbers in the places of some, as far as there are any of this kind. */
    private void addSpecial(Content.Kind kind, float[] elements, SplittableRandom random) {
        if (kind == Content.Kind.PROBABILITIES && (this == EXPONENTS || this == LARGE)) {
            return;
        }
        boolean signed = kind != Content.Kind.PROBABILITIES && kind != Content.Kind.NON_NEGATIVE;
        for (int e = 0; e < elements.length; e++) {
            if (random.nextInt(SPECIAL_OF) == 0) {
                float value = special[random.nextInt(special.length)];
                elements[e] = signed ? value : Math.abs(value);
            }
        }
    }

    private static void normalizeRows(float[] elements, int columns) {
        for (int row = 0; row < elements.length; row += columns) {
            float sum = 0;
            for (int e = row; e < row + columns; e++) {
                sum += elements[e];
            }
            for (int e = row; e < row + columns; e++) {
                elements[e] /= sum;
            }
        }
    }
}
