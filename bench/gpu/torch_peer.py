"""The teacher and its products in PyTorch on a CUDA device, float32, with TF32 off and on; beside this project's figures.

    torch_peer.py RETORT.jar RESULTS

RETORT.jar holds MNIST; RESULTS is the kit's folder of results, whose bench and train are compared with what is timed here.
Prints key=value lines, then a table of ratios: above 1, this project is faster.
"""

import gzip
import io
import json
import pathlib
import re
import sys
import time
import zipfile

import torch
from torch import nn

SECONDS = 8.0
BATCH = 32
TRAINING_IMAGES = 48_000


def read_idx(jar, name):
    with zipfile.ZipFile(jar) as archive:
        path = next(each for each in archive.namelist() if each.endswith(name + ".gz"))
        data = gzip.open(io.BytesIO(archive.read(path))).read()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return torch.frombuffer(bytearray(data[4 + 4 * rank :]), dtype=torch.uint8).reshape(shape)


def pixels(jar, name):
    return (read_idx(jar, name).float() / 255).unsqueeze(1).cuda()


def median_seconds(call, calls=30):
    for _ in range(5):
        call()
    taken = []
    for _ in range(calls):
        torch.cuda.synchronize()
        start = time.perf_counter()
        call()
        torch.cuda.synchronize()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[len(taken) // 2]


def queued_seconds(call, calls=50):
    """Of a call when many are queued one after the other, as a training step has them."""
    for _ in range(5):
        call()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / calls


def teacher():
    layers = nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(21632, 1200),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(1200, 1200),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(1200, 10),
    )
    for parameter in layers.parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
        else:
            nn.init.zeros_(parameter)
    return layers.cuda()


def train(model, images, labels):
    """Images a second, after the first steps."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    order = torch.randperm(TRAINING_IMAGES, device="cuda")
    model.train()
    begin, counted = None, 0
    for step in range(TRAINING_IMAGES // BATCH):
        batch = order[step * BATCH : (step + 1) * BATCH]
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(images[batch]) / 3.5, labels[batch]).backward()
        optimizer.step()
        if step == 50:
            torch.cuda.synchronize()
            begin = time.perf_counter()
        elif begin is not None:
            counted += BATCH
            if time.perf_counter() - begin > SECONDS:
                break
    torch.cuda.synchronize()
    return counted / (time.perf_counter() - begin)


def product(spec):
    m, n, k, form = re.fullmatch(r"gemm:m(\d+)n(\d+)k(\d+):(..)", spec).groups()
    m, n, k = int(m), int(n), int(k)
    a = torch.randn((k, m) if form[0] == "t" else (m, k), device="cuda")
    b = torch.randn((n, k) if form[1] == "t" else (k, n), device="cuda")
    a = a.T if form[0] == "t" else a
    b = b.T if form[1] == "t" else b
    return 2e-9 * m * n * k / queued_seconds(lambda: a @ b)


def ours(results):
    """This project's figures of the same run: GFLOP/s by spec, images a second of the teacher in training and, from host
    memory to host memory, of the whole test set."""
    figures = {}
    for report in results.glob("bench/**/bench.json"):
        for result in json.loads(report.read_text())["results"]:
            if result.get("engine") == "opencl" and result.get("unit") == "GFLOP/s":
                figures[result["spec"]] = result["score"]
    for report in results.glob("train/report.json"):
        figures["teacher-training"] = json.loads(report.read_text())["teacher"]["imagesPerSecond"]
    for report in results.glob("latency/report.json"):
        for each in json.loads(report.read_text())["latency"]:
            if each["model"] == "teacher":
                figures[f"teacher-batch{each['batch']}"] = each["imagesPerSecond"]
    return figures


def main():
    jar, results = sys.argv[1], pathlib.Path(sys.argv[2])
    images, labels = pixels(jar, "train-images-idx3-ubyte"), read_idx(jar, "train-labels-idx1-ubyte").long().cuda()
    test = pixels(jar, "t10k-images-idx3-ubyte")
    print(f"device={torch.cuda.get_device_name()}\ntorch={torch.__version__}", flush=True)
    figures = ours(results)
    lines = ["", f"{'':38}{'this project':>14}{'PyTorch':>12}{'ratio':>8}{'with TF32':>12}"]
    peers = {}
    for tf32 in (False, True):
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
        ending = "_tf32" if tf32 else ""
        for spec in [each for each in figures if each.startswith("gemm:")]:
            peers[spec, tf32] = product(spec)
            print(f"{spec}_gflops{ending}={peers[spec, tf32]:.0f}", flush=True)
        torch.manual_seed(0)
        model = teacher()
        peers["teacher-training", tf32] = train(model, images, labels)
        print(f"teacher_training_images_per_s{ending}={peers['teacher-training', tf32]:.0f}", flush=True)
        model.eval()
        with torch.no_grad():
            for batch in (1, 32, 10_000):
                some = test[:batch]
                micros = 1e6 * median_seconds(lambda: model(some))
                print(f"teacher_batch{batch}_us{ending}={micros:.1f}", flush=True)
                at_host = some.cpu()
                seconds = median_seconds(lambda: model(at_host.cuda()).cpu())
                peers[f"teacher-batch{batch}", tf32] = batch / seconds
                print(f"teacher_batch{batch}_with_copies_us{ending}={1e6 * seconds:.1f}", flush=True)
    for key, figure in figures.items():
        if (key, False) in peers:
            peer, fast = peers[key, False], peers[key, True]
            lines.append(f"{key:38}{figure:14,.0f}{peer:12,.0f}{figure / peer:8.2f}{figure / fast:12.2f}")
    print("\n".join(lines))


main()
