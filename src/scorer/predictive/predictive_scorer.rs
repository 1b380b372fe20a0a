use super::calibration::Calibration;
use super::encoder::{Encoder, FeatureEncoder, State};
use crate::lead::{LeadView, Moment};
use crate::score::{
    AsOf, Cell, Explanation, Formula, Role, Score, Unit, contribution, logistic, scale,
};
use crate::scorer::rules::{Buffers, Case, other_schema};
use crate::scorer::{Assessment, Opaque, Scorer};
#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// Rows of a matrix that one thread takes at a time.
const BLOCK: usize = 4_096;

/// Score: the chance that a lead converts, in percent, as a logistic regression learned it from past conversions.
///
/// The raw value is the probability, 0 to 1. Made by [`PredictiveModel::build`](crate::PredictiveModel::build).
///
/// Abstains where every feature is missing; the number of activities or purchases never is. The explanation is in
/// log-odds: the baseline, which is the average lead, and what each feature adds to it, its columns summed. Features
/// are its reasons, see [`Explanation::top_up`] and [`Explanation::top_down`].
#[derive(Debug)]
pub struct PredictiveScorer {
    encoder: Encoder,
    /// One for each feature.
    weights: Box<[Weights]>,
    /// One for each column.
    coefficients: Box<[f64]>,
    baseline: f64,
    /// Log-odds where every column of a matrix is 0.
    intercept: f64,
    calibration: Option<Calibration>,
}

/// What a feature adds.
#[derive(Debug)]
pub(super) struct Weights {
    /// By column.
    coefficients: Box<[f64]>,
    /// What the feature adds where one column is 1 and the others are 0, by column.
    only: Box<[f64]>,
    /// What it adds where all columns are 0.
    none: f64,
}

/// A matrix of another width than the model has columns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model has {expected} columns, got rows of {given}")]
pub struct WidthError {
    expected: usize,
    given: usize,
}

impl Weights {
    fn new(feature: &FeatureEncoder, coefficients: Box<[f64]>) -> Self {
        let mut weights = Self {
            none: 0.0,
            only: Box::default(),
            coefficients,
        };
        let one = |place| weights.sum(feature, State::Category(Some(place)), &[]);
        let only = (0..feature.columns.len()).map(one).collect();
        weights.none = weights.sum(feature, State::Category(None), &[]);
        weights.only = only;
        weights
    }

    /// What the feature adds, column by column.
    fn sum(&self, feature: &FeatureEncoder, state: State, chosen: &[usize]) -> f64 {
        let mut sum = 0.0;
        feature.each(state, chosen, |place, column, x| {
            let coefficient = self.coefficients.get(place).copied().unwrap_or(0.0);
            sum += contribution(coefficient, x, column.mean, column.deviation);
        });
        sum
    }

    pub(super) fn coefficient(&self, place: usize) -> f64 {
        self.coefficients.get(place).copied().unwrap_or(0.0)
    }

    #[inline]
    pub(super) fn add(&self, feature: &FeatureEncoder, state: State, chosen: &[usize]) -> f64 {
        match state {
            State::Category(Some(place)) => self.only.get(place).copied().unwrap_or(self.none),
            State::Category(None) => self.none,
            _ => self.sum(feature, state, chosen),
        }
    }
}

impl PredictiveScorer {
    pub(super) fn new(encoder: Encoder, coefficients: Box<[f64]>, baseline: f64) -> Self {
        let mut rest = coefficients.iter().copied();
        let mut at_zero = 0.0;
        let mut weights = Vec::with_capacity(encoder.features.len());
        for feature in &encoder.features {
            let own: Box<[f64]> = rest.by_ref().take(feature.columns.len()).collect();
            for (column, coefficient) in feature.columns.iter().zip(&own) {
                if column.deviation.is_none() {
                    at_zero += coefficient * column.mean;
                }
            }
            weights.push(Weights::new(feature, own));
        }
        Self {
            encoder,
            weights: weights.into(),
            coefficients,
            baseline,
            intercept: baseline - at_zero,
            calibration: None,
        }
    }

    pub(super) fn calibrated(self, calibration: Option<Calibration>) -> Self {
        Self {
            calibration,
            ..self
        }
    }

