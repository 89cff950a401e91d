//! Takes the program's allocations; ends it when the piece of work at hand has taken more than its share.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

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

/// Bytes for the words that tell of it when the machine has none left.
const RESERVE: usize = 256 << 10;

/// Room that is given out once, from the front, and never taken back: the program ends then.
struct Reserve {
    room: UnsafeCell<[u8; RESERVE]>,
    given: AtomicUsize,
}

// SAFETY: no byte of the room is given out twice.
unsafe impl Sync for Reserve {}

static RESERVED: Reserve = Reserve { room: UnsafeCell::new([0; RESERVE]), given: AtomicUsize::new(0) };

impl Reserve {
    /// Room of zeroes; null where there is too little left.
    fn give(&self, layout: Layout) -> *mut u8 {
        let most = layout.size().saturating_add(layout.align());
        let end = |from: usize| from.checked_add(most).filter(|end| *end <= RESERVE);
        let Ok(from) = self.given.fetch_update(Ordering::Relaxed, Ordering::Relaxed, end) else {
            return std::ptr::null_mut();
        };
        let start = self.room.get().cast::<u8>().wrapping_add(from);
        start.wrapping_add(start.align_offset(layout.align()))
    }

    #[inline]
    fn holds(&self, pointer: *mut u8) -> bool {
        pointer.addr().wrapping_sub(self.room.get().addr()) < RESERVE
    }
}

thread_local! {
    /// Whether this thread tells that there is no memory left.
    static TELLS: Cell<bool> = const { Cell::new(false) };
}

/// A pointer as the allocator gave it; where it gave none the program ends in words, not in a signal.
#[inline]
fn given(pointer: *mut u8, layout: Layout) -> *mut u8 {
    if pointer.is_null() { exhausted(layout) } else { pointer }
}

#[cold]
fn exhausted(layout: Layout) -> *mut u8 {
    static TOLD: AtomicBool = AtomicBool::new(false);
    if TELLS.try_with(Cell::get).unwrap_or(false) {
        return RESERVED.give(layout);
    }
    if TOLD.swap(true, Ordering::SeqCst) {
        // Another thread tells it, and ends the program.
        std::thread::sleep(Duration::from_secs(10));
        return std::ptr::null_mut();
    }
    let _ = TELLS.try_with(|tells| tells.set(true));
    breach("", Breach::Exhausted)
}

// SAFETY: every call goes to mimalloc as it is, but for what the reserve gave, which is not given back.
unsafe impl GlobalAlloc for Counting {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        given(unsafe { MiMalloc.alloc(layout) }, layout)
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        given(unsafe { MiMalloc.alloc_zeroed(layout) }, layout)
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        if !RESERVED.holds(pointer) {
            unsafe { MiMalloc.dealloc(pointer, layout) }
        }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        let moved = if RESERVED.holds(pointer) {
            std::ptr::null_mut()
        } else {
            unsafe { MiMalloc.realloc(pointer, layout, size) }
        };
        if moved.is_null() { unsafe { moved_to_reserve(pointer, layout, size) } } else { moved }
    }
}

/// What `realloc` gives where the allocator has nothing.
///
/// # Safety
/// As for `realloc`.
#[cold]
unsafe fn moved_to_reserve(pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
    // SAFETY: the alignment is that of a layout, and the size is what the caller asks for.
    let to = exhausted(unsafe { Layout::from_size_align_unchecked(size, layout.align()) });
    if !to.is_null() {
        // SAFETY: both are at least this long, and what the reserve gives is new.
        unsafe { to.copy_from_nonoverlapping(pointer, layout.size().min(size)) };
    }
    to
}
