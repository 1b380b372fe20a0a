//! What comes out: scores, vectors, matrices and explanations.

mod as_of;
mod cause;
mod dimension;
mod explanation;
mod formula;
mod matrix;
mod reason;
mod score;
mod shape;
mod unit;
mod vector;

pub use as_of::AsOf;
pub use cause::{Cause, Effect};
pub use dimension::Dimension;
pub use explanation::{Evidence, Explanation, Label, Role};
pub use formula::{Formula, WhenMissing};
pub use matrix::{RankBy, RankError, ScoreMatrix};
pub use reason::{MissingAttribute, Reason};
pub use score::{Score, ScoreError};
pub use unit::Unit;
pub use vector::ScoreVector;

pub(crate) use explanation::Level;
pub(crate) use formula::{
    LARGEST, clamp, extreme, geometric_mean, inactivity, larger, occurrence, scale, smaller,
    weighted_mean,
};
pub(crate) use shape::{Cell, Head, LabelShape, NO_BAND, Notes, Shape};
