use super::number::{NumberOf, NumberTest};
use super::{Node, NumberCondition, StateCondition, TOO_DEEP};
use crate::lead::{Schema, SchemaId};
use crate::model::label::{LabelOn, Target};
use crate::model::{Problems, ScoreModel};
use crate::score::{Dimension, LARGEST, ScoreMatrix, Shape};
use crate::scorer::{
    ActivityPlan, ActivitySpec, Applies, Builder, Cond, Guard, History, Occurrences, Plan, Tests,
    resolve_condition,
};
use std::sync::Arc;

/// A [`StateCondition`], resolved.
#[derive(Debug)]
pub(in crate::model) enum StateTest {
    All(Box<[StateTest]>),
    Any(Box<[StateTest]>),
    Not(Box<StateTest>),
    Score {
        of: Target,
        name: Arc<str>,
        test: NumberTest,
        margin: Option<f64>,
    },
    Raw {
        of: usize,
        name: Arc<str>,
        test: NumberTest,
        margin: Option<f64>,
    },
    Activity {
        plan: Box<ActivityPlan>,
        kinds: Arc<str>,
        test: NumberTest,
    },
    Label(LabelTest),
    /// Position of the condition on attributes.
    When(usize),
    Disqualified(bool),
}

#[derive(Debug)]
pub(in crate::model) struct LabelTest {
    /// Position of the set of labels.
    pub(super) set: usize,
    pub(super) set_name: Arc<str>,
    /// Position of the label, lowest first.
    pub(super) band: usize,
    pub(super) label: Arc<str>,
    pub(super) of: Target,
    pub(super) on: LabelOn,
    pub(super) threshold: f64,
}

/// A condition on attributes.
#[derive(Debug)]
pub(super) struct When {
    pub(super) yes: Guard,
    pub(super) no: Guard,
    pub(super) asked: Arc<str>,
}

/// What all conditions of one set of stages or segments share.
#[derive(Debug)]
pub(in crate::model) struct Conditions {
    pub(super) schema: SchemaId,
    pub(super) shape: Arc<Shape>,
    pub(super) history: History,
    /// The model's own say in whom it counts for.
    pub(super) applies: Option<(Arc<Plan>, Arc<Applies>)>,
    pub(super) attributes: Plan,
    pub(super) whens: Box<[When]>,
    pub(super) reads_activities: bool,
}

impl Conditions {
    pub(in crate::model) fn goes_with(&self, matrix: &ScoreMatrix) -> bool {
        Arc::ptr_eq(&self.shape, &matrix.shape) || self.shape == matrix.shape
    }
}

/// Resolves conditions one after the other.
pub(in crate::model) struct Pending<'m> {
    model: &'m ScoreModel,
    pub(in crate::model) problems: Problems,
    tests: Tests,
    whens: Vec<(Cond, Arc<str>)>,
    reads_activities: bool,
}

impl<'m> Pending<'m> {
    pub(in crate::model) fn new(model: &'m ScoreModel) -> Self {
        Self {
            model,
            problems: Problems::default(),
            tests: Tests::default(),
            whens: Vec::new(),
            reads_activities: false,
        }
    }

    pub(in crate::model) fn finish(self) -> (Conditions, Problems) {
        let (attributes, layout) = Plan::new(&self.tests);
        let whens = self.whens.into_iter().map(|(cond, asked)| When {
            yes: Guard::new(&cond, &layout),
            no: Guard::new(&Cond::Not(Box::new(cond)), &layout),
            asked,
        });
        let model = self.model;
        let applies = model.applies.as_ref();
        let conditions = Conditions {
            schema: model.schema.id(),
            shape: Arc::clone(&model.shape),
            history: model.history.clone(),
            applies: applies.map(|applies| (Arc::clone(&model.attributes), Arc::clone(applies))),
            attributes,
            whens: whens.collect(),
            reads_activities: self.reads_activities,
        };
        (conditions, self.problems)
    }

