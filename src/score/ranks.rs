/// Percentile ranks of a population: scores with the rank of each, both rising.
///
/// Equality and order are those of the numbers; there is no NaN in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ranks {
    points: Box<[(f64, f64)]>,
}

impl Ranks {
    /// Takes points whose scores and ranks rise.
    pub(crate) fn new(points: &[(f64, f64)]) -> Self {
        Self {
            points: points.into(),
        }
    }

    /// The rank of a score, 0 to 100: that of the point with that score, between two points in proportion, 0 below
    /// the lowest and 100 above the highest.
    pub(crate) fn of(&self, score: f64) -> f64 {
        let at = self.points.partition_point(|&(known, _)| known < score);
        let Some(&(high, high_rank)) = self.points.get(at) else {
            return 100.0;
        };
        if high == score {
            return high_rank;
        }
        let Some(&(low, low_rank)) = at.checked_sub(1).and_then(|at| self.points.get(at)) else {
            return 0.0;
        };
        let share = (score - low) / (high - low);
        (low_rank + share * (high_rank - low_rank)).clamp(low_rank, high_rank)
    }
}
