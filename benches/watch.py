"""Takes the built makekit; gives the time from a saved case file to the finished kit under `--watch`, and beside it a
compiler of Typst that stays in memory and compiles the same kit again after the same edit.

    /tmp/venv/bin/python benches/watch.py          # [--edits 9] [--keep FOLDER]; set up as run.py says

An edit changes one word of one case's story. The clock runs from before the save to the moment at which the new kit
stands in its place.
"""

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import run
import work


def saved(path, text):
    """Saves as editors do: beside, then renamed."""
    beside = path.with_suffix(".tmp~")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def identity(path):
    try:
        status = path.stat()
        return status.st_ino, status.st_mtime_ns
    except FileNotFoundError:
        return None


def until_new(path, before, limit=20.0):
    end = time.perf_counter() + limit
    while time.perf_counter() < end:
        now = identity(path)
        if now and now != before:
            return time.perf_counter()
        time.sleep(0.0002)
    raise SystemExit(f"{path} was not renewed")


def makekit(folder, edits):
    kit = folder / "watch.pdf"
    command = [run.TARGET / "makekit", "--cases", folder / "cases", "--out", kit, "--date", "2026-11-21", "--watch", "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until_new(kit, None)
        time.sleep(0.5)
        case = folder / "cases" / "case05.toml"
        text = case.read_text(encoding="utf-8")
        times = []
        for number in range(edits):
            before = identity(kit)
            started = time.perf_counter()
            saved(case, text.replace("story = \"", f"story = \"Edit {number} ", 1))
            times.append(until_new(kit, before) - started)
            time.sleep(0.4)
        return times
    finally:
        process.terminate()
        process.wait(10)


def typst(folder, fonts, edits):
    import typst as engine

    shutil.copy(run.HERE / "peers" / "kit.typ", folder)
    shutil.copytree(folder / "cases" / "photos", folder / "photos", dirs_exist_ok=True)
    data = folder / "work.json"
    content = json.loads(data.read_text(encoding="utf-8"))
    compiler = engine.Compiler(str(folder / "kit.typ"), root=str(folder), font_paths=[str(fonts)], ignore_system_fonts=True)
    compiler.compile(output=str(folder / "typst.pdf"))
    times, story = [], content["cases"][4]["story"]
    for number in range(edits):
        content["cases"][4]["story"] = f"Edit {number} {story}"
        started = time.perf_counter()
        saved(data, json.dumps(content, ensure_ascii=False))
        compiler.compile(output=str(folder / "typst.pdf"))
        times.append(time.perf_counter() - started)
    return times


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--edits", type=int, default=9)
    arguments.add_argument("--keep")
    options = arguments.parse_args()
    base = Path(options.keep or tempfile.mkdtemp(prefix="makekit-watch-"))
    (base / "w1").mkdir(parents=True, exist_ok=True)
    work.w1(base / "w1", "makekit")
    figures = {"makekit": makekit(base / "w1", options.edits)}
    if importlib.util.find_spec("typst"):
        figures["typst"] = typst(base / "w1", run.fonts_for_peers(base), options.edits)
    for tool, times in figures.items():
        shown = ", ".join(f"{t * 1000:.0f}" for t in sorted(times))
        print(f"{tool}: {statistics.median(times) * 1000:.0f} ms from save to kit ({shown})")
    if not options.keep:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
