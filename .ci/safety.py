"""Takes the built makekit; fills disks under it, plants markers in photos and round it, runs it as other people in other
places, and takes pages out of its kits. Prints what failed and counts."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageCms, PngImagePlugin

MAKEKIT = Path(sys.argv[1]).resolve()
ROOT = Path(__file__).resolve().parent.parent
DATE = ["--date", "2026-11-21"]
passed = failed = skipped = 0


def check(truth, words):
    global passed, failed
    if truth:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {words}")


def skip(words):
    global skipped
    skipped += 1
    print(f"SKIPPED, NOT CHECKED: {words}")


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace", timeout=300, **more)


def kit(out, *arguments, cases=ROOT / "cases", status=0, **more):
    done = run(MAKEKIT, "--cases", cases, "--out", out, *DATE, *arguments, **more)
    check(done.returncode == status, f"makekit {' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr[-2000:]}")
    return done


def plain(pdf):
    """The PDF's bytes as they are, and with every stream unfolded."""
    out = pdf.with_suffix(".qdf")
    run("qpdf", "--qdf", "--object-streams=disable", pdf, out)
    check(out.exists(), f"qpdf cannot unfold {pdf.name}")
    return pdf.read_bytes() + (out.read_bytes() if out.exists() else b"")


def holds(data, words):
    """Whether bytes hold words in any of the forms that a PDF may give them."""
    forms = [words.encode(), words.encode("utf-16-be"), words.encode("utf-16-le")]
    forms += [form.hex().encode() for form in forms]
    return any(form.lower() in data for form in forms)


# Markers.

MARKER = "planted"


def marked_profile():
    """An sRGB profile whose description is a marker."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace("sRGB built-in".encode("utf-16-be"), "plantedInICC0".encode("utf-16-be"))


def drawn(size=(320, 400)):
    """A portrait of nobody: a head on a slope of colours."""
    image = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (image, image.rotate(90).resize(size), image.rotate(180)))
    image.paste((240, 190, 150), (size[0] // 3, size[1] // 4, size[0] * 2 // 3, size[1] // 2))
    return image


def marked_photos(folder):
    """Photos of every kind that say all they can; their names by what exiftool must find in them first."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "plantedInText")
    text.add_itxt("Description", "plantedInIText", zip=True)
    image, profile = drawn(), marked_profile()
    image.save(folder / "planted-jpeg.jpg", icc_profile=profile, comment="plantedInComment", quality=90)
    image.save(folder / "planted-progressive.jpg", icc_profile=profile, progressive=True)
    image.convert("CMYK").save(folder / "planted-inks.jpg")
    image.save(folder / "planted-png.png", pnginfo=text, icc_profile=profile)
    image.save(folder / "planted-tiff.tif", icc_profile=profile, description="plantedInTIFF", software="plantedInSoftware")
    image.save(folder / "planted-webp.webp", icc_profile=profile)
    image.convert("P").save(folder / "planted-gif.gif", comment=b"plantedInGIF")
    drawn((160, 120)).save(folder / "thumb.jpg", comment="plantedInThumbnail")
    said = [
        "-EXIF:Artist=plantedInArtist", "-EXIF:Make=plantedInMake", "-EXIF:Model=plantedInModel",
        "-EXIF:SerialNumber=plantedInSerial", "-EXIF:UserComment=plantedInUserComment", "-EXIF:ImageDescription=plantedInDescription",
        "-EXIF:GPSLatitude=52.2297", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=21.0122", "-EXIF:GPSLongitudeRef=E",
        "-EXIF:GPSAreaInformation=plantedInGPS", "-XMP-dc:Creator=plantedInXMP", "-XMP-photoshop:City=plantedInCity",
        "-XMP-iptcExt:PersonInImage=plantedPerson",
    ]
    jpeg_alone = ["-IPTC:By-line=plantedInIPTC", "-IPTC:Caption-Abstract=plantedInCaption", "-Photoshop:PhotoshopFormat=Standard",
                  f"-ThumbnailImage<={folder / 'thumb.jpg'}"]
    for name in ("jpeg.jpg", "progressive.jpg", "inks.jpg", "png.png", "tiff.tif", "webp.webp"):
        more = jpeg_alone if name.endswith(".jpg") else []
        done = run("exiftool", "-q", "-overwrite_original", *said, *more, folder / f"planted-{name}")
        check(done.returncode == 0, f"exiftool could not plant in {name}: {done.stderr}")
    (folder / "thumb.jpg").unlink()
    names = sorted(path.name for path in folder.iterdir())
    for name in names:
        found = run("exiftool", "-a", "-G1", "-b", folder / name).stdout
        check(MARKER in found, f"nothing was planted in {name}")
    found = run("exiftool", "-a", "-G1", folder / "planted-jpeg.jpg").stdout
    for group in ("IFD0", "GPS", "IFD1", "XMP-dc", "IPTC", "ICC_Profile", "File"):
        check(f"[{group}]" in found, f"the planted JPEG has no {group}")
    return names


