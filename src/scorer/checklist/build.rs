use super::ChecklistScorer;
use super::due::worth;
use super::question::{Level, Question, letters};
use super::spec::{ChecklistSpec, QuestionSpec};
use crate::lead::{AttributeSlot, AttributeType, QuestionSlot, Schema, name_problem, shortened};
use crate::model::{Problems, SpecError};
use crate::score::LARGEST;
use std::collections::HashSet;
use std::sync::Arc;

/// An answer is met from this worth.
const MET_FROM: f64 = 0.5;

impl ChecklistSpec {
    /// Resolves the questions for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: no questions, unknown ones or one that stands twice, questions that
    /// take no answer, weights and prices that are not more than 0 and at most 1e12, worths outside 0 to 1, bands out
    /// of order, more questions needed than there are.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{ChecklistSpec, SchemaSpec};
    ///
    /// let schema = SchemaSpec::new().questions(["bugdet", "authority", "need", "timeframe"]).build()?;
    /// assert_eq!(
    ///     ChecklistSpec::bant(0.0).build(&schema).unwrap_err().to_string(),
    ///     "checklist.questions[0].question: unknown question `budget`, did you mean `bugdet`?\n\
    ///      checklist.questions[0].price: a price must be more than 0 and at most 1e12, got `0`",
    /// );
    /// # Ok::<(), lead_scoring::SpecError>(())
    /// ```
    pub fn build(&self, schema: &Schema) -> Result<ChecklistScorer, SpecError> {
        let mut problems = Problems::default();
        let scorer = ChecklistScorer::resolve(self, schema, "checklist", &mut problems);
        problems.into_result(scorer)
    }
}

impl ChecklistScorer {
    pub(crate) fn resolve(
        spec: &ChecklistSpec,
        schema: &Schema,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        let met_from = spec.met_from.map_or(MET_FROM, |from| {
            share(from, &format!("{path}.met_from"), problems)
        });
        let mut seen = HashSet::new();
        let mut questions = Vec::with_capacity(spec.questions.len());
        for (q, question) in spec.questions.iter().enumerate() {
            let path = format!("{path}.questions[{q}]");
            if !seen.insert(question.question.as_str()) {
                let name = shortened(&question.question);
                problems.push(format!("{path}.question"), format!("`{name}` stands twice"));
            }
            let mut asking = Asking {
                spec: question,
                schema,
                path: &path,
                problems,
            };
            questions.push(asking.question(met_from));
        }
        // No schema has more questions than fit.
        let count = u32::try_from(questions.len()).unwrap_or(u32::MAX);
        if count == 0 {
            problems.push(
                format!("{path}.questions"),
                "a checklist needs at least one question",
            );
        }
        let needed = match spec.needed {
            Some(needed) if count > 0 && !(1..=count).contains(&needed) => {
                problems.push(
                    format!("{path}.needed"),
                    format!(
                        "must be between 1 and {count}, the number of questions, got `{needed}`"
                    ),
                );
                1
            }
            Some(needed) => needed,
            None => count.saturating_sub(1).max(1),
        };
        let weights: Box<[f64]> = questions.iter().map(|question| question.weight).collect();
        Self {
            name: Arc::from(spec.name.as_deref().unwrap_or("checklist")),
            schema: schema.id(),
            whole: weights.iter().fold(0.0, |sum, weight| sum + weight),
            weights,
            questions: questions.into(),
            needed,
        }
    }
}

/// Checks a worth from which an answer is met.
fn share(given: f64, path: &str, problems: &mut Problems) -> f64 {
    if given > 0.0 && given <= 1.0 {
        return given;
    }
    problems.push(
        path,
        format!("must be more than 0 and at most 1, got `{given}`"),
    );
    MET_FROM
}

/// One question on its way.
struct Asking<'a> {
    spec: &'a QuestionSpec,
    schema: &'a Schema,
    path: &'a str,
    problems: &'a mut Problems,
}

impl Asking<'_> {
    fn question(&mut self, met_from: f64) -> Question {
        let (spec, path) = (self.spec, self.path);
        let slot = self.schema.question(&spec.question);
        if slot.is_none() {
            let path = format!("{path}.question");
            let known = self.schema.questions();
            self.problems
                .unknown(path, "question", &spec.question, known);
        }
        let takes_amounts = spec.price.is_some() || spec.price_of.is_some();
        let takes_flags = spec.yes.is_some() || spec.no.is_some();
        if !takes_amounts && !takes_flags && spec.levels.is_empty() && spec.due.is_none() {
            self.problems.push(
                path,
                "a question takes at least one sort of answers: give `price`, `price_of`, `levels`, `due`, `yes` or `no`",
            );
        }
        Question {
            name: Arc::from(spec.question.as_str()),
            ask: spec.ask.as_deref().map(Arc::from),
            slot: slot.unwrap_or(QuestionSlot::new(u16::MAX)),
            weight: self.positive(spec.weight, "weight"),
            met_from: spec.met_from.map_or(met_from, |from| {
                share(from, &format!("{path}.met_from"), self.problems)
            }),
            yes: spec.yes.map(|yes| worth(yes, "yes", path, self.problems)),
            no: spec.no.map(|no| worth(no, "no", path, self.problems)),
            price: spec.price.map(|price| self.positive(price, "price")),
            price_of: spec.price_of.as_deref().and_then(|of| self.price_of(of)),
            levels: self.levels(),
            due: spec
                .due
                .as_ref()
                .map(|due| due.resolve(&format!("{path}.due"), self.problems)),
        }
    }

    fn positive(&mut self, given: f64, name: &str) -> f64 {
        if given > 0.0 && given <= LARGEST {
            return given;
        }
        self.problems.push(
            format!("{}.{name}", self.path),
            format!("a {name} must be more than 0 and at most 1e12, got `{given}`"),
        );
        1.0
    }

    fn price_of(&mut self, name: &str) -> Option<AttributeSlot> {
        let path = format!("{}.price_of", self.path);
        let Some(slot) = self.schema.attribute(name) else {
            let known = self.schema.attributes().map(|(name, _)| name);
            self.problems.unknown(path, "attribute", name, known);
            return None;
        };
        let of = self.schema.attribute_type(slot);
        if let Some(of) = of.filter(|&of| of != AttributeType::Number) {
            let message = format!("`{name}` must be of type number, it is of type {of}");
            self.problems.push(path, message);
        }
        Some(slot)
    }

    fn levels(&mut self) -> Box<[Level]> {
        let mut seen = HashSet::new();
        let mut levels = Vec::with_capacity(self.spec.levels.len());
        let path = format!("{}.levels", self.path);
        for (name, &given) in &self.spec.levels {
            if let Some(problem) = name_problem(name) {
                self.problems.push(&path, problem);
            }
            if !seen.insert(letters(name).collect::<String>()) {
                let message = format!("`{}` stands twice, case aside", shortened(name));
                self.problems.push(&path, message);
            }
            levels.push(Level {
                name: Arc::from(name.as_str()),
                worth: worth(given, &shortened(name), &path, self.problems),
            });
        }
        levels.sort_by(|a, b| b.worth.total_cmp(&a.worth));
        levels.into()
    }
}
