use super::{Column, FeatureEncoder, State};
use crate::scorer::predictive::encoding::{Category, EncodedColumn, FeatureEncoding};
use crate::scorer::predictive::feature::{FeaturePlan, MissingValue, Resolving, Sort};
use std::sync::Arc;

/// The least and the largest deviation by which a column is divided.
pub(in crate::scorer::predictive) const DEVIATIONS: (f64, f64) = (1e-12, 1e12);

/// The columns of one feature, checked against what the feature is.
pub(in crate::scorer::predictive) struct Checked {
    pub(super) columns: Box<[Column]>,
    /// By the bytes of their names.
    pub(super) levels: Box<[(Arc<str>, State)]>,
    /// By number; `None` for one that training did not meet.
    pub(super) bins: Box<[Option<State>]>,
    pub(super) other: Option<State>,
    pub(super) missing: Option<State>,
}

impl Checked {
    /// Reports what does not fit; kinds of columns only where the feature itself is `sound`.
    pub(super) fn new(
        encoding: &FeatureEncoding,
        plan: &FeaturePlan,
        sound: bool,
        path: &str,
        resolving: &mut Resolving<'_>,
    ) -> Self {
        let mut last: Option<&Category> = None;
        for (c, column) in encoding.columns.iter().enumerate() {
            let path = format!("{path}.columns[{c}]");
            numbers(column, plan.sort, &path, resolving);
            if sound {
                category(&column.of, plan, &format!("{path}.of"), resolving);
            }
            if last.is_some_and(|last| *last >= column.of) {
                resolving.problems.push(
                    format!("{path}.of"),
                    format!(
                        "columns stand in order, each once: `{}` comes too late",
                        column.of
                    ),
                );
            }
            last = Some(&column.of);
        }
        let has = |of: &Category| encoding.columns.iter().any(|column| column.of == *of);
        let is_number = matches!(plan.sort, Sort::Number | Sort::Flag);
        if sound && is_number && !has(&Category::Value) {
            resolving
                .problems
                .push(format!("{path}.columns"), "a number needs a column `value`");
        }
        if let Some(dropped) = &encoding.dropped {
            let path = format!("{path}.dropped");
            if sound && !matches!(plan.sort, Sort::Levels | Sort::Bins) {
                resolving
                    .problems
                    .push(path, "belongs to levels and bins, of which a lead has one");
            } else if has(dropped) {
                resolving
                    .problems
                    .push(path, format!("`{dropped}` has a column"));
            } else if sound {
                category(dropped, plan, &path, resolving);
            }
        }
        let checked = Self::placed(encoding, plan);
        if let (true, MissingValue::Level(name)) = (sound, &plan.missing) {
            if !checked.levels.iter().any(|(level, _)| **level == **name) {
                let known = checked.levels.iter().map(|(level, _)| &**level);
                resolving.problems.unknown(
                    format!("{path}.feature.missing.level"),
                    "level",
                    name,
                    known,
                );
            }
        }
        checked
    }

    fn placed(encoding: &FeatureEncoding, plan: &FeaturePlan) -> Self {
        let mut levels = Vec::new();
        let mut bins = vec![None; plan.bins.len() + 1];
        let (mut other, mut missing) = (None, None);
        let columns = encoding.columns.iter().enumerate();
        let columns = columns.map(|(place, column)| (&column.of, State::Category(Some(place))));
        for (of, state) in columns.chain(
            encoding
                .dropped
                .iter()
                .map(|of| (of, State::Category(None))),
        ) {
            match of {
                Category::Value => {}
                Category::Level(level) => levels.push((Arc::from(level.as_str()), state)),
                Category::Bin(bin) => {
                    if let Some(slot) = bins.get_mut(*bin) {
                        *slot = Some(state);
                    }
                }
                Category::Other => other = Some(state),
                Category::Missing => missing = Some(state),
            }
        }
        levels.sort_by(|(a, _): &(Arc<str>, State), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        Self {
            columns: encoding
                .columns
                .iter()
                .zip(encoding.names())
                .map(|(column, name)| Column {
                    name: name.into(),
                    is_value: column.of == Category::Value,
                    mean: column.mean,
                    deviation: column.deviation,
                })
                .collect(),
            levels: levels.into(),
            bins: bins.into(),
            other,
            missing,
        }
    }

    pub(super) fn encoder(self, plan: FeaturePlan) -> FeatureEncoder {
        FeatureEncoder::new(plan, self)
    }
}

fn numbers(column: &EncodedColumn, sort: Sort, path: &str, resolving: &mut Resolving<'_>) {
    resolving.number(column.mean, || format!("{path}.mean"));
    let is_share = column.of != Category::Value || sort == Sort::Flag;
    if is_share && !(0.0..=1.0).contains(&column.mean) && column.mean.is_finite() {
        resolving.problems.push(
            format!("{path}.mean"),
            format!("must be between 0 and 1, got `{}`", column.mean),
        );
    }
    let Some(deviation) = column.deviation else {
        return;
    };
    let (least, largest) = DEVIATIONS;
    if is_share {
        resolving
            .problems
            .push(format!("{path}.deviation"), "only numbers are standardised");
    } else if !(least..=largest).contains(&deviation) {
        resolving.problems.push(
            format!("{path}.deviation"),
            format!("must be between 1e-12 and 1e12, got `{deviation}`"),
        );
    }
}

/// Whether a feature can have such a column.
fn category(of: &Category, plan: &FeaturePlan, path: &str, resolving: &mut Resolving<'_>) {
    let fits = match (of, plan.sort) {
        (Category::Missing, _)
        | (Category::Value, Sort::Number | Sort::Flag)
        | (Category::Level(_) | Category::Other, Sort::Levels | Sort::Tags) => true,
        (Category::Bin(bin), Sort::Bins) => *bin <= plan.bins.len(),
        _ => false,
    };
    if !fits {
        let what = match plan.sort {
            Sort::Number => "a number",
            Sort::Flag => "a flag",
            Sort::Bins => "these bins",
            Sort::Levels => "text",
            Sort::Tags => "tags",
        };
        resolving
            .problems
            .push(path, format!("{what} cannot have a column `{of}`"));
    }
}
