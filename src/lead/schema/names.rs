use crate::model::Problems;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Says what is wrong with a name that others refer to, if anything.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("a name must not be empty")
    } else if name.trim() != name {
        Some("a name must not begin or end with white space")
    } else {
        None
    }
}

/// Names by position.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    list: Vec<Box<str>>,
    /// Sorted [`by_length`]: names are few, and finding one by bisection is quicker than to hash it.
    by_name: Box<[(Box<str>, u16)]>,
}

/// Most names differ in length already.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl Names {
    /// Gives each name its position, and says what is wrong with any.
    pub(super) fn new<'a>(
        names: impl Iterator<Item = &'a str>,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        let mut list: Vec<Box<str>> = Vec::new();
        let mut slots: HashMap<Box<str>, u16> = HashMap::new();
        for (position, name) in names.enumerate() {
            if let Some(problem) = name_problem(name) {
                problems.push(format!("{path}[{position}]"), problem);
            }
            let Ok(slot) = u16::try_from(position) else {
                problems.push(path, "at most 65,535 names");
                break;
            };
            if slot == u16::MAX {
                problems.push(path, "at most 65,535 names");
                break;
            }
            if slots.insert(Box::from(name), slot).is_some() {
                problems.push(
                    format!("{path}[{position}]"),
                    format!("`{name}` stands twice"),
                );
            }
            list.push(Box::from(name));
        }
        let mut by_name: Vec<(Box<str>, u16)> = slots.into_iter().collect();
        by_name.sort_unstable_by(|(a, _), (b, _)| by_length(a, b));
        Self {
            list,
            by_name: by_name.into(),
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<u16> {
        let found = self
            .by_name
            .binary_search_by(|(known, _)| by_length(known, name));
        self.by_name.get(found.ok()?).map(|&(_, slot)| slot)
    }

    pub(super) fn get(&self, position: usize) -> Option<&str> {
        self.list.get(position).map(AsRef::as_ref)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.list.iter().map(AsRef::as_ref)
    }
}
