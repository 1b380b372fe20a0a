use crate::evaluate::Evaluation;
use crate::evaluate::evaluation::real;
use serde::{Deserialize, Serialize};

/// How scores are spread, by what came of the leads: a histogram of bins of equal width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreHistogram {
    /// The bins, from the lowest score up, those without leads included.
    pub bins: Vec<HistogramBin>,
}

/// A bin of a [`ScoreHistogram`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistogramBin {
    /// From this score on.
    pub from: f64,
    /// Below this score; of the last bin also at it.
    pub to: f64,
    /// How many leads that converted, as a sum of weights.
    pub converted: f64,
    /// How many that did not, as a sum of weights.
    pub others: f64,
}

impl HistogramBin {
    /// All leads of the bin, as a sum of weights.
    #[must_use]
    pub fn leads(&self) -> f64 {
        self.converted + self.others
    }
}

impl ScoreHistogram {
    /// In so many bins between two scores; between the least and the greatest where none are given. Equal ends make
    /// one bin.
    pub(super) fn of(evaluation: &Evaluation, bins: usize, range: Option<(f64, f64)>) -> Self {
        let ties = evaluation.ties();
        let least = ties.last().map_or(0.0, |tie| tie.score);
        let greatest = ties.first().map_or(0.0, |tie| tie.score);
        let (low, high) = range.unwrap_or((least, greatest));
        let count = if low < high { bins.max(1) } else { 1 };
        // By halves, so that nothing overflows.
        let share = |part: f64| low * (1.0 - part) + high * part;
        let edge = |place: usize| {
            if place == count {
                high
            } else {
                share(real(place) / real(count))
            }
        };
        let mut all: Vec<HistogramBin> = (0..count)
            .map(|place| HistogramBin {
                from: edge(place),
                to: edge(place + 1),
                converted: 0.0,
                others: 0.0,
            })
            .collect();
        for tie in ties {
            let place = all.partition_point(|bin| bin.from <= tie.score);
            if let Some(bin) = all.get_mut(place.saturating_sub(1)) {
                bin.converted += tie.converted;
                bin.others += tie.others;
            }
        }
        Self { bins: all }
    }
}
