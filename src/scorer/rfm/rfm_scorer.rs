use super::binning::BinCuts;
use super::cells::Segments;
use super::spec::RfmAxis;
use super::values::{RfmBins, RfmValues, Source};
use crate::lead::{LeadView, Moment};
use crate::score::{
    AsOf, Explanation, Formula, Role, Score, Unit, WhenMissing, scale, weighted_mean,
};
use crate::scorer::rules::{Case, other_schema};
use crate::scorer::{Assessment, Opaque, Scorer};
use std::sync::Arc;

/// Score: how recently, how often and for how much a lead bought, each by its bin among the others, 0 for the lowest
/// bin and 100 for the highest.
///
/// The raw value is the cell as one number, 111 to 555 of five bins (none above 9 bins), or for a scorer of one
/// [`axis`](RfmScorer::axis) the days, purchases or money. Built from an [`RfmSpec`](crate::RfmSpec). Abstains without
/// purchases, and where every axis that counts has one bin only.
#[derive(Clone, Debug)]
pub struct RfmScorer {
    pub(super) plan: Arc<RfmPlan>,
    pub(super) axis: Option<RfmAxis>,
}

#[derive(Debug)]
pub(super) struct RfmPlan {
    pub(super) source: Source,
    /// In the order of [`RfmAxis::ALL`].
    pub(super) cuts: [BinCuts; 3],
    pub(super) weights: [f64; 3],
    pub(super) segments: Option<Segments>,
}

/// All that RFM says of a lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RfmRating<'s> {
    /// Days, purchases and money.
    pub values: RfmValues,
    /// The bins of the three; they display as the cell, `5-4-3`.
    pub bins: RfmBins,
    /// The score; `None` where every axis that counts has one bin only.
    pub score: Option<Score>,
    /// The segment's name, where the spec names segments.
    pub segment: Option<&'s str>,
}

impl RfmPlan {
    pub(super) fn bins(&self, values: &RfmValues) -> RfmBins {
        let [recency, frequency, monetary] = &self.cuts;
        RfmBins {
            recency: recency.bin(values.axis(RfmAxis::Recency)),
            frequency: frequency.bin(values.axis(RfmAxis::Frequency)),
            monetary: monetary.bin(values.axis(RfmAxis::Monetary)),
        }
    }

    fn cuts(&self, axis: RfmAxis) -> &BinCuts {
        let [recency, frequency, monetary] = &self.cuts;
        match axis {
            RfmAxis::Recency => recency,
            RfmAxis::Frequency => frequency,
            RfmAxis::Monetary => monetary,
        }
    }

    /// Where a bin stands from 0 to 100; `None` on an axis of one bin.
    #[inline]
    pub(super) fn place(&self, axis: RfmAxis, bins: RfmBins) -> Option<f64> {
        let count = self.cuts(axis).count();
        (count > 1).then(|| scale(f64::from(bins.axis(axis)), 1.0, f64::from(count)))
    }
}

