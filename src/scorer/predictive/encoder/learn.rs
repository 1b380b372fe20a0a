use super::check::DEVIATIONS;
use crate::lead::{LeadView, shortened};
use crate::model::Problems;
use crate::score::Cell;
use crate::scorer::predictive::encoding::{Category, EncodedColumn, FeatureEncoding};
use crate::scorer::predictive::feature::{FeaturePlan, FeatureSpec, MissingValue, Reading, Sort};
use crate::scorer::rules::Case;
use std::collections::{BTreeMap, BTreeSet};

/// More levels than any text that says something of a lead has.
const MOST_LEVELS: usize = 1_000;

/// Gathers what the training rows say to one feature.
pub(in crate::scorer::predictive) struct Learning<'s> {
    spec: &'s FeatureSpec,
    plan: FeaturePlan,
    rows: u64,
    missing: u64,
    /// Of a number or a flag.
    values: Vec<f64>,
    /// Of levels, tags and bins: in how many rows each stands.
    counts: BTreeMap<Category, u64>,
    /// Of tags that may be rare: the rows in which each stands, as many as a rare one has.
    rows_of: BTreeMap<Category, Vec<u64>>,
}

/// How columns are made.
#[derive(Clone, Copy, Debug)]
pub(in crate::scorer::predictive) struct Columns {
    pub(in crate::scorer::predictive) standardise: bool,
    pub(in crate::scorer::predictive) drop_first: bool,
}

impl<'s> Learning<'s> {
    pub(in crate::scorer::predictive) fn new(spec: &'s FeatureSpec, plan: FeaturePlan) -> Self {
        Self {
            spec,
            plan,
            rows: 0,
            missing: 0,
            values: Vec::new(),
            counts: BTreeMap::new(),
            rows_of: BTreeMap::new(),
        }
    }

    pub(in crate::scorer::predictive) fn reads_activities(&self) -> bool {
        self.plan.reads_activities()
    }

    /// Takes in one row.
    pub(in crate::scorer::predictive) fn see<V: LeadView + ?Sized>(
        &mut self,
        case: &Case<'_, V>,
        cells: &[Cell],
        chosen: &mut Vec<usize>,
    ) {
        self.rows += 1;
        match self.plan.read(case, cells, chosen) {
            Reading::Missing => self.missing += 1,
            Reading::Number(number) => self.number(number),
            Reading::Text(text) => self.level(text),
            Reading::Tags(tags) => {
                let mut tags: Vec<&str> = (0..tags.len()).filter_map(|i| tags.get(i)).collect();
                tags.sort_unstable();
                tags.dedup();
                for tag in tags {
                    self.level(tag);
                    self.note_row(tag);
                }
            }
        }
    }

    fn note_row(&mut self, tag: &str) {
        let rare_below = u64::from(self.spec.min_count.unwrap_or(1));
        if rare_below > 1 {
            let rows = self.rows_of.entry(Category::Level(tag.to_owned()));
            let rows = rows.or_default();
            if (rows.len() as u64) < rare_below {
                rows.push(self.rows);
            }
        }
    }

    fn number(&mut self, number: f64) {
        if self.plan.sort == Sort::Bins {
            let bin = Category::Bin(self.plan.bin(number));
            *self.counts.entry(bin).or_default() += 1;
        } else {
            self.values.push(number);
        }
    }

    fn level(&mut self, text: &str) {
        let level = Category::Level(text.to_owned());
        *self.counts.entry(level).or_default() += 1;
    }

    /// What the rows taught.
    pub(in crate::scorer::predictive) fn learned(
        mut self,
        columns: Columns,
        path: &str,
        problems: &mut Problems,
    ) -> FeatureEncoding {
        let (dropped, columns) = match self.plan.sort {
            Sort::Number | Sort::Flag => (None, self.numbers(columns)),
            Sort::Bins | Sort::Levels | Sort::Tags => self.categories(columns, path, problems),
        };
        FeatureEncoding {
            feature: self.spec.clone(),
            dropped,
            columns,
        }
    }

