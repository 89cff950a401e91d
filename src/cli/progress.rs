//! How many pieces are done of how many in; a bar on a terminal out, and nothing elsewhere.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A run that ends sooner than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(400);

/// A bar that appears only when a run takes long.
pub struct Bar {
    started: Instant,
    bar: Option<Mutex<Option<ProgressBar>>>,
}

impl Bar {
    /// `shown`: false draws nothing ever.
    pub fn new(shown: bool) -> Self {
        Self { started: Instant::now(), bar: shown.then(Mutex::default) }
    }

    pub fn tick(&self, done: usize, total: usize) {
        let Some(bar) = &self.bar else { return };
        if self.started.elapsed() < PATIENCE {
            return;
        }
        // Another thread is drawing: this tick is not worth waiting for.
        let Ok(mut bar) = bar.try_lock() else { return };
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos} of {len} pages made, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr()).with_style(style)
        });
        bar.set_position(done as u64);
    }

    /// Takes the bar away, so that what is said next stands alone.
    pub fn clear(&self) {
        if let Some(bar) = self.bar.as_ref().and_then(|bar| bar.lock().ok()?.take()) {
            bar.finish_and_clear();
        }
    }
}
