use super::distribution::chi_square_tail;
use super::evaluation::real;
use super::{EvaluateError, ProbabilityEvaluation, ReliabilityBins};
use serde::{Deserialize, Serialize};

/// The Hosmer-Lemeshow test: whether probabilities and outcomes disagree more than chance explains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HosmerLemeshow {
    /// The statistic: the sum of `(observed - expected)^2 / expected` over the groups, converted and others.
    pub chi_square: f64,
    /// Groups less two.
    pub degrees_of_freedom: usize,
    /// The chance of so large a statistic from probabilities that are right; small ones (below 0.05) speak against
    /// them.
    pub p_value: f64,
    /// The groups, from the lowest probability up.
    pub groups: Vec<HosmerLemeshowGroup>,
}

/// A group of a [`HosmerLemeshow`] test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HosmerLemeshowGroup {
    /// How many leads.
    pub leads: f64,
    /// How many of them converted.
    pub converted: f64,
    /// How many were to be expected: the sum of their probabilities.
    pub expected: f64,
}

impl ProbabilityEvaluation {
    /// Tests the probabilities against the outcomes in groups of about equal size, usually 10, cut at the quantiles
    /// of the probabilities (Hosmer and Lemeshow 1980).
    ///
    /// The degrees of freedom, groups less two, are those of a model fitted to the same leads. A weight counts as
    /// that many leads.
    ///
    /// # Errors
    /// No group or more than 1000, fewer than three formed because probabilities are equal, or a group of which all
    /// or none must convert, and they do not.
    pub fn hosmer_lemeshow(&self, groups: usize) -> Result<HosmerLemeshow, EvaluateError> {
        let binned = self.binned(ReliabilityBins::EqualCount(groups));
        let binned =
            binned.map_err(|error| EvaluateError::new("groups", error.message().to_owned()))?;
        let formed = binned.len();
        if formed < 3 {
            let message = format!("form only `{formed}` groups, and the test needs 3");
            return Err(EvaluateError::new("probabilities", message));
        }
        let mut chi_square = 0.0;
        let mut groups = Vec::with_capacity(formed);
        for (group, (_, _, bin)) in (1..).zip(binned) {
            let (expected, off) = (bin.expected, bin.converted - bin.expected);
            for (class, expected) in [("all", bin.leads - expected), ("none", expected)] {
                if off == 0.0 {
                    continue;
                }
                let part = off.powi(2) / expected;
                if !(expected > 0.0 && part.is_finite()) {
                    return Err(EvaluateError::new(
                        "probabilities",
                        format!("say that {class} of group `{group}` convert, which is not so"),
                    ));
                }
                chi_square += part;
            }
            groups.push(HosmerLemeshowGroup {
                leads: bin.leads,
                converted: bin.converted,
                expected,
            });
        }
        let degrees_of_freedom = formed - 2;
        let p_value = chi_square_tail(chi_square, real(degrees_of_freedom));
        Ok(HosmerLemeshow {
            chi_square,
            degrees_of_freedom,
            p_value: p_value.unwrap_or_default(),
            groups,
        })
    }
}
