package retort.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "retort.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    /** Its jar has no other room of the driver. */
    @ArchTest
    static final ArchRule ofTheDriverItTakesTheCommandLineAlone = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("retort.driver..").and(not(resideInAPackage("retort.driver.cli"))));

    @ArchTest
    static final ArchRule itKnowsNoEngine = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "retort.kernels.simd..", "retort.kernels.scalar..", "retort.kernels.opencl..", "retort.bench.."));
}
