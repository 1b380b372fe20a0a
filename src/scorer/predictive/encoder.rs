mod check;
#[cfg(feature = "train")]
mod learn;

use super::case::Reader;
use super::encoding::FeatureEncoding;
use super::feature::{FeaturePlan, MissingValue, Reading, Resolving, Sort, Unseen};
use crate::lead::{LeadView, Schema};
use crate::model::Problems;
use crate::score::{AsOf, Cell};
use crate::scorer::history::History;
use crate::scorer::rules::{Buffers, Case};
use check::Checked;
#[cfg(feature = "train")]
pub(super) use learn::{Columns, Learning};
use std::sync::Arc;

/// Turns leads into rows of numbers, as training learned it: the columns of a predictive model, in their order.
///
/// Belongs to a [`PredictiveScorer`](crate::PredictiveScorer::encoder).
#[derive(Debug)]
pub struct Encoder {
    pub(super) reader: Reader,
    pub(super) features: Box<[FeatureEncoder]>,
    columns: Box<[Arc<str>]>,
}

/// One feature with its columns.
#[derive(Debug)]
pub(super) struct FeatureEncoder {
    pub(super) plan: FeaturePlan,
    pub(super) columns: Box<[Column]>,
    /// By the bytes of their names; levels without a column are those that were dropped.
    levels: Box<[(Arc<str>, State)]>,
    /// By number; `None` for one that training did not meet.
    bins: Box<[Option<State>]>,
    other: State,
    missing: State,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: Arc<str>,
    pub(super) is_value: bool,
    pub(super) mean: f64,
    pub(super) deviation: Option<f64>,
}

/// Where a lead stands in the columns of one feature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    /// The number; other columns are 0.
    Number(f64),
    /// 1 in that column of the feature, 0 in the others; `None`: in the one that was dropped.
    Category(Option<usize>),
    /// A number that is missing: its mean, and 1 in the column for that.
    MissingNumber,
    /// Every column at its mean.
    Average,
    /// 1 in the columns that `chosen` lists, in rising order.
    Several,
}

impl FeatureEncoder {
    /// What a lead says, and whether it says anything.
    #[inline]
    pub(super) fn state<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        cells: &[Cell],
        chosen: &mut Vec<usize>,
    ) -> (State, bool) {
        let reading = self.plan.read(case, cells, chosen);
        self.of(reading, chosen)
    }

    /// Where a reading puts a lead, and whether it says anything.
    #[inline]
    pub(super) fn of(&self, reading: Reading<'_>, chosen: &mut Vec<usize>) -> (State, bool) {
        let state = match reading {
            Reading::Missing => return (self.missing, false),
            Reading::Number(number) => self.number(number),
            Reading::Text(text) => self.level(text),
            Reading::Tags(tags) => {
                chosen.clear();
                for tag in (0..tags.len()).filter_map(|i| tags.get(i)) {
                    if let State::Category(column) = self.level(tag) {
                        chosen.extend(column);
                    }
                }
                chosen.sort_unstable();
                chosen.dedup();
                State::Several
            }
        };
        (state, true)
    }

    fn number(&self, number: f64) -> State {
        if self.plan.sort == Sort::Bins {
            self.of_bin(self.plan.bin(number))
        } else {
            State::Number(number)
        }
    }

    /// A number in that bin.
    pub(super) fn of_bin(&self, bin: usize) -> State {
        let state = self.bins.get(bin).copied().flatten();
        state.unwrap_or(State::Average)
    }

    fn level(&self, text: &str) -> State {
        let found = self
            .levels
            .binary_search_by(|(level, _)| level.as_bytes().cmp(text.as_bytes()));
        found
            .ok()
            .and_then(|place| self.levels.get(place))
            .map_or(self.other, |&(_, state)| state)
    }

    /// Hands on each column with its number before it is standardised, in order.
    #[inline]
    pub(super) fn each<'s>(
        &'s self,
        state: State,
        chosen: &[usize],
        mut give: impl FnMut(usize, &'s Column, f64),
    ) {
        let mut open = chosen.iter().peekable();
        for (place, column) in self.columns.iter().enumerate() {
            let x = match state {
                State::Number(number) if column.is_value => number,
                State::Number(_) => 0.0,
                State::Category(hot) => f64::from(u8::from(hot == Some(place))),
                State::MissingNumber if column.is_value => column.mean,
                State::MissingNumber => 1.0,
                State::Average => column.mean,
                State::Several => {
                    let hot = open.next_if(|&&hot| hot == place).is_some();
                    f64::from(u8::from(hot))
                }
            };
            give(place, column, x);
        }
    }
}

