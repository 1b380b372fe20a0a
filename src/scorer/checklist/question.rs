use super::due::Due;
use crate::lead::{
    Answer, AnswerValue, AttributeSlot, LeadView, Moment, QuestionSlot, Value, shortened,
};
use crate::score::{Explanation, Formula, Label, Role, Unit, amount_share, scale};
use std::sync::Arc;

/// One question, resolved.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) name: Arc<str>,
    pub(super) ask: Option<Arc<str>>,
    pub(super) slot: QuestionSlot,
    pub(super) weight: f64,
    pub(super) met_from: f64,
    pub(super) yes: Option<f64>,
    pub(super) no: Option<f64>,
    pub(super) price: Option<f64>,
    pub(super) price_of: Option<AttributeSlot>,
    /// The best first.
    pub(super) levels: Box<[Level]>,
    pub(super) due: Option<Due>,
}

/// A named answer.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub(super) name: Arc<str>,
    pub(super) worth: f64,
}

/// The letters of a level's name as they are compared.
pub(super) fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    let alike = |letter| match letter {
        ' ' | '-' => '_',
        letter => letter,
    };
    name.trim().chars().flat_map(char::to_lowercase).map(alike)
}

/// What an answer is worth, and why.
#[derive(Clone, Copy, Debug)]
pub(super) enum Worth<'q> {
    Yes(f64),
    No(f64),
    Level(&'q Level),
    Amount { amount: f64, price: f64 },
    Due { left_micros: i64, due: &'q Due },
}

impl Worth<'_> {
    /// 0 to 1.
    pub(super) fn value(self) -> f64 {
        match self {
            Self::Yes(worth) | Self::No(worth) => worth,
            Self::Level(level) => level.worth,
            Self::Amount { amount, price } => amount_share(amount, price),
            Self::Due { left_micros, due } => due.worth(left_micros),
        }
    }

    /// 0 to 100.
    pub(super) fn score(self) -> f64 {
        scale(self.value(), 0.0, 1.0)
    }

    fn explain(self) -> Explanation {
        let given = |label: Label, worth| Explanation::given(label, Unit::Share, worth);
        let node =
            |label: Label, formula| Explanation::node(label, Unit::Share, formula, Vec::new());
        match self {
            Self::Yes(worth) => given("yes".into(), worth),
            Self::No(worth) => given("no".into(), worth),
            Self::Level(level) => given((&level.name).into(), level.worth),
            Self::Amount { amount, price } => {
                node("amount".into(), Formula::AmountShare { amount, price })
            }
            Self::Due { left_micros, due } => {
                let due = due.clone();
                node("date".into(), Formula::Due { left_micros, due })
            }
        }
    }
}

/// What a lead says to a question.
pub(super) enum Reading<'q> {
    Known(Worth<'q>),
    Unknown,
    /// An answer that the question does not take.
    Other,
}

