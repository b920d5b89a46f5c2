#!/usr/bin/env bash
# Has Jazzer look for a file that a reader does not refuse as it should: bench/fuzz.sh [RUNS] [READER...]
#   RUNS    inputs for each reader, 1000000 unless given
#   READER  only these, as in STUDY; all are in driver/src/test/java/retort/driver/Reading.java
# Maven fetches Jazzer, with its own copy of libFuzzer (for Linux, macOS and Windows on x86-64, and macOS on ARM). It begins with
# a valid file and what is in driver/src/test/resources/retort/driver/readers, and goes on in driver/target/fuzz. A finding ends
# the script with 1: put its file beside those, as READER-what-it-is, and ReaderSoakTest reads it from then on.
# With ROWS=FOLDER, rows for docs/reliability.md are written there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runs=${1:-1000000}
shift || true
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
work=$PWD/driver/target/fuzz
mkdir -p "$work"

mvn -B -q -Pfuzz -pl driver -am test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$work/classpath"
# As for tests, whose files are named from here.
cd driver
path=target/test-classes:target/classes:$(cat "$work/classpath")
jvm=(-Xmx512m -XX:+EnableDynamicAgentLoading --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED)
# A file for each input: a disk takes five times as long.
[[ ! -w /dev/shm ]] || jvm+=(-Djava.io.tmpdir=/dev/shm)
readers=$("$java" "${jvm[@]}" -cp "$path" retort.driver.ReaderFuzz "$work" src/test/resources/retort/driver/readers 2>"$work/start.log") \
    || { cat "$work/start.log" >&2; exit 1; }

failed=0
for reader in "${@:-$readers}"; do for each in $reader; do
    echo "$each: $runs inputs"
    "$java" "${jvm[@]}" -Dretort.reader="$each" -cp "$path" com.code_intelligence.jazzer.Jazzer \
        --target_class=retort.driver.ReaderFuzz --instrumentation_includes='retort.driver.**:retort.nn.**:com.google.gson.**:org.tomlj.**' \
        -runs="$runs" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 --reproducer_path="$work" -artifact_prefix="$work/$each-" "$work/$each" \
        > "$work/$each.log" 2>&1 || { tail -n 40 "$work/$each.log"; echo "$each: a finding, in $work"; failed=1; continue; }
    tried=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$each.log")
    seen="no finding; $(ls "$work/$each" | wc -l) inputs that go ways of their own"
    echo "$each: $tried inputs, $seen"
    [[ -z ${ROWS-} ]] || printf '3\t%s, by coverage (Jazzer)\t%s\t%s\tbench/fuzz.sh\n' "$each" "$tried" "$seen" > "$ROWS/fuzz-$each.tsv"
done; done
exit "$failed"
