use super::interner::Interner;
use crate::lead::builder::check::{in_schema, sound};
use crate::lead::{Activity, KindSlot, Moment, ProductSlot, Schema};

/// Activities on their way into a [`LeadTable`](crate::LeadTable), gathered apart from its builder.
///
/// Many threads may each fill batches of their own, as readers of large files do;
/// [`LeadTableBuilder::add_batch`](crate::LeadTableBuilder::add_batch) takes them, in the order in which they are
/// given. What is wrong with an activity is said there.
///
/// # Examples
/// ```
/// use lead_scoring::{Activity, ActivityBatch, LeadTable, SchemaSpec};
///
/// let schema = SchemaSpec::new().kind("visit").build()?;
/// let visit = schema.kind("visit").ok_or("no such kind")?;
/// let read = |day: &str| -> Result<_, lead_scoring::ParseMomentError> {
///     let mut batch = ActivityBatch::new(&schema);
///     batch.push(0, &Activity::new(visit, day.parse()?));
///     Ok(batch)
/// };
/// let batches = std::thread::scope(|threads| {
///     let days = ["2026-03-01", "2026-03-02"];
///     days.map(|day| threads.spawn(move || read(day))).map(|thread| thread.join())
/// });
///
/// let mut builder = LeadTable::builder(&schema).ids(["a"]);
/// for batch in batches {
///     builder.add_batch(batch.map_err(|_| "a thread stopped")??);
/// }
/// assert_eq!(builder.build()?.activity_count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ActivityBatch<'s> {
    pub(super) schema: &'s Schema,
    pub(super) staged: Batch,
    pub(super) subjects: Interner,
    pub(super) channels: Interner,
    pub(super) refused: Vec<RefusedActivity>,
    /// Positions of leads that no table has.
    pub(super) outside: Vec<usize>,
    /// Whether its texts are too much.
    pub(super) is_full: bool,
}

/// An activity that is wrong, kept until the builder can say so: what may be wrong with it, and its place among all.
#[derive(Debug)]
pub(super) struct RefusedActivity {
    pub(super) lead: usize,
    pub(super) place: usize,
    id: Option<Box<str>>,
    value: Option<f64>,
    kind: KindSlot,
    product: Option<ProductSlot>,
}

impl RefusedActivity {
    pub(super) fn activity(&self) -> Activity<'_> {
        Activity {
            at: Moment::MIN,
            kind: self.kind,
            id: self.id.as_deref(),
            product: self.product,
            subject: None,
            channel: None,
            value: self.value,
        }
    }
}

impl<'s> ActivityBatch<'s> {
    /// A batch of activities of that schema, with none so far.
    #[must_use]
    pub fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            staged: Batch::default(),
            subjects: Interner::default(),
            channels: Interner::default(),
            refused: Vec::new(),
            outside: Vec::new(),
            is_full: false,
        }
    }

    /// Adds an activity of the lead at a position of the table, as
    /// [`LeadTableBuilder::add_activity`](crate::LeadTableBuilder::add_activity) does.
    pub fn push(&mut self, lead: usize, activity: &Activity<'_>) {
        let Ok(row) = u32::try_from(lead) else {
            return self.outside.push(lead);
        };
        let never = &mut |_, _| {};
        if !(sound(activity, 0, never) && in_schema(self.schema, activity, 0, never)) {
            let place = self.staged.list.len() + self.refused.len();
            return self.refused.push(RefusedActivity {
                lead,
                place,
                id: activity.id.map(Into::into),
                value: activity.value,
                kind: activity.kind,
                product: activity.product,
            });
        }
        let codes = [
            self.subjects.code(activity.subject.unwrap_or_default()),
            self.channels.code(activity.channel.unwrap_or_default()),
        ];
        self.is_full |= !self.staged.push(row, activity, codes);
    }

    /// Makes room for that many more activities, where a reader knows how many come.
    pub fn reserve(&mut self, more: usize) {
        self.staged.list.reserve(more);
    }

    /// How many activities it has, wrong ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.staged.list.len() + self.refused.len() + self.outside.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Brings it into the order in which the table will ask for it.
    ///
    /// The builder does so where it was not done; on the thread that filled the batch it is quicker, and done beside
    /// others.
    pub fn arrange(&mut self) {
        self.staged.arrange();
    }
}

/// An activity on its way into a table; texts are codes, but for the id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staged {
    pub(super) at: Moment,
    /// NaN when there is none.
    pub(super) value: f64,
    /// Where the id stands in the texts of its batch; no length is no id.
    pub(super) id: u32,
    pub(super) id_length: u32,
    /// Of the id: different ids may share one, equal ids do.
    pub(super) id_hash: u32,
    pub(super) batch: u32,
    pub(super) subject: u32,
    pub(super) channel: u32,
    pub(super) lead: u32,
    pub(super) kind: u16,
    /// `u16::MAX` when there is none.
    pub(super) product: u16,
}

