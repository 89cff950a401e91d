"""Takes the built makekit and the peers that are installed; gives a table of seconds, processor seconds, peak memory,
bytes and pages for each work, all measured side by side in one run.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install typst pillow segno reportlab weasyprint
    cargo build --release
    /tmp/venv/bin/python benches/run.py            # [--runs 5] [--works w1,w2,w3,w4] [--keep FOLDER]

Every run is a process of its own, started cold, the tools in turn (A B C A B C …), so that a drift of the machine's
speed meets all of them alike; medians are quoted. `floor` writes the same glyphs, already laid out, with a bare PDF
writer on one thread.
"""

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
TYPST = """
import sys, typst
folder, name = sys.argv[1:3]
typst.compile(f"{folder}/{name}.typ", output=f"{folder}/typst.pdf", root=folder, font_paths=[sys.argv[3]], ignore_system_fonts=True)
"""


def measure(command, cwd):
    """Seconds, processor seconds and peak memory in MiB of one finished process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{words.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def pages_of(path):
    words = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    return int(next(line.split()[1] for line in words.splitlines() if line.startswith("Pages")))


def fonts_for_peers(folder):
    """The faces that the work uses, so that a peer does not read hundreds of files it does not need."""
    chosen = folder / "fonts"
    chosen.mkdir()
    for name in ("NotoSans", "NotoSerif"):
        for style in ("Regular", "Bold", "Italic", "BoldItalic"):
            for file in (ROOT / "fonts").rglob(f"{name}-{style}.ttf"):
                shutil.copy(file, chosen)
    return chosen


def competitors(name, folder, fonts):
    """Name, command and output of each tool that can do this work here."""
    kind = "w2" if name.startswith("w4") else name
    document = {"w1": "kit", "w2": "envelopes", "w3": "letters"}[kind]
    makekit = folder / "makekit.pdf"
    makekit_run = [TARGET / "makekit", "--cases", folder / "cases", "--out", makekit, "--quiet", "--date", "2026-11-21"]
    yield "makekit", makekit_run, makekit
    glyphs = folder / "glyphs.bin"
    floor = TARGET / "examples" / "floor"
    if floor.exists():
        subprocess.run(makekit_run, check=True)
        subprocess.run([floor, "dump", makekit, glyphs], check=True)
        yield "floor", [floor, "write", glyphs, folder / "floor.pdf"], folder / "floor.pdf"
    shutil.copy(HERE / "peers" / f"{document}.typ", folder)
    if (folder / "cases" / "photos").exists():
        shutil.copytree(folder / "cases" / "photos", folder / "photos", dirs_exist_ok=True)
    # Not imported here, for the same reason.
    if importlib.util.find_spec("typst"):
        yield "typst", [sys.executable, "-c", TYPST, folder, document, fonts], folder / "typst.pdf"
    else:
        print("typst is not installed", file=sys.stderr)
    for peer in ("reportlab", "weasyprint"):
        script = HERE / "peers" / f"{peer}_{document}.py"
        if script.exists() and not name.startswith("w4"):
            yield peer, [sys.executable, script, folder], folder / f"{peer}.pdf"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--works", default="w1,w2,w3,w4-1000,w4-100000")
    arguments.add_argument("--seed", default="makekit")
    arguments.add_argument("--keep")
    options = arguments.parse_args()
    base = Path(options.keep or tempfile.mkdtemp(prefix="makekit-bench-"))
    # In a process of its own: a child begins with its parent's memory, which would be counted as its own.
    subprocess.run([sys.executable, HERE / "work.py", base, options.seed], check=True)
    fonts = fonts_for_peers(base)
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    print(f"commit {commit}, {os.cpu_count()} processors, {options.runs} runs, medians\n")
    print("| work | tool | wall s | cpu s | peak MiB | bytes | pages | wall / typst | wall / floor | memory / typst |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in options.works.split(","):
        tools = list(competitors(name, base / name, fonts))
        figures = {tool: [] for tool, *_ in tools}
        for number in range(options.runs + 1):
            for tool, command, _ in tools:
                row = measure(command, base / name)
                if number > 0:
                    figures[tool].append(row)
        median = {tool: [statistics.median(column) for column in zip(*rows)] for tool, rows in figures.items()}
        for tool, _, output in tools:
            wall, cpu, memory = median[tool]
            ratio = lambda other, index: f"{median[tool][index] / median[other][index]:.2f}" if other in median else ""
            print(f"| {name} | {tool} | {wall:.3f} | {cpu:.3f} | {memory:.0f} | {output.stat().st_size:,} | {pages_of(output)} "
                  f"| {ratio('typst', 0)} | {ratio('floor', 0)} | {ratio('typst', 2)} |", flush=True)
    if not options.keep:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
