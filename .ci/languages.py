"""Takes the built makekit and the corpus of languages; lets poppler and pdfium read each language's page back, and
compares with what was written, in NFKC and with spaces evened. Fails where more is lost than docs/scripts.md says."""

import csv
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pypdfium2

MAKEKIT = Path(sys.argv[1]).resolve()
ROOT = Path(__file__).resolve().parent.parent
# Languages that a reader gives back wrong although the file is right; docs/scripts.md says why.
ALLOWED = {"poppler": 14, "pdfium": 28}
TEMPLATE = """+++
title = "Language"
per = "case"
stock = "paper"
+++
<html lang="{{ case.lang }}" dir="{{ case.dir }}"><head><style>@page { margin: 20mm; } p { margin: 0 0 4mm; }</style></head>
<body>{% for demand in case.demands %}<p>{{ demand }}</p>{% endfor %}</body></html>
"""


def evened(text):
    text = unicodedata.normalize("NFKC", text)
    # Marks of direction and joining carry no letter; readers drop or keep them as they like.
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    rows = list(csv.DictReader((ROOT / "tests" / "languages" / "languages.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
    with tempfile.TemporaryDirectory(prefix="makekit-languages-") as name:
        folder = Path(name)
        (folder / "cases").mkdir()
        (folder / "templates").mkdir()
        (folder / "templates" / "language.html").write_text(TEMPLATE, encoding="utf-8")
        (folder / "cases" / "kit.toml").write_text('title = "Languages"\nlang = "en"\n', encoding="utf-8")
        texts = []
        for number, row in enumerate(rows):
            pieces = []
            for column in ("name", "months", "countries"):
                text = (row.get(column) or "").replace(" | ", ", ").strip()
                if text:
                    pieces.append(text)
            if not pieces:
                continue
            texts.append((row["tag"], pieces))
            (folder / "cases" / f"l{len(texts):04}.toml").write_text(
                f'name = "L"\ncountry = "PL"\nlang = {quoted(row["tag"])}\nsummary = "S"\ndemands = [{", ".join(map(quoted, pieces))}]\n',
                encoding="utf-8")
        pdf = folder / "languages.pdf"
        done = subprocess.run([MAKEKIT, "--cases", folder / "cases", "--templates", folder / "templates", "--only", "language",
                               "--out", pdf, "--date", "2026-11-21"], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"makekit ended with {done.returncode}:\n{done.stderr[-4000:]}")
        reader = pypdfium2.PdfDocument(pdf)
        if len(reader) != len(texts):
            sys.exit(f"{len(reader)} pages for {len(texts)} languages")
        lost = {"poppler": [], "pdfium": []}
        for page, (tag, pieces) in enumerate(texts):
            poppler = evened(subprocess.run(["pdftotext", "-f", str(page + 1), "-l", str(page + 1), pdf, "-"], capture_output=True, text=True).stdout)
            pdfium = evened(reader[page].get_textpage().get_text_range())
            for name, got in (("poppler", poppler), ("pdfium", pdfium)):
                if not all(evened(piece) in got for piece in pieces):
                    lost[name].append(tag)
        for name, tags in lost.items():
            print(f"{name}: {len(texts) - len(tags)} of {len(texts)} languages come back; lost: {' '.join(tags) or 'none'}")
        failed = [name for name, tags in lost.items() if len(tags) > ALLOWED[name]]
        print(f"{len(lost) - len(failed)} passed, {len(failed)} failed")
        sys.exit(1 if failed else 0)


main()
