//! Takes a kit and what can go wrong round it: a second run, no rights, links and pipes, planted secrets; runs the
//! program and looks at what it left on the disk and in the PDF.
#![cfg(unix)]

mod sample;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sample::{CASE, KIT};

const DATE: &str = "2026-11-21";

/// A folder that goes with the test.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().expect("a folder for the test"));
        fs::create_dir_all(bench.path("cases")).expect("a folder is made");
        fs::write(bench.path("cases/kit.toml"), KIT).expect("a file is written");
        fs::write(bench.path("cases/amina.toml"), CASE).expect("a file is written");
        fs::write(bench.path("cases/amina.jpg"), photo(&[])).expect("a file is written");
        bench
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_makekit"));
        command.args(arguments).args(["--date", DATE, "--quiet"]).current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        ended(self.command(arguments).output())
    }

    /// `makekit import` of a file of the folder.
    fn import(&self, file: &str, more: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_makekit"));
        ended(command.args(["import", file]).args(more).current_dir(self.0.path()).output())
    }

    /// The files beside the folder of cases, hidden ones too, and their bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let entries = fs::read_dir(self.0.path()).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file());
        paths.map(|path| (path.clone(), fs::read(path).expect("a file"))).collect()
    }

    fn kit(&self) -> Vec<u8> {
        fs::read(self.path("kit.pdf")).expect("the kit is there")
    }
}

