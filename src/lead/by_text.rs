use std::collections::HashMap;

/// What belongs to each of some texts: the first few are compared one by one, the rest are hashed.
///
/// Most leads have so few that hashing them, and making a table to begin with, would take longer.
#[derive(Debug)]
pub(super) struct ByText<'a, T> {
    few: Vec<(&'a str, T)>,
    /// Empty until there are more than [`FEW`](ByText::FEW).
    rest: HashMap<&'a str, T>,
}

impl<'a, T: Copy> ByText<'a, T> {
    const FEW: usize = 16;

    pub(super) fn new() -> Self {
        Self {
            few: Vec::new(),
            rest: HashMap::new(),
        }
    }

    /// Forgets all, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.few.clear();
        self.rest.clear();
    }

    pub(super) fn get(&self, text: &str) -> Option<T> {
        let few = self.few.iter().find(|(known, _)| *known == text);
        match few {
            Some(&(_, found)) => Some(found),
            None if self.rest.is_empty() => None,
            None => self.rest.get(text).copied(),
        }
    }

    /// Adds a text that [`get`](ByText::get) does not find.
    pub(super) fn insert(&mut self, text: &'a str, value: T) {
        if self.few.len() < Self::FEW {
            self.few.push((text, value));
        } else {
            self.rest.insert(text, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_found() {
        let texts: Vec<String> = (0..40).map(|i| format!("t{i}")).collect();
        let mut seen = ByText::new();
        for (i, text) in texts.iter().enumerate() {
            assert_eq!(seen.get(text), None);
            seen.insert(text, i);
            for (j, text) in texts.iter().enumerate().take(i + 1) {
                assert_eq!(seen.get(text), Some(j));
            }
        }
        assert_eq!(seen.get("t40"), None);
    }
}
