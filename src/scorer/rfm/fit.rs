use super::binning::{BinCuts, both, learn, population};
use super::rfm_scorer::{RfmRating, RfmScorer};
use super::spec::{RfmAxis, RfmCuts, RfmSpec};
use super::values::{RfmBins, RfmValues, Source};
use crate::lead::{LeadView, Schema};
use crate::model::{Problems, SpecError};
use crate::score::AsOf;
use crate::scorer::history::HistorySpec;
#[cfg(feature = "parallel")]
use rayon::prelude::*;
use serde::Serialize;

/// Leads read at a time by one thread.
#[cfg(feature = "parallel")]
const BLOCK: usize = 4096;

/// RFM learned from a population.
#[derive(Clone, Debug)]
pub struct RfmFit {
    spec: RfmSpec,
    scorer: RfmScorer,
    report: RfmReport,
    /// For each lead of the population; frequency 0 where it has no purchases.
    rows: Vec<(RfmValues, RfmBins)>,
}

/// What became of a population.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RfmReport {
    /// Leads that have purchases.
    pub leads: usize,
    /// Leads without, which took no part.
    pub without: usize,
    /// Recency.
    pub recency: RfmAxisReport,
    /// Frequency.
    pub frequency: RfmAxisReport,
    /// Monetary value.
    pub monetary: RfmAxisReport,
}

/// How the values of one axis were spread over its bins.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RfmAxisReport {
    /// How many bins were asked for.
    pub asked: u16,
    /// How many bins hold at least one lead: fewer than asked for where many values are equal.
    pub formed: u16,
    /// How many leads each bin holds, the lowest bin first. Under the rule `value` as many as were formed.
    pub counts: Vec<usize>,
}

impl RfmReport {
    /// That of one axis.
    #[must_use]
    pub fn axis(&self, axis: RfmAxis) -> &RfmAxisReport {
        match axis {
            RfmAxis::Recency => &self.recency,
            RfmAxis::Frequency => &self.frequency,
            RfmAxis::Monetary => &self.monetary,
        }
    }
}

impl RfmSpec {
    /// Learns the cut points from a population as of a moment, on all cores (feature `parallel`, on by default).
    ///
    /// Leads without purchases, or of another schema, take no part. Cut points that the spec has are replaced. The
    /// same population in the same order gives the same fit, however many threads there are.
    ///
    /// # Errors
    /// As [`build`](RfmSpec::build), cut points left aside, and a population in which no lead has a purchase.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AsOf, BinRule, Lead, RfmSegmentsSpec, RfmSpec, SchemaSpec};
    ///
    /// let schema = SchemaSpec::new().build()?;
    /// let leads: Vec<Lead> = (1..=10)
    ///     .map(|i| {
    ///         let at = format!("2026-01-{:02}", 2 * i).parse()?;
    ///         Ok(Lead::builder(&schema, format!("a{i}")).purchase(at, f64::from(10 * i)).build()?)
    ///     })
    ///     .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    /// let as_of: AsOf = "2026-02-01".parse()?;
    ///
    /// let fit = RfmSpec::new().segments(RfmSegmentsSpec::usual()).fit(&schema, &leads, as_of)?;
    /// let last = fit.rating(9).ok_or("no purchases")?;
    /// assert_eq!(last.bins.to_string(), "5-1-5");
    /// assert_eq!(last.segment, Some("New Customers"));
    /// // Everybody bought once: one bin of frequency was formed.
    /// assert_eq!(fit.report().frequency.formed, 1);
    ///
    /// // The fit as data, for a model file.
    /// let again = fit.spec().build(&schema)?;
    /// assert_eq!(again.rate(&leads[9], as_of), Some(last));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fit<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        leads: &[L],
        as_of: AsOf,
    ) -> Result<RfmFit, SpecError> {
        self.fit_with(schema, &HistorySpec::new(), leads, as_of)
    }

    /// As [`fit`](RfmSpec::fit), with a say in which activities count and how time passes.
    ///
    /// # Errors
    /// As [`fit`](RfmSpec::fit), and problems of `history` under that name.
    pub fn fit_with<L: LeadView + Sync>(
        &self,
        schema: &Schema,
        history: &HistorySpec,
        leads: &[L],
        as_of: AsOf,
    ) -> Result<RfmFit, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let source = self.resolve_source(schema, &history, "rfm", &mut problems);
        self.resolve_segments("rfm", &mut problems);
        problems.into_result(())?;

        let values = read(&source, leads, as_of);
        let axis = |axis| Learned::new(self, axis, &values);
        let (recency, (frequency, monetary)) = both(
            || axis(RfmAxis::Recency),
            || both(|| axis(RfmAxis::Frequency), || axis(RfmAxis::Monetary)),
        );
        let with = recency.bins.len();
        if with == 0 {
            let mut problems = Problems::default();
            problems.push(
                "",
                format!("{} as of {as_of} in the population", source.nothing()),
            );
            problems.into_result(())?;
        }
        let spec = RfmSpec {
            cuts: Some(RfmCuts {
                recency: recency.cuts,
                frequency: frequency.cuts,
                monetary: monetary.cuts,
            }),
            ..self.clone()
        };
        let mut problems = Problems::default();
        let scorer = RfmScorer::resolve(&spec, schema, &history, "rfm", &mut problems);
        let scorer = problems.into_result(scorer)?;
        let cells = recency.bins.iter().zip(&frequency.bins).zip(&monetary.bins);
        let mut cells = cells.map(|((&recency, &frequency), &monetary)| RfmBins {
            recency,
            frequency,
            monetary,
        });
        let rows: Vec<_> = values
            .into_iter()
            .map(|values| {
                let known = values.frequency > 0;
                let bins = if known { cells.next() } else { None };
                (values, bins.unwrap_or_default())
            })
            .collect();
        Ok(RfmFit {
            report: RfmReport {
                leads: with,
                without: rows.len() - with,
                recency: recency.report,
                frequency: frequency.report,
                monetary: monetary.report,
            },
            spec,
            scorer,
            rows,
        })
    }
}

