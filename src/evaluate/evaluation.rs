use super::EvaluateError;
use super::lead_weights::{check_count, check_weights};
#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// Scores with what came of them, checked and sorted once: what every ranking metric reads.
///
/// A score is any finite number, higher is better: a [`Score`](crate::Score), points, a probability. An outcome is
/// whether the lead converted; converted leads are always the positive class. Leads with equal scores are treated as
/// equal by every metric. A weight counts as that many leads (2 is the same lead twice, 0 none at all), so counts of
/// leads are sums of weights.
///
/// Where every lead converted, or none, a metric that needs both is `None`; no metric is ever NaN.
///
/// # Examples
/// ```
/// use lead_scoring::Evaluation;
///
/// let evaluation = Evaluation::new(&[90.0, 70.0, 70.0, 20.0], &[true, true, false, false])?;
/// assert_eq!(evaluation.base_rate(), 0.5);
/// assert_eq!(evaluation.roc_auc().map(|roc| roc.auc), Some(0.875));
/// assert_eq!(evaluation.lift_at(25.0), Some(2.0));
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Best score first.
    ties: Vec<Tie>,
    /// Best score first, equal ones in the order given.
    rows: Vec<Row>,
    /// One for each row, where weights were given.
    weights: Option<Vec<f64>>,
    converted: f64,
    others: f64,
}

/// The leads of one score.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tie {
    pub(super) score: f64,
    /// Weight of the converted ones.
    pub(super) converted: f64,
    /// Weight of the others.
    pub(super) others: f64,
    /// How many rows there are up to here.
    pub(super) end: usize,
}

impl Tie {
    pub(super) fn leads(&self) -> f64 {
        self.converted + self.others
    }
}

/// One lead: its place among those given, and whether it converted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row(u64);

impl Row {
    fn new(place: usize, converted: bool) -> Self {
        Self((place as u64) << 1 | u64::from(converted))
    }

