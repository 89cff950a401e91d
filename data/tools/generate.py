#!/usr/bin/env python3
"""Rebuilds the tables in `data/` that come from elsewhere; what is mended by hand lives in files of its own.

    python3 data/tools/generate.py SOURCES CLDR

SOURCES holds `address_formats.json` (from libaddressinput's data) and `label_sheets.json` (from gLabels' templates).
CLDR holds the unpacked npm packages cldr-core, cldr-dates-full, cldr-localenames-full and cldr-numbers-full, release 48.
"""

import json
import re
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent

# Languages in which countries are named: those of the kit's strings first, then others that have full CLDR coverage.
COUNTRY_LANGUAGES = """en fr es ar zh ru de pt it nl pl ja ko zh-Hant pt-PT es-419 fr-CA af am az be bg bn bs ca cs cy da el
et eu fa fi ga gl gu he hi hr hu hy id is ka kk km kn ky lo lt lv mk ml mn mr ms my nb ne nn pa ps ro si sk sl so sq sr
sr-Latn sv sw ta te th tk tr uk ur uz vi zu""".split()

# Languages in which languages are named: those of the kit's strings, and Japanese and Korean.
LANGUAGE_LANGUAGES = "en fr es ar zh ru de pt it nl pl ja ko".split()

# Short names that are what the post calls a place; other short names are too short ("US", "UK").
POSTAL_SHORT = ["HK", "MO", "MM", "PS"]


