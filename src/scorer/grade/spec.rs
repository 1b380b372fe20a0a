use crate::scorer::condition::ConditionSpec;
use crate::scorer::rules::WhenUnknown;
use serde::{Deserialize, Serialize};

/// A grade from F to A+ that criteria raise and lower, as it stands in a model file.
///
/// The lead starts at D. Each criterion moves the grade by its thirds of a letter: up where the lead matches it, down
/// where it does not, not at all where that is not known. The end is kept within F and A+.
///
/// # Examples
/// ```
/// use lead_scoring::{AsOf, CriterionSpec, GradeSpec, Lead, SchemaSpec, attribute};
///
/// let schema = SchemaSpec::new().text("industry").number("employees").text("title").build()?;
/// let grade = GradeSpec::new()
///     .criterion(CriterionSpec::new("industry", 3, attribute("industry").equals("software")))
///     .criterion(CriterionSpec::new("size", 2, attribute("employees").at_least(100)))
///     .criterion(CriterionSpec::new("title", 1, attribute("title").contains("chief")))
///     .build(&schema)?;
///
/// // The title is not known: D, up three thirds, down two.
/// let lead = Lead::builder(&schema, "a1").set("industry", "Software").set("employees", 12.0).build()?;
/// let as_of: AsOf = "2026-03-01".parse()?;
/// assert_eq!(grade.grade(&lead, as_of).map(|grade| grade.to_string()), Some("D+".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GradeSpec {
    /// Where all start. Default: `D`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// What happens where nothing is known. Default: it abstains; `zero` leaves the lead at the start.
    #[serde(skip_serializing_if = "is_abstain")]
    pub when_unknown: WhenUnknown,
    /// What moves the grade.
    pub criteria: Vec<CriterionSpec>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_abstain(when: &WhenUnknown) -> bool {
    *when == WhenUnknown::Abstain
}

/// One criterion of a [`GradeSpec`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionSpec {
    /// Its name, once in a grade.
    pub name: String,
    /// By how many thirds of a letter it moves the grade: 1, 2 or 3.
    pub thirds: u8,
    /// What must be true of the lead.
    pub when: ConditionSpec,
}

impl CriterionSpec {
    /// A criterion that moves the grade by that many thirds of a letter.
    #[must_use]
    pub fn new(name: impl Into<String>, thirds: u8, when: impl Into<ConditionSpec>) -> Self {
        Self {
            name: name.into(),
            thirds,
            when: when.into(),
        }
    }
}

impl GradeSpec {
    /// No criteria yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where all start. Default: `D`.
    #[must_use]
    pub fn start(mut self, grade: impl Into<String>) -> Self {
        self.start = Some(grade.into());
        self
    }

    /// What happens where nothing is known. Default: it abstains.
    #[must_use]
    pub fn when_unknown(mut self, when: WhenUnknown) -> Self {
        self.when_unknown = when;
        self
    }

    /// Adds a criterion.
    #[must_use]
    pub fn criterion(mut self, criterion: CriterionSpec) -> Self {
        self.criteria.push(criterion);
        self
    }
}
