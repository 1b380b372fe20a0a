//! Conditions on attributes: the spec, and the plan by slot that it is compiled to.

mod compare;
mod fields;
mod filters;
mod guard;
mod packed;
mod plan;
mod range;
mod recall;
mod resolve;
mod settings;
mod spec;
mod tags;
mod test;
mod text;
mod words;

pub use spec::{AttributeRef, ConditionSpec, Filter, all, any, attribute, not};
pub use test::{Known, LetterCase, Scalar, Test};

pub(crate) use filters::{Filters, Head, Start, resolve_filter};
pub(crate) use guard::{Applies, Guard, Need, Sums};
pub(crate) use plan::{Answers, BlockWords, Layout, Plan, TablePlan, Together, Words};
pub(crate) use range::NumberRange;
pub(crate) use resolve::{Cond, Leaf, LeafTest, Tests, resolve_condition};
pub(crate) use settings::Settings;
pub(crate) use tags::TagOp;
pub(crate) use text::{TextOp, TextTest};
