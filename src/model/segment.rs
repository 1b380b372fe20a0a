mod change;
mod segments;
mod summary;

pub use change::SegmentChange;
pub use segments::Segments;
pub use summary::{SegmentMean, SegmentSummary};

use super::state_condition::StateCondition;
use serde::{Deserialize, Serialize};

/// Named groups of leads: firmographic, behavioural, by score, or all of it together. A lead can be in several.
///
/// Built against a [`ScoreModel`](crate::ScoreModel) into [`Segments`]; a spec of its own, so that segments come and
/// go without a change to the model.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivitySpec, SegmentSpec, SegmentsSpec, StateCondition, attribute};
///
/// let segments = SegmentsSpec::new()
///     .segment(SegmentSpec::new("large firms", attribute("employees").at_least(1_000)))
///     .segment(SegmentSpec::new(
///         "active but unfit",
///         StateCondition::all([
///             StateCondition::score("fit").less_than(30.0).into(),
///             StateCondition::activity(ActivitySpec::of("demo").last("30d")).into(),
///         ]),
///     ));
/// # let _ = segments;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentsSpec {
    /// The segments.
    pub segments: Vec<SegmentSpec>,
}

/// One segment of a [`SegmentsSpec`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// Its name, once among the segments.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What disqualified leads do here. Default: they are in no segment.
    #[serde(default, skip_serializing_if = "is_out")]
    pub disqualified: DisqualifiedLeads,
    /// What must be true of a lead.
    pub when: StateCondition,
}

/// What disqualified leads do in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisqualifiedLeads {
    /// They are not in it.
    #[default]
    LeaveOut,
    /// They are in it where its condition is true, like any other.
    Include,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_out(disqualified: &DisqualifiedLeads) -> bool {
    *disqualified == DisqualifiedLeads::LeaveOut
}

impl SegmentsSpec {
    /// No segments yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a segment.
    #[must_use]
    pub fn segment(mut self, segment: SegmentSpec) -> Self {
        self.segments.push(segment);
        self
    }
}

impl SegmentSpec {
    /// A segment of the leads of which that is true.
    #[must_use]
    pub fn new(name: impl Into<String>, when: impl Into<StateCondition>) -> Self {
        Self {
            name: name.into(),
            note: None,
            disqualified: DisqualifiedLeads::LeaveOut,
            when: when.into(),
        }
    }

    /// Takes disqualified leads like any other. Default: they are in no segment.
    #[must_use]
    pub fn with_disqualified(mut self) -> Self {
        self.disqualified = DisqualifiedLeads::Include;
        self
    }

    /// A note for people.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}
