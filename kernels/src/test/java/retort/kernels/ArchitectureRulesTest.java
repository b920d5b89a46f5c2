package retort.kernels;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of this module, and who may look into which. */
@AnalyzeClasses(packages = "retort", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    private static final String SCALAR = "retort.kernels.scalar..";
    private static final String SIMD = "retort.kernels.simd..";
    private static final String OPENCL = "retort.kernels.opencl..";

    @ArchTest
    static final ArchRule kernelsKnowNoNetwork = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("retort.nn..", "retort.driver..", "retort.bench..");

    @ArchTest
    static final ArchRule noRoomsKnowEachOtherInARing =
            slices().matching("retort.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule specsKnowNothingButSpecs = knowsOnly("retort.kernels.op", "retort.kernels.op");

    @ArchTest
    static final ArchRule whatAUserCallsKnowsOnlySpecs =
            knowsOnly("retort.kernels", "retort.kernels", "retort.kernels.op");

    @ArchTest
    static final ArchRule filesKnowNothingElse = knowsOnly("retort.kernels.file", "retort.kernels.file");

    @ArchTest
    static final ArchRule whatEnginesShareKnowsNoEngine = knowsOnly(
            "retort.kernels.engine",
            "retort.kernels",
            "retort.kernels.op",
            "retort.kernels.file",
            "retort.kernels.engine");

    @ArchTest
    static final ArchRule checksGoThroughBackends =
            knowsOnly("retort.kernels.check", "retort.kernels", "retort.kernels.op", "retort.kernels.check");

    @ArchTest
    static final ArchRule onlyCpuScalarLooksIntoItsRoom = onlyItselfLooksInto(SCALAR);

    @ArchTest
    static final ArchRule onlyCpuSimdLooksIntoItsRoom = onlyItselfLooksInto(SIMD);

    @ArchTest
    static final ArchRule onlyOpenClLooksIntoItsRoom = onlyItselfLooksInto(OPENCL);

    @ArchTest
    static final ArchRule theVectorApiStaysInCpuSimd = noClasses()
            .that()
            .resideOutsideOfPackage(SIMD)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule openClStaysInItsEngine = noClasses()
            .that()
            .resideOutsideOfPackage(OPENCL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.aparapi..", "java.lang.foreign..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager)");

    @ArchTest
    static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    private static ArchRule knowsOnly(String room, String... known) {
        return classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat(resideInAPackage("retort..").negate().or(resideInAnyPackage(known)));
    }

    private static ArchRule onlyItselfLooksInto(String room) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(room);
    }
}
