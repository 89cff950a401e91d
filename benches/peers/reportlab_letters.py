"""Takes the work's folder; gives one letter on A4 for each addressee, set with ReportLab's paragraphs."""

import json
import sys
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

folder = Path(sys.argv[1])
for name, file in (("Serif", "NotoSerif-Regular"), ("Sans", "NotoSans-Regular")):
    pdfmetrics.registerFont(TTFont(name, folder.parent / "fonts" / f"{file}.ttf"))
serif = ParagraphStyle("serif", fontName="Serif", fontSize=11, leading=15.2, spaceAfter=9)
small = ParagraphStyle("small", fontName="Sans", fontSize=6.6, leading=9)
width, height = A4
canvas = Canvas(str(folder / "reportlab.pdf"), pagesize=A4)


def lines(size, x, y, texts):
    text = canvas.beginText(x * mm, height - y * mm)
    text.setFont("Sans", size, size * 1.4)
    text.textLines("\n".join(texts))
    canvas.drawText(text)


for a in json.loads((folder / "work.json").read_text(encoding="utf-8"))["addressees"]:
    lines(9, 145, 20, ["Anna Sender", "5 Hill Road", "DUBLIN", "D01 F5P2", "IRELAND"])
    address = [a["name"], a["office"], a["street"], f"{a['postcode']} {a['city'].upper()} {a['region']}", a["country_name"].upper()]
    lines(10, 25, 50, address)
    y = height - 80 * mm
    for text in ("21 November 2026", a["salutation"], *a["letter"].split("\n\n"), "Yours sincerely,"):
        paragraph = Paragraph(text, serif)
        _, used = paragraph.wrap(width - 50 * mm, y)
        paragraph.drawOn(canvas, 25 * mm, y - used)
        y -= used + serif.spaceAfter
    y -= 18 * mm
    canvas.setLineWidth(0.4)
    canvas.line(25 * mm, y, 85 * mm, y)
    lines(7, 25, (height - y) / mm + 4, ["Name, town, country"])
    canvas.line(25 * mm, 20 * mm, width - 25 * mm, 20 * mm)
    foot = Paragraph("A sample, not a form. Letters in your own hand and words count most. Keep to one page, to the facts on the case "
                     "sheet and to a friendly tone.<br/>Mass Example · Post before 31 January 2099", small)
    _, used = foot.wrap(width - 65 * mm, 20 * mm)
    foot.drawOn(canvas, 25 * mm, 18 * mm - used)
    canvas.showPage()
canvas.save()
