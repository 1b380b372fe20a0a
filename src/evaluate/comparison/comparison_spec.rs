use super::mover::movers;
use super::{BandMigration, ChampionChoice, Comparison, ScoreDistribution, ThresholdCrossing};
use crate::evaluate::back_test::{check_bands, place_of};
use crate::evaluate::evaluation::real;
use crate::evaluate::{EvaluateError, Evaluation};
use crate::lead::LeadView;
use crate::model::{BandSpec, ScoreModel};
use crate::score::{AsOf, RankBy};
use crate::scorer::Scorer;
use serde::{Deserialize, Serialize};

/// What two models are compared by on one population.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     AsOf, ChampionVerdict, ComparisonSpec, DimensionSpec, GroupSpec, Lead, ModelSpec, RuleSpec, RulesSpec,
///     SchemaSpec, ScoreModel, attribute,
/// };
///
/// let model = |points| {
///     let seats = RuleSpec::new("seats").points(points).when(attribute("seats").at_least(50));
///     let rules = RulesSpec::new().group(GroupSpec::sum("size").rule(seats));
///     ScoreModel::build(
///         &ModelSpec::new("fit").schema(SchemaSpec::new().number("seats")).dimension(DimensionSpec::rules("fit", rules)),
///     )
/// };
/// let (champion, challenger) = (model(30.0)?, model(45.0)?);
/// let lead = |id, seats| Lead::builder(champion.schema(), id).set("seats", seats).build();
/// let leads = [lead("a", 80)?, lead("b", 20)?];
///
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let comparison = ComparisonSpec::new()
///     .threshold(40.0)
///     .compare(&champion, &challenger, &leads, as_of, None)?;
/// assert_eq!(comparison.crossing.map(|crossing| crossing.up), Some(vec![0]));
/// let mover = &comparison.movers[0];
/// assert_eq!((mover.lead, mover.change(), mover.rules[0].rule.as_str()), (0, 15.0, "seats"));
/// assert_eq!(comparison.choice.verdict, ChampionVerdict::Open);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComparisonSpec {
    /// The dimension, or `composite`. Default: of each model the composite where it has one, else its first dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Bands of scores, lowest first, between which leads move. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandSpec>,
    /// The score from which a lead is acted upon. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// How many of the largest movers are told. Default: 10.
    pub movers: usize,
    /// The p value below which a difference counts. Default: 0.05.
    pub significance: f64,
    /// By how much the challenger's area under the ROC curve must be larger. Default: 0.
    pub least_gain: f64,
}

impl Default for ComparisonSpec {
    fn default() -> Self {
        Self {
            of: None,
            bands: Vec::new(),
            threshold: None,
            movers: 10,
            significance: 0.05,
            least_gain: 0.0,
        }
    }
}

/// A lead with both scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) lead: usize,
    pub(super) champion: f64,
    pub(super) challenger: f64,
}

impl ComparisonSpec {
    /// The best score of each model, without bands and threshold.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares that dimension, or `composite`. Default: of each model the composite where it has one, else its first
    /// dimension.
    #[must_use]
    pub fn of(mut self, dimension: impl Into<String>) -> Self {
        self.of = Some(dimension.into());
        self
    }

    /// Adds a band of scores above those there are.
    #[must_use]
    pub fn band(mut self, label: impl Into<String>, at_least: f64) -> Self {
        self.bands.push(BandSpec {
            label: label.into(),
            at_least,
        });
        self
    }

    /// The score from which a lead is acted upon. Default: none.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// How many of the largest movers are told. Default: 10.
    #[must_use]
    pub fn movers(mut self, most: usize) -> Self {
        self.movers = most;
        self
    }

    /// The p value below which a difference counts. Default: 0.05.
    #[must_use]
    pub fn significance(mut self, p: f64) -> Self {
        self.significance = p;
        self
    }

    /// By how much the challenger's area under the ROC curve must be larger. Default: 0.
    #[must_use]
    pub fn least_gain(mut self, gain: f64) -> Self {
        self.least_gain = gain;
        self
    }

