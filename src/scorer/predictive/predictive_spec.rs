use super::TrainError;
use super::Trained;
use super::case::Reader;
use super::design::DesignMatrix;
use super::encoder::{Columns, Encoder, Learning};
use super::encoding::FeatureEncoding;
use super::feature::{FeatureSpec, Resolving};
use super::fit::LogisticSpec;
use super::training_set::TrainingSet;
use crate::lead::{LeadView, Schema};
use crate::model::{Problems, ScoreModel, SpecError};
use crate::score::{AsOf, Cell};
use crate::scorer::history::{History, HistorySpec};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What a predictive model reads of leads, and how it is learned.
///
/// # Examples
/// ```
/// use lead_scoring::{FeatureSpec, PredictiveSpec};
///
/// let spec: PredictiveSpec = toml::from_str(r#"
///     features = [
///         { name = "industry", attribute = "industry", min_count = 20 },
///         { name = "seats", attribute = "seats", log1p = true },
///         { name = "visits", activity = { kind = "visit", decay = { half_life = "14d" } } },
///         { name = "fit", dimension = "fit" },
///     ]
/// "#)?;
/// assert_eq!(spec.features[3], FeatureSpec::dimension("fit"));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PredictiveSpec {
    /// What is read.
    pub features: Vec<FeatureSpec>,
    /// Whether numbers are standardised: less their mean, over their standard deviation. Default: yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standardise: Option<bool>,
    /// Whether the first level and the first bin of a feature have no column. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_first: Option<bool>,
    /// How the coefficients are fitted. Default: with C = 1, see [`LogisticSpec`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub logistic: LogisticSpec,
}

fn is_default(logistic: &LogisticSpec) -> bool {
    *logistic == LogisticSpec::default()
}

impl PredictiveSpec {
    /// Without features.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a feature.
    #[must_use]
    pub fn feature(mut self, feature: FeatureSpec) -> Self {
        self.features.push(feature);
        self
    }

    /// Adds several features.
    #[must_use]
    pub fn features(mut self, features: impl IntoIterator<Item = FeatureSpec>) -> Self {
        self.features.extend(features);
        self
    }

    /// Leaves numbers as they are. Default: they are standardised.
    #[must_use]
    pub fn unstandardised(mut self) -> Self {
        self.standardise = Some(false);
        self
    }

    /// Gives the first level and the first bin of a feature no column, as a fit without penalty needs it: with all of
    /// them columns add up to one. Default: each has one.
    #[must_use]
    pub fn drop_first(mut self) -> Self {
        self.drop_first = Some(true);
        self
    }

    /// How the coefficients are fitted. Default: with C = 1.
    #[must_use]
    pub fn logistic(mut self, logistic: LogisticSpec) -> Self {
        self.logistic = logistic;
        self
    }

