#!/usr/bin/env bash
# Plants faults in the code that tells right from wrong and counts those that its tests find (PIT): bench/mutation.sh [GROUP...]
# What no test found goes to bench/target/mutants/GROUP.csv; docs/mutants.md says what may stay. It ends with 1 if fewer than
# 85 % of a group are found. With ROWS=FOLDER it adds rows for docs/reliability.md there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# PIT runs tests in the JVM that runs Maven, and finds none that are too new for it.
if (($(mvn -v | sed -n 's/^Java version: \([0-9]*\).*/\1/p') < 25)); then
    echo "Maven runs on an older Java: JAVA_HOME has to be a JDK 25 or newer" >&2
    exit 2
fi
least=85
out=bench/target/mutants
asked=" $* "
failed=0
mkdir -p "$out"

# group NAME MODULE CLASSES TESTS: the tests are quick ones, since they run once for each fault.
group() {
    local name=$1 module=$2 report=$2/target/pit-reports/mutations.csv all missed found
    [[ $asked == "  " || $asked == *" $name "* ]] || return 0
    rm -f "$report"
    mvn -B -Pmutation -pl "$module" -am -Dspotless.check.skip=true -Dretort.mutated="$3" -Dretort.mutated.tests="$4" \
        test-compile org.pitest:pitest-maven:mutationCoverage >"$out/$name.log" 2>&1 || {
        tail -n 30 "$out/$name.log" >&2
        exit 1
    }
    all=$(wc -l <"$report")
    grep -v -E ',(KILLED|TIMED_OUT|MEMORY_ERROR),' "$report" >"$out/$name.csv" || true
    missed=$(wc -l <"$out/$name.csv")
    found=$(awk "BEGIN { printf \"%.1f\", 100 * ($all - $missed) / $all }")
    echo "$name: $((all - missed)) of $all faults found, $found %"
    if [[ -n ${ROWS:-} ]]; then
        printf '8\tfaults planted in %s\t%s\t%s %% found\tbench/mutation.sh\n' "$name" "$all" "$found" \
            >"$ROWS/mutation-$name.tsv"
    fi
    ((100 * (all - missed) >= least * all)) || failed=1
}

job=retort.driver.job check=retort.kernels.check
group specs kernels 'retort.kernels.op.*' 'retort.kernels.op.*Test'
group harness kernels "$check.KernelCheck,$check.Fill,$check.Guarded,$check.EdgeCases" "$check.KernelCheckTest,$check.EdgeCasesTest"
group losses nn 'retort.nn.Loss*' retort.nn.LossTest
group files nn 'retort.nn.SafeTensors*,retort.nn.onnx.WireReader,retort.nn.onnx.Constant*' \
    'retort.nn.SafeTensorsTest,retort.nn.onnx.OnnxRefusalTest,retort.nn.onnx.WireReaderTest,retort.nn.onnx.ConstantTest'
group transfer driver "$job.Examples*,$job.CrossValidation*,$job.Method,$job.Student" \
    "$job.ExamplesTest,$job.MethodTest,$job.CrossValidationTest,$job.StudentTest"
data=retort.driver.data image=retort.driver.image
group readers driver "$data.ArrayFile,$data.ArrayFormat,$data.IdxSet*,$data.NumpySet*,$data.WholeGzip*,$data.ZipFiles*,$image.CodedImage*,$image.PgmImage*,\
retort.driver.json.RecordReader*" \
    "$data.*Test,$image.ImageFileTest,retort.driver.source.DataSetsTest,retort.driver.json.RecordReaderTest,\
retort.driver.study.StudyFileTest,retort.driver.report.ReportFileTest,retort.driver.store.LogitsFileTest"
group bias driver "$job.BiasCorrection*,$job.Logits*" "$job.BiasCorrectionTest,$job.LogitsTest"
exit "$failed"