    #[allow(clippy::cast_possible_truncation)] // it came from one
    pub(super) fn place(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(super) fn converted(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Evaluation {
    /// Takes scores with their outcomes, each lead counting once.
    ///
    /// # Errors
    /// No scores, not as many outcomes, or a score that is not a finite number.
    pub fn new(scores: &[f64], converted: &[bool]) -> Result<Self, EvaluateError> {
        Self::checked("scores", scores, converted, None)
    }

    /// Takes scores with their outcomes, each lead counting as often as its weight says.
    ///
    /// # Errors
    /// As [`new`](Evaluation::new); not as many weights; a weight that is negative, no number, above 1e12, or not 0
    /// but below 1e-12; weights that are all zero.
    pub fn weighted(
        scores: &[f64],
        converted: &[bool],
        weights: &[f64],
    ) -> Result<Self, EvaluateError> {
        Self::checked("scores", scores, converted, Some(weights))
    }

    /// Takes scores under the name that messages call them.
    pub(super) fn checked(
        name: &str,
        scores: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
    ) -> Result<Self, EvaluateError> {
        if scores.is_empty() {
            return Err(EvaluateError::new(name, "needs at least one"));
        }
        for (what, count) in [
            ("outcomes", Some(converted.len())),
            ("weights", weights.map(<[f64]>::len)),
        ] {
            if let Some(count) = count {
                check_count(what, what, count, (name, scores.len()))?;
            }
        }
        if let Some(place) = scores.iter().position(|score| !score.is_finite()) {
            let given = scores.get(place).copied().unwrap_or_default();
            return Err(EvaluateError::new(
                format!("{name}[{place}]"),
                format!("must be a finite number, got `{given}`"),
            ));
        }
        if let Some(weights) = weights {
            check_weights("weights", weights)?;
        }
        Ok(Self::sorted(scores, converted, weights))
    }

    fn sorted(scores: &[f64], converted: &[bool], weights: Option<&[f64]>) -> Self {
        let all = scores.iter().zip(converted).enumerate();
        let mut keyed: Vec<(u64, u64)> = all
            .map(|(place, (&score, &converted))| (key(score), Row::new(place, converted).0))
            .collect();
        if let Some(weights) = weights {
            let mut weights = weights.iter();
            keyed.retain(|_| weights.next().is_some_and(|&weight| weight > 0.0));
        }
        // The place makes every element another one, so that equal scores keep their order.
        #[cfg(feature = "parallel")]
        keyed.par_sort_unstable();
        #[cfg(not(feature = "parallel"))]
        keyed.sort_unstable();

        let mut evaluation = Self {
            ties: Vec::with_capacity(keyed.len()),
            rows: keyed.iter().map(|&(_, row)| Row(row)).collect(),
            weights: None,
            converted: 0.0,
            others: 0.0,
        };
        let weights = weights.map(|weights| -> Vec<f64> {
            let rows = evaluation.rows.iter();
            rows.map(|row| weights.get(row.place()).copied().unwrap_or_default())
                .collect()
        });
        let mut start = 0;
        for tied in keyed.chunk_by(|(one, _), (other, _)| one == other) {
            let end = start + tied.len();
            let (mut converted, mut others) = (0.0, 0.0);
            let own = weights.as_ref().and_then(|weights| weights.get(start..end));
            for (i, &(_, row)) in tied.iter().enumerate() {
                let weight = own.map_or(1.0, |own| own.get(i).copied().unwrap_or_default());
                if Row(row).converted() {
                    converted += weight;
                } else {
                    others += weight;
                }
            }
            evaluation.ties.push(Tie {
                score: tied.first().map_or(0.0, |&(key, _)| score(key)),
                converted,
                others,
                end,
            });
            evaluation.converted += converted;
            evaluation.others += others;
            start = end;
        }
        evaluation.weights = weights;
        evaluation
    }

    /// How many leads were given, those of weight 0 left out.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // it never is
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many leads converted, as a sum of weights.
    #[must_use]
    pub fn converted(&self) -> f64 {
        self.converted
    }

    /// How many leads did not convert, as a sum of weights.
    #[must_use]
    pub fn others(&self) -> f64 {
        self.others
    }

    /// The share of leads that converted, 0 to 1.
    #[must_use]
    pub fn base_rate(&self) -> f64 {
        self.converted / self.leads()
    }

    /// All leads, as a sum of weights.
    pub(super) fn leads(&self) -> f64 {
        self.converted + self.others
    }

    /// Whether weights are whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        let weights = self.weights.as_deref().unwrap_or_default();
        weights.iter().all(|weight| weight.fract() == 0.0)
    }

    /// The leads of each score, best first.
    pub(super) fn ties(&self) -> &[Tie] {
        &self.ties
    }

    /// The leads with their weights, best first.
    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = (Row, f64)> {
        let mut weights = self.weights.as_ref().map(|weights| weights.iter());
        self.rows.iter().map(move |&row| {
            let weight = weights.as_mut().map_or(Some(&1.0), Iterator::next);
            (row, weight.copied().unwrap_or_default())
        })
    }

    /// Both classes' weights, where there are both.
    pub(super) fn classes(&self) -> Option<(f64, f64)> {
        (self.converted > 0.0 && self.others > 0.0).then_some((self.converted, self.others))
    }

    /// Both classes' weights.
    pub(super) fn need_classes(&self) -> Result<(f64, f64), EvaluateError> {
        self.classes().ok_or_else(|| {
            let got = if self.converted > 0.0 {
                "all converted"
            } else {
                "none converted"
            };
            EvaluateError::new(
                "outcomes",
                format!("need converted leads and others, but {got}"),
            )
        })
    }
}

const SIGN: u64 = 1 << 63;

/// A whole number that falls as the score rises. Both zeros have the same.
fn key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits & SIGN == 0 {
        !(bits | SIGN)
    } else {
        bits
    }
}

/// The score of a key.
fn score(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key & !SIGN } else { key })
}

/// A count as a number.
#[allow(clippy::cast_precision_loss)] // no population has 2^53 leads
pub(super) fn real(count: usize) -> f64 {
    count as f64
}
