//! The places of leads by their ids.

#![allow(
    clippy::indexing_slicing,
    reason = "numbers and lengths are counted here"
)]

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The ids of leads, each with the place of its lead.
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
    lead: u32,
}

/// An id of up to 15 bytes with its length, or the beginning of a longer one.
#[derive(PartialEq)]
pub(crate) struct Short([u8; 16]);

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
    /// The place of a lead whose row was refused.
    pub(crate) const REFUSED: u32 = u32::MAX;

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.found(self.hasher.hash_one(id), &Short::of(id), id)
    }

    /// The places of the leads of several ids. Hashing all of them first lets the waits for memory pass side by side.
    pub(crate) fn find_all<'i>(
        &self,
        ids: impl Iterator<Item = &'i str> + Clone,
        keys: &mut Vec<(u64, Short)>,
        found: &mut Vec<Option<u32>>,
    ) {
        keys.clear();
        keys.extend(
            ids.clone()
                .map(|id| (self.hasher.hash_one(id), Short::of(id))),
        );
        found.clear();
        let keys = keys.iter().zip(ids);
        found.extend(keys.map(|((hash, short), id)| self.found(*hash, short, id)));
    }

    fn found(&self, hash: u64, short: &Short, id: &str) -> Option<u32> {
        let found = self.table.find(hash, |entry| {
            entry.short == *short && (short.is_whole() || self.get(entry.number) == id)
        });
        found.map(|entry| entry.lead)
    }

    /// Adds an id that is not there yet.
    pub(crate) fn add(&mut self, id: &str, lead: u32) -> anyhow::Result<()> {
        let number = u32::try_from(self.ends.len())?;
        self.texts.push_str(id);
        self.ends.push(self.texts.len());
        let entry = Entry {
            short: Short::of(id),
            number,
            lead,
        };
        let Self {
            table,
            hasher,
            texts,
            ends,
        } = self;
        table.insert_unique(hasher.hash_one(id), entry, |entry| {
            hasher.hash_one(piece(texts, ends, entry.number as usize))
        });
        Ok(())
    }

    fn get(&self, number: u32) -> &str {
        piece(&self.texts, &self.ends, number as usize)
    }
}

/// One of several texts that stand behind each other.
fn piece<'t>(texts: &'t str, ends: &[usize], position: usize) -> &'t str {
    let start = match position {
        0 => 0,
        position => ends[position - 1],
    };
    &texts[start..ends[position]]
}
