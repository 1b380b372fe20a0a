use super::Explanation;
use crate::scorer::{BinCuts, Decay, Due};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The largest size of a number in a spec, and of what one occurrence gives: 1e12.
pub(crate) const LARGEST: f64 = 1e12;

/// What a dimension that abstains counts for in a composite. Where all abstain, so does the composite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenMissing {
    /// It is left out, and the weights of the others count as the whole.
    #[default]
    Skip,
    /// It counts as a score of 0.
    Zero,
    /// The composite abstains too.
    Abstain,
}

/// How a node of an [`Explanation`] follows from its parts.
///
/// Sums start from 0 and add in the order of the parts. A part without a value is left out where nothing else is
/// said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Formula {
    /// A fact, a constant of the model, or the number of an opaque scorer: it stands for itself.
    Given,
    /// No value.
    Unknown,
    /// Sum of the parts.
    Sum,
    /// Largest part; no value without one.
    Max,
    /// The first part that has a value.
    First,
    /// The first part that has a value, brought into bounds.
    Clamp {
        /// Lower bound.
        min: Option<f64>,
        /// Upper bound.
        max: Option<f64>,
    },
    /// `100 * (part - zero) / (hundred - zero)`, at most 1e12 in size, of the first part that has a value.
    Scale {
        /// Points that give score 0.
        zero: f64,
        /// Points that give score 100.
        hundred: f64,
    },
    /// `points * times`, at most 1e12 in size, times the share that its age leaves.
    Occurrence {
        /// Points per occurrence, or per unit of its value.
        points: f64,
        /// 1, or the activity's value.
        times: f64,
        /// Age in microseconds, pauses left out.
        age_micros: i64,
        /// How it fades. `None`: not at all.
        decay: Option<Decay>,
    },
    /// `points` for the range in which a count lies, times the share that the newest occurrence's age leaves.
    Count {
        /// How many were counted.
        count: u64,
        /// Points of the range.
        points: f64,
        /// Age of the newest counted, in microseconds, pauses left out.
        age_micros: i64,
        /// How it fades. `None`: not at all.
        decay: Option<Decay>,
    },
    /// `points * floor(idle / every)`, not beyond `floor`.
    Inactivity {
        /// Points per whole period.
        points: f64,
        /// Length of a period in microseconds.
        every_micros: i64,
        /// Where it ends. `None`: it does not.
        floor: Option<f64>,
        /// Time without activity in microseconds, pauses left out.
        idle_micros: i64,
    },
    /// `sum(w * part) / sum(w)`, one weight for each part; parts beyond the weights stand beside it.
    WeightedMean {
        /// Weights, in the order of the parts; a part of weight 0 is left out.
        weights: Vec<f64>,
        /// What a part without a value counts for.
        missing: WhenMissing,
    },
    /// `exp(sum(w * ln(part)) / sum(w))`, one weight for each part; 0 where a part that has weight is 0.
    GeometricMean {
        /// Weights, in the order of the parts; a part of weight 0 is left out.
        weights: Vec<f64>,
        /// What a part without a value counts for.
        missing: WhenMissing,
    },
    /// Lowest of the parts.
    Lowest {
        /// What a part without a value counts for.
        missing: WhenMissing,
    },
    /// Highest of the parts.
    Highest {
        /// What a part without a value counts for.
        missing: WhenMissing,
    },
    /// `min(count, at_most) * weight`: one day's activities of a kind.
    DailyCount {
        /// How many there were.
        count: u64,
        /// How many count.
        at_most: u32,
        /// What each weighs.
        weight: f64,
    },
    /// Square root of the first part that has a value.
    Root,
    /// The bin, by cut points, of the first part that has a value.
    Bin(BinCuts),
    /// `amount / price`, within 0 and 1.
    AmountShare {
        /// What there is.
        amount: f64,
        /// What is asked, more than 0.
        price: f64,
    },
    /// What a date is worth by the time that is left until then.
    Due {
        /// Microseconds until the date; negative for one that has gone by.
        left_micros: i64,
        /// What it is worth when.
        due: Due,
    },
    /// `answered / whole`, at most 1.
    Coverage {
        /// Weight of the questions whose answers are known.
        answered: f64,
        /// Weight of all questions.
        whole: f64,
    },
    /// How many known answers are worth enough, each from its own bound.
    Met {
        /// What the known answers are worth, 0 to 1.
        worths: Vec<f64>,
        /// What each must be worth.
        from: Vec<f64>,
        /// How many answers are not known.
        open: u32,
        /// How many must be met for the lead to be qualified.
        needed: u32,
    },
    /// `100 * 3 last / (3 last + before)` of two parts, the last week and the three weeks before; 50 where both are 0.
    Momentum,
    /// The first part less the second; no value where either has none. Further parts do not matter.
    Difference,
}

