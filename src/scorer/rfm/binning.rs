use super::spec::BinRule;
use crate::score::LARGEST;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// How the values of one axis become bins: its cut points, fitted or given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinCuts {
    /// Ascending; equal ones make bins that no value falls in.
    cuts: Arc<[f64]>,
    /// Whether a value equal to a cut belongs above it.
    equal_is_above: bool,
    /// Whether low values are good.
    low_is_good: bool,
}

impl BinCuts {
    pub(super) fn new(cuts: &[f64], rule: BinRule, low_is_good: bool) -> Self {
        Self {
            cuts: cuts.into(),
            equal_is_above: rule == BinRule::R,
            low_is_good,
        }
    }

    /// The cut points, ascending.
    #[must_use]
    pub fn cuts(&self) -> &[f64] {
        &self.cuts
    }

    /// How many bins they make.
    #[must_use]
    pub fn count(&self) -> u16 {
        u16::try_from(self.cuts.len()).map_or(u16::MAX, |cuts| cuts.saturating_add(1))
    }

    /// The bin of a value, 1 to [`count`](BinCuts::count), the highest best.
    #[must_use]
    #[inline]
    pub fn bin(&self, value: f64) -> u16 {
        let below = if self.equal_is_above {
            count(&self.cuts, |cut| cut <= value)
        } else {
            count(&self.cuts, |cut| cut < value)
        };
        self.turned(below)
    }

    /// The bin above that many cuts.
    #[inline]
    fn turned(&self, below: usize) -> u16 {
        let place = if self.low_is_good {
            self.cuts.len().saturating_sub(below)
        } else {
            below
        };
        u16::try_from(place).map_or(u16::MAX, |place| place.saturating_add(1))
    }
}

impl fmt::Display for BinCuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// A long list says nothing to people.
        const FEW: usize = 10;
        write!(f, "of {}", self.count())?;
        if self.cuts.is_empty() || self.cuts.len() > FEW {
            return Ok(());
        }
        f.write_str(", cut at ")?;
        for (i, cut) in self.cuts.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            let shown = format!("{cut:.2}");
            let shown = shown.strip_suffix(".00").unwrap_or(&shown);
            f.write_str(shown)?;
        }
        Ok(())
    }
}

/// How many of the sorted cuts lie below.
#[inline]
fn count(cuts: &[f64], below: impl Fn(f64) -> bool) -> usize {
    /// Up to here adding up is faster than searching.
    const FEW: usize = 16;
    if cuts.len() <= FEW {
        cuts.iter().map(|&cut| usize::from(below(cut))).sum()
    } else {
        cuts.partition_point(|&cut| below(cut))
    }
}

/// Learns the cut points of one axis from the values of a population, none of them NaN.
pub(super) fn learn(values: &[f64], rule: BinRule, bins: u16) -> Vec<f64> {
    let Some(last) = values.len().checked_sub(1) else {
        return Vec::new();
    };
    let mut keys: Vec<i64> = values.iter().map(|&value| key(value)).collect();
    let inner = 1..usize::from(bins);
    match rule {
        BinRule::Quantile => quantiles(&mut keys, inner.map(|i| (i, bins.into()))),
        BinRule::R => {
            let mut cuts = quantiles(&mut keys, inner.map(|i| (i, bins.into())));
            for cut in &mut cuts {
                *cut = (*cut + 1.0).min(LARGEST);
            }
            cuts
        }
        BinRule::Value => {
            let mut edges = quantiles(&mut keys, (0..=usize::from(bins)).map(|i| (i, bins.into())));
            edges.dedup();
            // The first and the last edge are the least and the greatest value.
            edges.pop();
            edges.into_iter().skip(1).collect()
        }
        BinRule::Rank => at(&mut keys, &ends(last, bins)),
        BinRule::RankInterval => {
            let greatest = keys.iter().copied().max().unwrap_or_default();
            // The highest rank there is, counted from 0: equal values share their lowest.
            let highest = keys.iter().filter(|&&key| key < greatest).count();
            at(&mut keys, &ends(highest, bins))
        }
    }
}

/// The last rank of each bin but the highest, ranks running from 0 to `highest`.
fn ends(highest: usize, bins: u16) -> Vec<usize> {
    let inner = 1..usize::from(bins);
    inner.map(|i| share(highest, i, bins.into()).0).collect()
}

/// `whole * i / n`, whole part and remainder.
fn share(whole: usize, i: usize, n: usize) -> (usize, usize) {
    // Exact without overflow, since `i` and `n` are small.
    let (quotient, rest) = (whole / n, (whole % n) * i);
    (quotient * i + rest / n, rest % n)
}

