use super::segments::RfmSegmentsSpec;
use crate::scorer::rules::Names;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Recency, frequency and monetary value, as they stand in a model file: how recently a lead bought, how often, and
/// for how much, each binned 1 to `bins`, the highest best.
///
/// The score is `100 * sum(w * (bin - 1) / (k - 1)) / sum(w)` over the axes, `k` being an axis' number of bins; an
/// axis of one bin is left out. The cut points between bins are given in [`cuts`](RfmSpec::cuts), or learned from a
/// population by [`fit`](RfmSpec::fit), which gives a spec back that has them.
///
/// What is read: purchases, or the activities of the kinds in [`kind`](RfmSpec::kind). Recency is whole elapsed days
/// since the last of them, pauses of the model's history left out; frequency is their number; monetary value is the
/// sum of their amounts or values, or the mean. A purchase of a negative amount is a refund: it lowers the monetary
/// value and is no purchase otherwise. An amount or value that is missing or not finite counts as 0, and a monetary
/// value is at most 1e12 in size.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, Lead, RfmCuts, RfmSpec, SchemaSpec, Scorer};
///
/// let schema = SchemaSpec::new().build()?;
/// let rfm = RfmSpec::new()
///     .bins(3)
///     .cuts(RfmCuts::new([30.0, 90.0], [1.0, 4.0], [100.0, 1000.0]))
///     .build(&schema)?;
///
/// let lead = Lead::builder(&schema, "a1")
///     .purchase("2026-02-01".parse()?, 80.0)
///     .purchase("2026-02-20".parse()?, 45.0)
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let rating = rfm.rate(&lead, as_of).ok_or("no purchases")?;
/// assert_eq!((rating.values.recency_days, rating.values.frequency, rating.values.monetary), (9, 2, 125.0));
/// assert_eq!(rating.bins.to_string(), "3-2-2");
/// assert_eq!(rfm.score(&lead, as_of), rating.score);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RfmSpec {
    /// Kinds of activity to read in place of purchases. Default: purchases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Names>,
    /// What the monetary value is. Default: the sum.
    #[serde(skip_serializing_if = "RfmMonetary::is_sum")]
    pub monetary: RfmMonetary,
    /// How cut points are learned, and on which side of one a value equal to it falls. Default: quantiles.
    pub rule: BinRule,
    /// How many bins an axis has, 2 to 1000. Default: 5.
    pub bins: u16,
    /// Judges by one axis alone. Default: by all three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub axis: Option<RfmAxis>,
    /// Weights of the axes. Default: 1 each.
    #[serde(skip_serializing_if = "RfmWeights::is_even")]
    pub weights: RfmWeights,
    /// Names for groups of cells. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<RfmSegmentsSpec>,
    /// The cut points between bins; a spec without them can be learned but not built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuts: Option<RfmCuts>,
}

impl Default for RfmSpec {
    fn default() -> Self {
        Self {
            kind: None,
            monetary: RfmMonetary::Sum,
            rule: BinRule::Quantile,
            bins: 5,
            axis: None,
            weights: RfmWeights::default(),
            segments: None,
            cuts: None,
        }
    }
}

impl RfmSpec {
    /// The fewest and the most bins of an axis.
    pub(super) const BINS: std::ops::RangeInclusive<u16> = 2..=1000;

    /// Five bins by quantiles over purchases, to be learned.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Kinds of activity to read in place of purchases. Default: purchases.
    #[must_use]
    pub fn of(mut self, kind: impl Into<Names>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// What the monetary value is. Default: the sum.
    #[must_use]
    pub fn monetary(mut self, monetary: RfmMonetary) -> Self {
        self.monetary = monetary;
        self
    }

    /// How cut points are learned. Default: quantiles.
    #[must_use]
    pub fn rule(mut self, rule: BinRule) -> Self {
        self.rule = rule;
        self
    }

    /// How many bins an axis has. Default: 5.
    #[must_use]
    pub fn bins(mut self, bins: u16) -> Self {
        self.bins = bins;
        self
    }

    /// Judges by one axis alone. Default: by all three.
    #[must_use]
    pub fn axis(mut self, axis: RfmAxis) -> Self {
        self.axis = Some(axis);
        self
    }

    /// Weights of recency, frequency and monetary value. Default: 1 each.
    #[must_use]
    pub fn weights(mut self, recency: f64, frequency: f64, monetary: f64) -> Self {
        self.weights = RfmWeights {
            recency,
            frequency,
            monetary,
        };
        self
    }

    /// Names for groups of cells. Default: none.
    #[must_use]
    pub fn segments(mut self, segments: RfmSegmentsSpec) -> Self {
        self.segments = Some(segments);
        self
    }

    /// The cut points. Default: none, they are to be learned.
    #[must_use]
    pub fn cuts(mut self, cuts: RfmCuts) -> Self {
        self.cuts = Some(cuts);
        self
    }
}

/// What the monetary value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmMonetary {
    /// Sum of the amounts.
    #[default]
    Sum,
    /// Sum of the amounts over the frequency.
    Mean,
}

