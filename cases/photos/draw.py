#!/usr/bin/env python3
"""Draws the portraits of the sample kit and its logo: flat shapes, nobody's likeness. Needs Pillow.

    python3 draw.py        writes one JPEG for each case beside this file, and ../logo.png
"""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
WIDTH, HEIGHT = 900, 1130
SMOOTH = 3  # drawn this much larger, then scaled down
INK = "#2b2422"


@dataclass
class Person:
    skin: str
    hair: str
    clothes: str
    style: str = "short"  # short | long | bun | bald | scarf | straw | conical | cap
    scarf: str = ""
    beard: str = ""  # "" | full | moustache | stubble
    glasses: bool = False
    headphones: bool = False
    nose_ring: bool = False
    collar: str = "round"  # round | shirt | sari
    wrinkles: bool = False
    mouth: float = 0.10  # how far the smile curves, in head widths


def shade(colour: str, by: float) -> str:
    """The colour, darker (by < 1) or lighter."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{max(0, min(255, round(p * by))):02x}" for p in parts)


class Brush:
    """Draws one person: x and y in head widths from the middle of the face."""

    def __init__(self, draw, x, y, head):
        self.draw, self.x, self.y, self.head = draw, x, y, head

    def at(self, x, y):
        return self.x + x * self.head, self.y + y * self.head

    def ellipse(self, x, y, rx, ry, fill):
        self.draw.ellipse([*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)], fill=fill)

    def rounded(self, left, top, right, bottom, radius, fill):
        box = [*self.at(left, top), *self.at(right, bottom)]
        self.draw.rounded_rectangle(box, radius=radius * self.head, fill=fill)

    def polygon(self, points, fill):
        self.draw.polygon([self.at(*p) for p in points], fill=fill)

    def arc(self, x, y, rx, ry, start, end, width, fill):
        box = [*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)]
        self.draw.arc(box, start, end, fill=fill, width=max(1, round(width * self.head)))

    def line(self, points, width, fill):
        self.draw.line([self.at(*p) for p in points], fill=fill, width=max(1, round(width * self.head)))


def behind(b: Brush, p: Person):
    """What lies behind the face: hair and scarves."""
    if p.style == "long":
        b.rounded(-0.66, -0.82, 0.66, 1.05, 0.62, p.hair)
    elif p.style == "bun":
        b.ellipse(0, -0.92, 0.27, 0.24, p.hair)
        b.ellipse(0, -0.12, 0.60, 0.68, p.hair)
    elif p.style == "scarf":
        b.ellipse(0, -0.02, 0.72, 0.86, p.scarf)
        b.rounded(-0.70, 0.0, 0.70, 1.1, 0.35, p.scarf)
    elif p.style == "conical":
        b.rounded(-0.58, -0.5, 0.58, 0.95, 0.4, p.hair)


def body(b: Brush, p: Person):
    b.rounded(-1.32, 1.0, 1.32, 4.0, 0.62, p.clothes)
    if p.style != "scarf":
        b.rounded(-0.25, 0.45, 0.25, 1.12, 0.2, shade(p.skin, 0.86))
    if p.collar == "round" and p.style != "scarf":
        b.ellipse(0, 1.02, 0.38, 0.20, shade(p.skin, 0.86))
    elif p.collar == "shirt":
        b.polygon([(-0.26, 0.96), (0, 1.42), (0.26, 0.96)], shade(p.skin, 0.86))
        b.polygon([(-0.34, 0.90), (-0.50, 1.28), (-0.04, 1.40)], shade(p.clothes, 1.18))
        b.polygon([(0.34, 0.90), (0.50, 1.28), (0.04, 1.40)], shade(p.clothes, 1.18))
    elif p.collar == "sari":
        b.ellipse(0, 1.04, 0.44, 0.28, shade(p.skin, 0.86))
        b.polygon([(-0.62, 1.0), (-0.22, 1.0), (1.0, 4.0), (-1.0, 4.0)], shade(p.clothes, 0.80))
        b.line([(-0.22, 1.0), (1.0, 4.0)], 0.05, "#e0b03c")


def face(b: Brush, p: Person):
    if p.style != "scarf":
        for side in (-1, 1):
            b.ellipse(side * 0.52, 0.06, 0.10, 0.15, shade(p.skin, 0.92))
    b.ellipse(0, 0, 0.52, 0.66, p.skin)
    for side in (-1, 1):
        b.ellipse(side * 0.20, -0.02, 0.052, 0.062, INK)
        b.arc(side * 0.20, -0.10, 0.13, 0.10, 205, 335, 0.032, shade(p.hair, 0.8))
        b.ellipse(side * 0.31, 0.20, 0.09, 0.06, shade(p.skin, 0.94))
        if p.wrinkles:
            b.arc(side * 0.34, 0.0, 0.10, 0.10, 100 if side < 0 else 10, 170 if side < 0 else 80, 0.016, shade(p.skin, 0.75))
    b.arc(0.0, 0.10, 0.07, 0.11, 20, 160, 0.026, shade(p.skin, 0.72))
    if p.beard == "full":
        b.draw.pieslice([*b.at(-0.53, -0.46), *b.at(0.53, 0.80)], 8, 172, fill=p.hair)
        b.ellipse(0, 0.22, 0.33, 0.16, p.skin)
    elif p.beard == "stubble":
        b.draw.pieslice([*b.at(-0.52, -0.62), *b.at(0.52, 0.68)], 22, 158, fill=shade(p.skin, 0.78))
        b.ellipse(0, 0.20, 0.36, 0.16, p.skin)
    b.arc(0, 0.30, 0.20, p.mouth, 15, 165, 0.034, shade(p.skin, 0.52))
    if p.beard in ("full", "moustache"):
        b.rounded(-0.22, 0.235, 0.22, 0.315, 0.04, p.hair)
    if p.nose_ring:
        b.arc(-0.075, 0.15, 0.045, 0.045, 0, 360, 0.016, "#e0b03c")


def above(b: Brush, p: Person):
    """What lies over the brow: hair, hats, glasses."""
    if p.style in ("short", "long", "bun"):
        b.draw.pieslice([*b.at(-0.57, -0.80), *b.at(0.57, 0.36)], 184, 356, fill=p.hair)
        if p.style == "long":
            b.polygon([(-0.57, -0.24), (-0.40, -0.30), (-0.50, 0.10)], p.hair)
            b.polygon([(0.57, -0.24), (0.40, -0.30), (0.50, 0.10)], p.hair)
    elif p.style == "scarf":
        b.arc(0, 0.0, 0.62, 0.76, 150, 390, 0.14, p.scarf)
    elif p.style == "straw":
        b.rounded(-0.44, -0.98, 0.44, -0.30, 0.20, "#d9b86a")
        b.ellipse(0, -0.38, 0.92, 0.15, "#e6c981")
        b.rounded(-0.44, -0.56, 0.44, -0.44, 0.02, "#8a5a2b")
    elif p.style == "conical":
        b.polygon([(0, -1.02), (-1.0, -0.22), (1.0, -0.22)], "#e2cf9a")
        b.ellipse(0, -0.22, 1.0, 0.10, "#cdb77c")
    elif p.style == "cap":
        b.draw.pieslice([*b.at(-0.58, -0.86), *b.at(0.58, 0.30)], 180, 360, fill=p.scarf)
        b.rounded(-0.60, -0.40, 0.60, -0.20, 0.06, shade(p.scarf, 0.78))
    if p.glasses:
        for side in (-1, 1):
            b.arc(side * 0.21, 0.0, 0.155, 0.145, 0, 360, 0.026, INK)
        b.line([(-0.06, -0.02), (0.06, -0.02)], 0.026, INK)
    if p.headphones:
        b.arc(0, 0.98, 0.50, 0.42, 20, 160, 0.09, INK)
        for side in (-1, 1):
            b.rounded(side * 0.47 - 0.12, 0.86, side * 0.47 + 0.12, 1.22, 0.10, INK)


def draw_person(draw, x, y, head, person):
    b = Brush(draw, x, y, head)
    if person.style == "scarf":
        body(b, person)
        behind(b, person)
    else:
        behind(b, person)
        body(b, person)
    face(b, person)
    above(b, person)


def portrait(name: str, ground: str, *people):
    """Writes a picture: each of `people` is (x, y, head width, person), in parts of the picture's width."""
    image = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), ground)
    draw = ImageDraw.Draw(image)
    unit = WIDTH * SMOOTH
    for x, y, head, person in people:
        draw_person(draw, x * unit, y * unit, head * unit, person)
    image = image.resize((WIDTH, HEIGHT), Image.LANCZOS)
    image.save(HERE / f"{name}.jpg", quality=82, optimize=True)


