use crate::evaluate::drift::BandOutcome;
use crate::evaluate::population::Counted;
use crate::model::ScoreModel;
use crate::score::{Score, ScoreMatrix};

/// What is added up of the leads of a segment, each as often as its weight says.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) leads: f64,
    /// Of those whose outcome is known.
    pub(super) outcome: BandOutcome,
    /// Conversions to be expected of these by the score.
    pub(super) expected: f64,
    /// Sum and number of scores, one for each column.
    pub(super) scores: Vec<(f64, f64)>,
}

/// Scores by column: the dimensions, then the composite where there is one.
#[derive(Debug)]
pub(super) struct ScoreColumns {
    pub(super) names: Vec<String>,
    /// One for each column, NaN where it abstains.
    pub(super) scores: Vec<Vec<f64>>,
}

impl ScoreColumns {
    pub(super) fn new(model: &ScoreModel, matrix: &ScoreMatrix) -> Self {
        let number = |score: Option<Score>| score.map_or(f64::NAN, Score::get);
        let (mut names, mut scores) = (Vec::new(), Vec::new());
        for dimension in matrix.dimensions() {
            if let Some(column) = matrix.column(dimension.name()) {
                names.push(dimension.name().to_owned());
                scores.push(column.map(number).collect());
            }
        }
        if model.has_composite() {
            names.push("composite".to_owned());
            scores.push(matrix.composites().map(number).collect());
        }
        Self { names, scores }
    }

    /// One column of scores.
    pub(super) fn one(name: &str, scores: &[f64]) -> Self {
        Self {
            names: vec![name.to_owned()],
            scores: vec![scores.to_vec()],
        }
    }
}

impl Sums {
    pub(super) fn add(&mut self, lead: Counted, columns: &ScoreColumns, expected: f64) {
        let weight = lead.weight;
        self.leads += weight;
        if let Some(converted) = lead.outcome {
            self.outcome.add(converted, weight);
            self.expected += weight * expected;
        }
        self.scores.resize(columns.scores.len(), (0.0, 0.0));
        for ((sum, count), scores) in self.scores.iter_mut().zip(&columns.scores) {
            if let Some(score) = scores.get(lead.row).filter(|score| !score.is_nan()) {
                *sum += weight * score;
                *count += weight;
            }
        }
    }
}
