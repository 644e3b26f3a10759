# Sourced by the scripts beside it: a display of its own with a window manager, and a folder for what is kept. Not for
# checking anything.

kept=$(mktemp -d "${TMPDIR:-/tmp}/glioview-window.XXXXXX")
started=()
finish() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    echo "pictures and messages: $kept"
}
trap finish EXIT

# Xvfb picks a free number and writes it once it serves.
mkfifo "$kept/display"
Xvfb -displayfd 3 -screen 0 1400x900x24 -nolisten tcp 3>"$kept/display" >"$kept/xvfb.log" 2>&1 &
started+=($!)
read -r -t 30 number <"$kept/display" || { echo "Xvfb did not start:"; cat "$kept/xvfb.log"; exit 1; }
export DISPLAY=":$number"
unset WAYLAND_DISPLAY WAYLAND_SOCKET
# Without a window manager winit drops every key.
openbox >"$kept/openbox.log" 2>&1 &
started+=($!)
export GLIOVIEW_HOME="$kept/home"
