use super::one_dimension;
use crate::lead::SchemaSpec;
use crate::model::ModelSpec;
use crate::scorer::{ActivitySpec, Filter, GroupSpec, RuleSpec};

/// Kinds of activity with their points, in the vendor's order.
const DEFAULTS: [(&str, f64); 12] = [
    ("custom_redirect_click", 3.0),
    ("email_open", 0.0),
    ("file_access", 3.0),
    ("form_error", -5.0),
    ("form_submission", 50.0),
    ("landing_page_error", -5.0),
    ("landing_page_success", 50.0),
    ("chat", 10.0),
    ("opportunity_created", 50.0),
    ("opportunity_lost", -100.0),
    ("opportunity_won", 0.0),
    ("page_view", 1.0),
];

/// The default score of Salesforce Account Engagement (Pardot): a sum of activities that never fades.
///
/// | activity kind | points |
/// | --- | --- |
/// | `custom_redirect_click` | 3 |
/// | `email_open` | 0 |
/// | `file_access` | 3 |
/// | `form_error`, `landing_page_error` | -5 |
/// | `form_submission`, `landing_page_success` | 50 |
/// | `chat` | 10 |
/// | `opportunity_created` | 50 |
/// | `opportunity_lost` | -100 |
/// | `opportunity_won` | 0 |
/// | `page_view` | 1 |
///
/// Report a form on a landing page as the landing page's kind only, as the vendor does, and a form handler as a form.
/// Kinds worth 0 points are rules too, so that explanations show them. No activity at all is a known 0.
///
/// The grade, a letter for the lead's fit, is [`pardot_grade`](super::pardot_grade). Not covered: scoring categories, and score depreciation, which the
/// vendor leaves to its customers' automation.
///
/// # Units
/// The raw value of dimension `score` is the vendor's score: points, unbounded, negative after a lost opportunity.
/// The score is that number within 0 to 100.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, AsOf, Lead, ScoreModel, preset};
///
/// let model = ScoreModel::build(&preset::pardot_score())?;
/// let lead = Lead::builder(model.schema(), "a1")
///     .activity(ActivityRecord::new("page_view", "2025-02-01".parse()?))
///     .activity(ActivityRecord::new("file_access", "2025-02-01".parse()?))
///     .activity(ActivityRecord::new("form_submission", "2025-02-02".parse()?))
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// assert_eq!(model.vector(&lead, as_of).raw("score"), Some(54.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Salesforce Help, "Default Scoring System" (Account Engagement).
#[must_use]
pub fn pardot_score() -> ModelSpec {
    pardot_score_with([])
}

/// The score of [`pardot_score`] with actions that single assets add to the default.
///
/// The vendor calls them completion actions: a form whose own action is +25 gives 50 + 25 = 75 when it is filled in.
///
/// # Examples
/// ```
/// use lead_scoring::preset::{self, AssetAction};
/// use lead_scoring::{ActivityRecord, AsOf, Lead, ScoreModel};
///
/// let contact_us = AssetAction::new("form_submission", "contact-us", 25.0);
/// let model = ScoreModel::build(&preset::pardot_score_with([contact_us]))?;
/// let lead = Lead::builder(model.schema(), "a1")
///     .activity(ActivityRecord::new("form_submission", "2026-02-01".parse()?).subject("contact-us"))
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// assert_eq!(model.vector(&lead, as_of).raw("score"), Some(75.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn pardot_score_with(actions: impl IntoIterator<Item = AssetAction>) -> ModelSpec {
    let defaults = DEFAULTS
        .iter()
        .map(|&(kind, points)| {
            RuleSpec::new(kind)
                .points(points)
                .activity(ActivitySpec::of(kind))
        })
        .fold(GroupSpec::sum("default"), GroupSpec::rule);
    let own = actions
        .into_iter()
        .map(|action| {
            RuleSpec::new(format!("{}: {}", action.kind, action.asset))
                .points(action.points)
                .activity(
                    ActivitySpec::of(action.kind.as_str())
                        .subject(Filter::new().equals(action.asset).exact_case()),
                )
        })
        .fold(GroupSpec::sum("assets"), GroupSpec::rule);
    let groups = if own.rules.is_empty() {
        vec![defaults]
    } else {
        vec![defaults, own]
    };
    one_dimension("Account Engagement score", "score", groups)
        .note("default points of Salesforce Account Engagement (Pardot)")
        .schema(SchemaSpec::new().kinds(DEFAULTS.map(|(kind, _)| kind)))
}

/// What one asset (a form, a file, a redirect) adds to the default points: see [`pardot_score_with`].
#[derive(Clone, Debug, PartialEq)]
pub struct AssetAction {
    kind: String,
    asset: String,
    points: f64,
}

impl AssetAction {
    /// Points on top of the default, whenever an activity of that kind has that asset as its subject.
    ///
    /// `kind` is one of those of [`pardot_score`]; another, or the same asset twice, is found when the model is
    /// built. The asset's name is compared exactly.
    #[must_use]
    pub fn new(kind: impl Into<String>, asset: impl Into<String>, points: f64) -> Self {
        Self {
            kind: kind.into(),
            asset: asset.into(),
            points,
        }
    }
}
