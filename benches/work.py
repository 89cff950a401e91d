"""Takes a folder and a seed; gives the work of the benchmark there: case files for makekit, and the same texts as JSON
for its peers. All people and places are made of syllables and exist nowhere."""

import json
import random
import shutil
import sys
from pathlib import Path

SYLLABLES = "ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to va ve vi vo".split()
COUNTRIES = ["PL", "FR", "MX", "BR", "DE", "IT", "KE", "TR", "PE", "ES", "CZ", "PT"]
POSTCODES = {"PL": "00-950", "FR": "75008", "MX": "06600", "BR": "70160-900", "DE": "10117", "IT": "00187",
             "KE": "00100", "TR": "06420", "PE": "15001", "ES": "28014", "CZ": "118 00", "PT": "1149-019"}
NAMES = {"PL": "Poland", "FR": "France", "MX": "Mexico", "BR": "Brazil", "DE": "Germany", "IT": "Italy",
         "KE": "Kenya", "TR": "Türkiye", "PE": "Peru", "ES": "Spain", "CZ": "Czechia", "PT": "Portugal"}
REGIONS = {"MX": "D.F.", "BR": "DF", "IT": "RM", "PE": "LIMA", "ES": "Madrid", "TR": "Ankara"}


class Maker:
    """Makes names and prose from one seeded generator."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def word(self, least=2, most=4):
        return "".join(self.random.choice(SYLLABLES) for _ in range(self.random.randint(least, most)))

    def name(self):
        return f"{self.word(2, 3).capitalize()} {self.word(2, 4).capitalize()}"

    def prose(self, words):
        text, sentence = [], 0
        for _ in range(words):
            word = self.word(1, 4)
            if sentence == 0:
                word = word.capitalize()
                sentence = self.random.randint(7, 16)
            sentence -= 1
            text.append(word + ("." if sentence == 0 else ""))
        return " ".join(text).rstrip(".") + "."

    def paragraphs(self, words, count):
        return "\n\n".join(self.prose(words // count) for _ in range(count))

    def addressee(self, country=None):
        country = country or self.random.choice(COUNTRIES)
        return {"name": self.name(), "office": f"Office of {self.word().capitalize()}",
                "salutation": "Dear Sir or Madam,", "street": f"{self.word().capitalize()} {self.random.randint(1, 299)}",
                "city": self.word().capitalize(), "region": REGIONS.get(country, ""),
                "postcode": POSTCODES[country], "country": country, "country_name": NAMES[country]}


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def kit_toml(sheets):
    return f"""title = "Benchmark"
lang = "en"
paper = "a4"
envelope = "c5"
labels = "avery-l7160"
sheets = {json.dumps(sheets)}
[organisation]
name = "Bench Group"
colour = "#ffd400"
[sender]
name = "Anna Sender"
street = ["5 Hill Road"]
city = "Dublin"
postcode = "D01 F5P2"
country = "IE"
[postage]
international = "2.20 EUR"
"""


def target_toml(target):
    address = {k: target[k] for k in ("city", "region", "postcode", "country") if target[k]}
    fields = ", ".join(f"{k} = {quoted(v)}" for k, v in address.items())
    return f"""
[[targets]]
name = {quoted(target["name"])}
office = {quoted(target["office"])}
salutation = {quoted(target["salutation"])}
close = "Yours sincerely,"
address = {{ street = [{quoted(target["street"])}], {fields} }}
"""


def portrait(path, index, seed):
    """A drawn portrait of 900 x 1130 pixels with some grain, as a camera's JPEG has."""
    from PIL import Image, ImageDraw

    generator = random.Random(f"{seed}-{index}")
    tone = [generator.randint(60, 200) for _ in range(9)]
    picture = Image.new("RGB", (900, 1130), tuple(tone[:3]))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((-100, 760, 1000, 1900), fill=tuple(tone[3:6]))
    draw.ellipse((250, 200, 650, 720), fill=tuple(tone[6:9]))
    grain = Image.effect_noise((900, 1130), 18).convert("RGB")
    Image.blend(picture, grain, 0.12).save(path, quality=88)


