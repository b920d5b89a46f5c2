package retort.nn;

import java.util.Optional;
import retort.kernels.Backend;
import retort.kernels.BackendException;
import retort.kernels.Scope;
import retort.kernels.Tensor;
import retort.kernels.op.GatherSpec;
import retort.kernels.op.Shape;

/**
 * Inputs of examples that stay on a device: uploaded once, they are gathered there into batches, and images moved by
 * whole pixels on the way; see {@link GatherSpec}.
 */
public final class ResidentInputs implements AutoCloseable {
    /** Elements that are uploaded at once. */
    private static final int CHUNK = 1 << 20;

    private static final int IMAGE_RANK = 3;

    /** Of a tensor. */
    private static final long MOST_BYTES = (long) Float.BYTES * (Integer.MAX_VALUE - 64);

    private final Backend backend;
    private final Shape input;
    private final Scope scope;
    private final Tensor table;

    /** Inputs on the host. */
    public interface Source {
        /** Writes the inputs {@code from .. from + count - 1}, one after the other. */
        void copy(int from, int count, float[] to);
    }

    private ResidentInputs(Backend backend, Shape input, Scope scope, Tensor table) {
        this.backend = backend;
        this.input = input;
        this.scope = scope;
        this.table = table;
    }

    private void upload(Source source) {
        int count = table.shape().rows();
        int most = Math.clamp(CHUNK / input.size(), 1, count);
        float[] chunk = new float[most * input.size()];
        for (int from = 0; from < count; from += most) {
            int some = Math.min(most, count - from);
            source.copy(from, some, chunk);
            backend.upload(chunk, table.rows(from, some));
        }
    }

    /**
     * Inputs on a backend that has room for them; empty where it has none, or none is needed: see
     * {@link Backend#residentBytes}. A device that others use too may have less than it says.
     *
     * @param mostBytes that they may take
     * @param input shape of one; height x width x channels of an image
     */
    public static Optional<ResidentInputs> of(Backend backend, long mostBytes, Shape input, int count, Source source) {
        long bytes = bytes(input, count);
        if (bytes > mostBytes || bytes > MOST_BYTES || count > GatherSpec.MOST_IMAGES) {
            return Optional.empty();
        }
        Scope scope = backend.scope();
        Tensor table;
        try {
            table = scope.tensor(count, input.size());
        } catch (BackendException e) {
            scope.close();
            return Optional.empty();
        }
        ResidentInputs resident = new ResidentInputs(backend, input, scope, table);
        try {
            resident.upload(source);
        } catch (RuntimeException | Error e) {
            resident.close();
            throw e;
        }
        return Optional.of(resident);
    }

    /** Bytes that inputs take on a device. */
    public static long bytes(Shape input, int count) {
        return (long) Float.BYTES * input.size() * count;
    }

    /**
     * Inputs by their numbers.
     *
     * @param numbers batch
     * @param moves of each down and to the right, batch x 2; of images alone
     * @param x batch x the input
     */
    public void gather(Tensor numbers, Tensor moves, Tensor x) {
        int count = table.shape().rows();
        int batch = numbers.shape().rows();
        GatherSpec spec = input.rank() == IMAGE_RANK
                ? new GatherSpec(count, input.extent(0), input.extent(1), input.extent(2), batch)
                : new GatherSpec(count, 1, 1, input.size(), batch);
        backend.gather(spec, table, numbers, moves, x);
    }

    @Override
    public void close() {
        scope.close();
    }
}
