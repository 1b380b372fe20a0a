//! Who judges.

mod condition;
mod course;
mod decay;
mod history;
mod period;
mod rules;
mod scorer;
mod trace;

pub use condition::{
    AttributeRef, ConditionSpec, Filter, Known, LetterCase, Scalar, Test, all, any, attribute, not,
};
pub use decay::{Decay, DecaySpec, DecayStep, LinearShape};
pub use history::{HistorySpec, PauseSpec};
pub use rules::{
    ActivitySpec, AppliesTo, CountRange, GroupPolicy, GroupSpec, InactivitySpec, Keep, Lint, Names,
    Occurrences, RuleScorer, RuleSpec, RulesSpec, WhenUnknown, Window,
};
pub use scorer::{Assessment, FromFn, Opaque, Scorer, from_fn};

pub(crate) use condition::{Applies, Cond, Guard, Layout, Plan, Tests, resolve_condition};
pub(crate) use course::{Course, Within};
pub(crate) use history::History;
pub(crate) use rules::{
    ActivityPlan, Assessed, Buffers, Builder, Case, Moments, RulesCourse, SECOND, emptied,
    one_way_until, other_schema, resolve_applies, when, with_buffers,
};