def w1(root, seed):
    """The kit of 12 cases, 24 letters, 24 envelopes, a sheet of labels, with photos. The peers, which make no QR codes of
    their own, get them as finished pictures."""
    import segno

    make = Maker(f"{seed}-w1")
    cases = []
    (root / "cases" / "photos").mkdir(parents=True)
    (root / "codes").mkdir()
    for number in range(12):
        country = COUNTRIES[number]
        case = {"id": f"case{number + 1:02}", "name": make.name(), "country": country, "country_name": NAMES[country],
                "facts": {"Age": f"{20 + number}", "Held since": "12 April 2026"}, "credit": "Drawn for this benchmark",
                "link": f"https://example.org/case{number + 1:02}", "title": make.prose(8).rstrip("."),
                "summary": make.prose(28), "story": make.paragraphs(240, 5), "demands": [make.prose(9).rstrip(".") for _ in range(3)],
                "targets": [make.addressee(country) for _ in range(2)], "photo": f"photos/case{number + 1:02}.jpg"}
        portrait(root / "cases" / case["photo"], number, seed)
        case["code"] = f"codes/{case['id']}.svg"
        segno.make(case["link"], error="m", micro=False).save(root / case["code"], border=2, light="white")
        cases.append(case)
        facts = "\n".join(f"{quoted(k)} = {quoted(v)}" for k, v in case["facts"].items())
        demands = ", ".join(quoted(d) for d in case["demands"])
        (root / "cases" / f"{case['id']}.toml").write_text(
            f"""name = {quoted(case["name"])}
country = "{country}"
title = {quoted(case["title"])}
deadline = 2099-01-31
summary = {quoted(case["summary"])}
story = {quoted(case["story"])}
demands = [{demands}]
languages = ["en"]
link = {quoted(case["link"])}
[facts]
{facts}
[photo]
file = "{case["photo"]}"
alt = "A drawn portrait"
credit = {quoted(case["credit"])}
""" + "".join(target_toml(t) for t in case["targets"]), encoding="utf-8")
    (root / "cases" / "kit.toml").write_text(kit_toml(["case-sheet", "letter", "envelope", "label"]), encoding="utf-8")
    (root / "work.json").write_text(json.dumps({"cases": cases}, ensure_ascii=False), encoding="utf-8")


def recipients(root, seed, sheets, addressees, letter=None):
    """One case whose targets stand in a CSV, a row each."""
    import csv

    (root / "cases").mkdir(parents=True)
    (root / "cases" / "kit.toml").write_text(kit_toml(sheets), encoding="utf-8")
    (root / "cases" / "mass.toml").write_text(
        'name = "Mass Example"\ncountry = "PL"\nsummary = "One case for many."\ndemands = ["act at once"]\n'
        'deadline = 2099-01-31\nrecipients = "recipients.csv"\n', encoding="utf-8")
    columns = ["name", "office", "salutation", "street", "city", "region", "postcode", "country"] + (["letter"] if letter else [])
    with open(root / "cases" / "recipients.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(addressees)
    (root / "work.json").write_text(json.dumps({"addressees": addressees}, ensure_ascii=False), encoding="utf-8")


def w2(root, seed, count=10_000):
    """Addressed C5 envelopes."""
    make = Maker(f"{seed}-w2")
    recipients(root, seed, ["envelope"], [make.addressee() for _ in range(count)])


def w3(root, seed, count=2_000):
    """Letters of 300 words, each to another person, each with words of its own."""
    make = Maker(f"{seed}-w3")
    people = []
    for _ in range(count):
        person = make.addressee()
        person["letter"] = make.paragraphs(300, 5)
        people.append(person)
    recipients(root, seed, ["letter"], people, letter=True)


def make_all(folder, seed):
    shutil.rmtree(folder, ignore_errors=True)
    for name, job in {"w1": w1, "w2": w2, "w3": w3,
                      "w4-1000": lambda r, s: w2(r, s, 1_000), "w4-100000": lambda r, s: w2(r, s, 100_000)}.items():
        root = Path(folder) / name
        root.mkdir(parents=True)
        job(root, seed)


if __name__ == "__main__":
    make_all(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "makekit")
