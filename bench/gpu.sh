#!/usr/bin/env bash
# In a checkout this makes the GPU kit, bench/target/retort-gpu.tar.xz: the command, a Java runtime, an OpenCL loader
# and this script, for a machine that has nothing but a driver, and xz to unpack it. There `./gpu.sh` runs everything
# and writes results as it goes. It exits with 1 if a step failed, after all others.
#
#   ./gpu.sh [--steps=NAME,...] [--minutes=N] [--out=DIR]
#
# Steps, in this order (default: all):
#   driver    finds the vendor's library, where no file in /etc/OpenCL/vendors names it too
#   devices   what is there
#   doctor    every kernel at its edges
#   families  the same, more of it, with the kernels for processor cores and with those for work-items in step
#   tune      finds the device's parameters; later steps use them
#   bench     products under JMH
#   train     the teacher's epoch, and where its time goes
#   quick     run --quick
#   latency   of teacher and student
#   study     the paper's, one seed
#   peers     the teacher and its products in PyTorch, where python3 has it
set -uo pipefail

# ldconfig is not on every user's path.
PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
all=driver,devices,doctor,families,tune,bench,train,quick,latency,study,peers

fail() {
    echo "gpu.sh: $2" >&2
    exit "$1"
}

# Makes the kit in a checkout.
make_kit() {
    local root kit loader
    root=$(cd "$here/.." && pwd)
    loader=$(ldconfig -p | sed -n 's/.*libOpenCL\.so\.1 (libc6,x86-64).* => //p' | head -n 1)
    [[ -n $loader ]] || fail 3 "no OpenCL loader to put in: apt-get install ocl-icd-libopencl1"
    (cd "$root" && mvn -q -B -DskipTests -Dspotless.check.skip=true -Parchive package) || fail 1 "the build failed"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    tar -C "$work" -xzf "$root"/driver/target/retort-*-linux-x64.tar.gz
    mv "$work"/retort-* "$work/retort-gpu"
    kit=$work/retort-gpu
    # A quicker start is not worth their bytes here.
    rm -f "$kit"/jre/lib/server/*.jsa
    mkdir "$kit/loader" "$work/benchmarks"
    cp -L "$loader" "$kit/loader/libOpenCL.so.1"
    cp "$here/gpu.sh" "$here/gpu/shapes.txt" "$here/gpu/torch_peer.py" "$kit"
    # Without the peers' libraries, which are for processors, and Aparapi's for other systems.
    (
        cd "$work/benchmarks"
        unzip -q "$root/bench/target/benchmarks.jar"
        find org/bytedeco -type f ! -name '*.class' -delete
        rm -rf win osx linux/*_aarch64.so linux/*_armhf.so linux/*_x86.so
        zip -q -r "$kit/benchmarks.jar" .
    )
    tar -C "$work" -cf - retort-gpu | xz -T0 >"$root/bench/target/retort-gpu.tar.xz"
    ls -l "$root/bench/target/retort-gpu.tar.xz"
}

minutes=0 steps=$all out=$PWD/gpu-results
for argument in "$@"; do
    case $argument in
        --steps=*) steps=${argument#*=} ;;
        --minutes=*) minutes=${argument#*=} ;;
        --out=*) out=${argument#*=} ;;
        -h | --help)
            sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}"
            exit
            ;;
        *) fail 2 "unknown option $argument; see --help" ;;
    esac
done
[[ $minutes =~ ^[0-9]+$ ]] || fail 2 "--minutes=$minutes: expected a whole number"
for step in ${steps//,/ }; do
    [[ ,$all, == *,$step,* ]] || fail 2 "--steps: there is no step $step, expected some of $all"
done

if [[ ! -f $here/retort.jar ]]; then
    make_kit
    exit
fi

mkdir -p "$out" || fail 1 "can't write to $out"
out=$(cd "$out" && pwd)
summary=$out/summary.txt
: >"$summary"
failed=0
export LD_LIBRARY_PATH=$here/loader:${LD_LIBRARY_PATH:-}
parameters=$out/parameters
mkdir -p "$parameters"
own="-Dretort.opencl.parameters=$parameters -Xmx4g"

# Seconds that are left of --minutes, at most $1.
seconds_left() {
    local left=$1
    if ((minutes > 0)); then
        left=$((minutes * 60 - SECONDS))
    fi
    echo $((left < $1 ? left : $1))
}

# step NAME LIMIT COMMAND...: runs a step for at most LIMIT seconds if it was asked for; its output goes to NAME.txt.
step() {
    local name=$1 most=$2 limit start code
    limit=$(seconds_left "$most")
    shift 2
    [[ ,$steps, == *,${name%%-*},* ]] || return 0
    if ((limit < 5)); then
        printf '%-16s no time left\n' "$name" | tee -a "$summary"
        return
    fi
    start=$SECONDS
    echo "== $name"
    timeout -k 10 "$limit" "$@" >"$out/$name.txt" 2>&1
    code=$?
    tail -n 40 "$out/$name.txt"
    if ((code == 0)); then
        code=ok
    elif ((code == 124 && limit < most)); then
        code="stopped, its time was over"
    else
        failed=1
        ((code != 124)) || code="124, after its limit of $limit s"
        code="FAILED with $code"
    fi
    printf '%-16s %4d s  %s\n' "$name" $((SECONDS - start)) "$code" | tee -a "$summary"
}

# Vendors' libraries that no file in /etc/OpenCL/vendors names: containers often have the one and not the other.
find_driver() {
    local vendors=$out/vendors library name found=''
    rm -rf "$vendors"
    mkdir -p "$vendors"
    cp /etc/OpenCL/vendors/*.icd "$vendors" 2>/dev/null
    for name in libnvidia-opencl.so.1 libamdocl64.so libigdrcl.so; do
        grep -qs "$name" "$vendors"/*.icd && continue
        library=$(ldconfig -p | sed -n "s/.*$name .* => //p" | head -n 1)
        [[ -n $library ]] || library=$(find /usr /opt -name "$name*" 2>/dev/null | head -n 1)
        if [[ -n $library ]]; then
            echo "$library" >"$vendors/$name.icd"
            echo "found $library, which no file in /etc/OpenCL/vendors names"
        fi
    done
    for found in "$vendors"/*.icd; do
        [[ -f $found ]] && echo "${found##*/}: $(cat "$found")"
    done
    if command -v nvidia-smi >/dev/null; then
        nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,memory.total --format=csv
    fi
    [[ -n $(ls "$vendors") ]] || { echo "there is no OpenCL driver here" && return 3; }
}
if [[ ,$steps, == *,driver,* ]]; then
    find_driver 2>&1 | tee "$out/driver.txt" || failed=1
    printf '%-16s %4d s  %s\n' driver "$SECONDS" "$([[ $failed == 0 ]] && echo ok || echo FAILED)" | tee -a "$summary"
