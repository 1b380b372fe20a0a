use super::snapshot::Snapshot;
use super::{
    CalibrationDrift, DriftFinding, DriftReason, DriftSpec, DriftVerdict, FeatureKind, Psi,
};
use crate::evaluate::bins::Sample;
use crate::evaluate::distribution::normal_tails;
use crate::score::AsOf;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether leads, scores and conversion rates are still what they were, with the reasons. `Display` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftReport {
    /// What to do.
    pub verdict: DriftVerdict,
    /// Why, the worst first, then in the order of attributes and scores; remarks with verdict `ok` stand last.
    pub reasons: Vec<DriftReason>,
    /// The moment of the baseline.
    pub since: crate::lead::Moment,
    /// How many leads it was taken of, those of weight 0 left out.
    pub baseline_leads: u64,
    /// The moment of the comparison.
    pub as_of: crate::lead::Moment,
    /// How many leads were compared, those of weight 0 left out.
    pub leads: u64,
    /// Each attribute.
    pub attributes: Vec<FeatureDrift>,
    /// The machine scores of each dimension, and the composite where there is one.
    pub scores: Vec<FeatureDrift>,
}

/// Drift of one attribute, or of the scores of one dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureDrift {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: FeatureKind,
    /// How far its values have moved; `None` where there is nothing to compare.
    pub psi: Option<Psi>,
    /// How often it is missing; of a score, how often it abstains.
    pub missing: MissingDrift,
    /// Values outside those of the baseline.
    pub outside: OutsideValues,
    /// Whether bands of scores convert as they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationDrift>,
}

/// How often a feature is missing, compared with the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingDrift {
    /// Share of the baseline's leads, of their weights where they have any, 0 to 1.
    pub expected: f64,
    /// Share of the leads now, 0 to 1.
    pub actual: f64,
    /// Chance of such a difference where nothing has changed: Pearson's test of two proportions.
    pub p_value: f64,
}

/// Values that the baseline did not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideValues {
    /// Numbers below its least, as a sum of weights, as are the others.
    pub below: f64,
    /// Numbers above its greatest.
    pub above: f64,
    /// Levels that it did not have; not counted where rare levels share one bin, as it is not known which these were.
    pub unseen: f64,
    /// All of these over the known values, 0 to 1.
    pub share: f64,
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

impl FeatureDrift {
    pub(crate) fn of(then: &Snapshot, sample: &Sample<'_>, spec: &DriftSpec) -> Self {
        let (expected, now) = (then.counts(), sample.count(&then.bins));
        let mut outside = OutsideValues {
            unseen: now.unseen.values().fold(0.0, |sum, count| sum + count),
            ..OutsideValues::default()
        };
        if let Some([least, greatest]) = then.range {
            for (value, weight) in sample.finite() {
                if value < least {
                    outside.below += weight;
                } else if value > greatest {
                    outside.above += weight;
                }
            }
        }
        let all = outside.below + outside.above + outside.unseen;
        outside.share = share(all, now.known());
        let expected_leads = expected.known() + expected.missing;
        let missing = MissingDrift {
            expected: share(expected.missing, expected_leads),
            actual: share(now.missing, now.known() + now.missing),
            p_value: two_proportions(
                (expected.missing, expected_leads),
                (now.missing, now.known() + now.missing),
            ),
        };
        Self {
            name: then.name.clone(),
            kind: then.kind,
            psi: spec.psi.of_counts(&then.bins, &expected, &now).ok(),
            missing,
            outside,
            calibration: None,
        }
    }