    /// The probability of log-odds, calibrated where the model is.
    fn probability_of(&self, log_odds: f64) -> f64 {
        match &self.calibration {
            Some(calibration) => calibration.apply(log_odds),
            None => logistic(log_odds),
        }
    }

    /// The columns that the model reads of a lead.
    #[must_use]
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Log-odds of the average lead.
    #[must_use]
    pub fn baseline(&self) -> f64 {
        self.baseline
    }

    /// Log-odds where every column of a row is 0.
    #[must_use]
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// One for each column.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The chance that a lead converts, 0 to 1; `None` where the scorer abstains.
    #[must_use]
    pub fn probability(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<f64> {
        let log_odds = self.log_odds(lead, as_of)?;
        Some(self.probability_of(log_odds))
    }

    /// The same in log-odds, any size, before calibration; `None` where the scorer abstains.
    #[must_use]
    pub fn log_odds(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<f64> {
        self.encoder
            .reader
            .with_case(lead, as_of, |case, buffers| {
                self.case_log_odds(case, &[], buffers)
            })
            .flatten()
    }

    /// The probabilities of rows that the model's [`encoder`](PredictiveScorer::encoder) made, one after the other in
    /// one slice, each `width` long.
    ///
    /// They agree with [`probability`](PredictiveScorer::probability) to 1e-12: there what the columns add is summed
    /// by feature (isotonic calibration may turn a last digit into a step). A row with a NaN in it has the probability NaN.
    ///
    /// # Errors
    /// Another width than the model has columns, or a slice that does not end with a row.
    pub fn probabilities_of_rows(
        &self,
        rows: &[f64],
        width: usize,
    ) -> Result<Vec<f64>, WidthError> {
        self.check_width(width)?;
        if !rows.len().is_multiple_of(width.max(1)) {
            return Err(WidthError {
                expected: width,
                given: rows.len() % width.max(1),
            });
        }
        Ok(self.all_rows(rows))
    }

    /// The probabilities of a matrix of rows that the model's [`encoder`](PredictiveScorer::encoder) made.
    ///
    /// As [`probabilities_of_rows`](PredictiveScorer::probabilities_of_rows), in any memory layout.
    ///
    /// # Errors
    /// Another number of columns than the model has.
    #[cfg(feature = "train")]
    pub fn probabilities(
        &self,
        rows: &ndarray::ArrayView2<'_, f64>,
    ) -> Result<ndarray::Array1<f64>, WidthError> {
        self.check_width(rows.ncols())?;
        let rows = rows.as_standard_layout();
        let all = self.all_rows(rows.as_slice().unwrap_or_default());
        Ok(ndarray::Array1::from_vec(all))
    }

    /// Whole rows, on all cores (feature `parallel`).
    fn all_rows(&self, rows: &[f64]) -> Vec<f64> {
        let width = self.coefficients.len().max(1);
        let mut all = vec![0.0; rows.len() / width];
        let fill = |(rows, all): (&[f64], &mut [f64])| {
            for (row, probability) in rows.chunks_exact(width).zip(all) {
                *probability = self.row(row);
            }
        };
        #[cfg(feature = "parallel")]
        rows.par_chunks(BLOCK * width)
            .zip(all.par_chunks_mut(BLOCK))
            .for_each(fill);
        #[cfg(not(feature = "parallel"))]
        rows.chunks(BLOCK * width)
            .zip(all.chunks_mut(BLOCK))
            .for_each(fill);
        all
    }

    fn check_width(&self, given: usize) -> Result<(), WidthError> {
        let expected = self.coefficients.len();
        if given == expected {
            Ok(())
        } else {
            Err(WidthError { expected, given })
        }
    }

    fn row(&self, row: &[f64]) -> f64 {
        let columns = row.iter().zip(&self.coefficients);
        self.probability_of(columns.fold(self.intercept, |sum, (x, w)| sum + w * x))
    }

    /// The features, each with what it adds.
    pub(super) fn features(&self) -> impl Iterator<Item = (&FeatureEncoder, &Weights)> {
        self.encoder.features.iter().zip(&self.weights)
    }

    /// The dimensions of its model that it reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = usize> {
        self.encoder
            .features
            .iter()
            .filter_map(|f| f.plan.dimension())
    }

    pub(crate) fn reads_activities(&self) -> bool {
        self.encoder.reader.reads_activities
    }

    /// Whether the score never moves while the facts stay as they are.
    pub(crate) fn is_still(&self) -> bool {
        self.encoder.features.iter().all(|f| f.plan.is_still())
    }

    /// The log-odds; `cells` holds the dimensions that are judged so far.
    pub(crate) fn case_log_odds<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        cells: &[Cell],
        buffers: &mut Buffers,
    ) -> Option<f64> {
        let mut any = false;
        let mut sum = 0.0 + self.baseline;
        let chosen = &mut buffers.chosen;
        for (feature, weights) in self.encoder.features.iter().zip(&self.weights) {
            let (state, known) = feature.state(case, cells, chosen);
            any |= known;
            sum += weights.add(feature, state, chosen);
        }
        any.then_some(sum)
    }

