use super::collinear::collinear;
use super::columns::{Levels, Look};
use super::data::VerdictData;
use super::spec::VerdictSpec;
use super::{Readiness, Verdict, VerdictReason};
use ndarray::ArrayView1;
#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// Fewer rows than this say nothing of identifiers, and of whom a feature is known.
const FEWEST: usize = 20;
/// A feature that is known of fewer rows of one outcome than this may be so by chance.
const FEWEST_KNOWN: usize = 5;

/// Names of columns that one follows from.
const MOST_NAMED: usize = 5;

pub(super) fn verdict(spec: &VerdictSpec, data: &VerdictData<'_>) -> Verdict {
    let columns: Vec<ArrayView1<'_, f64>> = data.x.columns().into_iter().collect();
    let looks = looks(&columns, data.converted);
    let rows = data.converted.len() as u64;
    let converted = data
        .converted
        .iter()
        .filter(|&&converted| converted)
        .count() as u64;
    let mut reasons = enough(spec, data, &looks, (converted, rows - converted));
    for (feature, name) in data.features.iter().enumerate() {
        let own: Vec<usize> = (0..columns.len())
            .filter(|&column| data.feature_of.get(column) == Some(&feature))
            .collect();
        let feature = Feature {
            name,
            columns: own
                .iter()
                .filter_map(|&column| columns.get(column).copied())
                .collect(),
            looks: own.iter().filter_map(|&column| looks.get(column)).collect(),
            known: data.known.get(feature).and_then(Option::as_deref),
            converted: data.converted,
        };
        reasons.extend(feature.reason(spec));
    }
    let constant = data
        .columns
        .iter()
        .zip(&looks)
        .filter(|(_, look)| look.is_constant);
    let constant: Vec<String> = constant.map(|(name, _)| name.clone()).collect();
    if !constant.is_empty() {
        reasons.push(VerdictReason::Constant { columns: constant });
    }
    let named: Vec<&String> = reasons
        .iter()
        .filter_map(|reason| match reason {
            VerdictReason::IdentifierLike { feature, .. } => Some(feature),
            _ => None,
        })
        .collect();
    // What names leads follows from anything.
    let looked_at = |column: usize| {
        let feature = data
            .feature_of
            .get(column)
            .and_then(|&feature| data.features.get(feature));
        feature.is_none_or(|feature| !named.contains(&feature))
    };
    let follow = follow(spec, data, &columns, |column| {
        looked_at(column) && looks.get(column).is_some_and(|look| !look.is_constant)
    });
    reasons.extend(follow);
    let worst = reasons.iter().map(VerdictReason::readiness).max();
    Verdict {
        readiness: worst.unwrap_or(Readiness::Ready),
        rows,
        converted,
        reasons,
    }
}

fn looks(columns: &[ArrayView1<'_, f64>], converted: &[bool]) -> Vec<Look> {
    #[cfg(feature = "parallel")]
    let columns = columns.par_iter();
    #[cfg(not(feature = "parallel"))]
    let columns = columns.iter();
    columns
        .map(|column| Look::new(*column, converted))
        .collect()
}

#[allow(clippy::cast_precision_loss)] // numbers of rows, far below 2^53
fn enough(
    spec: &VerdictSpec,
    data: &VerdictData<'_>,
    looks: &[Look],
    (converted, not_converted): (u64, u64),
) -> Vec<VerdictReason> {
    let mut reasons = Vec::new();
    if converted < spec.converted {
        let needed = spec.converted;
        reasons.push(VerdictReason::TooFewConverted { converted, needed });
    }
    if not_converted < spec.not_converted {
        reasons.push(VerdictReason::TooFewNotConverted {
            not_converted,
            needed: spec.not_converted,
        });
    }
    let events = converted.min(not_converted);
    let needed = spec.events_per_feature;
    let features = data.features.len() as u64;
    let columns = looks.iter().filter(|look| !look.is_constant).count() as u64;
    if (events as f64) < needed * features as f64 {
        reasons.push(VerdictReason::TooFewEventsPerFeature {
            events,
            features,
            needed,
        });
    } else if (events as f64) < needed * columns as f64 {
        reasons.push(VerdictReason::TooFewEventsPerColumn {
            events,
            columns,
            needed,
        });
    }
    reasons
}

/// One feature with all that is known of it.
struct Feature<'d> {
    name: &'d str,
    columns: Vec<ArrayView1<'d, f64>>,
    looks: Vec<&'d Look>,
    known: Option<&'d [bool]>,
    converted: &'d [bool],
}

