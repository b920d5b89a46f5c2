package retort.kernels;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "retort", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    @ArchTest
    static final ArchRule kernelsKnowNoNetwork = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("retort.nn..", "retort.driver..", "retort.bench..");

    @ArchTest
    static final ArchRule theVectorApiStaysInCpuSimd = noClasses()
            .that()
            .resideOutsideOfPackage("retort.kernels.simd..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector..");

    @ArchTest
    static final ArchRule openClStaysInItsEngine = noClasses()
            .that()
            .resideOutsideOfPackage("retort.kernels.opencl..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.aparapi..", "java.lang.foreign..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager)");

    @ArchTest
    static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
