package retort.kernels.check;

import java.util.SplittableRandom;
import retort.kernels.op.Operand;
import retort.kernels.op.Operand.Content;

/** What operands are filled with before a call. */
enum Fill {
    /** Small whole numbers, so that sums and products are exact in any order. */
    WHOLE,
    /** Numbers spread evenly over what an operand may hold. */
    RANDOM;

    /** Logits lie between this and its negative. */
    private static final double LARGEST_LOGIT = 8;

    /** Elements for an operand, as its type has them; what is only written holds NaN, so that reading it shows. */
    float[] elements(Operand operand, SplittableRandom random) {
        float[] elements = new float[operand.shape().size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = operand.role() == Operand.Role.WRITTEN ? Float.NaN : element(operand, e, random);
        }
        if (operand.content().kind() == Content.Kind.PROBABILITIES) {
            normalizeRows(elements, operand.shape().rowSize());
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
            case LOGITS_AND_LABEL ->
                (e + 1) % operand.shape().rowSize() == 0 ? random.nextInt(-1, content.classes()) : logit(random);
        };
    }

    private static float logit(SplittableRandom random) {
        return (float) random.nextDouble(-LARGEST_LOGIT, LARGEST_LOGIT);
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
