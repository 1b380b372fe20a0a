use super::Grouping;
use super::cut::CutBy;
use super::report::{Judging, SegmentReport};
use super::sums::ScoreColumns;
use super::{CriterionReport, NegativeRule, ReportPeriod};
use crate::evaluate::EvaluateError;
use crate::evaluate::population::Population;
use crate::evaluate::weight::WoeSpec;
use crate::lead::LeadView;
use crate::model::{Problems, ScoreModel};
use crate::score::{AsOf, ScoreMatrix};
use serde::{Deserialize, Serialize};

/// What a segment report is cut by, and when a segment counts as misjudged.
///
/// Where leads have weights, all counts of leads are sums of weights, and rates and means are of leads so counted.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     AsOf, DimensionSpec, GroupSpec, Lead, LeadError, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
///     SegmentJudgement, SegmentReportSpec, attribute,
/// };
///
/// let team = RuleSpec::new("team").points(80.0).when(attribute("seats").at_least(50));
/// let model = ScoreModel::build(
///     &ModelSpec::new("fit")
///         .schema(SchemaSpec::new().number("seats").text("industry"))
///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(team)))),
/// )?;
/// // Small practices score low and convert well.
/// let lead = |i: u32| {
///     let (industry, seats) = if i % 4 == 0 { ("health", 5) } else { ("retail", 40 + i % 20) };
///     Lead::builder(model.schema(), i.to_string()).set("industry", industry).set("seats", seats).build()
/// };
/// let leads = (0..400).map(lead).collect::<Result<Vec<_>, LeadError>>()?;
/// let outcomes: Vec<Option<bool>> = (0..400).map(|i| Some(i % 4 == 0 && i % 3 != 0 || i % 10 == 1)).collect();
///
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let report = SegmentReportSpec::new().by_attribute("industry").report(&model, &leads, as_of, &outcomes)?;
/// let health = report.segment("industry", "health").ok_or("no such segment")?;
/// assert_eq!((health.leads, health.judgement), (100.0, SegmentJudgement::ScoredTooLow));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentReportSpec {
    /// What leads are cut by, in this order. Default: nothing.
    pub by: Vec<CutBy>,
    /// The dimension, or `composite`, whose score is judged. Default: the composite where the model has one, else the
    /// first dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<String>,
    /// Level of the Wilson intervals, between 0 and 1. Default: 0.95.
    pub level: f64,
    /// Leads with a known outcome, as a sum of weights, that a segment needs to be judged. Default: 30.
    pub least_leads: u64,
    /// How values of criteria are put into bins. Default: as [`WoeSpec`], with levels below 1 % as one bin.
    pub criteria: WoeSpec,
}

impl Default for SegmentReportSpec {
    fn default() -> Self {
        Self {
            by: Vec::new(),
            judged: None,
            level: 0.95,
            least_leads: 30,
            criteria: WoeSpec::new().rare_share(0.01),
        }
    }
}

impl SegmentReportSpec {
    /// Cut by nothing yet; intervals of 95 %.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cuts by the values of a text, a flag or tags.
    #[must_use]
    pub fn by_attribute(mut self, name: impl Into<String>) -> Self {
        self.by.push(CutBy::Attribute(name.into()));
        self
    }

    /// Cuts by the channel of the first activity that has one.
    #[must_use]
    pub fn by_channel(mut self) -> Self {
        self.by.push(CutBy::Channel);
        self
    }

    /// Cuts by the products that a lead has activities about; a lead may be in several.
    #[must_use]
    pub fn by_product(mut self) -> Self {
        self.by.push(CutBy::Product);
        self
    }

    /// Cuts by when the lead came to be.
    #[must_use]
    pub fn by_period(mut self, period: ReportPeriod) -> Self {
        self.by.push(CutBy::Created(period));
        self
    }

    /// Judges the scores of that dimension, or of `composite`. Default: the composite, else the first dimension.
    #[must_use]
    pub fn judged(mut self, dimension: impl Into<String>) -> Self {
        self.judged = Some(dimension.into());
        self
    }

