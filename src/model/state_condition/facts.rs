use super::Because;
use super::resolve::{Conditions, LabelTest, StateTest};
use crate::lead::{KnownAt, LeadView, Moment};
use crate::model::label::{LabelOn, Target};
use crate::score::Scored;
use crate::scorer::{Buffers, Case, Kinds, emptied, with_buffers};
use std::sync::Arc;

/// How bounds are meant.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) enum Mode {
    /// As they stand.
    Enter,
    /// Wider by a margin, for what was entered before.
    Stay(f64),
}

impl Mode {
    /// By how much bounds are wider; narrower where the condition is negated.
    pub(super) fn wider(self, own: Option<f64>, positive: bool) -> f64 {
        let margin = match self {
            Self::Enter => 0.0,
            Self::Stay(margin) => own.unwrap_or(margin),
        };
        if positive { margin } else { -margin }
    }
}

/// One lead at one moment, with its scores.
pub(in crate::model) struct Facts<'f, 'l> {
    conditions: &'f Conditions,
    scored: Scored<'f>,
    case: &'f Case<'f, dyn LeadView + 'l>,
    buffers: &'f mut Buffers,
}

impl Conditions {
    /// Looks at a lead; `None` where nothing can be said: the lead or its scores are of another schema or model, or
    /// the model does not count for it.
    pub(in crate::model) fn look<R>(
        &self,
        lead: &dyn LeadView,
        scored: Scored<'_>,
        as_of: Moment,
        run: impl FnOnce(&mut Facts<'_, '_>) -> R,
    ) -> Option<R> {
        if lead.schema() != self.schema || !scored.is_of(&self.shape) {
            return None;
        }
        let dated;
        let lead: &dyn LeadView = if lead.all_known_at(as_of) {
            lead
        } else {
            dated = KnownAt::new(lead, as_of);
            &dated
        };
        with_buffers(|buffers, mut activities| {
            if let Some((plan, applies)) = &self.applies {
                plan.read(lead, as_of, &mut buffers.words);
                if !applies.to(&buffers.words) {
                    return (None, emptied(activities));
                }
            }
            self.attributes.read(lead, as_of, &mut buffers.words);
            let since = self.history.since(lead, as_of);
            if self.reads_activities {
                self.history.collect(lead, as_of, since, &mut activities);
            }
            let case = Case {
                lead,
                as_of,
                history: &activities,
                kinds: Kinds::of(&activities),
                marks: None,
                product: None,
                since,
                pauses: &self.history.pauses,
            };
            let mut facts = Facts {
                conditions: self,
                scored,
                case: &case,
                buffers,
            };
            let result = run(&mut facts);
            (Some(result), emptied(activities))
        })
    }
}

fn place(of: Target) -> Option<usize> {
    match of {
        Target::Composite => None,
        Target::Dimension(place) => Some(place),
    }
}

impl Facts<'_, '_> {
    pub(in crate::model) fn is_disqualified(&self) -> bool {
        !self.scored.disqualified().is_empty()
    }

    /// The manual score that is in force.
    pub(super) fn manual(&self, of: Target) -> Option<f64> {
        self.scored.manual(place(of))
    }

    /// The percentile of a score.
    pub(super) fn rank(&self, of: Target, score: f64) -> Option<f64> {
        Some(self.conditions.shape.ranks(place(of))?.of(score))
    }

    pub(in crate::model) fn verdict(&self) -> Because {
        Because::Disqualified {
            reasons: self.scored.disqualified().to_vec(),
        }
    }

    /// Whether a condition is true; `None` where that is unknown.
    pub(in crate::model) fn truth(&mut self, test: &StateTest, mode: Mode) -> Option<bool> {
        self.tree(test, mode, true)
    }

