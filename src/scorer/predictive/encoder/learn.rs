use super::check::DEVIATIONS;
use crate::lead::{LeadView, shortened};
use crate::model::Problems;
use crate::score::Cell;
use crate::scorer::predictive::encoding::{Category, EncodedColumn, FeatureEncoding};
use crate::scorer::predictive::feature::{FeaturePlan, FeatureSpec, MissingValue, Reading, Sort};
use crate::scorer::rules::Case;
use std::collections::BTreeMap;

/// More levels than any text that says something of a lead has.
const MOST_LEVELS: usize = 1_000;

/// Gathers what the training rows say to one feature.
pub(in crate::scorer::predictive) struct Learning<'s> {
    spec: &'s FeatureSpec,
    plan: FeaturePlan,
    all: Seen,
    missing: Seen,
    /// Of a number or a flag, with the weights of their rows.
    values: Vec<(f64, f64)>,
    /// Of levels, tags and bins: in how many rows each stands.
    counts: BTreeMap<Category, Seen>,
    /// Of tags that may be rare: the rows in which each stands with their weights, as many as a rare one has.
    rows_of: BTreeMap<Category, Vec<(u64, f64)>>,
}

/// Rows, and the sum of their weights.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    rows: u64,
    weight: f64,
}

impl Seen {
    fn add(&mut self, weight: f64) {
        self.join(Self { rows: 1, weight });
    }

    fn join(&mut self, other: Self) {
        self.rows += other.rows;
        self.weight += other.weight;
    }
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
            all: Seen::default(),
            missing: Seen::default(),
            values: Vec::new(),
            counts: BTreeMap::new(),
            rows_of: BTreeMap::new(),
        }
    }

    pub(in crate::scorer::predictive) fn reads_activities(&self) -> bool {
        self.plan.reads_activities()
    }

    /// Takes in one row, with its weight.
    pub(in crate::scorer::predictive) fn see<V: LeadView + ?Sized>(
        &mut self,
        case: &Case<'_, V>,
        cells: &[Cell],
        weight: f64,
        chosen: &mut Vec<usize>,
    ) {
        self.all.add(weight);
        match self.plan.read(case, cells, chosen) {
            Reading::Missing => self.missing.add(weight),
            Reading::Number(number) => self.number(number, weight),
            Reading::Text(text) => self.level(text, weight),
            Reading::Tags(tags) => {
                let mut tags: Vec<&str> = (0..tags.len()).filter_map(|i| tags.get(i)).collect();
                tags.sort_unstable();
                tags.dedup();
                for tag in tags {
                    self.level(tag, weight);
                    self.note_row(tag, weight);
                }
            }
        }
    }

    fn note_row(&mut self, tag: &str, weight: f64) {
        let rare_below = u64::from(self.spec.min_count.unwrap_or(1));
        if rare_below > 1 {
            let rows = self.rows_of.entry(Category::Level(tag.to_owned()));
            let rows = rows.or_default();
            if (rows.len() as u64) < rare_below {
                rows.push((self.all.rows, weight));
            }
        }
    }

    fn number(&mut self, number: f64, weight: f64) {
        if self.plan.sort == Sort::Bins {
            let bin = Category::Bin(self.plan.bin(number));
            self.counts.entry(bin).or_default().add(weight);
        } else {
            self.values.push((number, weight));
        }
    }

    fn level(&mut self, text: &str, weight: f64) {
        let level = Category::Level(text.to_owned());
        self.counts.entry(level).or_default().add(weight);
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
        let missing = usize::try_from(self.missing.rows).unwrap_or(usize::MAX);
        if let Some(value) = given {
            // Each with the mean of their weights.
            let weight = self.missing.weight / count(self.missing.rows);
            let values = std::iter::repeat_n((value, weight), missing);
            self.values.extend(values);
        }
        let known = !self.values.is_empty();
        let sum = |of: &dyn Fn(f64) -> f64| {
            let values = self.values.iter();
            values.fold(0.0, |sum, &(x, weight)| sum + weight * of(x))
        };
        let mean = if known {
            sum(&|x| x) / sum(&|_| 1.0)
        } else {
            0.0
        };
        let squares = sum(&|x| (x - mean) * (x - mean));
        let first = self.values.first().map_or(0.0, |&(x, _)| x);
        let still = self.values.iter().all(|&(x, _)| x == first);
        let (least, largest) = DEVIATIONS;
        // Rows without the value stand at its mean.
        let deviation = match (squares / self.all.weight).sqrt() {
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
        if apart && known && self.missing.rows > 0 {
            made.push(share(Category::Missing, self.missing, self.all.weight));
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
        let mut all = self.all.weight;
        let stands_for = match &self.plan.missing {
            MissingValue::Level(name) => Some(Category::Level(name.clone())),
            MissingValue::Value(value) => {
                Some(Category::Bin(self.plan.bin(self.plan.transformed(*value))))
            }
            MissingValue::Mean => {
                all -= self.missing.weight;
                None
            }
            MissingValue::Indicator => None,
        };
        if let Some(category) = &stands_for {
            if self.missing.rows > 0 {
                let level = counts.entry(category.clone()).or_default();
                level.join(self.missing);
            }
            if let (Category::Level(name), false) = (category, counts.contains_key(category)) {
                problems.push(
                    format!("{path}.missing.level"),
                    format!("no training row has the level `{}`", shortened(name)),
                );
            }
        }
        let min_count = u64::from(self.spec.min_count.unwrap_or(1));
        let pooled = self.pool(&mut counts, min_count, stands_for.as_ref());
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
        if pooled.rows > 0 {
            counts.insert(Category::Other, pooled);
        }
        if self.plan.missing == MissingValue::Indicator && self.missing.rows > 0 {
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
            .map(|(category, seen)| share(category, seen, all))
            .collect();
        (dropped, made)
    }

    /// Takes rare levels out; in how many rows any of them stands. However much a row weighs it is one.
    fn pool(
        &self,
        counts: &mut BTreeMap<Category, Seen>,
        min_count: u64,
        kept: Option<&Category>,
    ) -> Seen {
        let mut pooled = Seen::default();
        if self.plan.sort == Sort::Bins {
            return pooled;
        }
        // Several tags of one row may be rare.
        let mut rows: BTreeMap<u64, f64> = BTreeMap::new();
        counts.retain(|category, seen| {
            let stays = seen.rows >= min_count || kept == Some(category);
            if !stays {
                pooled.join(*seen);
                rows.extend(self.rows_of.get(category).into_iter().flatten().copied());
            }
            stays
        });
        if self.plan.sort == Sort::Tags {
            pooled = Seen::default();
            for &weight in rows.values() {
                pooled.add(weight);
            }
        }
        pooled
    }
}

/// A column of 1 in some of the rows.
fn share(of: Category, seen: Seen, all: f64) -> EncodedColumn {
    let mean = if all > 0.0 { seen.weight / all } else { 0.0 };
    EncodedColumn {
        of,
        // Sums of weights are rounded.
        mean: mean.min(1.0),
        deviation: None,
    }
}

#[allow(clippy::cast_precision_loss)] // numbers of rows are far below 2^53
fn count(rows: u64) -> f64 {
    rows as f64
}