    fn schema(&self) -> &'m Schema {
        &self.model.schema
    }

    /// Resolves a condition; `margins` says whether it may have margins.
    pub(in crate::model) fn condition(
        &mut self,
        spec: &StateCondition,
        path: &str,
        margins: bool,
    ) -> StateTest {
        match &spec.node {
            Node::All(parts) => StateTest::All(self.parts(parts, path, "all", margins)),
            Node::Any(parts) => StateTest::Any(self.parts(parts, path, "any", margins)),
            Node::Not(part) => {
                let part = self.condition(part, &format!("{path}.not"), margins);
                StateTest::Not(Box::new(part))
            }
            Node::Number(number) => self.number(number, path, margins),
            Node::Label { set, reached } => self.label(set, reached, path),
            Node::When(when) => {
                let cond = resolve_condition(
                    when,
                    self.schema(),
                    &format!("{path}.when"),
                    &mut self.tests,
                    &mut self.problems,
                );
                self.whens.push((cond, when.to_string().into()));
                StateTest::When(self.whens.len() - 1)
            }
            Node::Disqualified(is) => StateTest::Disqualified(*is),
            Node::TooDeep => {
                self.problems.push(path, TOO_DEEP);
                StateTest::Any(Box::new([]))
            }
        }
    }

    fn parts(
        &mut self,
        parts: &[StateCondition],
        path: &str,
        word: &str,
        margins: bool,
    ) -> Box<[StateTest]> {
        if parts.is_empty() {
            self.problems
                .push(path, format!("`{word}` needs at least one condition"));
        }
        let parts = parts.iter().enumerate();
        parts
            .map(|(i, part)| self.condition(part, &format!("{path}.{word}[{i}]"), margins))
            .collect()
    }

    /// The position of a dimension; reports one that is not there.
    fn dimension(&mut self, name: &str, path: String) -> Option<usize> {
        let known = || self.model.shape.dimensions.iter().map(Dimension::name);
        let place = known().position(|known| known == name);
        if place.is_none() {
            self.problems.unknown(path, "dimension", name, known());
        }
        place
    }

    fn number(&mut self, spec: &NumberCondition, path: &str, margins: bool) -> StateTest {
        let margin = spec.margin;
        if let Some(margin) = margin {
            let path = format!("{path}.margin");
            match &spec.of {
                NumberOf::Activity(_) => {
                    self.problems.push(path, "belongs to `score` and `raw`");
                }
                _ if !margins => {
                    let message = "belongs to the `enter` of a stage without an `exit`";
                    self.problems.push(path, message);
                }
                _ => self.margin(margin, path),
            }
        }
        let word = match &spec.of {
            NumberOf::Score(_) => "score",
            NumberOf::Raw(_) => "raw",
            NumberOf::Activity(activity) => return self.activity(activity, spec, path),
        };
        if spec.asked.is_empty() {
            self.problems
                .push(path, format!("`{word}` needs a comparison"));
        }
        let range = (word == "score").then_some((0.0, 100.0));
        let test = spec.asked.resolve(range, path, &mut self.problems);
        match &spec.of {
            NumberOf::Score(name) => {
                let of = if name != "composite" {
                    let path = format!("{path}.score");
                    Target::Dimension(self.dimension(name, path).unwrap_or(0))
                } else if self.model.composite.is_some() {
                    Target::Composite
                } else {
                    self.problems
                        .push(format!("{path}.score"), "the model has no composite");
                    Target::Composite
                };
                StateTest::Score {
                    of,
                    name: name.as_str().into(),
                    test,
                    margin,
                }
            }
            NumberOf::Raw(name) => StateTest::Raw {
                of: self.dimension(name, format!("{path}.raw")).unwrap_or(0),
                name: name.as_str().into(),
                test,
                margin,
            },
            NumberOf::Activity(_) => StateTest::Any(Box::new([])),
        }
    }

    fn activity(
        &mut self,
        activity: &ActivitySpec,
        spec: &NumberCondition,
        path: &str,
    ) -> StateTest {
        self.reads_activities = true;
        let inner = format!("{path}.activity");
        if matches!(activity.occurrences, Occurrences::Count(_)) {
            self.problems.push(
                format!("{inner}.occurrences"),
                "`count` gives points; compare the number of activities with `at_least` and the like beside `activity`",
            );
        }
        if activity.decay.is_some() {
            self.problems.push(
                format!("{inner}.decay"),
                "fades points, which this condition does not ask for",
            );
        }
        let mut builder = Builder {
            schema: self.model.schema.as_ref(),
            history: &self.model.history,
            problems: &mut self.problems,
        };
        let plan = Box::new(builder.activity(activity, &inner));
        let asked = &spec.asked;
        if asked.is.is_some() || asked.missing {
            self.problems
                .push(path, "the number of activities is never missing");
        }
        let test = if asked.is_empty() {
            NumberTest::ANY
        } else {
            asked.resolve(None, path, &mut self.problems)
        };
        let kinds = activity.kind.as_ref().map(|kinds| kinds.0.join(", "));
        StateTest::Activity {
            plan,
            kinds: kinds.unwrap_or_default().into(),
            test,
        }
    }

    fn label(&mut self, set: &str, reached: &str, path: &str) -> StateTest {
        let nothing = || StateTest::Any(Box::new([]));
        let sets = &self.model.shape.labels;
        let place = self.model.shape.label(set);
        let Some((place, shape)) = place.and_then(|place| Some((place, sets.get(place)?))) else {
            let known = sets.iter().map(|set| set.name.as_ref());
            let path = format!("{path}.label");
            self.problems.unknown(path, "set of labels", set, known);
            return nothing();
        };
        let band = shape.bands.iter().position(|band| band.as_ref() == reached);
        let (Some(band), Some(labels)) = (band, self.model.labels.get(place)) else {
            let known = shape.bands.iter().map(AsRef::as_ref);
            let path = format!("{path}.reached");
            self.problems.unknown(path, "label", reached, known);
            return nothing();
        };
        StateTest::Label(LabelTest {
            set: place,
            set_name: Arc::clone(&shape.name),
            band,
            label: reached.into(),
            of: labels.target,
            on: labels.on,
            threshold: labels.threshold(band).unwrap_or(f64::INFINITY),
        })
    }

    /// Checks a margin.
    pub(in crate::model) fn margin(&mut self, margin: f64, path: String) {
        if !(0.0..=LARGEST).contains(&margin) {
            self.problems.push(
                path,
                format!("a margin must be between 0 and 1e12, got `{margin}`"),
            );
        }
    }
}
