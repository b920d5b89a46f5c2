#!/usr/bin/env bash
# Does one job in Retort, in TensorFlow (its Java API) and in PyTorch (through DJL), in turns, and writes a JSON file for
# each process. `./retort bench performance DIR` makes docs/performance.md of them. Maven fetches the frameworks, some
# 300 MB, natives included; only Linux on x86-64 has them all.
#
#   bench/job-vs-frameworks.sh [--threads=N,...] [--width=native,avx2] [--rounds=N] [--only=retort,tensorflow,djl]
#                              [--work=training,prediction|lenet5|onnx] [--out=DIR] [--quick]
#
#   --threads  threads that compute (default: all processors)
#   --width    native: the widest vectors there are; avx2: all are held to 256 bits (default: both)
#   --rounds   so many processes of each; what DIR has already is not run again (default: 3)
#   --only     some of the frameworks
#   --work     a part of the job; or lenet5: LeNet-5 in place of the teacher, five epochs of all images; or onnx: the models
#              of ONNX files in Retort and in ONNX Runtime (43 MB)
#   --out      where the files go, in the folder job, lenet5 or onnx (default: bench/results/performance)
#   --quick    for a look, in two minutes: 1,920 images, one round, native and into bench/frameworks/target/quick
#              unless something else is said
#
# The rules, the same for all:
# - Networks, data, batches of 32, their order, one epoch, dropout, Adam and its constants. The teacher has 27,413,130
#   parameters, the student 8,070.
# - Each process does it in one framework, from a cold JVM on: training begins with its first step, warm-up included.
#   7,680 images are the first of the same 32,000. Where 32,000 would take more than 100 seconds training ends at 7,680.
# - Predictions follow: Java arrays in, probabilities as a Java array out, nothing else timed. The median over two
#   seconds of calls, after one of warm-up; of the whole test set, by 1,000 images, over at least three passes.
# - Retort's teacher predicts with bf16 and int8 weights too; beside them stand the others' of 32 bits.
# - The same JVM and options for all, transparent huge pages for all; oneDNN in TensorFlow.
# - avx2: -XX:UseAVX=2 for the JVM, and oneDNN, MKL and PyTorch's own kernels held to AVX2 by their variables.
#   TensorFlow's other kernels, Adam among them, stay as they were compiled.
# - onnx: the teacher, LeNet-5 and ResNet-20, written by 'retort export' and read by both, predict one image and 32.
#   ONNX Runtime has all its optimisations, and tensors over buffers that are made once; its width is always native.
#   Each model is warmed up for eight seconds more, as no training compiled anything.
# - Frameworks take turns, retort tensorflow djl retort ..., and a ratio is of two processes of the same round.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
target=$here/frameworks/target
all=retort,tensorflow,djl

# Seconds that no process needs, however slow the machine.
limit=400

fail() {
    echo "job-vs-frameworks.sh: $2" >&2
    exit "$1"
}

# Prints the home of a JDK 25 or newer.
jdk_home() {
    local home version
    for home in "${RETORT_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" 2>/dev/null)
        if [[ -x $home/bin/javac && ${version:-0} -ge 25 ]]; then
            echo "$home"
            return
        fi
    done
    return 1
}

# check OPTION VALUES KNOWN: fails unless each of the values, between commas, is among the known ones.
check() {
    local value
    for value in ${2//,/ }; do
        [[ ,$3, == *,$value,* ]] || fail 2 "$1=$2: expected some of $3"
    done
    [[ -n $2 ]] || fail 2 "$1: expected some of $3"
}

threads=$(nproc) wide='' widths='' rounds='' only=$all work=training,prediction out='' quick=''
for argument in "$@"; do
    case $argument in
        --threads=*) threads=${argument#*=} ;;
        --width=*) wide=yes widths=${argument#*=} ;;
        --rounds=*) rounds=${argument#*=} ;;
        --only=*) only=${argument#*=} ;;
        --work=*) work=${argument#*=} ;;
        --out=*) out=${argument#*=} ;;
        --quick) quick=yes ;;
        -h | --help)
            sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}"
            exit
            ;;
        *) fail 2 "unknown option $argument; see --help" ;;
    esac
done
if [[ -n $quick ]]; then
    limits=("--images=960,1920" --training-seconds=30 --prediction-seconds=1 --quick)
    widths=${widths:-native} rounds=${rounds:-1}
else
    limits=("--images=7680,32000" --training-seconds=100 --prediction-seconds=2)
    widths=${widths:-native,avx2} rounds=${rounds:-3}
fi
part=job
if [[ $work == onnx ]]; then
    part=onnx all=retort,onnxruntime
    [[ $only != retort,tensorflow,djl ]] || only=$all
    [[ -n $wide ]] || widths=native
    [[ $widths == native ]] || fail 2 "--width=$widths: ONNX Runtime can't be held to a width"
fi
if [[ $work == lenet5 ]]; then
    part=lenet5
    # Five epochs.
    [[ -n $quick ]] || limits[0]=--images=7680,60000,300000 limits[1]=--training-seconds=200
