use super::judge::Evaluated;
use super::{Report, ReportPopulation, ReportSpec};
use crate::evaluate::back_test::{Gathered, Judged, Past, place_of};
use crate::evaluate::population::Population;
use crate::evaluate::{
    DriftBaseline, EvaluateError, Evaluation, Grouping, ProbabilityEvaluation, ScoreMeaning,
};
use crate::lead::{Frozen, LeadView, Moment, Schema};
use crate::model::{ScoreModel, in_blocks};
use crate::score::{AsOf, RankBy};
use crate::scorer::Scorer;

impl ReportSpec {
    /// Reports on a model. `converted_at` says when each lead converted, `None` where it has not; with a baseline
    /// there is drift too.
    ///
    /// # Errors
    /// All problems of the spec at once; a dimension or a composite that the model does not have; not as many outcomes
    /// as leads; a baseline of an attribute or a dimension that the model lacks.
    pub fn run_model<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
        baseline: Option<&DriftBaseline>,
    ) -> Result<Report, EvaluateError> {
        self.report_model(model, leads, as_of, converted_at, baseline, None)
    }

    /// As [`run_model`](Self::run_model), each lead counting as often as its weight says: 2 is the same lead twice, 0
    /// none at all. Weights are in everything that the report says; a baseline may have weights or none.
    ///
    /// # Errors
    /// As [`run_model`](Self::run_model); not as many weights as leads; a weight that is negative, no number, above
    /// 1e12, or not 0 but below 1e-12; weights that are all zero.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{
    ///     DimensionSpec, GroupSpec, Lead, LeadError, ModelSpec, Moment, ReportSpec, RuleSpec, RulesSpec, SchemaSpec,
    ///     ScoreModel, attribute,
    /// };
    ///
    /// let team = RuleSpec::new("team").points(60.0).when(attribute("seats").at_least(50));
    /// let model = ScoreModel::build(
    ///     &ModelSpec::new("fit")
    ///         .schema(SchemaSpec::new().number("seats"))
    ///         .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(GroupSpec::sum("size").rule(team)))),
    /// )?;
    /// let lead = |i: u32| Lead::builder(model.schema(), i.to_string()).set("seats", 10 * i).build();
    /// let leads = (0..10).map(lead).collect::<Result<Vec<_>, LeadError>>()?;
    /// let bought: Moment = "2026-03-20".parse()?;
    /// let converted_at: Vec<Option<Moment>> = (0..10).map(|i| (i > 5).then_some(bought)).collect();
    /// // All that bought, and one in five of the others.
    /// let weights: Vec<f64> = (0..10).map(|i| if i > 5 { 1.0 } else { 5.0 }).collect();
    ///
    /// let report = ReportSpec::new("our fit").band("good", 50.0).run_model_weighted(
    ///     &model,
    ///     &leads,
    ///     "2026-03-01".parse()?,
    ///     &converted_at,
    ///     None,
    ///     &weights,
    /// )?;
    /// assert_eq!(report.labels[0].rows[1].leads, 9.0);
    /// assert_eq!(report.labels[0].rows[1].conversion.map(|rate| rate.rate), Some(4.0 / 9.0));
    /// assert_eq!(report.metrics.map(|metrics| metrics.base_rate), Some(4.0 / 34.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_model_weighted<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
        baseline: Option<&DriftBaseline>,
        weights: &[f64],
    ) -> Result<Report, EvaluateError> {
        self.report_model(model, leads, as_of, converted_at, baseline, Some(weights))
    }

    fn report_model<L: LeadView + Sync>(
        &self,
        model: &ScoreModel,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
        baseline: Option<&DriftBaseline>,
        weights: Option<&[f64]>,
    ) -> Result<Report, EvaluateError> {
        let horizon = self.checked(Some(model))?;
        let past = Past::new(leads, converted_at, weights)?;
        let moment = as_of.moment();
        let mut gathered = Gathered::new(model.schema(), self.scores);
        let there = gathered.there(&past, moment, moment.plus_micros(horizon));
        let matrix = model.score_all(&there.leads, as_of);
        let by = match self.judged.as_deref() {
            None => RankBy::Best,
            Some("composite") => RankBy::Composite,
            Some(dimension) => RankBy::Dimension(dimension),
        };
        let place = place_of(&matrix, by)?;
        let rows = (0..matrix.len()).filter_map(|row| matrix.scored(row));
        let judged: Vec<Judged> = rows
            .map(|scored| Judged {
                score: scored.score(place),
                disqualified: !scored.disqualified().is_empty(),
            })
            .collect();
        gathered.add(&judged, &there);
        let of = place.and_then(|place| matrix.dimensions().get(place));
        let of = of.map_or("composite", |of| of.name());
        let mut report = self.gathered(of, leads.len(), moment, &gathered)?;
        report.population.weightless = weightless(weights);
        let weights = there.weights.as_deref();
        self.of_matrix(&mut report, model, &matrix, &there.converted, weights);
        if !there.leads.is_empty() {
            let outcomes: Vec<Option<bool>> = there.converted.iter().copied().map(Some).collect();
            let population = Population::new(there.leads.len(), Some(&outcomes), weights)?;
            report.segments = self.segments.as_ref().map(|spec| {
                let mut spec = spec.clone();
                spec.judged.get_or_insert_with(|| of.to_owned());
                spec.report_scored(model, &there.leads, as_of, &population, &[], &matrix)
            });
            report.drift = baseline
                .map(|baseline| {
                    baseline.compare_scored(model, &there.leads, as_of, &population, &matrix)
                })
                .transpose()?;
        }
        Ok(report)
    }

    /// Reports on any scorer. `converted_at` says when each lead converted, `None` where it has not; `schema` names the
    /// facts that may have leaked. Heat maps and segments are of models only.
    ///
    /// # Errors
    /// All problems of the spec at once; not as many outcomes as leads.
    pub fn run<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
    ) -> Result<Report, EvaluateError> {
        self.report_scorer(scorer, schema, leads, as_of, converted_at, None)
    }

    /// As [`run`](Self::run), each lead counting as often as its weight says, as in
    /// [`run_model_weighted`](Self::run_model_weighted).
    ///
    /// # Errors
    /// As [`run`](Self::run), and what [`run_model_weighted`](Self::run_model_weighted) says of weights.
    pub fn run_weighted<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
        weights: &[f64],
    ) -> Result<Report, EvaluateError> {
        self.report_scorer(scorer, schema, leads, as_of, converted_at, Some(weights))
    }

    fn report_scorer<S: Scorer + ?Sized, L: LeadView + Sync>(
        &self,
        scorer: &S,
        schema: &Schema,
        leads: &[L],
        as_of: AsOf,
        converted_at: &[Option<Moment>],
        weights: Option<&[f64]>,
    ) -> Result<Report, EvaluateError> {
        let horizon = self.checked(None)?;
        let past = Past::new(leads, converted_at, weights)?;
        let moment = as_of.moment();
        let mut gathered = Gathered::new(schema, self.scores);
        let there = gathered.there(&past, moment, moment.plus_micros(horizon));
        let judge = |lead: &Frozen<'_, L>| {
            let mut disqualified = false;
            scorer.disqualify(lead, as_of, &mut |_| disqualified = true);
            Judged {
                score: scorer.score(lead, as_of).map(crate::score::Score::get),
                disqualified,
            }
        };
        let blocks = in_blocks(there.leads.len(), |rows| {
            let leads = there.leads.get(rows).unwrap_or_default();
            leads.iter().map(judge).collect::<Vec<_>>()
        });
        let judged: Vec<Judged> = blocks.into_iter().flatten().collect();
        gathered.add(&judged, &there);
        let of = self.judged.as_deref().unwrap_or("score");
        let mut report = self.gathered(of, leads.len(), moment, &gathered)?;
        report.population.weightless = weightless(weights);
        Ok(report)
    }

    /// Reports on stored scores, each lead counting as often as its weight says where there are weights; with
    /// [`percent`](Self::percent) they are probabilities from 0 to 1. Segments are those of the groupings.
    ///
    /// # Errors
    /// All problems of the spec at once; what [`Evaluation::weighted`] and [`ProbabilityEvaluation::weighted`] say of
    /// scores, outcomes and weights; a grouping of another number of leads.
    pub fn run_scores(
        &self,
        scores: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
        groupings: &[Grouping],
    ) -> Result<Report, EvaluateError> {
        self.checked(None)?;
        Grouping::check(groupings, scores.len())?;
        let mut report = self.empty(self.judged.as_deref().unwrap_or("score"));
        let evaluated = match self.scores {
            ScoreMeaning::Order => {
                let evaluation = Evaluation::checked("scores", scores, converted, weights)?;
                Evaluated::Order(evaluation)
            }
            ScoreMeaning::Percent => {
                let evaluation = ProbabilityEvaluation::checked(scores, converted, weights)?;
                Evaluated::Probability(evaluation)
            }
        };
        let range = (self.scores == ScoreMeaning::Percent).then_some((0.0, 1.0));
        self.evaluate(&mut report, &evaluated, range)?;
        report.population = ReportPopulation {
            given: scores.len(),
            scored: evaluated.ranking().len(),
            weightless: weightless(weights),
            ..ReportPopulation::default()
        };
        self.band_rates(&mut report, scores, converted, weights);
        if !groupings.is_empty() {
            let outcomes: Vec<Option<bool>> = converted.iter().copied().map(Some).collect();
            let population = Population::new(scores.len(), Some(&outcomes), weights)?;
            let spec = self.segments.clone().unwrap_or_default();
            report.segments = Some(spec.report_scores(scores, &population, groupings));
        }
        Ok(report)
    }
}

/// How many leads do not count.
fn weightless(weights: Option<&[f64]>) -> usize {
    let weights = weights.unwrap_or_default().iter();
    weights.filter(|&&weight| weight == 0.0).count()
}
