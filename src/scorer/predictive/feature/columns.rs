//! Features read from the columns of a table.

use super::ages::Ages;
use super::plan::{FeaturePlan, Reading, Source, days};
use super::{Measure, Sort};
use crate::lead::{Activities, Codes, Column, KindSlot, LeadTable, Moment};
use crate::score::Cell;
use crate::scorer::history::Pauses;
use crate::scorer::rules::ActivityPlan;
use std::ops::Range;

/// Where a feature stands in a table.
#[derive(Debug)]
pub(in crate::scorer::predictive) enum FeatureColumn<'t> {
    /// No lead says anything.
    Missing,
    /// Texts or tags: leads share them.
    Coded(&'t Codes, Shared<'t>),
    Flags(&'t [u8]),
    /// A number for each lead.
    Numbers(NumberColumn<'t>),
    /// What it reads stands in no column.
    ByRow,
}

/// What leads of a table share, by code.
#[derive(Clone, Copy, Debug)]
pub(in crate::scorer::predictive) struct Shared<'t>(&'t Column);

/// Where the numbers of a feature stand.
#[derive(Debug)]
pub(in crate::scorer::predictive) enum NumberColumn<'t> {
    Numbers(&'t [f64]),
    /// Counted as days before the moment.
    Dates(&'t [i64]),
    /// The place among those that [`Marks`] measures.
    Marks(usize),
    Purchases(PurchaseColumn<'t>),
    /// The scores of a dimension.
    Dimension(usize),
}

/// The purchases of all leads, measured.
#[derive(Debug)]
pub(in crate::scorer::predictive) struct PurchaseColumn<'t> {
    table: &'t LeadTable,
    ages: &'t Ages,
    measure: Measure,
}

/// Measures activities of which each counts by its kind.
#[derive(Debug)]
pub(in crate::scorer::predictive) struct Marks<'t> {
    activities: &'t Activities,
    /// By kind: what they count for, with its place.
    kinds: Vec<Vec<(usize, &'t ActivityPlan, Measure)>>,
    measures: Vec<Measure>,
}

/// The dimensions of a block of leads, as far as they are judged: a row for each lead.
#[derive(Clone, Copy, Debug)]
pub(in crate::scorer::predictive) struct Cells<'c> {
    pub(in crate::scorer::predictive) cells: &'c [Cell],
    pub(in crate::scorer::predictive) width: usize,
}

impl<'t> Marks<'t> {
    /// Measures nothing yet, of activities of that many kinds.
    pub(in crate::scorer::predictive) fn new(table: &'t LeadTable, kinds: usize) -> Self {
        Self {
            activities: table.activities(),
            kinds: vec![Vec::new(); kinds],
            measures: Vec::new(),
        }
    }

    fn add(&mut self, plan: &'t ActivityPlan, measure: Measure) -> usize {
        let place = self.measures.len();
        self.measures.push(measure);
        for (kind, of_kind) in (0..u16::MAX).map(KindSlot::new).zip(&mut self.kinds) {
            if plan.takes_kind(kind) {
                of_kind.push((place, plan, measure));
            }
        }
        place
    }

    /// Measures the activities of some rows: one measure after the other, NaN for none.
    pub(in crate::scorer::predictive) fn read(
        &self,
        rows: &Range<usize>,
        as_of: Moment,
        pauses: &Pauses,
        into: &mut Vec<f64>,
    ) {
        into.clear();
        let count = rows.len();
        for measure in &self.measures {
            let none = match measure {
                Measure::DaysSinceLast => f64::NAN,
                _ => 0.0,
            };
            into.resize(into.len() + count, none);
        }
        if self.measures.is_empty() {
            return;
        }
        for (at_row, row) in rows.clone().enumerate() {
            for (at, kind, value) in self.activities.marks(row) {
                if at > as_of {
                    break;
                }
                let age = pauses.age(at, as_of);
                for &(place, plan, measure) in self.kinds.get(kind).into_iter().flatten() {
                    let times = match measure {
                        Measure::Sum => ActivityPlan::counted_value(value),
                        _ => 1.0,
                    };
                    let share = plan.share(times, age);
                    let number = into.get_mut(place * count + at_row);
                    let (Some(share), Some(number)) = (share, number) else {
                        continue;
                    };
                    match measure {
                        // Oldest first: the last one that counts is the newest.
                        Measure::DaysSinceLast => *number = days(age),
                        _ => *number += share,
                    }
                }
            }
        }
    }
}