fi
check --width "$widths" native,avx2
check --only "$only" "$all"
[[ $work =~ ^(lenet5|onnx)$ ]] || check --work "$work" training,prediction
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail 2 "--rounds=$rounds: expected a whole number of 1 or more"
[[ $threads =~ ^[1-9][0-9]*(,[1-9][0-9]*)*$ ]] || fail 2 "--threads=$threads: expected whole numbers of 1 or more"
[[ $(uname -sm) == "Linux x86_64" ]] || fail 3 "$(uname -sm): the frameworks are had for Linux on x86-64 only"
jdk=$(jdk_home) || fail 3 "no JDK 25 or newer in RETORT_JAVA_HOME, JAVA_HOME or /usr/lib/jvm"

if [[ -n $quick && -z $out ]]; then
    out=$target/quick
    rm -rf "$out"
fi
out=${out:-$here/results/performance}/$part
mkdir -p "$out" "$target/logs" || fail 1 "can't write to $out"
out=$(cd "$out" && pwd)

commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)
for file in "$out"/*.json; do
    if [[ -f $file ]] && ! grep -q "\"commit\": \"$commit\"" "$file"; then
        fail 2 "${file#"$PWD"/} is of another commit than $commit: name another folder with --out"
    fi
done
if [[ -n $(git -C "$root" status --porcelain -- '*.java' '*.xml' 2>/dev/null) ]]; then
    echo "job-vs-frameworks.sh: what is measured is not what was committed as $commit" >&2
fi

classpath=$target/classpath.txt
if [[ ! -f $classpath || -n $(find "$root/pom.xml" "$here/frameworks/pom.xml" "$root"/{kernels,nn,driver,bench}/pom.xml \
    "$root"/{kernels,nn,driver,bench,bench/frameworks}/src/main -newer "$classpath" | head -n 1) ]]; then
    echo "building, and fetching what is missing..." >&2
    touch "$target/started"
    JAVA_HOME=$jdk mvn -q -B -f "$root/pom.xml" -Pframeworks -pl bench/frameworks -am -DskipTests \
        -Dspotless.check.skip=true package >"$target/logs/build.log" 2>&1 ||
        { tail -n 20 "$target/logs/build.log" >&2 && fail 1 "the build failed"; }
    # As old as the build's start: Maven leaves what did not change alone, and what is edited meanwhile is still newer.
    touch -r "$target/started" "$classpath"
fi

# held WIDTH COMMAND...: runs a command with the variables that hold libraries to a width.
held() {
    local width=$1
    shift
    if [[ $width == avx2 ]]; then
        env ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 "$@"
    else
        "$@"
    fi
}

# one FRAMEWORK THREADS WIDTH ROUND: a process, unless its file is there.
one() {
    local framework=$1 count=$2 width=$3 round=$4 part='' name log options
    [[ $work == training,prediction ]] || part=-${work//,/-}
    name=$framework-t$count-$width$part-$round
    log=$target/logs/$name.log
    [[ ! -f $out/$name.json ]] || return 0
    options=(--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
        -XX:+UseSerialGC -XX:+UseTransparentHugePages -Xmx2g)
    [[ $width == native ]] || options+=(-XX:UseAVX=2)
    printf '%-12s' "$framework"
    # Natives are unpacked below target, and nothing is looked for on the network.
    OMP_NUM_THREADS=$count TF_CPP_MIN_LOG_LEVEL=2 TF_ENABLE_ONEDNN_OPTS=1 GLIBC_TUNABLES=glibc.malloc.hugetlb=1 \
        DJL_CACHE_DIR=$target/natives DJL_OFFLINE=true OPT_OUT_TRACKING=true \
        held "$width" timeout --foreground -k 10 "$limit" "$jdk/bin/java" "${options[@]}" "-Dretort.commit=$commit" \
        "-Dorg.bytedeco.javacpp.cachedir=$target/natives" "-Djna.tmpdir=$target/natives" \
        -cp "$target/classes:$(<"$classpath")" retort.frameworks.Main "$framework" "--threads=$count" "--width=$width" \
        "--round=$round" "--work=$work" "${limits[@]}" "--out=$out/$name.json" 2>"$log"
    local code=$?
    case $code in
        0) ;;
        124) echo "stopped after $limit s" ;;
        *) echo "failed with $code: $(grep -v '^WARNING' "$log" | tail -n 1) ($log)" ;;
    esac
    return $code
}

failed=0
trap 'echo >&2; exit 130' INT
for ((round = 1; round <= rounds; round++)); do
    for width in ${widths//,/ }; do
        for count in ${threads//,/ }; do
            echo "round $round of $rounds, $width, threads: $count"
            for framework in ${all//,/ }; do
                [[ ,$only, == *,$framework,* ]] || continue
                one "$framework" "$count" "$width" "$round" || failed=1
            done
        done
    done
done
echo "results: $out"
exit $failed
