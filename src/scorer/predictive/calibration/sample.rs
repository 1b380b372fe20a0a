use super::{Calibration, CalibrationError};

/// Held-out scores with outcomes and weights, checked; leads of weight 0 left out.
pub(super) struct Sample {
    /// Score, whether it converted, weight.
    pub(super) leads: Vec<(f64, bool, f64)>,
}

impl Sample {
    pub(super) fn new(
        scores: &[f64],
        outcomes: &[bool],
        weights: Option<&[f64]>,
    ) -> Result<Self, CalibrationError> {
        let lengths = [
            ("outcomes", Some(outcomes.len())),
            ("weights", weights.map(<[f64]>::len)),
        ];
        for (place, length) in lengths {
            if let Some(length) = length.filter(|&length| length != scores.len()) {
                let expected = scores.len();
                return Err(CalibrationError::new(
                    place,
                    format!("one for each score: expected {expected}, got {length}"),
                ));
            }
        }
        if let Some((i, score)) = find(scores, |score| score.abs() <= Calibration::LARGEST) {
            return Err(CalibrationError::new(
                format!("scores[{i}]"),
                format!("must be a number of at most 1e12 in size, got `{score}`"),
            ));
        }
        if let Some((i, weight)) = find(weights.unwrap_or_default(), |weight| {
            (0.0..=Calibration::LARGEST).contains(&weight)
        }) {
            return Err(CalibrationError::new(
                format!("weights[{i}]"),
                format!("must be between 0 and 1e12, got `{weight}`"),
            ));
        }
        let ones = std::iter::repeat(&1.0);
        let weights = weights.unwrap_or_default().iter().chain(ones);
        let leads = scores.iter().zip(outcomes).zip(weights);
        let leads = leads.map(|((&score, &outcome), &weight)| (score + 0.0, outcome, weight));
        let leads: Vec<_> = leads.filter(|&(_, _, weight)| weight > 0.0).collect();
        for outcome in [true, false] {
            if !leads.iter().any(|&(_, converted, _)| converted == outcome) {
                let missing = if outcome {
                    "converted"
                } else {
                    "did not convert"
                };
                return Err(CalibrationError::new(
                    "outcomes",
                    format!("needs leads of both outcomes, none {missing}"),
                ));
            }
        }
        Ok(Self { leads })
    }
}

/// The first number that is not as it should be.
fn find(numbers: &[f64], good: impl Fn(f64) -> bool) -> Option<(usize, f64)> {
    let mut numbers = numbers.iter().copied().enumerate();
    numbers.find(|&(_, number)| !good(number))
}
