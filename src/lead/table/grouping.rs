use super::activities::{Activities, Groups, Purchases};
use super::batch::{ActivityBatch, Batch, Staged};
use super::error::Trouble;
use super::interner::Interner;
use super::packing::{Packing, join};
use super::strings::Strings;
use crate::lead::builder::check::{in_schema, sound};
use crate::lead::builder::pending::Unique;
use crate::lead::history::{Reported, reported_order};
use crate::lead::lead::purchase_order;
use crate::lead::{Activity, KindSlot, ProductSlot, Purchase, Schema};
#[cfg(feature = "parallel")]
use rayon::prelude::*;
use std::collections::HashMap;

/// The activities of a table that is being built, in the order in which they were given.
#[derive(Debug, Default)]
pub(super) struct StagedActivities {
    batches: Vec<Batch>,
    /// Takes what comes one by one.
    open: Batch,
    subjects: Interner,
    channels: Interner,
    voids: HashMap<u32, Vec<Box<str>>>,
    /// How many stand in the batches.
    count: usize,
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
        let place = self.reported();
        let can = sound(activity, place, tell) & in_schema(schema, activity, place, tell);
        self.refused += usize::from(!can);
        can
    }

    /// How many were given, refused ones included.
    pub(super) fn reported(&self) -> usize {
        self.count + self.open.list.len() + self.refused
    }

    /// Takes a sound activity; `false` where its texts are too much.
    pub(super) fn push(&mut self, lead: u32, activity: &Activity<'_>) -> bool {
        if self.open.is_large() {
            self.close();
        }
        let codes = [
            self.subjects.code(activity.subject.unwrap_or_default()),
            self.channels.code(activity.channel.unwrap_or_default()),
        ];
        self.open.push(lead, activity, codes)
    }

    /// Takes the sound activities of a batch; `false` where their texts are too much.
    pub(super) fn take(&mut self, batch: ActivityBatch<'_>) -> bool {
        self.close();
        let mut staged = batch.staged;
        let subjects = self.subjects.codes(&batch.subjects.into_texts());
        let channels = self.channels.codes(&batch.channels.into_texts());
        let (Some(subjects), Some(channels)) = (subjects, channels) else {
            return false;
        };
        staged.subjects = subjects;
        staged.channels = channels;
        self.refused += batch.refused.len();
        self.add(staged);
        true
    }

    fn close(&mut self) {
        if !self.open.list.is_empty() {
            let open = std::mem::take(&mut self.open);
            self.add(open);
        }
    }

    fn add(&mut self, mut batch: Batch) {
        batch.arrange();
        self.count += batch.list.len();
        self.batches.push(batch);
    }

    pub(super) fn void(&mut self, lead: u32, id: &str) {
        self.voids.entry(lead).or_default().push(id.into());
    }

    fn id(&self, staged: &Staged) -> Option<&str> {
        self.batches.get(staged.batch as usize)?.id(staged)
    }

    fn reported_of(&self, staged: &Staged) -> Reported<'_> {
        Reported {
            activity: Activity {
                at: staged.at,
                kind: KindSlot::new(staged.kind),
                id: self.id(staged),
                product: (staged.product != u16::MAX).then(|| ProductSlot::new(staged.product)),
                subject: self.subjects.text(staged.subject),
                channel: self.channels.text(staged.channel),
                value: (!staged.value.is_nan()).then_some(staged.value),
            },
            voided: false,
        }
    }

    /// Groups the activities by lead, in canonical order and without repeats; on all cores.
    pub(super) fn group(
        mut self,
        schema: &Schema,
        ids: &Strings,
        trouble: &mut Trouble,
    ) -> Activities {
        self.close();
        if u32::try_from(self.count).is_err() || u32::try_from(self.batches.len()).is_err() {
            trouble.whole("activities", "more than 4,294,967,295 activities");
        }
        let groups = ids.len().div_ceil(Batch::LEADS);
        let blank = trouble.like();
        let pack = |group| self.pack(group, schema, ids, blank.like());
        #[cfg(feature = "parallel")]
        let packed: Vec<_> = (0..groups).into_par_iter().map(pack).collect();
        #[cfg(not(feature = "parallel"))]
        let packed: Vec<_> = (0..groups).map(pack).collect();
        let mut parts = Vec::with_capacity(packed.len());
        for (part, of_part) in packed {
            trouble.take(of_part);
            parts.push(part);
        }
        drop(std::mem::take(&mut self.batches));
        let joined = join(
            &parts,
            self.subjects.into_texts(),
            self.channels.into_texts(),
        );
        joined.unwrap_or_else(|| {
            trouble.whole("activities", "more than 4,294,967,295 bytes of text");
            Activities::default()
        })
    }

    /// The activities of a group of leads in their final order.
    fn pack(
        &self,
        group: usize,
        schema: &Schema,
        ids: &Strings,
        mut trouble: Trouble,
    ) -> (Packing, Trouble) {
        let first = group * Batch::LEADS;
        let rows = Batch::LEADS.min(ids.len().saturating_sub(first));
        let (mut list, starts) = self.gathered(group, rows);
        let mut packing = Packing::new(rows, list.len());
        let mut unique = Unique::default();
        for (row, bounds) in (first..).zip(starts.windows(2)) {
            let &[start, end] = bounds else { continue };
            let of_lead = list.get_mut(start..end).unwrap_or_default();
            let void = u32::try_from(row).ok().and_then(|row| self.voids.get(&row));
            if void.is_none() && !may_repeat(of_lead) {
                self.sort(of_lead);
                for staged in of_lead {
                    packing.push(self.id(staged), staged);
                }
                packing.end_of_lead();
                continue;
            }
            let all = of_lead.iter().map(|one| (self.reported_of(one), *one));
            let voids = void.into_iter().flatten().map(AsRef::as_ref);
            unique.collect(schema, all, voids, &mut |field, message| {
                trouble.lead(row, || ids.get(row).unwrap_or_default(), field, message);
            });
            let order = |(a, _): &(Reported<'_>, Staged), (b, _): &(Reported<'_>, Staged)| {
                reported_order(a, b)
            };
            unique.list.sort_unstable_by(order);
            let kept = unique.list.iter().filter(|(reported, _)| !reported.voided);
            for (reported, staged) in kept {
                packing.push(reported.activity.id, staged);
            }
            packing.end_of_lead();
        }
        (packing, trouble)
    }

    /// The activities of a group of leads by lead, in the order in which they were given, and where each lead's begin.
    fn gathered(&self, group: usize, rows: usize) -> (Vec<Staged>, Vec<usize>) {
        let batches = || (0..u32::MAX).zip(&self.batches);
        let of_group = || {
            batches().flat_map(|(number, batch)| {
                let all = batch.of_group(group).iter();
                all.map(move |staged| (number, batch, staged))
            })
        };
        let row = |staged: &Staged| staged.lead as usize % Batch::LEADS;
        let mut starts = vec![0; rows + 1];
        for (_, _, staged) in of_group() {
            if let Some(count) = starts.get_mut(row(staged) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut list = vec![Staged::BLANK; sum];
        for (number, batch, staged) in of_group() {
            let Some(next) = next.get_mut(row(staged)) else {
                continue;
            };
            if let Some(place) = list.get_mut(*next) {
                *place = batch.coded(number, staged);
            }
            *next += 1;
        }
        (list, starts)
    }

    /// Brings a lead's activities into canonical order. Most have a time each, and come in its order.
    fn sort(&self, of_lead: &mut [Staged]) {
        if !of_lead.is_sorted_by(|a, b| a.at < b.at) {
            of_lead.sort_unstable_by(|a, b| {
                let tie = || reported_order(&self.reported_of(a), &self.reported_of(b));
                a.at.cmp(&b.at).then_with(tie)
            });
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
        let (order, starts) = grouped(&self.list, rows, |&(lead, _)| lead as usize);
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

/// A counting sort: the places of all by group, and where each group's begin.
pub(super) fn grouped<T>(
    list: &[T],
    groups: usize,
    group: impl Fn(&T) -> usize,
) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0_usize; groups + 1];
    for one in list {
        if let Some(count) = starts.get_mut(group(one) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    if list.is_sorted_by_key(&group) {
        return ((0..list.len()).collect(), starts);
    }
    let mut next = starts.clone();
    let mut order = vec![0; list.len()];
    for (place, one) in list.iter().enumerate() {
        let Some(next) = next.get_mut(group(one)) else {
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
fn may_repeat(of_lead: &[Staged]) -> bool {
    let mut seen = [0_u64; 16];
    for staged in of_lead.iter().filter(|staged| staged.id_length > 0) {
        // The top ten bits.
        let place = (staged.id_hash >> 22) as usize;
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
