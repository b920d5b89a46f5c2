package retort.kernels.op;

/**
 * One tensor of an op: what an engine is given, and what it does to it. Everything that is the same for all ops is
 * written once over these: validation, aliasing, byte counts, test cases, benchmarks.
 *
 * @param name as the equation of the spec has it
 * @param shape what a tensor must have
 * @param anyShape whether any shape with as many elements does
 * @param role who reads and writes it
 * @param type what its elements are stored as
 * @param layout in which order its elements may lie
 * @param content what it holds, for those who make some up
 */
public record Operand(
        String name, Shape shape, boolean anyShape, Role role, ElementType type, Layout layout, Content content) {
    /** Who reads and writes it. */
    public enum Role {
        READ,
        /** Every element is overwritten, none is read. */
        WRITTEN,
        /** Read and written, in place. */
        UPDATED;

        public boolean isResult() {
            return this != READ;
        }
    }

    /** The order of its elements. */
    public enum Layout {
        ROW_MAJOR,
        /** The engine's own order, see {@code Scope.packed}. */
        PACKED,
        /**
         * Either, as long as all operands of the call that may have either have the same; packed, they have one shape
         * too.
         */
        EITHER
    }

    /**
     * What an operand may hold.
     *
     * @param classes number of classes, for labels; the farthest, for moves
     */
    public record Content(Kind kind, int classes) {
        /** Kinds of numbers. */
        public enum Kind {
            /** Any number. */
            REAL,
            /** Numbers of 0 or more: second moments. */
            NON_NEGATIVE,
            /** Numbers of some size, that a softmax is taken of. */
            LOGITS,
            /** Rows that sum to 1. */
            PROBABILITIES,
            /** Indices of classes, stored as float32; -1 for none. */
            LABELS,
            /** Rows of logits that end in an index of a class. */
            LOGITS_AND_LABEL,
            /** Whole numbers of either sign, stored as float32. */
            MOVES
        }

        static final Content REAL = new Content(Kind.REAL, 0);
        static final Content NON_NEGATIVE = new Content(Kind.NON_NEGATIVE, 0);
        static final Content LOGITS = new Content(Kind.LOGITS, 0);
        static final Content PROBABILITIES = new Content(Kind.PROBABILITIES, 0);

        static Content labels(int classes) {
            return new Content(Kind.LABELS, classes);
        }

        static Content moves(int farthest) {
            return new Content(Kind.MOVES, farthest);
        }

        static Content logitsAndLabel(int classes) {
            return new Content(Kind.LOGITS_AND_LABEL, classes);
        }
    }

    static Operand read(String name, Shape shape) {
        return new Operand(name, shape, false, Role.READ, ElementType.FLOAT32, Layout.ROW_MAJOR, Content.REAL);
    }

    static Operand written(String name, Shape shape) {
        return new Operand(name, shape, false, Role.WRITTEN, ElementType.FLOAT32, Layout.ROW_MAJOR, Content.REAL);
    }

    static Operand updated(String name, Shape shape) {
        return new Operand(name, shape, false, Role.UPDATED, ElementType.FLOAT32, Layout.ROW_MAJOR, Content.REAL);
    }

    /** The same of any shape with as many elements. */
    Operand ofAnyShape() {
        return new Operand(name, shape, true, role, type, layout, content);
    }

    Operand packedIf(boolean packed) {
        return packed ? in(Layout.PACKED) : this;
    }

    Operand in(Layout other) {
        return new Operand(name, shape, anyShape, role, type, other, content);
    }

    Operand as(ElementType other) {
        return new Operand(name, shape, anyShape, role, other, layout, content);
    }

    Operand holding(Content other) {
        return new Operand(name, shape, anyShape, role, type, layout, other);
    }

    /** Bytes that cross the memory bus at least once in a call: an updated one's twice. */
    long traffic() {
        long scales = type == ElementType.INT8 ? (long) Float.BYTES * shape.rowSize() : 0;
        long bytes = (long) shape.size() * type.bits() / Byte.SIZE + scales;
        return role == Role.UPDATED ? 2 * bytes : bytes;
    }
}