impl Feature<'_> {
    /// What speaks against it most.
    fn reason(&self, spec: &VerdictSpec) -> Option<VerdictReason> {
        let feature = || self.name.to_owned();
        if let Some(reason) = self.known_for_one() {
            return Some(reason);
        }
        let levels = (self.columns.len() > 1)
            .then(|| Levels::new(&self.columns, self.converted, self.known));
        if let Some(levels) = &levels {
            if let Some(reason) = self.identifier(spec, levels) {
                return Some(reason);
            }
        }
        let alone = self.looks.iter().filter_map(|look| look.auc);
        let together = levels.and_then(|levels| levels.auc);
        let auc = alone.chain(together).fold(0.5, f64::max);
        if auc >= 1.0 {
            Some(VerdictReason::Separates { feature: feature() })
        } else if auc >= spec.nearly_separates {
            let feature = feature();
            Some(VerdictReason::NearlySeparates { feature, auc })
        } else {
            None
        }
    }

    fn known_for_one(&self) -> Option<VerdictReason> {
        let known = self.known?;
        let count = |known: bool, converted: bool| {
            let rows = self.rows(known);
            rows.filter(|&own| own == converted).count()
        };
        if !known.contains(&false) {
            return None;
        }
        for converted in [true, false] {
            let (of, others) = (count(true, converted), count(true, !converted));
            let unknown = count(false, !converted);
            if of >= FEWEST_KNOWN && others == 0 && unknown >= FEWEST_KNOWN {
                return Some(VerdictReason::KnownForOneOutcome {
                    feature: self.name.to_owned(),
                    converted,
                    known: of as u64,
                });
            }
        }
        None
    }

    /// The outcomes of the rows of which it is known, or not.
    fn rows(&self, known: bool) -> impl Iterator<Item = bool> {
        let all = self.known.unwrap_or_default().iter().copied();
        let all = all.chain(std::iter::repeat(true));
        let rows = self.converted.iter().copied().zip(all);
        rows.filter(move |&(_, own)| own == known)
            .map(|(converted, _)| converted)
    }

    #[allow(clippy::cast_precision_loss)] // numbers of rows, far below 2^53
    fn identifier(&self, spec: &VerdictSpec, levels: &Levels) -> Option<VerdictReason> {
        let known = self.rows(true).count();
        let two_valued = self
            .looks
            .iter()
            .all(|look| look.is_two_valued || look.is_constant);
        // Levels that have columns of their own; several tags make up many combinations of few.
        let columns = self.columns.len();
        let count = levels.count.min(columns + 1);
        let many = count as f64 >= spec.identifier * known as f64;
        (two_valued && known >= FEWEST && many).then(|| VerdictReason::IdentifierLike {
            feature: self.name.to_owned(),
            levels: count as u64,
            known: known as u64,
        })
    }
}

/// Columns that follow from others. The columns of one feature that add up to the same in every row follow from each
/// other by their making, which is not worth a word: one of them is left out.
fn follow(
    spec: &VerdictSpec,
    data: &VerdictData<'_>,
    columns: &[ArrayView1<'_, f64>],
    looked_at: impl Fn(usize) -> bool,
) -> Vec<VerdictReason> {
    let mut places: Vec<usize> = (0..columns.len())
        .filter(|&column| looked_at(column))
        .collect();
    for feature in 0..data.features.len() {
        let is_own = |&&place: &&usize| data.feature_of.get(place) == Some(&feature);
        let own: Vec<usize> = places.iter().filter(is_own).copied().collect();
        let own_columns: Vec<_> = own.iter().filter_map(|&place| columns.get(place)).collect();
        let mut sums = (0..data.converted.len()).map(|row| {
            let cells = own_columns.iter().filter_map(|column| column.get(row));
            cells.fold(0.0, |sum, x| sum + x)
        });
        let first = sums.next();
        if own.len() > 1 && sums.all(|sum| Some(sum) == first) {
            places.retain(|place| Some(place) != own.first());
        }
    }
    let kept: Vec<_> = places
        .iter()
        .filter_map(|&place| columns.get(place).copied())
        .collect();
    let name = |place: usize| {
        let column = places
            .get(place)
            .and_then(|&column| data.columns.get(column));
        column.cloned().unwrap_or_default()
    };
    let follows = collinear(&kept, spec.collinear).into_iter();
    follows
        .map(|follows| VerdictReason::Collinear {
            column: name(follows.column),
            from: follows
                .from
                .into_iter()
                .take(MOST_NAMED)
                .map(name)
                .collect(),
        })
        .collect()
}