impl Formula {
    /// The value that this formula gives for those parts, `given` being the node's own.
    pub(crate) fn value(&self, given: Option<f64>, parts: &[Explanation]) -> Option<f64> {
        let mut known = parts.iter().filter_map(Explanation::value);
        match self {
            Self::Given => given,
            Self::Unknown => None,
            Self::Sum => Some(known.fold(0.0, |sum, part| sum + part)),
            Self::Max => known.reduce(larger),
            Self::First => known.next(),
            Self::Clamp { min, max } => known.next().map(|part| clamp(part, *min, *max)),
            Self::Scale { zero, hundred } => known.next().map(|part| scale(part, *zero, *hundred)),
            Self::Occurrence {
                points,
                times,
                age_micros,
                decay,
            } => Some(occurrence(*points, *times, *age_micros, decay.as_ref())),
            Self::Count {
                points,
                age_micros,
                decay,
                ..
            } => Some(occurrence(*points, 1.0, *age_micros, decay.as_ref())),
            Self::Inactivity {
                points,
                every_micros,
                floor,
                idle_micros,
            } => Some(inactivity(*points, *every_micros, *floor, *idle_micros)),
            Self::WeightedMean { weights, missing } => {
                weighted_mean(weights, *missing, parts.iter().map(Explanation::value))
            }
            Self::GeometricMean { weights, missing } => {
                geometric_mean(weights, *missing, parts.iter().map(Explanation::value))
            }
            Self::Lowest { missing } => {
                extreme(*missing, parts.iter().map(Explanation::value), smaller)
            }
            Self::Highest { missing } => {
                extreme(*missing, parts.iter().map(Explanation::value), larger)
            }
            Self::DailyCount {
                count,
                at_most,
                weight,
            } => Some(daily_count(*count, *at_most, *weight)),
            Self::Root => known.next().map(root),
            Self::Bin(cuts) => known.next().map(|part| f64::from(cuts.bin(part))),
            Self::AmountShare { amount, price } => Some(amount_share(*amount, *price)),
            Self::Due { left_micros, due } => Some(due.worth(*left_micros)),
            Self::Coverage { answered, whole } => Some(coverage(*answered, *whole)),
            Self::Met { worths, from, .. } => Some(met(worths, from)),
            Self::Momentum => {
                let last = known.next()?;
                known.next().map(|before| momentum(last, before))
            }
            Self::Difference => match parts {
                [after, before, ..] => Some(after.value()? - before.value()?),
                _ => None,
            },
        }
    }
}

// The arithmetic itself: scoring and explaining both call these.

pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_gt() { b } else { a }
}