    fn tree(&mut self, test: &StateTest, mode: Mode, positive: bool) -> Option<bool> {
        match test {
            StateTest::All(parts) => self.list(parts, mode, positive, true),
            StateTest::Any(parts) => self.list(parts, mode, positive, false),
            StateTest::Not(part) => Some(!self.tree(part, mode, !positive)?),
            StateTest::Score {
                of, test, margin, ..
            } => {
                let test = test.widened(mode.wider(*margin, positive));
                test.truth(self.scored.effective(place(*of)))
            }
            StateTest::Raw {
                of, test, margin, ..
            } => {
                let test = test.widened(mode.wider(*margin, positive));
                test.truth(self.scored.raw(*of))
            }
            #[allow(clippy::cast_precision_loss)] // nobody has done anything 2^53 times
            StateTest::Activity { plan, test, .. } => {
                let times = plan.times(self.case, &mut self.buffers.chosen);
                test.truth(Some(times as f64))
            }
            StateTest::Label(label) => self.label(label, mode.wider(None, positive)),
            StateTest::When(place) => {
                let when = self.conditions.whens.get(*place)?;
                if when.yes.holds(&self.buffers.words) {
                    Some(true)
                } else {
                    when.no.holds(&self.buffers.words).then_some(false)
                }
            }
            StateTest::Disqualified(is) => Some(self.is_disqualified() == *is),
        }
    }

    /// Kleene's and (`all`) and or: one part that decides is enough.
    fn list(&mut self, parts: &[StateTest], mode: Mode, positive: bool, all: bool) -> Option<bool> {
        let mut truth = Some(all);
        for part in parts {
            match self.tree(part, mode, positive) {
                Some(holds) if holds == all => {}
                Some(decided) => return Some(decided),
                None => truth = None,
            }
        }
        truth
    }

    fn label(&self, test: &LabelTest, wider: f64) -> Option<bool> {
        if self.is_disqualified() {
            return Some(false);
        }
        let value = match (test.on, test.of) {
            (LabelOn::Points, Target::Dimension(place)) => self.scored.raw(place),
            (LabelOn::Percentile, of) => self.scored.percentile(place(of)),
            _ => self.scored.effective(place(test.of)),
        };
        let reached = self
            .scored
            .band(test.set)
            .is_some_and(|band| band >= test.band);
        if reached && (wider >= 0.0 || self.scored.is_lifted(test.set)) {
            return Some(true);
        }
        if wider == 0.0 {
            return value.map(|_| reached);
        }
        value.map(|value| value >= test.threshold - wider)
    }

    /// The parts that made a condition true, or false, as `holds` says.
    pub(in crate::model) fn because(
        &mut self,
        test: &StateTest,
        mode: Mode,
        holds: bool,
    ) -> Vec<Because> {
        let mut found = Vec::new();
        self.parts(test, mode, true, holds, &mut found);
        found
    }

    fn parts(
        &mut self,
        test: &StateTest,
        mode: Mode,
        positive: bool,
        holds: bool,
        found: &mut Vec<Because>,
    ) {
        if self.tree(test, mode, positive) != Some(holds) {
            return;
        }
        let because = match test {
            StateTest::All(parts) | StateTest::Any(parts) => {
                for part in parts {
                    self.parts(part, mode, positive, holds, found);
                }
                return;
            }
            StateTest::Not(part) => return self.parts(part, mode, !positive, !holds, found),
            StateTest::Score {
                of,
                name,
                test,
                margin,
            } => Because::Score {
                dimension: Arc::clone(name),
                value: self.scored.effective(place(*of)),
                asked: test.widened(mode.wider(*margin, positive)).to_string(),
                holds,
            },
            StateTest::Raw {
                of,
                name,
                test,
                margin,
            } => Because::Raw {
                dimension: Arc::clone(name),
                value: self.scored.raw(*of),
                asked: test.widened(mode.wider(*margin, positive)).to_string(),
                holds,
            },
            StateTest::Activity { plan, kinds, test } => Because::Activity {
                kinds: Arc::clone(kinds),
                times: plan.times(self.case, &mut self.buffers.chosen),
                asked: test.to_string(),
                holds,
            },
            StateTest::Label(label) => Because::Label {
                set: Arc::clone(&label.set_name),
                label: Arc::clone(&label.label),
                holds,
            },
            StateTest::When(place) => {
                let Some(when) = self.conditions.whens.get(*place) else {
                    return;
                };
                Because::Attributes {
                    asked: Arc::clone(&when.asked),
                    holds,
                }
            }
            StateTest::Disqualified(_) => self.verdict(),
        };
        found.push(because);
    }
}
