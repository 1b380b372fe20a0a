//! Checklists of weighted questions.

mod build;
mod change;
mod due;
mod preset;
mod qualification;
mod question;
mod spec;

pub use due::{Due, DueBand, DueSpec};
pub use qualification::{OpenQuestion, Qualification, QualificationStanding};
pub use question::ParseAnswerError;
pub use spec::{ChecklistSpec, QuestionSpec};

use super::first_edge::first_edge;
use super::rules::other_schema;
use super::scorer::{Assessment, Opaque, Scorer};
use super::visible::with_known;
use crate::lead::{AnswerValue, Frozen, LeadView, Moment, SchemaId};
use crate::score::{
    AsOf, Explanation, Formula, Role, Score, Unit, WhenMissing, coverage, weighted_mean,
};
use question::{Question, Worth};
use std::sync::Arc;

/// Score: the weighted mean of what the known answers are worth, 0 to 100; where no answer is known, it abstains.
///
/// `100 * sum(weight * worth) / sum(weight)` over the questions whose answers are known as of the moment. The raw
/// value is the coverage: the share of all weight that is answered, 0 to 1. So of two leads with the same score the
/// one of which more is known ranks first. Built from a [`ChecklistSpec`].
///
/// What is not known never counts as no. An answer of a sort that its question does not take counts as not known.
#[derive(Clone, Debug)]
pub struct ChecklistScorer {
    name: Arc<str>,
    schema: SchemaId,
    questions: Arc<[Question]>,
    /// One for each question.
    weights: Box<[f64]>,
    whole: f64,
    needed: u32,
}

impl ChecklistScorer {
    /// What the checklist says of a lead: score, coverage, what is met, and what to ask next.
    ///
    /// Of a lead of another schema nothing is known.
    #[must_use]
    pub fn qualify(&self, lead: &dyn LeadView, as_of: AsOf) -> Qualification {
        let worths = with_known(self.schema, lead, as_of, |lead, at| {
            let worth = |question: &Question| question.worth(lead, at).map(Worth::value);
            self.questions.iter().map(worth).collect()
        });
        let worths: Vec<Option<f64>> = worths.unwrap_or_else(|| vec![None; self.questions.len()]);
        let (mut met, mut unmet, mut open_questions) = (Vec::new(), Vec::new(), Vec::new());
        for (question, worth) in self.questions.iter().zip(worths) {
            let name = Arc::clone(&question.name);
            match worth {
                Some(worth) if worth >= question.met_from => met.push(name),
                Some(_) => unmet.push(name),
                None => open_questions.push(OpenQuestion {
                    question: name,
                    ask: question.ask.clone(),
                    weight: question.weight,
                }),
            }
        }
        open_questions.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let Assessment { score, raw } = self.assess(lead, as_of);
        Qualification {
            score,
            coverage: raw.unwrap_or(0.0),
            qualified: u32::try_from(met.len()).is_ok_and(|met| met >= self.needed),
            met,
            unmet,
            needed: self.needed,
            open_questions,
        }
    }

    /// The names of its questions, in order.
    #[must_use]
    pub fn questions(&self) -> impl ExactSizeIterator<Item = &str> {
        self.questions.iter().map(|question| &*question.name)
    }