CASE = """name = "Person {letter}"
country = "PL"
summary = "An invented person."
demands = ["release Person {letter}"]
photo = {{ file = "photos/{photo}", alt = "A drawing" }}
[[targets]]
office = "Minister of Example Affairs"
salutation = "Dear Minister,"
address = {{ street = ["ul. Przykladowa 1"], city = "Warszawa", postcode = "00-950" }}
"""

# What exiftool tells of the file that it was given, of a picture's own pixels, and of what pdfimages adds.
HARMLESS = {"ExifTool", "System", "File", "Composite", "JFIF", "PNG", "PNG-pHYs", "SourceFile"}


def judge_markers(folder):
    if not shutil.which("exiftool"):
        return skip("photos are not looked at: there is no exiftool")
    home = folder / "plantedHome"
    cases = home / "planted-cases"
    (cases / "photos").mkdir(parents=True)
    for number, photo in enumerate(marked_photos(cases / "photos")):
        (cases / f"case-{number}.toml").write_text(CASE.format(letter=chr(65 + number), photo=photo), encoding="utf-8")
    names = ("HOME", "USER", "LOGNAME", "USERNAME", "HOSTNAME", "PWD", "EMAIL", "TMPDIR", "XDG_CONFIG_HOME", "MAKEKIT_SECRET")
    said = {name: f"planted{name}" for name in names}
    said["HOME"], said["TMPDIR"] = str(home), str(home)
    pdf = home / "kit.pdf"
    kit(pdf, cases=cases, env={**os.environ, **said}, cwd=home)
    data = plain(pdf).lower()
    words = [MARKER, "exif", "photoshop", "icc_profile", "8bim", "52.2297", "warsaw", str(folder), "lcms", "libjpeg", "pillow"]
    host = socket.gethostname()
    words += [word for word in (host, str(ROOT)) if len(word) > 5]
    for word in words:
        check(not holds(data, word.lower()), f"the kit holds `{word}`")
    manifest = pdf.with_suffix(".json").read_text(encoding="utf-8")
    check(MARKER not in manifest, "the manifest holds a marker")
    pictures = folder / "pictures"
    pictures.mkdir()
    run("pdfimages", "-all", pdf, pictures / "p")
    found = sorted(pictures.iterdir())
    check(len(found) >= 7, f"only {len(found)} pictures were taken out of the kit")
    for picture in found:
        check(not holds(picture.read_bytes().lower(), MARKER), f"{picture.name} holds a marker")
        tags = json.loads(run("exiftool", "-a", "-u", "-G1", "-j", picture).stdout)[0]
        groups = {tag.split(":")[0] for tag in tags} - HARMLESS
        check(not groups, f"{picture.name} holds {sorted(groups)}")
    of_pdf = json.loads(run("exiftool", "-a", "-u", "-G1", "-j", pdf).stdout)[0]
    told = {tag: value for tag, value in of_pdf.items() if tag.split(":")[0] not in ("SourceFile", "System", "ExifTool", "File")}
    check(not holds(json.dumps(told).encode().lower(), MARKER), f"exiftool finds a marker: {told}")
    dates = {tag: value for tag, value in told.items() if "Date" in tag and not str(value).startswith("2026:11:21")}
    check(not dates, f"dates that are not those of --date: {dates}")
    programs = {tag: value for tag, value in told.items() if tag.endswith((":Producer", ":Creator", ":CreatorTool"))}
    check(programs and all(str(value).startswith("makekit") for value in programs.values()), f"programs named: {programs}")