impl RfmScorer {
    /// This scorer of one axis alone, for a dimension of its own.
    #[must_use]
    pub fn axis(&self, axis: RfmAxis) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
            axis: Some(axis),
        }
    }

    /// How one axis is binned.
    #[must_use]
    pub fn cuts(&self, axis: RfmAxis) -> &BinCuts {
        self.plan.cuts(axis)
    }

    /// Days, purchases and money of a lead; `None` without purchases.
    #[must_use]
    pub fn values(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<RfmValues> {
        self.plan.source.values(lead, as_of.moment())
    }

    /// The bins of such values, by the cut points.
    #[must_use]
    pub fn bins(&self, values: &RfmValues) -> RfmBins {
        self.plan.bins(values)
    }

    /// The score of a cell, 0 to 100; `None` where every axis that counts has one bin only.
    #[must_use]
    pub fn cell_score(&self, bins: RfmBins) -> Option<Score> {
        let value = match self.axis {
            Some(axis) => self.plan.place(axis, bins),
            None => weighted_mean(
                &self.plan.weights,
                WhenMissing::Skip,
                RfmAxis::ALL
                    .into_iter()
                    .map(|axis| self.plan.place(axis, bins)),
            ),
        };
        value.and_then(Score::saturating)
    }

    /// The segment of a cell; `None` where the spec names no segments.
    #[must_use]
    pub fn segment(&self, bins: RfmBins) -> Option<&str> {
        let segment = self.plan.segments.as_ref()?.of(bins)?;
        Some(segment)
    }

    /// The names of all segments, each once, in the order of the table.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        let segments = self.plan.segments.as_ref();
        segments.map(Segments::names).unwrap_or_default()
    }

    /// All that RFM says of a lead; `None` without purchases.
    #[must_use]
    pub fn rate(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<RfmRating<'_>> {
        let values = self.values(lead, as_of)?;
        Some(self.rating(values, self.bins(&values)))
    }

    pub(super) fn rating(&self, values: RfmValues, bins: RfmBins) -> RfmRating<'_> {
        RfmRating {
            values,
            bins,
            score: self.cell_score(bins),
            segment: self.segment(bins),
        }
    }

    pub(super) fn explain_axis(&self, axis: RfmAxis, values: &RfmValues) -> Explanation {
        let (label, bin, unit) = match axis {
            RfmAxis::Recency => ("days since the last", "bin of recency", Unit::Days),
            RfmAxis::Frequency => ("how many", "bin of frequency", Unit::Count),
            RfmAxis::Monetary => (
                "what they were worth",
                "bin of monetary value",
                Unit::Amount,
            ),
        };
        let cuts = self.plan.cuts(axis);
        let raw = Explanation::given(label, unit, values.axis(axis));
        let bin = Explanation::node(bin, Unit::Bin, Formula::Bin(cuts.clone()), vec![raw]);
        if cuts.count() > 1 {
            let formula = Formula::Scale {
                zero: 1.0,
                hundred: f64::from(cuts.count()),
            };
            Explanation::node(axis.name(), Unit::Score, formula, vec![bin])
        } else {
            let why = Explanation::unknown("all leads are in one bin", Unit::Score);
            Explanation::unknown(axis.name(), Unit::Score)
                .with_notes(vec![bin, why.role(Role::Abstains)])
        }
    }

    pub(crate) fn reads_activities(&self) -> bool {
        self.plan.source.kinds.is_some()
    }

    pub(crate) fn assess_case<V: LeadView + ?Sized>(&self, case: &Case<'_, V>) -> Assessment {
        self.assess_values(self.plan.source.of_case(case))
    }

    pub(crate) fn explain_case<V: LeadView + ?Sized>(&self, case: &Case<'_, V>) -> Explanation {
        self.explain_values(self.plan.source.of_case(case))
    }

    fn assess_values(&self, values: Option<RfmValues>) -> Assessment {
        let Some(values) = values else {
            return Assessment::default();
        };
        let bins = self.bins(&values);
        Assessment {
            score: self.cell_score(bins),
            raw: match self.axis {
                Some(axis) => Some(values.axis(axis)),
                None => bins.number().map(f64::from),
            },
        }
    }

    fn explain_values(&self, values: Option<RfmValues>) -> Explanation {
        let label = self.axis.map_or("rfm", RfmAxis::name);
        let Some(values) = values else {
            let why = Explanation::unknown(self.plan.source.nothing(), Unit::Score);
            return Explanation::unknown(label, Unit::Score)
                .with_notes(vec![why.role(Role::Abstains)]);
        };
        if let Some(axis) = self.axis {
            return self.explain_axis(axis, &values);
        }
        let bins = self.bins(&values);
        let label = match self.segment(bins) {
            Some(segment) => format!("rfm {bins}, {segment}"),
            None => format!("rfm {bins}"),
        };
        let formula = Formula::WeightedMean {
            weights: self.plan.weights.into(),
            missing: WhenMissing::Skip,
        };
        let axes = RfmAxis::ALL.into_iter().zip(self.plan.weights);
        let axes = axes.map(|(axis, weight)| {
            let told = self.explain_axis(axis, &values);
            if weight > 0.0 {
                told
            } else {
                told.labelled(format!("{}, weight 0", axis.name()))
            }
        });
        Explanation::node(label, Unit::Score, formula, axes.collect())
    }
}

impl Scorer for RfmScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        let values = self.values(lead, as_of)?;
        self.cell_score(self.bins(&values))
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        self.assess_values(self.values(lead, as_of))
    }

    fn unit(&self) -> Unit {
        match self.axis {
            None => Unit::Cell,
            Some(RfmAxis::Recency) => Unit::Days,
            Some(RfmAxis::Frequency) => Unit::Count,
            Some(RfmAxis::Monetary) => Unit::Amount,
        }
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        let label = self.axis.map_or("rfm", RfmAxis::name);
        if lead.schema() != self.plan.source.schema {
            return other_schema(label);
        }
        self.explain_values(self.values(lead, as_of))
    }

    fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        self.change(lead, a, b)
    }

    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        Ok(self.plan.source.edge(lead, from, until))
    }
}
