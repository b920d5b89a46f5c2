#!/usr/bin/env bash
# Runs every OpenCL kernel's edge shapes under oclgrind, which reports accesses out of bounds and data races, and on a second
# driver, mesa's rusticl on the CPU. Needs: apt-get install oclgrind mesa-opencl-icd. Usage: kernels/check-opencl.sh [oclgrind|rusticl]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

main=retort.kernels.opencl.OpenClEdges
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mvn -q -B -pl kernels test-compile dependency:build-classpath -Dmdep.outputFile="$work/classpath"
jvm=(--enable-native-access=ALL-UNNAMED --add-modules jdk.incubator.vector
    -cp "kernels/target/classes:kernels/target/test-classes:$(cat "$work/classpath")")

# Small tiles: what a simulator or a slow driver gets through, in groups of at most 32 items.
printf '%s\n' FAMILY=CORES GEMM_KC=64 ADAM_NC=256 >"$work/cores.properties"
printf '%s\n' FAMILY=SIMT >"$work/simt.properties"
printf '%s\n' {LARGE,MEDIUM,SHORT,NARROW}_{M=16,N=32,K=8,ITEM_M=4,ITEM_N=4,GROUPS=8} >>"$work/simt.properties"
for family in cores simt; do
    printf '%s\n' ELEMENT_ITEMS=32 ROW_ITEMS=32 >>"$work/$family.properties"
done

check_oclgrind() {
    local family library
    # It puts this before the loader that Aparapi is linked with; calls that look the loader up must find it too.
    library=$(dirname "$(readlink -f "$(command -v oclgrind)")")/../lib/oclgrind/liboclgrind-rt.so
    for family in cores simt; do
        oclgrind --data-races --log "$work/oclgrind.log" \
            "$java" "${jvm[@]}" -Dretort.opencl.library="$library" \
            -Dretort.opencl.parameters="$work/$family.properties" "$main"
        if [[ -s $work/oclgrind.log ]]; then
            head -40 "$work/oclgrind.log"
            echo "oclgrind found errors" >&2
            return 1
        fi
    done
}

# Half of its local memory can be had.
check_rusticl() {
    local family
    for family in cores simt; do
        OCL_ICD_VENDORS=/etc/OpenCL/vendors/rusticl.icd RUSTICL_ENABLE=llvmpipe \
            "$java" "${jvm[@]}" -Dretort.opencl.parameters="$work/$family.properties" "$main"
    done
}

case "${1:-all}" in
    oclgrind) check_oclgrind ;;
    rusticl) check_rusticl ;;
    all) check_oclgrind && check_rusticl ;;
    *)
        echo "usage: $0 [oclgrind|rusticl]" >&2
        exit 2
        ;;
esac
