//! What comes out: scores, vectors, matrices and explanations.

mod arithmetic;
mod as_of;
mod by_block;
mod cause;
mod dimension;
mod explanation;
mod formula;
mod grade;
mod matrix;
mod probability;
mod ranking;
mod ranks;
mod rating;
mod reason;
mod row;
mod score;
mod shape;
mod unit;
mod vector;

pub use as_of::AsOf;
pub use cause::{Cause, Effect};
pub use dimension::Dimension;
pub use explanation::{Evidence, Explanation, Label, Role};
pub use formula::{Formula, WhenMissing};
pub use grade::{Grade, ParseGradeError};
pub use matrix::ScoreMatrix;
pub use ranking::{RankBy, RankError};
pub use rating::{CellCounts, LabelCounts, MatrixCell};
pub use reason::{MissingAttribute, Reason, Unanswered};
pub use score::{Score, ScoreError};
pub use unit::Unit;
pub use vector::ScoreVector;

pub(crate) use arithmetic::{
    LARGEST, WEEKS_BEFORE, amount_share, clamp, contribution, coverage, daily_count, extreme,
    geometric_mean, inactivity, larger, momentum, occurrence, only_if, root, scale, smaller,
    weighted_mean,
};
pub(crate) use by_block::{NotesOfBlock, NotesOfRows};
pub(crate) use explanation::Level;
pub(crate) use probability::{logistic, prior, within};
pub(crate) use ranks::Ranks;
pub(crate) use row::Scored;
pub(crate) use shape::{Cell, Head, LabelShape, MatrixShape, NO_BAND, Notes, Shape};
