//! Takes the signal of a stack at its end; ends the program with an error that names the work at hand.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{CLEANUP, STATUS, WORK};

/// Puts the handler in place. Threads of the standard library have a second stack for it to run on.
pub(super) fn install() {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: the handler only reads cells of its thread and calls what may be called in a signal.
        unsafe {
            let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
            action.sa_sigaction = at_the_end as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut action.sa_mask);
            let mut before: libc::sigaction = MaybeUninit::zeroed().assume_init();
            libc::sigaction(signal, &raw const action, &raw mut before);
            if before.sa_sigaction == libc::SIG_DFL {
                NONE_BEFORE.store(true, Ordering::Relaxed);
            } else if signal == libc::SIGSEGV {
                *BEFORE.0.get() = before;
            }
        }
    }
}

/// The handler that stood before ours: the standard library's.
struct Before(std::cell::UnsafeCell<libc::sigaction>);
// SAFETY: written once, before the handler can run.
unsafe impl Sync for Before {}
// SAFETY: all zeroes is a valid action.
static BEFORE: Before = Before(std::cell::UnsafeCell::new(unsafe { MaybeUninit::zeroed().assume_init() }));
static NONE_BEFORE: AtomicBool = AtomicBool::new(false);

extern "C" fn at_the_end(signal: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let Some(work) = WORK.try_with(std::cell::Cell::get).ok().flatten() else {
        // No work of ours: as if this handler were not there; the fault comes again.
        // SAFETY: both actions are valid.
        unsafe {
            if NONE_BEFORE.load(Ordering::Relaxed) {
                libc::signal(signal, libc::SIG_DFL);
            } else {
                libc::sigaction(signal, BEFORE.0.get(), ptr::null_mut());
            }
        }
        return;
    };
    for part in [
        "error: `",
        work,
        "` is nested too deeply\n  = help: look for a list, a condition or a part that holds \
                 itself again and again\n",
    ] {
        // SAFETY: the parts live as long as the program.
        unsafe { libc::write(2, part.as_ptr().cast(), part.len()) };
    }
    if let Some(cleanup) = CLEANUP.get() {
        cleanup();
    }
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(STATUS) }
}
