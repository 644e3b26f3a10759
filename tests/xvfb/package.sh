#!/usr/bin/env bash
# Installs a Debian package of the program, starts it from its menu entry, and opens a file by its association. Needs
# root, and gtk-launch and gio (libgtk-3-bin, libglib2.0-bin). Not part of .ci/run: it changes the machine.
#
#     cargo deb && bash tests/xvfb/package.sh target/debian/glioview_*.deb
set -euo pipefail
package=$(realpath "$1")
cd "$(dirname "$0")/../.."
apt-get install -y -q --no-install-recommends desktop-file-utils "$package"
desktop-file-validate /usr/share/applications/glioview.desktop
source tests/xvfb/display.sh
export XDG_CONFIG_HOME="$kept/config"

# As its close button does.
close='from Xlib.display import Display; from screen import Window; Window.find(Display(), "Glioview").close()'

# Waits for the window of the program that was just started and prints that program's arguments.
arguments_of_window() {
    local window pid
    window=$(timeout 60 xdotool search --sync --onlyvisible --name '^Glioview$' | head -n 1)
    pid=$(xdotool getwindowpid "$window")
    tr '\0' ' ' <"/proc/$pid/cmdline"
    sleep 5
    import -window root "$kept/$1.png"
    PYTHONPATH=tests/xvfb /usr/bin/python3 -c "$close"
    # Nobody may wait for a program that another one launched: an ended one stays as a name without arguments.
    for _ in $(seq 100); do
        [[ -n $(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline") ]] || return 0
        sleep 0.2
    done
    echo "does not end when its window is closed" >&2
    return 1
}

gtk-launch glioview
said=$(arguments_of_window menu)
echo "from the menu: $said"
[[ $said == *glioview* ]]

file=$PWD/assets/sample.tif
for kind in image/png image/jpeg image/tiff image/bmp image/webp inode/directory; do
    programs=$(gio mime "$kind")
    [[ $programs == *glioview.desktop* ]] || { echo "$kind is not associated"; exit 1; }
done
gio mime image/tiff glioview.desktop
gio open "$file"
said=$(arguments_of_window association)
echo "by association: $said"
[[ $said == *"$file"* ]]
echo "the package works"
