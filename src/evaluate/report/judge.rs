use super::{LabelConversion, Report, ReportPopulation, ReportSpec, ScoreHistogram};
use crate::evaluate::back_test::Gathered;
use crate::evaluate::evaluation::real;
use crate::evaluate::{
    CutTies, EvaluateError, Evaluation, ProbabilityEvaluation, ReliabilityBins, RocPoint,
    ScoreMeaning,
};
use crate::lead::Moment;

/// Scores sorted with their outcomes.
pub(super) enum Evaluated {
    Order(Evaluation),
    Probability(ProbabilityEvaluation),
}

impl Evaluated {
    pub(super) fn ranking(&self) -> &Evaluation {
        match self {
            Self::Order(evaluation) => evaluation,
            Self::Probability(evaluation) => evaluation.ranking(),
        }
    }
}

impl ReportSpec {
    pub(super) fn empty(&self, judged: &str) -> Report {
        Report {
            title: self.title.clone(),
            judged: judged.to_owned(),
            as_of: None,
            horizon: self.horizon.clone(),
            population: ReportPopulation::default(),
            metrics: None,
            gains: None,
            roc: None,
            reliability: None,
            brier: None,
            distribution: None,
            labels: Vec::new(),
            heat_maps: Vec::new(),
            rfm: Vec::new(),
            segments: None,
            drift: None,
            undated_attributes: Vec::new(),
            undated_answers: Vec::new(),
        }
    }

    /// What is said of the scores of a scorer, 0 to 100.
    pub(super) fn gathered(
        &self,
        judged: &str,
        given: usize,
        as_of: Moment,
        gathered: &Gathered<'_>,
    ) -> Result<Report, EvaluateError> {
        let mut report = self.empty(judged);
        report.as_of = Some(as_of);
        (report.undated_attributes, report.undated_answers) = gathered.undated();
        report.population = ReportPopulation {
            given,
            scored: gathered.scores.len(),
            abstained: gathered.abstained,
            disqualified: gathered.disqualified,
            left_out: gathered.left_out,
            weightless: 0,
        };
        let (scores, converted) = (&gathered.scores, &gathered.converted);
        let weights = gathered.weights.as_deref();
        self.band_rates(&mut report, scores, converted, weights);
        if scores.is_empty() {
            return Ok(report);
        }
        // The distribution is of scores; the metrics of probabilities are of shares.
        let order = Evaluation::checked("scores", scores, converted, weights)?;
        report.distribution = Some(ScoreHistogram::of(
            &order,
            self.histogram_bins,
            Some((0.0, 100.0)),
        ));
        let evaluated = match self.scores {
            ScoreMeaning::Order => Evaluated::Order(order),
            ScoreMeaning::Percent => {
                let shares: Vec<f64> = scores.iter().map(|score| score / 100.0).collect();
                let evaluation = ProbabilityEvaluation::checked(&shares, converted, weights)?;
                Evaluated::Probability(evaluation)
            }
        };
        self.evaluate(&mut report, &evaluated, None)?;
        Ok(report)
    }

    pub(super) fn evaluate(
        &self,
        report: &mut Report,
        evaluated: &Evaluated,
        range: Option<(f64, f64)>,
    ) -> Result<(), EvaluateError> {
        let ranking = evaluated.ranking();
        report.metrics = Some(match evaluated {
            Evaluated::Order(evaluation) => evaluation.metrics(),
            Evaluated::Probability(evaluation) => {
                let bins = ReliabilityBins::EqualCount(self.reliability_bins);
                report.reliability = Some(evaluation.reliability(bins)?);
                let bins = ReliabilityBins::EqualWidth(10);
                report.brier = Some(evaluation.brier_decomposition(bins)?);
                evaluation.metrics()
            }
        });
        // There is none where all leads converted, or none.
        report.gains = ranking
            .gains_table(self.gains_groups, CutTies::InProportion)
            .ok();
        report.roc = ranking
            .roc_curve()
            .map(|curve| thinned(curve, self.roc_points));
        if report.distribution.is_none() {
            let histogram = ScoreHistogram::of(ranking, self.histogram_bins, range);
            report.distribution = Some(histogram);
        }
        Ok(())
    }

    pub(super) fn band_rates(
        &self,
        report: &mut Report,
        scores: &[f64],
        converted: &[bool],
        weights: Option<&[f64]>,
    ) {
        if !self.bands.is_empty() {
            let (of, level) = (report.judged.clone(), self.level);
            let rates =
                LabelConversion::of_bands(of, &self.bands, scores, converted, weights, level);
            report.labels.push(rates);
        }
    }
}

/// A curve of no more than so many points, all of which lie on the given one. Both ends stay.
pub(super) fn thinned(curve: Vec<RocPoint>, most: usize) -> Vec<RocPoint> {
    if curve.len() <= most {
        return curve;
    }
    // From corner to corner a curve is 2 long, counted along both axes.
    let step = 2.0 / real(most.saturating_sub(2).max(1));
    let along = |point: &RocPoint| point.false_positive_rate + point.true_positive_rate;
    let last = curve.len() - 1;
    let mut kept: Vec<RocPoint> = Vec::with_capacity(most);
    for (place, point) in curve.into_iter().enumerate() {
        let before = kept.last().map_or(-step, &along);
        if place == last || (along(&point) - before >= step && kept.len() + 1 < most) {
            kept.push(point);
        }
    }
    kept
}
