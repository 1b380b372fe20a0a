use super::shortened;
use std::fmt;

/// One thing that is wrong with a lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadProblem {
    field: String,
    message: String,
}

impl LeadProblem {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// The part of the lead, such as ``attribute `seats` `` or `purchases[2]`; empty for the whole.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for LeadProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.field, self.message)
        }
    }
}

/// A lead that cannot be built, read, written or merged, with every problem in it.
///
/// Displays all problems in one line.
///
/// # Examples
/// ```
/// use lead_scoring::{Lead, SchemaSpec};
///
/// let schema = SchemaSpec::new().number("seats").build()?;
/// let error = Lead::builder(&schema, "a1")
///     .set("seats", "many")
///     .set("sets", 3)
///     .build()
///     .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "lead `a1`: attribute `seats`: expected number, got the text `many`; \
///      attributes: unknown attribute `sets`, did you mean `seats`?"
/// );
/// assert_eq!(error.problems().len(), 2);
/// # Ok::<(), lead_scoring::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadError {
    lead: String,
    problems: Vec<LeadProblem>,
}

impl LeadError {
    pub(crate) fn new(lead: impl Into<String>, problems: Vec<LeadProblem>) -> Self {
        Self {
            lead: lead.into(),
            problems,
        }
    }

    /// The lead's id; empty where there is none.
    #[must_use]
    pub fn lead(&self) -> &str {
        &self.lead
    }

    /// All problems, in the order in which they were met; never empty.
    #[must_use]
    pub fn problems(&self) -> &[LeadProblem] {
        &self.problems
    }
}

impl fmt::Display for LeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.lead.is_empty() {
            write!(f, "lead `{}`: ", shortened(&self.lead))?;
        }
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LeadError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_stand_in_one_line() {
        let problems = vec![
            LeadProblem::new("attribute `seats`", "expected number, got the text `many`"),
            LeadProblem::new("", "whole"),
        ];
        assert_eq!(
            LeadError::new("a1", problems.clone()).to_string(),
            "lead `a1`: attribute `seats`: expected number, got the text `many`; whole"
        );
        assert_eq!(
            LeadError::new("", problems[1..].to_vec()).to_string(),
            "whole"
        );
    }

    #[test]
    fn errors_cross_threads() {
        fn check<T: std::error::Error + Send + Sync + 'static>() {}
        check::<LeadError>();
    }
}