fn ended(output: std::io::Result<Output>) -> (i32, String) {
    let output = output.expect("the program runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A drawn photo with segments of metadata put in behind its first marker.
fn photo(segments: &[(u8, &[u8])]) -> Vec<u8> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/photos/egypt-amina.jpg");
    let jpeg = fs::read(sample).expect("the sample kit's photo");
    let mut with = jpeg[..2].to_vec();
    for (marker, data) in segments {
        with.extend([0xff, *marker]);
        with.extend(u16::try_from(data.len() + 2).expect("a short segment").to_be_bytes());
        with.extend(*data);
    }
    with.extend(&jpeg[2..]);
    with
}

/// The bytes of a PDF, and those of its streams as far as they inflate.
fn raw_and_inflated(pdf: &[u8]) -> Vec<u8> {
    let mut all = pdf.to_vec();
    let mut streams = 0;
    let mut at = 0;
    while let Some(found) = find(&pdf[at..], b"stream\n").or_else(|| find(&pdf[at..], b"stream\r\n")) {
        at += found + b"stream".len();
        while matches!(pdf.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        let before = all.len();
        // What is no deflated stream gives an error and what was read until then.
        let _ = flate2::read::ZlibDecoder::new(&pdf[at..]).read_to_end(&mut all);
        streams += usize::from(all.len() > before);
    }
    assert!(streams > 3, "only {streams} streams were inflated");
    all
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

#[test]
fn nothing_of_a_photos_data_or_of_the_makers_machine_is_in_the_kit() {
    let bench = Bench::new();
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0e\0\x02\0\0\0\x11\0\0\0\x1a\0\0\0\0".to_vec();
    exif.extend(b"planted-in-exif-1\0");
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>planted-in-xmp-2</x:xmpmeta>";
    let planted: [(u8, &[u8]); 4] = [
        (0xe1, &exif),
        (0xe1, xmp),
        (0xfe, b"planted-in-comment-3"),
        (0xed, b"Photoshop 3.0\0planted-in-iptc-4"),
    ];
    let photo = photo(&planted);
    assert!(find(&photo, b"planted-in-exif-1").is_some());
    fs::write(bench.path("cases/planted-name-5.jpg"), photo).expect("a file is written");
    let case = CASE.replace("amina.jpg", "planted-name-5.jpg");
    fs::write(bench.path("cases/amina.toml"), case).expect("a file is written");

    let mut command = bench.command(&["--out", "kit.pdf"]);
    for variable in ["USER", "LOGNAME", "HOME", "HOSTNAME"] {
        command.env(variable, format!("/planted-{variable}"));
    }
    let (status, words) = ended(command.output());
    assert_eq!(status, 0, "{words}");
    let all = raw_and_inflated(&bench.kit());
    assert!(find(&all, b"/Image").is_some(), "the photo is in the kit");
    let folder = bench.0.path().file_name().expect("a name").to_string_lossy().into_owned();
    for marker in ["planted", "Exif", "Photoshop", folder.as_str(), "printpdf", "lopdf", "/root/", "/home/"] {
        assert!(find(&all, marker.as_bytes()).is_none(), "`{marker}` is in the kit");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_elsewhere_and_on_any_number_of_threads() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["--out", "kit.pdf", "--jobs", "1"]).0, 0);
    let kit = bench.kit();
    assert_eq!(bench.run(&["--out", "kit.pdf", "--jobs", "4"]).0, 0);
    assert_eq!(bench.kit(), kit, "four threads");

    let mut command = bench.command(&["--out", "kit.pdf"]);
    command.env("TZ", "Pacific/Kiritimati").env("LANG", "tr_TR.UTF-8").env("LC_ALL", "ar_EG.UTF-8");
    command.env("HOME", "/nowhere");
    assert_eq!(ended(command.output()).0, 0);
    assert_eq!(bench.kit(), kit, "another place and language");

    let elsewhere = Bench::new();
    let cases = bench.path("cases");
    let (status, words) = elsewhere.run(&["--cases", &cases.to_string_lossy(), "--out", "kit.pdf"]);
    assert_eq!(status, 0, "{words}");
    assert_eq!(elsewhere.kit(), kit, "from another folder");
}

/// Gives a command no more than so much of something.
fn limit(command: &mut Command, resource: i64, most: u64) {
    // SAFETY: between fork and exec only a system call is made.
    unsafe {
        command.pre_exec(move || {
            let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
            match libc::setrlimit(resource as _, &raw const limit) {
                0 => Ok(()),
                _ => Err(std::io::Error::last_os_error()),
            }
        });
    }
}

/// Linux counts what is mapped; elsewhere the limit means something else.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_memory_is_told_in_words() {
    let bench = Bench::new();
    fs::write(bench.path("kit.pdf"), b"%PDF the old kit").expect("a file is written");
    let mut told = 0;
    for most in (32..1200).step_by(9) {
        let mut command = bench.command(&["--out", "kit.pdf", "--jobs", "1"]);
        limit(&mut command, libc::RLIMIT_AS.into(), most << 20);
        let (status, words) = ended(command.output());
        match status {
            0 => break,
            3 => {
                told += 1;
                assert!(
                    words.contains("no memory left") || words.contains("cannot start threads"),
                    "{words}"
                );
                assert_eq!(bench.kit(), b"%PDF the old kit");
            }
            // The system itself finds no room for the program.
            _ if told == 0 && words.is_empty() => {}
            other => panic!("{most} MiB: {other}, {words}"),
        }
    }
    assert!(told > 0, "no run was short of memory");
}

#[test]
fn a_write_that_fails_at_any_byte_of_the_kit_leaves_the_old_one() {
    let bench = Bench::new();
    assert_eq!(bench.run(&["--out", "kit.pdf", "--only", "label"]).0, 0);
    let before = bench.files();
    assert_eq!(bench.run(&["--out", "new.pdf"]).0, 0);
    let length = fs::metadata(bench.path("new.pdf")).expect("a kit").len();
    for name in ["new.pdf", "new.json"] {
        fs::remove_file(bench.path(name)).expect("a file is taken away");
    }
    // More of them where asked for: each costs a run.
    let steps = std::env::var("MAKEKIT_FAULTS").ok().and_then(|n| n.parse().ok()).unwrap_or(4u64);
    for fails_at in (0..steps).map(|n| length * n / steps).chain([1, length - 1]) {
        let mut command = bench.command(&["--out", "kit.pdf"]);
        limit(&mut command, libc::RLIMIT_FSIZE.into(), fails_at);
        let (status, words) = ended(command.output());
        assert_eq!(status, 3, "at byte {fails_at}: {words}");
        assert!(words.contains("cannot write `kit.pdf`: the file is too large for this disk"), "{words}");
        assert!(words.contains("the `kit.pdf` of before stands as it was"), "{words}");
        assert!(bench.files() == before, "at byte {fails_at}: what stood there is another");
    }
}

#[test]
fn a_folder_without_rights_keeps_its_kit_and_says_so() {
    let bench = Bench::new();
    fs::create_dir(bench.path("locked")).expect("a folder is made");
    fs::write(bench.path("locked/kit.pdf"), b"%PDF the old kit").expect("a file is written");
    let rights = |mode| fs::set_permissions(bench.path("locked"), fs::Permissions::from_mode(mode));
    rights(0o555).expect("rights are taken");
    // The administrator of a machine may write everywhere: then there is nothing to be seen.
    let may_write = fs::write(bench.path("locked/probe"), b"").is_ok();
    let (status, words) = bench.run(&["--out", "locked/kit.pdf"]);
    rights(0o755).expect("rights are given back");
    if !may_write {
        assert_eq!(status, 3, "{words}");
        assert!(words.contains("no permission"), "{words}");
        assert_eq!(fs::read(bench.path("locked/kit.pdf")).expect("the old kit"), b"%PDF the old kit");
    }
}

#[test]
fn a_second_run_at_the_same_time_is_told() {
    let bench = Bench::new();
    fs::write(bench.path("kit.pdf"), b"%PDF the old kit").expect("a file is written");
    let folder = fs::File::open(bench.0.path()).expect("the folder");
    folder.lock().expect("the folder can be locked");
    let (status, words) = bench.run(&["--out", "kit.pdf"]);
    assert_eq!(status, 3, "{words}");
    assert!(words.contains("another makekit is writing"), "{words}");
    assert_eq!(bench.kit(), b"%PDF the old kit");
}

#[test]
fn links_pipes_and_devices_are_not_read() {
    let secret = tempfile::tempdir().expect("a folder");
    fs::write(secret.path().join("secret.jpg"), photo(&[])).expect("a file is written");
    let outside = secret.path().join("secret.jpg").to_string_lossy().into_owned();

    let bench = Bench::new();
    symlink(&outside, bench.path("cases/link.jpg")).expect("a link is made");
    symlink("/dev/zero", bench.path("cases/zero.jpg")).expect("a link is made");
    let made = Command::new("mkfifo").arg(bench.path("cases/pipe.jpg")).status().is_ok_and(|s| s.success());
    let up = "../../../../../../../../etc/passwd";
    let mut inputs = vec!["link.jpg", "zero.jpg", outside.as_str(), up, "/dev/zero"];
    inputs.extend(made.then_some("pipe.jpg"));
    for input in inputs {
        let case = CASE.replace("amina.jpg", input);
        fs::write(bench.path("cases/amina.toml"), case).expect("a file is written");
        let (status, words) = bench.run(&["--out", "kit.pdf"]);
        assert_eq!(status, 1, "{input}: {words}");
        assert!(words.contains("cases/amina.toml:5:"), "{input} is refused at its place: {words}");
        assert!(!bench.path("kit.pdf").exists(), "{input}");
    }
}

#[test]
fn a_photo_that_is_damaged_in_its_middle_is_an_error_that_names_it() {
    let bench = Bench::new();
    let mut photo = photo(&[]);
    let middle = photo.len() / 2;
    photo.drain(middle..middle + 900);
    fs::write(bench.path("cases/amina.jpg"), photo).expect("a file is written");
    let (status, words) = bench.run(&["--out", "kit.pdf"]);
    assert_eq!(status, 1, "{words}");
    assert!(words.contains("the photo `amina.jpg` is damaged"), "{words}");
    assert!(words.contains("cases/amina.toml:5:"), "{words}");
    assert!(!bench.path("kit.pdf").exists());
}

#[test]
fn limits_end_a_run_in_an_error_that_names_them() {
    let bench = Bench::new();
    let long = format!("letter = {{ body = \"{}\" }}\n\n[[targets]]", "word ".repeat(2000));
    fs::write(bench.path("cases/amina.toml"), CASE.replace("[[targets]]", &long)).expect("a file is written");
    for (limit, status) in [
        ("pages=3", 3),
        ("sheet-pages=1", 3),
        ("output-bytes=2k", 3),
        ("elements=10", 1),
        ("element-depth=2", 1),
        ("toml-bytes=100", 1),
        ("picture-pixels=100", 1),
        ("pictures-pixels=100", 1),
        ("pictures-memory=100", 1),
        ("text-bytes=100", 1),
    ] {
        let (ended, words) = bench.run(&["--out", "kit.pdf", "--limit", limit]);
        let name = limit.split('=').next().expect("a name");
        assert_eq!(ended, status, "{limit}: {words}");
        assert!(words.contains(&format!("--limit {name}=")), "{limit}: {words}");
        assert!(!bench.path("kit.pdf").exists(), "{limit}");
    }
}

/// Rows of a sheet: a heading, and a name that is the first shared string.
const ROWS: &str = "<row r='1'><c r='A1' t='inlineStr'><is><t>name</t></is></c></row>\
                    <row r='2'><c r='A2' t='s'><v>0</v></c></row>";

/// An XLSX workbook of these rows and shared strings.
fn workbook(rows: &str, strings: &[u8]) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns='{PACKAGE}'><Relationship Id='r' Type='{OFFICE}/officeDocument' \
                 Target='xl/workbook.xml'/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns='{SHEET}' xmlns:r='{OFFICE}'><sheets><sheet name='S' sheetId='1' r:id='s'/>\
                 </sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns='{PACKAGE}'><Relationship Id='s' Type='{OFFICE}/worksheet' \
                 Target='worksheets/sheet1.xml'/></Relationships>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns='{SHEET}'><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let how = zip::write::SimpleFileOptions::default();
    for (name, text) in &parts {
        zip.start_file(*name, how).expect("a part");
        zip.write_all(text.as_bytes()).expect("a part is written");
    }
    zip.start_file("xl/sharedStrings.xml", how).expect("a part");
    zip.write_all(strings).expect("a part is written");
    zip.finish().expect("a workbook").into_inner()
}