    fn numbers(&mut self, columns: Columns) -> Vec<EncodedColumn> {
        let given = match self.plan.missing {
            MissingValue::Value(value) => Some(self.plan.transformed(value)),
            _ => None,
        };
        let missing = usize::try_from(self.missing).unwrap_or(usize::MAX);
        if let Some(value) = given {
            self.values.extend(std::iter::repeat_n(value, missing));
        }
        let known = !self.values.is_empty();
        let sum = self.values.iter().fold(0.0, |sum, x| sum + x);
        let mean = if known {
            sum / count(self.values.len() as u64)
        } else {
            0.0
        };
        let squares = self
            .values
            .iter()
            .fold(0.0, |sum, x| sum + (x - mean) * (x - mean));
        let first = self.values.first().copied().unwrap_or_default();
        let still = self.values.iter().all(|&x| x == first);
        let (least, largest) = DEVIATIONS;
        // Rows without the value stand at its mean.
        let deviation = match (squares / count(self.rows.max(1))).sqrt() {
            _ if still => 1.0,
            deviation => deviation.clamp(least, largest),
        };
        let standardise = columns.standardise && self.plan.sort == Sort::Number;
        let mut made = vec![EncodedColumn {
            of: Category::Value,
            mean,
            deviation: standardise.then_some(deviation),
        }];
        let apart = self.plan.missing == MissingValue::Indicator;
        if apart && known && self.missing > 0 {
            made.push(share(Category::Missing, self.missing, self.rows));
        }
        made
    }

    fn categories(
        &mut self,
        columns: Columns,
        path: &str,
        problems: &mut Problems,
    ) -> (Option<Category>, Vec<EncodedColumn>) {
        let mut counts = std::mem::take(&mut self.counts);
        let mut rows = self.rows;
        let stands_for = match &self.plan.missing {
            MissingValue::Level(name) => Some(Category::Level(name.clone())),
            MissingValue::Value(value) => {
                Some(Category::Bin(self.plan.bin(self.plan.transformed(*value))))
            }
            MissingValue::Mean => {
                rows -= self.missing;
                None
            }
            MissingValue::Indicator => None,
        };
        if let Some(category) = &stands_for {
            if self.missing > 0 {
                *counts.entry(category.clone()).or_default() += self.missing;
            }
            if let (Category::Level(name), false) = (category, counts.contains_key(category)) {
                problems.push(
                    format!("{path}.missing.level"),
                    format!("no training row has the level `{}`", shortened(name)),
                );
            }
        }
        let min_count = u64::from(self.spec.min_count.unwrap_or(1));
        let pooled_rows = self.pool(&mut counts, min_count, stands_for.as_ref());
        if counts.len() > MOST_LEVELS {
            problems.push(
                path,
                format!(
                    "`{}` has {} levels, at most {MOST_LEVELS} have a column: pool rare ones by `min_count`",
                    shortened(&self.spec.name),
                    counts.len()
                ),
            );
        }
        if pooled_rows > 0 {
            counts.insert(Category::Other, pooled_rows);
        }
        if self.plan.missing == MissingValue::Indicator && self.missing > 0 {
            counts.insert(Category::Missing, self.missing);
        }
        let exclusive = self.plan.sort != Sort::Tags;
        let dropped = if columns.drop_first && exclusive {
            counts.pop_first().map(|(category, _)| category)
        } else {
            None
        };
        let made = counts
            .into_iter()
            .map(|(category, count)| share(category, count, rows))
            .collect();
        (dropped, made)
    }

    /// Takes rare levels out; in how many rows any of them stands.
    fn pool(
        &self,
        counts: &mut BTreeMap<Category, u64>,
        min_count: u64,
        kept: Option<&Category>,
    ) -> u64 {
        if self.plan.sort == Sort::Bins {
            return 0;
        }
        let mut pooled = 0;
        // Several tags of one row may be rare.
        let mut rows: BTreeSet<u64> = BTreeSet::new();
        counts.retain(|category, count| {
            let stays = *count >= min_count || kept == Some(category);
            if !stays {
                pooled += *count;
                rows.extend(self.rows_of.get(category).into_iter().flatten());
            }
            stays
        });
        if self.plan.sort == Sort::Tags {
            rows.len() as u64
        } else {
            pooled
        }
    }
}

/// A column of 1 in some of the rows.
fn share(of: Category, rows: u64, all: u64) -> EncodedColumn {
    EncodedColumn {
        of,
        mean: count(rows) / count(all.max(1)),
        deviation: None,
    }
}

#[allow(clippy::cast_precision_loss)] // numbers of rows are far below 2^53
fn count(rows: u64) -> f64 {
    rows as f64
}
