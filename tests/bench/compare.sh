#!/usr/bin/env bash
# Times the program's nets against ONNX Runtime, OpenVINO, ncnn and PyTorch on the same cores, interleaved:
# each case runs ours, theirs, ours, theirs …, and the medians over all rounds are compared.
#
#   tests/bench/compare.sh [ROUNDS]        default 3
#
# Prints one line a case: net task batch ours_ms peer_ms peer ratio ours_MB peer_MB
# THREADS (default 2) threads on either side; FILTER (a part of "net task batch") runs only the cases that hold it;
# PEERS (default onnxruntime,openvino,ncnn,pytorch) runs only those.
# Its Python environment lies in a scratch folder that is kept for the next run: $GLIOVIEW_BENCH, else the system's
# folder for temporary files. PYTHON names an interpreter that has torch, onnx, onnxruntime, openvino, ncnn and pnnx.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch="${GLIOVIEW_BENCH:-${TMPDIR:-/tmp}/glioview-bench}"
mkdir -p "$scratch"
if [ -z "${PYTHON:-}" ]; then
    if [ ! -x "$scratch/venv/bin/python" ]; then
        python3 -m venv "$scratch/venv"
        "$scratch/venv/bin/pip" install --quiet torch onnx onnxruntime openvino ncnn pnnx numpy
    fi
    PYTHON="$scratch/venv/bin/python"
fi
if [ -z "${OURS:-}" ]; then
    OURS=$(cargo bench --quiet --bench ops --no-run --message-format=json |
        "$PYTHON" -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["name"] == "ops":
        print(message["executable"])')
fi
exec "$PYTHON" tests/bench/compare.py --ours "$OURS" --scratch "$scratch" --rounds "${1:-3}" \
    --threads "${THREADS:-2}" --filter "${FILTER:-}" --peers "${PEERS:-onnxruntime,openvino,ncnn,pytorch}"