impl Shared<'_> {
    /// What each code says, in their order; code 0 says nothing.
    pub(in crate::scorer::predictive) fn each(self, mut give: impl FnMut(Reading<'_>)) {
        give(Reading::Missing);
        match self.0 {
            Column::Texts(texts) => {
                let codes = 1..texts.texts.len();
                for text in codes.map(|code| texts.texts.get(code)) {
                    give(text.map_or(Reading::Missing, Reading::Text));
                }
            }
            Column::Tags { lists, .. } => {
                for list in lists.iter().skip(1) {
                    give(Reading::Tags(list));
                }
            }
            _ => {}
        }
    }
}

impl FeaturePlan {
    /// Where the feature stands in a table. `marks` is there where activities count by their kind, `is_judged` tells
    /// of which dimensions there are columns.
    pub(in crate::scorer::predictive) fn column<'t>(
        &'t self,
        table: &'t LeadTable,
        marks: Option<&mut Marks<'t>>,
        is_judged: &dyn Fn(usize) -> bool,
    ) -> FeatureColumn<'t> {
        use FeatureColumn as F;
        use NumberColumn as N;
        match &self.source {
            Source::Attribute(slot) => match (table.column(*slot), self.sort) {
                (Column::Numbers(all), Sort::Number | Sort::Bins) => F::Numbers(N::Numbers(all)),
                (Column::Flags(flags), Sort::Flag) => F::Flags(flags),
                (column @ Column::Texts(texts), Sort::Levels) => {
                    F::Coded(&texts.codes, Shared(column))
                }
                (column @ Column::Tags { codes, .. }, Sort::Tags) => {
                    F::Coded(codes, Shared(column))
                }
                _ => F::Missing,
            },
            Source::Age(slot) => match table.column(*slot) {
                Column::Dates(dates) => F::Numbers(N::Dates(dates)),
                _ => F::Missing,
            },
            Source::Activities(plan, measure) => match marks.filter(|_| plan.is_by_kind()) {
                Some(marks) => F::Numbers(N::Marks(marks.add(plan, *measure))),
                None => F::ByRow,
            },
            Source::Purchases(ages, measure) => F::Numbers(N::Purchases(PurchaseColumn {
                table,
                ages,
                measure: *measure,
            })),
            Source::Dimension(place) if is_judged(*place) => F::Numbers(N::Dimension(*place)),
            Source::Dimension(_) | Source::Answer(..) => F::ByRow,
            Source::Nothing => F::Missing,
        }
    }
}

impl NumberColumn<'_> {
    /// Hands on the numbers of some rows in order, NaN or infinite for none.
    #[inline]
    pub(in crate::scorer::predictive) fn each(
        &self,
        rows: &Range<usize>,
        (as_of, pauses): (Moment, &Pauses),
        marks: &[f64],
        cells: Cells<'_>,
        mut give: impl FnMut(f64),
    ) {
        let count = rows.len();
        match self {
            Self::Numbers(all) => {
                for &number in all.get(rows.clone()).unwrap_or_default() {
                    give(number);
                }
            }
            Self::Dates(all) => {
                for &micros in all.get(rows.clone()).unwrap_or_default() {
                    give(if micros == Column::NEVER {
                        f64::NAN
                    } else {
                        days(as_of.micros_since(Moment::from_micros(micros)))
                    });
                }
            }
            Self::Marks(place) => {
                let all = marks.get(place * count..(place + 1) * count);
                for &number in all.unwrap_or_default() {
                    give(number);
                }
            }
            Self::Purchases(PurchaseColumn {
                table,
                ages,
                measure,
            }) => {
                for row in rows.clone() {
                    let purchases = table.purchases_of(row);
                    let number = ages.measure_of(purchases, as_of, pauses, *measure);
                    give(number.unwrap_or(f64::NAN));
                }
            }
            Self::Dimension(place) => {
                let cells = cells.cells.iter().skip(*place).step_by(cells.width.max(1));
                cells.take(count).for_each(|cell| give(cell.score));
            }
        }
    }
}
