//! Conditions on attributes: the spec, and the plan by slot that it is compiled to.

mod fields;
mod guard;
mod plan;
mod resolve;
mod spec;
mod tags;
mod text;

pub use spec::{
    AttributeRef, ConditionSpec, Filter, Known, LetterCase, Scalar, Test, all, any, attribute, not,
};

pub(crate) use guard::{Applies, Guard, Sums};
pub(crate) use plan::{Layout, Plan, Words};
pub(crate) use resolve::{
    Cond, Filters, Leaf, LeafTest, NumberRange, Tests, resolve_condition, resolve_filter,
};
pub(crate) use tags::TagOp;
pub(crate) use text::{TextOp, TextTest};