def alone(name: str, ground: str, person: Person):
    portrait(name, ground, (0.5, 0.53, 0.41, person))


def logo():
    """A sealed envelope."""
    size = 600 * SMOOTH
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    u = size / 100
    ink = "#141414"
    draw.rounded_rectangle([6 * u, 22 * u, 94 * u, 82 * u], radius=5 * u, fill=ink)
    draw.line([(10 * u, 27 * u), (50 * u, 58 * u), (90 * u, 27 * u)], fill="#ffffff", width=round(4 * u), joint="curve")
    draw.ellipse([36 * u, 40 * u, 64 * u, 68 * u], fill="#ffd400", outline=ink, width=round(3 * u))
    image.resize((600, 600), Image.LANCZOS).save(HERE.parent / "logo.png", optimize=True)


def main():
    alone("belarus-maryia", "#dcd7cd", Person("#e0b191", "#3a2a26", "#42546e", "long"))
    alone("egypt-amina", "#d6dcd3", Person("#c9926b", "#2b2020", "#3e4a44", "scarf", scarf="#4d7a5f"))
    alone("colombia-luis", "#dfe3cf", Person("#b97f57", "#f0ece4", "#7a8f5a", "straw", beard="moustache", wrinkles=True, collar="shirt"))
    alone("vietnam-mau", "#d3e0dc", Person("#dcae84", "#1f1a18", "#b5546a", "conical", mouth=0.16))
    alone("ethiopia-selam", "#e4d9c6", Person("#7c4f36", "#1b1412", "#c98a2d", "bun", headphones=True))
    alone("cameroon-jeanne", "#d5dde6", Person("#5f3b29", "#b9b4ae", "#8fb4cc", "short", collar="shirt", wrinkles=True))
    alone("china-li", "#dedad4", Person("#e3b98f", "#1c1a1a", "#c9cdd2", "short", glasses=True, collar="shirt", mouth=0.05))
    alone("india-asha", "#e6dcc8", Person("#96613f", "#1a1412", "#b5382f", "bun", nose_ring=True, collar="sari"))
    alone("russia-ivan", "#d3d7dc", Person("#e6bfa3", "#8f8c88", "#5a4a42", "cap", scarf="#3f5a52", beard="full", wrinkles=True))
    alone("us-marcus", "#d9d6d0", Person("#6d4530", "#1a1412", "#c7c9c6", "short", beard="stubble", collar="shirt"))
    portrait(
        "myanmar-library", "#d9cfbf",
        (0.30, 0.40, 0.21, Person("#c99768", "#a8a29a", "#6b5a7a", "bun", wrinkles=True)),
        (0.70, 0.42, 0.21, Person("#b98556", "#1b1716", "#2f5d50", "short", collar="shirt")),
        (0.24, 0.80, 0.22, Person("#d3a374", "#1d1816", "#b06a3a", "short", glasses=True)),
        (0.74, 0.82, 0.22, Person("#d8aa7c", "#201a18", "#3d5a80", "long")),
    )
    portrait(
        "uganda-five", "#d8dfd0",
        (0.22, 0.42, 0.17, Person("#6b4229", "#17110f", "#d0a12e", "short")),
        (0.50, 0.38, 0.17, Person("#5a3723", "#17110f", "#3f6b8c", "bun")),
        (0.78, 0.42, 0.17, Person("#744a30", "#17110f", "#7d8c3e", "short", glasses=True)),
        (0.34, 0.82, 0.19, Person("#633d27", "#17110f", "#a8453a", "bun")),
        (0.68, 0.83, 0.19, Person("#7a4e33", "#17110f", "#efe7d6", "short", beard="stubble", collar="shirt")),
    )
    logo()


if __name__ == "__main__":
    main()
