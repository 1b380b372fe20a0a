use crate::lead::SchemaSpec;
use crate::model::{AxisSpec, DimensionSpec, LabelSpec, MatrixSpec, ModelSpec};
use crate::scorer::{CriterionSpec, GradeSpec, WhenUnknown};

/// The rating of Oracle Eloqua: a letter from A to D for dimension `profile`, a figure from 1 to 4 for dimension
/// `engagement`. A1 is best, D4 worst.
///
/// The cuts are the vendor's defaults: A and 1 from 75, B and 2 from 50, C and 3 from 25, D and 4 below. A lead of
/// which one of the two is not known has no rating; the vendor would rate it D or 4.
///
/// # Examples
/// ```
/// use lead_scoring::preset::{EloquaCriterion, eloqua_profile, eloqua_rating};
/// use lead_scoring::{
///     ActivityRecord, ActivitySpec, AsOf, DimensionSpec, GroupSpec, Lead, RuleSpec, RulesSpec, SchemaSpec, ScoreModel,
///     attribute,
/// };
///
/// let schema = SchemaSpec::new().text("title").kind("form");
/// let title = EloquaCriterion::new("title", 100.0).row("director", 80.0, attribute("title").starts_with("Director"));
/// let forms = RuleSpec::new("form").points(30.0).activity(ActivitySpec::of("form"));
/// let spec = eloqua_profile(schema, [title])
///     .dimension(DimensionSpec::rules("engagement", RulesSpec::new().group(GroupSpec::sum("all").rule(forms))))
///     .matrix(eloqua_rating());
/// let model = ScoreModel::build(&spec)?;
///
/// let lead = Lead::builder(model.schema(), "a1")
///     .set("title", "Director of Sales")
///     .activity(ActivityRecord::new("form", "2026-02-01".parse()?))
///     .build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let vector = model.vector(&lead, as_of);
/// assert_eq!(vector.cell("rating").map(|cell| cell.code), Some("A3"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Oracle Eloqua, user guide, "Lead scoring models".
#[must_use]
pub fn eloqua_rating() -> MatrixSpec {
    const CUTS: [f64; 4] = [75.0, 50.0, 25.0, 0.0];
    let axis = |of: &str, labels: [&str; 4]| {
        let bands = labels.into_iter().zip(CUTS);
        bands.fold(AxisSpec::of(of), |axis, (label, cut)| axis.band(label, cut))
    };
    MatrixSpec::new(
        "rating",
        axis("profile", ["A", "B", "C", "D"]),
        axis("engagement", ["1", "2", "3", "4"]),
    )
}

/// The combined lead score of `HubSpot`: a letter from A to C for dimension `fit`, a figure from 1 to 3 for dimension
/// `engagement`. A1 is best, C3 worst.
///
/// Each pair of cuts is where the best and the middle band begin; every customer sets its own.
///
/// # Examples
/// ```
/// use lead_scoring::preset;
///
/// let matrix = preset::hubspot_matrix([70.0, 40.0], [60.0, 20.0]).named("A1", "to sales");
/// assert_eq!(matrix.columns.bands.len(), 3);
/// ```
///
/// # References
/// `HubSpot` knowledge base, "Build lead scores": combined scores A1 to C3.
#[must_use]
pub fn hubspot_matrix(fit: [f64; 2], engagement: [f64; 2]) -> MatrixSpec {
    let axis = |of: &str, labels: [&str; 3], [high, middle]: [f64; 2]| {
        let bands = labels.into_iter().zip([high, middle, 0.0]);
        bands.fold(AxisSpec::of(of), |axis, (label, cut)| axis.band(label, cut))
    };
    MatrixSpec::new(
        "score",
        axis("fit", ["A", "B", "C"], fit),
        axis("engagement", ["1", "2", "3"], engagement),
    )
}

/// `MadKudu`'s letters for a score: A from 90, B from 75, C from 50, D from 25; none below.
///
/// # Examples
/// ```
/// use lead_scoring::preset;
///
/// let spec = preset::madkudu([("signed_up", 9.0)]).label(preset::madkudu_grades());
/// assert_eq!(spec.labels[0].bands[0].at_least, 90.0);
/// ```
///
/// # References
/// `MadKudu` documentation, likelihood to buy: default thresholds.
#[must_use]
pub fn madkudu_grades() -> LabelSpec {
    LabelSpec::grades(
        "grade",
        [("A", 90.0), ("B", 75.0), ("C", 50.0), ("D", 25.0)],
    )
}

/// The grade of Salesforce Account Engagement (Pardot): 13 steps from F to A+, moved by criteria of a profile.
///
/// All start at D, also where nothing is known. Each criterion moves the grade by one, two or three thirds of a
/// letter: up where the lead matches it, down where it does not, not at all where that is not known. The end is kept
/// within F and A+.
///
/// # Units
/// The raw value of dimension `grade` is the step, 0 for F to 12 for A+: [`Grade::from_raw`](crate::Grade::from_raw)
/// gives the letter. The score is `100 * step / 12`.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, CriterionSpec, Grade, Lead, SchemaSpec, ScoreModel, attribute, preset};
///
/// let schema = SchemaSpec::new().text("industry").text("country");
/// let model = ScoreModel::build(&preset::pardot_grade(schema, [
///     CriterionSpec::new("industry", 3, attribute("industry").equals("software")),
///     CriterionSpec::new("location", 1, attribute("country").one_of(["us", "ca"])),
/// ]))?;
/// let lead = Lead::builder(model.schema(), "a1").set("industry", "Software").set("country", "FR").build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// let raw = model.vector(&lead, as_of).raw("grade");
/// assert_eq!(raw.and_then(Grade::from_raw).map(Grade::as_str), Some("C-"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Salesforce Help, "Prospect grading" (Account Engagement).
#[must_use]
pub fn pardot_grade(
    schema: SchemaSpec,
    criteria: impl IntoIterator<Item = CriterionSpec>,
) -> ModelSpec {
    let grade = GradeSpec::new().when_unknown(WhenUnknown::Zero);
    let grade = criteria.into_iter().fold(grade, GradeSpec::criterion);
    ModelSpec::new("Account Engagement grade")
        .note("grade after Salesforce Account Engagement (Pardot)")
        .schema(schema)
        .dimension(DimensionSpec::grade("grade", grade))
}
