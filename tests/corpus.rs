//! Takes every file of `fuzz/corpus/`; runs the fuzz target that it belongs to, without a fuzzer, on the file and on random
//! changes to it. What was found once stays found: its file is put there under a name that says what it was.
//!
//! `MAKEKIT_CHANGES=100000 cargo test --test corpus` for more changes than the usual few; `MAKEKIT_SEED` for those of a
//! failure.

#[path = "../fuzz/src/lib.rs"]
mod properties;

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many changed files each target is given by default.
const CHANGES: u64 = 60;
/// No changed file grows longer than this, in bytes.
const LONGEST: usize = 16_384;

/// Numbers from a seed (xorshift).
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    /// A piece of some bytes, seldom a long one.
    fn piece(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len() + 1);
        let most = 1 << self.below(10);
        let length = self.below((bytes.len() - start).min(most) + 1);
        start..start + length
    }
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(path)
}

/// The corpus of a target, by file name.
fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder("corpus").join(name)).expect("a corpus");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    // What a fuzzer at work adds has no ending and is not ours to judge here.
    paths.retain(|path| path.extension().is_some());
    paths.sort();
    assert!(paths.len() > 2, "{} files for {name}", paths.len());
    paths.into_iter().map(|path| (path.clone(), fs::read(path).expect("a file of the corpus"))).collect()
}

/// The words of a target's dictionary.
fn dictionary(name: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(folder("dictionaries").join(format!("{name}.dict"))).expect("a dictionary");
    let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    let words: Vec<Vec<u8>> = quoted.map(unescaped).collect();
    assert!(words.len() > 10, "{} words for {name}", words.len());
    words
}

/// The bytes of `\xHH` and of what stands for itself.
fn unescaped(word: &str) -> Vec<u8> {
    let mut parts = word.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend(part[2..].bytes());
    }
    bytes
}

/// One to eight changes of a file.
fn change(data: &mut Vec<u8>, others: &[(PathBuf, Vec<u8>)], words: &[Vec<u8>], seeded: &mut Seeded) {
    for _ in 0..=seeded.below(8) {
        let piece = seeded.piece(data);
        let new = match seeded.below(8) {
            0 => Vec::new(),
            1 => data[piece.clone()].repeat(2),
            2 => vec![seeded.below(256) as u8; seeded.below(4)],
            3 => [b"0", b"9", b"-", b"\n", b"\"", b"\0", b"\xff", b"{"][seeded.below(8)].to_vec(),
            4 => data[piece.clone()].iter().map(|byte| byte ^ (1 << seeded.below(8))).collect(),
            5 => {
                let other = &others[seeded.below(others.len())].1;
                other[seeded.piece(other)].to_vec()
            }
            _ => words[seeded.below(words.len())].clone(),
        };
        let at = if seeded.below(2) == 0 { piece } else { piece.start..piece.start };
        data.splice(at, new);
        data.truncate(LONGEST);
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn no_file_of_the_corpus_breaks_a_property() {
    for (name, target) in properties::TARGETS {
        for (path, data) in corpus(name) {
            assert!(
                catch_unwind(|| target(&data)).is_ok(),
                "{} breaks a property of `{name}`",
                path.display()
            );
        }
    }
}

#[test]
fn no_changed_file_breaks_a_property() {
    let clock =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(1, |time| time.as_micros() as u64);
    let seed = number("MAKEKIT_SEED").unwrap_or(clock) | 1;
    let changes = number("MAKEKIT_CHANGES").unwrap_or(CHANGES);
    let only = std::env::var("MAKEKIT_TARGET").ok();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, target) in properties::TARGETS {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let (files, words) = (corpus(name), dictionary(name));
        let mut seeded = Seeded(seed);
        for round in 0..changes {
            let mut data = files[seeded.below(files.len())].1.clone();
            change(&mut data, &files, &words, &mut seeded);
            // A target that ends the program leaves the file behind too.
            let path = kept.join(format!("changed-{name}"));
            fs::write(&path, &data).expect("the changed file is kept");
            assert!(
                catch_unwind(|| target(&data)).is_ok(),
                "seed {seed}, round {round}: {} breaks a property of `{name}`",
                path.display()
            );
        }
    }
}
