#!/usr/bin/env bash
# Keeps the promises of docs/reliability.md with their whole counts, and writes the page: bench/soak.sh [SHARE] [TEST...]
#   SHARE  of each count, 1 unless given (what `mvn verify` and .ci/run keep is 0.01); +0.5 adds rows to those that are there
#   TEST   only these: a class, as in KernelSoakTest; fuzz, or fuzz-STUDY for one reader; mutation, or mutation-specs for one
#          group; reproducible. Without any it is all of them; the last two are whole or not at all, so only with a SHARE of 1.
# All takes many hours at 1, so it may be kept in several calls: what a test has seen stays in bench/results/soak, with its
# share, commit, machine and day, until that test runs again. A row is kept when its test has passed; a test that failed leaves
# none, and the script ends with 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

added=false share=${1:-1}
shift || true
[[ $share != +* ]] || added=true share=${share#+}
if [[ $# == 0 ]]; then
    set -- '*SoakTest' fuzz
    [[ $share != 1 ]] || set -- "$@" mutation reproducible
fi
kept=bench/results/soak
rows=$(mktemp -d)
mkdir -p "$kept"
commit=$(git rev-parse --short HEAD)$(git diff --quiet HEAD -- . ":!$kept" ':!docs/reliability.md' || echo '+')
machine="$(LC_ALL=C lscpu | sed -n 's/^Model name: *//p'), $(nproc) processors"

# keep SHARE: what was just seen.
keep() {
    local file
    for file in "$rows"/*.tsv; do
        [[ -e $file ]] || continue
        awk -v rest="$1\t$commit\t$(date -u +%F)\t$machine" '{ print $0 "\t" rest }' "$file" >>"$kept/$(basename "$file")"
        rm "$file"
    done
}

# What was seen until now, when this ends, however it does.
finish() {
    keep "$of"
    {
        sed '/^<!-- rows -->$/q' "$page"
        echo
        echo "| promise | what | tries | seen | by | share | commit | day |"
        echo "| ---: | --- | ---: | --- | --- | ---: | --- | --- |"
        cat "$kept"/*.tsv 2>/dev/null | sort -t $'\t' -n -s -k1,1 |
            awk -F '\t' '{ printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5, $6, $7, $8 }' || true
        echo
        cat "$kept"/*.tsv 2>/dev/null | cut -f 9 | sort -u | sed 's/^/On: /; s/$/./' || true
    } >"$rows/page.md"
    mv "$rows/page.md" "$page"
    rm -r "$rows"
}
page=docs/reliability.md of=$share
trap finish EXIT

status=0
classes=() fuzzed=()
for test in "$@"; do
    # shellcheck disable=SC2086 # *SoakTest is all of them
    $added || rm -f "$kept"/$test.tsv
    case $test in
        fuzz | fuzz-*)
            $added || rm -f "$kept/$test"-*.tsv
            one=${test#fuzz}
            fuzzed+=("${one#-}")
            ;;
        mutation | mutation-*)
            $added || rm -f "$kept/$test"-*.tsv
            one=${test#mutation}
            # shellcheck disable=SC2086 # none is all
            of=1
            ROWS=$rows bench/mutation.sh ${one#-} || status=1
            keep 1
            of=$share
            ;;
        reproducible)
            ROWS=$rows bench/reproducible.sh || status=1
            keep 1
            ;;
        *) classes+=("$test") ;;
    esac
done
if [[ ${#fuzzed[@]} -gt 0 ]]; then
    runs=$(awk -v share="$share" 'BEGIN { printf "%d", share < 1e-6 ? 1 : 1e6 * share }')
    # shellcheck disable=SC2048,SC2086 # no name is all of them
    ROWS=$rows bench/fuzz.sh "$runs" ${fuzzed[*]} || status=1
    keep "$share"
fi
if [[ ${#classes[@]} -gt 0 ]]; then
    mvn -B -fae test-compile surefire:test@default-test -DforkCount=1 -Dspotless.check.skip=true \
        -Dsurefire.failIfNoSpecifiedTests=false -Dretort.require=opencl -Dtest="$(IFS=,; echo "${classes[*]}")" \
        -Dretort.soak="$share" -Dretort.soak.results="$rows" || status=1
    keep "$share"
fi

exit "$status"