    /// Learns the columns from the rows and fits their coefficients.
    ///
    /// # Errors
    /// As [`design`](PredictiveSpec::design) and [`LogisticSpec::fit`].
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AsOf, FeatureSpec, Lead, Moment, PredictiveSpec, SchemaSpec, Scorer, TrainingSet};
    ///
    /// let schema = SchemaSpec::new().text("industry").number("seats").build()?;
    /// let lead = |i: u32| {
    ///     let industry = if i % 3 == 0 { "software" } else { "retail" };
    ///     Lead::builder(&schema, format!("l{i}")).set("industry", industry).set("seats", i % 10).build()
    /// };
    /// let leads = (0..60).map(lead).collect::<Result<Vec<_>, _>>()?;
    /// let converted: Vec<bool> = (0..60).map(|i| i % 3 == 0 && i % 10 > 2 || i % 7 == 0).collect();
    /// let as_of: Moment = "2026-03-01".parse()?;
    /// let set = TrainingSet::labelled(&leads, &converted, as_of)?;
    ///
    /// let spec = PredictiveSpec::new()
    ///     .feature(FeatureSpec::attribute("industry"))
    ///     .feature(FeatureSpec::attribute("seats"));
    /// let trained = spec.train(&schema, &set)?;
    /// assert!(trained.fit.converged);
    ///
    /// let scorer = trained.model.build(&schema)?;
    /// let why = scorer.explain(&leads[9], as_of.into());
    /// assert_eq!(why.top_up(1)[0].rule, "industry");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn train<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        set: &TrainingSet<'_, L>,
    ) -> Result<Trained, TrainError> {
        self.design(schema, set)?.train(&self.logistic)
    }

    /// As [`train`](PredictiveSpec::train), for a dimension of a model: with the model's schema and history, and
    /// features that read the scores of its dimensions.
    ///
    /// The model is one without the new dimension; to that is added
    /// [`DimensionSpec::predictive`](crate::DimensionSpec::predictive).
    ///
    /// # Errors
    /// As [`train`](PredictiveSpec::train).
    pub fn train_in<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        set: &TrainingSet<'_, L>,
    ) -> Result<Trained, TrainError> {
        self.design_in(model, set)?.train(&self.logistic)
    }

    /// Learns the columns from the rows, and fills them.
    ///
    /// # Errors
    /// All problems of the features, no rows, leads of another schema, a text with more than 1,000 levels.
    pub fn design<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        set: &TrainingSet<'_, L>,
    ) -> Result<DesignMatrix, TrainError> {
        self.design_with(schema, &HistorySpec::new(), set)
    }

    /// As [`design`](PredictiveSpec::design), with a say in which activities count.
    ///
    /// # Errors
    /// As [`design`](PredictiveSpec::design), and problems of `history` under that name.
    pub fn design_with<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        history: &HistorySpec,
        set: &TrainingSet<'_, L>,
    ) -> Result<DesignMatrix, TrainError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let ground = Ground {
            schema,
            history: problems.into_result(history)?,
            model: None,
        };
        self.design_on(&ground, set)
    }

    /// As [`design`](PredictiveSpec::design), for a dimension of a model: with the model's schema and history, and
    /// features that read the scores of its dimensions.
    ///
    /// # Errors
    /// As [`design`](PredictiveSpec::design).
    pub fn design_in<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        set: &TrainingSet<'_, L>,
    ) -> Result<DesignMatrix, TrainError> {
        let ground = Ground {
            schema: model.schema(),
            history: model.history().clone(),
            model: Some(model),
        };
        self.design_on(&ground, set)
    }

    fn design_on<L: LeadView + Sync>(
        &self,
        ground: &Ground<'_>,
        set: &TrainingSet<'_, L>,
    ) -> Result<DesignMatrix, TrainError> {
        let features = self.learn(ground, set)?;
        let names = ground.dimensions();
        let mut problems = Problems::default();
        let encoder = Encoder::resolve(
            &features,
            ground.schema,
            &ground.history,
            names.as_deref(),
            "model",
            &mut problems,
        );
        let encoder = problems.into_result(encoder)?;
        DesignMatrix::new(features, &encoder, ground.model, set)
    }

    /// Learns the columns from the rows.
    fn learn<L: LeadView>(
        &self,
        ground: &Ground<'_>,
        set: &TrainingSet<'_, L>,
    ) -> Result<Vec<FeatureEncoding>, TrainError> {
        let mut problems = Problems::default();
        if self.features.is_empty() {
            problems.push("features", "a predictive model needs at least one feature");
        }
        let dimensions = ground.dimensions();
        let mut learning = Vec::with_capacity(self.features.len());
        let mut names = HashSet::new();
        for (i, spec) in self.features.iter().enumerate() {
            let path = format!("features[{i}]");
            let mut resolving = Resolving {
                schema: ground.schema,
                history: &ground.history,
                dimensions: dimensions.as_deref(),
                problems: &mut problems,
            };
            let plan = resolving.feature(spec, &path);
            if !names.insert(spec.name.as_str()) {
                let name = crate::lead::shortened(&spec.name);
                problems.push(format!("{path}.name"), format!("`{name}` stands twice"));
            }
            learning.push(Learning::new(spec, plan));
        }
        problems.into_result(())?;
        if set.rows.is_empty() {
            return Err(TrainError::new("rows", "needs at least one row"));
        }
        let reader = Reader {
            schema: ground.schema.id(),
            history: ground.history.clone(),
            reads_activities: learning.iter().any(Learning::reads_activities),
        };
        for row in &set.rows {
            let Some(lead) = set.leads.get(row.lead) else {
                continue;
            };
            let cells = cells(ground.model, lead, row.as_of.into());
            let seen = reader.with_case(lead, row.as_of.into(), |case, buffers| {
                for feature in &mut learning {
                    feature.see(case, &cells, row.weight, &mut buffers.chosen);
                }
            });
            seen.ok_or_else(|| other_schema(row.lead))?;
        }
        let columns = Columns {
            standardise: self.standardise.unwrap_or(true),
            drop_first: self.drop_first.unwrap_or(false),
        };
        let mut problems = Problems::default();
        let learned = learning
            .into_iter()
            .enumerate()
            .map(|(i, feature)| feature.learned(columns, &format!("features[{i}]"), &mut problems))
            .collect();
        Ok(problems.into_result(learned)?)
    }
}

/// What leads are read by.
struct Ground<'g> {
    schema: &'g Schema,
    history: History,
    model: Option<&'g ScoreModel>,
}

impl Ground<'_> {
    fn dimensions(&self) -> Option<Vec<&str>> {
        let model = self.model?;
        Some(
            model
                .dimensions()
                .iter()
                .map(crate::score::Dimension::name)
                .collect(),
        )
    }
}

/// The scores of a model's dimensions.
pub(super) fn cells(model: Option<&ScoreModel>, lead: &dyn LeadView, as_of: AsOf) -> Vec<Cell> {
    let Some(model) = model else {
        return Vec::new();
    };
    let vector = model.vector(lead, as_of);
    let score = |score: Option<crate::score::Score>| Cell {
        score: score.map_or(f64::NAN, crate::score::Score::get),
        ..Cell::NONE
    };
    vector.scores().map(|(_, given)| score(given)).collect()
}

pub(super) fn other_schema(lead: usize) -> TrainError {
    let message = "the lead is of another schema than the model";
    TrainError::new(format!("leads[{lead}]"), message)
}

impl From<SpecError> for TrainError {
    /// One problem keeps its place; several are listed, one a line.
    fn from(error: SpecError) -> Self {
        match error.problems() {
            [only] => Self::new(only.path(), only.message()),
            _ => Self::new("", error.to_string()),
        }
    }
}
