"""Interleaves our bench with its peers and prints one line a case. Started by compare.sh, which says what is printed."""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys

# Net, task, batch, size, repetitions a round. 224 is the classifiers' size, 256 the U-Net's in its paper's data.
CASES = [
    (net, "infer", batch, size, 10 if batch == 1 else 3)
    for net, size in [("resnet50", 224), ("densenet121", 224), ("unet16", 256), ("unet32", 256)]
    for batch in (1, 8)
]
CASES += [
    (net, "train", 4, size, 3)
    for net, size in [("resnet50", 224), ("densenet121", 224), ("unet16", 256), ("unet32", 256)]
]
PEERS = {
    "infer": [
        ("onnxruntime", "infer-onnx"),
        ("openvino", "infer-openvino"),
        ("ncnn", "infer-ncnn"),
        ("pytorch", "infer-torch"),
    ],
    "train": [("pytorch", "train")],
}


def run(command, threads):
    variables = {**os.environ, "RAYON_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout.split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--filter", default="")
    parser.add_argument("--peers", default="onnxruntime,openvino,ncnn,pytorch")
    options = parser.parse_args()
    peers = pathlib.Path(__file__).with_name("peers.py")
    print("net task batch ours_ms peer_ms peer ratio ours_MB peer_MB", flush=True)
    for net, task, batch, size, repeats in CASES:
        if options.filter not in f"{net} {task} {batch}":
            continue

        def peer(kind):
            arguments = [net, kind, batch, size, repeats, options.threads, options.scratch]
            return run([sys.executable, str(peers), *map(str, arguments)], options.threads)

        exported = pathlib.Path(options.scratch) / f"{net}.onnx"
        if task == "infer" and not (exported.exists() and exported.with_suffix(".ncnn.param").exists()):
            peer("export")
        found = {}
        for _ in range(options.rounds):
            ours = run([options.ours, net, task, str(batch), str(size), str(repeats)], options.threads)
            found.setdefault("ours", []).append((float(ours[4]), float(ours[7])))
            for name, kind in PEERS[task]:
                if name not in options.peers.split(","):
                    continue
                milliseconds, megabytes = peer(kind)
                found.setdefault(name, []).append((float(milliseconds), float(megabytes)))
        medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in found.items()}
        (ours_ms, ours_mb) = medians.pop("ours")
        for name, (peer_ms, peer_mb) in medians.items():
            ratio = ours_ms / peer_ms
            print(f"{net} {task} {batch} {ours_ms:.1f} {peer_ms:.1f} {name} {ratio:.2f} {ours_mb:.0f} {peer_mb:.0f}", flush=True)


if __name__ == "__main__":
    main()
