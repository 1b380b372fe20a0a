use super::composite::CompositeSpec;
use super::label::LabelSpec;
use super::matrix::MatrixSpec;
use super::percentile::PercentileSpec;
use crate::lead::SchemaSpec;
use crate::score::Level;
use crate::scorer::{
    AppliesTo, ChecklistSpec, EngagementSpec, GradeSpec, HistorySpec, InterestSpec, MomentumSpec,
    NaiveBayesSpec, PredictiveModel, PropensityModel, RfmSpec, RulesSpec,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::Cell;

/// A whole model as data: what leads can have, who judges them, and what follows from the scores.
///
/// Plain serde: a model file and a model made in code are the same thing, checked by
/// [`ScoreModel::build`](crate::ScoreModel::build). Unknown fields are refused. JSON and TOML are tested; for JSON
/// take `serde_json` with its feature `float_roundtrip`, or numbers may come back changed in their last digit.
///
/// # Examples
/// ```
/// use lead_scoring::{ModelSpec, ScoreModel};
///
/// let spec: ModelSpec = toml::from_str(r#"
///     version = 1
///     name = "fit"
///
///     [schema.attributes]
///     title = "text"
///     seats = "number"
///
///     [[dimensions]]
///     name = "fit"
///
///     [[dimensions.rules.groups]]
///     name = "company"
///     rules = [
///         { id = "team", points = 30, when = { attribute = "seats", at_least = 50 } },
///         { id = "chief", points = 40, when = { attribute = "title", contains = "chief" } },
///     ]
/// "#)?;
/// let model = ScoreModel::build(&spec)?;
/// assert_eq!(model.dimensions().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// Version of this format: [`ModelSpec::VERSION`].
    pub version: u32,
    /// The model's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What leads can have. A model inside a model leaves it out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schema: SchemaSpec,
    /// Which activities count, and how time passes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub history: HistorySpec,
    /// Leads for which the model counts; for others it abstains. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<AppliesTo>,
    /// The aspects that are judged, in this order.
    pub dimensions: Vec<DimensionSpec>,
    /// How dimensions become one number beside the vector. Default: they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite: Option<CompositeSpec>,
    /// Names for ranges of scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelSpec>,
    /// Two numbers side by side, such as fit by engagement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrices: Vec<MatrixSpec>,
    /// Percentile ranks in a population, fitted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub percentiles: Vec<PercentileSpec>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ModelSpec {
    /// The version of the format that this library reads and writes.
    pub const VERSION: u32 = 1;
    /// The deepest nesting of models, in levels.
    pub const MAX_DEPTH: u16 = 64;

    /// A model without dimensions.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            version: Self::VERSION,
            name: name.into(),
            note: None,
            schema: SchemaSpec::new(),
            history: HistorySpec::new(),
            applies_to: None,
            dimensions: Vec::new(),
            composite: None,
            labels: Vec::new(),
            matrices: Vec::new(),
            percentiles: Vec::new(),
        }
    }

    /// What leads can have. Default: nothing.
    #[must_use]
    pub fn schema(mut self, schema: SchemaSpec) -> Self {
        self.schema = schema;
        self
    }

    /// Which activities count, and how time passes. Default: all, evenly.
    #[must_use]
    pub fn history(mut self, history: HistorySpec) -> Self {
        self.history = history;
        self
    }

    /// Leads for which the model counts. Default: all.
    #[must_use]
    pub fn applies_to(mut self, applies_to: AppliesTo) -> Self {
        self.applies_to = Some(applies_to);
        self
    }

    /// Adds a dimension.
    #[must_use]
    pub fn dimension(mut self, dimension: DimensionSpec) -> Self {
        self.dimensions.push(dimension);
        self
    }

    /// How dimensions become one number beside the vector. Default: they do not.
    #[must_use]
    pub fn composite(mut self, composite: CompositeSpec) -> Self {
        self.composite = Some(composite);
        self
    }

    /// Adds names for ranges of scores.
    #[must_use]
    pub fn label(mut self, label: LabelSpec) -> Self {
        self.labels.push(label);
        self
    }

    /// Adds two numbers side by side, such as fit by engagement.
    #[must_use]
    pub fn matrix(mut self, matrix: MatrixSpec) -> Self {
        self.matrices.push(matrix);
        self
    }

    /// Adds percentile ranks, or replaces those of the same dimension.
    #[must_use]
    pub fn percentile(mut self, ranks: PercentileSpec) -> Self {
        self.percentiles.retain(|known| known.of != ranks.of);
        self.percentiles.push(ranks);
        self
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// One aspect and who judges it: exactly one of its judges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionSpec {
    /// Its name, once in a model; not `composite`.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Points rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<RulesSpec>,
    /// A model with a composite, which is this dimension's score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<NestedModel>,
    /// The name of a scorer of the app's own, handed to [`ScoreModel::build_with`](crate::ScoreModel::build_with).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<String>,
    /// A grade that criteria raise and lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<GradeSpec>,
    /// Weighted activity counts, scaled over a population.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementSpec>,
    /// Recency, frequency and monetary value, with cut points given or learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfm: Option<RfmSpec>,
    /// Questions and what their answers are worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checklist: Option<ChecklistSpec>,
    /// Interest in a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest: Option<InterestSpec>,
    /// The last week's activity against the three weeks before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub momentum: Option<MomentumSpec>,
    /// A logistic regression that was learned from past conversions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictive: Option<PredictiveModel>,
    /// The probability of conversion, by counts of past outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naive_bayes: Option<Box<NaiveBayesSpec>>,
    /// The chance to convert within a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propensity: Option<Box<PropensityModel>>,
}

