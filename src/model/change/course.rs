use super::super::judge::Judge;
use super::super::model::ScoreModel;
use crate::lead::{Frozen, LeadView, Moment};
use crate::score::{AsOf, Score};
use crate::scorer::{Assessment, Buffers, Case, Course, Opaque, RulesCourse, Scorer, Within};
use crate::scorer::{emptied, one_way_until, with_buffers};

/// A scorer of the app's own goes one way between its edges only up to rounding in the last digits.
const SLACK: f64 = 8.0 * f64::EPSILON;

/// The dimensions of a model between two edges.
pub(in crate::model) struct ModelCourse<'c> {
    model: &'c ScoreModel,
    /// `None` where the model does not apply to the lead; a dimension is `None` where nobody asked for it.
    judges: Option<Vec<Option<JudgeCourse<'c>>>>,
}

enum JudgeCourse<'c> {
    Rules(RulesCourse<'c>),
    Model(ModelCourse<'c>),
    Scorer(&'c dyn Scorer),
    /// One that may read the scores of other dimensions: by its place.
    Predictive(usize),
}

impl ScoreModel {
    /// The asked dimensions at a moment, and until the next edge.
    pub(in crate::model) fn course<'c>(
        &'c self,
        case: &Case<'_, dyn LeadView + '_>,
        asked: &dyn Fn(usize) -> bool,
        buffers: &mut Buffers,
    ) -> ModelCourse<'c> {
        let judges = self.applies_to(case, buffers).then(|| {
            let judges = self.judges.iter().enumerate();
            let course = |(place, judge): (usize, &'c Judge)| {
                asked(place).then(|| match judge {
                    Judge::Rules(rules) => JudgeCourse::Rules(rules.course(case, buffers)),
                    Judge::Model(model) => {
                        JudgeCourse::Model(model.course_of(case.lead, case.as_of))
                    }
                    Judge::Predictive(_) => JudgeCourse::Predictive(place),
                    Judge::BuiltIn(scorer) => JudgeCourse::Scorer(scorer.scorer()),
                    Judge::Scorer(scorer) => JudgeCourse::Scorer(&**scorer),
                })
            };
            judges.map(course).collect()
        });
        ModelCourse {
            model: self,
            judges,
        }
    }

    /// All dimensions at a moment, and until the next edge.
    pub(super) fn course_of(&self, lead: &dyn LeadView, at: Moment) -> ModelCourse<'_> {
        with_buffers(|buffers, mut activities| {
            let case = self.case(lead, at, &mut activities);
            let course = self.course(&case, &|_| true, buffers);
            (course, emptied(activities))
        })
    }

    /// Until when the composite keeps its course.
    pub(in crate::model) fn keeps_course(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        if lead.schema() != self.schema.id() || until <= from || self.composite.is_none() {
            return Ok(None);
        }
        let frozen = Frozen::new(lead, from.moment());
        let (from, until) = (from.moment(), until.moment());
        let mut next: Option<Moment> = None;
        let mut note = |edge: Moment| {
            if from < edge && edge <= until && next.is_none_or(|next| edge < next) {
                next = Some(edge);
            }
        };
        let mut opaque = false;
        let all = &|_| true;
        let span = (from.into(), until.into());
        let foreign = self.foreign_edge(&frozen, span, all, &mut |_| opaque = true);
        if opaque {
            return Err(Opaque);
        }
        foreign.into_iter().for_each(&mut note);
        self.marks(&frozen, &mut note);
        with_buffers(|buffers, mut activities| {
            let lead: &dyn LeadView = &frozen;
            let case = self.case(lead, from, &mut activities);
            self.edges(&case, all, &mut buffers.chosen, &mut note);
            ((), emptied(activities))
        });
        let course = self.course_of(&frozen, from);
        Ok(one_way_until(from, next, until, |within| {
            let composite = course.composite(within, &frozen);
            composite.is_none_or(Course::is_one_way)
        }))
    }

    /// Hands on the lead's own new starts, this model's and those of the models inside.
    pub(super) fn marks(&self, lead: &dyn LeadView, note: &mut dyn FnMut(Moment)) {
        self.history.mark(lead).into_iter().for_each(&mut *note);
        for judge in &self.judges {
            if let Judge::Model(model) = judge {
                model.marks(lead, note);
            }
        }
    }

    /// Hands on every moment at which an asked dimension jumps or begins to move otherwise, while the history is as at
    /// the case's moment. Edges of scorers of the app's own are left out.
    pub(super) fn edges(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        asked: &dyn Fn(usize) -> bool,
        chosen: &mut Vec<usize>,
        note: &mut dyn FnMut(Moment),
    ) {
        case.pauses.edges(note);
        self.attributes.edges(case.lead, note);
        for (place, judge) in self.judges.iter().enumerate() {
            match judge {
                Judge::Rules(rules) if asked(place) => rules.edges(case, chosen, note),
                Judge::Model(model) if asked(place) => with_buffers(|buffers, mut activities| {
                    let case = model.case(case.lead, case.as_of, &mut activities);
                    model.edges(&case, &|_| true, &mut buffers.chosen, note);
                    ((), emptied(activities))
                }),
                _ => {}
            }
        }
    }

    /// The next edge of the asked scorers of the app's own, those of the models inside included. Notes opaque ones.
    pub(super) fn foreign_edge(
        &self,
        lead: &dyn LeadView,
        span: (AsOf, AsOf),
        asked: &dyn Fn(usize) -> bool,
        opaque: &mut dyn FnMut(String),
    ) -> Option<Moment> {
        let mut next: Option<Moment> = None;
        for (place, judge) in self.judges.iter().enumerate().filter(|(i, _)| asked(*i)) {
            let name = || self.shape.dimensions.get(place).map_or("", |d| d.name());
            let edge = match judge {
                Judge::Rules(_) => None,
                Judge::Predictive(scorer) => {
                    let edge = scorer.next_change(lead, span.0, span.1);
                    edge.unwrap_or_else(|Opaque| {
                        opaque(name().to_owned());
                        None
                    })
                }
                Judge::Model(model) => model.foreign_edge(lead, span, &|_| true, &mut |inner| {
                    opaque(format!("{}/{inner}", name()));
                }),
                // Opaque is none of them.
                Judge::BuiltIn(scorer) => scorer
                    .scorer()
                    .next_change(lead, span.0, span.1)
                    .unwrap_or_default(),
                Judge::Scorer(scorer) => {
                    scorer
                        .next_change(lead, span.0, span.1)
                        .unwrap_or_else(|Opaque| {
                            opaque(name().to_owned());
                            None
                        })
                }
            };
            next = match (next, edge) {
                (Some(next), Some(edge)) => Some(next.min(edge)),
                (next, edge) => next.or(edge),
            };
        }
        next
    }

    /// Whether any dimension is judged by a scorer of the app's own, those of the models inside included.
    pub(super) fn has_foreign(&self) -> bool {
        self.judges.iter().any(|judge| match judge {
            Judge::Rules(_) => false,
            Judge::Model(model) => model.has_foreign(),
            Judge::Predictive(_) | Judge::BuiltIn(_) | Judge::Scorer(_) => true,
        })
    }
}

