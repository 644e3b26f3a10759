"""A drag source for X11: drops files on a window as a file manager does (XDND, version 5). Not for checking what the
window makes of them.

*Source*: "Drag-and-Drop Protocol for the X Window System", freedesktop.org.
"""

import time
from urllib.parse import quote

from Xlib import X, Xatom
from Xlib.protocol import event

VERSION = 5


class Refused(Exception):
    """The window does not take the drop, or does not answer."""


def drop(display, window, x, y, paths, wait_secs=20):
    """Drops `paths` (absolute) on `window` at the point `x`, `y` of the root window."""
    source = Source(display, paths)
    try:
        source.enter(window)
        source.move(window, x, y)
        source.answer(window, "XdndStatus", wait_secs)
        source.release(window)
        source.answer(window, "XdndFinished", wait_secs)
    finally:
        source.window.destroy()
        display.flush()


class Source:
    """The window that owns the dragged data."""

    def __init__(self, display, paths):
        self.display = display
        self.data = "".join(f"file://{quote(str(path))}\r\n" for path in paths).encode()
        root = display.screen().root
        self.window = root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent)
        self.window.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)

    def atom(self, name):
        return self.display.intern_atom(name)

    def send(self, window, name, data):
        message = event.ClientMessage(window=window, client_type=self.atom(name), data=(32, data))
        window.send_event(message, event_mask=0)
        self.display.flush()

    def enter(self, window):
        aware = window.get_full_property(self.atom("XdndAware"), X.AnyPropertyType)
        if aware is None:
            raise Refused("the window takes no drops (no XdndAware)")
        version = min(VERSION, aware.value[0])
        self.send(window, "XdndEnter", [self.window.id, version << 24, self.atom("text/uri-list"), 0, 0])

    def move(self, window, x, y):
        position = [self.window.id, 0, (x << 16) | y, X.CurrentTime, self.atom("XdndActionCopy")]
        self.send(window, "XdndPosition", position)

    def release(self, window):
        self.send(window, "XdndDrop", [self.window.id, 0, X.CurrentTime, 0, 0])

    def answer(self, window, name, wait_secs):
        """Hands out the data until the window answers with `name`."""
        until = time.monotonic() + wait_secs
        while time.monotonic() < until:
            while self.display.pending_events():
                found = self.display.next_event()
                if found.type == X.SelectionRequest:
                    self.hand_out(found)
                if found.type == X.ClientMessage and found.client_type == self.atom(name):
                    if name == "XdndStatus" and not found.data[1][1] & 1:
                        raise Refused("the window refuses this drop")
                    return
            time.sleep(0.02)
        raise Refused(f"no {name} within {wait_secs} s")

    def hand_out(self, request):
        target = request.property or request.target
        if request.target == self.atom("TARGETS"):
            request.requestor.change_property(target, Xatom.ATOM, 32, [self.atom("text/uri-list")])
        else:
            request.requestor.change_property(target, request.target, 8, self.data)
        notify = event.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=target,
        )
        request.requestor.send_event(notify)
        self.display.flush()
