//! Who judges.

mod condition;
mod decay;
mod history;
mod period;
mod rules;
mod scorer;
mod trace;

pub use condition::{
    AttributeRef, Case, ConditionSpec, Filter, Known, Scalar, Test, all, any, attribute, not,
};
pub use decay::{Decay, DecaySpec, DecayStep, LinearShape};
pub use history::{HistorySpec, PauseSpec};
pub use rules::{
    ActivitySpec, AppliesTo, CountRange, GroupPolicy, GroupSpec, InactivitySpec, Keep, Lint, Names,
    Occurrences, RuleScorer, RuleSpec, RulesSpec, WhenUnknown, Window,
};
pub use scorer::{Assessment, FromFn, Scorer, from_fn};