impl ModelCourse<'_> {
    /// Whether the model applies to the lead.
    pub(in crate::model) fn applies(&self) -> bool {
        self.judges.is_some()
    }

    /// The score of an asked dimension; `None` where it abstains.
    pub(in crate::model) fn score(
        &self,
        place: usize,
        within: Within,
        lead: &dyn LeadView,
    ) -> Option<Course> {
        match self.judges.as_ref()?.get(place)?.as_ref()? {
            JudgeCourse::Rules(rules) => {
                let both = rules.assess(within, &self.model.history.pauses)?;
                Some(both.score)
            }
            JudgeCourse::Model(model) => model.composite(within, lead),
            JudgeCourse::Scorer(scorer) => {
                let score = |at| scorer.assess(lead, at).score.map(Score::get);
                let course = foreign(within, score)?;
                Some(course.valued(course.low.max(0.0), course.high.min(100.0)))
            }
            JudgeCourse::Predictive(place) => foreign(within, |at| {
                let assessment = self.model.assess_at(*place, lead, at);
                assessment.score.map(Score::get)
            }),
        }
    }

    /// The raw value of an asked dimension; `None` where it has none.
    pub(in crate::model) fn raw(
        &self,
        place: usize,
        within: Within,
        lead: &dyn LeadView,
    ) -> Option<Course> {
        match self.judges.as_ref()?.get(place)?.as_ref()? {
            JudgeCourse::Rules(rules) => {
                let both = rules.assess(within, &self.model.history.pauses)?;
                Some(both.raw)
            }
            JudgeCourse::Model(model) => model.composite(within, lead),
            JudgeCourse::Scorer(scorer) => foreign(within, |at| scorer.assess(lead, at).raw),
            JudgeCourse::Predictive(place) => {
                foreign(within, |at| self.model.assess_at(*place, lead, at).raw)
            }
        }
    }

    /// The composite of all dimensions; `None` where it abstains.
    pub(in crate::model) fn composite(
        &self,
        within: Within,
        lead: &dyn LeadView,
    ) -> Option<Course> {
        self.judges.as_ref()?;
        let scores: Vec<Option<Course>> = (0..self.model.judges.len())
            .map(|place| self.score(place, within, lead))
            .collect();
        self.model.composite.as_ref()?.course(&scores)
    }
}

impl ScoreModel {
    /// One dimension at a moment.
    pub(super) fn assess_at(&self, place: usize, lead: &dyn LeadView, at: AsOf) -> Assessment {
        let vector = self.vector(lead, at);
        let row = vector.scored();
        Assessment {
            score: row.score(Some(place)).and_then(Score::saturating),
            raw: row.raw(place),
        }
    }
}

/// A number of a scorer that goes one way between its edges, by what it says at both ends.
fn foreign(within: Within, number: impl Fn(AsOf) -> Option<f64>) -> Option<Course> {
    let first = number(within.from.into())?;
    if within.to == within.from {
        return Some(Course::still(first));
    }
    let last = number(within.to.into())?;
    let course = Course::one_way(first, last);
    if course.is_still() {
        return Some(course);
    }
    let slack = SLACK * first.abs().max(last.abs());
    Some(course.valued(course.low - slack, course.high + slack))
}
