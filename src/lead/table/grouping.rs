use super::activities::{Activities, Groups, Purchases};
use super::error::Trouble;
use super::strings::{Coded, Codes, Interner, Strings};
use crate::lead::builder::check::{in_schema, sound};
use crate::lead::builder::pending::Unique;
use crate::lead::history::{Reported, reported_order};
use crate::lead::lead::purchase_order;
use crate::lead::{Activity, KindSlot, Moment, ProductSlot, Purchase, Schema};
use std::collections::HashMap;

/// An activity on its way into a table; texts are codes, but for the id.
#[derive(Clone, Copy, Debug)]
struct Staged {
    at: Moment,
    /// NaN when there is none.
    value: f64,
    /// Where the id stands in the texts.
    id: usize,
    id_length: u32,
    subject: u32,
    channel: u32,
    lead: u32,
    kind: u16,
    /// `u16::MAX` when there is none.
    product: u16,
    voided: bool,
}

/// The activities of a table that is being built, in the order in which they were given.
#[derive(Debug, Default)]
pub(super) struct StagedActivities {
    list: Vec<Staged>,
    ids: String,
    subjects: Interner,
    channels: Interner,
    voids: HashMap<u32, Vec<Box<str>>>,
    /// How many were refused.
    refused: usize,
}

impl StagedActivities {
    /// Whether an activity can be taken; tells the field and message of what cannot stand.
    pub(super) fn check(
        &mut self,
        schema: &Schema,
        activity: &Activity<'_>,
        tell: &mut dyn FnMut(String, String),
    ) -> bool {
        let place = self.list.len() + self.refused;
        let can = sound(activity, place, tell) & in_schema(schema, activity, place, tell);
        self.refused += usize::from(!can);
        can
    }

    /// Takes a sound activity; `false` where its texts are too much.
    pub(super) fn push(&mut self, lead: u32, activity: &Activity<'_>, voided: bool) -> bool {
        let id = activity.id.unwrap_or_default();
        let (Ok(id_length), Some(subject), Some(channel)) = (
            u32::try_from(id.len()),
            self.subjects.code(activity.subject.unwrap_or_default()),
            self.channels.code(activity.channel.unwrap_or_default()),
        ) else {
            return false;
        };
        let start = self.ids.len();
        self.ids.push_str(id);
        self.list.push(Staged {
            at: activity.at,
            // Negative zero becomes zero, so that equal values have equal bits.
            value: activity.value.map_or(f64::NAN, |value| value + 0.0),
            id: start,
            id_length,
            subject,
            channel,
            lead,
            kind: activity.kind.into(),
            product: activity.product.map_or(u16::MAX, u16::from),
            voided,
        });
        true
    }

    pub(super) fn void(&mut self, lead: u32, id: &str) {
        self.voids.entry(lead).or_default().push(id.into());
    }

    fn reported(&self, staged: &Staged) -> Reported<'_> {
        let end = staged.id + staged.id_length as usize;
        Reported {
            activity: Activity {
                at: staged.at,
                kind: KindSlot::new(staged.kind),
                id: self.ids.get(staged.id..end).filter(|id| !id.is_empty()),
                product: (staged.product != u16::MAX).then(|| ProductSlot::new(staged.product)),
                subject: self.subjects.text(staged.subject),
                channel: self.channels.text(staged.channel),
                value: (!staged.value.is_nan()).then_some(staged.value),
            },
            voided: staged.voided,
        }
    }

    /// Groups the activities by lead, in canonical order and without repeats.
    pub(super) fn group(self, schema: &Schema, ids: &Strings, trouble: &mut Trouble) -> Activities {
        let rows = ids.len();
        let mut packing = Packing::new(rows, self.list.len());
        let (order, starts) = grouped(&self.list, rows, |staged| staged.lead);
        if u32::try_from(self.list.len()).is_err() {
            trouble.whole("activities", "more than 4,294,967,295 activities");
        }
        let mut unique = Unique::default();
        let mut is_full = false;
        for (row, bounds) in starts.windows(2).enumerate() {
            let &[start, end] = bounds else { continue };
            let group = order.get(start..end).unwrap_or_default();
            let of = |&place: &usize| self.list.get(place).map(|s| (self.reported(s), s));
            let void = u32::try_from(row).ok().and_then(|row| self.voids.get(&row));
            if void.is_some() || may_repeat(group.iter().filter_map(of)) {
                let voids = void.into_iter().flatten().map(AsRef::as_ref);
                let all = group.iter().filter_map(of);
                unique.collect(schema, all, voids, &mut |field, message| {
                    trouble.lead(row, || ids.get(row).unwrap_or_default(), field, message);
                });
            } else {
                unique.list.clear();
                unique.list.extend(group.iter().filter_map(of));
            }
            unique
                .list
                .sort_unstable_by(|(a, _), (b, _)| reported_order(a, b));
            let kept = unique.list.iter().filter(|(reported, _)| !reported.voided);
            for (reported, staged) in kept {
                is_full |= !packing.push(reported.activity.id, staged);
            }
            packing.end_of_lead();
        }
        if is_full {
            trouble.whole("activities", "more than 4,294,967,295 bytes of text");
        }
        packing.finish(self.subjects.into_texts(), self.channels.into_texts())
    }
}

