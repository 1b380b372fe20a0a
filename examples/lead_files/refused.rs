//! Rows that could not be read.

/// All are counted, the first are kept to be shown.
#[derive(Default)]
pub(crate) struct Refused {
    shown: Vec<String>,
    count: u64,
}

impl Refused {
    /// How many are shown.
    pub(crate) const MOST: usize = 20;

    /// How many rows there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The first of them, each with file, line, column and reason.
    pub(crate) fn shown(&self) -> &[String] {
        &self.shown
    }

    /// Counts a row. The message is made only when it is shown.
    pub(crate) fn row(&mut self, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.shown.len() < Self::MOST {
            self.shown.push(message());
        }
    }

    /// Adds what was refused behind it.
    pub(crate) fn append(&mut self, later: Self) {
        let room = Self::MOST - self.shown.len();
        self.shown.extend(later.shown.into_iter().take(room));
        self.count += later.count;
    }
}
