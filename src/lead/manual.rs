use super::Moment;
use crate::score::Score;
use serde::{Deserialize, Serialize};

/// A person's judgement that stands beside the machine's: a score for one dimension, with a reason and an end.
///
/// It is in force from `set_at` (included) to `expires_at` (excluded). The machine score is always kept; labels
/// and ranking read the manual score while it is in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManualOverride {
    /// The dimension's name, or `composite`.
    pub dimension: String,
    /// The score in its place, 0 to 100.
    pub score: Score,
    /// Why.
    pub reason: String,
    /// From when.
    pub set_at: Moment,
    /// Until when. Default: for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

impl ManualOverride {
    /// The override as a view lends it.
    #[must_use]
    pub fn as_view(&self) -> Override<'_> {
        Override {
            dimension: &self.dimension,
            score: self.score,
            reason: &self.reason,
            set_at: self.set_at,
            expires_at: self.expires_at,
        }
    }
}

/// A [`ManualOverride`] as a [`LeadView`](crate::LeadView) lends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Override<'a> {
    /// The dimension's name, or `composite`.
    pub dimension: &'a str,
    /// The score in its place.
    pub score: Score,
    /// Why.
    pub reason: &'a str,
    /// From when, included.
    pub set_at: Moment,
    /// Until when, excluded.
    pub expires_at: Option<Moment>,
}

impl Override<'_> {
    /// Whether it is in force at a moment.
    #[must_use]
    pub fn in_force(&self, at: Moment) -> bool {
        self.set_at <= at && self.expires_at.is_none_or(|end| at < end)
    }

    /// An owned copy.
    #[must_use]
    pub fn to_owned(&self) -> ManualOverride {
        ManualOverride {
            dimension: self.dimension.to_owned(),
            score: self.score,
            reason: self.reason.to_owned(),
            set_at: self.set_at,
            expires_at: self.expires_at,
        }
    }
}