fi
[[ ! -d $out/vendors ]] || export OCL_ICD_VENDORS=$out/vendors

retort() {
    RETORT_JAVA_OPTS=$own "$here/retort" "$@"
}
export -f retort
export own here

step devices 30 bash -c 'retort devices'
step doctor 120 bash -c 'retort doctor'
for family in CORES SIMT; do
    echo "FAMILY=$family" >"$out/$family.properties"
    step "families-$family" 240 env own="-Dretort.opencl.parameters=$out/$family.properties" bash -c 'retort doctor --thorough'
done
step tune 180 bash -c 'retort tune --backend=opencl --seconds=100'
step bench 240 bash -c 'retort bench --backend=opencl --quick --shapes="$here/shapes.txt" --out="$0/bench"' "$out"
step train 120 bash -c 'retort train --backend=opencl --force --out="$0/train"' "$out"
step train-profile 120 bash -c 'retort train --backend=opencl --profile --force --out="$0/train-profile"' "$out"
step quick 420 bash -c 'retort run --quick --backend=opencl --force --out="$0/quick"' "$out"
step latency 120 bash -c 'retort latency --backend=opencl --force --out="$0/latency"' "$out"
step study 300 bash -c 'retort study hinton2015 --seeds=1 --backend=opencl --force --out="$0/study"' "$out"
if [[ ,$steps, == *,peers,* ]]; then
    if python3 -c 'import torch; torch.cuda.get_device_name()' 2>/dev/null; then
        step peers 120 python3 "$here/torch_peer.py" "$here/retort.jar" "$out"
    else
        printf '%-16s    no PyTorch with a CUDA device here\n' peers | tee -a "$summary"
    fi
fi
# Models are large, and not a result.
find "$out" -name '*.safetensors' -delete
echo
cat "$summary"
exit $failed
