use super::{Judged, ScoreMeaning};
use crate::evaluate::evaluation::real;
use crate::evaluate::{
    CutTies, Evaluation, GainsTable, Metrics, ProbabilityEvaluation, ReliabilityBins,
    ReliabilityTable,
};
use crate::lead::{
    Answer, AttributeSlot, Fact, Frozen, LeadView, Moment, QuestionSlot, Schema, Value,
};
use crate::model::BandSpec;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a scorer would have done: made by [`BackTestSpec`](crate::BackTestSpec).
///
/// A lead counts once for every moment at which it was there, so that several moments are not as many independent
/// leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTest {
    /// Metrics of all moments together; `None` where no lead was scored. Where scores are probabilities in per cent,
    /// those of probabilities too, and the score at which KS is reached is a probability.
    pub metrics: Option<Metrics>,
    /// Each moment by itself.
    pub moments: Vec<BackTestMoment>,
    /// What converted in each band, the leads below the lowest first.
    pub bands: Vec<BackTestBand>,
    /// The best leads first, by tenths, equal scores in proportion; `None` where all leads converted, or none.
    pub gains: Option<GainsTable>,
    /// Probabilities beside what came of them, in ten bins of about equal counts, where scores are probabilities.
    pub reliability: Option<ReliabilityTable>,
    /// Leads of which the scorer said too little is known.
    pub abstained: UnscoredLeads,
    /// Leads that the scorer disqualified.
    pub disqualified: UnscoredLeads,
    /// What was left out.
    pub left_out: LeftOutLeads,
    /// Possible leaks: attributes without a time since when they have been known, taken as they are now.
    pub undated_attributes: Vec<UndatedFact>,
    /// The same of answers.
    pub undated_answers: Vec<UndatedFact>,
}

/// One moment of a [`BackTest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTestMoment {
    /// The moment.
    pub as_of: Moment,
    /// Its metrics; `None` where no lead was scored.
    pub metrics: Option<Metrics>,
}

/// One band of a [`BackTest`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackTestBand {
    /// Its label; `None` below the lowest.
    pub label: Option<String>,
    /// The score from which it holds.
    pub at_least: Option<f64>,
    /// How many leads were in it.
    pub leads: usize,
    /// How many of them converted.
    pub converted: usize,
    /// Their share, 0 to 1; `None` of no leads.
    pub conversion_rate: Option<f64>,
    /// That share over that of all scored leads; `None` of no leads, or where nothing converted.
    pub lift: Option<f64>,
}

/// Leads that have no score to rank by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnscoredLeads {
    /// How many.
    pub leads: usize,
    /// How many of them converted all the same.
    pub converted: usize,
}

/// How many leads at how many moments were left out, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOutLeads {
    /// They had converted at the moment or before.
    pub converted_before: usize,
    /// They were created after it.
    pub not_created: usize,
    /// The horizon was not over when observation ended.
    pub not_over: usize,
}

/// A fact of which it is not known since when it has been known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndatedFact {
    /// The attribute or question.
    pub name: String,
    /// Of how many leads at how many moments it was taken as it is now.
    pub values: usize,
}

/// What is gathered over the moments.
pub(in crate::evaluate) struct Gathered<'s> {
    schema: &'s Schema,
    meaning: ScoreMeaning,
    pub(in crate::evaluate) left_out: LeftOutLeads,
    pub(in crate::evaluate) abstained: UnscoredLeads,
    pub(in crate::evaluate) disqualified: UnscoredLeads,
    pub(in crate::evaluate) scores: Vec<f64>,
    pub(in crate::evaluate) converted: Vec<bool>,
    moments: Vec<BackTestMoment>,
    attributes: Vec<usize>,
    answers: Vec<usize>,
}

impl<'s> Gathered<'s> {
    pub(in crate::evaluate) fn new(schema: &'s Schema, meaning: ScoreMeaning) -> Self {
        Self {
            schema,
            meaning,
            left_out: LeftOutLeads::default(),
            abstained: UnscoredLeads::default(),
            disqualified: UnscoredLeads::default(),
            scores: Vec::new(),
            converted: Vec::new(),
            moments: Vec::new(),
            attributes: vec![0; schema.attributes().len()],
            answers: vec![0; schema.questions().len()],
        }
    }