# Ways out.

# What the system's own start of a program opens.
SYSTEM = re.compile(
    r"/(?:usr/)?lib|/etc/ld\.so|/proc/(?:\d+|self)/(?:maps|cgroup|mountinfo)$|/proc/sys/vm/|/sys/|/dev/(?:null|urandom)$"
    r"|/usr/share/zoneinfo|/etc/localtime$|/$"
)


def judge_ways_out(folder):
    secret = folder / "secret"
    (secret / "deep").mkdir(parents=True)
    for name in ("face.jpg", "deep/face.jpg"):
        drawn().save(secret / name)
    (secret / "people.csv").write_text("name,street,city,country\nA,1 Street,City,PL\n", encoding="utf-8")
    (secret / "part.html").write_text("secret", encoding="utf-8")
    home = folder / "home"
    cases, templates = home / "cases", home / "templates"
    cases.mkdir(parents=True)
    templates.mkdir()
    (cases / "file.jpg").symlink_to(secret / "face.jpg")
    (cases / "folder").symlink_to(secret)
    (cases / "up").symlink_to("../../secret")
    (cases / "people.csv").symlink_to(secret / "people.csv")
    (templates / "_part.html").symlink_to(secret / "part.html")
    (templates / "strings").symlink_to(secret)
    photos = [secret / "face.jpg", "../../secret/face.jpg", "file.jpg", "folder/face.jpg", "folder/deep/face.jpg", "up/face.jpg",
              "/etc/passwd", "/proc/self/environ", "./../cases/../../secret/face.jpg", "//etc/hostname", "~/secret/face.jpg"]
    for number, photo in enumerate(photos):
        case = CASE.format(letter=chr(65 + number), photo="").replace("photos/", str(photo))
        (cases / f"case-{number}.toml").write_text(case, encoding="utf-8")
    people = CASE.format(letter="Z", photo="").replace('photo = { file = "photos/", alt = "A drawing" }', 'recipients = "people.csv"')
    (cases / "people.toml").write_text(people, encoding="utf-8")
    sheet = '{% include "../../secret/part.html" %}{% include "_part.html" %}<style>@import "../../secret/theme.css";</style>'
    (templates / "own.html").write_text(sheet, encoding="utf-8")
    trace = folder / "trace.txt"
    for arguments in ([], ["--templates", "templates"]):
        done = run("strace", "-f", "-y", "-s", "300", "-e", "trace=%network,%file", "-o", trace,
                   MAKEKIT, "--out", "kit.pdf", *DATE, *arguments, cwd=home)
        calls = trace.read_text(errors="replace") if trace.exists() else ""
        if "execve(" not in calls:
            return skip(f"the files that are opened were not watched: strace says {done.stderr[-200:]}")
        check(done.returncode == 1, f"ways out: status {done.returncode}: {done.stderr[-1000:]}")
        check(not re.search(r"\b(?:socket|connect|bind|sendto|sendmsg)\(", calls), "ways out: a network call was made")
        opened = set(re.findall(r"\bopen(?:at2?)?\(.* = \d+<([^>]*)>", calls))
        check(len(opened) > 5, f"ways out: only {sorted(opened)} were seen to be opened")
        inside = (str(home), str(MAKEKIT))
        outside = sorted(path for path in opened if not path.startswith(inside) and not SYSTEM.match(path))
        check(not outside, f"ways out: opened outside of the folders: {outside}")
        if not arguments:
            for number in range(len(photos)):
                check(f"case-{number}.toml:5:" in done.stderr, f"ways out: nothing is said of {photos[number]}")
            check("people.toml:5:" in done.stderr, "ways out: nothing is said of the file of recipients")
    check(not (home / "kit.pdf").exists(), "ways out: a kit was made")


