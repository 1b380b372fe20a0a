use crate::lead::{LeadError, LeadProblem, shortened};
use crate::model::Problems;
use std::collections::BTreeMap;
use std::fmt;

/// One thing that is wrong with a [`LeadTable`](crate::LeadTable) that is being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableProblem {
    lead: Option<(usize, Box<str>)>,
    problem: LeadProblem,
}

impl TableProblem {
    /// The row of the lead, counted from 0; `None` where it is no single lead that is wrong.
    #[must_use]
    pub fn row(&self) -> Option<usize> {
        self.lead.as_ref().map(|&(row, _)| row)
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &LeadProblem {
        &self.problem
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.lead {
            Some((row, id)) if id.is_empty() => write!(f, "leads[{row}]: ")?,
            Some((_, id)) => write!(f, "lead `{}`: ", shortened(id))?,
            None => {}
        }
        self.problem.fmt(f)
    }
}

/// A [`LeadTable`](crate::LeadTable) that cannot be built, with what is wrong.
///
/// Displays all problems that are kept in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    problems: Vec<TableProblem>,
    more: usize,
}

impl TableError {
    /// The first problems, in the order in which they were met, at most 100; never empty.
    #[must_use]
    pub fn problems(&self) -> &[TableProblem] {
        &self.problems
    }

    /// How many problems there are beyond those that are kept.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for TableError {}

/// What is wrong so far.
#[derive(Debug)]
pub(super) struct Trouble {
    found: Vec<TableProblem>,
    more: usize,
    /// How many are kept.
    most: usize,
    /// Remembers which names are near.
    names: Problems,
}

impl Default for Trouble {
    fn default() -> Self {
        /// Millions of leads may share one mistake.
        const KEPT: usize = 100;
        Self {
            found: Vec::new(),
            more: 0,
            most: KEPT,
            names: Problems::default(),
        }
    }
}

impl Trouble {
    /// Keeps all from now on.
    pub(super) fn keep_all(&mut self) {
        self.most = usize::MAX;
    }

    /// No trouble yet, of which as much is kept as of this.
    pub(super) fn like(&self) -> Self {
        Self {
            most: self.most,
            ..Self::default()
        }
    }

    /// Notes what was noted elsewhere.
    pub(super) fn take(&mut self, other: Self) {
        for problem in other.found {
            self.note(|| problem);
        }
        self.more += other.more;
    }

    fn note(&mut self, problem: impl FnOnce() -> TableProblem) {
        if self.found.len() < self.most {
            self.found.push(problem());
        } else {
            self.more += 1;
        }
    }

    /// Notes a problem of the lead in a row, whose id is asked for only where the problem is kept.
    pub(super) fn lead<'i>(
        &mut self,
        row: usize,
        id: impl FnOnce() -> &'i str,
        field: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.note(|| TableProblem {
            lead: Some((row, id().into())),
            problem: LeadProblem::new(field, message),
        });
    }

    /// Notes a problem of the whole table.
    pub(super) fn whole(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.note(|| TableProblem {
            lead: None,
            problem: LeadProblem::new(field, message),
        });
    }

    pub(super) fn unknown<'a>(
        &mut self,
        field: &str,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) {
        let message = self.names.unknown_message(what, name, known);
        self.whole(field, message);
    }

    pub(super) fn into_error(self) -> Option<TableError> {
        (!self.found.is_empty()).then_some(TableError {
            problems: self.found,
            more: self.more,
        })
    }

    /// What is wrong with single leads, by their rows.
    ///
    /// # Errors
    /// Where more is wrong than that, or more than was kept.
    pub(super) fn by_lead(self) -> Result<BTreeMap<usize, LeadError>, TableError> {
        if self.more > 0 || self.found.iter().any(|problem| problem.lead.is_none()) {
            return Err(TableError {
                problems: self.found,
                more: self.more,
            });
        }
        let mut leads: BTreeMap<usize, (Box<str>, Vec<LeadProblem>)> = BTreeMap::new();
        for TableProblem { lead, problem } in self.found {
            if let Some((row, id)) = lead {
                let (_, problems) = leads.entry(row).or_insert_with(|| (id, Vec::new()));
                problems.push(problem);
            }
        }
        let errors = leads.into_iter();
        let errors = errors.map(|(row, (id, problems))| (row, LeadError::new(id, problems)));
        Ok(errors.collect())
    }
}
