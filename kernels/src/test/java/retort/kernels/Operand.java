package retort.kernels;

import java.util.SplittableRandom;
import retort.kernels.op.Shape;

/** One tensor of a call under test: its shape, who writes it, what it is filled with beforehand, and whether it is packed. */
public record Operand(String name, Shape shape, Role role, Content content, boolean packed) {
    private Operand(String name, Shape shape, Role role, Content content) {
        this(name, shape, role, content, false);
    }

    /** Who reads and writes it. */
    public enum Role {
        IN,
        /** Overwritten: filled with NaN beforehand. */
        OUT,
        /** Read and overwritten. */
        IN_OUT;

        public boolean isResult() {
            return this != IN;
        }
    }

    /** What it is filled with. */
    public enum Content {
        /** Uniform in [-1, 1), or whole numbers from -4 to 4. */
        SIGNED,
        /** Uniform in [0.01, 1), or whole numbers from 1 to 4: second moments. */
        POSITIVE,
        /** Like SIGNED, times 8: logits. */
        LOGITS,
        /** Rows that sum to 1. */
        PROBABILITIES,
        /** Class indices below the number of classes, now and then -1 for none. */
        CLASS_OF_10,
        /** Rows of LOGITS that end in a class index, now and then -1 for none. */
        TEACHER
    }

    static Operand in(String name, Shape shape) {
        return new Operand(name, shape, Role.IN, Content.SIGNED);
    }

    static Operand in(String name, Shape shape, Content content) {
        return new Operand(name, shape, Role.IN, content);
    }

    static Operand out(String name, Shape shape) {
        return new Operand(name, shape, Role.OUT, Content.SIGNED);
    }

    static Operand inOut(String name, Shape shape) {
        return new Operand(name, shape, Role.IN_OUT, Content.SIGNED);
    }

    static Operand inOut(String name, Shape shape, Content content) {
        return new Operand(name, shape, Role.IN_OUT, content);
    }

    Operand packedIf(boolean condition) {
        return new Operand(name, shape, role, content, condition);
    }

    /** A tensor for this operand, with these elements. */
    public Tensor tensor(Scope scope, float[] elements) {
        return packed ? scope.packedOf(shape, elements) : scope.tensorOf(shape, elements);
    }

    float[] elements(SplittableRandom random, boolean whole) {
        float[] elements = new float[shape.size()];
        for (int e = 0; e < elements.length; e++) {
            elements[e] = role == Role.OUT
                    ? Float.NaN
                    : switch (content) {
                        case SIGNED -> whole ? random.nextInt(-4, 5) : (float) random.nextDouble(-1, 1);
                        case POSITIVE -> whole ? random.nextInt(1, 5) : (float) random.nextDouble(0.01, 1);
                        case LOGITS -> (float) random.nextDouble(-8, 8);
                        case PROBABILITIES -> (float) random.nextDouble();
                        case CLASS_OF_10 -> random.nextInt(-1, 10);
                        case TEACHER ->
                            (e + 1) % shape.rowSize() == 0
                                    ? random.nextInt(-1, shape.rowSize() - 1)
                                    : (float) random.nextDouble(-8, 8);
                    };
        }
        if (content == Content.PROBABILITIES) {
            normalizeRows(elements);
        }
        return elements;
    }

    private void normalizeRows(float[] elements) {
        for (int row = 0; row < elements.length; row += shape.rowSize()) {
            float sum = 0;
            for (int c = 0; c < shape.rowSize(); c++) {
                sum += elements[row + c];
            }
            for (int c = 0; c < shape.rowSize(); c++) {
                elements[row + c] /= sum;
            }
        }
    }
}