impl RfmMonetary {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
    fn is_sum(&self) -> bool {
        *self == Self::Sum
    }
}

/// How the cut points between `n` bins follow from the values of a population.
///
/// Bins are counted from the lowest value up; on the recency axis they are then turned round (`n + 1 - bin`), since
/// few days are good. For each rule the cut points alone place any lead; `rank` alone breaks ties by the order of the
/// population, so that there equal values can stand in two bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BinRule {
    /// Cuts are the quantiles at `1/n ... (n-1)/n` (type 7 of R's `quantile`); a value belongs to the lowest bin whose
    /// cut it does not exceed. Where equal values span several cuts, bin numbers are skipped.
    #[default]
    Quantile,
    /// As pandas' `qcut` with `duplicates="drop"`: the same quantiles, each edge once, bins renumbered from 1. Equal
    /// values make fewer bins.
    Value,
    /// As pandas' `qcut` of `rank(method="first")`: values are ranked, equal ones in the order of the population, and
    /// the ranks cut into bins of equal size. Any other lead gets the lowest bin that its value reaches in the
    /// population: the cuts are the highest value of each bin, and a value equal to a cut stays below it.
    Rank,
    /// As R's package `rfm` 0.3: 1 is added to each quantile, and a value equal to a cut belongs above it. Right only
    /// where values are whole units; kept to give the same numbers.
    R,
    /// As pandas' `cut` of `rank(method="min")`: values are ranked, equal ones by the lowest of their ranks, and the
    /// range of those ranks is cut into `n` intervals of equal width, closed on the right. Equal values share a bin;
    /// any other lead gets the bin of the next value of the population that is not below its own.
    RankInterval,
}

impl fmt::Display for BinRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Quantile => "quantile",
            Self::Value => "value",
            Self::Rank => "rank",
            Self::R => "r",
            Self::RankInterval => "rank_interval",
        })
    }
}

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmAxis {
    /// Whole days since the last purchase; few are good.
    Recency,
    /// Number of purchases.
    Frequency,
    /// What they were worth.
    Monetary,
}

impl RfmAxis {
    /// All three, in this order.
    pub const ALL: [Self; 3] = [Self::Recency, Self::Frequency, Self::Monetary];

    /// Its name, as it stands in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recency => "recency",
            Self::Frequency => "frequency",
            Self::Monetary => "monetary",
        }
    }
}

impl fmt::Display for RfmAxis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The cut points between bins, ascending, one fewer than bins.
///
/// For recency too they ascend: up to the first number of days is the best bin. A value equal to a cut belongs below
/// it, under the rule `r` above it. Fewer cuts than the spec's bins are taken under the rule `value` only. An axis
/// that plays no part (of weight 0, or another than the spec's one axis) may have none: it is of one bin then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RfmCuts {
    /// In days.
    pub recency: Vec<f64>,
    /// In purchases.
    pub frequency: Vec<f64>,
    /// In the app's own currency.
    pub monetary: Vec<f64>,
}

impl RfmCuts {
    /// Cut points in days, purchases and money.
    #[must_use]
    pub fn new(
        recency: impl Into<Vec<f64>>,
        frequency: impl Into<Vec<f64>>,
        monetary: impl Into<Vec<f64>>,
    ) -> Self {
        Self {
            recency: recency.into(),
            frequency: frequency.into(),
            monetary: monetary.into(),
        }
    }

    /// Those of one axis.
    #[must_use]
    pub fn axis(&self, axis: RfmAxis) -> &[f64] {
        match axis {
            RfmAxis::Recency => &self.recency,
            RfmAxis::Frequency => &self.frequency,
            RfmAxis::Monetary => &self.monetary,
        }
    }
}

/// Weights of the axes, none negative and not all 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RfmWeights {
    /// Default: 1.
    pub recency: f64,
    /// Default: 1.
    pub frequency: f64,
    /// Default: 1.
    pub monetary: f64,
}

impl Default for RfmWeights {
    fn default() -> Self {
        Self {
            recency: 1.0,
            frequency: 1.0,
            monetary: 1.0,
        }
    }
}

impl RfmWeights {
    fn is_even(&self) -> bool {
        *self == Self::default()
    }

    /// That of one axis.
    #[must_use]
    pub const fn axis(&self, axis: RfmAxis) -> f64 {
        match axis {
            RfmAxis::Recency => self.recency,
            RfmAxis::Frequency => self.frequency,
            RfmAxis::Monetary => self.monetary,
        }
    }
}
