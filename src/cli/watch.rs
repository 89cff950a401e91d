//! Options in; a kit that is rebuilt after each edit, until the program is asked to stop.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::terminal::Terminal;
use super::{MACHINE, ending, kit, words};
use crate::diag::{Diagnostic, Report, Sources};
use crate::pipeline::{Options, Session};
use crate::write;

/// An editor saves in several steps; a build begins when none has followed for so long.
const QUIET: Duration = Duration::from_millis(8);
/// A burst that does not end is built all the same after so long.
const LONGEST_BURST: Duration = Duration::from_millis(500);
/// How often a folder that was taken away is looked for again.
const LOST: Duration = Duration::from_millis(300);

/// What wakes the watch.
enum Wake {
    Event(notify::Result<Event>),
    Stop,
}

/// What an edit asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Edit {
    any: bool,
    fonts: bool,
}

/// `makekit --watch`
pub fn watch(options: &Options, terminal: &Terminal) -> ExitCode {
    let (send, wakes) = channel();
    stop_on_signals(send.clone());
    let watcher = notify::recommended_watcher(move |event| {
        // The watch has ended: nobody listens any more.
        let _ = send.send(Wake::Event(event));
    });
    let mut folders = match watcher {
        Ok(watcher) => Folders::new(watcher, options),
        Err(error) => {
            terminal.error(Diagnostic::machine(format!("cannot watch folders: {error}")));
            return ExitCode::from(MACHINE);
        }
    };
    // Watched before the first build, so that no edit falls between the two.
    folders.find_lost();
    let mut session = None;
    let mut first = true;
    let mut edit = Edit { any: true, fonts: true };
    loop {
        if edit.any {
            rebuild(&mut session, options, terminal, first, edit.fonts);
            if first {
                terminal.say(&format!("watching {}; stop with Ctrl-C", folders.in_words()));
            }
            first = false;
        }
        match next_edit(&wakes, &mut folders, terminal) {
            Some(next) => edit = next,
            None => return ExitCode::SUCCESS,
        }
    }
}

/// One build. With mistakes they are shown, and the kit of before stands.
fn rebuild(
    session: &mut Option<Session>,
    options: &Options,
    terminal: &Terminal,
    first: bool,
    fonts_changed: bool,
) {
    let started = Instant::now();
    let mut report = Report::default();
    let sources = Sources::default();
    if fonts_changed {
        *session = None;
    }
    let kept = session.get_or_insert_with(|| Session::new(options, true, &mut report));
    let built = kit::run(kept, options, &sources, &mut report, terminal, true);
    let took = started.elapsed();
    if report.has_errors() {
        // Fonts that could not be read are read anew with the next edit.
        if fonts_changed {
            *session = None;
        }
        terminal.report(report, &sources);
        terminal.say("the last good kit stands as it was; waiting for the next edit");
        return;
    }
    if first {
        terminal.report(report, &sources);
    }
    let Some(built) = built else { return };
    let words = if first {
        words::summary(&built.summary, terminal.verbose)
    } else {
        words::rebuilt(&built.summary, took, terminal.verbose)
    };
    terminal.say(words.trim_end());
}

/// INT and TERM end the watch after the build at hand; a second one ends the program at once.
fn stop_on_signals(send: Sender<Wake>) {
    static ASKED: AtomicBool = AtomicBool::new(false);
    ending::on_signal(move || !ASKED.swap(true, Ordering::SeqCst) && send.send(Wake::Stop).is_ok());
}

/// Waits for an edit and for the end of its burst. `None`: the program is asked to stop.
fn next_edit(wakes: &Receiver<Wake>, folders: &mut Folders, terminal: &Terminal) -> Option<Edit> {
    let mut edit = Edit::default();
    let mut burst: Option<Instant> = None;
    loop {
        let patience = match burst {
            Some(since) if since.elapsed() > LONGEST_BURST => return Some(edit),
            Some(_) => QUIET,
            None if folders.some_lost() => LOST,
            None => Duration::from_secs(3600),
        };
        match wakes.recv_timeout(patience) {
            Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Ok(Wake::Event(Ok(event))) => {
                let asks = folders.edit(&event);
                if asks.any {
                    burst.get_or_insert_with(Instant::now);
                    edit = Edit { any: true, fonts: edit.fonts || asks.fonts };
                }
            }
            Ok(Wake::Event(Err(error))) => {
                terminal.say(&format!("the watch of a folder said: {error}; all is built again"));
                burst.get_or_insert_with(Instant::now);
                edit.any = true;
            }
            Err(RecvTimeoutError::Timeout) => {
                if folders.find_lost() {
                    edit = Edit { any: true, fonts: true };
                }
                if edit.any {
                    return Some(edit);
                }
            }
        }
    }
}

/// The folders watched. Folders rather than files: an editor that saves by renaming leaves the file it had behind.
struct Folders {
    watcher: RecommendedWatcher,
    folders: Vec<Watched>,
    /// What the program writes itself, as absolute paths.
    own: Vec<PathBuf>,
}

struct Watched {
    shown: PathBuf,
    path: PathBuf,
    fonts: bool,
    /// Not there at this moment.
    lost: bool,
}

impl Folders {
    fn new(watcher: RecommendedWatcher, options: &Options) -> Self {
        let folders = [(Some(&options.cases), false), (options.templates.as_ref(), false)]
            .into_iter()
            .chain([(options.fonts.as_ref(), true)])
            .filter_map(|(path, fonts)| path.map(|path| (path, fonts)))
            .map(|(path, fonts)| Watched { shown: path.clone(), path: absolute(path), fonts, lost: true })
            .collect();
        let own = options.written().iter().map(|path| absolute(path)).collect();
        Self { watcher, folders, own }
    }

    fn in_words(&self) -> String {
        let names: Vec<String> = self.folders.iter().map(|f| format!("`{}`", f.shown.display())).collect();
        names.join(", ")
    }

    fn some_lost(&self) -> bool {
        self.folders.iter().any(|folder| folder.lost)
    }

    /// Watches the folders that are there again. True where one was found.
    fn find_lost(&mut self) -> bool {
        let mut found = false;
        for folder in self.folders.iter_mut().filter(|folder| folder.lost) {
            if folder.path.is_dir() && self.watcher.watch(&folder.path, RecursiveMode::Recursive).is_ok() {
                folder.lost = false;
                found = true;
            }
        }
        found
    }

    /// What an event asks for; reading asks for nothing, nor does what we write.
    fn edit(&mut self, event: &Event) -> Edit {
        let counts = match event.kind {
            EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
            _ => true,
        };
        if !counts {
            return Edit::default();
        }
        if event.need_rescan() || event.paths.is_empty() {
            return Edit { any: true, fonts: true };
        }
        let mut edit = Edit::default();
        for path in event.paths.iter().filter(|path| !is_own(&self.own, path)) {
            edit.any = true;
            for folder in &mut self.folders {
                edit.fonts |= folder.fonts && path.starts_with(&folder.path);
                if *path == folder.path && !folder.path.is_dir() {
                    let _ = self.watcher.unwatch(&folder.path);
                    folder.lost = true;
                }
            }
        }
        edit
    }
}

/// True for the files that a build writes, finished or not.
fn is_own(own: &[PathBuf], path: &Path) -> bool {
    own.iter().any(|file| file == path) || path.file_name().is_some_and(write::is_unfinished)
}

/// The path as events give it: from the root, its folder's links followed.
fn absolute(path: &Path) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    // The file is not there yet; its folder may be.
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}
