package retort.bench;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "retort.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    /** Our jar holds no more of the driver either. */
    @ArchTest
    static final ArchRule ofTheDriverTheBenchTakesWhatACommandLineAndAPageNeed = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("retort.driver..")
                    .and(not(resideInAnyPackage("retort.driver.cli", "retort.driver.page"))));

    /** Charts are drawn by who looks at them: a machine without fonts or a display loses no report. */
    @ArchTest
    static final ArchRule nothingIsDrawnHere =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.awt..", "javax.swing..");

    @ArchTest
    static final ArchRule theBenchTimesKernelsAndNoLayers =
            noClasses().should().dependOnClassesThat().resideInAPackage("retort.nn..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager)");
}
