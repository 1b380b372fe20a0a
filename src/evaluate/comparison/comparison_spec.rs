use super::mover::movers;
use super::scored::{Pair, Scored, evaluations, sum};
use super::{BandMigration, ChampionChoice, Comparison, ScoreDistribution, ThresholdCrossing};
use crate::evaluate::EvaluateError;
use crate::evaluate::back_test::{check_bands, place_of};
use crate::evaluate::lead_weights::{check_count, check_of_leads, each_weight};
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
        self.compared([champion, challenger], leads, as_of, converted, None)
    }

    /// Compares two models on leads, each counting as often as its weight says: 2 is two such leads, 0 none at all.
    ///
    /// The p value takes weights for numbers of leads: those of a sample are to have the mean 1, lest it be thought
    /// larger or smaller than it is.
    ///
    /// # Errors
    /// As [`compare`](ComparisonSpec::compare); not as many weights as leads; a weight that is negative, no number,
    /// above 1e12, or not 0 but below 1e-12; weights that are all zero.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     AsOf, ComparisonSpec, DimensionSpec, GroupSpec, Lead, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
    ///     attribute,
    /// };
    ///
    /// let model = |points| {
    ///     let seats = RuleSpec::new("seats").points(points).when(attribute("seats").at_least(50));
    ///     let rules = RulesSpec::new().group(GroupSpec::sum("size").rule(seats));
    ///     let schema = SchemaSpec::new().number("seats");
    ///     ScoreModel::build(&ModelSpec::new("fit").schema(schema).dimension(DimensionSpec::rules("fit", rules)))
    /// };
    /// let (champion, challenger) = (model(30.0)?, model(45.0)?);
    /// let lead = |id, seats| Lead::builder(champion.schema(), id).set("seats", seats).build();
    /// let leads = [lead("a", 80)?, lead("b", 20)?];
    ///
    /// // A sample of which small companies are a tenth.
    /// let as_of: AsOf = "2026-03-01".parse()?;
    /// let comparison = ComparisonSpec::new()
    ///     .compare_weighted(&champion, &challenger, &leads, as_of, None, &[1.0, 10.0])?;
    /// assert_eq!((comparison.leads, comparison.changed), (11.0, 1.0));
    /// assert_eq!(comparison.mean_change, Some(15.0 / 11.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compare_weighted<L: LeadView + Sync>(
        &self,
        champion: &ScoreModel,
        challenger: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
        converted: Option<&[bool]>,
        weights: &[f64],
    ) -> Result<Comparison, EvaluateError> {
        let models = [champion, challenger];
        self.compared(models, leads, as_of, converted, Some(weights))
    }

    fn compared<L: LeadView + Sync>(
        &self,
        [champion, challenger]: [&ScoreModel; 2],
        leads: &[L],
        as_of: AsOf,
        converted: Option<&[bool]>,
        weights: Option<&[f64]>,
    ) -> Result<Comparison, EvaluateError> {
        self.check()?;
        if champion.schema().id() != challenger.schema().id() {
            let message = "of the two models differ: leads of one are none of the other";
            return Err(EvaluateError::new("schemas", message));
        }
        if let Some(converted) = converted {
            let of = ("leads", leads.len());
            check_count("outcomes", "outcomes", converted.len(), of)?;
        }
        check_of_leads(weights, leads.len())?;
        let of_champion = self.scores("champion", champion, leads, as_of)?;
        let of_challenger = self.scores("challenger", challenger, leads, as_of)?;
        let both = of_champion.into_iter().zip(of_challenger);
        let rows: Vec<Scored> = both
            .zip(each_weight(weights))
            .enumerate()
            .map(|(lead, ((champion, challenger), weight))| Scored {
                lead,
                weight,
                champion,
                challenger,
            })
            .filter(|row| row.weight > 0.0)
            .collect();
        let pairs: Vec<Pair> = rows.iter().filter_map(Scored::pair).collect();
        let both = sum(&pairs, |pair| pair.weight);
        let mean = |of: fn(&Pair) -> f64| {
            (both > 0.0).then(|| sum(&pairs, |pair| pair.weight * of(pair)) / both)
        };
        let counting =
            |is: fn(&Scored) -> bool| sum(rows.iter().filter(|row| is(row)), |row| row.weight);
        let evaluations = match converted {
            Some(converted) => evaluations(&pairs, converted)?,
            None => None,
        };
        let auc = evaluations.as_ref();
        let auc = auc.and_then(|[first, second]| first.auc_difference(second).ok());
        let metrics = evaluations.map(|both| both.map(|evaluation| evaluation.metrics()));
        let [champion_metrics, challenger_metrics] =
            metrics.map_or([None, None], |both| both.map(Some));
        Ok(Comparison {
            leads: sum(&rows, |row| row.weight),
            both,
            champion_only: counting(|row| row.champion.is_some() && row.challenger.is_none()),
            challenger_only: counting(|row| row.champion.is_none() && row.challenger.is_some()),
            champion: ScoreDistribution::of(&rows, |row| row.champion),
            challenger: ScoreDistribution::of(&rows, |row| row.challenger),
            changed: sum(
                pairs.iter().filter(|pair| pair.champion != pair.challenger),
                |pair| pair.weight,
            ),
            mean_change: mean(Pair::change),
            mean_absolute_change: mean(|pair| pair.change().abs()),
            migration: (!self.bands.is_empty()).then(|| BandMigration::new(&self.bands, &rows)),
            crossing: self
                .threshold
                .map(|threshold| ThresholdCrossing::new(threshold, &rows)),
            movers: movers(&pairs, self.movers, self.of.as_deref(), |lead| {
                let lead = leads.get(lead)?;
                Some((
                    champion.explain(lead, as_of),
                    challenger.explain(lead, as_of),
                ))
            }),
            champion_metrics,
            challenger_metrics,
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
