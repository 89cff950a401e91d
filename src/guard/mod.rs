//! Takes limits on time and memory; ends the program, with an error that names the work and the limit, when a piece of
//! work passes one. For work that foreign code does and that cannot be stopped from outside, such as a template that
//! loops for ever.
//!
//! Entering and leaving a piece of work cost a few stores. A thread of its own looks ten times a second whether a piece
//! of work goes on for too long; the allocator counts what a piece of work has taken; a handler of the stack's end knows
//! whose stack it was.

mod memory;
#[cfg(unix)]
mod stack;

use std::cell::Cell;
use std::io::Write as _;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};
use std::time::{Duration, Instant};

use crate::limits::{Limits, Unit};

/// The exit status of a run that a limit ended.
pub const STATUS: i32 = 3;

/// How often the watching thread looks.
const TICK: Duration = Duration::from_millis(100);

/// What a piece of work took too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    Time(Duration),
    /// Bytes.
    Memory(u64),
    /// The stack: something is nested too deeply.
    Depth,
    /// The run as a whole took this long.
    Run(Duration),
    /// The machine, or the share of it that the run is given, has no memory left.
    Exhausted,
}

/// The words of the error for a breach, and of its hint.
pub fn words(work: &str, breach: Breach) -> (String, String) {
    let message = match breach {
        Breach::Time(limit) => {
            format!("`{work}` takes longer than the {} s that are allowed", limit.as_secs_f32())
        }
        Breach::Memory(limit) => {
            format!("`{work}` takes more memory than the {} that are allowed", Unit::Bytes.words(limit))
        }
        Breach::Depth => format!("`{work}` is nested too deeply"),
        Breach::Run(limit) => {
            format!("the run takes longer than the {} s that are allowed", limit.as_secs_f32())
        }
        Breach::Exhausted => "there is no memory left for this run".to_owned(),
    };
    let hint = match breach {
        Breach::Time(_) => format!("look for a loop in it; {}", Limits::hint("template-seconds")),
        Breach::Memory(_) => {
            format!("look for a text or list that grows; {}", Limits::hint("template-memory"))
        }
        Breach::Depth => {
            "look for a list, a condition or a part that holds itself again and again".to_owned()
        }
        Breach::Run(_) => Limits::hint("seconds"),
        Breach::Exhausted => {
            "close other programs, use `--jobs 1`, or make some sheets at a time with `--only` and `--case`"
                .to_owned()
        }
    };
    (message, hint)
}

type Reporter = fn(&str, Breach);
type Cleanup = fn();

static REPORTER: OnceLock<Reporter> = OnceLock::new();
static CLEANUP: OnceLock<Cleanup> = OnceLock::new();
static TIME_MS: AtomicU64 = AtomicU64::new(10_000);
static MEMORY: AtomicU64 = AtomicU64::new(512 << 20);
static START: Once = Once::new();
static SLOTS: Mutex<Vec<Arc<Slot>>> = Mutex::new(Vec::new());

/// How a breach is told; without it, as plain text on standard error. Only the first call counts.
pub fn report_with(reporter: fn(&str, Breach)) {
    let _ = REPORTER.set(reporter);
}

/// What is done before the program ends: temporary files are taken away. Only the first call counts. It must neither
/// allocate nor lock, as it may run where the stack or the memory is at its end.
pub fn clean_up_with(cleanup: fn()) {
    let _ = CLEANUP.set(cleanup);
}

/// Sets the limits for work that is entered from now on: time by the clock on the wall, and bytes allocated and not yet
/// freed by the thread that does it.
pub fn limit(time: Duration, memory: u64) {
    TIME_MS.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    MEMORY.store(memory, Ordering::Relaxed);
}

/// The end of the run that is going on, in milliseconds after [`BEGINNING`]; 0 for none.
static RUN_END: AtomicU64 = AtomicU64::new(0);
static RUN_LIMIT_MS: AtomicU64 = AtomicU64::new(0);
static BEGINNING: OnceLock<Instant> = OnceLock::new();

