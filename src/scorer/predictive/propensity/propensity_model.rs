use super::propensity_scorer::PropensityScorer;
use crate::lead::{Schema, shortened};
use crate::model::{Problems, SpecError};
use crate::score::LARGEST;
use crate::scorer::history::{History, HistorySpec};
use crate::scorer::period::{parse_period, show_period};
use crate::scorer::predictive::PredictiveModel;
use serde::{Deserialize, Serialize};

/// The chance that a lead converts within a time, such as 7, 30 or 90 days, as data: small, versioned, and scored
/// without what learned it.
///
/// Time from the moment of scoring is cut into periods. In each of them a lead that has not converted yet does so with
/// a hazard of its own, whose log-odds are those of a logistic regression plus the period's shift:
///
/// ```text
/// hazard_k = 1 / (1 + exp(-(z + shift_k)))
/// chance within the first n periods = 1 - product over k = 1 ... n of (1 - hazard_k)
/// ```
///
/// Inside a period the hazard is spread evenly: within a share `f` of period `k` a lead converts with the chance
/// `1 - (1 - hazard_k)^f`. The chance never falls as the time grows.
///
/// Learned by [`PropensitySpec`](crate::PropensitySpec) (feature `train`), or read from a file. Plain serde: what a
/// damaged file says that no model can is found by [`build`](PropensityModel::build), all problems at once.
///
/// # References
/// Singer and Willett, "It's About Time: Using Discrete-Time Survival Analysis to Study Duration and the Timing of
/// Events", *Journal of Educational Statistics* 18 (1993).
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, Lead, PropensityModel, SchemaSpec, Scorer};
///
/// let model: PropensityModel = serde_json::from_str(r#"{
///     "version": 1,
///     "hazard": {
///         "version": 1,
///         "features": [{
///             "feature": { "name": "seats", "attribute": "seats" },
///             "columns": [{ "of": "value", "mean": 50.0, "deviation": 20.0 }]
///         }],
///         "coefficients": [{ "column": "seats", "value": 0.5 }],
///         "baseline": -2.0,
///         "base_rate": 0.15
///     },
///     "periods": [{ "until": "7d", "shift": 0.0 }, { "until": "30d", "shift": 0.0 }]
/// }"#)?;
/// let schema = SchemaSpec::new().number("seats").build()?;
/// let scorer = model.build(&schema)?;
/// let lead = Lead::builder(&schema, "a1").set("seats", 130).build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
///
/// // Even odds in either period: one half within a week, three quarters within a month.
/// assert_eq!(scorer.within(&lead, as_of, "7d")?, Some(0.5));
/// assert_eq!(scorer.within(&lead, as_of, "30d")?, Some(0.75));
/// assert_eq!(scorer.score(&lead, as_of).map(|score| score.get()), Some(75.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropensityModel {
    /// Version of this format: [`PropensityModel::VERSION`].
    pub version: u32,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The time within which the scorer says how likely it is, the end of one of the periods. Default: the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon: Option<String>,
    /// The periods, one after the other.
    pub periods: Vec<HazardPeriod>,
    /// The log-odds of the hazard before a period's shift. Uncalibrated, and without features that read dimensions.
    pub hazard: PredictiveModel,
}

/// A period from the end of the one before, or from the moment of scoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HazardPeriod {
    /// Until how long after the moment of scoring, such as `30d`.
    pub until: String,
    /// What the period adds to the log-odds of the hazard.
    pub shift: f64,
}

impl PropensityModel {
    /// The version of the format that this library reads and writes.
    pub const VERSION: u32 = 1;

    /// Within what time the scorer says how likely it is, the end of one of the periods: the first is how ready a lead
    /// is now. Default: the last.
    #[must_use]
    pub fn horizon(mut self, horizon: impl Into<String>) -> Self {
        self.horizon = Some(horizon.into());
        self
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Resolves the model for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: another version, no periods or such that do not follow each other, a
    /// horizon that is the end of none, and all that [`PredictiveModel::build`] finds.
    pub fn build(&self, schema: &Schema) -> Result<PropensityScorer, SpecError> {
        self.build_with(schema, &HistorySpec::new())
    }

    /// Resolves the model for leads of a schema, with a say in which activities count.
    ///
    /// # Errors
    /// As [`build`](PropensityModel::build), and problems of `history` under that name.
    pub fn build_with(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<PropensityScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let scorer = self.resolve(schema, &history, "propensity", &mut problems);
        problems.into_result(scorer)
    }

    pub(crate) fn resolve(
        &self,
        schema: &Schema,
        history: &History,
        path: &str,
        problems: &mut Problems,
    ) -> PropensityScorer {
        if self.version != Self::VERSION {
            problems.push(
                format!("{path}.version"),
                format!(
                    "this library reads version {}, got `{}`",
                    Self::VERSION,
                    self.version
                ),
            );
        }
        let periods = self.resolve_periods(path, problems);
        let horizon = self.horizon.as_ref().and_then(|horizon| {
            let path = format!("{path}.horizon");
            let micros = period(horizon, &path, problems)?;
            let ends = periods.iter().map(|&(end, _)| end);
            if !ends.clone().any(|end| end == micros) {
                let ends: Vec<String> = ends.map(|end| format!("`{}`", show_period(end))).collect();
                let (ends, given) = (ends.join(", "), shortened(horizon));
                problems.push(
                    path,
                    format!("must be the end of a period ({ends}), got `{given}`"),
                );
            }
            Some(micros)
        });
        let at = format!("{path}.hazard");
        if self.hazard.calibration.is_some() {
            problems.push(format!("{at}.calibration"), "a hazard is not calibrated");
        }
        let hazard = self.hazard.resolve(schema, history, None, &at, problems);
        let last = periods.last().map_or(0, |&(end, _)| end);
        PropensityScorer::new(hazard, periods, horizon.unwrap_or(last))
    }

    fn resolve_periods(&self, path: &str, problems: &mut Problems) -> Vec<(i64, f64)> {
        if self.periods.is_empty() {
            problems.push(format!("{path}.periods"), "needs at least one period");
        }
        let mut before = 0;
        let mut periods = Vec::with_capacity(self.periods.len());
        for (i, HazardPeriod { until, shift }) in self.periods.iter().enumerate() {
            let path = format!("{path}.periods[{i}]");
            if shift.is_nan() || shift.abs() > LARGEST {
                problems.push(
                    format!("{path}.shift"),
                    format!("must be a number of at most 1e12 in size, got `{shift}`"),
                );
            }
            let path = format!("{path}.until");
            let Some(end) = period(until, &path, problems) else {
                continue;
            };
            if end <= before {
                problems.push(&path, later(before, until));
            }
            before = end;
            periods.push((end, *shift));
        }
        periods
    }
}

fn period(text: &str, path: &str, problems: &mut Problems) -> Option<i64> {
    match parse_period(text) {
        Ok(micros) => Some(micros),
        Err(message) => {
            problems.push(path, message);
            None
        }
    }
}

/// What is said of a period that does not end after the one before.
pub(super) fn later(before: i64, given: &str) -> String {
    let (before, given) = (show_period(before), shortened(given));
    format!("must be later than `{before}`, got `{given}`")
}
