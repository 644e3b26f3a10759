#!/usr/bin/env bash
# The benchmarks of a training, all in one run on a quiet machine:
#
#   tests/bench/training.sh DATA [ROUNDS]        default 3
#
# DATA is a folder of patient folders with X.tif and X_mask.tif. A U-Net 16 at 128 pixels, batch 8, on the CPU. Prints:
#   epoch_secs …       one epoch of ours, with the share of it in which the net waits for data, and the peak of memory
#   torch_epoch_secs … the same steps in PyTorch; ours and PyTorch's take turns, ROUNDS times
#   terminal_… window_… seconds of each epoch in the terminal's loop and beside a window that draws 60 frames a second
#   frame_ms_… p50 p99 layout and tessellation of the Train view during a training, with 1,000 and 100,000 points
#   stop_ms …          from the click on Stop to stopped, at five places of an epoch
#   analysis_…         a patient's analysis alone, beside a training, and beside one that gives way to nobody
# and the survey of DATA and of 10,000 made slices (with SURVEY=100000 of so many), as survey.rs says.
# PYTHON names an interpreter that has torch, numpy and Pillow; without one PyTorch is left out, and that is said.
# THREADS (default 2) threads on either side.
set -euo pipefail
data=$(realpath "${1:?usage: tests/bench/training.sh DATA [ROUNDS]}")
rounds="${2:-3}"
threads="${THREADS:-2}"
cd "$(dirname "$0")/../.."
export RAYON_NUM_THREADS="$threads" OMP_NUM_THREADS="$threads"
built() {
    cargo bench --quiet --bench "$1" --no-run --message-format=json |
        sed -n "s/.*\"executable\":\"\([^\"]*\/$1-[^\"]*\)\".*/\1/p" | tail -n 1
}
training=$(built training)
survey=$(built survey)
python="${PYTHON:-python3}"
has_torch=$("$python" -c 'import torch, numpy, PIL' 2>/dev/null && echo yes || echo no)
[ "$has_torch" = yes ] || echo "PyTorch is left out: $python has no torch, numpy and Pillow"
for _ in $(seq "$rounds"); do
    line=$("$training" epoch "$data")
    echo "$line"
    if [ "$has_torch" = yes ]; then
        steps=$(echo "$line" | sed 's/.* steps \([0-9]*\) .*/\1/')
        "$python" tests/bench/training.py "$data" 128 8 "$steps" "$threads"
    fi
done
for _ in $(seq "$rounds"); do
    "$training" terminal "$data"
    "$training" window "$data"
done
"$training" frames "$data" 1000
"$training" frames "$data" 100000
"$training" stop "$data"
"$training" analysis "$data"
echo "survey: slices patients secs cpu_secs peak_mb warnings leaking"
"$survey" "$data"
"$survey" "${SURVEY:-10000}" 256