fn since_beginning() -> u64 {
    let beginning = BEGINNING.get_or_init(Instant::now);
    u64::try_from(beginning.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// A whole run under a limit of time, until it is dropped.
pub struct Run(());

/// Begins a run, which may take so long by the clock on the wall.
pub fn run(time: Duration) -> Run {
    START.call_once(start);
    let limit = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    RUN_LIMIT_MS.store(limit, Ordering::Relaxed);
    RUN_END.store(since_beginning().saturating_add(limit).max(1), Ordering::Release);
    Run(())
}

impl Drop for Run {
    fn drop(&mut self) {
        RUN_END.store(0, Ordering::Release);
    }
}

/// A name that lives as long as the program; one allocation for each different name.
pub fn name(text: &str) -> &'static str {
    static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let mut names = NAMES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = names.iter().find(|known| **known == text) {
        return known;
    }
    let known: &'static str = Box::leak(text.to_owned().into_boxed_str());
    names.push(known);
    known
}

/// What one thread is at. `turn` is odd while it works.
#[derive(Default)]
struct Slot {
    turn: AtomicU64,
    name: AtomicPtr<u8>,
    name_len: AtomicUsize,
}

impl Slot {
    fn name(&self) -> &'static str {
        let (start, len) = (self.name.load(Ordering::Acquire), self.name_len.load(Ordering::Acquire));
        if start.is_null() {
            return "";
        }
        // SAFETY: `enter` stores the parts of a `&'static str`. The watching thread may see the parts of two names only
        // if the turn changed between them, and it reads the turn before and after.
        unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, len)) }
    }
}

thread_local! {
    static OWN: OnceLock<Arc<Slot>> = const { OnceLock::new() };
    /// The name of the work this thread is at, for the allocator and the handler of the stack's end.
    static WORK: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// A piece of work under the limits, until it is dropped. Stays on its thread.
pub struct Work {
    slot: Arc<Slot>,
    on_this_thread: PhantomData<*const ()>,
}

/// Begins a piece of work; its name is what an error calls it. Work within work counts as the outer one's.
pub fn enter(name: &'static str) -> Option<Work> {
    START.call_once(start);
    if WORK.get().is_some() {
        return None;
    }
    let slot = OWN.with(|own| Arc::clone(own.get_or_init(register)));
    slot.name.store(name.as_ptr().cast_mut(), Ordering::Release);
    slot.name_len.store(name.len(), Ordering::Release);
    slot.turn.fetch_add(1, Ordering::AcqRel);
    WORK.set(Some(name));
    memory::begin(MEMORY.load(Ordering::Relaxed));
    Some(Work { slot, on_this_thread: PhantomData })
}

impl Drop for Work {
    fn drop(&mut self) {
        memory::end();
        WORK.set(None);
        self.slot.turn.fetch_add(1, Ordering::AcqRel);
    }
}

fn register() -> Arc<Slot> {
    let slot = Arc::new(Slot::default());
    SLOTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(Arc::clone(&slot));
    slot
}

fn start() {
    #[cfg(unix)]
    stack::install();
    // Without the thread there is no limit of time: the others still hold.
    let _ = std::thread::Builder::new().name("guard".to_owned()).stack_size(64 << 10).spawn(watch);
}

/// Counts for each thread the ticks through which it was at the same piece of work.
fn watch() {
    let mut seen: Vec<(u64, u32)> = Vec::new();
    loop {
        std::thread::sleep(TICK);
        let run_end = RUN_END.load(Ordering::Acquire);
        if run_end != 0 && since_beginning() >= run_end {
            breach("the run", Breach::Run(Duration::from_millis(RUN_LIMIT_MS.load(Ordering::Relaxed))));
        }
        let mut slots = SLOTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // A slot that only this list holds belonged to a thread that has ended.
        let mut at = 0;
        slots.retain(|slot| {
            let alive = Arc::strong_count(slot) > 1;
            if !alive && at < seen.len() {
                seen.remove(at);
            } else {
                at += 1;
            }
            alive
        });
        seen.resize(slots.len(), (0, 0));
        for (slot, (turn, ticks)) in slots.iter().zip(&mut seen) {
            let now = slot.turn.load(Ordering::Acquire);
            *ticks = if now == *turn && now % 2 == 1 { *ticks + 1 } else { 0 };
            *turn = now;
            let limit = Duration::from_millis(TIME_MS.load(Ordering::Relaxed));
            if TICK * *ticks >= limit {
                let name = slot.name();
                if slot.turn.load(Ordering::Acquire) == now {
                    breach(name, Breach::Time(limit));
                }
            }
        }
    }
}

/// Tells of a breach and ends the program.
fn breach(work: &str, breach: Breach) -> ! {
    memory::end();
    match REPORTER.get() {
        Some(reporter) => reporter(work, breach),
        None => {
            let (message, hint) = words(work, breach);
            let _ = std::io::stderr().write_all(format!("error: {message}\n  = help: {hint}\n").as_bytes());
        }
    }
    end()
}

fn end() -> ! {
    if let Some(cleanup) = CLEANUP.get() {
        cleanup();
    }
    #[cfg(unix)]
    // SAFETY: ends the process at once; the other threads hold nothing that must be put right.
    unsafe {
        libc::_exit(STATUS)
    }
    #[cfg(not(unix))]
    std::process::exit(STATUS)
}