# Pages that are taken out.


def judge_pages(folder):
    pdf = folder / "sheets.pdf"
    kit(pdf, "--only", "case-sheet")
    cases = [p for p in sorted((ROOT / "cases").glob("*.toml")) if p.stem != "kit"]
    names = [tomllib.loads(path.read_text(encoding="utf-8"))["name"] for path in cases]
    text = "".join(run("pdftotext", pdf, "-").stdout.split())
    names = [name for name in names if "".join(name.split()) in text]
    check(len(names) > 5, f"only {len(names)} names were found on the case sheets")
    count = int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", pdf).stdout)[1])
    for number in range(1, count + 1):
        page = folder / "page.pdf"
        run("qpdf", pdf, "--pages", pdf, number, "--", page)
        own = "".join(run("pdftotext", page, "-").stdout.split())
        data = plain(page).lower()
        for name in names:
            if "".join(name.split()) in own:
                continue
            check(not holds(data, name.lower()), f"page {number}, taken out, still names {name}")
        pictures = run("pdfimages", "-list", page).stdout.splitlines()[2:]
        check(len(pictures) <= 3, f"page {number}, taken out, carries {len(pictures)} pictures")


# The same bytes elsewhere.


def judge_same(folder):
    first = folder / "first.pdf"
    kit(first)
    bytes_of = first.read_bytes()
    elsewhere = folder / "elsewhere" / "deep" / "down"
    shutil.copytree(ROOT / "cases", elsewhere / "fälle")
    for path in sorted(elsewhere.rglob("*"), reverse=True):
        os.utime(path, (1, 1))
    places = {
        "another folder, time zone and language": {"TZ": "Pacific/Kiritimati", "LC_ALL": "ar_EG.UTF-8", "LANG": "tr_TR.UTF-8"},
        "a bare environment": None,
        "a clock without a zone": {"TZ": "", "LC_ALL": "C"},
    }
    for words, environment in places.items():
        environment = {} if environment is None else {**os.environ, **environment}
        kit(elsewhere / "kit.pdf", "--jobs", "3", cases="fälle", cwd=elsewhere, env=environment)
        check((elsewhere / "kit.pdf").read_bytes() == bytes_of, f"other bytes: {words}")
    if os.getuid() == 0:
        folder.chmod(0o755)
        shared = folder / "shared"
        shutil.copytree(elsewhere / "fälle", shared / "cases")
        shutil.copy(MAKEKIT, shared / "makekit")
        shared.chmod(0o777)
        done = run(shared / "makekit", "--out", "kit.pdf", *DATE, cwd=shared, user="nobody", group="nogroup", extra_groups=[], umask=0o077)
        check(done.returncode == 0, f"as another user: {done.stderr[-500:]}")
        check((shared / "kit.pdf").exists() and (shared / "kit.pdf").read_bytes() == bytes_of, "other bytes: another user")
        check((shared / "kit.pdf").stat().st_mode & 0o777 == 0o600, "the umask is not kept")
    else:
        skip("no run as another user: that takes an administrator")
    judge_watch(folder, elsewhere, bytes_of)


