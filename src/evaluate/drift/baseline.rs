use super::DriftSpec;
use super::report::{DriftReport, FeatureDrift};
use super::snapshot::{self, FeatureKind, Snapshot};
use crate::evaluate::EvaluateError;
use crate::evaluate::population::Population;
use crate::lead::{AttributeSlot, LeadView, Moment};
use crate::model::{Problems, ScoreModel};
use crate::score::{AsOf, ScoreMatrix};
use serde::{Deserialize, Serialize};

/// What a model's leads and scores were like at one moment, to compare later leads with. Plain data: keep it beside
/// the model's file.
///
/// It holds bins and counts of each attribute and of each dimension's machine scores, the composite included, and,
/// where outcomes are given, how many leads of each band of scores converted. It holds no lead.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     AsOf, DimensionSpec, DriftBaseline, DriftSpec, DriftVerdict, GroupSpec, Lead, LeadError, ModelSpec, RuleSpec,
///     RulesSpec, SchemaSpec, ScoreModel, attribute,
/// };
///
/// let team = RuleSpec::new("team").points(30.0).when(attribute("seats").at_least(50));
/// let model = ScoreModel::build(
///     &ModelSpec::new("fit")
///         .schema(SchemaSpec::new().number("seats"))
///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(team)))),
/// )?;
/// let leads = |from: u32| -> Result<Vec<Lead>, LeadError> {
///     let lead = |i: u32| Lead::builder(model.schema(), i.to_string()).set("seats", from + i).build();
///     (0..100).map(lead).collect()
/// };
/// let (then, now): (AsOf, AsOf) = ("2026-01-01".parse()?, "2026-04-01".parse()?);
///
/// let baseline = DriftBaseline::of(&model, &leads(0)?, then, None, &DriftSpec::new())?;
/// let kept = serde_json::to_string(&baseline)?;
///
/// let baseline: DriftBaseline = serde_json::from_str(&kept)?;
/// assert_eq!(baseline.compare(&model, &leads(0)?, now, None)?.verdict, DriftVerdict::Ok);
/// assert_eq!(baseline.compare(&model, &leads(60)?, now, None)?.verdict, DriftVerdict::Retrain);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct DriftBaseline(Fields);

/// The form in files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    version: u32,
    model: String,
    as_of: Moment,
    leads: u64,
    spec: DriftSpec,
    attributes: Vec<Snapshot>,
    scores: Vec<Snapshot>,
}

impl From<DriftBaseline> for Fields {
    fn from(baseline: DriftBaseline) -> Self {
        baseline.0
    }
}

impl TryFrom<Fields> for DriftBaseline {
    type Error = EvaluateError;

    fn try_from(fields: Fields) -> Result<Self, EvaluateError> {
        let mut problems = Problems::default();
        if fields.version != Self::VERSION {
            problems.push(
                "version",
                format!("must be {}, got `{}`", Self::VERSION, fields.version),
            );
        }
        fields.spec.resolve("spec.", &mut problems);
        for (list, name) in [
            (&fields.attributes, "attributes"),
            (&fields.scores, "scores"),
        ] {
            for (i, of) in list.iter().enumerate() {
                if let Some(problem) = of.problem() {
                    problems.push(format!("{name}[{i}]"), problem);
                }
            }
        }
        problems.into_result(())?;
        Ok(Self(fields))
    }
}

impl DriftBaseline {
    /// The version of the form in files.
    pub const VERSION: u32 = 1;

    /// Takes the baseline of a population: usually the one that a model was trained on, as of then.
    ///
    /// `outcomes` says of each lead whether it converted after that moment; `None` where it is not known yet.
    ///
    /// # Errors
    /// All problems of the spec at once, no leads, or not as many outcomes as leads.
    pub fn of<V: LeadView + Sync>(
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: Option<&[Option<bool>]>,
        spec: &DriftSpec,
    ) -> Result<Self, EvaluateError> {
        Self::taken(model, leads, as_of, outcomes, None, spec)
    }

    /// As [`of`](Self::of), each lead counting as often as its weight says: 2 is the same lead twice, 0 none at all.
    ///
    /// # Errors
    /// As [`of`](Self::of); not as many weights as leads; a weight that is negative, no number, above 1e12, or not 0 but
    /// below 1e-12; weights that are all zero.
    pub fn weighted<V: LeadView + Sync>(
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: Option<&[Option<bool>]>,
        weights: &[f64],
        spec: &DriftSpec,
    ) -> Result<Self, EvaluateError> {
        Self::taken(model, leads, as_of, outcomes, Some(weights), spec)
    }

