//! The ends of a run that no stage plans: a signal, a limit that is passed, a fault of the program. In each the unfinished
//! files are taken away, and one plain error is told.

use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};

use super::MACHINE;
use super::args::MessageFormat;
use crate::diag::{Diagnostic, Sources, human, json};
use crate::{guard, write};

/// What a shell makes of a program that INT ended.
const INTERRUPTED: i32 = 130;

static AS_JSON: AtomicBool = AtomicBool::new(false);
/// The words of the latest fault. They are told where it ends the run: a decoder's fault on a damaged photo does not.
static FAULT: Mutex<Option<String>> = Mutex::new(None);

/// What a signal asks first; true where it was taken, and the program goes on to an end of its own.
static ASKED_FIRST: OnceLock<Box<dyn Fn() -> bool + Send + Sync>> = OnceLock::new();

/// Has a signal ask `taken` before it ends the program. Only the first call counts.
pub fn on_signal(taken: impl Fn() -> bool + Send + Sync + 'static) {
    let _ = ASKED_FIRST.set(Box::new(taken));
}

/// Puts the handlers in place.
pub fn prepare(format: MessageFormat) {
    AS_JSON.store(format == MessageFormat::Json, Ordering::Relaxed);
    guard::clean_up_with(write::take_away_unfinished);
    guard::report_with(|work, breach| {
        let (message, hint) = guard::words(work, breach);
        tell(Diagnostic::machine(message).hint(hint));
    });
    panic::set_hook(Box::new(|fault| *lock(&FAULT) = Some(fault_words(fault))));
    // Where files may not grow past a size, the write fails and is told, in place of a signal that ends the program.
    #[cfg(unix)]
    // SAFETY: to pass over a signal takes no handler.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
    // Without a handler a signal ends the program at once, and the next run sweeps what it left.
    let _ = ctrlc::set_handler(|| {
        if ASKED_FIRST.get().is_some_and(|taken| taken()) {
            return;
        }
        write::take_away_unfinished_for_good();
        tell(Diagnostic::machine("stopped before the kit was finished"));
        std::process::exit(INTERRUPTED);
    });
}

/// Runs the program; a fault in it ends in the status of a machine's failure.
pub fn caught(run: impl FnOnce() -> ExitCode) -> ExitCode {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        write::take_away_unfinished();
        if let Some(words) = lock(&FAULT).take() {
            tell(Diagnostic::machine(words));
        }
        ExitCode::from(MACHINE)
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn fault_words(fault: &panic::PanicHookInfo<'_>) -> String {
    let payload = fault.payload();
    let words = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(|s| &**s));
    let words = words.unwrap_or("no words").lines().next().unwrap_or_default();
    // The file's name alone: the path of a dependency would tell where the program was built.
    let place = fault.location().map_or_else(String::new, |place| {
        let name = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
        format!(" ({name}:{})", place.line())
    });
    format!("makekit failed inside: {words}{place} (this is a fault of the program, please report it)")
}

fn tell(diagnostic: Diagnostic) {
    let all = [diagnostic];
    let words = if AS_JSON.load(Ordering::Relaxed) {
        json(&all, &Sources::default())
    } else {
        human(&all, &Sources::default(), false)
    };
    let _ = std::io::stderr().lock().write_all(words.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_program_ends_as_a_failure_of_the_machine() {
        let status = caught(|| std::panic::resume_unwind(Box::new("a fault")));
        assert_eq!(format!("{status:?}"), format!("{:?}", ExitCode::from(MACHINE)));
        assert_eq!(format!("{:?}", caught(|| ExitCode::SUCCESS)), format!("{:?}", ExitCode::SUCCESS));
    }
}
