use super::problem::Problems;
use crate::lead::shortened;
use crate::score::{Dimension, Ranks, Score};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Percentile ranks of a dimension, or of the composite, in a population: fitted once and stored with the model.
///
/// The rank of a score is the share of the population below it plus half of the share that has exactly that score, in
/// percent. [`ScoreVector::percentile`](crate::ScoreVector::percentile) reads it, and labels and matrices can be
/// [on percentiles](crate::LabelOn::Percentile). A score that nobody in the population had is ranked in proportion
/// between its neighbours, 0 below all of them and 100 above.
///
/// # Units
/// 0 to 100: 90 is better than about nine in ten.
///
/// # Examples
/// ```
/// use lead_scoring::{PercentileSpec, Score};
///
/// let population = [10.0, 20.0, 20.0, 40.0].map(Score::saturating);
/// let ranks = PercentileSpec::fit("fit", population);
/// assert_eq!(ranks.ranks, [(10.0, 12.5), (20.0, 50.0), (40.0, 87.5)]);
/// ```
///
/// # References
/// "Mean" percentile rank, as `scipy.stats.percentileofscore(kind="mean")`; Roscoe 1975.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PercentileSpec {
    /// The dimension, or `composite`; once in a model.
    pub of: String,
    /// Scores with their ranks, lowest first.
    pub ranks: Vec<(f64, f64)>,
}

/// Where one step of ranks is wider than this in percent, it is kept.
const STEP: f64 = 0.1;

impl PercentileSpec {
    /// The most ranks of one dimension.
    pub const MAX_RANKS: usize = 100_000;

    /// Ranks in a population, given as the machine scores of its leads; those who abstain are left out. A population
    /// in which nobody is scored gives no ranks, which is found when the model is built.
    ///
    /// Up to 1,000 different scores are kept exactly; of more, as many as hold every rank to within 0.2.
    ///
    /// Take a [`ScoreMatrix`](crate::ScoreMatrix)'s [`column`](crate::ScoreMatrix::column) or
    /// [`composites`](crate::ScoreMatrix::composites).
    #[must_use]
    pub fn fit(of: impl Into<String>, population: impl IntoIterator<Item = Option<Score>>) -> Self {
        /// Up to here nothing is left out.
        const EXACT: usize = 1_000;
        let mut scores: Vec<f64> = population.into_iter().flatten().map(Score::get).collect();
        scores.sort_by(f64::total_cmp);
        #[allow(clippy::cast_precision_loss)] // populations are far below 2^53
        let rank = |below: usize, same: usize| {
            100.0 * (below as f64 + 0.5 * same as f64) / scores.len() as f64
        };
        let mut ranks: Vec<(f64, f64)> = Vec::new();
        let mut below = 0;
        for same in scores.chunk_by(|a, b| a == b) {
            ranks.extend(same.first().map(|&score| (score, rank(below, same.len()))));
            below += same.len();
        }
        if ranks.len() > EXACT {
            ranks = thinned(&ranks);
        }
        Self {
            of: of.into(),
            ranks,
        }
    }

    pub(super) fn resolve_all(
        specs: &[Self],
        dimensions: &[Dimension],
        has_composite: bool,
        path: &str,
        problems: &mut Problems,
    ) -> Vec<(Option<usize>, Ranks)> {
        let mut seen = HashSet::new();
        let mut ready = Vec::with_capacity(specs.len());
        for (i, spec) in specs.iter().enumerate() {
            let path = format!("{path}percentiles[{i}]");
            if !seen.insert(spec.of.as_str()) {
                problems.push(
                    format!("{path}.of"),
                    format!("`{}` stands twice", shortened(&spec.of)),
                );
            }
            let place = dimensions
                .iter()
                .position(|dimension| dimension.name() == spec.of);
            if spec.of == "composite" {
                if !has_composite {
                    problems.push(format!("{path}.of"), "the model has no composite");
                }
            } else if place.is_none() {
                let known = dimensions.iter().map(Dimension::name);
                problems.unknown(format!("{path}.of"), "dimension", &spec.of, known);
            }
            spec.check(&format!("{path}.ranks"), problems);
            // What is not there is reported already.
            if spec.of == "composite" || place.is_some() {
                ready.push((place, Ranks::new(&spec.ranks)));
            }
        }
        ready
    }

    fn check(&self, path: &str, problems: &mut Problems) {
        if self.ranks.is_empty() {
            problems.push(
                path,
                "needs at least one rank: nobody in the population was scored",
            );
        }
        if self.ranks.len() > Self::MAX_RANKS {
            problems.push(
                path,
                format!("at most 100,000 ranks, got `{}`", self.ranks.len()),
            );
            return;
        }
        let mut last: Option<(f64, f64)> = None;
        for (i, &(score, rank)) in self.ranks.iter().enumerate() {
            let path = || format!("{path}[{i}]");
            for (what, value) in [("score", score), ("rank", rank)] {
                if !(0.0..=100.0).contains(&value) {
                    problems.push(
                        path(),
                        format!("a {what} must be between 0 and 100, got `{value}`"),
                    );
                }
            }
            if let Some((below, lower)) = last {
                if score <= below || rank < lower {
                    problems.push(
                        path(),
                        format!(
                            "scores and ranks must rise, got `{score}` and `{rank}` after `{below}` and `{lower}`"
                        ),
                    );
                }
            }
            last = Some((score, rank));
        }
    }
}

/// Leaves out ranks that lie close to their neighbours.
fn thinned(ranks: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let mut passed: Option<(f64, f64)> = None;
    for &point in ranks {
        let far = |from: (f64, f64)| point.1 - from.1 >= STEP;
        if kept.last().is_none_or(|&last| far(last)) {
            // Before a wide step the point in front of it stays, so that no rank is drawn towards the far end.
            kept.extend(passed.take().filter(|&before| far(before)));
            kept.push(point);
            passed = None;
        } else {
            passed = Some(point);
        }
    }
    kept.extend(passed);
    kept
}