pub(crate) fn smaller(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

/// Adding zero keeps -0.0 out.
pub(crate) fn clamp(value: f64, min: Option<f64>, max: Option<f64>) -> f64 {
    let raised = min.map_or(value, |min| value.max(min));
    max.map_or(raised, |max| raised.min(max)) + 0.0
}

pub(crate) fn scale(points: f64, zero: f64, hundred: f64) -> f64 {
    (100.0 * (points - zero) / (hundred - zero)).clamp(-LARGEST, LARGEST) + 0.0
}

pub(crate) fn occurrence(points: f64, times: f64, age_micros: i64, decay: Option<&Decay>) -> f64 {
    let whole = (points * times).clamp(-LARGEST, LARGEST);
    decay.map_or(whole, |decay| whole * decay.share(age_micros)) + 0.0
}

pub(crate) fn inactivity(
    points: f64,
    every_micros: i64,
    floor: Option<f64>,
    idle_micros: i64,
) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    // whole periods: far below 2^53 for any period of a second or more
    let periods = idle_micros.max(0).checked_div(every_micros).unwrap_or(0) as f64;
    let whole = (points * periods).clamp(-LARGEST, LARGEST);
    let (min, max) = if points < 0.0 {
        (floor, None)
    } else {
        (None, floor)
    };
    clamp(whole, min, max)
}

pub(crate) fn weighted_mean(
    weights: &[f64],
    missing: WhenMissing,
    parts: impl Iterator<Item = Option<f64>>,
) -> Option<f64> {
    let (mut sum, mut whole, mut known) = (0.0, 0.0, false);
    for (part, &weight) in parts.zip(weights).filter(|&(_, &weight)| weight > 0.0) {
        match (part, missing) {
            (Some(part), _) => {
                sum += weight * part;
                whole += weight;
                known = true;
            }
            (None, WhenMissing::Skip) => {}
            (None, WhenMissing::Zero) => whole += weight,
            (None, WhenMissing::Abstain) => return None,
        }
    }
    known.then(|| (sum / whole).clamp(0.0, 100.0) + 0.0)
}

pub(crate) fn geometric_mean(
    weights: &[f64],
    missing: WhenMissing,
    parts: impl Iterator<Item = Option<f64>>,
) -> Option<f64> {
    let (mut sum, mut whole, mut known) = (0.0, 0.0, false);
    for (given, &weight) in parts.zip(weights).filter(|&(_, &weight)| weight > 0.0) {
        let part = match (given, missing) {
            (Some(part), _) => part,
            (None, WhenMissing::Skip) => continue,
            (None, WhenMissing::Zero) => 0.0,
            (None, WhenMissing::Abstain) => return None,
        };
        known |= given.is_some();
        sum += weight * part.ln();
        whole += weight;
    }
    known.then(|| (sum / whole).exp().clamp(0.0, 100.0) + 0.0)
}

pub(crate) fn extreme(
    missing: WhenMissing,
    parts: impl Iterator<Item = Option<f64>>,
    pick: fn(f64, f64) -> f64,
) -> Option<f64> {
    let (mut best, mut known) = (None, false);
    for given in parts {
        let part = match (given, missing) {
            (Some(part), _) => part,
            (None, WhenMissing::Skip) => continue,
            (None, WhenMissing::Zero) => 0.0,
            (None, WhenMissing::Abstain) => return None,
        };
        known |= given.is_some();
        best = Some(best.map_or(part, |best| pick(best, part)));
    }
    best.filter(|_| known)
}

pub(crate) fn daily_count(count: u64, at_most: u32, weight: f64) -> f64 {
    let counted = u32::try_from(count).unwrap_or(u32::MAX).min(at_most);
    f64::from(counted) * weight + 0.0
}

pub(crate) fn root(value: f64) -> f64 {
    value.max(0.0).sqrt()
}

pub(crate) fn amount_share(amount: f64, price: f64) -> f64 {
    (amount / price).clamp(0.0, 1.0) + 0.0
}

pub(crate) fn coverage(answered: f64, whole: f64) -> f64 {
    (answered / whole).clamp(0.0, 1.0) + 0.0
}

fn met(worths: &[f64], from: &[f64]) -> f64 {
    let pairs = worths.iter().zip(from);
    pairs.fold(
        0.0,
        |count, (worth, from)| {
            if worth >= from { count + 1.0 } else { count }
        },
    )
}

/// Weeks before the last one that it is compared with.
pub(crate) const WEEKS_BEFORE: f64 = 3.0;