def load(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write(name, comment, lines):
    head = [f"# {line}" for line in comment.strip().splitlines()]
    text = "\n".join(head + list(lines)) + "\n"
    (DATA / name).write_text(text, encoding="utf-8")


def tidy(text):
    """Without invisible characters and odd spaces, so that a name is what it looks like."""
    return re.sub(r"[\u00a0\u202f]", " ", re.sub(r"[\u200b\u200e\u200f\u061c\u00ad]", "", text)).strip()


def spelled_out(tag, name):
    """A territory's name without the abbreviations that CLDR uses to save room on a screen."""
    if tag == "en":
        name = re.sub(r"\bSt\. ", "Saint ", name.replace(" & ", " and "))
    if tag == "ru":
        name = re.sub(r"\bо-в\b(?!а)", "остров", name.replace("о-ва", "острова"))
    return name


def address_formats(sources):
    table = load(sources / "address_formats.json")
    defaults = table["defaults_ZZ"]
    rows = []
    for code, own in sorted(table["countries"].items()):
        record = {**defaults, **own}
        latin = record.get("lfmt", record["fmt"])
        local = record["fmt"] if record["fmt"] != latin else ""
        cells = [code, record.get("lang", ""), latin, local, record["upper"], record["require"],
                 record.get("zip", ""), record.get("zipex", ""), record.get("postprefix", "")]
        rows.append("\t".join(cells))
    write("address-formats.tsv", """
Address formats of 252 territories: Google's address data (libaddressinput, chromium-i18n), CC BY 4.0.
Letters: N name, O organisation, A street, D dependent locality, C city, S region, Z postcode, X sorting code; %n ends a
line. `local` is the order for the destination's own script where it differs. `upper` and `require` list letters.
Corrections stand in address-mends.tsv.
code\tlang\tlatin\tlocal\tupper\trequire\tpostcode\texamples\tprefix""", rows)
    return [row[:2] for row in rows]


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def number(value):
    return f"{round(value, 3):g}"


def labels(sources):
    rows = []
    for sheet in load(sources / "label_sheets.json")["sheets"]:
        shape = sheet["shapes"][0]
        grids = []
        for grid in shape["layouts"]:
            fields = [grid.get(k) for k in ("x0_mm", "y0_mm", "dx_mm", "dy_mm")]
            grids.append(" ".join([f"{grid['nx']}x{grid['ny']}"] + ["?" if v is None else number(v) for v in fields]))
        cells = [f"{slug(sheet['brand'])}-{slug(sheet['part'])}", sheet["brand"], sheet["part"],
                 "a4" if sheet["size"] == "A4" else "letter", number(shape["w_mm"]), number(shape["h_mm"]),
                 number(shape["round_mm"] or 0), "; ".join(grids), ", ".join(sheet["equivalents"]),
                 sheet["description"], ", ".join(c for c in sheet["categories"])]
        rows.append("\t".join(cells))
    write("labels.tsv", """
Sheets of rectangular labels and cards on A4 and US Letter: gLabels' template database (MIT-style licence).
Millimetres from the top left corner. A grid is `columns x rows, x0 y0 of the first label, dx dy from label to label`.
Corrections stand in label-mends.tsv, records left out in label-left-out.tsv.
id\tbrand\tpart\tpaper\twidth\theight\tround\tgrids\taliases\tdescription\tkinds""", sorted(rows))


def territory_names(cldr, codes):
    lines = []
    for tag in COUNTRY_LANGUAGES:
        names = load(cldr / f"cldr-localenames-full/main/{tag}/territories.json")
        names = names["main"][tag]["localeDisplayNames"]["territories"]
        lines.append(f"[{tag}]")
        for code in codes:
            keys = {"CD": ["CD-alt-variant"], "CG": ["CG-alt-variant"]}.get(code, [])
            keys += [f"{code}-alt-short"] if code in POSTAL_SHORT else []
            name = next((names[k] for k in keys + [code] if k in names), None)
            if name and name != code:
                lines.append(f"{code}\t{spelled_out(tag, tidy(name))}")
    write("country-names.tsv", """
Names of the territories in many languages: Unicode CLDR 48, Unicode-3.0. A section a language, sorted by code.
The short name where CLDR's full one is none for the post (Hong Kong, Macao, Myanmar, Palestine), the variant for the
two Congos; abbreviations spelled out in English and Russian. Corrections stand in country-mends.tsv.""", lines)


def language_names(cldr):
    lines = []
    for tag in LANGUAGE_LANGUAGES:
        names = load(cldr / f"cldr-localenames-full/main/{tag}/languages.json")
        names = names["main"][tag]["localeDisplayNames"]["languages"]
        lines.append(f"[{tag}]")
        for code, name in sorted(names.items()):
            if "-alt-" not in code and name != code:
                lines.append(f"{code}\t{tidy(name)}")
    write("language-names.tsv", """
Names of languages in the languages of the kit: Unicode CLDR 48, Unicode-3.0. A section a language, sorted by tag.""", lines)


def scripts(cldr):
    likely = load(cldr / "cldr-core/supplemental/likelySubtags.json")["supplemental"]["likelySubtags"]
    meta = load(cldr / "cldr-core/scriptMetadata.json")["scriptMetadata"]
    rtl = {script for script, m in meta.items() if m["rtl"] == "YES"}
    script_of = {}
    for tag, full in likely.items():
        parts = tag.split("-")
        if parts[0] != "und" and not any(len(p) == 4 for p in parts[1:]):
            script_of[tag] = full.split("-")[1]
    rows = []
    for tag, script in sorted(script_of.items()):
        base = script_of.get(tag.split("-")[0], "Latn")
        if script != ("Latn" if "-" not in tag else base):
            rows.append(f"{tag}\t{script}")
    write("scripts.tsv", f"""
The script that a language is usually written in, where it is not Latin, and by region where that differs.
Unicode CLDR 48 (likelySubtags), Unicode-3.0.
right-to-left: {' '.join(sorted(rtl))}""", rows)
    return script_of


def date_columns(cldr, tag, digits):
    dates = load(cldr / f"cldr-dates-full/main/{tag}/ca-gregorian.json")["main"][tag]["dates"]["calendars"]["gregorian"]
    numbers = load(cldr / f"cldr-numbers-full/main/{tag}/numbers.json")["main"][tag]["numbers"]
    formats, available = dates["dateFormats"], dates["dateTimeFormats"]["availableFormats"]
    patterns = [formats["long"], formats["full"], available["yMMMd"], available["MMMMd"]]

    def names(kind, context, width, keys):
        return "|".join(tidy(dates[kind][context][width][k]) for k in keys)

    months = [str(n) for n in range(1, 13)]
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    system = numbers["defaultNumberingSystem"]
    native = digits.get(system, "")
    return [*map(tidy, patterns), names("months", "format", "wide", months), names("months", "stand-alone", "wide", months),
            names("months", "format", "abbreviated", months), names("days", "format", "wide", days),
            names("days", "stand-alone", "wide", days), dates["eras"]["eraAbbr"]["1"] if any("G" in p for p in patterns) else "-",
            native if system != "latn" and native else "-"]


def dates(cldr):
    core = cldr / "cldr-core/supplemental"
    systems = load(core / "numberingSystems.json")["supplemental"]["numberingSystems"]
    digits = {k: v["_digits"] for k, v in systems.items() if "_digits" in v}
    parents = load(core / "parentLocales.json")["supplemental"]["parentLocales"]["parentLocale"]
    tags = sorted(p.name for p in (cldr / "cldr-dates-full/main").iterdir())
    columns = {tag: date_columns(cldr, tag, digits) for tag in tags}
    rows = []
    for tag in tags:
        parent = parents.get(tag) or tag.rpartition("-")[0] or "und"
        while parent not in columns:
            parent = parent.rpartition("-")[0] or "und"
        inherited = columns[parent] if tag != "und" else [None] * len(columns[tag])
        cells = ["" if own == above else own for own, above in zip(columns[tag], inherited)]
        shown = parent if parent != (tag.rpartition("-")[0] or "und") else ""
        if any(cells) or shown:
            rows.append("\t".join([tag, shown, *cells]).rstrip("\t"))
    write("dates.tsv", """
Dates of the Gregorian calendar in every locale of Unicode CLDR 48, Unicode-3.0. An empty cell is as in the parent, which
is the tag without its last part unless the second column names another; `-` stands for none. Patterns are CLDR's; lists
run from January and from Monday; digits are those that the locale uses by default, where they are not 0 to 9.
tag\tparent\tlong\tfull\tmedium\tday-month\tmonths\tmonths alone\tmonths short\tdays\tdays alone\tera\tdigits""", rows)


def main():
    sources, cldr = Path(sys.argv[1]), Path(sys.argv[2])
    codes = address_formats(sources)
    labels(sources)
    territory_names(cldr, codes)
    language_names(cldr)
    scripts(cldr)
    dates(cldr)


if __name__ == "__main__":
    main()
