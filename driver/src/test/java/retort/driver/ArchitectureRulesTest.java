package retort.driver;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import retort.driver.cli.Bytes;
import retort.driver.cli.FileReason;
import retort.driver.cli.InputFile;

@AnalyzeClasses(packages = "retort.driver", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    /** Engines are had by name, from Backends. */
    @ArchTest
    static final ArchRule theDriverKnowsNoEngine = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "retort.kernels.simd..",
                    "retort.kernels.scalar..",
                    "retort.kernels.opencl..",
                    "retort.kernels.engine..");

    @ArchTest
    static final ArchRule theDriverComputesThroughBackendsAlone = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("retort.bench..", "jdk.incubator.vector..", "com.aparapi..", "java.lang.foreign..");

    @ArchTest
    static final ArchRule roomsDependOneWay =
            slices().matching("retort.driver.(*)..").should().beFreeOfCycles();

    /**
     * What it finds out is told by others: on the command line, as JSON, in a study. How a file is opened, why it
     * can't be, and how many bytes are written out is the same for all.
     */
    @ArchTest
    static final ArchRule theJobKnowsNothingOfWhoTellsOfIt = noClasses()
            .that()
            .resideInAnyPackage("retort.driver.job", "retort.driver.data")
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("retort.driver.cli", "retort.driver.report", "com.google.gson..", "picocli..")
                            .and(not(belongToAnyOf(Bytes.class, InputFile.class, FileReason.class))));

    /** The bench has these rooms in its jar, and of the rest of the driver nothing. */
    @ArchTest
    static final ArchRule whatTheBenchTakesNeedsNoMore = noClasses()
            .that()
            .resideInAnyPackage("retort.driver.cli", "retort.driver.page")
            .should()
            .dependOnClassesThat(resideInAnyPackage("retort.driver..", "retort.nn..")
                    .and(not(resideInAnyPackage("retort.driver.cli", "retort.driver.page"))));

    /** Charts are drawn by who looks at them: a machine without fonts or a display loses no report. */
    @ArchTest
    static final ArchRule imagesAreReadAndWrittenButNothingIsDrawn = noClasses()
            .that()
            .resideOutsideOfPackage("retort.driver.image")
            .and()
            .doNotHaveFullyQualifiedName("retort.driver.page.Picture")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.awt..", "javax.swing.."));

    /** Models are trained, evaluated and corrected in the job alone. */
    @ArchTest
    static final ArchRule studiesTrainThroughTheJob = noClasses()
            .that()
            .resideInAPackage("retort.driver.study")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("retort.driver.job.BiasCorrection")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("retort.driver.job.Examples")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("retort.nn.Initializer");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager)");
}
