//! Takes command lines and small folders of input; runs the program in a folder of its own and looks at what it said,
//! which status it ended with and which files it left.

mod sample;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use sample::KIT;

/// An invented case with one target abroad.
const CASE: &str = r#"name = "Amina Example"
country = "PL"
who = "village nurse"
deadline = 2099-06-30
summary = "Amina Example is an invented nurse."
demands = ["release Amina Example"]
languages = ["en"]

[[targets]]
office = "Minister of Example Affairs"
salutation = "Dear Minister,"
address = { street = ["ul. Przykladowa 1"], city = "Warszawa", postcode = "00-950" }
"#;

/// A folder that goes with the test.
struct Bench {
    folder: tempfile::TempDir,
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder for the test") };
        bench.with("cases/kit.toml", KIT).with("cases/amina.toml", CASE)
    }

    fn with(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_makekit"));
        command.args(line.split_whitespace()).current_dir(self.folder.path());
        command.env("SOURCE_DATE_EPOCH", "1795219200");
        command
    }

    fn run(&self, line: &str) -> Ran {
        let Output { status, stdout, stderr } = self.command(line).output().expect("the program runs");
        Ran {
            status: status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            err: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// Pages of a PDF, by its own count.
    fn pages(&self, path: &str) -> usize {
        let document = lopdf::Document::load(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        document.get_pages().len()
    }

    /// Width and height of the first page, in whole millimetres.
    fn page_size_mm(&self, path: &str) -> (i32, i32) {
        let document = lopdf::Document::load(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        let page = *document.get_pages().get(&1).expect("a first page");
        let page = document.get_dictionary(page).expect("its dictionary");
        let media = page.get(b"MediaBox").and_then(lopdf::Object::as_array).expect("its size");
        let mm = |n: usize| (media[n].as_float().expect("a number") / 72.0 * 25.4).round() as i32;
        (mm(2), mm(3))
    }
}

impl Ran {
    #[track_caller]
    fn ended(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn said(self, words: &str) -> Self {
        assert!(self.err.contains(words), "`{words}` is not in\n{}", self.err);
        self
    }

    #[track_caller]
    fn gave(self, words: &str) -> Self {
        assert!(self.out.contains(words), "`{words}` is not in\n{}", self.out);
        self
    }
}

#[test]
fn changed_pages_stand_by_themselves_beside_the_whole_kit() {
    let bench = Bench::new();
    let line = "--only case-sheet,letter,envelope,label --changed";
    bench.run(line).ended(0).said("print the whole kit; `out/kit-changed.pdf` was not written");
    let whole = bench.pages("out/kit.pdf");
    bench.run(line).ended(0).said("no page is new or changed");
    assert!(!bench.path("out/kit-changed.pdf").exists());
    bench.write("cases/amina.toml", &CASE.replace("Dear Minister,", "Dear Madam,"));
    bench.run(line).ended(0).said("print again: letter, amina").said("out/kit-changed.pdf: 2 pages");
    assert_eq!(
        bench.pages("out/kit-changed.pdf"),
        2,
        "the case sheet, which shows the salutation, and the letter"
    );
    assert_eq!(bench.pages("out/kit.pdf"), whole);
}

#[cfg(unix)]
#[test]
fn a_watch_builds_after_an_edit_keeps_the_last_good_kit_and_stops() {
    let bench = Bench::new();
    let mut child =
        bench.command("--only letter --watch").stderr(Stdio::piped()).spawn().expect("the program runs");
    let (send, lines) = channel();
    let err = BufReader::new(child.stderr.take().expect("its words"));
    std::thread::spawn(move || err.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    let wait_for = |words: &str| {
        let until = Instant::now() + Duration::from_secs(60);
        let mut said = String::new();
        while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            said.push_str(&line);
            if line.contains(words) {
                return;
            }
        }
        panic!("`{words}` was not said in: {said}");
    };
    wait_for("watching `cases`");
    let first = fs::read(bench.path("out/kit.pdf")).expect("a kit");

    bench.write("cases/amina.toml", "name = ");
    wait_for("the last good kit stands");
    assert_eq!(fs::read(bench.path("out/kit.pdf")).expect("a kit"), first);

    // As editors do that save by renaming.
    bench.write("elsewhere", &CASE.replace("Dear Minister,", "Dear Madam,"));
    fs::rename(bench.path("elsewhere"), bench.path("cases/amina.toml")).expect("a file is moved");
    wait_for("print again: letter, amina");
    assert_ne!(fs::read(bench.path("out/kit.pdf")).expect("a kit"), first);

    let pid = i32::try_from(child.id()).expect("a process id");
    // SAFETY: a signal to the child, which has not been waited for.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
    assert_eq!(child.wait().expect("its status").code(), Some(0));
    let left: Vec<_> =
        fs::read_dir(bench.path("out")).expect("out").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn counts_of_several_tables_are_added_up_and_the_poster_is_made() {
    let bench = Bench::new()
        .with("cases/bela.toml", &CASE.replace("Amina", "Bela"))
        .with("one.csv", "case,letters,cards\namina,7,1\nbela,3,\n")
        .with("two.csv", "case;letters;signatures\n2;5;40\n");
    let ran = bench.run("report one.csv two.csv --format csv --poster results.pdf").ended(0);
    assert_eq!(ran.out, "case,letters,cards,signatures\namina,7,1,0\nbela,8,0,40\n");
    assert_eq!(bench.pages("results.pdf"), 1);
    assert!(!bench.path("results.json").exists());
    bench.run("report one.csv two.csv").ended(0).gave("total");
}

#[test]
fn counts_that_cannot_be_counted_are_mistakes_with_their_place() {
    let bench = Bench::new()
        .with("one.csv", "case,letters\namina,about 7\namyna,2\n,1\n")
        .with("two.csv", "case,leters\namina,7\n")
        .with("three.csv", "letters\n7\n");
    let ran = bench.run("report one.csv two.csv three.csv missing.csv --poster results.pdf").ended(1);
    let ran =
        ran.said("`about 7` is no count").said("one.csv:2:7").said("no case `amyna`").said("one.csv:3:1");
    let ran = ran.said("the row names no case").said("unknown column `leters`").said("two.csv:1:6");
    ran.said("has no column `case`").said("there is no file of counts `missing.csv`");
    assert!(!bench.path("results.pdf").exists());
}

#[test]
fn a_calibration_has_the_size_of_its_stock_and_moves_with_the_offsets() {
    let bench = Bench::new();
    bench.run("calibrate --labels avery-l7160 --out labels.pdf").ended(0).said("page 1 to print");
    bench.run("calibrate --labels avery-l7160 --offset-x 1.5 --out moved.pdf").ended(0);
    bench.run("calibrate --envelope c5 --out c5.pdf").ended(0);
    assert_eq!(bench.pages("labels.pdf"), 2);
    let bytes = |path: &str| fs::read(bench.path(path)).expect("a calibration");
    assert_ne!(bytes("labels.pdf"), bytes("moved.pdf"));
    assert_eq!(bench.page_size_mm("labels.pdf"), (210, 297));
    assert_eq!(bench.page_size_mm("c5.pdf"), (229, 162));
    bench.run("calibrate --labels avery-l716x").ended(1).said("there is no label stock `avery-l716x`");
    assert!(!bench.path("out").exists());
}

const PEOPLE: &str = "Case,Full name,Job title,Greeting,Address 1,Address 2,Town,ZIP,Country,Birthday
Bela Example,A. Namuna,Chair,\"Dear Chair,\",1 Sample Road,\"Plot \"\"7\"\"\",Jagdalpur,494999,India,1 May
Bela Example,,,,,,,,,
Bela Example,,,,2 Sample Road,,Jagdalpur,494998,IN,
dora,D. Misal,,,3 Sample Road,,Warszawa,00-950,Atlantis,
";

#[test]
fn a_spreadsheet_becomes_case_files_and_what_has_no_place_is_named() {
    let bench = Bench::new().with("people.csv", PEOPLE);
    let ran = bench.run("import people.csv").ended(0);
    let ran = ran.said("the column `Birthday` was not placed: 1 field").said("people.csv:1:72");
    let ran = ran.said("the row was not placed").said("people.csv:3:").said("people.csv:4:");
    let ran = ran.said("no country is called `Atlantis`").said("people.csv:5:");
    let ran = ran.said("cases/bela-example.toml: 1 target; to fill in: `summary`, `demands`");
    ran.said("cases/dora.toml: 1 target; to fill in: `name`, `country`, `summary`, `demands`, `salutation`");

    let bela = fs::read_to_string(bench.path("cases/bela-example.toml")).expect("a case file");
    assert!(bela.contains(r#"street = ["1 Sample Road", "Plot \"7\""]"#), "{bela}");
    bench.run("import people.csv").ended(1).said("`cases/bela-example.toml` is there already");

    fs::remove_file(bench.path("cases/dora.toml")).expect("a file is taken away");
    bench.run("check").ended(1).said("summary").said("demands");
    bench.write("cases/bela-example.toml", &format!("summary = \"S.\"\ndemands = [\"D\"]\n{bela}"));
    bench.run("check").ended(0).said("no mistakes found");
}

#[test]
fn of_many_mistakes_that_are_alike_the_first_are_shown_and_all_counted() {
    let mut rows = "name,salutation,street,city,postcode,country\n".to_owned();
    (0..300).for_each(|n| rows.push_str(&format!("Ala {n},Dear Ala,{n} Street,Warszawa,x{n},PL\n")));
    let case = CASE.replace("[[targets]]", "recipients = \"many.csv\"\n[[targets]]");
    let bench = Bench::new().with("cases/many.csv", &rows).with("cases/amina.toml", &case);
    let ran = bench.run("check");
    let shown = |words: &str| words.matches("--> cases/many.csv").count();
    assert_eq!(shown(&ran.err), 31, "{}", ran.err);
    ran.said("270 more like this, from here on").said("`--verbose` shows all").said("300 warnings");
    assert_eq!(shown(&bench.run("check --verbose").err), 300);
    let json = bench.run("check --message-format json");
    assert_eq!(json.err.lines().filter(|line| line.contains("many.csv")).count(), 300);
}

#[test]
fn an_address_of_a_letter_is_set_smaller_or_refused_and_never_drawn_over_the_text() {
    let lines = |count: usize| {
        let lines: Vec<String> = (1..=count).map(|n| format!("\"Line {n}\"")).collect();
        let own = r#"address = { street = ["ul. Przykladowa 1"], city = "Warszawa", postcode = "00-950" }"#;
        CASE.replace(own, &format!("address = {{ lines = [{}] }}", lines.join(", ")))
    };
    let bench = Bench::new().with("cases/amina.toml", &lines(8));
    let ran = bench.run("--only letter --out kit.pdf --date 2026-11-21");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let bench = bench.with("cases/amina.toml", &lines(14));
    let ran = bench.run("--only letter --out kit.pdf --date 2026-11-21");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.err.contains("the address does not fit its place"), "{}", ran.err);
}

#[test]
fn a_workbook_is_read_like_a_table_of_text() {
    let bench = Bench::new();
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/people.xlsx");
    fs::copy(book, bench.path("people.xlsx")).expect("a workbook");
    bench.run("import people.xlsx --sheet Others").ended(1).said("has no sheet `Others`").said("`People`");
    let ran = bench.run("import people.xlsx").ended(0).said("cases/people.toml: 2 targets");
    ran.said("the column `Note` was not placed").said("people.xlsx:1:46");
    let people = fs::read_to_string(bench.path("cases/people.toml")).expect("a case file");
    for words in [
        "name = \"A. Namuna\"",
        "\"1 Sample Road\", \"Flat 2\"",
        "postcode = \"494999\"",
        "country  = \"IN\"",
    ] {
        assert!(people.contains(words), "{words} is not in\n{people}");
    }
}
