package retort.kernels.simd;

import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Consumer;

/**
 * A class with one method, {@code run}, whose bytecode is written at run time.
 *
 * @param kernel the abstract class that it extends
 * @param name as profilers show it
 * @param body writes the method
 */
record KernelClass<T>(Class<T> kernel, String name, MethodTypeDesc run, Consumer<CodeBuilder> body) {
    /** The only object of a hidden class. */
    T define() {
        try {
            MethodHandles.Lookup type = MethodHandles.lookup().defineHiddenClass(bytes(), true);
            return kernel.cast(type.findConstructor(type.lookupClass(), MethodType.methodType(void.class))
                    .invoke());
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("cpu-simd: no kernel " + name, e);
        }
    }

    /** The class file. */
    byte[] bytes() {
        ClassDesc superclass = kernel.describeConstable().orElseThrow();
        return ClassFile.of()
                .build(
                        ClassDesc.of(KernelClass.class.getPackageName(), name),
                        type -> type.withFlags(ClassFile.ACC_FINAL)
                                .withSuperclass(superclass)
                                .withMethodBody(
                                        INIT_NAME,
                                        MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(superclass, INIT_NAME, MTD_void)
                                                .return_())
                                .withMethodBody("run", run, 0, body));
    }
}