impl Question {
    pub(super) fn read(&self, lead: &dyn LeadView, as_of: Moment) -> Reading<'_> {
        let found = match lead.answer(self.slot) {
            Answer::Unknown => return Reading::Unknown,
            Answer::Yes => self.yes.map(Worth::Yes),
            Answer::No => self.no.map(Worth::No),
            Answer::Level(text) if text.trim().is_empty() => return Reading::Unknown,
            Answer::Level(text) => self.level(text).map(Worth::Level),
            Answer::Amount(amount) if !amount.is_finite() => return Reading::Unknown,
            Answer::Amount(amount) => self
                .price_for(lead)
                .map(|price| Worth::Amount { amount, price }),
            Answer::By(date) => self.due.as_ref().map(|due| Worth::Due {
                left_micros: date.micros_since(as_of),
                due,
            }),
        };
        found.map_or(Reading::Other, Reading::Known)
    }

    /// What the lead's answer is worth; `None` where it is not known.
    pub(super) fn worth(&self, lead: &dyn LeadView, as_of: Moment) -> Option<Worth<'_>> {
        match self.read(lead, as_of) {
            Reading::Known(worth) => Some(worth),
            Reading::Unknown | Reading::Other => None,
        }
    }

    /// Hands on the moments at which the lead's answer comes to be worth something else.
    pub(super) fn edges(&self, lead: &dyn LeadView, note: &mut dyn FnMut(Moment)) {
        if let (Answer::By(date), Some(due)) = (lead.answer(self.slot), &self.due) {
            due.edges(date, note);
        }
    }

    fn level(&self, text: &str) -> Option<&Level> {
        // No two levels have the same letters.
        let same = self.levels.iter().find(|level| &*level.name == text);
        same.or_else(|| {
            let mut levels = self.levels.iter();
            levels.find(|level| letters(&level.name).eq(letters(text)))
        })
    }

    fn price_for(&self, lead: &dyn LeadView) -> Option<f64> {
        let own = self.price_of.and_then(|slot| match lead.attribute(slot) {
            Value::Number(price) if price.is_finite() && price > 0.0 => Some(price),
            _ => None,
        });
        own.or(self.price)
    }

    /// The question's own score, 0 to 100.
    pub(super) fn explain(&self, lead: &dyn LeadView, as_of: Moment) -> Explanation {
        let label = Label::from(&self.name);
        let (zero, hundred) = (0.0, 1.0);
        let open = Explanation::unknown(label.clone(), Unit::Score).role(Role::Open {
            weight: self.weight,
        });
        match self.read(lead, as_of) {
            Reading::Known(worth) => {
                let scale = Formula::Scale { zero, hundred };
                Explanation::node(label, Unit::Score, scale, vec![worth.explain()])
            }
            Reading::Unknown => open,
            Reading::Other => {
                let why = self.not_taken(&lead.answer(self.slot));
                open.with_notes(vec![Explanation::unknown(why, Unit::Share)])
            }
        }
    }

    fn not_taken(&self, answer: &Answer<'_>) -> String {
        let given = match answer {
            Answer::Unknown => "nothing".to_owned(),
            Answer::Yes => "yes".to_owned(),
            Answer::No => "no".to_owned(),
            Answer::Level(text) => format!("`{}`", shortened(text)),
            Answer::Amount(_) if self.price_of.is_some() => {
                return "the price that was asked is not known".to_owned();
            }
            Answer::Amount(amount) => format!("the amount `{amount}`"),
            Answer::By(date) => format!("the date `{date}`"),
        };
        format!("it takes {}, the answer is {given}", self.takes())
    }

    /// The answers it takes, in words.
    pub(super) fn takes(&self) -> String {
        let mut sorts: Vec<String> = Vec::new();
        if self.price.is_some() || self.price_of.is_some() {
            sorts.push("an amount".to_owned());
        }
        if self.due.is_some() {
            sorts.push("a date".to_owned());
        }
        sorts.extend(self.levels.iter().map(|level| format!("`{}`", level.name)));
        let flags = [(self.yes, "yes"), (self.no, "no")];
        let flags = flags.iter().filter(|(worth, _)| worth.is_some());
        sorts.extend(flags.map(|&(_, word)| word.to_owned()));
        match sorts.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => "no answer".to_owned(),
        }
    }

    pub(super) fn parse(&self, cell: &str) -> Result<Option<AnswerValue>, ParseAnswerError> {
        let text = cell.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(level) = self.level(text) {
            return Ok(Some(AnswerValue::Level(level.name.as_ref().to_owned())));
        }
        let is = |word: &str, short: &str| {
            text.eq_ignore_ascii_case(word) || text.eq_ignore_ascii_case(short)
        };
        if self.yes.is_some() && is("yes", "true") {
            return Ok(Some(AnswerValue::Flag(true)));
        }
        if self.no.is_some() && is("no", "false") {
            return Ok(Some(AnswerValue::Flag(false)));
        }
        if self.price.is_some() || self.price_of.is_some() {
            if let Some(amount) = text.parse().ok().filter(|amount: &f64| amount.is_finite()) {
                return Ok(Some(AnswerValue::Amount(amount)));
            }
        }
        if self.due.is_some() {
            if let Ok(date) = text.parse() {
                return Ok(Some(AnswerValue::by(date)));
            }
        }
        Err(ParseAnswerError {
            expected: self.takes(),
            given: shortened(text),
        })
    }
}

/// A cell that is no answer to its question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, got `{given}`")]
pub struct ParseAnswerError {
    expected: String,
    given: String,
}

impl ParseAnswerError {
    pub(super) fn no_question(name: &str) -> Self {
        Self {
            expected: "a question of the checklist".to_owned(),
            given: shortened(name),
        }
    }
}