/// The columns of activities that are being filled in their final order.
struct Packing {
    starts: Vec<u32>,
    at: Vec<Moment>,
    kinds: Vec<u32>,
    products: Vec<u32>,
    values: Vec<f64>,
    any_value: bool,
    ids: Strings,
    any_id: bool,
    subjects: Vec<u32>,
    channels: Vec<u32>,
}

impl Packing {
    fn new(rows: usize, activities: usize) -> Self {
        let mut starts = Vec::with_capacity(rows + 1);
        starts.push(0);
        Self {
            starts,
            at: Vec::with_capacity(activities),
            kinds: Vec::with_capacity(activities),
            products: Vec::with_capacity(activities),
            values: Vec::with_capacity(activities),
            any_value: false,
            ids: Strings::default(),
            any_id: false,
            subjects: Vec::with_capacity(activities),
            channels: Vec::with_capacity(activities),
        }
    }

    /// Takes the next activity; `false` where all ids together are too long.
    fn push(&mut self, id: Option<&str>, staged: &Staged) -> bool {
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
        self.any_id |= id.is_some();
        self.ids.push(id.unwrap_or_default()).is_some()
    }

    fn end_of_lead(&mut self) {
        // More activities than that are refused.
        self.starts
            .push(u32::try_from(self.at.len()).unwrap_or(u32::MAX));
    }

    fn finish(mut self, subjects: Strings, channels: Strings) -> Activities {
        self.ids.shrink();
        let no_values = if self.any_value {
            self.values
        } else {
            Vec::new()
        };
        Activities {
            groups: Groups::new(self.starts),
            at: self.at.into(),
            kinds: Codes::new(self.kinds),
            products: Codes::new(self.products),
            values: no_values.into(),
            ids: if self.any_id {
                self.ids
            } else {
                Strings::default()
            },
            subjects: Coded::new(self.subjects, subjects),
            channels: Coded::new(self.channels, channels),
        }
    }
}

/// The purchases of a table that is being built.
#[derive(Debug, Default)]
pub(super) struct StagedPurchases {
    list: Vec<(u32, Purchase)>,
    /// How many were refused.
    refused: usize,
}

impl StagedPurchases {
    pub(super) fn push(&mut self, lead: u32, purchase: Purchase) {
        self.list.push((lead, purchase));
    }

    /// The position of a purchase that is refused.
    pub(super) fn refuse(&mut self) -> usize {
        self.refused += 1;
        self.list.len() + self.refused - 1
    }

    /// Groups the purchases by lead, oldest first.
    pub(super) fn group(self, rows: usize, trouble: &mut Trouble) -> Purchases {
        let (order, starts) = grouped(&self.list, rows, |&(lead, _)| lead);
        let placed = order.iter().filter_map(|&place| self.list.get(place));
        let mut list: Vec<Purchase> = placed.map(|&(_, purchase)| purchase).collect();
        for bounds in starts.windows(2) {
            if let &[start, end] = bounds {
                if let Some(of_lead) = list.get_mut(start..end) {
                    of_lead.sort_unstable_by(purchase_order);
                }
            }
        }
        let starts: Result<Vec<u32>, _> = starts.into_iter().map(u32::try_from).collect();
        let Ok(starts) = starts else {
            trouble.whole("purchases", "more than 4,294,967,295 purchases");
            return Purchases::default();
        };
        Purchases {
            groups: Groups::new(starts),
            list: list.into(),
        }
    }
}

/// A counting sort: the places of all by lead, and where each lead's begin.
fn grouped<T>(list: &[T], rows: usize, lead: impl Fn(&T) -> u32) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0_usize; rows + 1];
    for one in list {
        if let Some(count) = starts.get_mut(lead(one) as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    if list.is_sorted_by_key(&lead) {
        return ((0..list.len()).collect(), starts);
    }
    let mut next = starts.clone();
    let mut order = vec![0; list.len()];
    for (place, one) in list.iter().enumerate() {
        let Some(next) = next.get_mut(lead(one) as usize) else {
            continue;
        };
        if let Some(slot) = order.get_mut(*next) {
            *slot = place;
        }
        *next += 1;
    }
    (order, starts)
}

/// Whether an id may stand twice among a lead's activities. May say yes where none does, never no where one does.
fn may_repeat<'a, T>(activities: impl Iterator<Item = (Reported<'a>, T)>) -> bool {
    let mut seen = [0_u64; 16];
    for (reported, _) in activities {
        let Some(id) = reported.activity.id else {
            continue;
        };
        let mut hash = id.len() as u64;
        for &byte in id.as_bytes() {
            hash = (hash.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        #[allow(clippy::cast_possible_truncation)] // the top ten bits
        let place = (hash >> 54) as usize;
        if let Some(word) = seen.get_mut(place / 64) {
            let bit = 1 << (place % 64);
            if *word & bit != 0 {
                return true;
            }
            *word |= bit;
        }
    }
    false
}
