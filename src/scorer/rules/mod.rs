//! Points rules: explicit, implicit and negative.

mod activity_spec;
mod block;
mod build;
mod case;
mod change;
mod eval;
mod group;
mod lint;
mod measure;
mod occurrence;
mod plan;
mod rule;
mod rule_scorer;
mod spec;
mod sum;
mod table;
mod wakes;
mod what_if;

pub use activity_spec::{
    ActivitySpec, CountRange, InactivitySpec, Keep, Names, Occurrences, Window,
};
pub use lint::Lint;
pub use rule_scorer::RuleScorer;
pub use spec::{AppliesTo, GroupPolicy, GroupSpec, RuleSpec, RulesSpec, WhenUnknown};

pub(crate) use build::{Builder, resolve_applies};
pub(crate) use case::{Blocks, Buffers, Case};
pub(crate) use change::{
    Fading, Moments, RulesCourse, SECOND, abstained, bounds, occurrences, one_way_until,
    or_nothing, value, when,
};
pub(crate) use eval::Judged;
pub(crate) use plan::{ActivityPlan, RulesPlan};
pub(crate) use rule_scorer::{emptied, other_schema, with_buffers};
pub(crate) use table::RulesOfTable;
pub(crate) use what_if::WhatIf;