impl Column {
    /// The number as it stands in a matrix.
    #[inline]
    pub(super) fn standardised(&self, x: f64) -> f64 {
        match self.deviation {
            Some(deviation) => (x - self.mean) / deviation,
            None => x,
        }
    }
}

impl Encoder {
    /// Resolves features that training has learned.
    pub(super) fn resolve(
        features: &[FeatureEncoding],
        schema: &Schema,
        history: &History,
        dimensions: Option<&[&str]>,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        let mut resolving = Resolving {
            schema,
            history,
            dimensions,
            problems,
        };
        let mut names = std::collections::HashSet::new();
        let mut encoders = Vec::with_capacity(features.len());
        for (i, encoding) in features.iter().enumerate() {
            let path = format!("{path}.features[{i}]");
            let spec = &encoding.feature;
            if !names.insert(spec.name.as_str()) {
                let name = crate::lead::shortened(&spec.name);
                resolving.problems.push(
                    format!("{path}.feature.name"),
                    format!("`{name}` stands twice"),
                );
            }
            let before = resolving.problems.len();
            let plan = resolving.feature(spec, &format!("{path}.feature"));
            let sound = resolving.problems.len() == before;
            let checked = Checked::new(encoding, &plan, sound, &path, &mut resolving);
            encoders.push(checked.encoder(plan));
        }
        let columns = encoders.iter().flat_map(|feature| feature.columns.iter());
        Self {
            reader: Reader {
                schema: schema.id(),
                history: history.clone(),
                reads_activities: encoders.iter().any(|f| f.plan.reads_activities()),
            },
            columns: columns.map(|column| Arc::clone(&column.name)).collect(),
            features: encoders.into(),
        }
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The names of the columns, in their order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(AsRef::as_ref)
    }

    /// For each column the position of the feature that it belongs to.
    pub fn features(&self) -> impl Iterator<Item = usize> {
        let widths = self.features.iter().map(|feature| feature.columns.len());
        widths
            .enumerate()
            .flat_map(|(feature, width)| std::iter::repeat_n(feature, width))
    }

    /// Fills a row with the columns of a lead as of a moment.
    ///
    /// A row that is too short is filled as far as it goes. Nothing is filled, and the answer is `false`, for a lead
    /// of another schema.
    pub fn encode(&self, lead: &dyn LeadView, as_of: AsOf, row: &mut [f64]) -> bool {
        self.reader
            .with_case(lead, as_of, |case, buffers| {
                self.fill(case, &[], buffers, row);
            })
            .is_some()
    }

    /// Fills a row; whether anything is known of the lead.
    pub(super) fn fill<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        cells: &[Cell],
        buffers: &mut Buffers,
        row: &mut [f64],
    ) -> bool {
        let mut any = false;
        let mut row = row.iter_mut();
        let chosen = &mut buffers.chosen;
        for feature in &self.features {
            let (state, known) = feature.state(case, cells, chosen);
            any |= known;
            feature.each(state, chosen, |_, column, x| {
                if let Some(cell) = row.next() {
                    *cell = column.standardised(x);
                }
            });
        }
        any
    }
}

impl FeatureEncoder {
    pub(super) fn new(plan: FeaturePlan, checked: Checked) -> Self {
        let Checked {
            columns,
            levels,
            bins,
            other,
            missing,
        } = checked;
        let level = |name: &str| {
            levels
                .iter()
                .find(|(level, _): &&(Arc<str>, _)| &**level == name)
                .map(|&(_, state)| state)
        };
        let is_number = matches!(plan.sort, Sort::Number | Sort::Flag);
        let as_missing = match &plan.missing {
            MissingValue::Value(value) if is_number => {
                Some(State::Number(plan.transformed(*value)))
            }
            MissingValue::Value(value) => {
                let bin = bins.get(plan.bin(plan.transformed(*value)));
                bin.copied().flatten()
            }
            MissingValue::Level(name) => level(name),
            MissingValue::Mean => None,
            MissingValue::Indicator if is_number => Some(State::MissingNumber),
            MissingValue::Indicator => missing,
        };
        let missing = as_missing.unwrap_or(if is_number {
            State::MissingNumber
        } else {
            State::Average
        });
        let other = match plan.unseen {
            Unseen::Other => other.unwrap_or(State::Average),
            Unseen::Missing => missing,
            Unseen::Average => State::Average,
        };
        Self {
            plan,
            columns,
            levels,
            bins,
            other,
            missing,
        }
    }
}
