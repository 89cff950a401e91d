"""Takes the built makekit; lets qpdf, poppler and mupdf judge the kits it makes. Prints what failed and counts."""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
from pathlib import Path

MAKEKIT = Path(sys.argv[1]).resolve()
ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "cases"
DATE = ["--date", "2026-11-21"]
passed = failed = 0


def check(truth, words):
    global passed, failed
    if truth:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {words}")


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=300, **more)


def kit(out, *arguments, cases=CASES, status=0, **more):
    done = run(MAKEKIT, "--cases", cases, "--out", out, *DATE, *arguments, **more)
    check(done.returncode == status, f"makekit {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr[-2000:]}")
    return done


def pages(pdf):
    """Width and height of each page, in millimetres."""
    words = run("pdfinfo", "-l", "-1", pdf).stdout
    sizes = re.findall(r"Page\s+\d+ size:\s+([\d.]+) x ([\d.]+) pts", words)
    return [(float(w) * 25.4 / 72, float(h) * 25.4 / 72) for w, h in sizes]


def evened(text):
    return "".join(unicodedata.normalize("NFKC", text).replace("\u00ad", "").split()).casefold()


def texts(value):
    """All strings of a case that its sheets must show."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def near(size, width, height):
    return abs(size[0] - width) < 0.2 and abs(size[1] - height) < 0.2


def judge_file(pdf, name):
    qpdf = run("qpdf", "--check", pdf)
    check(qpdf.returncode == 0 and "WARNING" not in qpdf.stdout + qpdf.stderr, f"{name}: qpdf --check: {qpdf.stdout[-400:]}{qpdf.stderr[-400:]}")
    fonts = run("pdffonts", pdf).stdout.splitlines()[2:]
    check(len(fonts) > 0, f"{name}: no fonts")
    for line in fonts:
        check(re.match(r"[A-Z]{6}\+\S+", line) and re.search(r"\byes\s+yes\s+yes\b", line), f"{name}: font not embedded, subset and mapped: {line}")
    mutool = run("mutool", "draw", "-r", "20", "-F", "null" if False else "text", "-o", os.devnull, pdf)
    check(mutool.returncode == 0 and not mutool.stderr.strip().startswith("error"), f"{name}: mutool: {mutool.stderr[-400:]}")


def judge_sample(folder):
    pdf = folder / "kit.pdf"
    kit(pdf)
    judge_file(pdf, "sample kit")
    text = evened(run("pdftotext", "-layout", pdf, "-").stdout) + evened(run("pdftotext", "-raw", pdf, "-").stdout)
    for path in sorted(CASES.glob("*.toml")):
        if path.stem == "kit":
            continue
        case = tomllib.loads(path.read_text(encoding="utf-8"))
        check(evened(case["name"]) in text, f"{path.stem}: the name is not in the text")
        if case.get("status") == "ended":
            check(evened(case["outcome"]) in text, f"{path.stem}: the outcome is not in the text")
            continue
        for demand in case["demands"]:
            check(evened(demand) in text, f"{path.stem}: demand not found: {demand}")
        sender = tomllib.loads((CASES / "kit.toml").read_text(encoding="utf-8"))["sender"]["country"]
        for target in case.get("targets", []):
            if sender not in target.get("in", [sender]):
                continue
            for key in ("name", "office"):
                if key in target:
                    check(evened(target[key]) in text, f"{path.stem}: {key} not found: {target[key]}")
            address = target.get("address", {})
            for line in texts([address.get(k, []) for k in ("street", "city", "postcode", "lines")]):
                check(evened(line) in text, f"{path.stem}: address not found: {line}")
    again = folder / "again.pdf"
    kit(again, "--jobs", "1", env={**os.environ, "TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "HOME": "/nonexistent"})
    check(pdf.read_bytes() == again.read_bytes(), "two runs give different bytes")


def judge_stocks(folder):
    count = len([p for p in CASES.glob("*.toml") if p.stem != "kit"])
    for paper, width, height in (("a4", 210, 297), ("letter", 215.9, 279.4)):
        pdf = folder / f"{paper}.pdf"
        kit(pdf, "--only", "case-sheet", "--paper", paper)
        sizes = pages(pdf)
        check(len(sizes) == count, f"case sheets on {paper}: {len(sizes)} pages for {count} cases")
        check(all(near(s, width, height) for s in sizes), f"case sheets on {paper}: sizes {set(sizes)}")
        kit(folder / f"all-{paper}.pdf", "--paper", paper)
        judge_file(folder / f"all-{paper}.pdf", f"kit on {paper}")
    for stock, width, height in (("c5", 229, 162), ("dl", 220, 110), ("us-10", 241.3, 104.8)):
        pdf = folder / f"{stock}.pdf"
        kit(pdf, "--only", "envelope", "--envelope", stock)
        check(all(near(s, width, height) for s in pages(pdf)) and pages(pdf), f"{stock}: sizes {set(pages(pdf))}")
    kit(folder / "none.pdf", "--only", "label", "--labels", "avery-l7160", "--start-at", "22", status=1)


def judge_editions(folder):
    for edition in ("large", "ink-saver"):
        pdf = folder / f"{edition}.pdf"
        kit(pdf, "--edition", edition)
        judge_file(pdf, f"edition {edition}")
    for lang in "en fr es ar zh ru de pt it nl pl".split():
        pdf = folder / f"lang-{lang}.pdf"
        kit(pdf, "--lang", lang)
        judge_file(pdf, f"kit in {lang}")


def judge_safety(folder):
    trace = folder / "trace.txt"
    pdf = folder / "traced.pdf"
    done = run("strace", "-f", "-e", "trace=%network,openat,open", "-o", trace, MAKEKIT, "--cases", CASES, "--out", pdf, *DATE)
    if done.returncode == 0:
        calls = trace.read_text(errors="replace")
        check(not re.search(r"\b(socket|connect|sendto)\(", calls), "a network call was made")
        outside = [line for line in calls.splitlines() if re.search(r'open(?:at)?\([^"]*"/', line) and "ENOENT" not in line
                   and not re.search(r'"/(?:lib|usr/lib|etc/ld|proc/self|proc/|sys/fs/cgroup|sys/devices|sys/kernel/mm|dev/urandom)', line)
                   and str(folder) not in line and str(ROOT) not in line]
        check(not outside, f"files opened outside: {outside[:5]}")
    else:
        print(f"SKIPPED, NOT CHECKED: calls to a network: strace says {done.stderr[-200:]}")
    raw = pdf.read_bytes() if pdf.exists() else b""
    plain = folder / "plain.pdf"
    run("qpdf", "--qdf", "--object-streams=disable", pdf, plain)
    for data in (raw, plain.read_bytes() if plain.exists() else b""):
        for secret in (str(ROOT), str(Path.home()), "Exif", "Photoshop", "DejaVu", "/home/"):
            check(secret.encode() not in data, f"the PDF holds {secret!r}")
    before = hashlib.sha256(raw).hexdigest()
    broken = folder / "broken"
    broken.mkdir()
    (broken / "a.toml").write_text('name = "A"\ncountry = "XX"\n', encoding="utf-8")
    kit(pdf, cases=broken, status=1)
    check(hashlib.sha256(pdf.read_bytes()).hexdigest() == before, "a failed run changed the kit")


def main():
    with tempfile.TemporaryDirectory(prefix="makekit-judge-") as name:
        folder = Path(name)
        for judge in (judge_sample, judge_stocks, judge_editions, judge_safety):
            judge(folder)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
