//! Is there enough, and the right, to learn from?

mod collinear;
mod columns;
mod data;
mod judge;
mod spec;

pub use data::VerdictData;
pub use spec::VerdictSpec;

use super::design::DesignMatrix;
use super::{TrainError, Trained};
use crate::lead::shortened;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a predictive model should be learned from some rows and used, with every reason against it.
///
/// Looks at the training rows alone, before anything is fitted: are there enough, and does a feature know what it
/// cannot know when a lead is scored? It does not say whether the model is any good; held-out leads do.
///
/// Displays one reason a line.
///
/// # Examples
/// ```
/// use lead_scoring::ndarray::array;
/// use lead_scoring::{Readiness, VerdictData, VerdictSpec};
///
/// let x = array![[1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [1.5, 1.0], [2.5, 1.0], [3.5, 0.0]];
/// let converted = [false, false, true, true, true, false];
/// let data = VerdictData::new(x.view(), &converted).columns(["seats", "contract signed"]);
/// let verdict = VerdictSpec::new().judge(&data)?;
/// assert_eq!(verdict.readiness, Readiness::NotReady);
/// assert_eq!(
///     verdict.to_string(),
///     "not ready: 6 rows, 3 converted\n\
///      - not ready: 3 rows converted, at least 40 must have\n\
///      - not ready: 3 rows did not convert, at least 40 must have\n\
///      - not ready: 3 of the rarer outcome for 2 features, 10 each are needed\n\
///      - not ready: `contract signed` alone tells which rows convert: is it known before they do?",
/// );
/// # Ok::<(), lead_scoring::TrainError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The worst that any reason says.
    pub readiness: Readiness,
    /// How many rows there are.
    pub rows: u64,
    /// How many of them converted.
    pub converted: u64,
    /// What speaks against it; empty where it is ready.
    pub reasons: Vec<VerdictReason>,
}

/// Whether to use it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Nothing speaks against it.
    #[default]
    Ready,
    /// It can be learned, but something should be looked at.
    UsableWithCare,
    /// What was learned would be chance, or would know what it cannot know when it is used.
    NotReady,
}

/// One thing that speaks against it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum VerdictReason {
    /// Too few rows converted. Not ready.
    TooFewConverted {
        /// How many did.
        converted: u64,
        /// How many must have.
        needed: u64,
    },
    /// Too few rows did not convert. Not ready.
    TooFewNotConverted {
        /// How many did not.
        not_converted: u64,
        /// How many must not have.
        needed: u64,
    },
    /// Too few rows of the rarer outcome for so many features. Not ready.
    TooFewEventsPerFeature {
        /// Rows of the rarer outcome.
        events: u64,
        /// How many features there are.
        features: u64,
        /// How many events each needs.
        needed: f64,
    },
    /// Enough for the features, but not for the columns that they become. With care.
    TooFewEventsPerColumn {
        /// Rows of the rarer outcome.
        events: u64,
        /// How many columns there are, constant ones left out.
        columns: u64,
        /// How many events each needs.
        needed: f64,
    },
    /// A feature alone tells the outcomes apart without fail. Not ready: mostly it is known only afterwards.
    Separates {
        /// Its name.
        feature: String,
    },
    /// A feature alone nearly tells the outcomes apart. With care.
    NearlySeparates {
        /// Its name.
        feature: String,
        /// Chance that it puts a converted row on the right side of another, 0.5 to 1: the ROC AUC.
        auc: f64,
    },
    /// A feature is known of rows of one outcome only. Not ready.
    KnownForOneOutcome {
        /// Its name.
        feature: String,
        /// The outcome: whether those rows converted.
        converted: bool,
        /// Of how many rows it is known.
        known: u64,
    },
    /// A feature that has almost as many levels as rows. Not ready: it would be learned by heart.
    IdentifierLike {
        /// Its name.
        feature: String,
        /// How many levels.
        levels: u64,
        /// Of how many rows it is known.
        known: u64,
    },
    /// Columns that have one value only. With care: they add nothing.
    Constant {
        /// Their names.
        columns: Vec<String>,
    },
    /// A column that follows from others. With care: without penalty there is no one fit, with one they share.
    Collinear {
        /// Its name.
        column: String,
        /// Those it follows from, the weightiest first, at most five.
        from: Vec<String>,
    },
}