    /// Counts the facts of a lead that may have come to be known only later.
    fn look_for_leaks<L: LeadView + ?Sized>(&mut self, lead: &L) {
        if lead.schema() != self.schema.id() {
            return;
        }
        let undated = |fact| lead.known_since(fact).is_none();
        for (slot, count) in (0..).zip(&mut self.attributes) {
            let slot = AttributeSlot::new(slot);
            let known = !matches!(lead.attribute(slot), Value::Missing);
            if known && undated(Fact::Attribute(slot)) {
                *count += 1;
            }
        }
        for (slot, count) in (0..).zip(&mut self.answers) {
            let slot = QuestionSlot::new(slot);
            let known = !matches!(lead.answer(slot), Answer::Unknown);
            if known && undated(Fact::Answer(slot)) {
                *count += 1;
            }
        }
    }

    /// The leads that were there at a moment, as they were known then, and whether each converted by the end.
    pub(in crate::evaluate) fn there<'l, L: LeadView>(
        &mut self,
        leads: &'l [L],
        converted_at: &[Option<Moment>],
        moment: Moment,
        end: Moment,
    ) -> (Vec<Frozen<'l, L>>, Vec<bool>) {
        let mut there = Vec::new();
        let mut outcomes = Vec::new();
        for (lead, converted_at) in leads.iter().zip(converted_at) {
            if converted_at.is_some_and(|at| at <= moment) {
                self.left_out.converted_before += 1;
            } else if lead.created_at().is_some_and(|at| at > moment) {
                self.left_out.not_created += 1;
            } else {
                self.look_for_leaks(lead);
                there.push(Frozen::new(lead, moment));
                outcomes.push(converted_at.is_some_and(|at| at <= end));
            }
        }
        (there, outcomes)
    }

    /// Takes what was said of the leads that were there, and what came of them.
    pub(in crate::evaluate) fn add(&mut self, judged: &[Judged], outcomes: &[bool]) {
        for (judged, &converted) in judged.iter().zip(outcomes) {
            let unscored = match judged.score {
                _ if judged.disqualified => &mut self.disqualified,
                None => &mut self.abstained,
                Some(score) => {
                    self.scores.push(score);
                    self.converted.push(converted);
                    continue;
                }
            };
            unscored.leads += 1;
            unscored.converted += usize::from(converted);
        }
    }

    /// Takes what was said at a moment of the leads that were there, and what came of them.
    pub(super) fn take(&mut self, as_of: Moment, judged: &[Judged], outcomes: &[bool]) {
        let before = self.scores.len();
        self.add(judged, outcomes);
        let scores = self.scores.get(before..).unwrap_or_default();
        let converted = self.converted.get(before..).unwrap_or_default();
        self.moments.push(BackTestMoment {
            as_of,
            metrics: evaluated(self.meaning, scores, converted).map(|found| found.metrics),
        });
    }

    /// The attributes and the answers that may have come to be known only later.
    pub(in crate::evaluate) fn undated(&self) -> (Vec<UndatedFact>, Vec<UndatedFact>) {
        let undated = |names: &mut dyn Iterator<Item = &str>, counts: &[usize]| {
            let facts = names.zip(counts).filter(|(_, values)| **values > 0);
            facts
                .map(|(name, &values)| UndatedFact {
                    name: name.to_owned(),
                    values,
                })
                .collect()
        };
        let mut attributes = self.schema.attributes().map(|(name, _)| name);
        (
            undated(&mut attributes, &self.attributes),
            undated(&mut self.schema.questions(), &self.answers),
        )
    }

    pub(super) fn report(self, bands: &[BandSpec]) -> BackTest {
        let evaluated = evaluated(self.meaning, &self.scores, &self.converted);
        let (undated_attributes, undated_answers) = self.undated();
        let (metrics, gains, reliability) = match evaluated {
            Some(found) => (Some(found.metrics), found.gains, found.reliability),
            None => (None, None, None),
        };
        BackTest {
            metrics,
            moments: self.moments,
            bands: in_bands(bands, &self.scores, &self.converted),
            gains,
            reliability,
            abstained: self.abstained,
            disqualified: self.disqualified,
            left_out: self.left_out,
            undated_attributes,
            undated_answers,
        }
    }
}

