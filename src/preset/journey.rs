use crate::model::{StageSpec, StagesSpec, StateCondition};
use crate::scorer::{ActivitySpec, Names};

/// How long an activity tells of the stage of a journey.
const WINDOW: &str = "90d";

/// The buyer's journey by behaviour: awareness, consideration and decision, each told by kinds of activity.
///
/// A lead is in the highest stage of which it did anything within 90 days: say, blog visits make it aware, webinars
/// and comparisons make it consider, demos and price lists make it decide. It goes back when the last such activity
/// is 90 days old. Edit the stages for windows, subjects or numbers of activities of their own. An unknown kind is
/// found when the stages are built.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     ActivityRecord, AsOf, Lead, ScoreModel, StageState, preset,
/// };
///
/// let model = ScoreModel::build(&preset::madkudu([("blog", 1.0), ("webinar", 5.0), ("demo", 20.0)]))?;
/// let journey = preset::buyer_journey("blog", "webinar", "demo").build(&model)?;
/// let lead = Lead::builder(model.schema(), "a1")
///     .activity(ActivityRecord::new("webinar", "2026-01-10".parse()?))
///     .build()?;
/// let stage = |previous: &StageState, as_of: &str| -> Result<StageState, Box<dyn std::error::Error>> {
///     let as_of: AsOf = as_of.parse()?;
///     Ok(journey.transition(previous, &lead, &model.vector(&lead, as_of), as_of).into_state())
/// };
/// let winter = stage(&StageState::default(), "2026-02-01")?;
/// assert_eq!(winter.stage(), Some("consideration"));
/// assert_eq!(stage(&winter, "2026-04-10")?.stage(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn buyer_journey(
    awareness: impl Into<Names>,
    consideration: impl Into<Names>,
    decision: impl Into<Names>,
) -> StagesSpec {
    let stage = |name: &str, kinds: Names| {
        let did = ActivitySpec::of(kinds).last(WINDOW);
        StageSpec::new(name, StateCondition::activity(did))
    };
    StagesSpec::new("buyer's journey")
        .stage(stage("awareness", awareness.into()))
        .stage(stage("consideration", consideration.into()))
        .stage(stage("decision", decision.into()))
}
