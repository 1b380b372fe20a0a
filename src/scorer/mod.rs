//! Who judges.

mod condition;
mod decay;
mod history;
mod period;
mod rfm;
mod rules;
mod scorer;
mod trace;

pub use condition::{
    AttributeRef, ConditionSpec, Filter, Known, LetterCase, Scalar, Test, all, any, attribute, not,
};
pub use decay::{Decay, DecaySpec, DecayStep, LinearShape};
pub use history::{HistorySpec, PauseSpec};
pub use rfm::{
    BinCuts, BinRule, RfmAxis, RfmAxisReport, RfmBins, RfmCuts, RfmFit, RfmMonetary, RfmRating,
    RfmReport, RfmScorer, RfmSegmentChoice, RfmSegmentPreset, RfmSegmentSpec, RfmSegmentsSpec,
    RfmSpec, RfmValues, RfmWeights,
};
pub use rules::{
    ActivitySpec, AppliesTo, CountRange, GroupPolicy, GroupSpec, InactivitySpec, Keep, Lint, Names,
    Occurrences, RuleScorer, RuleSpec, RulesSpec, WhenUnknown, Window,
};
pub use scorer::{Assessment, FromFn, Scorer, from_fn};

pub(crate) use condition::{Applies, Cond, Guard, Layout, Plan, Tests, resolve_condition};
pub(crate) use history::History;
pub(crate) use rules::{
    ActivityPlan, Buffers, Builder, Case, emptied, other_schema, resolve_applies, with_buffers,
};
