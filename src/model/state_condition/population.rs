use super::Conditions;
use crate::score::ScoreMatrix;
#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::ops::Range;

/// Leads and scores that do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PopulationError {
    /// There are not as many of one as of the other.
    #[error("`{given}` {what} do not go with the scores of `{scored}` leads")]
    Count {
        /// What there is another number of.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many leads were scored.
        scored: usize,
    },
    /// The scores are of another model than the one it was built against.
    #[error("the scores are of another model")]
    OtherModel,
}

/// Leads looked at in one go by one thread.
const BLOCK: usize = 512;

/// Checks that leads, and whatever else comes one for each lead, go with their scores.
pub(in crate::model) fn checked(
    conditions: &Conditions,
    matrix: &ScoreMatrix,
    counts: &[(&'static str, usize)],
) -> Result<(), PopulationError> {
    for &(what, given) in counts {
        if given != matrix.len() {
            return Err(PopulationError::Count {
                what,
                given,
                scored: matrix.len(),
            });
        }
    }
    if conditions.goes_with(matrix) {
        Ok(())
    } else {
        Err(PopulationError::OtherModel)
    }
}

/// Runs over blocks of rows on all cores and gives the results in the order of the rows, so that sums of them do not
/// depend on the number of threads.
pub(crate) fn in_blocks<T: Send>(
    rows: usize,
    run: impl Fn(Range<usize>) -> T + Send + Sync,
) -> Vec<T> {
    let block = |i: usize| run(i * BLOCK..((i + 1) * BLOCK).min(rows));
    #[cfg(feature = "parallel")]
    let all = (0..rows.div_ceil(BLOCK)).into_par_iter().map(block);
    #[cfg(not(feature = "parallel"))]
    let all = (0..rows.div_ceil(BLOCK)).map(block);
    all.collect()
}
