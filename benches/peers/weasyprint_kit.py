"""Takes work.json, photos and QR codes; gives the case sheets, letters, envelopes and labels of makekit's W1 from HTML,
with WeasyPrint and the same texts."""

import json
import sys
from html import escape
from pathlib import Path

from weasyprint import HTML

folder = Path(sys.argv[1]).resolve()
fonts = folder.parent / "fonts"
FACES = "".join(
    f"@font-face {{ font-family: '{family}'; src: url('{(fonts / file).as_uri()}'); font-weight: {weight}; font-style: {style} }}"
    for family, name in (("Sans", "NotoSans"), ("Serif", "NotoSerif"))
    for file, weight, style in ((f"{name}-Regular.ttf", 400, "normal"), (f"{name}-Bold.ttf", 700, "normal"),
                                (f"{name}-Italic.ttf", 400, "italic")))
STYLE = FACES + """
@page { size: A4; margin: 12mm 16mm }
@page envelope { size: 229mm 162mm; margin: 0 }
@page labels { size: A4; margin: 15.15mm 0 0 7.2mm }
html { font: 10pt/1.35 Serif } p { margin: 0 }
section { break-after: page; position: relative }
.case { height: 270mm } .letter { height: 262mm }
h1 { font: 700 21pt/1.2 Sans; margin: 3mm 0 } h1 span { background: #ffd400; padding: 0 2mm }
h2 { font: 400 14pt/1.3 Sans; margin: 2mm 0 }
.label { font: 700 7.4pt Sans; text-transform: uppercase } .small { font: 6.4pt Sans }
.columns { display: flex; gap: 7mm } .main { width: 112mm } .side { width: 59mm; font: 9pt/1.35 Sans }
.side div { background: #f3f1ea; padding: 4mm } .portrait { width: 46mm; height: 58mm; object-fit: cover }
.head { display: flex; gap: 5mm } .head div { width: 61mm }
.summary { font-size: 12pt } .story p { text-indent: 4mm; hyphens: auto }
.foot { position: absolute; bottom: 0; left: 0; right: 0 } .demands { display: flex; gap: 6mm; font: 700 9pt Sans }
.demands p { width: 55mm } .demands b { background: #ffd400; padding: 1mm 2mm; font-size: 15pt }
.post { background: #000; color: #fff; padding: 4mm; display: flex; gap: 6mm; font: 8pt Sans; margin: 3mm 0 }
.post b { font-size: 11pt } .sender { margin-left: 120mm; font: 9pt Sans } .envelope { page: envelope; height: 161mm; font: 12pt Sans }
.envelope .from { position: absolute; left: 12mm; top: 11mm; font-size: 8.4pt } .envelope .to { position: absolute; left: 104mm; top: 72mm }
.labels { page: labels } .labels div { float: left; width: 58mm; height: 34.1mm; padding: 4mm 4mm 0 4mm; font: 9pt Sans }
"""
SENDER = "Anna Sender<br>5 Hill Road<br>DUBLIN<br>D01 F5P2<br>IRELAND"


def lines(a):
    texts = [a["name"], a["office"], a["street"], f"{a['postcode']} {a['city'].upper()} {a['region']}", a["country_name"].upper()]
    return "<br>".join(map(escape, texts))


def case(number, c):
    facts = "".join(f"<p><b>{escape(k)}</b> {escape(v)}</p>" for k, v in c["facts"].items())
    targets = "<hr>".join(f"{lines(a)}<br>Begin: <i>{escape(a['salutation'])}</i>" for a in c["targets"])
    story = "".join(f"<p>{escape(p)}</p>" for p in c["story"].split("\n\n"))
    demands = "".join(f"<p><b>{n}</b> {escape(d)}</p>" for n, d in enumerate(c["demands"], 1))
    return (f"<section class=case><p class=label>Benchmark <span style='float: right'>Case {number} of 12</span></p><hr>"
            f"<h1><span>{escape(c['title'])}</span></h1><h2><b>{escape(c['name'])}</b> {escape(c['country_name'])}</h2>"
            f"<div class=columns><div class=main><div class=head><img class=portrait src='{c['photo']}' alt='A drawn portrait'><div>"
            f"<p class=summary>{escape(c['summary'])}</p>{facts}</div></div><p class=small>{escape(c['credit'])}</p>"
            f"<div class=story>{story}</div></div>"
            f"<div class=side><div><p class=label>Write to</p>{targets}</div><p class=label>Write in</p>English, or your own language</div>"
            f"</div><div class=foot><hr><p class=label>In your own words, ask the authorities to</p><div class=demands>{demands}</div>"
            f"<div class=post><b>Post before 31 January 2099</b><span>Stamp for abroad: 2.20 EUR. One page, polite, by hand. Say who you are; "
            f"write the name in capitals once.</span><img src='{c['code']}' style='width: 18mm' alt='{c['link']}'></div>"
            f"<p class=small><a href='{c['link']}'>{c['link']}</a></p></div></section>")


def letter(c, a):
    demands = "".join(f"<li>{escape(d)}</li>" for d in c["demands"])
    return (f"<section class=letter><p class=sender>{SENDER}</p><p class=sender>21 November 2026</p><p>{lines(a)}</p><br><p>"
            f"{escape(a['salutation'])}</p><p>I am writing to you about {escape(c['name'])}.</p><p>{escape(c['summary'])}</p><p>I ask you to</p>"
            f"<ol>{demands}</ol><p>I would be grateful to hear what your office has done.</p><p>Yours sincerely,</p><br><br><hr>"
            f"<p class=small>Name, town, country</p><p class='small foot'><b>A sample, not a form.</b> Letters in your own hand and words "
            f"count most. Keep to one page, the facts of the case sheet and a friendly tone.<br>{escape(c['name'])} · Post before 31 January "
            f"2099</p></section>")


cases = json.loads((folder / "work.json").read_text(encoding="utf-8"))["cases"]
addressed = [(c, a) for c in cases for a in c["targets"]]
body = "".join(case(n, c) for n, c in enumerate(cases, 1)) + "".join(letter(c, a) for c, a in addressed)
body += "".join(f"<section class=envelope><p class=from>{SENDER}</p><p class=to>{lines(a)}</p></section>" for _, a in addressed)
body += "<section class=labels>" + "".join(f"<div>{lines(a)}</div>" for _, a in addressed) + "</section>"
page = f"<html lang=en><head><title>Benchmark</title><style>{STYLE}</style></head><body>{body}</body></html>"
HTML(string=page, base_url=str(folder)).write_pdf(folder / "weasyprint.pdf", pdf_tags=True)