    pub(crate) fn assess_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        cells: &[Cell],
        buffers: &mut Buffers,
    ) -> Assessment {
        let log_odds = self.case_log_odds(case, cells, buffers);
        self.assessment(log_odds)
    }

    /// What log-odds come to; nothing where there are none.
    pub(super) fn assessment(&self, log_odds: Option<f64>) -> Assessment {
        let raw = log_odds.map(|log_odds| self.probability_of(log_odds));
        let score = raw.and_then(|p| Score::saturating(scale(p, 0.0, 1.0)));
        Assessment { score, raw }
    }

    pub(crate) fn explain_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        cells: &[Cell],
        buffers: &mut Buffers,
    ) -> Explanation {
        let average = Explanation::given("average lead", Unit::LogOdds, self.baseline);
        let mut parts = vec![average];
        let mut any = false;
        for (feature, weights) in self.encoder.features.iter().zip(&self.weights) {
            let (state, known) = feature.state(case, cells, &mut buffers.chosen);
            any |= known;
            let mut columns = Vec::with_capacity(feature.columns.len());
            feature.each(state, &buffers.chosen, |place, column, value| {
                let formula = Formula::Contribution {
                    coefficient: weights.coefficients.get(place).copied().unwrap_or(0.0),
                    value,
                    mean: column.mean,
                    deviation: column.deviation,
                };
                let node = Explanation::node(&column.name, Unit::LogOdds, formula, Vec::new());
                columns.push(node);
            });
            let name = &feature.plan.name;
            let node = Explanation::node(name, Unit::LogOdds, Formula::Sum, columns);
            parts.push(node.role(Role::Rule));
        }
        if !any {
            let why = Explanation::unknown("nothing that its features read is known", Unit::Score);
            return Explanation::unknown(LABEL, Unit::Score)
                .with_notes(vec![why.role(Role::Abstains)]);
        }
        let log_odds = Explanation::node("log-odds", Unit::LogOdds, Formula::Sum, parts);
        let formula = match &self.calibration {
            Some(calibration) => Formula::Calibrated(calibration.clone()),
            None => Formula::Logistic,
        };
        let probability =
            Explanation::node("probability", Unit::Probability, formula, vec![log_odds]);
        let (zero, hundred) = (0.0, 1.0);
        let percent = Formula::Scale { zero, hundred };
        Explanation::node(LABEL, Unit::Score, percent, vec![probability])
    }
}

const LABEL: &str = "chance to convert";

impl Scorer for PredictiveScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        self.encoder
            .reader
            .with_case(lead, as_of, |case, buffers| {
                self.assess_case(case, &[], buffers)
            })
            .unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::Probability
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        self.encoder
            .reader
            .with_case(lead, as_of, |case, buffers| {
                self.explain_case(case, &[], buffers)
            })
            .unwrap_or_else(|| other_schema(LABEL))
    }

    /// [`Opaque`] where a feature is the score of a dimension, where features that move against each other do so in
    /// steps (a decay that loses a share every so often), and where one of those adds more than 1000 to the log-odds.
    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        self.keeps_course(lead, from, until)
    }
}