    /// One of its questions as a scorer of its own.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AsOf, ChecklistSpec, Lead, SchemaSpec, Score, Scorer};
    ///
    /// let bant = ChecklistSpec::bant(20_000.0);
    /// let schema = SchemaSpec::new().questions(bant.names()).build()?;
    /// let authority = bant.build(&schema)?.letter("authority").ok_or("no such question")?;
    /// let lead = Lead::builder(&schema, "a1").answer("authority", "Decision maker").build()?;
    /// let as_of: AsOf = "2026-03-01".parse()?;
    /// assert_eq!(authority.score(&lead, as_of).map(Score::get), Some(100.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn letter(&self, question: &str) -> Option<QuestionScorer> {
        let mut questions = self.questions.iter();
        let question = questions.find(|known| &*known.name == question)?;
        Some(QuestionScorer {
            schema: self.schema,
            question: question.clone(),
        })
    }

    /// Reads a cell of a text file as an answer to a named question; an empty cell is `None`, an unknown answer.
    ///
    /// Amounts are plain `f64` text without thousands separators; flags are `yes`, `no`, `true` or `false` in any case;
    /// dates as [`Moment`] reads them; levels by name. White space around a cell is dropped.
    ///
    /// # Errors
    /// Text that the question does not take, or a question that the checklist does not have.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{AnswerValue, ChecklistSpec, SchemaSpec};
    ///
    /// let bant = ChecklistSpec::bant(20_000.0);
    /// let checklist = bant.build(&SchemaSpec::new().questions(bant.names()).build()?)?;
    /// assert_eq!(checklist.parse("budget", "15000")?, Some(AnswerValue::Amount(15_000.0)));
    /// assert_eq!(checklist.parse("budget", "No")?, Some(AnswerValue::Flag(false)));
    /// assert_eq!(checklist.parse("authority", "Influencer")?, Some("influencer".into()));
    /// assert_eq!(checklist.parse("need", "")?, None);
    /// assert_eq!(
    ///     checklist.parse("authority", "boss").unwrap_err().to_string(),
    ///     "expected `decision_maker`, `influencer`, `user` or `none`, got `boss`",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        &self,
        question: &str,
        cell: &str,
    ) -> Result<Option<AnswerValue>, ParseAnswerError> {
        let mut questions = self.questions.iter();
        match questions.find(|known| &*known.name == question) {
            Some(question) => question.parse(cell),
            None => Err(ParseAnswerError::no_question(question)),
        }
    }

    pub(super) fn assess_known(&self, lead: &dyn LeadView, at: Moment) -> Assessment {
        let mut answered = 0.0;
        let scores = self.questions.iter().map(|question| {
            let worth = question.worth(lead, at)?;
            answered += question.weight;
            Some(worth.score())
        });
        match weighted_mean(&self.weights, WhenMissing::Skip, scores) {
            Some(score) => Assessment {
                score: Score::saturating(score),
                raw: Some(coverage(answered, self.whole)),
            },
            None => Assessment::default(),
        }
    }

    pub(super) fn explain_known(&self, lead: &dyn LeadView, at: Moment) -> Explanation {
        let parts: Vec<Explanation> = self
            .questions
            .iter()
            .map(|question| question.explain(lead, at))
            .collect();
        let mean = Formula::WeightedMean {
            weights: self.weights.to_vec(),
            missing: WhenMissing::Skip,
        };
        let mut answered = 0.0;
        let (mut worths, mut from) = (Vec::new(), Vec::new());
        for question in self.questions.iter() {
            if let Some(worth) = question.worth(lead, at) {
                answered += question.weight;
                worths.push(worth.value());
                from.push(question.met_from);
            }
        }
        let mut notes = Vec::new();
        if worths.is_empty() {
            let why = Explanation::unknown("no answer is known", Unit::Score);
            notes.push(why.role(Role::Abstains));
        }
        let covered = Formula::Coverage {
            answered,
            whole: self.whole,
        };
        let open = self.questions.len() - worths.len();
        let met = Formula::Met {
            worths,
            from,
            open: u32::try_from(open).unwrap_or(u32::MAX),
            needed: self.needed,
        };
        let beside = |label, unit, formula| Explanation::node(label, unit, formula, Vec::new());
        notes.push(beside("coverage", Unit::Share, covered));
        notes.push(beside("met", Unit::Count, met));
        // Parts beyond the weights stand beside the mean and are not in it.
        Explanation::node(&self.name, Unit::Score, mean, parts).with_notes(notes)
    }
}

/// The next moment at which a date comes into another band.
fn edge(
    schema: SchemaId,
    questions: &[Question],
    lead: &dyn LeadView,
    (from, until): (AsOf, AsOf),
) -> Option<Moment> {
    if lead.schema() != schema {
        return None;
    }
    let frozen = Frozen::new(lead, from.moment());
    first_edge(from, until, |note| {
        for question in questions {
            question.edges(&frozen, note);
        }
    })
}

impl Scorer for ChecklistScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        with_known(self.schema, lead, as_of, |lead, at| {
            self.assess_known(lead, at)
        })
        .unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::Share
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        with_known(self.schema, lead, as_of, |lead, at| {
            self.explain_known(lead, at)
        })
        .unwrap_or_else(|| other_schema("checklist").labelled(&self.name))
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
        Ok(edge(self.schema, &self.questions, lead, (from, until)))
    }
}

/// Score: what the answer to one question is worth, 0 to 100; where the answer is not known, it abstains.
///
/// The raw value is the worth, 0 to 1. Made by [`ChecklistScorer::letter`].
#[derive(Clone, Debug)]
pub struct QuestionScorer {
    schema: SchemaId,
    question: Question,
}

impl QuestionScorer {
    /// The question's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.question.name
    }
}

impl Scorer for QuestionScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        let assessment = with_known(self.schema, lead, as_of, |lead, at| {
            let worth = self.question.worth(lead, at)?;
            Some(Assessment {
                score: Score::saturating(worth.score()),
                raw: Some(worth.value()),
            })
        });
        assessment.flatten().unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::Share
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        with_known(self.schema, lead, as_of, |lead, at| {
            self.question.explain(lead, at)
        })
        .unwrap_or_else(|| other_schema("question").labelled(&self.question.name))
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
        Ok(edge(
            self.schema,
            std::slice::from_ref(&self.question),
            lead,
            (from, until),
        ))
    }
}

#[cfg(test)]
mod tests;