impl Staged {
    pub(super) const BLANK: Self = Self {
        at: Moment::MIN,
        value: f64::NAN,
        id: 0,
        id_length: 0,
        id_hash: 0,
        batch: 0,
        subject: 0,
        channel: 0,
        lead: 0,
        kind: 0,
        product: 0,
    };
}

/// Sound activities, in the order in which they were given until they are [arranged](Batch::arrange): then those of
/// some neighbouring leads stand together, which is what one thread asks for.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) list: Vec<Staged>,
    ids: String,
    /// One more than the highest position of a lead.
    pub(super) leads: usize,
    /// Where the activities of each [`LEADS`](Batch::LEADS) leads begin, and the end; empty until arranged.
    starts: Vec<usize>,
    /// The codes of the table by those of the batch; empty where they are the same.
    pub(super) subjects: Vec<u32>,
    pub(super) channels: Vec<u32>,
}

impl Batch {
    /// How many leads are grouped at a time: so few that their activities stay in the cache of a core.
    pub(super) const LEADS: usize = 1024;

    /// Takes a sound activity with the codes of its subject and channel; `false` where the texts are too much.
    pub(super) fn push(
        &mut self,
        lead: u32,
        activity: &Activity<'_>,
        codes: [Option<u32>; 2],
    ) -> bool {
        let id = activity.id.unwrap_or_default();
        let (Ok(start), Ok(id_length), [Some(subject), Some(channel)]) = (
            u32::try_from(self.ids.len()),
            u32::try_from(id.len()),
            codes,
        ) else {
            return false;
        };
        self.ids.push_str(id);
        self.starts.clear();
        self.leads = self.leads.max(lead as usize + 1);
        self.list.push(Staged {
            at: activity.at,
            // Negative zero becomes zero, so that equal values have equal bits.
            value: activity.value.map_or(f64::NAN, |value| value + 0.0),
            id: start,
            id_length,
            id_hash: hashed(id),
            batch: 0,
            subject,
            channel,
            lead,
            kind: activity.kind.into(),
            product: activity.product.map_or(u16::MAX, u16::from),
        });
        true
    }

    /// Whether more should go to another batch.
    pub(super) fn is_large(&self) -> bool {
        const MOST: usize = 1 << 16;
        self.list.len() >= MOST || self.ids.len() >= MOST << 10
    }

    /// Sorts by groups of leads; those of one group stay in their order.
    pub(super) fn arrange(&mut self) {
        if !self.starts.is_empty() {
            return;
        }
        let group = |staged: &Staged| staged.lead as usize / Self::LEADS;
        let groups = self.leads.div_ceil(Self::LEADS);
        let (order, starts) = super::grouping::grouped(&self.list, groups, group);
        if !order.is_sorted() {
            // The ids move along: their texts are asked for in the same order.
            let mut ids = String::with_capacity(self.ids.len());
            let placed = order.iter().filter_map(|&place| self.list.get(place));
            let moved = placed.map(|staged| {
                let start = u32::try_from(ids.len()).unwrap_or(u32::MAX);
                ids.push_str(self.id(staged).unwrap_or_default());
                Staged {
                    id: start,
                    ..*staged
                }
            });
            self.list = moved.collect();
            self.ids = ids;
        }
        self.starts = starts;
    }

    /// Keeps the activities of so many leads, and gives the positions of the others.
    pub(super) fn without_outside(&mut self, leads: usize) -> Vec<usize> {
        let is_outside = |staged: &Staged| staged.lead as usize >= leads;
        let mut outside = Vec::new();
        if self.leads > leads {
            let rows = self.list.iter().filter(|staged| is_outside(staged));
            outside.extend(rows.map(|staged| staged.lead as usize));
            self.list.retain(|staged| !is_outside(staged));
            self.leads = leads;
            self.starts.clear();
        }
        outside
    }

    /// The activities of a group of leads.
    pub(super) fn of_group(&self, group: usize) -> &[Staged] {
        match self.starts.get(group..group.saturating_add(2)) {
            Some(&[start, end]) => self.list.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    pub(super) fn id(&self, staged: &Staged) -> Option<&str> {
        let start = staged.id as usize;
        let id = self.ids.get(start..start + staged.id_length as usize);
        id.filter(|id| !id.is_empty())
    }

    /// An activity of it with the codes of the table, and its own number.
    pub(super) fn coded(&self, number: u32, staged: &Staged) -> Staged {
        let code = |codes: &[u32], code: u32| codes.get(code as usize).copied().unwrap_or(code);
        Staged {
            subject: code(&self.subjects, staged.subject),
            channel: code(&self.channels, staged.channel),
            batch: number,
            ..*staged
        }
    }
}

fn hashed(id: &str) -> u32 {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;
    let mut hash = id.len() as u64;
    for bytes in id.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word.iter_mut()
            .zip(bytes)
            .for_each(|(to, &from)| *to = from);
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    }
    #[allow(clippy::cast_possible_truncation)] // the upper half
    let upper = (hash >> 32) as u32;
    upper
}

#[cfg(test)]
mod tests;
