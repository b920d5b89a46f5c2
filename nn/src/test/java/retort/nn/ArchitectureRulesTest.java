package retort.nn;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "retort.nn", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureRulesTest {
    /** Networks are made of Backend's operations: no engine's package, no Vector API, no OpenCL. */
    @ArchTest
    static final ArchRule networksKnowBackendAndNoEngine = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "retort.nn",
                    "retort.nn.onnx",
                    "retort.kernels",
                    "retort.kernels.op",
                    "retort.kernels.file",
                    "com.google.gson..",
                    "java.."));

    @ArchTest
    static final ArchRule noForeignMemory =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.foreign..");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager)");

    @ArchTest
    static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
