use serde::{Deserialize, Serialize};
use std::fmt;

/// Who crosses the threshold. A lead without a score is below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdCrossing {
    /// The score from which a lead is acted upon.
    pub threshold: f64,
    /// How many reach it with both models.
    pub stay: usize,
    /// Who reaches it with the challenger only.
    pub up: Vec<usize>,
    /// Who reaches it with the champion only.
    pub down: Vec<usize>,
}

impl ThresholdCrossing {
    pub(super) fn new(
        threshold: f64,
        champion: &[Option<f64>],
        challenger: &[Option<f64>],
    ) -> Self {
        let mut crossing = Self {
            threshold,
            stay: 0,
            up: Vec::new(),
            down: Vec::new(),
        };
        let reaches = |score: &Option<f64>| score.is_some_and(|score| score >= threshold);
        for (lead, (champion, challenger)) in champion.iter().zip(challenger).enumerate() {
            match (reaches(champion), reaches(challenger)) {
                (true, true) => crossing.stay += 1,
                (false, true) => crossing.up.push(lead),
                (true, false) => crossing.down.push(lead),
                (false, false) => {}
            }
        }
        crossing
    }
}

impl fmt::Display for ThresholdCrossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "from {}: {} leads with both, {} with the challenger only, {} with the champion only",
            self.threshold,
            self.stay,
            self.up.len(),
            self.down.len()
        )
    }
}
