#!/usr/bin/env python3
"""Draws Glioview's icon: a head seen from below, its brain, and one outlined region in the color of the model's masks.

Needs Pillow. Writes beside itself: icon.svg, icon-256.png, icon-48.png, icon.ico (Windows), icon.icns (macOS).
Not for pictures inside the program: those are drawn by it.

    python3 assets/make_icon.py
"""

import math
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent
SIZE = 1024  # the drawing's own units; everything below is given in them
OVERSAMPLING = 2

GROUND = "#14171A"
SCALP = "#98A2AC"
BRAIN = "#4A525A"
FURROW = "#2A3036"
MASK = "#E69F00"  # the program's color for the model's outline
MASK_FILL = "#816D3B"  # 35 % of it over the brain


def rounded_square():
    """The ground: margin, side and corner radius."""
    return 40, SIZE - 80, 210


def ellipse(center, radii, steps=180):
    """Points of an ellipse."""
    angles = (2 * math.pi * i / steps for i in range(steps))
    return [(center[0] + radii[0] * math.cos(a), center[1] + radii[1] * math.sin(a)) for a in angles]


def lobulated(center, radius, steps=180):
    """Points of a region with three soft lobes."""
    angles = (2 * math.pi * i / steps for i in range(steps))
    grown = ((a, radius * (1 + 0.13 * math.cos(3 * a + 0.6) + 0.06 * math.cos(2 * a))) for a in angles)
    return [(center[0] + r * math.cos(a), center[1] + r * math.sin(a)) for a, r in grown]


HEAD = ellipse((512, 512), (322, 384))
BRAIN_EDGE = ellipse((512, 512), (250, 310))
REGION = lobulated((604, 440), 118)


def svg():
    margin, side, radius = rounded_square()

    def path(points):
        return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points) + " Z"

    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">
<title>Glioview</title>
<rect x="{margin}" y="{margin}" width="{side}" height="{side}" rx="{radius}" fill="{GROUND}"/>
<path d="{path(HEAD)}" fill="none" stroke="{SCALP}" stroke-width="34"/>
<path d="{path(BRAIN_EDGE)}" fill="{BRAIN}"/>
<path d="M512,214 L512,810" stroke="{FURROW}" stroke-width="22" stroke-linecap="round"/>
<path d="{path(REGION)}" fill="{MASK_FILL}" stroke="{MASK}" stroke-width="40" stroke-linejoin="round"/>
</svg>
"""


def picture():
    """The same drawing in pixels."""
    scale = OVERSAMPLING
    image = Image.new("RGBA", (SIZE * scale, SIZE * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def scaled(points):
        return [(x * scale, y * scale) for x, y in points]

    def closed(points, width, color):
        # Discs along the line: Pillow's own joints leave notches.
        reach = width * scale / 2
        draw.line(scaled(points + points[:1]), fill=color, width=width * scale)
        for x, y in scaled(points):
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=color)

    margin, side, radius = rounded_square()
    corner = [margin * scale, margin * scale, (margin + side) * scale, (margin + side) * scale]
    draw.rounded_rectangle(corner, radius * scale, fill=GROUND)
    closed(HEAD, 34, SCALP)
    draw.polygon(scaled(BRAIN_EDGE), fill=BRAIN)
    draw.line(scaled([(512, 214), (512, 810)]), fill=FURROW, width=22 * scale)
    draw.polygon(scaled(REGION), fill=MASK_FILL)
    closed(REGION, 40, MASK)
    return image.resize((SIZE, SIZE), Image.LANCZOS)


def main():
    (FOLDER / "icon.svg").write_text(svg(), encoding="utf-8")
    image = picture()
    for size in (256, 48):
        image.resize((size, size), Image.LANCZOS).save(FOLDER / f"icon-{size}.png", optimize=True)
    image.save(FOLDER / "icon.ico", sizes=[(16, 16), (32, 32), (48, 48), (256, 256)])
    image.save(FOLDER / "icon.icns")


if __name__ == "__main__":
    main()