    fn taken<V: LeadView + Sync>(
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: Option<&[Option<bool>]>,
        weights: Option<&[f64]>,
        spec: &DriftSpec,
    ) -> Result<Self, EvaluateError> {
        let mut problems = Problems::default();
        spec.resolve("", &mut problems);
        problems.into_result(())?;
        let population = Population::new(leads.len(), outcomes, weights)?;
        let attributes = model.schema().attributes().enumerate();
        let attributes = attributes.filter_map(|(i, (name, of))| {
            let slot = AttributeSlot::new(u16::try_from(i).ok()?);
            let kind = FeatureKind::from(of);
            let sample = snapshot::attribute_sample(model, slot, kind, leads, as_of);
            let sample = population.sample(sample);
            Some(Snapshot::of(name, kind, &sample, &spec.psi))
        });
        let attributes = attributes.collect();
        let scores = snapshot::scores(&model.score_all(leads, as_of));
        let scores = scores.into_iter().map(|(name, sample)| {
            let sample = population.sample(sample);
            let mut snapshot = Snapshot::of(&name, FeatureKind::Score, &sample, &spec.psi);
            snapshot.outcomes = snapshot.banded(&population, &sample);
            snapshot
        });
        Ok(Self(Fields {
            version: Self::VERSION,
            model: model.name().to_owned(),
            as_of: as_of.moment(),
            leads: population.leads(),
            spec: spec.clone(),
            attributes,
            scores: scores.collect(),
        }))
    }

    /// The name of the model.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.0.model
    }

    /// The moment as of which it was taken.
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        self.0.as_of.into()
    }

    /// How many leads it was taken of, those of weight 0 left out.
    #[must_use]
    pub fn leads(&self) -> u64 {
        self.0.leads
    }

    /// The limits that its comparisons use.
    #[must_use]
    pub fn spec(&self) -> &DriftSpec {
        &self.0.spec
    }

    /// Compares a later population with the baseline.
    ///
    /// Attributes and dimensions are found by name in the model, which may be another than the baseline's: then
    /// what its scores have become is part of what has changed. `outcomes` says of each lead whether it converted
    /// after that moment; `None` where it is not known yet. Without outcomes on both sides calibration is not judged.
    ///
    /// # Errors
    /// No leads, not as many outcomes as leads, or a model that lacks an attribute or a dimension of the baseline.
    pub fn compare<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: Option<&[Option<bool>]>,
    ) -> Result<DriftReport, EvaluateError> {
        let population = Population::new(leads.len(), outcomes, None)?;
        let matrix = model.score_all(leads, as_of);
        self.compare_scored(model, leads, as_of, &population, &matrix)
    }

    /// As [`compare`](Self::compare), each lead counting as often as its weight says: 2 is the same lead twice, 0 none at
    /// all. The baseline may have weights or none.
    ///
    /// # Errors
    /// As [`compare`](Self::compare), and what [`weighted`](Self::weighted) says of weights.
    pub fn compare_weighted<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: Option<&[Option<bool>]>,
        weights: &[f64],
    ) -> Result<DriftReport, EvaluateError> {
        let population = Population::new(leads.len(), outcomes, Some(weights))?;
        let matrix = model.score_all(leads, as_of);
        self.compare_scored(model, leads, as_of, &population, &matrix)
    }

    /// As [`compare`](Self::compare), with what the model says of the leads.
    pub(in crate::evaluate) fn compare_scored<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        population: &Population<'_>,
        matrix: &ScoreMatrix,
    ) -> Result<DriftReport, EvaluateError> {
        let Fields {
            spec,
            attributes,
            scores,
            ..
        } = &self.0;
        let mut report = DriftReport::new(self.as_of(), self.leads(), as_of, population.leads());
        for (i, of) in attributes.iter().enumerate() {
            let slot = model.schema().attribute(&of.name);
            let slot = slot.filter(|&slot| {
                let now = model.schema().attribute_type(slot);
                now.map(FeatureKind::from) == Some(of.kind)
            });
            let Some(slot) = slot else {
                let what = format!("attribute `{}` of that type", of.name);
                return Err(lacking(format!("attributes[{i}]"), &what));
            };
            let sample = snapshot::attribute_sample(model, slot, of.kind, leads, as_of);
            let sample = population.sample(sample);
            report.attributes.push(FeatureDrift::of(of, &sample, spec));
        }
        let mut now = snapshot::scores(matrix);
        for (i, of) in scores.iter().enumerate() {
            let Some(place) = now.iter().position(|(name, _)| *name == of.name) else {
                let what = if of.name == "composite" {
                    "composite".to_owned()
                } else {
                    format!("dimension `{}`", of.name)
                };
                return Err(lacking(format!("scores[{i}]"), &what));
            };
            let sample = population.sample(now.swap_remove(place).1);
            let mut drift = FeatureDrift::of(of, &sample, spec);
            drift.calibration = of.calibration(population, &sample);
            report.scores.push(drift);
        }
        report.judge(spec);
        Ok(report)
    }
}

fn lacking(place: String, what: &str) -> EvaluateError {
    EvaluateError::new(place, format!("the model has no {what}"))
}
