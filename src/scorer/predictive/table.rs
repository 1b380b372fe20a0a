use super::encoder::{FeatureEncoder, State};
use super::feature::{Cells, FeatureColumn, Marks, Sort};
use super::predictive_scorer::{PredictiveScorer, Weights};
use crate::lead::{LeadTable, LeadView, Moment};
use crate::score::{Cell, contribution};
use crate::scorer::Assessment;
use crate::scorer::history::{History, Pauses};
use crate::scorer::rules::{Buffers, Case};
use std::ops::Range;

/// A predictive scorer made ready for a table: what stands in columns is read and weighed a block of leads at a time,
/// and what is shared by leads once.
#[derive(Debug)]
pub(crate) struct PredictiveOfTable<'p> {
    scorer: &'p PredictiveScorer,
    pauses: &'p Pauses,
    marks: Marks<'p>,
    features: Vec<FeatureOfTable<'p>>,
    /// How many of the first features stand in columns: what those add is summed.
    summed: usize,
}

#[derive(Debug)]
struct FeatureOfTable<'p> {
    feature: &'p FeatureEncoder,
    weights: &'p Weights,
    column: FeatureColumn<'p>,
    /// What it adds where nothing is known.
    missing: f64,
    /// What it adds by code, by flag or by bin; of a number: for its columns but the first.
    adds: Box<[f64]>,
}

/// What the features of a block of leads add to their log-odds.
#[derive(Debug, Default)]
pub(crate) struct PredictiveBlock {
    /// The baseline and the features up to the first that is read lead by lead.
    sums: Vec<f64>,
    /// Whether anything is known that stands in columns.
    known: Vec<bool>,
    /// Of each feature after those, one after the other.
    later: Vec<f64>,
    marks: Vec<f64>,
    rows: usize,
}

impl PredictiveScorer {
    /// Makes the scorer ready for a table of leads with that many kinds of activity. `is_judged` tells which
    /// dimensions of the model a block has when it is read.
    pub(crate) fn of_table<'p>(
        &'p self,
        table: &'p LeadTable,
        history: &'p History,
        kinds: usize,
        is_judged: &dyn Fn(usize) -> bool,
    ) -> PredictiveOfTable<'p> {
        let mut marks = Marks::new(table, kinds);
        let by_kind = history.counts_all();
        let features: Vec<_> = self
            .features()
            .map(|(feature, weights)| {
                let marks = by_kind.then_some(&mut marks);
                let column = feature.plan.column(table, marks, is_judged);
                FeatureOfTable::new(feature, weights, column)
            })
            .collect();
        let is_open = |feature: &FeatureOfTable<'_>| feature.is_by_row();
        PredictiveOfTable {
            scorer: self,
            pauses: &history.pauses,
            marks,
            summed: features.iter().position(is_open).unwrap_or(features.len()),
            features,
        }
    }
}

impl PredictiveOfTable<'_> {
    /// Whether [`all`](PredictiveOfTable::all) judges a block that was read.
    pub(crate) fn is_whole(&self) -> bool {
        self.summed == self.features.len()
    }

    /// Whether [`one`](PredictiveOfTable::one) asks for the lead's activities.
    pub(crate) fn reads_history(&self) -> bool {
        let mut open = self.features.iter().filter(|feature| feature.is_by_row());
        open.any(|open| open.feature.plan.reads_activities())
    }

    /// Reads some rows; `cells` holds what is judged of them so far, a row of that width for each.
    pub(crate) fn read(
        &self,
        rows: &Range<usize>,
        as_of: Moment,
        (cells, width): (&[Cell], usize),
        into: &mut PredictiveBlock,
    ) {
        let count = rows.len();
        let moment = (as_of, self.pauses);
        self.marks.read(rows, as_of, self.pauses, &mut into.marks);
        let later = self.features.len() - self.summed;
        into.rows = count;
        into.sums.clear();
        into.sums.resize(count, 0.0 + self.scorer.baseline());
        into.known.clear();
        into.known.resize(count, false);
        into.later.clear();
        // What is added to the negative zero keeps its bits.
        into.later.resize(count * later, -0.0);
        let cells = Cells { cells, width };
        let mut later = into.later.chunks_mut(count.max(1));
        for (place, feature) in self.features.iter().enumerate() {
            let sums = if place < self.summed {
                &mut into.sums
            } else {
                later.next().unwrap_or_default()
            };
            feature.add(rows, moment, (&into.marks, cells), sums, &mut into.known);
        }
    }

    /// Judges all leads of a block that was read whole, in their order.
    pub(crate) fn all(&self, block: &PredictiveBlock) -> impl Iterator<Item = Assessment> {
        let leads = block.sums.iter().zip(&block.known);
        leads.map(|(&sum, &known)| self.scorer.assessment(known.then_some(sum)))
    }

    /// Judges one lead, at that place of a block that was read.
    pub(crate) fn one<V: LeadView + ?Sized>(
        &self,
        (block, place): (&PredictiveBlock, usize),
        case: &Case<'_, V>,
        cells: &[Cell],
        buffers: &mut Buffers,
    ) -> Assessment {
        let mut sum = block.sums.get(place).copied().unwrap_or_default();
        let mut any = block.known.get(place).copied().unwrap_or_default();
        let chosen = &mut buffers.chosen;
        let later = block.later.iter().skip(place).step_by(block.rows.max(1));
        for (ready, adds) in self.features.iter().skip(self.summed).zip(later) {
            if ready.is_by_row() {
                let (state, known) = ready.feature.state(case, cells, chosen);
                any |= known;
                sum += ready.weights.add(ready.feature, state, chosen);
            } else {
                sum += adds;
            }
        }
        self.scorer.assessment(any.then_some(sum))
    }
}

