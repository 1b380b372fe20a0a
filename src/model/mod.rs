//! Many judges in one model.

mod problem;

pub use problem::{SpecError, SpecProblem};

pub(crate) use problem::Problems;
