mod display;

use super::Explanation;
use super::arithmetic::{
    amount_share, clamp, contribution, coverage, daily_count, extreme, geometric_mean, inactivity,
    larger, met, momentum, occurrence, root, scale, smaller, weighted_mean,
};
use super::probability::{likelihood_ratio, logistic, prior, within};
use crate::scorer::{BinCuts, Calibration, Decay, Due};
use serde::{Deserialize, Serialize};

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
    /// `1 / (1 + exp(-part))` of the first part that has a value: the probability of log-odds.
    Logistic,
    /// `coefficient * (value - mean)`, over the deviation where there is one: what a column of a predictive model adds
    /// to the log-odds of the average lead.
    Contribution {
        /// Log-odds for one more of the column, or for one deviation more.
        coefficient: f64,
        /// The lead's value.
        value: f64,
        /// Mean of the training rows.
        mean: f64,
        /// Standard deviation of the training rows. `None`: the column is not standardised.
        deviation: Option<f64>,
    },
    /// `ln(converted / not_converted)`: the log-odds of a lead of which nothing else is known.
    Prior {
        /// How many leads converted.
        converted: u64,
        /// How many did not.
        not_converted: u64,
    },
    /// `ln((converted + alpha) / (of_converted + alpha * levels))` less the same of those that did not convert: what a
    /// level adds to the log-odds.
    LikelihoodRatio {
        /// Leads of this level that converted.
        converted: u64,
        /// Leads of any level that converted.
        of_converted: u64,
        /// Leads of this level that did not convert.
        not_converted: u64,
        /// Leads of any level that did not convert.
        of_not_converted: u64,
        /// Added to each count.
        alpha: f64,
        /// How many levels there are.
        levels: u64,
    },
    /// `1 - product of (1 - part)`: the chance of at least one, each part being the hazard of a period.
    Within,
    /// The probability that calibration gives the first part that has a value.
    Calibrated(Calibration),
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
            Self::Logistic => known.next().map(logistic),
            Self::Within => Some(within(known.map(|hazard| (hazard, 1.0)))),
            Self::Calibrated(calibration) => known.next().map(|part| calibration.apply(part)),
            Self::Contribution {
                coefficient,
                value,
                mean,
                deviation,
            } => Some(contribution(*coefficient, *value, *mean, *deviation)),
            Self::Prior {
                converted,
                not_converted,
            } => Some(prior(*converted, *not_converted)),
            Self::LikelihoodRatio {
                converted,
                of_converted,
                not_converted,
                of_not_converted,
                alpha,
                levels,
            } => Some(likelihood_ratio(
                (*converted, *of_converted),
                (*not_converted, *of_not_converted),
                *alpha,
                *levels,
            )),
            Self::Difference => match parts {
                [after, before, ..] => Some(after.value()? - before.value()?),
                _ => None,
            },
        }
    }
}
