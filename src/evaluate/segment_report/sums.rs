use crate::model::ScoreModel;
use crate::score::{Score, ScoreMatrix};

/// What is added up of the leads of a segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) leads: u64,
    pub(super) known: u64,
    pub(super) converted: u64,
    /// Conversions to be expected by the score, of those whose outcome is known.
    pub(super) expected: f64,
    /// Sum and number of scores, one for each column.
    pub(super) scores: Vec<(f64, u64)>,
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
    pub(super) fn add(
        &mut self,
        row: usize,
        columns: &ScoreColumns,
        outcome: Option<bool>,
        expected: f64,
    ) {
        self.leads += 1;
        if let Some(converted) = outcome {
            self.known += 1;
            self.converted += u64::from(converted);
            self.expected += expected;
        }
        self.scores.resize(columns.scores.len(), (0.0, 0));
        for ((sum, count), scores) in self.scores.iter_mut().zip(&columns.scores) {
            if let Some(score) = scores.get(row).filter(|score| !score.is_nan()) {
                *sum += score;
                *count += 1;
            }
        }
    }
}
