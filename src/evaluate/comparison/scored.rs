use crate::evaluate::{EvaluateError, Evaluation};

/// A lead with the score of each model that has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    /// Its position among those given.
    pub(super) lead: usize,
    /// How often it counts, above 0.
    pub(super) weight: f64,
    pub(super) champion: Option<f64>,
    pub(super) challenger: Option<f64>,
}

/// A lead with both scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) lead: usize,
    pub(super) weight: f64,
    pub(super) champion: f64,
    pub(super) challenger: f64,
}

impl Scored {
    pub(super) fn pair(&self) -> Option<Pair> {
        Some(Pair {
            lead: self.lead,
            weight: self.weight,
            champion: self.champion?,
            challenger: self.challenger?,
        })
    }
}

impl Pair {
    pub(super) fn change(&self) -> f64 {
        self.challenger - self.champion
    }
}

/// The sum of what each of them has.
pub(super) fn sum<'a, T: 'a>(all: impl IntoIterator<Item = &'a T>, of: impl Fn(&T) -> f64) -> f64 {
    all.into_iter().fold(0.0, |sum, one| sum + of(one))
}

/// Both models' scores with outcomes, over the leads that have both; `None` where there are none.
pub(super) fn evaluations(
    pairs: &[Pair],
    converted: &[bool],
) -> Result<Option<[Evaluation; 2]>, EvaluateError> {
    if pairs.is_empty() {
        return Ok(None);
    }
    let outcome = |pair: &Pair| converted.get(pair.lead).copied().unwrap_or_default();
    let converted: Vec<bool> = pairs.iter().map(outcome).collect();
    let weights: Vec<f64> = pairs.iter().map(|pair| pair.weight).collect();
    let evaluation = |score: fn(&Pair) -> f64| {
        let scores: Vec<f64> = pairs.iter().map(score).collect();
        Evaluation::weighted(&scores, &converted, &weights)
    };
    Ok(Some([
        evaluation(|pair| pair.champion)?,
        evaluation(|pair| pair.challenger)?,
    ]))
}
