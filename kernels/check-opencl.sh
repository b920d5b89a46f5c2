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

check_oclgrind() {
    local blocked
    for blocked in 0 1; do
        oclgrind --data-races --log "$work/oclgrind.log" "$java" "${jvm[@]}" "$main" "GEMM_BLOCKED=$blocked"
        if [[ -s $work/oclgrind.log ]]; then
            head -40 "$work/oclgrind.log"
            echo "oclgrind found errors" >&2
            return 1
        fi
    done
}

# Its groups have at most 32 items here, and half of its local memory can be had.
check_rusticl() {
    printf '%s\n' ELEMENT_ITEMS=32 ROW_ITEMS=32 GEMM_K_BLOCK=64 ADAM_COLUMNS=256 \
        BLOCK_M=16 BLOCK_SMALL_M=16 BLOCK_N=16 BLOCK_ITEM_M=4 BLOCK_ITEM_N=4 >"$work/rusticl.properties"
    local blocked
    for blocked in 0 1; do
        OCL_ICD_VENDORS=/etc/OpenCL/vendors/rusticl.icd RUSTICL_ENABLE=llvmpipe \
            "$java" "${jvm[@]}" -Dretort.opencl.parameters="$work/rusticl.properties" "$main" "GEMM_BLOCKED=$blocked"
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
