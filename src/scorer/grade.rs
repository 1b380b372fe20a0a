mod change;
mod spec;

pub use spec::{CriterionSpec, GradeSpec};

use super::condition::{BlockWords, Cond, Guard, Plan, Sums, Tests, Together, Words};
use super::first_edge::first_edge;
use super::rules::{Buffers, WhatIf, WhenUnknown, other_schema, with_buffers};
use super::visible::with_known;
use super::{Assessment, Opaque, Scorer, resolve_condition};
use crate::lead::{Frozen, LeadView, Moment, Schema, SchemaId, name_problem, shortened};
use crate::model::{Problems, SpecError};
use crate::score::{AsOf, Explanation, Formula, Grade, Role, Score, Unit, clamp, scale};
use std::collections::HashSet;
use std::sync::Arc;

/// Score: a grade from F, which is 0, over D, where all start, to A+, which is 100.
///
/// Each criterion moves the grade by one, two or three thirds of a letter: up where the lead matches it, down where it
/// does not, and not at all where that is not known. The raw value is the grade's step, 0 for F to 12 for A+
/// ([`Grade::from_raw`]). Built from a [`GradeSpec`].
///
/// # Units
/// `100 * step / 12`.
#[derive(Debug)]
pub struct GradeScorer {
    schema: SchemaId,
    attributes: Plan,
    criteria: Box<[Criterion]>,
    /// What each criterion moves, in one step, where each asks for bits of one word.
    moves: Option<Sums>,
    start: f64,
    when_unknown: WhenUnknown,
    what_if: WhatIf,
}

/// A criterion, resolved.
#[derive(Debug)]
struct Criterion {
    name: Arc<str>,
    thirds: f64,
    matches: Guard,
    differs: Guard,
}

impl Criterion {
    /// By how many steps it moves the grade; `None` where it is not known.
    fn moves(&self, words: &Words) -> Option<f64> {
        if self.matches.holds(words) {
            Some(self.thirds)
        } else if self.differs.holds(words) {
            Some(-self.thirds)
        } else {
            None
        }
    }

    /// By how many steps all together move the grade: whole numbers, exact in any order.
    fn in_one_step(criteria: &[Self]) -> Option<Sums> {
        let mut terms = Vec::with_capacity(2 * criteria.len());
        for one in criteria {
            terms.push((one.matches.one()?, one.thirds));
            terms.push((one.differs.one()?, -one.thirds));
        }
        Sums::new(&terms)
    }
}

/// The step of A+.
const TOP: f64 = 12.0;

fn within(steps: f64) -> f64 {
    clamp(steps, Some(0.0), Some(TOP))
}

impl GradeSpec {
    /// Compiles the criteria for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: unknown names, comparisons that do not fit a type, a start that is no
    /// grade, thirds other than 1, 2 and 3, names that stand twice, and no criterion at all.
    pub fn build(&self, schema: &Schema) -> Result<GradeScorer, SpecError> {
        let mut problems = Problems::default();
        let alone = &mut Together::default();
        let scorer = GradeScorer::resolve(self, schema, "grade", alone, &mut problems);
        problems.into_result(scorer)
    }
}

impl GradeScorer {
    pub(crate) fn resolve(
        spec: &GradeSpec,
        schema: &Schema,
        path: &str,
        together: &mut Together,
        problems: &mut Problems,
    ) -> Self {
        let start = match spec.start.as_deref().map(str::parse::<Grade>) {
            None => Grade::D,
            Some(Ok(start)) => start,
            Some(Err(error)) => {
                problems.push(format!("{path}.start"), error.to_string());
                Grade::D
            }
        };
        if spec.criteria.is_empty() {
            problems.push(format!("{path}.criteria"), "needs at least one criterion");
        }
        let mut tests = Tests::default();
        let mut names = HashSet::new();
        let mut conditions = Vec::with_capacity(spec.criteria.len());
        for (i, criterion) in spec.criteria.iter().enumerate() {
            let path = format!("{path}.criteria[{i}]");
            if let Some(problem) = name_problem(&criterion.name) {
                problems.push(format!("{path}.name"), problem);
            }
            if !names.insert(criterion.name.as_str()) {
                problems.push(
                    format!("{path}.name"),
                    format!("`{}` stands twice", shortened(&criterion.name)),
                );
            }
            if !(1..=3).contains(&criterion.thirds) {
                problems.push(
                    format!("{path}.thirds"),
                    format!("must be 1, 2 or 3, got `{}`", criterion.thirds),
                );
            }
            let path = format!("{path}.when");
            conditions.push(resolve_condition(
                &criterion.when,
                schema,
                &path,
                &mut tests,
                problems,
            ));
        }
        let (attributes, layout) = together.plan(&tests, |_| true);
        let criteria = spec.criteria.iter().zip(conditions);
        let criteria: Box<[Criterion]> = criteria
            .map(|(criterion, cond)| Criterion {
                name: criterion.name.as_str().into(),
                thirds: f64::from(criterion.thirds),
                matches: Guard::new(&cond, &layout),
                differs: Guard::new(&Cond::Not(Box::new(cond)), &layout),
            })
            .collect();
        Self {
            schema: schema.id(),
            moves: Criterion::in_one_step(&criteria),
            criteria,
            what_if: WhatIf::new(&tests, &attributes, true, schema),
            attributes,
            start: f64::from(start.step()),
            when_unknown: spec.when_unknown,
        }
    }

    /// The grade of a lead; `None` where the scorer abstains.
    #[must_use]
    pub fn grade(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Grade> {
        Grade::from_raw(self.assess(lead, as_of).raw?)
    }

    /// The grade's step before it is kept within F and A+, and whether anything asked is known.
    fn steps<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        buffers: &mut Buffers,
    ) -> (f64, bool) {
        let known = self.attributes.read(lead, as_of, &mut buffers.words);
        self.steps_read(known, &buffers.words)
    }

