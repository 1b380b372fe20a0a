use super::activity::places_between;
use super::by_text::ByText;
use super::{Activity, KindSlot, Moment, ProductSlot, canonical_order};
use std::cmp::Ordering;
use std::fmt;

/// An activity on its way into a [`History`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported<'a> {
    pub(super) activity: Activity<'a>,
    pub(super) voided: bool,
}

/// The total order in which a lead keeps activities.
pub(super) fn reported_order(a: &Reported<'_>, b: &Reported<'_>) -> Ordering {
    canonical_order(&a.activity, &b.activity).then(a.voided.cmp(&b.voided))
}

/// The activities of one lead: sorted in canonical order, 32 bytes each, their texts in one piece of memory, with a
/// blank before and behind them all: so it takes no branch to see that a text begins and ends between characters.
///
/// Voided activities are kept, so that a replay does not bring them back, but they are told apart.
#[derive(Clone, Default, PartialEq)]
pub(super) struct History {
    entries: Box<[Entry]>,
    texts: Box<str>,
    unusual: Option<Box<Unusual>>,
}

/// What few histories have.
#[derive(Clone, Default, PartialEq)]
struct Unusual {
    /// Places of those that are voided, in order.
    voided: Vec<usize>,
    /// Texts that are long or stand late, by place and field, in order.
    long: Vec<(usize, Field, Span)>,
}

/// A text of an activity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Id,
    Subject,
    Channel,
}

impl History {
    const TEXT_AT_ONCE: usize = 4096;

    /// Sorts activities and stores them; `None` when their texts need more than 4 GiB.
    ///
    /// Each id must stand once, no text may be empty and every value must be finite.
    pub(super) fn new(reported: Vec<Reported<'_>>) -> Option<Self> {
        Self::within(reported, u32::MAX)
    }

    fn within(mut reported: Vec<Reported<'_>>, most_text: u32) -> Option<Self> {
        reported.sort_unstable_by(reported_order);
        let lengths = reported.iter().map(|reported| {
            let Activity {
                id,
                subject,
                channel,
                ..
            } = reported.activity;
            [id, subject, channel]
                .iter()
                .flatten()
                .map(|text| text.len())
                .sum()
        });
        // Enough for most leads at once. Texts that stand often may need less.
        let room = lengths
            .fold(0, usize::saturating_add)
            .min(Self::TEXT_AT_ONCE);
        let mut text = String::with_capacity(room.saturating_add(2 * Texts::BLANK.len()));
        text.push_str(Texts::BLANK);
        let mut texts = Texts {
            text,
            seen: ByText::new(),
            most: most_text.saturating_add(1), // the blank before them
        };
        let mut entries = Vec::with_capacity(reported.len());
        let mut unusual = Unusual::default();
        for (place, Reported { activity, voided }) in reported.iter().enumerate() {
            let mut short = |field, span: Span| {
                Short::new(span).unwrap_or_else(|| {
                    unusual.long.push((place, field, span));
                    Short::ELSEWHERE
                })
            };
            entries.push(Entry {
                at: activity.at,
                value: activity.value.unwrap_or(f64::NAN),
                // An id stands once: looking it up would be in vain.
                id: match activity.id {
                    Some(id) => short(Field::Id, texts.append(id)?),
                    None => Short::NONE,
                },
                subject: short(Field::Subject, texts.intern(activity.subject)?),
                channel: short(Field::Channel, texts.intern(activity.channel)?),
                kind: activity.kind.into(),
                product: activity.product.map_or(Entry::NO_PRODUCT, u16::from),
            });
            if *voided {
                unusual.voided.push(place);
            }
        }
        let is_usual = unusual.voided.is_empty() && unusual.long.is_empty();
        Some(Self {
            entries: entries.into(),
            texts: texts.all(),
            unusual: (!is_usual).then(|| Box::new(unusual)),
        })
    }

