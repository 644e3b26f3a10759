"""Starts the program on a display, looks at it and drives it as a user would; ends with 1 and a reason where it does
not do what it must. Not for starting the display (`run.sh`).

Everything is judged from the pixels of the window: what a user cannot see does not count.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from Xlib.display import Display

from screen import Window
from xdnd import drop

# The model's outline, #E69F00, with room for antialiasing and for the light of the scan under a fill.
MASK = (230, 159, 0)
TOLERANCE = 40
# The canvas between the study panel, the slice strip and the right panel, as shares of the window: narrower than it is,
# so that no thumbnail, strip cell or swatch is counted.
CANVAS = (0.20, 0.12, 0.70, 0.90)
# An outline of a lesion some 50 to 80 scan pixels wide, drawn 1 to 3 times as large, 1 to 2 points thick.
MASK_PIXELS = range(150, 20_000)
# The status bar's right part, where the research-use line stands.
STATUS_LINE = (0.5, 0.962, 1.0, 1.0)
TEXT_PIXELS = 300

WINDOW_SECS = 60
MASK_SECS = 240
CLOSE_SECS = 20
# A progress bar moves at least this often while slices are read.
SETTLED_SECS = 3
# Drawing at 60 frames a second takes most of a core in software; a frame now and then takes nothing to speak of.
IDLE_SECS = 4
IDLE_SHARE = 0.05


class Wrong(Exception):
    """The program does not do what it must."""


def is_mask(red, green, blue):
    return all(abs(found - wanted) <= TOLERANCE for found, wanted in zip((red, green, blue), MASK))


def is_text(red, green, blue):
    return min(red, green, blue) > 110


def wait_for(what, secs, ask):
    """What `ask` gives once it is neither None nor False, and how long that took."""
    started = time.monotonic()
    while time.monotonic() - started < secs:
        found = ask()
        if found:
            return found, time.monotonic() - started
        time.sleep(0.25)
    raise Wrong(f"no {what} within {secs} s")


class Run:
    """One start of the program."""

    def __init__(self, options):
        self.kept = Path(options.kept)
        self.display = Display()
        self.errors = open(self.kept / "stderr.txt", "w+", encoding="utf-8")
        self.process = subprocess.Popen([options.program], stdin=subprocess.DEVNULL, stderr=self.errors)
        self.patience = options.patience
        self.window = None

    def find_window(self):
        if self.process.poll() is not None:
            raise Wrong(f"the program ended with {self.process.returncode} instead of opening a window: {self.said()}")
        self.window = Window.find(self.display, "Glioview")
        return self.window

    def said(self):
        return (self.kept / "stderr.txt").read_text(encoding="utf-8").strip()

    def keep(self, name):
        picture = self.window.picture()
        picture.save(self.kept / name)
        return picture

    def mask_points(self):
        """The outline's pixels on the widest slice of the finding, or None while there are too few."""
        self.window.press("l")
        time.sleep(0.5)
        points = self.window.picture().points(CANVAS, is_mask)
        return points if len(points) >= MASK_PIXELS.start else None

    def is_settled(self):
        """Whether nothing on screen moved for a while: the analysis is at its end."""
        before = self.window.picture().bgrx
        time.sleep(SETTLED_SECS)
        return self.window.picture().bgrx == before

    def cpu_secs(self):
        """Processor time that the program has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def side(self, points):
        """Where the outline lies between the canvas' left and right edge, 0 to 1."""
        _, _, width, _ = self.window.place()
        left, right = CANVAS[0] * width, CANVAS[2] * width
        return (sum(x for x, _ in points) / len(points) - left) / (right - left)


def check_sample(run):
    """The first start opens the sample by itself, and its mask appears."""
    _, secs = wait_for("mask over the sample", run.patience, run.mask_points)
    print(f"first mask over the sample after {secs:.1f} s")
    _, secs = wait_for("end of the analysis", run.patience, run.is_settled)
    points, _ = wait_for("mask on the widest slice", WINDOW_SECS, run.mask_points)
    picture = run.keep("sample.png")
    print(f"analysis at its end {secs:.1f} s later: {len(points)} pixels, side {run.side(points):.2f}")
    if len(points) not in MASK_PIXELS:
        raise Wrong(f"{len(points)} mask-colored pixels on the canvas, expected {MASK_PIXELS}")
    text = len(picture.points(STATUS_LINE, is_text))
    if text < TEXT_PIXELS:
        raise Wrong(f"no research-use line in the status bar: {text} bright pixels, expected {TEXT_PIXELS} at least")
    return run.side(points)


def check_idle(run):
    """A window in which nothing happens costs nothing."""
    before = run.cpu_secs()
    time.sleep(IDLE_SECS)
    share = (run.cpu_secs() - before) / IDLE_SECS
    print(f"idle window: {100 * share:.1f} % of a core")
    if share > IDLE_SHARE:
        raise Wrong(f"the idle window takes {100 * share:.1f} % of a core, at most {100 * IDLE_SHARE:.0f} % is allowed")


def check_drop(run, folder, before):
    """A folder dropped from another program opens, and its mirrored lesion is found on the other side."""
    left, top, width, height = run.window.place()
    drop(run.display, run.window.window, left + width // 2, top + height // 2, [Path(folder).resolve()])

    def mirrored():
        points = run.mask_points()
        return points if points and (run.side(points) - 0.5) * (before - 0.5) < 0 else None

    points, secs = wait_for("mask on the other side after the drop", run.patience, mirrored)
    run.keep("dropped.png")
    print(f"mask over the dropped folder after {secs:.1f} s: {len(points)} pixels, side {run.side(points):.2f}")


def check_close(run):
    """Closing the window ends the program, at once and without a word."""
    run.window.close()
    _, secs = wait_for("end after closing the window", CLOSE_SECS, lambda: run.process.poll() is not None)
    print(f"closed after {secs:.1f} s with {run.process.returncode}")
    if run.process.returncode != 0:
        raise Wrong(f"the program ended with {run.process.returncode}")
    if "bug stopped" in run.said() or "panicked" in run.said():
        raise Wrong(f"a panic while the window was open: {run.said()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--drop", required=True, help="folder with the mirrored sample")
    parser.add_argument("--kept", required=True, help="folder for pictures and messages")
    parser.add_argument("--patience", type=float, default=MASK_SECS, help="seconds to wait for a mask")
    options = parser.parse_args()
    run = Run(options)
    try:
        _, secs = wait_for("window", WINDOW_SECS, run.find_window)
        print(f"window after {secs:.1f} s")
        side = check_sample(run)
        check_idle(run)
        check_drop(run, options.drop, side)
        check_close(run)
    except Exception as error:
        if run.window and run.process.poll() is None:
            run.keep("failed.png")
        print(f"WRONG: {error}\nstandard error of the program: {run.said() or 'empty'}", file=sys.stderr)
        return 1
    finally:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