    /// As [`steps`](GradeScorer::steps), once the attributes are read: `known` where any of them was there.
    fn steps_read(&self, known: bool, words: &Words) -> (f64, bool) {
        let start = 0.0 + self.start;
        let steps = match &self.moves {
            Some(moves) => start + moves.add(words),
            // Both are asked, and one at most is true: a branch would be one that nobody could foretell.
            None => self.criteria.iter().fold(start, |sum, one| {
                let up = f64::from(one.matches.holds(words));
                sum + one.thirds * (up - f64::from(one.differs.holds(words)))
            }),
        };
        (steps, self.speaks(known))
    }

    /// Whether it speaks of a lead, of which something asked is `known` or not.
    fn speaks(&self, known: bool) -> bool {
        known || self.when_unknown == WhenUnknown::Zero
    }

    /// What it asks of a lead.
    pub(crate) fn attributes(&self) -> &Plan {
        &self.attributes
    }

    /// Judges all leads of a block that was read, in their order.
    pub(crate) fn all(
        &self,
        block: &BlockWords,
        words: &mut Words,
    ) -> impl Iterator<Item = Assessment> {
        (0..block.rows()).map(|row| {
            let known = block.any(row, self.attributes.present());
            if let Some(moves) = &self.moves {
                let (truth, known_bits) = block.get(moves.word(), row);
                let steps = 0.0 + self.start + moves.add_bits(truth, known_bits);
                return Self::assess_steps((steps, self.speaks(known)));
            }
            words.take(block, row);
            self.assess_read(known, words)
        })
    }

    /// The assessment, once the attributes are read: `known` where any of them was there.
    pub(crate) fn assess_read(&self, known: bool, words: &Words) -> Assessment {
        Self::assess_steps(self.steps_read(known, words))
    }

    pub(super) fn assess_known<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        buffers: &mut Buffers,
    ) -> Assessment {
        Self::assess_steps(self.steps(lead, as_of, buffers))
    }

    fn assess_steps((steps, speaks): (f64, bool)) -> Assessment {
        if !speaks {
            return Assessment::default();
        }
        let raw = within(steps);
        Assessment {
            score: Score::saturating(scale(raw, 0.0, TOP)),
            raw: Some(raw),
        }
    }

    pub(super) fn explain_known<V: LeadView + ?Sized>(
        &self,
        lead: &V,
        as_of: Moment,
        buffers: &mut Buffers,
    ) -> Explanation {
        let (steps, speaks) = self.steps(lead, as_of, buffers);
        let told = self.told(buffers);
        let of = (&self.attributes, lead, as_of);
        let mut notes = self
            .what_if
            .gains(of, Unit::GradeSteps, buffers, |buffers| {
                within(self.steps_read(true, &buffers.words).0)
            });
        if !speaks {
            let why = Explanation::unknown("nothing that its criteria ask is known", Unit::Score);
            notes.insert(0, why.role(Role::Abstains));
            return Explanation::unknown("grade", Unit::Score).with_notes(notes);
        }
        let node = Self::kept(steps, told);
        let scale = Formula::Scale {
            zero: 0.0,
            hundred: TOP,
        };
        Explanation::node("grade", Unit::Score, scale, vec![node]).with_notes(notes)
    }

    /// The steps as a sum of what each criterion moves; the attributes are read.
    fn told(&self, buffers: &Buffers) -> Explanation {
        let mut parts = vec![Explanation::given("start", Unit::GradeSteps, self.start)];
        for criterion in &self.criteria {
            if let Some(moves) = criterion.moves(&buffers.words) {
                let node = Explanation::given(&criterion.name, Unit::GradeSteps, moves);
                parts.push(node.role(Role::Rule));
            }
        }
        Explanation::node("steps", Unit::GradeSteps, Formula::Sum, parts)
    }

    /// The sum kept within F and A+.
    fn kept(steps: f64, told: Explanation) -> Explanation {
        if within(steps).to_bits() == steps.to_bits() {
            return told;
        }
        let (min, max) = (Some(0.0), Some(TOP));
        Explanation::node(
            "steps, kept within F and A+",
            Unit::GradeSteps,
            Formula::Clamp { min, max },
            vec![told],
        )
    }

    /// The next moment at which a date meets a criterion, or ceases to.
    fn edge(&self, lead: &dyn LeadView, from: AsOf, until: AsOf) -> Option<Moment> {
        if lead.schema() != self.schema {
            return None;
        }
        let frozen = Frozen::new(lead, from.moment());
        first_edge(from, until, |note| self.attributes.edges(&frozen, note))
    }

    /// Hands the lead on as it was known; `None` for a lead of another schema.
    fn with_lead<R>(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        run: impl FnOnce(&dyn LeadView, Moment, &mut Buffers) -> R,
    ) -> Option<R> {
        with_known(self.schema, lead, as_of, |lead, as_of| {
            with_buffers(|buffers, activities| (run(lead, as_of, buffers), activities))
        })
    }
}

impl Scorer for GradeScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        self.with_lead(lead, as_of, |lead, as_of, buffers| {
            self.assess_known(lead, as_of, buffers)
        })
        .unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::GradeSteps
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        self.with_lead(lead, as_of, |lead, as_of, buffers| {
            self.explain_known(lead, as_of, buffers)
        })
        .unwrap_or_else(|| other_schema("grade"))
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
        Ok(self.edge(lead, from, until))
    }
}

#[cfg(test)]
mod tests;
