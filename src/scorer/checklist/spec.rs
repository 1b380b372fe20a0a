use super::due::DueSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A checklist of weighted questions: BANT, CHAMP, MEDDIC or one's own.
///
/// Every answer is worth 0 to 1. The score is the weighted mean of what is known; what is not known never counts as
/// no, it lowers the coverage.
///
/// # Examples
/// ```
/// use lead_scoring::{AnswerValue, AsOf, ChecklistSpec, Lead, SchemaSpec, Score, Scorer};
///
/// // The offer is worth 20,000.
/// let bant = ChecklistSpec::bant(20_000.0);
/// let schema = SchemaSpec::new().questions(bant.names()).build()?;
/// let checklist = bant.build(&schema)?;
///
/// let lead = Lead::builder(&schema, "a1")
///     .answer("budget", 16_000.0)
///     .answer("authority", "influencer")
///     .answer("timeframe", AnswerValue::by("2026-03-20".parse()?))
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
///
/// // (0.8 + 0.6 + 1.0) / 3 of what is known.
/// assert_eq!(checklist.score(&lead, as_of).map(Score::get), Some(80.0));
/// let qualification = checklist.qualify(&lead, as_of);
/// assert_eq!(qualification.coverage, 0.75);
/// assert!(qualification.qualified); // three of four are met
/// assert_eq!(&*qualification.open_questions[0].question, "need");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistSpec {
    /// Its name in explanations. Default: `checklist`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What an answer must be worth to be met, more than 0 and at most 1. Default: 0.5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_from: Option<f64>,
    /// How many questions must be met for the lead to be qualified. Default: all but one, at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<u32>,
    /// The questions, in the order in which they are shown.
    pub questions: Vec<QuestionSpec>,
}

impl ChecklistSpec {
    /// A checklist without questions.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::default()
        }
    }

    /// Adds a question.
    #[must_use]
    pub fn question(mut self, question: QuestionSpec) -> Self {
        self.questions.push(question);
        self
    }

    /// What an answer must be worth to be met, more than 0 and at most 1. Default: 0.5.
    #[must_use]
    pub fn met_from(mut self, worth: f64) -> Self {
        self.met_from = Some(worth);
        self
    }

    /// How many questions must be met for the lead to be qualified. Default: all but one, at least one.
    #[must_use]
    pub fn needed(mut self, questions: u32) -> Self {
        self.needed = Some(questions);
        self
    }

    /// The names of its questions, for a schema to declare.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.questions
            .iter()
            .map(|question| question.question.as_str())
    }

    /// The question of that name, to change it in place.
    pub fn question_mut(&mut self, name: &str) -> Option<&mut QuestionSpec> {
        let mut questions = self.questions.iter_mut();
        questions.find(|question| question.question == name)
    }

    /// A checklist of one question for each of its own: the letters, for a model to judge each as a dimension.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{ChecklistSpec, DimensionSpec, ModelSpec, SchemaSpec, ScoreModel};
    ///
    /// let bant = ChecklistSpec::bant(20_000.0);
    /// let mut spec = ModelSpec::new("sales").schema(SchemaSpec::new().questions(bant.names()));
    /// for letter in bant.letters() {
    ///     spec = spec.dimension(DimensionSpec::checklist(letter.name.clone().unwrap_or_default(), letter));
    /// }
    /// let model = ScoreModel::build(&spec.dimension(DimensionSpec::checklist("bant", bant)))?;
    /// let names: Vec<&str> = model.dimensions().iter().map(|dimension| dimension.name()).collect();
    /// assert_eq!(names, ["budget", "authority", "need", "timeframe", "bant"]);
    /// # Ok::<(), lead_scoring::SpecError>(())
    /// ```
    pub fn letters(&self) -> impl Iterator<Item = Self> {
        self.questions.iter().map(|question| Self {
            name: Some(question.question.clone()),
            met_from: self.met_from,
            needed: None,
            questions: vec![question.clone().weight(1.0)],
        })
    }
}

/// One question of a checklist, and what each answer to it is worth, 0 to 1.
///
/// A question takes one or several sorts of answers. An answer of a sort that it does not take counts as not known,
/// and the explanation says so.
///
/// # Examples
/// ```
/// use lead_scoring::{DueBand, DueSpec, QuestionSpec};
///
/// let budget = QuestionSpec::new("budget").weight(2.0).price(20_000.0).yes(1.0).no(0.0);
/// let authority = QuestionSpec::new("authority").level("board", 1.0).level("user", 0.3);
/// let timeframe = QuestionSpec::new("timeframe").due(DueSpec::new([("30d", 1.0), ("180d", 0.5)]).later(0.1));
/// # let _ = (budget, authority, timeframe);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionSpec {
    /// Its name, one of the schema's questions.
    pub question: String,
    /// How to put it to a lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
    /// Its weight, more than 0; only proportions count. Default: 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
    /// What its answer must be worth to be met. Default: as the checklist says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met_from: Option<f64>,
    /// What yes is worth. Default: yes is no answer to this question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes: Option<f64>,
    /// What no is worth. Default: no is no answer to this question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<f64>,
    /// The price asked: an amount is worth `amount / price`, at most 1. In the currency of the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// An attribute of type number that is the price asked of this lead. Where it is missing or not more than 0,
    /// `price` is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_of: Option<String>,
    /// What named levels are worth. Names are compared without case, and with space, `-` and `_` alike.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, f64>,
    /// What a date is worth by the time that is left until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueSpec>,
}

fn one() -> f64 {
    1.0
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_one(weight: &f64) -> bool {
    *weight == 1.0
}

impl QuestionSpec {
    /// A question of weight 1 that takes no answer yet.
    #[must_use]
    pub fn new(question: impl Into<String>) -> Self {
        Self {
            question: question.into(),
            ask: None,
            weight: 1.0,
            met_from: None,
            yes: None,
            no: None,
            price: None,
            price_of: None,
            levels: BTreeMap::new(),
            due: None,
        }
    }

    /// How to put it to a lead. Default: its name is all there is.
    #[must_use]
    pub fn ask(mut self, text: impl Into<String>) -> Self {
        self.ask = Some(text.into());
        self
    }

    /// Its weight, more than 0; only proportions count. Default: 1.
    #[must_use]
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// What its answer must be worth to be met. Default: as the checklist says.
    #[must_use]
    pub fn met_from(mut self, worth: f64) -> Self {
        self.met_from = Some(worth);
        self
    }

    /// What yes is worth. Default: yes is no answer to this question.
    #[must_use]
    pub fn yes(mut self, worth: f64) -> Self {
        self.yes = Some(worth);
        self
    }

    /// What no is worth. Default: no is no answer to this question.
    #[must_use]
    pub fn no(mut self, worth: f64) -> Self {
        self.no = Some(worth);
        self
    }

    /// The price asked, in the currency of the answers. Default: amounts are no answer to this question.
    #[must_use]
    pub fn price(mut self, price: f64) -> Self {
        self.price = Some(price);
        self
    }

    /// The attribute that is the price asked of each lead. Default: the same price for all.
    #[must_use]
    pub fn price_of(mut self, attribute: impl Into<String>) -> Self {
        self.price_of = Some(attribute.into());
        self
    }

    /// Adds a named level; one of the same name is replaced. Default: levels are no answer to this question.
    #[must_use]
    pub fn level(mut self, name: impl Into<String>, worth: f64) -> Self {
        self.levels.insert(name.into(), worth);
        self
    }

    /// What a date is worth. Default: dates are no answer to this question.
    #[must_use]
    pub fn due(mut self, due: DueSpec) -> Self {
        self.due = Some(due);
        self
    }
}