    /// Compares two models on leads as of a moment; `converted` says which of them converted afterwards, where that
    /// is known.
    ///
    /// # Errors
    /// Models of different schemas; a dimension that one of them does not have; bands that do not rise, or more than 1000; a threshold
    /// that is no number; a significance or a gain that is not between 0 and 1; not as many outcomes as leads.
    pub fn compare<L: LeadView + Sync>(
        &self,
        champion: &ScoreModel,
        challenger: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
        converted: Option<&[bool]>,
    ) -> Result<Comparison, EvaluateError> {
        self.check()?;
        if champion.schema().id() != challenger.schema().id() {
            let message = "of the two models differ: leads of one are none of the other";
            return Err(EvaluateError::new("schemas", message));
        }
        if let Some(converted) = converted.filter(|converted| converted.len() != leads.len()) {
            let message = format!(
                "`{}` outcomes do not go with `{}` leads",
                converted.len(),
                leads.len()
            );
            return Err(EvaluateError::new("outcomes", message));
        }
        let of_champion = self.scores("champion", champion, leads, as_of)?;
        let of_challenger = self.scores("challenger", challenger, leads, as_of)?;
        let pairs: Vec<Pair> = of_champion
            .iter()
            .zip(&of_challenger)
            .enumerate()
            .filter_map(|(lead, (champion, challenger))| {
                Some(Pair {
                    lead,
                    champion: (*champion)?,
                    challenger: (*challenger)?,
                })
            })
            .collect();
        let scored = |scores: &[Option<f64>]| scores.iter().flatten().count();
        let (mut sum, mut absolute) = (0.0, 0.0);
        for pair in &pairs {
            sum += pair.challenger - pair.champion;
            absolute += (pair.challenger - pair.champion).abs();
        }
        let mean = |sum: f64| (!pairs.is_empty()).then(|| sum / real(pairs.len()));
        let changed = pairs.iter().filter(|pair| pair.champion != pair.challenger);
        let (first, second) = match converted {
            Some(converted) => evaluations(&pairs, converted)?,
            None => (None, None),
        };
        let auc = match (&first, &second) {
            (Some(first), Some(second)) => first.auc_difference(second).ok(),
            _ => None,
        };
        Ok(Comparison {
            leads: leads.len(),
            both: pairs.len(),
            champion_only: scored(&of_champion) - pairs.len(),
            challenger_only: scored(&of_challenger) - pairs.len(),
            champion: ScoreDistribution::of(&of_champion),
            challenger: ScoreDistribution::of(&of_challenger),
            changed: changed.count(),
            mean_change: mean(sum),
            mean_absolute_change: mean(absolute),
            migration: (!self.bands.is_empty())
                .then(|| BandMigration::new(&self.bands, &of_champion, &of_challenger)),
            crossing: self
                .threshold
                .map(|threshold| ThresholdCrossing::new(threshold, &of_champion, &of_challenger)),
            movers: movers(&pairs, self.movers, self.of.as_deref(), |lead| {
                let lead = leads.get(lead)?;
                Some((
                    champion.explain(lead, as_of),
                    challenger.explain(lead, as_of),
                ))
            }),
            champion_metrics: first.map(|evaluation| evaluation.metrics()),
            challenger_metrics: second.map(|evaluation| evaluation.metrics()),
            auc,
            choice: ChampionChoice::new(auc.as_ref(), self.significance, self.least_gain),
        })
    }

    fn check(&self) -> Result<(), EvaluateError> {
        check_bands(&self.bands)?;
        if let Some(threshold) = self.threshold.filter(|threshold| !threshold.is_finite()) {
            let message = format!("must be a finite number, got `{threshold}`");
            return Err(EvaluateError::new("threshold", message));
        }
        for (name, number) in [
            ("significance", self.significance),
            ("least_gain", self.least_gain),
        ] {
            if !(0.0..=1.0).contains(&number) {
                let message = format!("must be between 0 and 1, got `{number}`");
                return Err(EvaluateError::new(name, message));
            }
        }
        Ok(())
    }

    /// The scores of a model; `None` of leads of which it abstains or which it disqualifies.
    fn scores<L: LeadView + Sync>(
        &self,
        name: &str,
        model: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
    ) -> Result<Vec<Option<f64>>, EvaluateError> {
        let by = match self.of.as_deref() {
            None => RankBy::Best,
            Some("composite") => RankBy::Composite,
            Some(dimension) => RankBy::Dimension(dimension),
        };
        let matrix = model.score_all(leads, as_of);
        let place =
            place_of(&matrix, by).map_err(|error| EvaluateError::new(name, error.message()))?;
        let rows = (0..matrix.len()).map(|row| {
            let scored = matrix.scored(row)?;
            scored
                .score(place)
                .filter(|_| scored.disqualified().is_empty())
        });
        Ok(rows.collect())
    }
}

/// Both models' scores with outcomes, over the leads that have both.
fn evaluations(
    pairs: &[Pair],
    converted: &[bool],
) -> Result<(Option<Evaluation>, Option<Evaluation>), EvaluateError> {
    if pairs.is_empty() {
        return Ok((None, None));
    }
    let outcome = |pair: &Pair| converted.get(pair.lead).copied().unwrap_or_default();
    let converted: Vec<bool> = pairs.iter().map(outcome).collect();
    let evaluation = |score: fn(&Pair) -> f64| {
        let scores: Vec<f64> = pairs.iter().map(score).collect();
        Evaluation::new(&scores, &converted)
    };
    Ok((
        Some(evaluation(|pair| pair.champion)?),
        Some(evaluation(|pair| pair.challenger)?),
    ))
}
