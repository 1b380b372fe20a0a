use super::place::Place;
use super::rule::{amount, size};
use crate::lead::LeadView;
use crate::model::{ModelSpec, ScoreModel, in_blocks};
use crate::scorer::TrainingSet;
use std::collections::HashMap;

/// How often each rule counts for each row of the history.
#[derive(Debug)]
pub(super) struct Columns {
    /// Row by row.
    pub(super) amounts: Vec<f64>,
    pub(super) converted: Vec<bool>,
    /// Of the rows, where leads have any.
    pub(super) weights: Option<Vec<f64>>,
    /// One for each rule.
    pub(super) hits: Vec<Hits>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hits {
    pub(super) rows: u64,
    pub(super) converted: u64,
}

impl Columns {
    pub(super) fn new<L: LeadView + Sync>(
        model: &ScoreModel,
        spec: &ModelSpec,
        places: &[Place],
        history: &TrainingSet<'_, L>,
    ) -> Self {
        let width = places.len();
        let mut by_name: HashMap<&[usize], HashMap<&str, (usize, f64)>> = HashMap::new();
        for (column, place) in places.iter().enumerate() {
            if let Some((_, rule)) = place.in_spec(spec) {
                let size = size(rule).unwrap_or(0.0);
                let of_dimension = by_name.entry(&place.dimensions).or_default();
                of_dimension.insert(rule.id.as_str(), (column, size));
            }
        }
        let (leads, rows) = (history.leads(), history.rows());
        let blocks = in_blocks(rows.len(), |block| {
            let mut amounts = vec![0.0; block.len() * width];
            let cells = amounts.chunks_mut(width);
            for (row, cells) in rows.iter().skip(block.start).zip(cells) {
                let Some(lead) = leads.get(row.lead) else {
                    continue;
                };
                model.rule_hits(lead, row.as_of.into(), &mut |hit| {
                    let column = || by_name.get(hit.dimensions)?.get(hit.rule);
                    let Some(&(column, size)) = column().filter(|_| hit.counts) else {
                        return;
                    };
                    if let Some(cell) = cells.get_mut(column) {
                        *cell = amount(hit.node, size);
                    }
                });
            }
            amounts
        });
        let amounts = blocks.concat();
        let converted = history.converted();
        let mut hits = vec![Hits::default(); width];
        for (cells, &converted) in amounts.chunks(width).zip(&converted) {
            for (cell, hits) in cells.iter().zip(&mut hits) {
                let holds = u64::from(*cell != 0.0);
                hits.rows += holds;
                hits.converted += if converted { holds } else { 0 };
            }
        }
        Self {
            amounts,
            converted,
            weights: history.row_weights(),
            hits,
        }
    }

    fn width(&self) -> usize {
        self.hits.len()
    }

    /// The amounts of one rule.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = f64> {
        self.amounts
            .iter()
            .skip(column)
            .step_by(self.width())
            .copied()
    }

    /// Whether a rule counts as often for every row.
    pub(super) fn is_alike(&self, column: usize) -> bool {
        let mut amounts = self.column(column);
        let first = amounts.next();
        amounts.all(|amount| Some(amount) == first)
    }

    /// Some of the columns, row by row.
    pub(super) fn chosen(&self, columns: &[usize]) -> Vec<f64> {
        let mut chosen = Vec::with_capacity(columns.len() * self.converted.len());
        for cells in self.amounts.chunks(self.width()) {
            chosen.extend(columns.iter().filter_map(|&column| cells.get(column)));
        }
        chosen
    }

    /// The standard deviation over the rows of the sums of these columns, each with its weight.
    pub(super) fn spread(&self, weights: &[(usize, f64)]) -> f64 {
        let rows = self.amounts.chunks(self.width());
        let sums: Vec<f64> = rows
            .map(|cells| {
                weights.iter().fold(0.0, |sum, &(column, weight)| {
                    sum + weight * cells.get(column).copied().unwrap_or(0.0)
                })
            })
            .collect();
        let ones = std::iter::repeat(&1.0);
        let own = self.weights.iter().flatten().chain(ones);
        let rows = || sums.iter().zip(own.clone());
        let count = rows().fold(0.0, |count, (_, weight)| count + weight);
        let mean = rows().fold(0.0, |sum, (value, weight)| sum + weight * value) / count;
        let squares = rows().fold(0.0, |sum, (value, weight)| {
            sum + weight * ((value - mean) * (value - mean))
        });
        (squares / count).sqrt()
    }
}