    fn findings(&self, spec: &DriftSpec, found: &mut Vec<DriftReason>) {
        let mut push = |verdict, finding| {
            found.push(DriftReason {
                verdict,
                of: self.name.clone(),
                finding,
            });
        };
        match &self.psi {
            None => push(DriftVerdict::Ok, DriftFinding::NotKnown),
            Some(psi) if psi.is_blind() => push(DriftVerdict::Ok, DriftFinding::OneBin),
            Some(psi) => {
                let &Psi {
                    value, by_chance, ..
                } = psi;
                if let Some(verdict) = over(value, spec.psi_limits) {
                    let verdict = match verdict {
                        verdict if value > by_chance => verdict,
                        DriftVerdict::Retrain => DriftVerdict::Look,
                        _ => DriftVerdict::Ok,
                    };
                    push(verdict, DriftFinding::Psi { value, by_chance });
                }
            }
        }
        let MissingDrift {
            expected,
            actual,
            p_value,
        } = self.missing;
        if let (Some(verdict), true) = (
            over((actual - expected).abs(), spec.missing_limits),
            p_value < spec.significance,
        ) {
            push(verdict, DriftFinding::Missing { expected, actual });
        }
        if let Some(verdict) = over(self.outside.share, spec.outside_limits) {
            let share = self.outside.share;
            push(verdict, DriftFinding::Outside { share });
        }
        let Some(calibration) = &self.calibration else {
            return;
        };
        let &CalibrationDrift {
            expected_rate,
            observed_rate,
            gap,
            p_value,
            ..
        } = calibration;
        // Nothing was to be expected: every conversion is beyond any limit.
        let relative = if gap > 0.0 { gap / expected_rate } else { 0.0 };
        if let (Some(verdict), true) = (
            over(relative, spec.calibration_limits),
            p_value < spec.significance,
        ) {
            push(
                verdict,
                DriftFinding::Calibration {
                    expected_rate,
                    observed_rate,
                    gap,
                    p_value,
                },
            );
        }
    }
}

/// The verdict of a figure by its limits; `None` below both.
fn over(figure: f64, [look, retrain]: [f64; 2]) -> Option<DriftVerdict> {
    if figure >= retrain {
        Some(DriftVerdict::Retrain)
    } else if figure >= look {
        Some(DriftVerdict::Look)
    } else {
        None
    }
}

/// The p-value of Pearson's chi-square test of two proportions, without a continuity correction.
fn two_proportions(first: (f64, f64), second: (f64, f64)) -> f64 {
    let pooled = share(first.0 + second.0, first.1 + second.1);
    let apart = share(first.0, first.1) - share(second.0, second.1);
    let variance = pooled * (1.0 - pooled) * (1.0 / first.1 + 1.0 / second.1);
    if variance > 0.0 {
        normal_tails(apart / variance.sqrt())
    } else {
        1.0
    }
}

impl DriftReport {
    pub(crate) fn new(since: AsOf, baseline_leads: u64, as_of: AsOf, leads: u64) -> Self {
        Self {
            verdict: DriftVerdict::Ok,
            reasons: Vec::new(),
            since: since.moment(),
            baseline_leads,
            as_of: as_of.moment(),
            leads,
            attributes: Vec::new(),
            scores: Vec::new(),
        }
    }

    pub(crate) fn judge(&mut self, spec: &DriftSpec) {
        let mut reasons = Vec::new();
        for feature in self.attributes.iter().chain(&self.scores) {
            feature.findings(spec, &mut reasons);
        }
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.verdict));
        self.verdict = reasons
            .first()
            .map_or(DriftVerdict::Ok, |worst| worst.verdict);
        self.reasons = reasons;
    }

    /// The drift of a named attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&FeatureDrift> {
        self.attributes.iter().find(|feature| feature.name == name)
    }

    /// The drift of the scores of a named dimension, or of `composite`.
    #[must_use]
    pub fn score(&self, dimension: &str) -> Option<&FeatureDrift> {
        self.scores.iter().find(|feature| feature.name == dimension)
    }
}

impl fmt::Display for DriftReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Drift: {} ({} leads as of {}, against {} as of {})",
            self.verdict, self.leads, self.as_of, self.baseline_leads, self.since
        )?;
        for reason in &self.reasons {
            writeln!(f, "  {reason}")?;
        }
        let all = || self.attributes.iter().chain(&self.scores);
        let width = all().map(|feature| feature.name.chars().count()).max();
        let width = width.unwrap_or(0).max("Score".len());
        for (title, features) in [("Attribute", &self.attributes), ("Score", &self.scores)] {
            write!(
                f,
                "\n{title:<width$}  {:>8}  {:>10}  {:>9}  {:>9}  {:>9}",
                "PSI", "by chance", "missing", "was", "outside"
            )?;
            for feature in features {
                let psi = |of: fn(&Psi) -> f64| match &feature.psi {
                    Some(psi) if psi.is_blind() => "one bin".to_owned(),
                    Some(psi) => format!("{:.4}", of(psi)),
                    None => "-".to_owned(),
                };
                write!(
                    f,
                    "\n{:<width$}  {:>8}  {:>10}  {:>7.1} %  {:>7.1} %  {:>7.1} %",
                    feature.name,
                    psi(|psi| psi.value),
                    psi(|psi| psi.by_chance),
                    100.0 * feature.missing.actual,
                    100.0 * feature.missing.expected,
                    100.0 * feature.outside.share,
                )?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}
