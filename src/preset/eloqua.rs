use super::one_dimension;
use crate::lead::SchemaSpec;
use crate::model::ModelSpec;
use crate::scorer::{ConditionSpec, GroupSpec, RuleSpec};

/// The profile score of Oracle Eloqua: for each criterion the points of its best matching row, weighted.
///
/// `sum over criteria of weight * points of the best row / 100`, the weight in percent. Each criterion is a group
/// that takes its highest rule, and the weight is worked into the points of its rows. Weights need not add up to 100:
/// where they do and no row has more than 100 points, the best profile is 100.
///
/// A criterion of which nothing is known adds nothing. A lead of which *no* criterion is known abstains, where the
/// vendor would rate it lowest; set `when_unknown` of the rules to `zero` for the vendor's way.
///
/// The letter from A to D and the rating from A1 to D4 come with [`eloqua_rating`](super::eloqua_rating). Not covered:
/// the engagement score, which is a dimension of rules beside this one.
///
/// # Units
/// The raw value of dimension `profile` is the vendor's number: weighted points, 0 to 100 with usual weights and
/// rows. The score is that number within 0 to 100.
///
/// # Examples
/// The vendor's own scorecard:
/// ```
/// use lead_scoring::preset::{EloquaCriterion, eloqua_profile};
/// use lead_scoring::{AsOf, Lead, SchemaSpec, ScoreModel, attribute};
///
/// let schema = SchemaSpec::new().text("title").text("industry").number("revenue").text("solution");
/// let spec = eloqua_profile(schema, [
///     EloquaCriterion::new("title", 30.0)
///         .row("vp marketing", 100.0, attribute("title").equals("VP Marketing"))
///         .row("director", 50.0, attribute("title").starts_with("Director"))
///         .row("manager", 25.0, attribute("title").starts_with("Manager")),
///     EloquaCriterion::new("industry", 30.0)
///         .row("software, pharma", 100.0, attribute("industry").one_of(["Software", "Pharmaceutical"])),
///     EloquaCriterion::new("revenue", 25.0)
///         .row("1 billion", 100.0, attribute("revenue").at_least(1e9))
///         .row("100 million", 20.0, attribute("revenue").at_least(1e8)),
///     EloquaCriterion::new("solution", 15.0)
///         .row("competitor 1", 100.0, attribute("solution").equals("Competitor 1"))
///         .row("competitor 2", 80.0, attribute("solution").equals("Competitor 2")),
/// ]);
/// let model = ScoreModel::build(&spec)?;
/// let lead = Lead::builder(model.schema(), "a1")
///     .set("title", "Director of Sales")
///     .set("industry", "Software")
///     .set("revenue", 1e8)
///     .set("solution", "Competitor 2")
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// // 50 x 30 % + 100 x 30 % + 20 x 25 % + 80 x 15 %
/// assert_eq!(model.vector(&lead, as_of).raw("profile"), Some(62.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Oracle Eloqua, user guide, "Configuring profile criteria".
#[must_use]
pub fn eloqua_profile(
    schema: SchemaSpec,
    criteria: impl IntoIterator<Item = EloquaCriterion>,
) -> ModelSpec {
    let groups = criteria.into_iter().map(EloquaCriterion::into_group);
    one_dimension("Eloqua profile", "profile", groups)
        .note("profile criteria after Oracle Eloqua")
        .schema(schema)
}

/// One criterion of an [`eloqua_profile`]: a weight, and rows of which the best that matches counts.
#[derive(Clone, Debug, PartialEq)]
pub struct EloquaCriterion {
    name: String,
    percent: f64,
    rows: Vec<(String, f64, ConditionSpec)>,
}

impl EloquaCriterion {
    /// A criterion with its weight in percent, and no rows yet.
    ///
    /// Names that stand twice and numbers that are none are found when the model is built.
    #[must_use]
    pub fn new(name: impl Into<String>, percent: f64) -> Self {
        Self {
            name: name.into(),
            percent,
            rows: Vec::new(),
        }
    }

    /// Adds a row: its name, its points (the vendor's run from 0 to 100), and what must be true of the lead.
    #[must_use]
    pub fn row(
        mut self,
        name: impl Into<String>,
        points: f64,
        when: impl Into<ConditionSpec>,
    ) -> Self {
        self.rows.push((name.into(), points, when.into()));
        self
    }

    fn into_group(self) -> GroupSpec {
        let Self {
            name,
            percent,
            rows,
        } = self;
        let group = GroupSpec::highest(name.clone()).note(format!(
            "weighs {percent} %: points are {percent} / 100 of the row's"
        ));
        rows.into_iter().fold(group, |group, (row, points, when)| {
            group.rule(
                RuleSpec::new(format!("{name}: {row}"))
                    .points(percent * points / 100.0)
                    .note(format!("{points} points"))
                    .when(when),
            )
        })
    }
}