impl VerdictReason {
    /// What it says by itself.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        match self {
            Self::TooFewEventsPerColumn { .. }
            | Self::NearlySeparates { .. }
            | Self::Constant { .. }
            | Self::Collinear { .. } => Readiness::UsableWithCare,
            _ => Readiness::NotReady,
        }
    }
}

impl DesignMatrix {
    /// Whether these rows should be learned from.
    ///
    /// A feature counts as missing where its column for that says so: what a feature takes in place of a missing value
    /// is not told from what is known. A row counts as one row whatever its weight, which makes no more known of it.
    ///
    /// # Errors
    /// As [`VerdictSpec::judge`].
    pub fn verdict(&self, spec: &VerdictSpec) -> Result<Verdict, TrainError> {
        spec.judge(&VerdictData::of_design(self))
    }
}

impl Trained {
    /// Whether the rows that it was learned from should have been, by the default [`VerdictSpec`].
    ///
    /// # Errors
    /// As [`VerdictSpec::judge`].
    pub fn verdict(&self) -> Result<Verdict, TrainError> {
        self.design.verdict(&VerdictSpec::new())
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "ready",
            Self::UsableWithCare => "usable with care",
            Self::NotReady => "not ready",
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            readiness,
            rows,
            converted,
            ..
        } = self;
        write!(f, "{readiness}: {rows} rows, {converted} converted")?;
        for reason in &self.reasons {
            write!(f, "\n- {}: {reason}", reason.readiness())?;
        }
        Ok(())
    }
}

impl fmt::Display for VerdictReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |names: &[String]| {
            let names = names.iter().map(|name| format!("`{}`", shortened(name)));
            names.collect::<Vec<_>>().join(", ")
        };
        let outcome = |converted: bool| {
            if converted {
                "converted"
            } else {
                "did not convert"
            }
        };
        match self {
            Self::TooFewConverted { converted, needed } => {
                write!(f, "{converted} rows converted, at least {needed} must have")
            }
            Self::TooFewNotConverted {
                not_converted,
                needed,
            } => write!(
                f,
                "{not_converted} rows did not convert, at least {needed} must have"
            ),
            Self::TooFewEventsPerFeature {
                events,
                features,
                needed,
            } => write!(
                f,
                "{events} of the rarer outcome for {features} features, {needed} each are needed"
            ),
            Self::TooFewEventsPerColumn {
                events,
                columns,
                needed,
            } => write!(
                f,
                "{events} of the rarer outcome for {columns} columns, {needed} each are better"
            ),
            Self::Separates { feature } => write!(
                f,
                "`{}` alone tells which rows convert: is it known before they do?",
                shortened(feature)
            ),
            Self::NearlySeparates { feature, auc } => write!(
                f,
                "`{}` alone nearly tells which rows convert (AUC {auc:.3}): is it known before they do?",
                shortened(feature)
            ),
            Self::KnownForOneOutcome {
                feature,
                converted,
                known,
            } => write!(
                f,
                "`{}` is known of {known} rows, all of which {}: is it known before they do?",
                shortened(feature),
                outcome(*converted)
            ),
            Self::IdentifierLike {
                feature,
                levels,
                known,
            } => write!(
                f,
                "`{}` has {levels} levels in {known} rows: it names leads and says nothing of others",
                shortened(feature)
            ),
            Self::Constant { columns } => {
                write!(f, "one value only, which adds nothing: {}", quoted(columns))
            }
            Self::Collinear { column, from } if from.is_empty() => {
                write!(f, "`{}` follows from other columns", shortened(column))
            }
            Self::Collinear { column, from } => {
                write!(f, "`{}` follows from {}", shortened(column), quoted(from))
            }
        }
    }
}
