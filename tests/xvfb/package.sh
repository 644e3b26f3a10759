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

# Waits for the window of the program that was just started and prints that program's arguments.
arguments_of_window() {
    local window pid
    window=$(timeout 60 xdotool search --sync --onlyvisible --name '^Glioview$' | head -n 1)
    pid=$(xdotool getwindowpid "$window")
    tr '\0' ' ' <"/proc/$pid/cmdline"
    sleep 5
    import -window root "$kept/$1.png"
    xdotool windowclose "$window"
    timeout 20 tail --pid="$pid" -f /dev/null
}

gtk-launch glioview
said=$(arguments_of_window menu)
echo "from the menu: $said"
[[ $said == *glioview* ]]

file=$PWD/assets/sample.tif
for kind in image/png image/jpeg image/tiff image/bmp image/webp inode/directory; do
    gio mime "$kind" | grep -q glioview.desktop || { echo "$kind is not associated"; exit 1; }
done
gio mime image/tiff glioview.desktop
gio open "$file"
said=$(arguments_of_window association)
echo "by association: $said"
[[ $said == *"$file"* ]]
echo "the package works"
