use super::TrainError;
use super::encoder::Encoder;
use super::encoding::FeatureEncoding;
use super::predictive_spec::{cells, other_schema};
use super::training_set::{TrainingRow, TrainingSet};
use crate::lead::{LeadView, Moment};
use crate::model::ScoreModel;
use ndarray::Array2;
#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// Rows encoded at a time by one thread.
const BLOCK: usize = 512;

/// What a predictive model is fitted to: a row for each lead as of a moment, a column for each number, and what became
/// of the leads.
///
/// Made by [`PredictiveSpec::design`](crate::PredictiveSpec::design).
#[derive(Clone, Debug)]
pub struct DesignMatrix {
    /// How each feature became its columns.
    pub features: Vec<FeatureEncoding>,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// For each column the position of its feature.
    pub feature_of: Vec<usize>,
    /// The rows, standardised where the columns are.
    pub x: Array2<f64>,
    /// Whether each row converted.
    pub converted: Vec<bool>,
    /// The moment as of which each row was read.
    pub moments: Vec<Moment>,
    /// The weight of each row; `None` where leads have none.
    pub weights: Option<Vec<f64>>,
    pub(super) horizon: Option<String>,
}

impl DesignMatrix {
    pub(super) fn new<L: LeadView + Sync>(
        features: Vec<FeatureEncoding>,
        encoder: &Encoder,
        model: Option<&ScoreModel>,
        set: &TrainingSet<'_, L>,
    ) -> Result<Self, TrainError> {
        Ok(Self {
            features,
            columns: encoder.columns().map(str::to_owned).collect(),
            feature_of: encoder.features().collect(),
            x: encoder.rows(model, set)?,
            converted: set.rows.iter().map(|row| row.converted).collect(),
            moments: set.rows.iter().map(|row| row.as_of).collect(),
            weights: set.row_weights(),
            horizon: set.horizon.clone(),
        })
    }
}

impl Encoder {
    /// The rows of a set as a matrix, for rows that were not learned from, such as those to test on.
    ///
    /// # Errors
    /// A lead of another schema.
    pub fn matrix<L: LeadView + Sync>(
        &self,
        set: &TrainingSet<'_, L>,
    ) -> Result<Array2<f64>, TrainError> {
        self.rows(None, set)
    }

    fn rows<L: LeadView + Sync>(
        &self,
        model: Option<&ScoreModel>,
        set: &TrainingSet<'_, L>,
    ) -> Result<Array2<f64>, TrainError> {
        let width = self.width();
        let mut cells_of_rows = vec![0.0; width * set.rows.len()];
        let fill = |(rows, matrix): (&[TrainingRow], &mut [f64])| {
            for (row, cells_of_row) in rows.iter().zip(matrix.chunks_mut(width.max(1))) {
                let Some(lead) = set.leads.get(row.lead) else {
                    continue;
                };
                let cells = cells(model, lead, row.as_of.into());
                let seen = self
                    .reader
                    .with_case(lead, row.as_of.into(), |case, buffers| {
                        self.fill(case, &cells, buffers, cells_of_row);
                    });
                seen.ok_or_else(|| other_schema(row.lead))?;
            }
            Ok::<(), TrainError>(())
        };
        let block = (BLOCK * width).max(1);
        #[cfg(feature = "parallel")]
        set.rows
            .par_chunks(BLOCK)
            .zip(cells_of_rows.par_chunks_mut(block))
            .try_for_each(fill)?;
        #[cfg(not(feature = "parallel"))]
        set.rows
            .chunks(BLOCK)
            .zip(cells_of_rows.chunks_mut(block))
            .try_for_each(fill)?;
        Array2::from_shape_vec((set.rows.len(), width), cells_of_rows)
            .map_err(|error| TrainError::new("rows", error.to_string()))
    }
}
