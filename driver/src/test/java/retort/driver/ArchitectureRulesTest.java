package retort.driver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "retort.driver", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    /** Engines are had by name, from Backends; what only OpenCL has to say, its package says in the open. */
    @ArchTest
    static final ArchRule theDriverKnowsNoCpuEngine = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("retort.kernels.simd..", "retort.kernels.scalar..", "retort.kernels.host..");

    @ArchTest
    static final ArchRule theDriverComputesThroughBackendsAlone = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("retort.bench..", "jdk.incubator.vector..", "com.aparapi..", "java.lang.foreign..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager)");
}
