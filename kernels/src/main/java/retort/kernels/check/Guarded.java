package retort.kernels.check;

import java.util.Arrays;
import retort.kernels.Backend;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.Operand;
import retort.kernels.op.Shape;

/**
 * A tensor inside a larger one, at an odd offset between canaries: what is written beside it shows. A packed tensor has
 * them too, and what fills it up must stay as it was.
 */
final class Guarded {
    /** Elements on either side. */
    private static final int MARGIN = 37;

    private static final float CANARY = 12345.678f;

    private final Backend backend;
    private final Operand operand;
    private final Tensor around;
    private final Tensor tensor;

    Guarded(Scope scope, Operand operand, boolean packed, float[] elements) {
        this.backend = scope.backend();
        this.operand = operand;
        Shape shape = operand.shape();
        int size = packed ? scope.packedSize(shape, operand.type()) : shape.size();
        float[] raw = new float[size + 2 * MARGIN];
        Arrays.fill(raw, 0, MARGIN, CANARY);
        Arrays.fill(raw, MARGIN + size, raw.length, CANARY);
        around = scope.tensorOf(Shape.of(raw.length), raw);
        tensor = packed
                ? scope.packedView(around, MARGIN, shape, operand.type())
                : around.rows(MARGIN, size).reshaped(shape);
        backend.upload(elements, tensor);
    }

    Tensor tensor() {
        return tensor;
    }

    /**
     * The elements as they are now.
     *
     * @throws CheckException if something was written around them, or to what fills up a packed tensor
     */
    float[] elements(Scope scope) {
        float[] raw = backend.download(around);
        for (int e = 0; e < MARGIN; e++) {
            if (raw[e] != CANARY || raw[raw.length - 1 - e] != CANARY) {
                throw new CheckException("written outside " + operand.name());
            }
        }
        float[] elements = backend.download(tensor);
        if (tensor.isPacked()) {
            Guarded fresh = new Guarded(scope, operand, true, elements);
            int changed = Arrays.mismatch(raw, backend.download(fresh.around));
            if (changed >= 0) {
                throw new CheckException("written to what fills up " + operand.name());
            }
        }
        return elements;
    }
}
