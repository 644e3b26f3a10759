#!/usr/bin/env bash
# The real program in a real window under Xvfb: first start opens the sample by itself, the mask appears over it, a
# dropped folder replaces it, closing ends it. Not for what tests/ can ask without a display.
#
#     bash tests/xvfb/run.sh [PROGRAM]
#
# Leaves its pictures and the program's standard error in a folder that it names at the end.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-${CARGO_TARGET_DIR:-target}/debug/glioview}
source tests/xvfb/display.sh

# A folder to drop: the sample mirrored, so that its mask must appear on the other side.
mkdir "$kept/mirrored"
convert assets/sample.tif -flop "PNG24:$kept/mirrored/slice_%02d.png"

# The system's own Python: python3-xlib is installed for it.
/usr/bin/python3 tests/xvfb/drive.py --program "$program" --drop "$kept/mirrored" --kept "$kept" "${@:2}"
