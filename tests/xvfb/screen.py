"""The window as a user has it before him: its place, its pixels, keys into it, closing it. Not for drops (`xdnd`) and
not for judging what is seen (`drive`)."""

import struct
import zlib

from Xlib import X, XK
from Xlib.ext import xtest
from Xlib.protocol import event


class Picture:
    """What a window showed, as rows of (red, green, blue)."""

    def __init__(self, width, height, bgrx):
        self.width, self.height, self.bgrx = width, height, bgrx

    def at(self, x, y):
        start = 4 * (y * self.width + x)
        blue, green, red = self.bgrx[start : start + 3]
        return red, green, blue

    def points(self, box, accept):
        """The points of `box` (left, top, right, bottom as shares of the window) whose color `accept` takes."""
        left, top, right, bottom = box
        columns = range(int(left * self.width), int(right * self.width))
        rows = range(int(top * self.height), int(bottom * self.height))
        return [(x, y) for y in rows for x in columns if accept(*self.at(x, y))]

    def save(self, path):
        """As PNG, without any library."""
        lines = b"".join(
            b"\0" + bytes(v for x in range(self.width) for v in self.at(x, y)) for y in range(self.height)
        )

        def chunk(kind, data):
            body = kind + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
            file.write(chunk(b"IDAT", zlib.compress(lines, 6)) + chunk(b"IEND", b""))


class Window:
    """A window of another program."""

    def __init__(self, display, window):
        self.display, self.window = display, window

    @classmethod
    def find(cls, display, title):
        """The window that bears `title`, or None."""
        waiting = [display.screen().root]
        while waiting:
            window = waiting.pop()
            try:
                if window.get_wm_name() == title and window.get_attributes().map_state == X.IsViewable:
                    return cls(display, window)
                waiting.extend(window.query_tree().children)
            except Exception:  # a window that went away meanwhile
                continue
        return None

    def place(self):
        """Left, top, width, height on the root window."""
        size = self.window.get_geometry()
        corner = self.window.translate_coords(self.display.screen().root, 0, 0)
        return -corner.x, -corner.y, size.width, size.height

    def picture(self):
        """What it shows now, window manager's frame left out."""
        left, top, width, height = self.place()
        root = self.display.screen().root
        screen = root.get_geometry()
        width, height = min(width, screen.width - left), min(height, screen.height - top)
        image = root.get_image(left, top, width, height, X.ZPixmap, 0xFFFFFFFF)
        return Picture(width, height, bytes(image.data))

    def press(self, name):
        """One key, as from a keyboard."""
        self.window.set_input_focus(X.RevertToParent, X.CurrentTime)
        code = self.display.keysym_to_keycode(XK.string_to_keysym(name))
        xtest.fake_input(self.display, X.KeyPress, code)
        xtest.fake_input(self.display, X.KeyRelease, code)
        self.display.sync()

    def close(self):
        """As its close button does."""
        atom = self.display.intern_atom
        data = (32, [atom("WM_DELETE_WINDOW"), X.CurrentTime, 0, 0, 0])
        message = event.ClientMessage(window=self.window, client_type=atom("WM_PROTOCOLS"), data=data)
        self.window.send_event(message, event_mask=0)
        self.display.flush()