impl DimensionSpec {
    /// All sorts of judges by name, each with whether it is given.
    pub(super) fn judges(&self) -> Vec<(&'static str, bool)> {
        vec![
            ("rules", self.rules.is_some()),
            ("model", self.model.is_some()),
            ("external", self.external.is_some()),
            ("grade", self.grade.is_some()),
            ("engagement", self.engagement.is_some()),
            ("rfm", self.rfm.is_some()),
            ("checklist", self.checklist.is_some()),
            ("interest", self.interest.is_some()),
            ("momentum", self.momentum.is_some()),
            ("predictive", self.predictive.is_some()),
            ("naive_bayes", self.naive_bayes.is_some()),
            ("propensity", self.propensity.is_some()),
        ]
    }

    /// A dimension judged by points rules.
    #[must_use]
    pub fn rules(name: impl Into<String>, rules: RulesSpec) -> Self {
        Self {
            name: name.into(),
            rules: Some(rules),
            ..Self::default()
        }
    }

    /// A dimension judged by a model with a composite.
    #[must_use]
    pub fn model(name: impl Into<String>, model: ModelSpec) -> Self {
        Self {
            name: name.into(),
            model: Some(NestedModel::new(model)),
            ..Self::default()
        }
    }

    /// A dimension judged by a grade that criteria raise and lower.
    #[must_use]
    pub fn grade(name: impl Into<String>, grade: GradeSpec) -> Self {
        Self {
            name: name.into(),
            grade: Some(grade),
            ..Self::default()
        }
    }

    /// A dimension judged by weighted activity counts, scaled over a population.
    #[must_use]
    pub fn engagement(name: impl Into<String>, engagement: EngagementSpec) -> Self {
        Self {
            name: name.into(),
            engagement: Some(engagement),
            ..Self::default()
        }
    }

