package retort.kernels.opencl;

import com.aparapi.internal.opencl.OpenCLArgDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.kernels.opencl.OpenClPrograms.Argument;
import retort.kernels.opencl.OpenClPrograms.Declaration;

/**
 * What a kernel is launched with, as its own declaration says: buffers, each {@code __global float *x} with the
 * {@code int xOffset} that follows it, ints and floats.
 *
 * @param groupSize work-items in a group
 */
record ClSignature(String kernel, int groupSize, List<Kind> operands) {
    private static final String OFFSET = "Offset";

    /** Kinds of operands. */
    enum Kind {
        BUFFER,
        INT,
        FLOAT
    }

    /**
     * The signature that a declaration spells out.
     *
     * @param file for messages
     * @throws OpenClException if the group's size isn't fixed, a buffer has no offset or an argument is of another type
     */
    static ClSignature of(String file, Declaration declared) {
        String title = file + ": " + declared.name();
        if (declared.groupSize() == 0) {
            throw malformed(title, "does not fix its group's size (GROUP_OF)");
        }
        List<Kind> operands = new ArrayList<>();
        List<Argument> arguments = declared.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            Argument argument = arguments.get(i);
            Kind kind = kind(title, argument);
            operands.add(kind);
            if (kind == Kind.BUFFER) {
                i++;
                Argument offset = new Argument(false, "int", argument.name() + OFFSET);
                if (i == arguments.size() || !arguments.get(i).equals(offset)) {
                    throw malformed(title, "has no int " + offset.name() + " behind " + argument.name());
                }
            }
        }
        return new ClSignature(declared.name(), declared.groupSize(), List.copyOf(operands));
    }

    private static Kind kind(String title, Argument argument) {
        if (argument.global() && argument.type().equals("float*")) {
            return Kind.BUFFER;
        }
        return switch (argument.type()) {
            case "int" -> Kind.INT;
            case "float" -> Kind.FLOAT;
            default ->
                throw malformed(
                        title,
                        "declares " + argument.name() + " as " + argument.type()
                                + ", expected __global float*, int or float");
        };
    }

    private static OpenClException malformed(String title, String what) {
        return new OpenClException("opencl: " + title + " " + what, "");
    }

    /** To Aparapi a buffer is a long that it passes on and copies nothing for. */
    List<OpenCLArgDescriptor> descriptors() {
        List<OpenCLArgDescriptor> descriptors = new ArrayList<>();
        for (Kind kind : operands) {
            switch (kind) {
                case BUFFER -> {
                    descriptors.add(descriptor(descriptors.size(), OpenCLArgDescriptor.ARG_LONG_BIT));
                    descriptors.add(descriptor(descriptors.size(), OpenCLArgDescriptor.ARG_INT_BIT));
                }
                case INT -> descriptors.add(descriptor(descriptors.size(), OpenCLArgDescriptor.ARG_INT_BIT));
                case FLOAT -> descriptors.add(descriptor(descriptors.size(), OpenCLArgDescriptor.ARG_FLOAT_BIT));
            }
        }
        return descriptors;
    }

    private static OpenCLArgDescriptor descriptor(int index, long type) {
        return new OpenCLArgDescriptor("argument" + index, type | OpenCLArgDescriptor.ARG_PRIMITIVE_BIT);
    }

    /** The arguments of the declaration: a buffer counts twice. */
    int arguments() {
        return operands.size()
                + (int) operands.stream().filter(Kind.BUFFER::equals).count();
    }

    /**
     * Spells operands out as the kernel's arguments: a {@link ClTensor} or {@link ClBuffer} as buffer and offset.
     * Lists stand for their elements.
     *
     * @throws IllegalArgumentException if they are not what the kernel takes
     */
    Object[] spell(Object... given) {
        List<Object> flat = new ArrayList<>(operands.size());
        flatten(Arrays.asList(given), flat);
        if (flat.size() != operands.size()) {
            throw new IllegalArgumentException(
                    "opencl: " + kernel + " takes " + operands.size() + " operands, got " + flat.size());
        }
        Object[] spelled = new Object[arguments()];
        int at = 0;
        for (int i = 0; i < flat.size(); i++) {
            Kind kind = operands.get(i);
            switch (flat.get(i)) {
                case ClTensor tensor
                when kind == Kind.BUFFER -> {
                    spelled[at++] = tensor.buffer();
                    spelled[at++] = tensor.offset();
                }
                case ClBuffer buffer
                when kind == Kind.BUFFER -> {
                    spelled[at++] = buffer;
                    spelled[at++] = 0;
                }
                case Integer number when kind == Kind.INT -> spelled[at++] = number;
                case Float number when kind == Kind.FLOAT -> spelled[at++] = number;
                default ->
                    throw new IllegalArgumentException("opencl: operand " + i + " of " + kernel + " must be of kind "
                            + kind + ", got " + flat.get(i));
            }
        }
        return spelled;
    }

    private static void flatten(Iterable<?> given, List<Object> flat) {
        for (Object each : given) {
            if (each instanceof List<?> several) {
                flatten(several, flat);
            } else {
                flat.add(each);
            }
        }
    }
}