/// Type 7 quantiles (Hyndman and Fan 1996) at the shares `i / n`, ascending.
fn quantiles(keys: &mut [i64], shares: impl Iterator<Item = (usize, usize)>) -> Vec<f64> {
    let last = keys.len().saturating_sub(1);
    let places: Vec<(usize, f64)> = shares
        .map(|(i, n)| {
            let (place, rest) = share(last, i, n);
            #[allow(clippy::cast_precision_loss)] // both at most 1000
            let rest = rest as f64 / n as f64;
            (place, rest)
        })
        .collect();
    let wanted: Vec<usize> = places
        .iter()
        .flat_map(|&(place, rest)| [place, if rest > 0.0 { place + 1 } else { place }])
        .collect();
    let found = at(keys, &wanted);
    let pairs = found.chunks_exact(2).zip(&places);
    pairs
        .map(|(pair, &(_, rest))| match pair {
            &[low, high] => between(low, high, rest),
            _ => 0.0,
        })
        .collect()
}

/// The value that share of the way from one to another, computed from the nearer end, as numpy does.
fn between(low: f64, high: f64, share: f64) -> f64 {
    let wide = high - low;
    let value = if share < 0.5 {
        low + wide * share
    } else {
        high - wide * (1.0 - share)
    };
    value + 0.0
}

/// The values at those places of the sorted order.
fn at(keys: &mut [i64], places: &[usize]) -> Vec<f64> {
    let mut distinct = places.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let mut found = vec![0; distinct.len()];
    select(keys, &distinct, 0, &mut found);
    let find = |place| found.get(distinct.binary_search(place).ok()?).copied();
    places.iter().filter_map(find).map(value).collect()
}

/// Selects the keys at several places, each an index into the sorted order counted from `base`, by halves.
fn select(keys: &mut [i64], places: &[usize], base: usize, found: &mut [i64]) {
    let middle = places.len() / 2;
    let Some((&place, after)) = places.get(middle..).and_then(<[usize]>::split_first) else {
        return;
    };
    let before = places.get(..middle).unwrap_or_default();
    let index = place - base;
    if index >= keys.len() {
        return;
    }
    let (left, key, right) = keys.select_nth_unstable(index);
    let (found_left, rest) = found.split_at_mut(middle);
    let Some((here, found_right)) = rest.split_first_mut() else {
        return;
    };
    *here = *key;
    both(
        || select(left, before, base, found_left),
        || select(right, after, place + 1, found_right),
    );
}

#[cfg(feature = "parallel")]
pub(super) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon::join(a, b)
}

#[cfg(not(feature = "parallel"))]
pub(super) fn both<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

/// A whole number that orders as the value does.
#[allow(clippy::cast_possible_wrap)] // the same bits
fn key(value: f64) -> i64 {
    turn(value.to_bits() as i64)
}

#[allow(clippy::cast_sign_loss)] // the same bits
fn value(key: i64) -> f64 {
    f64::from_bits(turn(key) as u64)
}

/// Turns the order of negative numbers round, as `f64::total_cmp` does; its own inverse.
fn turn(bits: i64) -> i64 {
    bits ^ ((bits >> 63) & i64::MAX)
}

/// The bins of the population itself, from which the cuts were learned, in its order.
pub(super) fn population(values: &[f64], rule: BinRule, cuts: &BinCuts, mut give: impl FnMut(u16)) {
    if rule != BinRule::Rank {
        for &value in values {
            give(cuts.bin(value));
        }
        return;
    }
    // Only values equal to a cut can stand in two bins: those are counted in the order of the population.
    let mut edges: Vec<f64> = cuts.cuts.to_vec();
    edges.dedup();
    let mut seen = below_each(values, &edges);
    let ends = ends(values.len().saturating_sub(1), cuts.count());
    for &value in values {
        let place = count(&edges, |edge| edge < value);
        let below = match (edges.get(place), seen.get_mut(place)) {
            (Some(&edge), Some(rank)) if edge == value => {
                let below = ends.partition_point(|&end| end < *rank);
                *rank += 1;
                below
            }
            _ => count(&cuts.cuts, |cut| cut < value),
        };
        give(cuts.turned(below));
    }
}

/// For each of the edges, ascending and apart, how many values are less.
fn below_each(values: &[f64], edges: &[f64]) -> Vec<usize> {
    let mut less = vec![0; edges.len()];
    let mut equal = less.clone();
    for &value in values {
        let place = count(edges, |edge| edge < value);
        let is_edge = edges.get(place) == Some(&value);
        let counts = if is_edge { &mut equal } else { &mut less };
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    let mut before = 0;
    for (less, equal) in less.iter_mut().zip(equal) {
        *less += before;
        before = *less + equal;
    }
    less
}