#[test]
fn a_workbook_that_unfolds_or_boasts_ends_in_an_error() {
    let bench = Bench::new();
    let strings = |head: &str, text: &str| format!("<sst {head}><si><t>{text}</t></si></sst>").into_bytes();
    fs::write(bench.path("people.xlsx"), workbook(ROWS, &strings("uniqueCount='1'", "Ala Example")))
        .expect("a file");
    let (status, words) = bench.import("people.xlsx", &[]);
    assert_eq!(status, 0, "{words}");

    let bomb = workbook(ROWS, &strings("", &"a".repeat(40 << 20)));
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    fs::write(bench.path("bomb.xlsx"), bomb).expect("a file");
    let (status, words) = bench.import("bomb.xlsx", &["--limit", "csv-bytes=2M"]);
    assert_eq!(status, 1, "{words}");
    assert!(words.contains("`bomb.xlsx` unfolds to more than 2 MiB"), "{words}");
    assert!(words.contains("--limit csv-bytes="), "{words}");

    for count in ["4000000000", "99999999999999999999", " 1000000000000 "] {
        let boast = strings(&format!("uniqueCount = '{count}'"), "Ala Example");
        fs::write(bench.path("boast.xlsx"), workbook(ROWS, &boast)).expect("a file");
        let (status, words) = bench.import("boast.xlsx", &[]);
        assert_eq!(status, 1, "{words}");
        assert!(words.contains("`boast.xlsx` is damaged"), "{words}");
    }
    let rows = "<row r='2'><c r='B2'><v>1</v></c><c r='A2'><v>2</v></c></row>";
    fs::write(bench.path("shuffled.xlsx"), workbook(rows, b"<sst/>")).expect("a file");
    let (status, words) = bench.import("shuffled.xlsx", &[]);
    assert_eq!(status, 1, "{words}");
    assert!(words.contains("the cells of `S` are out of order"), "{words}");

    let (status, words) = bench.import("people.xlsx", &["--limit", "pags=3"]);
    assert_eq!(status, 2, "{words}");
    assert!(words.contains("did you mean `pages`"), "{words}");
}

#[test]
fn every_limit_is_documented_as_it_is() {
    let page = include_str!("../docs/safety.md");
    for limit in makekit::limits::Limits::ALL {
        let row = format!("| `{}` | {} | {} |", limit.name, limit.unit.words(limit.default), limit.about);
        assert!(page.contains(&row), "docs/safety.md has no row\n{row}");
    }
}
