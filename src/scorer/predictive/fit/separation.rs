use super::columns::{Alone, Columns};
use super::loss::Loss;
use super::training_matrix::TrainingMatrix;
use crate::scorer::predictive::TrainError;
use serde::Serialize;

/// Columns that tell converted rows from others without fail, so that no finite coefficients are the most likely.
///
/// With a penalty the fit is finite all the same; its coefficients then say more of the penalty than of the data.
///
/// # References
/// Albert and Anderson, On the existence of maximum likelihood estimates in logistic regression models, Biometrika
/// 1984.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Separation {
    /// Whether all rows are told apart; otherwise some are, and the others lie on the border.
    pub complete: bool,
    /// The columns that take part, by position.
    pub columns: Vec<usize>,
    /// Whether each of them separates alone; otherwise they do together.
    pub alone: bool,
}

impl Separation {
    /// The columns that separate the classes each by itself.
    pub(super) fn of_columns(columns: &Columns) -> Option<Self> {
        let find = |kind: Alone| -> Vec<usize> {
            let each = columns.each.iter().enumerate();
            each.filter(|(_, column)| column.separates() == Some(kind))
                .map(|(i, _)| i)
                .collect()
        };
        let complete = find(Alone::Complete);
        let is_complete = !complete.is_empty();
        let columns = if is_complete {
            complete
        } else {
            find(Alone::Quasi)
        };
        (!columns.is_empty()).then_some(Self {
            complete: is_complete,
            columns,
            alone: true,
        })
    }

    /// Whether a direction separates the classes: no row goes against it, and some go with it.
    pub(super) fn along(loss: &Loss<'_>, direction: &[f64]) -> Option<Self> {
        /// What rounding, and the rest of the step that does not separate, may do.
        const AGAINST: f64 = 1e-6;
        /// A column that takes a smaller part than that takes none.
        const PART: f64 = 1e-3;
        let (least, greatest) = loss.margin_range(direction);
        if !(greatest > 0.0 && least >= -AGAINST * greatest) {
            return None;
        }
        let (_, columns) = direction.split_last()?;
        let largest = columns
            .iter()
            .fold(0.0_f64, |largest, v| largest.max(v.abs()));
        let parts = columns
            .iter()
            .enumerate()
            .filter(|(_, v)| v.abs() > PART * largest);
        Some(Self {
            complete: least > AGAINST * greatest,
            columns: parts.map(|(i, _)| i).collect(),
            alone: false,
        })
    }

    /// What it means for a fit without penalty.
    pub(super) fn error(&self, matrix: &TrainingMatrix<'_>) -> TrainError {
        let names = matrix.names_of(&self.columns);
        let subject = match (self.columns.len(), self.alone) {
            (1, _) => format!("column {names} separates"),
            (_, true) => format!("columns {names} each separate"),
            (_, false) => format!("columns {names} together separate"),
        };
        let how = if self.complete {
            "all rows"
        } else {
            "some rows"
        };
        TrainError::new(
            "",
            format!(
                "{subject} {how} by outcome without fail, so that no finite coefficients are the most likely: \
                 leave columns out or set a penalty"
            ),
        )
    }
}
