mod course;
mod spec;

pub use spec::{DecaySpec, DecayStep, LinearShape};

pub(crate) use spec::{period, positive_period};

use super::period::show_period;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// How points fade with age, checked: made by [`DecaySpec::build`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DecaySpec", into = "DecaySpec")]
pub struct Decay {
    curve: Curve,
    grace: i64,
    floor: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Curve {
    HalfLife(i64),
    Linear {
        lose: f64,
        every: i64,
        shape: LinearShape,
    },
    Lifespan(i64),
    Steps(Arc<[(i64, f64)]>),
}

impl Decay {
    /// The share that is left at an age in microseconds, 0 to 1. A negative age counts as none.
    #[must_use]
    #[inline]
    pub fn share(&self, age_micros: i64) -> f64 {
        let age = age_micros.max(0).saturating_sub(self.grace).max(0);
        #[allow(clippy::cast_precision_loss)] // exact below 285 years
        let over = |whole: i64| age as f64 / whole as f64;
        let share = match &self.curve {
            Curve::HalfLife(half_life) => (-over(*half_life)).exp2(),
            Curve::Lifespan(lifespan) => 1.0 - over(*lifespan),
            Curve::Linear {
                lose,
                every,
                shape: LinearShape::Continuous,
            } => 1.0 - lose * over(*every),
            Curve::Linear {
                lose,
                every,
                shape: LinearShape::Stepped,
            } => {
                #[allow(clippy::cast_precision_loss)] // a count of intervals
                let intervals = age.checked_div(*every).unwrap_or(0) as f64;
                1.0 - lose * intervals
            }
            Curve::Steps(steps) => {
                let reached = steps.partition_point(|&(from, _)| from <= age);
                reached
                    .checked_sub(1)
                    .and_then(|last| steps.get(last))
                    .map_or(1.0, |&(_, share)| share)
            }
        };
        share.max(self.floor).max(0.0)
    }
}

impl From<Decay> for DecaySpec {
    fn from(decay: Decay) -> Self {
        let curve = match &decay.curve {
            Curve::HalfLife(time) => Self::half_life(show_period(*time)),
            Curve::Lifespan(time) => Self::lifespan(show_period(*time)),
            Curve::Linear { lose, every, shape } => Self {
                shape: (*shape == LinearShape::Continuous).then_some(*shape),
                ..Self::lose(*lose, show_period(*every))
            },
            Curve::Steps(steps) => Self::steps(
                steps
                    .iter()
                    .map(|&(from, share)| (show_period(from), share)),
            ),
        };
        Self {
            grace: (decay.grace > 0).then(|| show_period(decay.grace)),
            floor: (decay.floor > 0.0).then_some(decay.floor),
            ..curve
        }
    }
}

impl TryFrom<DecaySpec> for Decay {
    type Error = crate::model::SpecError;

    fn try_from(spec: DecaySpec) -> Result<Self, Self::Error> {
        spec.build()
    }
}

impl fmt::Display for Decay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.curve {
            Curve::HalfLife(time) => write!(f, "half-life {}", show_period(*time))?,
            Curve::Lifespan(time) => write!(f, "lifespan {}", show_period(*time))?,
            Curve::Linear { lose, every, .. } => {
                write!(f, "losing {lose} of it per {}", show_period(*every))?;
            }
            Curve::Steps(_) => f.write_str("by steps")?,
        }
        if self.grace > 0 {
            write!(f, " after {}", show_period(self.grace))?;
        }
        if self.floor > 0.0 {
            write!(f, ", never below {} of it", self.floor)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