    /// Level of the Wilson intervals. Default: 0.95.
    #[must_use]
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }

    /// Leads with a known outcome, as a sum of weights, that a segment needs to be judged. Default: 30.
    #[must_use]
    pub fn least_leads(mut self, leads: u64) -> Self {
        self.least_leads = leads;
        self
    }

    /// How values of criteria are put into bins. Default: monotone quantile bins; levels below 1 % as one.
    #[must_use]
    pub fn criteria(mut self, criteria: WoeSpec) -> Self {
        self.criteria = criteria;
        self
    }

    pub(in crate::evaluate) fn resolve(
        &self,
        path: &str,
        model: &ScoreModel,
        problems: &mut Problems,
    ) {
        for (i, by) in self.by.iter().enumerate() {
            by.resolve(model, &format!("{path}by[{i}]"), problems);
        }
        let level = self.level;
        if !(level > 0.0 && level < 1.0) {
            let message = format!("must be between 0 and 1, got `{level}`");
            problems.push(format!("{path}level"), message);
        }
        if let Some(name) = &self.judged {
            let composite = model.has_composite().then_some("composite");
            let known = || {
                let names = model.dimensions().iter().map(crate::score::Dimension::name);
                names.chain(composite)
            };
            if !known().any(|known| known == name) {
                problems.unknown(format!("{path}judged"), "dimension", name, known());
            }
        }
        self.criteria.resolve(&format!("{path}criteria."), problems);
    }

    /// Reports on a population. `outcomes` says of each lead whether it converted after the moment; `None` where it
    /// is not known yet.
    ///
    /// # Errors
    /// All problems of the spec at once, no leads, or not as many outcomes as leads.
    pub fn report<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: &[Option<bool>],
    ) -> Result<SegmentReport, EvaluateError> {
        self.checked(model, leads, as_of, outcomes, None, &[])
    }

    /// As [`report`](Self::report), each lead counting as often as its weight says: 2 is the same lead twice, 0 none at
    /// all. Weights of a mean below 1 are raised to 1 where tenths of scores and bins of criteria are cut.
    ///
    /// # Errors
    /// As [`report`](Self::report); not as many weights as leads; a weight that is negative, no number, above 1e12, or
    /// not 0 but below 1e-12; weights that are all zero.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     DimensionSpec, GroupSpec, Lead, LeadError, ModelSpec, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
    ///     SegmentReportSpec, attribute,
    /// };
    ///
    /// let team = RuleSpec::new("team").points(80.0).when(attribute("seats").at_least(50));
    /// let model = ScoreModel::build(
    ///     &ModelSpec::new("fit")
    ///         .schema(SchemaSpec::new().number("seats").text("industry"))
    ///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(team)))),
    /// )?;
    /// let lead = |i: u32| {
    ///     let industry = if i % 2 == 0 { "health" } else { "retail" };
    ///     Lead::builder(model.schema(), i.to_string()).set("industry", industry).set("seats", 20 * i).build()
    /// };
    /// let leads = (0..6).map(lead).collect::<Result<Vec<_>, LeadError>>()?;
    /// // All that converted, and one in ten of the others.
    /// let outcomes = [true, false, false, true, true, false].map(Some);
    /// let weights = [1.0, 10.0, 10.0, 1.0, 1.0, 10.0];
    ///
    /// let report = SegmentReportSpec::new().by_attribute("industry").report_weighted(
    ///     &model,
    ///     &leads,
    ///     "2026-03-01".parse()?,
    ///     &outcomes,
    ///     &weights,
    /// )?;
    /// let health = report.segment("industry", "health").ok_or("no such segment")?;
    /// assert_eq!(health.leads, 12.0);
    /// assert_eq!(health.conversion.map(|rate| (rate.converted, rate.rate)), Some((2.0, 2.0 / 12.0)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn report_weighted<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: &[Option<bool>],
        weights: &[f64],
    ) -> Result<SegmentReport, EvaluateError> {
        self.checked(model, leads, as_of, outcomes, Some(weights), &[])
    }

    /// As [`report`](Self::report), cut also by groups that the app gives: named segments, stages, and the like.
    ///
    /// # Errors
    /// As [`report`](Self::report), and a grouping of another number of leads.
    pub fn report_with<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: &[Option<bool>],
        groupings: &[Grouping],
    ) -> Result<SegmentReport, EvaluateError> {
        self.checked(model, leads, as_of, outcomes, None, groupings)
    }

    /// As [`report_with`](Self::report_with), each lead counting as often as its weight says, as in
    /// [`report_weighted`](Self::report_weighted).
    ///
    /// # Errors
    /// As [`report_weighted`](Self::report_weighted), and a grouping of another number of leads.
    pub fn report_with_weighted<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: &[Option<bool>],
        groupings: &[Grouping],
        weights: &[f64],
    ) -> Result<SegmentReport, EvaluateError> {
        self.checked(model, leads, as_of, outcomes, Some(weights), groupings)
    }

    fn checked<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        outcomes: &[Option<bool>],
        weights: Option<&[f64]>,
        groupings: &[Grouping],
    ) -> Result<SegmentReport, EvaluateError> {
        let mut problems = Problems::default();
        self.resolve("", model, &mut problems);
        problems.into_result(())?;
        let population = Population::new(leads.len(), Some(outcomes), weights)?;
        Grouping::check(groupings, leads.len())?;
        let matrix = model.score_all(leads, as_of);
        Ok(self.report_scored(model, leads, as_of, &population, groupings, &matrix))
    }

    /// The report, with what the model says of the leads; everything is checked.
    pub(in crate::evaluate) fn report_scored<V: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[V],
        as_of: AsOf,
        population: &Population<'_>,
        groupings: &[Grouping],
        matrix: &ScoreMatrix,
    ) -> SegmentReport {
        let columns = ScoreColumns::new(model, matrix);
        let judged = match &self.judged {
            Some(name) => name.clone(),
            None if model.has_composite() => "composite".to_owned(),
            None => columns.names.first().cloned().unwrap_or_default(),
        };
        let judging = Judging::new(self, columns, judged, population);
        let mut report = judging.all();
        for by in &self.by {
            report
                .segments
                .extend(judging.cut(&by.to_string(), |row, take| {
                    if let Some(lead) = leads.get(row) {
                        by.groups(model, lead, as_of, take);
                    }
                }));
        }
        judging.groupings(groupings, &mut report);
        report.criteria = CriterionReport::all(self, model, leads, as_of, population);
        report.negative_rules = NegativeRule::all(self, model, leads, as_of, population, matrix);
        report
    }

    /// The report of scores alone, cut by groups that are given; everything is checked.
    pub(in crate::evaluate) fn report_scores(
        &self,
        scores: &[f64],
        population: &Population<'_>,
        groupings: &[Grouping],
    ) -> SegmentReport {
        let judging = Judging::new(
            self,
            ScoreColumns::one("score", scores),
            "score".to_owned(),
            population,
        );
        let mut report = judging.all();
        judging.groupings(groupings, &mut report);
        report
    }
}
