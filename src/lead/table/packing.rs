//! Activities in their final order, group of leads by group of leads, and those of all put together.

use super::activities::{Activities, Groups};
use super::batch::Staged;
use super::strings::{Coded, Codes, Strings};
use crate::lead::Moment;

/// The columns of the activities of some leads that are being filled.
#[derive(Debug)]
pub(super) struct Packing {
    /// Where those of each lead end.
    ends: Vec<usize>,
    at: Vec<Moment>,
    kinds: Vec<u32>,
    products: Vec<u32>,
    values: Vec<f64>,
    any_value: bool,
    ids: String,
    id_ends: Vec<usize>,
    subjects: Vec<u32>,
    channels: Vec<u32>,
}

impl Packing {
    pub(super) fn new(rows: usize, activities: usize) -> Self {
        Self {
            ends: Vec::with_capacity(rows),
            at: Vec::with_capacity(activities),
            kinds: Vec::with_capacity(activities),
            products: Vec::with_capacity(activities),
            values: Vec::with_capacity(activities),
            any_value: false,
            ids: String::new(),
            id_ends: Vec::with_capacity(activities),
            subjects: Vec::with_capacity(activities),
            channels: Vec::with_capacity(activities),
        }
    }

    pub(super) fn push(&mut self, id: Option<&str>, staged: &Staged) {
        self.at.push(staged.at);
        self.kinds.push(staged.kind.into());
        self.products.push(match staged.product {
            u16::MAX => 0,
            product => u32::from(product) + 1,
        });
        self.values.push(staged.value);
        self.any_value |= !staged.value.is_nan();
        self.subjects.push(staged.subject);
        self.channels.push(staged.channel);
        self.ids.push_str(id.unwrap_or_default());
        self.id_ends.push(self.ids.len());
    }

    pub(super) fn end_of_lead(&mut self) {
        self.ends.push(self.at.len());
    }
}

/// The activities of all leads; `None` where their ids need more than 4 GiB.
pub(super) fn join(parts: &[Packing], subjects: Strings, channels: Strings) -> Option<Activities> {
    let columns = || {
        (
            copied(parts, |part| &part.at),
            if parts.iter().any(|part| part.any_value) {
                copied(parts, |part| &part.values)
            } else {
                Box::default()
            },
            Codes::joined(parts, |part| &part.kinds),
            Codes::joined(parts, |part| &part.products),
        )
    };
    let texts = || {
        (
            ids(parts),
            Coded::of(Codes::joined(parts, |part| &part.subjects), subjects),
            Coded::of(Codes::joined(parts, |part| &part.channels), channels),
            starts(parts),
        )
    };
    #[cfg(feature = "parallel")]
    let (columns, texts) = rayon::join(columns, texts);
    #[cfg(not(feature = "parallel"))]
    let (columns, texts) = (columns(), texts());
    let (at, values, kinds, products) = columns;
    let (ids, subjects, channels, starts) = texts;
    Some(Activities {
        groups: Groups::new(starts),
        at,
        kinds,
        products,
        values,
        ids: ids?,
        subjects,
        channels,
    })
}

fn copied<T: Copy>(parts: &[Packing], column: impl Fn(&Packing) -> &Vec<T>) -> Box<[T]> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| column(part).len()).sum());
    for part in parts {
        all.extend_from_slice(column(part));
    }
    all.into()
}

/// Where the activities of each lead begin, and the end.
fn starts(parts: &[Packing]) -> Vec<u32> {
    let mut starts =
        Vec::with_capacity(1 + parts.iter().map(|part| part.ends.len()).sum::<usize>());
    starts.push(0);
    let mut before = 0;
    for part in parts {
        // More activities than that are refused.
        let ends = part.ends.iter().map(|end| before + end);
        starts.extend(ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX)));
        before += part.at.len();
    }
    starts
}

/// The ids of all activities; empty where none has one.
fn ids(parts: &[Packing]) -> Option<Strings> {
    let length: usize = parts.iter().map(|part| part.ids.len()).sum();
    if length == 0 {
        return Some(Strings::default());
    }
    u32::try_from(length).ok()?;
    let mut all = Strings::with_room(parts.iter().map(|part| part.id_ends.len()).sum(), length);
    for part in parts {
        all.append(&part.ids, &part.id_ends)?;
    }
    Some(all)
}
