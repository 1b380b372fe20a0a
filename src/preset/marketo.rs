use super::one_dimension;
use crate::lead::SchemaSpec;
use crate::model::ModelSpec;
use crate::scorer::{ActivitySpec, GroupSpec, InactivitySpec, RuleSpec};

/// Kinds of activity with their points.
const TOKENS: [(&str, f64); 8] = [
    ("contact_form", 30.0),
    ("content_form", 15.0),
    ("default_form", 10.0),
    ("live_event", 30.0),
    ("webinar", 20.0),
    ("paid_click", 15.0),
    ("click", 2.0),
    ("undesirable_page", -5.0),
];

/// The score tokens of Adobe Marketo Engage's behaviour scoring program: activities, and a loss for silence.
///
/// | activity kind | points |
/// | --- | --- |
/// | `contact_form` | 30 |
/// | `content_form` | 15 |
/// | `default_form` | 10 |
/// | `live_event` | 30 |
/// | `webinar` | 20 |
/// | `paid_click` | 15 |
/// | `click` | 2 |
/// | `undesirable_page` | -5 |
/// | no activity for 30 days, and for each further 30 | -10 |
///
/// Silence is counted from the later of the last activity and the lead's creation; where neither is known it costs
/// nothing. It goes on without end; set a `floor` on the rule `no_activity` to stop it. Nothing fades otherwise.
///
/// Not covered: demographic tokens, which every customer fills in for itself, and limits of a smart campaign (such
/// as "once a day"): set `occurrences` on the rules for those.
///
/// # Units
/// The raw value of dimension `behavior` is the sum of the tokens: points, unbounded, may be negative. The score is
/// that number within 0 to 100.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, AsOf, Lead, ScoreModel, preset};
///
/// let model = ScoreModel::build(&preset::marketo_tokens())?;
/// let lead = Lead::builder(model.schema(), "a1")
///     .activity(ActivityRecord::new("contact_form", "2026-01-01".parse()?))
///     .activity(ActivityRecord::new("click", "2026-01-15".parse()?))
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// // 30 + 2, and 45 days of silence.
/// assert_eq!(model.vector(&lead, as_of).raw("behavior"), Some(22.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Adobe Marketo Engage, program library, behaviour scoring: the program's score tokens.
#[must_use]
pub fn marketo_tokens() -> ModelSpec {
    let activities = TOKENS
        .iter()
        .map(|&(kind, points)| {
            RuleSpec::new(kind)
                .points(points)
                .activity(ActivitySpec::of(kind))
        })
        .fold(GroupSpec::sum("activity"), GroupSpec::rule);
    let silence = GroupSpec::sum("silence").rule(
        RuleSpec::new("no_activity")
            .points(-10.0)
            .inactivity(InactivitySpec::every("30d")),
    );
    one_dimension("Marketo score tokens", "behavior", [activities, silence])
        .note("score tokens of Adobe Marketo Engage's behavior scoring program")
        .schema(SchemaSpec::new().kinds(TOKENS.map(|(kind, _)| kind)))
}
