//! Published scoring schemes as specs, ready to build or to edit.
//!
//! A preset is an ordinary [`ModelSpec`] with a schema of its own: build it as it is, change its
//! points, or write it to a file and go on from there. Each gives one dimension whose *raw value* is the
//! number that the vendor prints; the score is the same number kept within 0 and 100 (of a grade, its place on the
//! way from F to A+). Leads beyond 100 points share the score 100, and ranking orders them by their points.
//!
//! | preset | product | what it counts |
//! | --- | --- | --- |
//! | [`pardot_score`] | Salesforce Account Engagement (Pardot) | activities, without decay |
//! | [`marketo_tokens`] | Adobe Marketo Engage | activities and silence, without decay |
//! | [`eloqua_profile`] | Oracle Eloqua | weighted attributes, the best row of each criterion |
//! | [`madkudu`] | MadKudu | activities of 90 days, fading evenly |
//! | [`pardot_grade`] | Salesforce Account Engagement (Pardot) | criteria met and not met, as a grade from F to A+ |
//!
//! Others are parts to add to a model: [`eloqua_rating`] (A1 to D4), [`hubspot_matrix`] (A1 to C3) and
//! [`madkudu_grades`] (A to D).
//!
//! [`buyer_journey`] is no model but stages by behaviour, to be built against a model of one's own.
//!
//! None of them is a vendor's product or made by a vendor: they follow published descriptions of default settings,
//! which every vendor lets its customers change.
//!
//! # Examples
//! ```
//! use lead_scoring::{AsOf, ActivityRecord, Lead, ScoreModel, preset};
//!
//! let mut spec = preset::pardot_score();
//! // 200 points, not 100, shall be a score of 100.
//! for rules in spec.dimensions.iter_mut().filter_map(|dimension| dimension.rules.as_mut()) {
//!     rules.hundred = Some(200.0);
//! }
//! let model = ScoreModel::build(&spec)?;
//! let lead = Lead::builder(model.schema(), "a1")
//!     .activity(ActivityRecord::new("form_submission", "2026-02-01".parse()?))
//!     .build()?;
//! let as_of: AsOf = "2026-03-01".parse()?;
//! assert_eq!(model.vector(&lead, as_of).score("score").map(|score| score.get()), Some(25.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod eloqua;
mod journey;
mod madkudu;
mod marketo;
mod pardot;
mod rating;

pub use eloqua::{EloquaCriterion, eloqua_profile};
pub use journey::buyer_journey;
pub use madkudu::madkudu;
pub use marketo::marketo_tokens;
pub use pardot::{AssetAction, pardot_score, pardot_score_with};
pub use rating::{eloqua_rating, hubspot_matrix, madkudu_grades, pardot_grade};

use crate::model::{DimensionSpec, ModelSpec};
use crate::scorer::{GroupSpec, RulesSpec};

/// A model with one dimension of rules on the default scale: 0 points are 0, 100 points are 100.
fn one_dimension(
    model: &str,
    dimension: &str,
    groups: impl IntoIterator<Item = GroupSpec>,
) -> ModelSpec {
    let rules = groups.into_iter().fold(RulesSpec::new(), RulesSpec::group);
    ModelSpec::new(model).dimension(DimensionSpec::rules(dimension, rules))
}
