"""Draws the pictures and packs the workbook parts of this corpus; needs Pillow. All of it is invented.

    python3 fuzz/corpus/make.py
"""

import io
import struct
from pathlib import Path

from PIL import Image, ImageCms

HERE = Path(__file__).parent


def face(mode, size=(24, 18)):
    """A drawn head on a slope of colours."""
    image = Image.new("RGB", size)
    for x in range(size[0]):
        for y in range(size[1]):
            head = (x - size[0] / 2) ** 2 + (y - size[1] / 2) ** 2 < 30
            image.putpixel((x, y), (240, 190, 150) if head else (x * 9 % 256, y * 13 % 256, 90))
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(size))
        return image
    if mode == "I;16":
        return image.convert("L").convert("I").point(lambda n: n * 257).convert("I;16")
    return image.convert(mode)


def save(name, mode, **how):
    face(mode).save(HERE / "picture" / name, **how)


def pictures():
    (HERE / "picture").mkdir(exist_ok=True)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    save("baseline.jpg", "RGB", quality=60)
    save("upright-by-tag.jpg", "RGB", quality=60, exif=exif)
    save("progressive.jpg", "RGB", quality=60, progressive=True)
    save("grey.jpg", "L", quality=60)
    save("profile.jpg", "RGB", quality=60, icc_profile=srgb)
    save("inks.jpg", "CMYK", quality=60)
    save("restarts.jpg", "RGB", quality=60, restart_marker_blocks=1)
    save("colours.png", "RGB")
    save("palette.png", "P")
    save("bits.png", "1")
    save("clear.png", "RGBA")
    save("deep.png", "I;16")
    save("profile.png", "RGB", icc_profile=srgb)
    save("palette.gif", "P")
    save("lossy.webp", "RGB", quality=50)
    save("lossless.webp", "RGBA", lossless=True)
    save("plain.tif", "RGB")
    save("packed.tif", "RGB", compression="tiff_lzw")
    save("deflated.tif", "L", compression="tiff_deflate")
    save("inks.tif", "CMYK")
    save("colours.bmp", "RGB")
    save("palette.bmp", "P")
    frames = [face("P"), face("P").rotate(90)]
    frames[0].save(HERE / "picture" / "moving.gif", save_all=True, append_images=frames[1:])
    # A PNG that says it is 100,000 by 100,000 pixels.
    png = io.BytesIO()
    face("1").save(png, "PNG")
    data = bytearray(png.getvalue())
    data[16:24] = struct.pack(">II", 100_000, 100_000)
    (HERE / "picture" / "says-it-is-huge.png").write_bytes(data)


NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbooks():
    """The sheet, a NUL, the shared strings: the fuzz target packs them."""

    def parts(name, rows, strings=""):
        sheet = f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>"
        shared = f"<sst {NAMESPACE}>{strings}</sst>"
        (HERE / "workbook" / name).write_bytes(sheet.encode() + b"\0" + shared.encode())

    parts(
        "shared.parts",
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
        '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>42.5</v></c></row>',
        "<si><t>name</t></si><si><t>postcode</t></si><si><r><t>Ala </t></r><r><t>Example</t></r></si>",
    )
    parts(
        "kinds.parts",
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a "b", c</t></is></c><c r="B1" t="b"><v>1</v></c>'
        '<c r="C1" t="e"><v>#N/A</v></c><c r="D1" t="str"><f>A1</f><v>x&#10;y</v></c></row>'
        '<row r="9"><c r="ZZ9"><v>1e300</v></c><c r="B9" t="d"><v>2026-12-10</v></c></row>',
    )
    parts("disordered.parts", '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>3</v></c></row>')
    parts("far.parts", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    parts("unplaced.parts", '<row><c t="s"><v>7</v></c><c><v></v></c></row>', "<si/>")


pictures()
workbooks()
