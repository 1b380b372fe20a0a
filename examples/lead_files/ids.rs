//! Numbers for ids.

#![allow(
    clippy::indexing_slicing,
    reason = "numbers and lengths are counted here"
)]

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The ids of leads, numbered from 0 in the order in which they came.
///
/// Every activity asks for its lead, and rarely for the same as the one before: what a question costs is how often it
/// has to wait for memory. A short id stands in the table itself, so that is once.
#[derive(Default)]
pub(crate) struct Ids {
    table: HashTable<Entry>,
    hasher: DefaultHashBuilder,
    texts: String,
    /// Where each id ends; it begins where the one before ends.
    ends: Vec<usize>,
}

struct Entry {
    short: Short,
    number: u32,
}

/// An id of up to 15 bytes with its length, or the beginning of a longer one.
#[derive(PartialEq)]
struct Short([u8; 16]);

impl Short {
    const LONGEST: usize = 15;
    /// Stands for the length of a longer one.
    const LONGER: u8 = 16;

    #[allow(clippy::cast_possible_truncation)] // at most 15
    fn of(id: &str) -> Self {
        let mut bytes = [0; 16];
        let length = id.len().min(Self::LONGEST);
        bytes[..length].copy_from_slice(&id.as_bytes()[..length]);
        bytes[Self::LONGEST] = match id.len() {
            length @ ..=Self::LONGEST => length as u8,
            _ => Self::LONGER,
        };
        Self(bytes)
    }

    fn is_whole(&self) -> bool {
        self.0[Self::LONGEST] != Self::LONGER
    }
}

impl Ids {
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        let short = Short::of(id);
        let found = self.table.find(self.hasher.hash_one(id), |entry| {
            entry.short == short && (short.is_whole() || self.get(entry.number as usize) == id)
        })?;
        Some(found.number as usize)
    }

    /// Numbers an id that is not there yet.
    pub(crate) fn add(&mut self, id: &str) -> anyhow::Result<()> {
        let number = u32::try_from(self.ends.len())?;
        self.texts.push_str(id);
        self.ends.push(self.texts.len());
        let Self {
            table,
            hasher,
            texts,
            ends,
        } = self;
        let entry = Entry {
            short: Short::of(id),
            number,
        };
        table.insert_unique(hasher.hash_one(id), entry, |entry| {
            hasher.hash_one(piece(texts, ends, entry.number as usize))
        });
        Ok(())
    }

    pub(crate) fn get(&self, number: usize) -> &str {
        piece(&self.texts, &self.ends, number)
    }
}

/// One of several texts that stand behind each other.
pub(crate) fn piece<'t>(texts: &'t str, ends: &[usize], position: usize) -> &'t str {
    let start = match position {
        0 => 0,
        position => ends[position - 1],
    };
    &texts[start..ends[position]]
}
