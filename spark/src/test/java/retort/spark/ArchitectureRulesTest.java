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
    /** Labelling needs none of its rooms; a sweep is a driver's command. */
    @ArchTest
    static final ArchRule ofTheDriverItTakesTheCommandLineAndStudies = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("retort.driver..")
                    .and(not(resideInAnyPackage(
                            "retort.driver", "retort.driver.cli", "retort.driver.cluster", "retort.driver.study"))));

    @ArchTest
    static final ArchRule itKnowsNoEngine = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "retort.kernels.simd..", "retort.kernels.scalar..", "retort.kernels.opencl..", "retort.bench.."));
}