impl RfmFit {
    /// The spec with the cut points that were learned.
    #[must_use]
    pub fn spec(&self) -> &RfmSpec {
        &self.spec
    }

    /// The scorer.
    #[must_use]
    pub fn scorer(&self) -> &RfmScorer {
        &self.scorer
    }

    /// How the population was spread over the bins.
    #[must_use]
    pub fn report(&self) -> &RfmReport {
        &self.report
    }

    /// All that RFM says of a lead of the population, by its place there; `None` without purchases.
    ///
    /// Under the rule `rank` these bins can differ from those that the scorer gives: equal values are split here, by
    /// the order of the population. Under all other rules they are the same.
    #[must_use]
    pub fn rating(&self, place: usize) -> Option<RfmRating<'_>> {
        self.rows.get(place).and_then(|row| self.rated(row))
    }

    /// All ratings, in the order of the population.
    #[must_use]
    pub fn ratings(&self) -> impl ExactSizeIterator<Item = Option<RfmRating<'_>>> {
        self.rows.iter().map(|row| self.rated(row))
    }

    fn rated(&self, (values, bins): &(RfmValues, RfmBins)) -> Option<RfmRating<'_>> {
        (values.frequency > 0).then(|| self.scorer.rating(*values, *bins))
    }
}

/// The raw values of all leads; frequency 0 where there are none.
fn read<L: LeadView + Sync>(source: &Source, leads: &[L], as_of: AsOf) -> Vec<RfmValues> {
    let as_of = as_of.moment();
    let one = |lead: &L| source.values(lead, as_of).unwrap_or_default();
    #[cfg(feature = "parallel")]
    {
        leads.par_iter().with_min_len(BLOCK).map(one).collect()
    }
    #[cfg(not(feature = "parallel"))]
    {
        leads.iter().map(one).collect()
    }
}

/// One axis, learned.
struct Learned {
    cuts: Vec<f64>,
    /// Of the leads that have purchases.
    bins: Vec<u16>,
    report: RfmAxisReport,
}

impl Learned {
    fn new(spec: &RfmSpec, axis: RfmAxis, all: &[RfmValues]) -> Self {
        let known = all.iter().filter(|values| values.frequency > 0);
        let values: Vec<f64> = known.map(|values| values.axis(axis)).collect();
        let cuts = learn(&values, spec.rule, spec.bins);
        let fitted = BinCuts::new(&cuts, spec.rule, axis == RfmAxis::Recency);
        let mut counts = vec![0; usize::from(fitted.count())];
        let mut bins = Vec::with_capacity(values.len());
        population(&values, spec.rule, &fitted, |bin| {
            if let Some(count) = counts.get_mut(usize::from(bin).saturating_sub(1)) {
                *count += 1;
            }
            bins.push(bin);
        });
        let formed = counts.iter().filter(|&&count| count > 0).count();
        Self {
            cuts,
            bins,
            report: RfmAxisReport {
                asked: spec.bins,
                formed: u16::try_from(formed).unwrap_or(u16::MAX),
                counts,
            },
        }
    }
}
