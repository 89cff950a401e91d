//! Takes every file of `fuzz/corpus/`; runs the fuzz target that it belongs to, without a fuzzer. What a fuzzer found once
//! stays found: its file is put there under a name that says what it was.

#[path = "../fuzz/src/lib.rs"]
mod properties;

use std::fs;
use std::path::Path;

#[test]
fn no_file_of_the_corpus_breaks_a_property() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in properties::TARGETS {
        let mut files: Vec<_> =
            fs::read_dir(corpus.join(name)).expect("a corpus").map(|e| e.expect("an entry").path()).collect();
        // What a fuzzer at work adds has no ending and is not ours to judge here.
        files.retain(|path| path.extension().is_some());
        files.sort();
        assert!(files.len() > 2, "{} files for {name}", files.len());
        for path in files {
            let data = fs::read(&path).expect("a file of the corpus");
            let result = std::panic::catch_unwind(|| target(&data));
            assert!(result.is_ok(), "{} breaks a property of `{name}`", path.display());
        }
    }
}
