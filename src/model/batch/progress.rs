use crate::score::ScoreMatrix;
use std::ops::ControlFlow;

/// How far the scoring of a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many leads are scored.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

/// The scoring of a batch was stopped before its last lead.
#[derive(Clone, Debug, thiserror::Error)]
#[error("stopped after {} of {} leads", .scored.len(), .total)]
pub struct Stopped {
    scored: Box<ScoreMatrix>,
    total: usize,
}

impl Stopped {
    pub(super) fn unless_whole(scored: ScoreMatrix, total: usize) -> Result<ScoreMatrix, Self> {
        if scored.len() == total {
            Ok(scored)
        } else {
            let scored = Box::new(scored);
            Err(Self { scored, total })
        }
    }

    /// The vectors of the leads that were scored: the first ones of the batch.
    #[must_use]
    pub fn scored(&self) -> &ScoreMatrix {
        &self.scored
    }

    /// The vectors of the leads that were scored, taken out.
    #[must_use]
    pub fn into_scored(self) -> ScoreMatrix {
        *self.scored
    }

    /// How many leads there were.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }
}

/// Who is told how far it is, and how often.
pub(super) struct Watch<'w> {
    watch: &'w mut dyn FnMut(Progress) -> ControlFlow<()>,
    round: usize,
}

impl<'w> Watch<'w> {
    /// Leads between two reports: milliseconds.
    const ROUND: usize = 65_536;

    /// All in one round.
    pub(super) fn never(watch: &'w mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        Self {
            watch,
            round: usize::MAX,
        }
    }

    pub(super) fn rounds(watch: &'w mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        Self {
            watch,
            round: Self::ROUND,
        }
    }

    pub(super) fn round(&self) -> usize {
        self.round
    }

    pub(super) fn goes_on(&mut self, progress: Progress) -> bool {
        (self.watch)(progress).is_continue()
    }
}
