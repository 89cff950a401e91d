//! Properties of reading: whatever stands in a case folder, nothing panics, every mistake has a place inside its file, and
//! large files are read in time.

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::date;
use makekit::diag::{Level, Places, Report, Sources, human, json};
use makekit::limits::Limits;
use makekit::load::{self, Folder};
use makekit::model::Kit;
use makekit::resolve;
use proptest::prelude::*;

fn read(folder: &Path) -> (Option<Kit>, Report, Sources) {
    let sources = Sources::default();
    let mut report = Report::default();
    let limits = Limits::default();
    let folder = Folder::open(folder).expect("the folder is there");
    let raw = load::load(&folder, None, &load::Photos::default(), &limits, &sources, &mut report);
    let options = resolve::Options::for_day(date(2026, 11, 20));
    let kit = resolve::resolve(&raw, &options, &limits, &sources, &mut report);
    (kit, report, sources)
}

/// Reads a folder with these files and shows all that is said of it, in both forms.
fn survive(files: &[(&str, &[u8])]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("writable");
    }
    let (_, report, sources) = read(folder.path());
    let diagnostics = report.into_sorted(&sources);
    let mut places = Places::new(&sources);
    for diagnostic in &diagnostics {
        if let Some(span) = diagnostic.span {
            assert!(span.start <= span.end, "{diagnostic:?}");
            places.find(span);
        }
    }
    let shown = human(&diagnostics, &sources, false);
    let unsafe_char = shown.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(unsafe_char, None, "{shown:?}");
    for line in json(&diagnostics, &sources).lines() {
        assert!(
            line.starts_with('{') && line.ends_with('}') && !line.chars().any(char::is_control),
            "{line:?}"
        );
    }
}

const CASE: &str = include_str!("input/case.toml");
const KIT: &str = include_str!("input/kit.toml");
const ROWS: &str = "name,salutation,street,city,country,in,post,fax\n\"Jo \"\"X\"\"\",\"Dear Jo,\",\"1 Street\nFloor 2\",Minsk,BY,US,direct,\nBo,Dear Bo,2 Street,Kyiv,UA,,none,+375 1\n";

/// A text with a few pieces cut out, doubled or replaced.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "\"",
        "\"\"\"",
        "'",
        "[",
        "]",
        "[[",
        "{",
        "}",
        "=",
        ",",
        "\n",
        "\r",
        "\\",
        "#",
        ".",
        "\0",
        "é",
        "\u{202e}",
        "中",
        "-",
        "2026-02-30",
        "[x]\n",
        "[[targets]]\n",
        "name",
        "true",
        "0x",
        "1e999",
        "nan",
        "\u{feff}",
        "\t",
        ";",
    ]);
    let edit = (any::<prop::sample::Index>(), 0usize..40, prop::option::of(pieces));
    prop::collection::vec(edit, 1..8).prop_map(move |edits| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, cut, piece) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, piece.unwrap_or("").bytes());
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_cases_never_panic(case in mutated(CASE), kit in mutated(KIT)) {
        survive(&[("a.toml", &case), ("kit.toml", &kit)]);
    }

    #[test]
    fn mutated_recipients_never_panic(rows in mutated(ROWS)) {
        survive(&[("a.toml", CASE.as_bytes()), ("recipients.csv", &rows)]);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        survive(&[("a.toml", &bytes), ("b.toml", text.as_bytes()), ("kit.toml", &bytes)]);
        survive(&[("a.toml", CASE.as_bytes()), ("recipients.csv", &bytes), ("maryia.jpg", &bytes)]);
    }

    #[test]
    fn random_pictures_never_panic(head in 0usize..6, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let heads: [&[u8]; 6] = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\x01\0\0WEBP", b"II*\0\x08\0\0\0", b"BM"];
        let file = [heads[head], &bytes].concat();
        let _ = load::decode_photo(&file, &Limits::default());
    }
}

#[test]
fn a_full_case_and_kit_are_read_without_a_mistake() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(
        folder.path().join("a.toml"),
        CASE.replace("file = \"maryia.jpg\"", "file = \"maryia.png\""),
    )
    .expect("writable");
    std::fs::write(folder.path().join("kit.toml"), KIT).expect("writable");
    std::fs::write(folder.path().join("recipients.csv"), ROWS).expect("writable");
    let png = [
        &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55"[..],
        b"\0\0\0\nIDAT\x78\x9c\x63\x60\0\0\0\x02\0\x01\x48\xaf\xa4\x71\0\0\0\0IEND\xae\x42\x60\x82",
    ]
    .concat();
    std::fs::write(folder.path().join("maryia.png"), &png).expect("writable");
    std::fs::write(folder.path().join("logo.png"), &png).expect("writable");
    let (kit, report, sources) = read(folder.path());
    let said = human(&report.into_sorted(&sources), &sources, false);
    assert_eq!(said, "");
    let kit = kit.expect("a kit");
    assert_eq!(kit.cases.len(), 1);
    let case = &kit.cases[0];
    assert_eq!(case.targets.len(), 4);
    assert_eq!(&*case.facts[0].0.value, "Held in");
    assert_eq!(&*case.targets[2].name.as_ref().expect("a name").value, "Jo \"X\"");
    assert!(case.photo.is_some() && kit.organisation.logo.is_some());
    let (photo, logo) =
        (case.photo.as_ref().map(|p| p.image.value), kit.organisation.logo.as_ref().map(|l| l.value));
    assert_eq!(photo, logo, "the same picture is kept once");
}

#[test]
fn a_hundred_thousand_recipients_are_read_in_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rows = String::from("name,office,salutation,street,postcode,city,country\n");
    for n in 0..100_000 {
        let _ = writeln!(
            rows,
            "Example Person {n},Member of the Council,Dear Example Person {n},\"{n} Example Street\nFloor {}\",{:05},Exampletown,US",
            n % 9,
            n
        );
    }
    std::fs::write(folder.path().join("recipients.csv"), rows).expect("writable");
    let case = CASE.split("[facts]").next().expect("the beginning").to_owned();
    std::fs::write(folder.path().join("a.toml"), case).expect("writable");
    let start = std::time::Instant::now();
    let (kit, report, _) = read(folder.path());
    let taken = start.elapsed();
    assert_eq!(report.count(Level::Error), 0);
    assert_eq!(kit.expect("a kit").cases[0].targets.len(), 100_000);
    println!("100,000 recipients: {} ms", taken.as_millis());
    assert!(taken.as_secs() < 10, "{taken:?}");
}
