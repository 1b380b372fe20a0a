use crate::lead::Moment;
use crate::model::Because;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The stage that a lead is in and since when: what the caller keeps from one transition to the next.
///
/// The default is no stage: a lead that was not looked at yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageState {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stage: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Moment>,
}

impl StageState {
    /// In that stage since that moment, as a system that kept it otherwise says.
    #[must_use]
    pub fn new(stage: &str, since: Moment) -> Self {
        Self {
            stage: Some(stage.into()),
            since: Some(since),
        }
    }

    /// The stage; `None` below the lowest.
    #[must_use]
    pub fn stage(&self) -> Option<&str> {
        self.stage.as_deref()
    }

    /// The moment as of which the stage was first seen; `None` for a lead that never changed its stage.
    #[must_use]
    pub fn since(&self) -> Option<Moment> {
        self.since
    }
}

/// Upwards or downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Into a higher stage.
    Up,
    /// Into a lower one, or into none.
    Down,
}

/// One stage whose edge a lead crossed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Crossing {
    /// The stage that was reached, or left.
    pub stage: Arc<str>,
    /// Whether it was reached (up) or left (down).
    pub direction: Direction,
    /// Why: the parts that made its entry, or its exit, true. Empty for a stage that was only passed: its own
    /// condition did not decide.
    pub because: Vec<Because>,
}

/// What crossed between two looks at a lead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Transition {
    pub(super) from: Option<Arc<str>>,
    pub(super) crossed: Vec<Crossing>,
    pub(super) state: StageState,
}

impl Transition {
    /// The stage before; `None` below the lowest, and where the state named a stage that there is not.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The stage now; `None` below the lowest.
    #[must_use]
    pub fn to(&self) -> Option<&str> {
        self.state.stage()
    }

    /// The stages whose edges were crossed, in the order of crossing: upwards lowest first, downwards highest first.
    #[must_use]
    pub fn crossed(&self) -> &[Crossing] {
        &self.crossed
    }

    /// Whether the stage changed, and which way.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        self.crossed.first().map(|crossing| crossing.direction)
    }

    /// Whether a named stage was reached now and had not been before.
    #[must_use]
    pub fn reached(&self, stage: &str) -> bool {
        self.crosses(stage, Direction::Up)
    }

    /// Whether a named stage was left now.
    #[must_use]
    pub fn left(&self, stage: &str) -> bool {
        self.crosses(stage, Direction::Down)
    }

    fn crosses(&self, stage: &str, direction: Direction) -> bool {
        let mut crossed = self.crossed.iter();
        crossed.any(|crossing| crossing.direction == direction && &*crossing.stage == stage)
    }

    /// What to keep for the next transition.
    #[must_use]
    pub fn state(&self) -> &StageState {
        &self.state
    }

    /// What to keep for the next transition.
    #[must_use]
    pub fn into_state(self) -> StageState {
        self.state
    }
}

/// One line for the whole and one for each reason; `{:.1}` rounds what was found.
impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name =
            |stage: Option<&str>| stage.map_or("none".to_owned(), |stage| format!("`{stage}`"));
        if self.crossed.is_empty() {
            return write!(f, "stays at {}", name(self.to()));
        }
        write!(f, "from {} to {}", name(self.from()), name(self.to()))?;
        for crossing in &self.crossed {
            let direction = match crossing.direction {
                Direction::Up => "reached",
                Direction::Down => "left",
            };
            write!(f, "\n  {direction} `{}`", crossing.stage)?;
            for because in &crossing.because {
                f.write_str("\n    ")?;
                fmt::Display::fmt(because, f)?;
            }
        }
        Ok(())
    }
}
