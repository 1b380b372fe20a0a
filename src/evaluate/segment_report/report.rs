use super::sums::{ScoreColumns, Sums};
use super::{CriterionReport, Grouping, NegativeRule, SegmentReportSpec};
use crate::evaluate::ConversionRate;
use crate::evaluate::bins::{Binning, Sample};
use crate::evaluate::drift::BandOutcome;
use crate::evaluate::lead_weights::{self, shown};
use crate::evaluate::population::{Counted, Population};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Conversion by segment, criterion and negative rule: where the scoring is wrong. `Display` prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentReport {
    /// The dimension whose score is judged, or `composite`.
    pub judged: String,
    /// All leads.
    pub all: SegmentRow,
    /// The segments: cut by cut in the order of the spec, then of the groupings; within a cut by name.
    pub segments: Vec<SegmentRow>,
    /// Each attribute of the schema: how often it is known, and what its values say of converting.
    pub criteria: Vec<CriterionReport>,
    /// Each rule that took points from a lead, and each reason that disqualified one.
    pub negative_rules: Vec<NegativeRule>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRow {
    /// What it is cut by.
    pub by: String,
    /// Its name.
    pub segment: String,
    /// Its leads, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub leads: f64,
    /// Conversion rate of those whose outcome is known; `None` where there are none.
    pub conversion: Option<ConversionRate>,
    /// Its conversion rate over that of all leads; `None` where one of them is not known or nobody converted.
    pub lift: Option<f64>,
    /// The conversion rate to be expected by its leads' scores, 0 to 1: that of all leads in the same tenths of
    /// scores. `None` where no outcome is known.
    pub expected_rate: Option<f64>,
    /// Mean scores of the dimensions, and of the composite where there is one.
    pub means: Vec<MeanScore>,
    /// Whether its scores are right.
    pub judgement: SegmentJudgement,
}

/// A mean score of the leads of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanScore {
    /// The dimension, or `composite`; `score` of stored scores.
    pub dimension: Arc<str>,
    /// The mean of the leads that have a score, each as often as its weight says; `None` where none has.
    pub mean: Option<f64>,
    /// The leads that have a score, as a sum of weights.
    #[serde(serialize_with = "lead_weights::serialize_count")]
    pub scored: f64,
}

/// Whether the scores of a segment agree with what its leads did.
///
/// The rule: the conversion rate to be expected is that of all leads with like scores (in the same tenth of scores, or
/// like them without one). A segment whose Wilson interval lies above it converts better than its scores say, one
/// whose interval lies below it worse. A large segment weighs in what is expected of it, so that the rule is careful;
/// at a level of 95 % one of twenty segments is judged so by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentJudgement {
    /// The expected rate lies in the interval.
    Fair,
    /// It converts better than leads with like scores do.
    ScoredTooLow,
    /// It converts worse than leads with like scores do.
    ScoredTooHigh,
    /// It has too few leads with a known outcome to be judged.
    TooFew,
}

impl fmt::Display for SegmentJudgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fair => "fair",
            Self::ScoredTooLow => "scored too low",
            Self::ScoredTooHigh => "scored too high",
            Self::TooFew => "too few",
        })
    }
}

/// What judging segments needs.
pub(super) struct Judging<'a> {
    spec: &'a SegmentReportSpec,
    population: &'a Population<'a>,
    columns: ScoreColumns,
    judged: String,
    /// Conversion rate to be expected of each lead that counts; 0 where nothing is known.
    expected: Vec<f64>,
    base_rate: Option<f64>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        spec: &'a SegmentReportSpec,
        columns: ScoreColumns,
        judged: String,
        population: &'a Population<'a>,
    ) -> Self {
        let place = columns.names.iter().position(|name| *name == judged);
        let scores = place.and_then(|place| columns.scores.get(place));
        let (expected, base_rate) = expected(scores.map_or(&[], Vec::as_slice), population);
        Self {
            spec,
            population,
            columns,
            judged,
            expected,
            base_rate,
        }
    }

    /// The report with all leads, and nothing else yet.
    pub(super) fn all(&self) -> SegmentReport {
        let mut sums = Sums::default();
        for (lead, expected) in self.rows() {
            sums.add(lead, &self.columns, expected);
        }
        SegmentReport {
            judged: self.judged.clone(),
            all: self.row("all", "all", &sums),
            segments: Vec::new(),
            criteria: Vec::new(),
            negative_rules: Vec::new(),
        }
    }

    /// The leads that count, with the conversion rate to be expected of them.
    fn rows(&self) -> impl Iterator<Item = (Counted, f64)> {
        self.population.rows().zip(self.expected.iter().copied())
    }

    /// Adds the segments that the app gives.
    pub(super) fn groupings(&self, groupings: &[Grouping], report: &mut SegmentReport) {
        for grouping in groupings {
            let rows = self.cut(grouping.name(), |row, take| {
                grouping.of(row).for_each(&mut *take);
            });
            report.segments.extend(rows);
        }
    }

    /// The segments of one cut, by name.
    pub(super) fn cut(
        &self,
        by: &str,
        groups: impl Fn(usize, &mut dyn FnMut(&str)),
    ) -> Vec<SegmentRow> {
        let mut all: BTreeMap<String, Sums> = BTreeMap::new();
        for (lead, expected) in self.rows() {
            groups(lead.row, &mut |group| {
                if let Some(sums) = all.get_mut(group) {
                    sums.add(lead, &self.columns, expected);
                } else {
                    let sums = all.entry(group.to_owned()).or_default();
                    sums.add(lead, &self.columns, expected);
                }
            });
        }
        all.iter()
            .map(|(segment, sums)| self.row(by, segment, sums))
            .collect()
    }

    fn row(&self, by: &str, segment: &str, sums: &Sums) -> SegmentRow {
        let known = sums.outcome.leads;
        let conversion = ConversionRate::wilson(sums.outcome.converted, known, self.spec.level);
        let expected_rate = (known > 0.0).then(|| sums.expected / known);
        #[allow(clippy::cast_precision_loss)] // no population has 2^53 leads
        let enough = known >= self.spec.least_leads as f64;
        let judgement = match (conversion, expected_rate) {
            (Some(rate), Some(expected)) if enough => {
                if rate.low > expected {
                    SegmentJudgement::ScoredTooLow
                } else if rate.high < expected {
                    SegmentJudgement::ScoredTooHigh
                } else {
                    SegmentJudgement::Fair
                }
            }
            _ => SegmentJudgement::TooFew,
        };
        let base_rate = self.base_rate.filter(|&rate| rate > 0.0);
        let means = self.columns.names.iter().zip(&sums.scores);
        SegmentRow {
            by: by.to_owned(),
            segment: segment.to_owned(),
            leads: sums.leads,
            lift: conversion.zip(base_rate).map(|(of, all)| of.rate / all),
            conversion,
            expected_rate,
            means: means
                .map(|(name, &(sum, scored))| MeanScore {
                    dimension: name.as_str().into(),
                    mean: (scored > 0.0).then(|| sum / scored),
                    scored,
                })
                .collect(),
            judgement,
        }
    }
}