impl<'p> FeatureOfTable<'p> {
    fn new(feature: &'p FeatureEncoder, weights: &'p Weights, column: FeatureColumn<'p>) -> Self {
        let mut chosen = Vec::new();
        let of_state = |state| weights.add(feature, state, &[]);
        let adds: Box<[f64]> = match (&column, feature.plan.sort) {
            (FeatureColumn::Coded(_, shared), _) => {
                let mut adds = Vec::new();
                shared.each(|reading| {
                    let (state, _) = feature.of(reading, &mut chosen);
                    adds.push(weights.add(feature, state, &chosen));
                });
                adds.into()
            }
            (FeatureColumn::Flags(_), _) => {
                let flags = [0.0, 1.0].map(|flag| feature.plan.transformed(flag));
                flags.map(|flag| of_state(State::Number(flag))).into()
            }
            (FeatureColumn::Numbers(_), Sort::Bins) => {
                let bins = 0..=feature.plan.bins.len();
                bins.map(|bin| of_state(feature.of_bin(bin))).collect()
            }
            (FeatureColumn::Numbers(_), _) => {
                let columns = feature.columns.iter().enumerate().skip(1);
                let none = columns.map(|(place, column)| {
                    let coefficient = weights.coefficient(place);
                    contribution(coefficient, 0.0, column.mean, column.deviation)
                });
                none.collect()
            }
            (FeatureColumn::Missing | FeatureColumn::ByRow, _) => Box::default(),
        };
        let (missing, _) = feature.of(super::feature::Reading::Missing, &mut chosen);
        Self {
            missing: of_state(missing),
            feature,
            weights,
            column,
            adds,
        }
    }

    fn is_by_row(&self) -> bool {
        matches!(self.column, FeatureColumn::ByRow)
    }

    /// Adds what the feature gives to some rows.
    fn add(
        &self,
        rows: &Range<usize>,
        moment: (Moment, &Pauses),
        (marks, cells): (&[f64], Cells<'_>),
        sums: &mut [f64],
        known: &mut [bool],
    ) {
        let mut leads = sums.iter_mut().zip(known);
        let mut give = |adds: f64, is_known: bool| {
            if let Some((sum, known)) = leads.next() {
                *sum += adds;
                *known |= is_known;
            }
        };
        let of = |place: usize| self.adds.get(place).copied().unwrap_or(self.missing);
        match &self.column {
            FeatureColumn::ByRow => {}
            FeatureColumn::Missing => rows.clone().for_each(|_| give(self.missing, false)),
            FeatureColumn::Coded(codes, _) => {
                codes.each(rows.clone(), |code| give(of(code), code != 0));
            }
            FeatureColumn::Flags(flags) => {
                for &flag in flags.get(rows.clone()).unwrap_or_default() {
                    let flag = usize::from(flag);
                    give(of(flag), flag < self.adds.len());
                }
            }
            FeatureColumn::Numbers(numbers) if self.feature.plan.sort == Sort::Bins => {
                numbers.each(rows, moment, marks, cells, |number| {
                    if number.is_finite() {
                        let plan = &self.feature.plan;
                        give(of(plan.bin(plan.transformed(number))), true);
                    } else {
                        give(self.missing, false);
                    }
                });
            }
            FeatureColumn::Numbers(numbers) => {
                let Some(column) = self.feature.columns.first() else {
                    return;
                };
                let coefficient = self.weights.coefficient(0);
                numbers.each(rows, moment, marks, cells, |number| {
                    let x = self.feature.plan.transformed(number);
                    let first = 0.0 + contribution(coefficient, x, column.mean, column.deviation);
                    let adds = self.adds.iter().fold(first, |sum, adds| sum + adds);
                    let is_known = number.is_finite();
                    give(if is_known { adds } else { self.missing }, is_known);
                });
            }
        }
    }
}
