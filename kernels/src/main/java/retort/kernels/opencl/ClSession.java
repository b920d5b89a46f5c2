package retort.kernels.opencl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** One backend's hold on a device: its queue, its memory, and the kernels built with its parameters. */
final class ClSession {
    private final ClContext context;
    private final ClParameters parameters;
    private final ClQueue queue;
    private final ClMemory memory;
    private final Map<String, ClKernel> kernels = new HashMap<>();
    private final List<ClBuffer> workspaces = new ArrayList<>();

    ClSession(ClContext context, ClParameters parameters, ClQueue queue, ClMemory memory) {
        this.context = context;
        this.parameters = parameters;
        this.queue = queue;
        this.memory = memory;
    }

    int parameter(ClParameter parameter) {
        return parameters.get(parameter);
    }

    int computeUnits() {
        return context.device().computeUnits();
    }

    ClFamily family() {
        return parameters.family();
    }

    /** Queues work-groups of a .cl file's kernel; operands as {@link ClSignature#spell} takes them. */
    void launch(Supplier<String> op, String file, String name, int groups, Object... operands) {
        queue.launch(op, kernel(file, name), groups, operands);
    }

    /** The same of a kernel at hand. */
    void launch(Supplier<String> op, ClKernel kernel, int groups, Object... operands) {
        queue.launch(op, kernel, groups, operands);
    }

    /** Queues as many groups as have {@code workItems}, and some more to fill the last group. */
    void launchItems(Supplier<String> op, String file, String name, int workItems, Object... operands) {
        launchItems(op, kernel(file, name), workItems, operands);
    }

    /** The same of a kernel at hand. */
    void launchItems(Supplier<String> op, ClKernel kernel, int workItems, Object... operands) {
        queue.launch(op, kernel, ceilDivide(workItems, kernel.groupSize()), operands);
    }

    private ClKernel kernel(String file, String name) {
        ClKernel known = kernels.get(name);
        if (known == null) {
            known = kernel(file, name, "");
            kernels.put(name, known);
        }
        return known;
    }

    /** A .cl file's kernel as further macros make it; whoever asks keeps it. */
    ClKernel kernel(String file, String name, String macros) {
        try {
            return context.program(file, parameters, macros).kernel(name);
        } catch (OpenClException e) {
            throw e.on(context.device());
        }
    }

    /** Work memory for the launches of one op, given back to the pool when they are queued. */
    ClBuffer workspace(Supplier<String> op, int elements) {
        ClBuffer workspace = memory.take(op.get(), elements);
        workspaces.add(workspace);
        return workspace;
    }

    void give(ClBuffer workspace) {
        workspaces.remove(workspace);
        memory.give(workspace);
    }

    /** Queues an op's launches; if one fails, the work memory that the op holds is given back. */
    void whole(Runnable op) {
        try {
            op.run();
        } catch (RuntimeException | Error e) {
            workspaces.forEach(memory::give);
            workspaces.clear();
            throw e;
        }
    }

    static int ceilDivide(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