    /// A dimension judged by a scorer of the app's own.
    #[must_use]
    pub fn external(name: impl Into<String>, scorer: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            external: Some(scorer.into()),
            ..Self::default()
        }
    }

    /// A dimension judged by recency, frequency and monetary value.
    #[must_use]
    pub fn rfm(name: impl Into<String>, rfm: RfmSpec) -> Self {
        Self {
            name: name.into(),
            rfm: Some(rfm),
            ..Self::default()
        }
    }

    /// A dimension judged by interest in a product.
    #[must_use]
    pub fn interest(name: impl Into<String>, interest: InterestSpec) -> Self {
        Self {
            name: name.into(),
            interest: Some(interest),
            ..Self::default()
        }
    }

    /// A dimension judged by a checklist, such as BANT; its raw value is the coverage.
    #[must_use]
    pub fn checklist(name: impl Into<String>, checklist: ChecklistSpec) -> Self {
        Self {
            name: name.into(),
            checklist: Some(checklist),
            ..Self::default()
        }
    }

    /// A dimension judged by naive Bayes; its raw value is the probability.
    #[must_use]
    pub fn naive_bayes(name: impl Into<String>, naive_bayes: NaiveBayesSpec) -> Self {
        Self {
            name: name.into(),
            naive_bayes: Some(Box::new(naive_bayes)),
            ..Self::default()
        }
    }

    /// A dimension judged by the chance to convert within the model's horizon; its raw value is that chance.
    #[must_use]
    pub fn propensity(name: impl Into<String>, model: PropensityModel) -> Self {
        Self {
            name: name.into(),
            propensity: Some(Box::new(model)),
            ..Self::default()
        }
    }

    /// A dimension judged by momentum.
    #[must_use]
    pub fn momentum(name: impl Into<String>, momentum: MomentumSpec) -> Self {
        Self {
            name: name.into(),
            momentum: Some(momentum),
            ..Self::default()
        }
    }

    /// A dimension judged by what was learned from past conversions; its raw value is the probability.
    ///
    /// Its features may read the scores of other dimensions of the same model, wherever those stand in the file.
    #[must_use]
    pub fn predictive(name: impl Into<String>, model: PredictiveModel) -> Self {
        Self {
            name: name.into(),
            predictive: Some(model),
            ..Self::default()
        }
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// A model inside a model. One nested beyond [`ModelSpec::MAX_DEPTH`] levels is not kept, and refused when built.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedModel {
    spec: Option<Box<ModelSpec>>,
    depth: u16,
}

impl NestedModel {
    /// Nests a model.
    #[must_use]
    pub fn new(model: ModelSpec) -> Self {
        let inner = model
            .dimensions
            .iter()
            .filter_map(|dimension| dimension.model.as_ref());
        let depth = inner.map(|model| model.depth).max().unwrap_or(0) + 1;
        if depth >= ModelSpec::MAX_DEPTH {
            Self {
                spec: None,
                depth: 0,
            }
        } else {
            Self {
                spec: Some(Box::new(model)),
                depth,
            }
        }
    }

    /// The model; `None` where it was nested too deeply.
    #[must_use]
    pub fn spec(&self) -> Option<&ModelSpec> {
        self.spec.as_deref()
    }

    /// The model, for changes that leave its depth as it is.
    #[cfg(feature = "train")]
    pub(crate) fn spec_mut(&mut self) -> Option<&mut ModelSpec> {
        self.spec.as_deref_mut()
    }
}

impl Serialize for NestedModel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.spec {
            Some(spec) => spec.serialize(serializer),
            None => Err(serde::ser::Error::custom(TOO_DEEP)),
        }
    }
}

impl<'de> Deserialize<'de> for NestedModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        thread_local!(static LEVEL: Cell<u16> = const { Cell::new(0) });
        let _level = Level::enter(&LEVEL, ModelSpec::MAX_DEPTH - 2)
            .ok_or_else(|| serde::de::Error::custom(TOO_DEEP))?;
        ModelSpec::deserialize(deserializer).map(Self::new)
    }
}

pub(super) const TOO_DEEP: &str = "models must not be nested deeper than 64 levels";