/// What is said of scores with their outcomes.
struct Evaluated {
    metrics: Metrics,
    gains: Option<GainsTable>,
    reliability: Option<ReliabilityTable>,
}

/// What is said of scores with their outcomes; `None` where there are none.
fn evaluated(meaning: ScoreMeaning, scores: &[f64], converted: &[bool]) -> Option<Evaluated> {
    let gains = |evaluation: &Evaluation| evaluation.gains_table(10, CutTies::InProportion).ok();
    Some(match meaning {
        ScoreMeaning::Order => {
            let evaluation = Evaluation::new(scores, converted).ok()?;
            Evaluated {
                metrics: evaluation.metrics(),
                gains: gains(&evaluation),
                reliability: None,
            }
        }
        ScoreMeaning::Percent => {
            let shares: Vec<f64> = scores.iter().map(|score| score / 100.0).collect();
            let evaluation = ProbabilityEvaluation::new(&shares, converted).ok()?;
            Evaluated {
                metrics: evaluation.metrics(),
                gains: gains(evaluation.ranking()),
                reliability: evaluation.reliability(ReliabilityBins::EqualCount(10)).ok(),
            }
        }
    })
}

/// What converted in each band, that below the lowest first; nothing where there are no bands.
fn in_bands(bands: &[BandSpec], scores: &[f64], converted: &[bool]) -> Vec<BackTestBand> {
    if bands.is_empty() {
        return Vec::new();
    }
    let mut counts = vec![(0_usize, 0_usize); bands.len() + 1];
    for (&score, &converted) in scores.iter().zip(converted) {
        let place = bands.partition_point(|band| band.at_least <= score);
        if let Some((leads, found)) = counts.get_mut(place) {
            *leads += 1;
            *found += usize::from(converted);
        }
    }
    let all = converted.iter().filter(|&&converted| converted).count();
    let base_rate = real(all) / real(scores.len().max(1));
    let names = std::iter::once(None).chain(bands.iter().map(Some));
    let bands = names.zip(counts).map(|(band, (leads, converted))| {
        let conversion_rate = (leads > 0).then(|| real(converted) / real(leads));
        BackTestBand {
            label: band.map(|band| band.label.clone()),
            at_least: band.map(|band| band.at_least),
            leads,
            converted,
            conversion_rate,
            lift: conversion_rate
                .filter(|_| base_rate > 0.0)
                .map(|rate| rate / base_rate),
        }
    });
    bands.collect()
}

impl fmt::Display for BackTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.metrics {
            Some(metrics) => write!(f, "{metrics}")?,
            None => f.write_str("no lead was scored")?,
        }
        if !self.bands.is_empty() {
            f.write_str("\nband                    from    leads  converted    rate    lift")?;
        }
        let number = |number: Option<f64>, digits| {
            number.map_or("-".to_owned(), |number| format!("{number:.digits$}"))
        };
        for band in &self.bands {
            let rate = band.conversion_rate.map(|rate| 100.0 * rate);
            write!(
                f,
                "\n{:<20} {:>7} {:>8} {:>10} {:>6}% {:>7}",
                band.label.as_deref().unwrap_or("below"),
                number(band.at_least, 1),
                band.leads,
                band.converted,
                number(rate, 2),
                number(band.lift, 3)
            )?;
        }
        for (what, unscored) in [
            ("abstained", self.abstained),
            ("disqualified", self.disqualified),
        ] {
            if unscored.leads > 0 {
                let (leads, converted) = (unscored.leads, unscored.converted);
                write!(f, "\n{what}: {leads} leads, of which {converted} converted")?;
            }
        }
        let left_out = self.left_out;
        write!(
            f,
            "\nleft out: {} converted before, {} not there yet, {} whose horizon was not over",
            left_out.converted_before, left_out.not_created, left_out.not_over
        )?;
        for (what, facts) in [
            ("attributes", &self.undated_attributes),
            ("answers", &self.undated_answers),
        ] {
            if !facts.is_empty() {
                let all: Vec<String> = facts
                    .iter()
                    .map(|fact| format!("`{}` ({})", fact.name, fact.values))
                    .collect();
                write!(
                    f,
                    "\npossible leak, {what} taken as they are now: {}",
                    all.join(", ")
                )?;
            }
        }
        Ok(())
    }
}
