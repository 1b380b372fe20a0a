use super::one_dimension;
use crate::lead::SchemaSpec;
use crate::model::ModelSpec;
use crate::scorer::{ActivitySpec, DecaySpec, GroupSpec, RuleSpec};

/// How long an activity counts.
const LIFESPAN: &str = "90d";

/// MadKudu's behavioural points: activities of the last 90 days, each fading evenly to nothing.
///
/// `sum over activities of points * (1 - age / 90 days)`. The vendor derives kinds and points from each customer's
/// data, so they are given: the kinds are the model's schema, in that order. Edit the `decay` of a rule for a
/// lifespan of its own.
///
/// No activity is a known 0. A kind that stands twice, or points that are no number, are found when the model is built.
///
/// The vendor's letters are [`madkudu_grades`](super::madkudu_grades). Not covered: learning the points, and scaling
/// the sum over a population.
///
/// # Units
/// The raw value of dimension `behavior` is the sum: points, unbounded. The score is that number within 0 to 100.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, AsOf, Lead, ScoreModel, preset};
///
/// let model = ScoreModel::build(&preset::madkudu([("signed_up", 9.0), ("invited_colleague", 12.0)]))?;
/// let lead = Lead::builder(model.schema(), "a1")
///     .activity(ActivityRecord::new("signed_up", "2026-02-26".parse()?))
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let points = model.vector(&lead, as_of).raw("behavior").unwrap_or_default();
/// assert_eq!(format!("{points:.1}"), "8.7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// MadKudu documentation, behavioural scoring: 9 points with a lifespan of 90 days are 8.7 after 3 days.
#[must_use]
pub fn madkudu<N: Into<String>>(points: impl IntoIterator<Item = (N, f64)>) -> ModelSpec {
    let mut kinds = Vec::new();
    let mut group = GroupSpec::sum("activity");
    for (kind, points) in points {
        let kind = kind.into();
        let activity = ActivitySpec::of(kind.as_str())
            .last(LIFESPAN)
            .decay(DecaySpec::lifespan(LIFESPAN));
        group = group.rule(
            RuleSpec::new(kind.as_str())
                .points(points)
                .activity(activity),
        );
        kinds.push(kind);
    }
    one_dimension("MadKudu behavior", "behavior", [group])
        .note("points with a lifespan of 90 days, after MadKudu")
        .schema(SchemaSpec::new().kinds(kinds))
}
