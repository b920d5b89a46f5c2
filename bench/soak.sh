#!/usr/bin/env bash
# Keeps every promise of docs/reliability.md with its whole count, and writes the page: bench/soak.sh [SHARE] [TEST...]
#   SHARE  of each count, 1 unless given (what `mvn verify` and .ci/run keep is 0.01); the page says which
#   TEST   only these classes, as in KernelSoakTest
# It takes hours at 1. A row is printed when its test has passed; a test that failed leaves none, and the script ends with 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

share=${1:-1}
shift || true
tests=$(IFS=,; echo "${*:-*SoakTest}")
rows=$(mktemp -d)
trap 'rm -rf "$rows"' EXIT
began=$(date +%s)

status=0
mvn -B -fae test-compile surefire:test@default-test -Dsurefire.failIfNoSpecifiedTests=false -Dretort.require=opencl \
    -Dtest="$tests" -Dretort.soak="$share" -Dretort.soak.results="$rows" || status=1

# Readers by coverage too, where all is tried.
if [[ $tests == '*SoakTest' ]]; then
    ROWS=$rows bench/fuzz.sh "$(awk -v share="$share" 'BEGIN { printf "%d", share < 1e-6 ? 1 : 1e6 * share }')" || status=1
fi
# Faults planted in the code, and two builds: beside no single test, and whole or not at all.
if [[ $tests == '*SoakTest' && $share == 1 ]]; then
    ROWS=$rows bench/mutation.sh || status=1
    ROWS=$rows bench/reproducible.sh || status=1
fi

page=docs/reliability.md
{
    sed '/^<!-- rows -->$/q' "$page"
    echo
    echo "Of commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD || echo ' with changes'), $share of each count, $(($(date +%s) - began)) s on"
    echo "$(LC_ALL=C lscpu | sed -n 's/^Model name: *//p'), $(nproc) processors, $(date -u +%F)."
    echo
    echo "| promise | what | tries | seen | from |"
    echo "| ---: | --- | ---: | --- | --- |"
    cat "$rows"/*.tsv | sort -n -s -k1,1 | awk -F '\t' '{ printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }'
} > "$rows/page.md"
mv "$rows/page.md" "$page"
exit "$status"
