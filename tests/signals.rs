//! Takes a kit that stands and a run that would replace it; ends the run by a signal at a random moment, again and again,
//! and looks at what it left: each file whole, the old one or the new, and nothing else beside them.
//!
//! `MAKEKIT_KILLS=1000 cargo test --test signals` for more moments than the usual few; `MAKEKIT_SEED` for those of a
//! failure.
#![cfg(unix)]

mod sample;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use sample::{CASE, KIT};

/// So that a run does not take long.
const SHEETS: &str = "sheets = [\"case-sheet\", \"letter\", \"envelope\", \"label\"]\n";

/// How many moments are tried by default; each costs about a run.
const KILLS: u64 = 16;

/// Numbers from a seed (xorshift).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// The bytes of each file of a folder, hidden ones too, by name.
type Files = BTreeMap<String, Vec<u8>>;

struct Bench {
    folder: tempfile::TempDir,
    old: Files,
    new: Files,
    /// How long a run takes.
    time: Duration,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut bench = Self { folder, old: Files::new(), new: Files::new(), time: Duration::ZERO };
        let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/photos/egypt-amina.jpg");
        for path in ["cases", "out"] {
            fs::create_dir(bench.path(path)).expect("a folder is made");
        }
        fs::copy(photo, bench.path("cases/amina.jpg")).expect("a photo");
        fs::write(bench.path("cases/kit.toml"), format!("{SHEETS}{KIT}")).expect("a file is written");
        bench.say("Dear Madam,");
        bench.new = bench.made();
        bench.say("Dear Minister,");
        bench.old = bench.made();
        let start = Instant::now();
        assert_eq!(bench.made(), bench.old);
        bench.time = start.elapsed();
        bench.say("Dear Madam,");
        assert_eq!(bench.old.len(), 4, "{:?}", bench.old.keys());
        assert_eq!(bench.new.keys().collect::<Vec<_>>(), bench.old.keys().collect::<Vec<_>>());
        let same = ["kit-envelopes.pdf", "kit-labels.pdf"];
        for (name, bytes) in &bench.old {
            assert!(bench.new[name] != *bytes || same.contains(&&**name), "{name} says the same");
        }
        bench
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn say(&self, salutation: &str) {
        let case = CASE.replace("Dear Minister,", salutation);
        fs::write(self.path("cases/amina.toml"), case).expect("a file is written");
    }

    fn run(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_makekit"));
        command.args(["--out", "out/kit.pdf", "--split", "--date", "2026-11-21", "--quiet"]);
        command.current_dir(self.folder.path()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    fn files(&self) -> Files {
        let entries = fs::read_dir(self.path("out")).expect("the folder is there");
        entries
            .map(|entry| {
                let path = entry.expect("an entry").path();
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (name, fs::read(path).expect("a file"))
            })
            .collect()
    }

    /// What a run to its end leaves.
    fn made(&self) -> Files {
        assert!(self.run().wait().expect("the program ends").success());
        self.files()
    }

    fn put_back(&self) {
        for (name, bytes) in &self.old {
            fs::write(self.path("out").join(name), bytes).expect("the old file is put back");
        }
    }

    /// Waits until a file is being written, or the run has ended.
    fn wait_for_a_write(&self, run: &mut Child) {
        loop {
            let mut entries = fs::read_dir(self.path("out")).expect("the folder is there").flatten();
            if entries.any(|entry| entry.file_name().to_string_lossy().ends_with(".part"))
                || run.try_wait().expect("the program is there").is_some()
            {
                return;
            }
        }
    }
}

fn send(signal: &str, run: &Child) {
    let signal = match signal {
        "INT" => libc::SIGINT,
        "TERM" => libc::SIGTERM,
        "HUP" => libc::SIGHUP,
        _ => libc::SIGKILL,
    };
    // SAFETY: a signal to a child that was not waited for yet, so that its number is still its own.
    unsafe { libc::kill(run.id().cast_signed(), signal) };
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn a_signal_at_any_moment_leaves_each_file_whole_and_nothing_beside_them() {
    let clock =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(1, |time| time.as_micros() as u64);
    let seed = number("MAKEKIT_SEED").unwrap_or(clock) | 1;
    let mut seeded = Seeded(seed);
    let bench = Bench::new();
    let mut met_unfinished = 0;
    for round in 0..number("MAKEKIT_KILLS").unwrap_or(KILLS) {
        bench.put_back();
        let signal = ["INT", "TERM", "HUP", "KILL", "KILL"][seeded.below(5) as usize];
        let in_a_write = seeded.below(2) == 0;
        let mut run = bench.run();
        let delay = if in_a_write {
            // The first write, and what follows on it.
            bench.wait_for_a_write(&mut run);
            Duration::from_micros(seeded.below(3_000))
        } else {
            Duration::from_micros(seeded.below(bench.time.as_micros() as u64 * 11 / 10))
        };
        std::thread::sleep(delay);
        let when = format!(
            "seed {seed}, round {round}: {signal} {delay:?} after {}",
            if in_a_write { "a write began" } else { "the start" }
        );
        send(signal, &run);
        if seeded.below(4) == 0 {
            // Somebody who cannot wait.
            std::thread::sleep(Duration::from_micros(seeded.below(500)));
            send(signal, &run);
        }
        let status = run.wait().expect("the program ends");
        let left = bench.files();
        for (name, bytes) in &bench.old {
            let now = left.get(name).unwrap_or_else(|| panic!("{when}: {name} is gone"));
            assert!(now == bytes || *now == bench.new[name], "{when}: {name} is neither the old nor the new");
        }
        let strays: Vec<&String> = left.keys().filter(|name| !bench.old.contains_key(*name)).collect();
        if signal == "KILL" {
            assert!(strays.iter().all(|name| name.starts_with(".makekit-")), "{when}: {strays:?}");
            met_unfinished += strays.len();
            assert!(
                bench.made() == bench.new,
                "{when}: the run that follows makes the new kit and sweeps {strays:?}"
            );
        } else {
            assert!(strays.is_empty(), "{when}: {strays:?} was left");
            // Before the program could ask for signals, one ends it as it ends any.
            assert!(matches!(status.code(), Some(0 | 130) | None), "{when}: status {status:?}");
        }
    }
    println!("{met_unfinished} unfinished files were left by KILL and swept");
}