/// Neither is negative.
pub(crate) fn momentum(last: f64, before: f64) -> f64 {
    // Three times both: whole numbers stay whole.
    let last = WEEKS_BEFORE * last;
    let whole = last + before;
    if whole > 0.0 {
        (100.0 * (last / whole)).clamp(0.0, 100.0) + 0.0
    } else {
        50.0
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faded = |f: &mut fmt::Formatter<'_>, age: i64, decay: &Option<Decay>| match decay {
            None => Ok(()),
            Some(decay) => write!(f, ", {} old, {decay}", Age(age)),
        };
        match self {
            Self::Given => Ok(()),
            Self::Unknown => f.write_str("unknown"),
            Self::Sum => f.write_str("sum"),
            Self::Max | Self::Highest { .. } => f.write_str("highest"),
            Self::Lowest { .. } => f.write_str("lowest"),
            Self::First => f.write_str("first that holds"),
            Self::Clamp { min, max } => match (min, max) {
                (Some(min), Some(max)) => write!(f, "kept within {min} and {max}"),
                (Some(min), None) => write!(f, "at least {min}"),
                (None, Some(max)) => write!(f, "at most {max}"),
                (None, None) => Ok(()),
            },
            Self::Scale { zero, hundred } => write!(f, "{zero} is 0, {hundred} is 100"),
            Self::Occurrence {
                points,
                times,
                age_micros,
                decay,
            } => {
                write!(f, "{points}")?;
                #[allow(clippy::float_cmp)] // exactly 1 is what occurrences without a value have
                if *times != 1.0 {
                    write!(f, " x {times}")?;
                }
                faded(f, *age_micros, decay)
            }
            Self::Count {
                count,
                points,
                age_micros,
                decay,
            } => {
                write!(f, "{points} for {count}")?;
                faded(f, *age_micros, decay)
            }
            Self::Inactivity {
                points,
                every_micros,
                idle_micros,
                ..
            } => write!(
                f,
                "{points} per {} without activity, {} so far",
                Age(*every_micros),
                Age(*idle_micros)
            ),
            Self::WeightedMean { .. } => f.write_str("weighted mean"),
            Self::GeometricMean { .. } => f.write_str("geometric mean"),
            Self::DailyCount {
                count,
                at_most,
                weight,
            } => {
                write!(f, "{weight} for each of {count}")?;
                if *count > u64::from(*at_most) {
                    write!(f, ", at most {at_most}")?;
                }
                Ok(())
            }
            Self::Root => f.write_str("square root"),
            Self::Bin(cuts) => write!(f, "{cuts}"),
            Self::AmountShare { amount, price } => write!(f, "{amount} of {price}"),
            Self::Due { left_micros, due } => {
                let band = due.band(*left_micros);
                match left_micros {
                    0.. => write!(f, "{} ahead, {band}", Age(*left_micros)),
                    _ => write!(f, "{} ago, {band}", Age(left_micros.saturating_neg())),
                }
            }
            Self::Coverage { answered, whole } => {
                write!(f, "weight {answered} of {whole} is answered")
            }
            Self::Met {
                worths,
                from,
                open,
                needed,
            } => {
                let met = met(worths, from);
                let standing = match f64::from(*needed) {
                    needed if met >= needed => "qualified",
                    needed if met + f64::from(*open) >= needed => "open",
                    _ => "not qualified",
                };
                write!(f, "{standing}, {needed} needed")
            }
            Self::Momentum => f.write_str("100 for all in the last week, 50 for a mean week"),
            Self::Difference => f.write_str("later less earlier"),
        }
    }
}

/// An age for display, in its largest fitting unit.
struct Age(i64);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[allow(clippy::cast_precision_loss)] // for display
        let seconds = self.0 as f64 / 1e6;
        let (value, unit) = match seconds.abs() {
            s if s >= 86_400.0 => (seconds / 86_400.0, "d"),
            s if s >= 3_600.0 => (seconds / 3_600.0, "h"),
            s if s >= 60.0 => (seconds / 60.0, "m"),
            _ => (seconds, "s"),
        };
        let shown = format!("{value:.1}");
        write!(f, "{}{unit}", shown.strip_suffix(".0").unwrap_or(&shown))
    }
}
