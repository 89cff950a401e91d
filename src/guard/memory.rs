//! Takes the program's allocations; ends it when the piece of work at hand has taken more than its share.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use mimalloc::MiMalloc;

use super::{Breach, WORK, breach};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// mimalloc, with a count of what each thread takes and gives back.
struct Counting;

thread_local! {
    /// Bytes taken by this thread since its work began, less those given back.
    static TAKEN: Cell<i64> = const { Cell::new(0) };
    /// What it may take; no work, no limit.
    static LIMIT: Cell<i64> = const { Cell::new(i64::MAX) };
}

/// Begins to count against a limit in bytes.
pub(super) fn begin(limit: u64) {
    TAKEN.set(0);
    LIMIT.set(i64::try_from(limit).unwrap_or(i64::MAX));
}

/// Lifts the limit.
pub(super) fn end() {
    LIMIT.set(i64::MAX);
}

#[inline]
fn count(bytes: i64) {
    // A thread that is being taken down has no cells any more, and no work either.
    let taken = TAKEN.try_with(|taken| {
        let now = taken.get().wrapping_add(bytes);
        taken.set(now);
        now
    });
    if let (Ok(taken), Ok(limit)) = (taken, LIMIT.try_with(Cell::get))
        && taken > limit
    {
        too_much(limit);
    }
}

#[cold]
fn too_much(limit: i64) {
    end();
    let work = WORK.try_with(Cell::get).ok().flatten().unwrap_or_default();
    breach(work, Breach::Memory(limit.unsigned_abs()))
}

/// A pointer as the allocator gave it; where it gave none the program ends in words, not in a signal.
#[inline]
fn given(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() {
        exhausted();
    }
    pointer
}

#[cold]
fn exhausted() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    // Not again, where the words themselves find no room: then the caller ends the program.
    if !TOLD.swap(true, Ordering::SeqCst) {
        breach("", Breach::Exhausted)
    }
}

// SAFETY: every call goes to mimalloc as it is.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        given(unsafe { MiMalloc.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        given(unsafe { MiMalloc.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        given(unsafe { MiMalloc.realloc(pointer, layout, size) })
    }
}
