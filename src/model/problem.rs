use crate::lead::shortened;
use std::collections::HashMap;
use std::fmt;

/// One thing that is wrong with a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecProblem {
    path: String,
    message: String,
}

impl SpecProblem {
    /// The place in the spec, such as `dimensions[0].rules.groups[2].rules[1].when`; empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for SpecProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// A spec that cannot be built, with every problem in it and the place of each.
///
/// Displays one problem a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    problems: Vec<SpecProblem>,
}

impl SpecError {
    /// All problems, in the order of the spec; never empty.
    #[must_use]
    pub fn problems(&self) -> &[SpecProblem] {
        &self.problems
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecError {}

/// Collects problems while a spec is checked.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<SpecProblem>,
    suggested: HashMap<String, Option<String>>,
    /// Letters compared with letters so far.
    compared: usize,
    patterns: usize,
}

impl Problems {
    pub(crate) fn push(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.found.push(SpecProblem {
            path: path.into(),
            message: message.into(),
        });
    }

    /// Reports a name that is none of those known, with the nearest of them where one is near.
    pub(crate) fn unknown<'a>(
        &mut self,
        path: impl Into<String>,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) {
        let message = self.unknown_message(what, name, known);
        self.push(path, message);
    }

    /// Says that a name is none of those known, with the nearest of them where one is near.
    pub(crate) fn unknown_message<'a>(
        &mut self,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> String {
        let shown = shortened(name);
        match self.nearest(what, name, known) {
            Some(near) => format!("unknown {what} `{shown}`, did you mean `{near}`?"),
            None => format!("unknown {what} `{shown}`"),
        }
    }

    /// The known name that is nearest to a given one, where one is near.
    pub(crate) fn nearest<'a>(
        &mut self,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Option<String> {
        /// Enough for every real spec; a hostile one must not take long to refuse.
        const MOST_COMPARED: usize = 50_000_000;
        const LONGEST: usize = 100;
        let key = format!("{what} {name}");
        if let Some(seen) = self.suggested.get(&key) {
            return seen.clone();
        }
        if name.len() > LONGEST || self.compared > MOST_COMPARED {
            return None;
        }
        let length = name.chars().count();
        let near_enough = length.div_ceil(3);
        let mut best: Option<(usize, &str)> = None;
        for candidate in known {
            self.compared += 1;
            if self.compared > MOST_COMPARED {
                break;
            }
            let other = candidate.chars().take(length + near_enough + 1).count();
            if other.abs_diff(length) > near_enough {
                continue;
            }
            self.compared += length * other;
            let distance = strsim::damerau_levenshtein(name, candidate);
            if distance <= near_enough && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, candidate));
            }
        }
        let found = best.map(|(_, candidate)| candidate.to_owned());
        self.suggested.insert(key, found.clone());
        found
    }

    /// Whether one more regular expression may be compiled: each takes time and memory.
    pub(crate) fn may_compile(&mut self, path: &str) -> bool {
        const MOST_PATTERNS: usize = 500;
        self.patterns += 1;
        if self.patterns == MOST_PATTERNS + 1 {
            self.push(
                path,
                format!("a model takes at most {MOST_PATTERNS} patterns"),
            );
        }
        self.patterns <= MOST_PATTERNS
    }

    /// How many there are so far.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn into_result<T>(self, built: T) -> Result<T, SpecError> {
        if self.found.is_empty() {
            Ok(built)
        } else {
            Err(SpecError {
                problems: self.found,
            })
        }
    }
}
