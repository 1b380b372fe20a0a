//! What comes out: scores, vectors, matrices and explanations.

mod as_of;
mod explanation;
mod formula;
mod reason;
mod score;
mod unit;

pub use as_of::AsOf;
pub use explanation::{Evidence, Explanation, Label, Role};
pub use formula::{Formula, WhenMissing};
pub use reason::{MissingAttribute, Reason};
pub use score::{Score, ScoreError};
pub use unit::Unit;

pub(crate) use explanation::Level;
pub(crate) use formula::{
    LARGEST, clamp, extreme, geometric_mean, inactivity, larger, occurrence, scale, smaller,
    weighted_mean,
};
