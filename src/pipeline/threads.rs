//! A number of threads and a job in; the job's result out, run where parallel work has as many threads as that.

use crate::diag::Diagnostic;

/// Deep templates and documents recurse; threads are given room for the deepest that the limits allow.
const STACK_BYTES: usize = 64 << 20;

/// Runs a job on so many threads; `None` for one a processor.
///
/// # Errors
/// The system gives no threads.
pub fn on_threads<R: Send>(jobs: Option<u16>, job: impl FnOnce() -> R + Send) -> Result<R, Diagnostic> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs.map_or(0, usize::from))
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("makekit-{index}"))
        .build()
        .map_err(|error| {
            Diagnostic::machine(format!("cannot start threads: {error}")).hint("try `--jobs 1`")
        })?;
    Ok(pool.install(job))
}
