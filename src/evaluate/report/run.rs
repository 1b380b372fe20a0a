use super::judge::Evaluated;
use super::{Report, ReportPopulation, ReportSpec};
use crate::evaluate::back_test::{Gathered, Judged, Past, place_of};
use crate::evaluate::drift::Population;
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
        let horizon = self.checked(Some(model))?;
        let past = Past::new(leads, converted_at, None)?;
        let moment = as_of.moment();
        let mut gathered = Gathered::new(model.schema(), self.scores);
        let found = gathered.there(&past, moment, moment.plus_micros(horizon));
        let (there, converted) = (&found.leads, &found.converted);
        let matrix = model.score_all(there, as_of);
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
        gathered.add(&judged, &found);
        let of = place.and_then(|place| matrix.dimensions().get(place));
        let of = of.map_or("composite", |of| of.name());
        let mut report = self.gathered(of, leads.len(), moment, &gathered)?;
        self.of_matrix(&mut report, model, &matrix, converted);
        let outcomes: Vec<Option<bool>> = converted.iter().copied().map(Some).collect();
        if !there.is_empty() {
            report.segments = self.segments.as_ref().map(|spec| {
                let mut spec = spec.clone();
                spec.judged.get_or_insert_with(|| of.to_owned());
                spec.report_scored(model, there, as_of, &outcomes, &[], &matrix)
            });
            report.drift = baseline
                .map(|baseline| {
                    let population = Population::new(there.len(), Some(&outcomes), None)?;
                    baseline.compare_scored(model, there, as_of, &population, &matrix)
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
        let horizon = self.checked(None)?;
        let past = Past::new(leads, converted_at, None)?;
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
        self.gathered(of, leads.len(), moment, &gathered)
    }

    /// Reports on stored scores, each lead counting as often as its weight says where there are weights; with
    /// [`percent`](Self::percent) they are probabilities from 0 to 1. Segments are those of the groupings; they and the
    /// bands count leads, not weights.
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
        for (i, grouping) in groupings.iter().enumerate() {
            if grouping.len() != scores.len() {
                let (given, leads) = (grouping.len(), scores.len());
                let message = format!("`{given}` do not go with `{leads}` leads");
                return Err(EvaluateError::new(format!("groupings[{i}]"), message));
            }
        }
        let mut report = self.empty(self.judged.as_deref().unwrap_or("score"));
        let evaluated = match (self.scores, weights) {
            (ScoreMeaning::Order, None) => Evaluated::Order(Evaluation::new(scores, converted)?),
            (ScoreMeaning::Order, Some(weights)) => {
                Evaluated::Order(Evaluation::weighted(scores, converted, weights)?)
            }
            (ScoreMeaning::Percent, None) => {
                Evaluated::Probability(ProbabilityEvaluation::new(scores, converted)?)
            }
            (ScoreMeaning::Percent, Some(weights)) => {
                Evaluated::Probability(ProbabilityEvaluation::weighted(scores, converted, weights)?)
            }
        };
        let range = (self.scores == ScoreMeaning::Percent).then_some((0.0, 1.0));
        self.evaluate(&mut report, &evaluated, range)?;
        let has_weight = |row: usize| weights.is_none_or(|all| all.get(row) != Some(&0.0));
        let scored = evaluated.ranking().len();
        report.population = ReportPopulation {
            given: scores.len(),
            scored,
            weightless: scores.len() - scored,
            ..ReportPopulation::default()
        };
        let rows = scores.iter().zip(converted).enumerate();
        let rows = rows.filter(|(row, _)| has_weight(*row));
        let (kept, outcomes): (Vec<f64>, Vec<bool>) = rows.map(|(_, (s, c))| (*s, *c)).unzip();
        self.band_rates(&mut report, &kept, &outcomes);
        if !groupings.is_empty() {
            let groupings: Vec<Grouping> = groupings
                .iter()
                .map(|grouping| {
                    let rows = (0..scores.len()).filter(|&row| has_weight(row));
                    Grouping::several(grouping.name(), rows.map(|row| grouping.of(row).collect()))
                })
                .collect();
            let outcomes: Vec<Option<bool>> = outcomes.into_iter().map(Some).collect();
            let spec = self.segments.clone().unwrap_or_default();
            report.segments = Some(spec.report_scores(&kept, &outcomes, &groupings));
        }
        Ok(report)
    }
}
