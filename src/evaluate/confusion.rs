use super::Evaluation;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What comes of calling some leads and leaving the others: counts, as sums of weights.
///
/// # Examples
/// ```
/// use lead_scoring::Evaluation;
///
/// let evaluation = Evaluation::new(&[90.0, 70.0, 60.0, 20.0], &[true, false, true, false])?;
/// let confusion = evaluation.confusion(65.0);
/// assert_eq!((confusion.true_positives, confusion.false_positives), (1.0, 1.0));
/// assert_eq!((confusion.precision(), confusion.recall()), (Some(0.5), Some(0.5)));
/// # Ok::<(), lead_scoring::EvaluateError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// Called, and converted.
    pub true_positives: f64,
    /// Called, but did not convert.
    pub false_positives: f64,
    /// Not called, and did not convert.
    pub true_negatives: f64,
    /// Not called, but converted.
    pub false_negatives: f64,
}

impl Confusion {
    /// How many are called.
    #[must_use]
    pub fn called(&self) -> f64 {
        self.true_positives + self.false_positives
    }

    /// Share of the called that converted; `None` where nobody is called.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        share(self.true_positives, self.false_positives)
    }

    /// Share of the converted that is called, also sensitivity; `None` where nothing converted.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        share(self.true_positives, self.false_negatives)
    }

    /// Share of the others that is left; `None` where everything converted.
    #[must_use]
    pub fn specificity(&self) -> Option<f64> {
        share(self.true_negatives, self.false_positives)
    }

    /// Share of all leads that are treated rightly; `None` of no leads.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        share(
            self.true_positives + self.true_negatives,
            self.false_positives + self.false_negatives,
        )
    }

    /// Mean of recall and specificity; `None` where all leads converted, or none.
    #[must_use]
    pub fn balanced_accuracy(&self) -> Option<f64> {
        Some(0.5 * (self.recall()? + self.specificity()?))
    }

    /// F1: harmonic mean of precision and recall, `2 TP / (2 TP + FP + FN)`; `None` where nobody is called and nothing
    /// converted.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        share(
            2.0 * self.true_positives,
            self.false_positives + self.false_negatives,
        )
    }

    /// Youden's J: recall plus specificity minus 1, -1 to 1; `None` where all leads converted, or none.
    #[must_use]
    pub fn youden(&self) -> Option<f64> {
        Some(self.recall()? + self.specificity()? - 1.0)
    }

    /// Matthews correlation coefficient, -1 to 1; `None` where all leads are called or none, converted or none.
    #[must_use]
    pub fn matthews(&self) -> Option<f64> {
        let (tp, fp) = (self.true_positives, self.false_positives);
        let (tn, fn_) = (self.true_negatives, self.false_negatives);
        // By roots of two at a time, so that nothing overflows.
        let root = ((tp + fp) * (tp + fn_)).sqrt() * ((tn + fp) * (tn + fn_)).sqrt();
        (root > 0.0).then(|| ((tp * tn - fp * fn_) / root).clamp(-1.0, 1.0))
    }
}

/// What share one part is of both.
fn share(part: f64, rest: f64) -> Option<f64> {
    let whole = part + rest;
    (whole > 0.0).then(|| part / whole)
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "called: {} converted, {} not; left: {} converted, {} not",
            self.true_positives, self.false_positives, self.false_negatives, self.true_negatives
        )
    }
}

impl Evaluation {
    /// What comes of calling every lead whose score is at least the threshold. A threshold that is no number calls
    /// nobody.
    #[must_use]
    pub fn confusion(&self, threshold: f64) -> Confusion {
        let called = self.ties().iter().take_while(|tie| tie.score >= threshold);
        let (mut converted, mut others) = (0.0, 0.0);
        for tie in called {
            converted += tie.converted;
            others += tie.others;
        }
        self.calling(converted, others)
    }

    /// What comes of calling so many of each class.
    pub(super) fn calling(&self, converted: f64, others: f64) -> Confusion {
        Confusion {
            true_positives: converted,
            false_positives: others,
            true_negatives: (self.others() - others).max(0.0),
            false_negatives: (self.converted() - converted).max(0.0),
        }
    }
}
