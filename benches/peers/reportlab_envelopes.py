"""Takes the work's folder; gives one C5 envelope for each addressee, drawn with ReportLab."""

import json
import sys
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

folder = Path(sys.argv[1])
pdfmetrics.registerFont(TTFont("Noto", folder.parent / "fonts" / "NotoSans-Regular.ttf"))
canvas = Canvas(str(folder / "reportlab.pdf"), pagesize=(229 * mm, 162 * mm))
for a in json.loads((folder / "work.json").read_text(encoding="utf-8"))["addressees"]:
    for size, x, y, lines in (
        (8.4, 12, 11, ["Anna Sender", "5 Hill Road", "DUBLIN", "D01 F5P2", "IRELAND"]),
        (12, 104, 72, [a["name"], a["office"], a["street"], f"{a['postcode']} {a['city'].upper()}", a["country_name"].upper()]),
    ):
        text = canvas.beginText(x * mm, (162 - y) * mm)
        text.setFont("Noto", size, size * 1.4)
        text.textLines("\n".join(lines))
        canvas.drawText(text)
    canvas.showPage()
canvas.save()