    /// All activities in canonical order, voided ones included.
    pub(super) fn iter(&self) -> impl Iterator<Item = Reported<'_>> {
        let placed = self.entries.iter().enumerate();
        placed.map(|(place, entry)| Reported {
            activity: self.view(place, entry),
            voided: self.is_voided(place),
        })
    }

    /// How many are not voided.
    pub(super) fn visible(&self) -> usize {
        let voided = self.unusual.as_ref().map_or(0, |all| all.voided.len());
        self.entries.len() - voided
    }

    /// Appends those from one moment to another that are not voided, in canonical order.
    #[inline]
    pub(super) fn append<'a>(&'a self, since: Moment, until: Moment, into: &mut Vec<Activity<'a>>) {
        let places = places_between(&self.entries, (since, until), |entry| entry.at);
        into.reserve(places.len());
        let entries = self.entries.get(places.clone()).unwrap_or_default();
        if self.unusual.is_none() {
            // None is voided, and all texts are where they are looked for first.
            into.extend(entries.iter().map(|entry| self.usual_view(entry)));
            return;
        }
        let placed = places.zip(entries);
        let visible = placed.filter(|&(place, _)| !self.is_voided(place));
        into.extend(visible.map(|(place, entry)| self.view(place, entry)));
    }

    /// Asks for all the memory of usual activities at once; what comes back says nothing.
    #[inline]
    pub(super) fn touch(&self) -> u16 {
        /// Bytes that come at a time.
        const LINE: usize = 64;
        let entries = self.entries.iter().step_by(LINE / size_of::<Entry>());
        let texts = self.texts.as_bytes().iter().step_by(LINE);
        let entries = entries.fold(0, |all, entry| all ^ entry.kind);
        texts.fold(entries, |all, &byte| all ^ u16::from(byte))
    }

    /// Visits those that are not voided, in canonical order.
    #[inline]
    pub(super) fn visit<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        for (place, entry) in self.entries.iter().enumerate() {
            if !self.is_voided(place) {
                visit(self.view(place, entry));
            }
        }
    }

    #[inline]
    fn is_voided(&self, place: usize) -> bool {
        let unusual = self.unusual.as_ref();
        unusual.is_some_and(|unusual| unusual.voided.binary_search(&place).is_ok())
    }

    #[inline]
    fn view(&self, place: usize, entry: &Entry) -> Activity<'_> {
        entry.view(|field, short| match short {
            Short::ELSEWHERE => self.long(place, field),
            short => self.text(short),
        })
    }

    /// The view of an entry whose texts are all short and stand early.
    #[inline]
    fn usual_view(&self, entry: &Entry) -> Activity<'_> {
        entry.view(|_, short| self.text(short))
    }

    #[inline]
    fn text(&self, Short { start, len }: Short) -> Option<&str> {
        let start = usize::from(start);
        let text = self.texts.get(start..start + usize::from(len));
        text.filter(|text| !text.is_empty())
    }

    #[cold]
    fn long(&self, place: usize, field: Field) -> Option<&str> {
        let long = &self.unusual.as_ref()?.long;
        let found = long.binary_search_by_key(&(place, field), |&(place, field, _)| (place, field));
        let &(_, _, Span { start, len }) = long.get(found.ok()?)?;
        let start = start as usize;
        self.texts.get(start..start.checked_add(len as usize)?)
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// A piece of the texts; no length means no text.
#[derive(Clone, Copy, PartialEq)]
struct Span {
    start: u32,
    len: u32,
}

impl Span {
    const NONE: Self = Self { start: 1, len: 0 };
}

/// A piece of the texts that is short and stands early, as most do.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short {
    start: u16,
    len: u16,
}

impl Short {
    const NONE: Self = Self { start: 1, len: 0 };
    /// Any other piece, which is to be looked up.
    const ELSEWHERE: Self = Self {
        start: u16::MAX,
        len: u16::MAX,
    };

    /// `None` where it is not short or stands late.
    fn new(span: Span) -> Option<Self> {
        let short = Self {
            start: span.start.try_into().ok()?,
            len: span.len.try_into().ok()?,
        };
        Some(short).filter(|short| *short != Self::ELSEWHERE)
    }
}

#[derive(Clone, Copy)]
struct Entry {
    at: Moment,
    /// NaN when there is none.
    value: f64,
    id: Short,
    subject: Short,
    channel: Short,
    kind: u16,
    product: u16,
}

impl Entry {
    /// No schema has that many products.
    const NO_PRODUCT: u16 = u16::MAX;

    #[inline]
    fn view<'t>(&self, text: impl Fn(Field, Short) -> Option<&'t str>) -> Activity<'t> {
        Activity {
            at: self.at,
            kind: KindSlot::new(self.kind),
            id: text(Field::Id, self.id),
            product: (self.product != Self::NO_PRODUCT).then(|| ProductSlot::new(self.product)),
            subject: text(Field::Subject, self.subject),
            channel: text(Field::Channel, self.channel),
            value: (!self.value.is_nan()).then_some(self.value),
        }
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
            && self.value.to_bits() == other.value.to_bits()
            && self.id == other.id
            && self.subject == other.subject
            && self.channel == other.channel
            && self.kind == other.kind
            && self.product == other.product
    }
}

/// Collects texts, each once.
struct Texts<'a> {
    text: String,
    seen: ByText<'a, Span>,
    most: u32,
}

impl<'a> Texts<'a> {
    const BLANK: &'static str = " ";

    /// All texts, with a blank on both sides; nothing where there is none.
    fn all(mut self) -> Box<str> {
        if self.text.len() == Self::BLANK.len() {
            return Box::default();
        }
        self.text.push_str(Self::BLANK);
        self.text.into()
    }

    fn append(&mut self, text: &str) -> Option<Span> {
        let start = u32::try_from(self.text.len()).ok()?;
        let len = u32::try_from(text.len()).ok()?;
        if start.checked_add(len)? > self.most {
            return None;
        }
        self.text.push_str(text);
        Some(Span { start, len })
    }

    fn intern(&mut self, text: Option<&'a str>) -> Option<Span> {
        let Some(text) = text else {
            return Some(Span::NONE);
        };
        if let Some(span) = self.seen.get(text) {
            return Some(span);
        }
        let span = self.append(text)?;
        self.seen.insert(text, span);
        Some(span)
    }
}

#[cfg(test)]
mod tests;
