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
kept=$(mktemp -d "${TMPDIR:-/tmp}/glioview-window.XXXXXX")
started=()
finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    echo "pictures and messages: $kept"
}
trap finish EXIT

# A display of its own; Xvfb picks a free number and writes it once it serves.
mkfifo "$kept/display"
Xvfb -displayfd 3 -screen 0 1400x900x24 -nolisten tcp 3>"$kept/display" >"$kept/xvfb.log" 2>&1 &
started+=($!)
read -r -t 30 number <"$kept/display" || { echo "Xvfb did not start:"; cat "$kept/xvfb.log"; exit 1; }
export DISPLAY=":$number"
unset WAYLAND_DISPLAY WAYLAND_SOCKET
# Without a window manager winit drops every key.
openbox >"$kept/openbox.log" 2>&1 &
started+=($!)

# A folder to drop: the sample mirrored, so that its mask must appear on the other side.
mkdir "$kept/mirrored"
convert assets/sample.tif -flop "PNG24:$kept/mirrored/slice_%02d.png"

export GLIOVIEW_HOME="$kept/home"
# The system's own Python: python3-xlib is installed for it.
/usr/bin/python3 tests/xvfb/drive.py --program "$program" --drop "$kept/mirrored" --kept "$kept" "${@:2}"