/// The conversion rate of the tenth of scores that each lead that counts is in, those without a score apart; and that
/// of all.
fn expected(scores: &[f64], population: &Population<'_>) -> (Vec<f64>, Option<f64>) {
    let sample = population.sample(Sample::numbers(scores.to_vec()));
    let bins = sample.bins(&Binning::Quantiles(10), None);
    let band = |row: usize| {
        let score = scores.get(row).copied().unwrap_or(f64::NAN);
        bins.of_number(score).unwrap_or(bins.len())
    };
    let mut bands = vec![BandOutcome::default(); bins.len() + 1];
    for lead in population.rows() {
        if let (Some(converted), Some(count)) = (lead.outcome, bands.get_mut(band(lead.row))) {
            count.add(converted, lead.weight);
        }
    }
    let rate = |row: usize| bands.get(band(row)).and_then(BandOutcome::rate);
    let rates = population.rows().map(|lead| rate(lead.row).unwrap_or(0.0));
    (rates.collect(), population.outcome().rate())
}

impl SegmentReport {
    /// The segment of that name in a cut.
    #[must_use]
    pub fn segment(&self, by: &str, segment: &str) -> Option<&SegmentRow> {
        let mut rows = self.segments.iter();
        rows.find(|row| row.by == by && row.segment == segment)
    }

    /// The segments whose scores are wrong, those with the most leads first.
    #[must_use]
    pub fn misjudged(&self) -> Vec<&SegmentRow> {
        let wrong = |row: &&SegmentRow| {
            matches!(
                row.judgement,
                SegmentJudgement::ScoredTooLow | SegmentJudgement::ScoredTooHigh
            )
        };
        let mut rows: Vec<&SegmentRow> = self.segments.iter().filter(wrong).collect();
        rows.sort_by(|one, other| other.leads.total_cmp(&one.leads));
        rows
    }

    /// What is known of an attribute.
    #[must_use]
    pub fn criterion(&self, attribute: &str) -> Option<&CriterionReport> {
        let mut criteria = self.criteria.iter();
        criteria.find(|criterion| criterion.attribute == attribute)
    }
}

impl SegmentRow {
    /// The mean score of a named dimension, or of `composite`.
    #[must_use]
    pub fn mean(&self, dimension: &str) -> Option<f64> {
        let mut means = self.means.iter();
        means.find(|mean| &*mean.dimension == dimension)?.mean
    }
}

impl fmt::Display for SegmentReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |row: &SegmentRow| format!("{} {}", row.by, row.segment);
        let rows = || std::iter::once(&self.all).chain(&self.segments);
        let width = rows().map(|row| name(row).chars().count()).max();
        let width = width.unwrap_or(0).max("Segment".len());
        let mean_title = format!("mean {}", self.judged);
        let mean_width = mean_title.chars().count();
        write!(
            f,
            "{:<width$}  {:>8}  {mean_title}  {:<22}  {:>8}  {:>5}  scores",
            "Segment", "leads", "converted", "expected", "lift"
        )?;
        for row in rows() {
            let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            write!(
                f,
                "\n{:<width$}  {:>8}  {:>mean_width$}  {:<22}  {:>8}  {:>5}  {}",
                name(row),
                shown(row.leads),
                or_none(row.mean(&self.judged).map(|mean| format!("{mean:.1}"))),
                or_none(row.conversion.map(|rate| rate.to_string())),
                or_none(
                    row.expected_rate
                        .map(|rate| format!("{:.1} %", 100.0 * rate))
                ),
                or_none(row.lift.map(|lift| format!("{lift:.2}"))),
                row.judgement
            )?;
        }
        if !self.criteria.is_empty() {
            f.write_str("\n")?;
            for criterion in &self.criteria {
                write!(f, "\n{criterion}")?;
            }
        }
        if !self.negative_rules.is_empty() {
            f.write_str("\n")?;
            for rule in &self.negative_rules {
                write!(f, "\n{rule}")?;
            }
        }
        Ok(())
    }
}
