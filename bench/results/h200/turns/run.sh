#!/bin/bash
# on the device: kernels at their edges; the step before and after, in turns; test set beside PyTorch; the study whole
kit=/tmp/k/retort-gpu; out=/tmp/res; mkdir -p $out /tmp/old
cd $kit
limit=${1:-330}
./gpu.sh --steps=$([ $TINY ] && echo driver || echo driver,doctor) --out=$out > $out/console.txt 2>&1
for f in jre lib loader retort COMMIT; do ln -sfn $kit/$f /tmp/old/$f; done
rm -f /tmp/old/retort; cp retort /tmp/old/retort; cp retort-old.jar /tmp/old/retort.jar
export LD_LIBRARY_PATH=$kit/loader OCL_ICD_VENDORS=$out/vendors RETORT_JAVA_OPTS="-Xmx4g"
opts="--backend=opencl --force ${TINY:+--train-images=2000}"
./retort train $opts --out=$out/train > $out/train.txt 2>&1; echo train $?
for round in 1 2 3; do
  for which in old new; do
    dir=$kit; [ $which = old ] && dir=/tmp/old
    $dir/retort distill --teacher=$out/train/teacher.safetensors $opts --student-epochs=4 --out=$out/distill-$which-$round > $out/distill-$which-$round.txt 2>&1; echo $which $round distill $?
    $dir/retort train $opts --epochs=3 --out=$out/teacher-$which-$round > $out/teacher-$which-$round.txt 2>&1; echo $which $round train $?
    rm -f $out/*/*.safetensors.part $out/teacher-*/*.safetensors
  done
done
./retort latency $opts --out=$out/latency > $out/latency.txt 2>&1; echo latency $?
timeout 60 python3 torch_peer.py retort.jar $out > $out/peers.txt 2>&1; echo peers $?
left=$((limit - SECONDS)); echo study has $left s
timeout -s INT $left ./retort study hinton2015 --seeds=1 $opts --out=$out/study > $out/study.txt 2>&1; echo study $?; tail -3 $out/study.txt
find $out -name '*.safetensors' -delete; find $out -name 'report.html' -delete
python3 - <<'P'
import json,glob
for which in ('old','new'):
    for kind,key in (('distill','students'),('teacher','teacher')):
        for f in sorted(glob.glob(f'/tmp/res/{kind}-{which}-*/report.json')):
            r=json.load(open(f))[key]; r=r[0] if isinstance(r,list) else r
            print(which,kind,[round(e['seconds'],3) for e in r['epochs']], r['seconds'])
P
