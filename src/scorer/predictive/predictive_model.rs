use super::calibration::Calibration;
use super::encoder::Encoder;
use super::encoding::FeatureEncoding;
use super::predictive_scorer::PredictiveScorer;
use crate::lead::{Moment, Schema, shortened};
use crate::model::{Problems, SpecError};
use crate::score::LARGEST;
use crate::scorer::history::{History, HistorySpec};
use serde::{Deserialize, Serialize};

/// A logistic regression that was learned from past conversions, as data: small, versioned, and scored without what
/// learned it.
///
/// Made by training, or read from a file. Plain serde: what a damaged file says that no model can is found by
/// [`build`](PredictiveModel::build), all problems at once. For JSON take `serde_json` with its feature
/// `float_roundtrip`, or numbers may come back changed in their last digit.
///
/// The log-odds of a lead are `baseline + sum over features of (sum over its columns of w (x - mean) / deviation)`,
/// the deviation 1 where a column is not standardised.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, Lead, PredictiveModel, SchemaSpec, Scorer};
///
/// let model: PredictiveModel = serde_json::from_str(r#"{
///     "version": 1,
///     "features": [{
///         "feature": { "name": "seats", "attribute": "seats" },
///         "columns": [{ "of": "value", "mean": 50.0, "deviation": 20.0 }]
///     }],
///     "coefficients": [{ "column": "seats", "value": 0.5 }],
///     "baseline": -2.0,
///     "base_rate": 0.15
/// }"#)?;
/// let schema = SchemaSpec::new().number("seats").build()?;
/// let scorer = model.build(&schema)?;
/// let lead = Lead::builder(&schema, "a1").set("seats", 130).build()?;
///
/// // -2 + 0.5 * (130 - 50) / 20 = 0: even odds.
/// let as_of: AsOf = "2026-03-01".parse()?;
/// assert_eq!(scorer.probability(&lead, as_of), Some(0.5));
/// assert_eq!(scorer.score(&lead, as_of).map(|score| score.get()), Some(50.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictiveModel {
    /// Version of this format: [`PredictiveModel::VERSION`].
    pub version: u32,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What is read of a lead, and the columns that it becomes.
    pub features: Vec<FeatureEncoding>,
    /// What each column adds, in the order of the columns.
    pub coefficients: Vec<ColumnCoefficient>,
    /// Log-odds of the average lead: one whose every column is at its mean.
    pub baseline: f64,
    /// Share of the training rows that converted, more than 0 and less than 1.
    pub base_rate: f64,
    /// Makes the log-odds a probability in place of the logistic curve, learned from leads that were held out. Default:
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// What it was learned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained: Option<TrainedOn>,
}

/// What a column of a predictive model adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnCoefficient {
    /// The column's name, such as `industry=software`.
    pub column: String,
    /// Log-odds for one more of it, or for one deviation more where it is standardised.
    pub value: f64,
}

/// What a predictive model was learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainedOn {
    /// How many rows: leads as of a moment.
    pub rows: u64,
    /// How many of them converted.
    pub converted: u64,
    /// The earliest moment as of which a lead was read.
    pub first: Moment,
    /// The latest.
    pub last: Moment,
    /// Within how long after its moment a lead must have converted, such as `90d`. `None`: whenever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon: Option<String>,
}

impl PredictiveModel {
    /// The version of the format that this library reads and writes.
    pub const VERSION: u32 = 1;

    /// Makes the log-odds a probability in place of the logistic curve, learned from the log-odds of leads that were
    /// held out. Default: none.
    #[must_use]
    pub fn calibration(mut self, calibration: impl Into<Calibration>) -> Self {
        self.calibration = Some(calibration.into());
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
    /// All problems at once, each with its place: another version, unknown attributes and other names, with the
    /// nearest known one, attributes of another type than the columns, numbers that are none, columns out of order,
    /// coefficients that are not those of the columns, and a feature that reads the score of a dimension, which can
    /// be read inside a [`ScoreModel`](crate::ScoreModel) only.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{PredictiveModel, SchemaSpec};
    ///
    /// let file = r#"{"version": 9, "features": [], "coefficients": [], "baseline": 0.0, "base_rate": 0.1}"#;
    /// let model: PredictiveModel = serde_json::from_str(file)?;
    /// assert_eq!(
    ///     model.build(&SchemaSpec::new().build()?).unwrap_err().to_string(),
    ///     "predictive.version: this library reads version 1, got `9`\n\
    ///      predictive.features: a predictive model needs at least one feature",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(&self, schema: &Schema) -> Result<PredictiveScorer, SpecError> {
        self.build_with(schema, &HistorySpec::new())
    }

    /// Resolves the model for leads of a schema, with a say in which activities count.
    ///
    /// # Errors
    /// As [`build`](PredictiveModel::build), and problems of `history` under that name.
    pub fn build_with(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<PredictiveScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let scorer = self.resolve(schema, &history, None, "predictive", &mut problems);
        problems.into_result(scorer)
    }

    /// The names of the dimensions that it reads, in the order of its features.
    pub fn dimensions(&self) -> impl Iterator<Item = &str> {
        let features = self.features.iter();
        features.filter_map(|encoding| encoding.feature.dimension.as_deref())
    }

    pub(crate) fn resolve(
        &self,
        schema: &Schema,
        history: &History,
        dimensions: Option<&[&str]>,
        path: &str,
        problems: &mut Problems,
    ) -> PredictiveScorer {
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
        if self.features.is_empty() {
            problems.push(
                format!("{path}.features"),
                "a predictive model needs at least one feature",
            );
        }
        let encoder = Encoder::resolve(&self.features, schema, history, dimensions, path, problems);
        self.check_coefficients(&encoder, path, problems);
        number(self.baseline, || format!("{path}.baseline"), problems);
        if !(self.base_rate > 0.0 && self.base_rate < 1.0) {
            problems.push(
                format!("{path}.base_rate"),
                format!(
                    "must be more than 0 and less than 1, got `{}`",
                    self.base_rate
                ),
            );
        }
        if let Some(trained) = &self.trained {
            if trained.converted > trained.rows {
                problems.push(
                    format!("{path}.trained.converted"),
                    format!(
                        "must be at most `rows`, got `{}` of `{}`",
                        trained.converted, trained.rows
                    ),
                );
            }
        }
        let coefficients = self.coefficients.iter().map(|column| column.value);
        PredictiveScorer::new(encoder, coefficients.collect(), self.baseline)
            .calibrated(self.calibration.clone())
    }

    fn check_coefficients(&self, encoder: &Encoder, path: &str, problems: &mut Problems) {
        let path = format!("{path}.coefficients");
        let (given, columns) = (self.coefficients.len(), encoder.width());
        if given != columns {
            problems.push(
                path.clone(),
                format!("one for each column: expected {columns}, got {given}"),
            );
        }
        let mut columns = encoder.columns();
        for (c, coefficient) in self.coefficients.iter().enumerate() {
            number(coefficient.value, || format!("{path}[{c}].value"), problems);
            if let Some(column) = columns.next().filter(|name| *name != coefficient.column) {
                problems.push(
                    format!("{path}[{c}].column"),
                    format!(
                        "expected `{}`, got `{}`",
                        shortened(column),
                        shortened(&coefficient.column)
                    ),
                );
            }
        }
    }
}

fn number(value: f64, path: impl FnOnce() -> String, problems: &mut Problems) {
    if value.is_nan() || value.abs() > LARGEST {
        problems.push(
            path(),
            format!("must be a number of at most 1e12 in size, got `{value}`"),
        );
    }
}