def judge_watch(folder, elsewhere, expected):
    """The third rebuild of a watch gives the bytes of a fresh run."""
    out = elsewhere / "watched.pdf"
    case = elsewhere / "fälle" / "egypt-amina.toml"
    text = case.read_text(encoding="utf-8")
    check("lawyer" in text, "the case of the watch has a word to change")
    watch = subprocess.Popen([MAKEKIT, "--cases", "fälle", "--out", "watched.pdf", "--watch", *DATE], cwd=elsewhere,
                             stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def settled(before, edited):
        """The kit's bytes when they are others than before; the edit is made again where a slow watch has missed it."""
        end = time.monotonic() + 90
        again = 0
        while time.monotonic() < end:
            if edited is not None and time.monotonic() > again:
                case.write_text(edited, encoding="utf-8")
                again = time.monotonic() + 10
            if out.exists() and (before is None or out.read_bytes() != before):
                time.sleep(1)
                return out.read_bytes()
            time.sleep(0.1)
        return b""

    try:
        built = settled(None, None)
        check(built == expected, "other bytes: the first build of a watch")
        for round, edited in enumerate((text.replace("lawyer", "teacher"), text.replace("lawyer", "doctor"), text)):
            built = settled(built, edited)
            check(built, f"rebuild {round + 1} of a watch did not come")
        check(built == expected, "other bytes: the third rebuild of a watch")
    finally:
        watch.send_signal(signal.SIGINT)
        watch.wait(30)


# Full disks.


@contextmanager
def small_disk(folder, options):
    """A file system of its own in memory; `None` where none can be had."""
    place = folder / "disk"
    place.mkdir(exist_ok=True)
    done = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", place)
    if done.returncode != 0:
        yield None
        return
    try:
        yield place
    finally:
        run("umount", place)


def judge_disks(folder):
    old_kit, old_manifest = folder / "old.pdf", folder / "old.json"
    kit(old_kit, "--only", "label")
    whole = folder / "whole.pdf"
    kit(whole)
    size = whole.stat().st_size
    block = 4096
    needs = size + whole.with_suffix(".json").stat().st_size
    with small_disk(folder, f"size={needs * 2 + 40 * block}") as disk:
        if disk is None:
            return skip("no full disk was tried: mounting is not allowed here")
        shutil.copy(old_kit, disk / "kit.pdf")
        shutil.copy(old_manifest, disk / "kit.json")
        before = {path.name: path.read_bytes() for path in disk.iterdir()}
        rooms = [0, 1, 2, size // block // 4, size // block // 2, size // block - 1]
        for room in rooms:
            filler = disk / "filler"
            free = os.statvfs(disk).f_bavail
            filler.write_bytes(b"x" * ((free - room) * block))
            done = kit(disk / "kit.pdf", status=3)
            words = f"with {room} blocks free"
            check("the disk is full" in done.stderr and "kit.pdf" in done.stderr, f"{words}: {done.stderr}")
            check("stands as it was" in done.stderr, f"{words}: nothing is said of the old kit: {done.stderr}")
            filler.unlink()
            left = {path.name: path.read_bytes() for path in disk.iterdir()}
            check(left == before, f"{words}: {sorted(left)} is not what stood there")
        # Room for the kit, but not for what is written after it: each file is the old one or the new.
        filler.write_bytes(b"x" * ((os.statvfs(disk).f_bavail - size // block - 2) * block))
        done = run(MAKEKIT, "--cases", ROOT / "cases", "--out", disk / "kit.pdf", "--split", *DATE)
        check(done.returncode in (0, 3), f"with --split: status {done.returncode}")
        check("panicked" not in done.stderr and "failed inside" not in done.stderr, done.stderr)
        strays = [path.name for path in disk.iterdir() if path.name.startswith(".makekit")]
        check(not strays, f"with --split: {strays} was left")
        check(run("qpdf", "--check", disk / "kit.pdf").returncode == 0, "with --split: the kit is not whole")
        filler.unlink()
        kit(disk / "kit.pdf")
        check((disk / "kit.pdf").read_bytes() == whole.read_bytes(), "with room again the kit is another")
    with small_disk(folder, "size=64m,nr_inodes=4") as disk:
        shutil.copy(old_kit, disk / "kit.pdf")
        shutil.copy(old_manifest, disk / "kit.json")
        (disk / "filler").touch()
        done = kit(disk / "kit.pdf", status=3)
        check("the disk is full" in done.stderr, f"without a free inode: {done.stderr}")
        check((disk / "kit.pdf").read_bytes() == old_kit.read_bytes(), "without a free inode the old kit is gone")
    with small_disk(folder, "size=64m,ro") as disk:
        done = kit(disk / "kit.pdf", status=3)
        check("read-only" in done.stderr, f"on a disk that is read-only: {done.stderr}")


def main():
    for judge in (judge_markers, judge_ways_out, judge_pages, judge_same, judge_disks):
        with tempfile.TemporaryDirectory(prefix="makekit-safety-") as name:
            judge(Path(name))
    words = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{words}")
    sys.exit(1 if failed else 0)


main()
