use super::{
    BackTest, BackTestBand, BackTestMoment, Judged, LeftOutLeads, Past, ScoreMeaning, There,
    UndatedFact, UnscoredLeads,
};
use crate::evaluate::lead_weights::each_weight;
use crate::evaluate::{
    BandOutcome, CutTies, Evaluation, GainsTable, Metrics, ProbabilityEvaluation, ReliabilityBins,
    ReliabilityTable,
};
use crate::lead::{
    Answer, AttributeSlot, Fact, Frozen, LeadView, Moment, QuestionSlot, Schema, Value,
};
use crate::model::BandSpec;

/// What is gathered over the moments.
pub(in crate::evaluate) struct Gathered<'s> {
    schema: &'s Schema,
    meaning: ScoreMeaning,
    pub(in crate::evaluate) left_out: LeftOutLeads,
    pub(in crate::evaluate) abstained: UnscoredLeads,
    pub(in crate::evaluate) disqualified: UnscoredLeads,
    pub(in crate::evaluate) scores: Vec<f64>,
    pub(in crate::evaluate) converted: Vec<bool>,
    /// One for each score, where leads have weights.
    pub(in crate::evaluate) weights: Option<Vec<f64>>,
    moments: Vec<BackTestMoment>,
    attributes: Vec<f64>,
    answers: Vec<f64>,
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
            weights: None,
            moments: Vec::new(),
            attributes: vec![0.0; schema.attributes().len()],
            answers: vec![0.0; schema.questions().len()],
        }
    }

    /// Counts the facts of a lead that may have come to be known only later.
    fn look_for_leaks<L: LeadView + ?Sized>(&mut self, lead: &L, weight: f64) {
        if lead.schema() != self.schema.id() {
            return;
        }
        let undated = |fact| lead.known_since(fact).is_none();
        for (slot, count) in (0..).zip(&mut self.attributes) {
            let slot = AttributeSlot::new(slot);
            let known = !matches!(lead.attribute(slot), Value::Missing);
            if known && undated(Fact::Attribute(slot)) {
                *count += weight;
            }
        }
        for (slot, count) in (0..).zip(&mut self.answers) {
            let slot = QuestionSlot::new(slot);
            let known = !matches!(lead.answer(slot), Answer::Unknown);
            if known && undated(Fact::Answer(slot)) {
                *count += weight;
            }
        }
    }

    /// The leads that were there at a moment, as they were known then, and whether each converted by the end.
    pub(in crate::evaluate) fn there<'l, L: LeadView>(
        &mut self,
        past: &Past<'l, L>,
        moment: Moment,
        end: Moment,
    ) -> There<'l, L> {
        let mut there = past.nobody();
        for (lead, converted_at, weight) in past.rows() {
            if converted_at.is_some_and(|at| at <= moment) {
                self.left_out.converted_before += weight;
            } else if lead.created_at().is_some_and(|at| at > moment) {
                self.left_out.not_created += weight;
            } else {
                self.look_for_leaks(lead, weight);
                let converted = converted_at.is_some_and(|at| at <= end);
                there.push(Frozen::new(lead, moment), converted, weight);
            }
        }
        there
    }

    /// Takes what was said of the leads that were there, and what came of them.
    pub(in crate::evaluate) fn add<L>(&mut self, judged: &[Judged], there: &There<'_, L>) {
        let weights = there.weights.as_deref();
        if weights.is_some() {
            self.weights.get_or_insert_default();
        }
        let outcomes = there.converted.iter().zip(each_weight(weights));
        for (judged, (&converted, weight)) in judged.iter().zip(outcomes) {
            let unscored = match judged.score {
                _ if judged.disqualified => &mut self.disqualified,
                None => &mut self.abstained,
                Some(score) => {
                    self.scores.push(score);
                    self.converted.push(converted);
                    if let Some(weights) = &mut self.weights {
                        weights.push(weight);
                    }
                    continue;
                }
            };
            unscored.leads += weight;
            unscored.converted += if converted { weight } else { 0.0 };
        }
    }

    /// Takes what was said at a moment of the leads that were there, and what came of them.
    pub(super) fn take<L>(&mut self, as_of: Moment, judged: &[Judged], there: &There<'_, L>) {
        let before = self.scores.len();
        self.add(judged, there);
        let found = self.evaluated(before);
        self.moments.push(BackTestMoment {
            as_of,
            metrics: found.map(|found| found.metrics),
        });
    }

    /// What is said of the scores from that one on; `None` where there are none.
    fn evaluated(&self, from: usize) -> Option<Evaluated> {
        let scores = self.scores.get(from..)?;
        let converted = self.converted.get(from..)?;
        let weights = match &self.weights {
            Some(weights) => Some(weights.get(from..)?),
            None => None,
        };
        let gains =
            |evaluation: &Evaluation| evaluation.gains_table(10, CutTies::InProportion).ok();
        Some(match self.meaning {
            ScoreMeaning::Order => {
                let evaluation = Evaluation::checked("scores", scores, converted, weights).ok()?;
                Evaluated {
                    metrics: evaluation.metrics(),
                    gains: gains(&evaluation),
                    reliability: None,
                }
            }
            ScoreMeaning::Percent => {
                let shares: Vec<f64> = scores.iter().map(|score| score / 100.0).collect();
                let evaluation =
                    ProbabilityEvaluation::checked(&shares, converted, weights).ok()?;
                Evaluated {
                    metrics: evaluation.metrics(),
                    gains: gains(evaluation.ranking()),
                    reliability: evaluation.reliability(ReliabilityBins::EqualCount(10)).ok(),
                }
            }
        })
    }

    /// What converted in each band, that below the lowest first; nothing where there are no bands.
    fn in_bands(&self, bands: &[BandSpec]) -> Vec<BackTestBand> {
        if bands.is_empty() {
            return Vec::new();
        }
        let mut outcomes = vec![BandOutcome::default(); bands.len() + 1];
        let mut all = BandOutcome::default();
        let rows = self.scores.iter().zip(&self.converted);
        for ((&score, &converted), weight) in rows.zip(each_weight(self.weights.as_deref())) {
            all.add(converted, weight);
            let place = bands.partition_point(|band| band.at_least <= score);
            if let Some(outcome) = outcomes.get_mut(place) {
                outcome.add(converted, weight);
            }
        }
        let base_rate = all.rate().filter(|&rate| rate > 0.0);
        let names = std::iter::once(None).chain(bands.iter().map(Some));
        let bands = names.zip(outcomes).map(|(band, outcome)| {
            let rate = outcome.rate();
            BackTestBand {
                label: band.map(|band| band.label.clone()),
                at_least: band.map(|band| band.at_least),
                leads: outcome.leads,
                converted: outcome.converted,
                conversion_rate: rate,
                lift: rate.zip(base_rate).map(|(rate, base)| rate / base),
            }
        });
        bands.collect()
    }

    /// The attributes and the answers that may have come to be known only later.
    pub(in crate::evaluate) fn undated(&self) -> (Vec<UndatedFact>, Vec<UndatedFact>) {
        let undated = |names: &mut dyn Iterator<Item = &str>, counts: &[f64]| {
            let facts = names.zip(counts).filter(|(_, values)| **values > 0.0);
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
        let evaluated = self.evaluated(0);
        let bands = self.in_bands(bands);
        let (undated_attributes, undated_answers) = self.undated();
        let (metrics, gains, reliability) = match evaluated {
            Some(found) => (Some(found.metrics), found.gains, found.reliability),
            None => (None, None, None),
        };
        BackTest {
            metrics,
            moments: self.moments,
            bands,
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
