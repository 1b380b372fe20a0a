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

/// The activities of one lead: sorted in canonical order, 48 bytes each, their texts in one piece of memory.
///
/// Voided activities are kept, so that a replay does not bring them back, but they are told apart.
#[derive(Clone, Default, PartialEq)]
pub(super) struct History {
    entries: Box<[Entry]>,
    texts: Box<str>,
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
        let mut texts = Texts {
            text: String::with_capacity(room),
            seen: ByText::new(),
            most: most_text,
        };
        let mut entries = Vec::with_capacity(reported.len());
        for Reported { activity, voided } in &reported {
            entries.push(Entry {
                at: activity.at,
                value: activity.value.unwrap_or(f64::NAN),
                // An id stands once: looking it up would be in vain.
                id: activity
                    .id
                    .map_or(Some(Span::NONE), |id| texts.append(id))?,
                subject: texts.intern(activity.subject)?,
                channel: texts.intern(activity.channel)?,
                kind: activity.kind.into(),
                product: activity.product.map_or(Entry::NO_PRODUCT, u16::from),
                voided: *voided,
            });
        }
        Some(Self {
            entries: entries.into(),
            texts: texts.text.into(),
        })
    }

    /// All activities in canonical order, voided ones included.
    pub(super) fn iter(&self) -> impl Iterator<Item = Reported<'_>> {
        self.entries.iter().map(|entry| Reported {
            activity: entry.view(&self.texts),
            voided: entry.voided,
        })
    }

    /// How many are not voided.
    pub(super) fn visible(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.voided).count()
    }

    /// Visits those that are not voided, in canonical order.
    #[inline]
    pub(super) fn visit<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        for entry in &self.entries {
            if !entry.voided {
                visit(entry.view(&self.texts));
            }
        }
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
    const NONE: Self = Self { start: 0, len: 0 };

    #[inline]
    fn of(self, texts: &str) -> Option<&str> {
        if self.len == 0 {
            return None;
        }
        let start = self.start as usize;
        texts.get(start..start + self.len as usize)
    }
}

#[derive(Clone, Copy)]
struct Entry {
    at: Moment,
    /// NaN when there is none.
    value: f64,
    id: Span,
    subject: Span,
    channel: Span,
    kind: u16,
    product: u16,
    voided: bool,
}

impl Entry {
    /// No schema has that many products.
    const NO_PRODUCT: u16 = u16::MAX;

    #[inline]
    fn view<'a>(&self, texts: &'a str) -> Activity<'a> {
        Activity {
            at: self.at,
            kind: KindSlot::new(self.kind),
            id: self.id.of(texts),
            product: (self.product != Self::NO_PRODUCT).then(|| ProductSlot::new(self.product)),
            subject: self.subject.of(texts),
            channel: self.channel.of(texts),
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
            && self.voided == other.voided
    }
}

/// Collects texts, each once.
struct Texts<'a> {
    text: String,
    seen: ByText<'a, Span>,
    most: u32,
}

impl<'a> Texts<'a> {
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
mod tests {
    use super::*;

    fn at(seconds: i64) -> Activity<'static> {
        Activity::new(KindSlot::new(0), Moment::from_seconds(seconds))
    }

    fn seen(activity: Activity<'_>) -> Reported<'_> {
        Reported {
            activity,
            voided: false,
        }
    }

    #[test]
    fn activities_are_sorted_and_texts_stored_once() {
        let full = at(1)
            .id("x1")
            .product(ProductSlot::new(2))
            .subject("/pricing")
            .channel("web")
            .value(0.0);
        let second = Activity {
            kind: KindSlot::new(1),
            ..full.id("x2")
        };
        let history = History::new(vec![
            seen(at(2).subject("/pricing").channel("web")),
            seen(second),
            Reported {
                activity: full,
                voided: true,
            },
            seen(at(0)),
        ])
        .unwrap();
        assert_eq!(&*history.texts, "x1/pricingwebx2");
        assert_eq!(history.visible(), 3);
        let mut visited = Vec::new();
        history.visit(&mut |activity| visited.push(activity));
        assert_eq!(
            visited,
            [at(0), second, at(2).subject("/pricing").channel("web")]
        );
        let all: Vec<_> = history.iter().map(|r| (r.activity, r.voided)).collect();
        assert_eq!(all[1], (full, true));
        assert_eq!(history, history.clone());
    }

    #[test]
    fn order_of_reports_does_not_matter() {
        let mut reported = vec![
            seen(at(0)),
            Reported {
                activity: at(0),
                voided: true,
            },
            seen(at(0).value(1.0)),
            seen(at(0).subject("b")),
            seen(at(0).subject("a")),
        ];
        let first = History::new(reported.clone()).unwrap();
        reported.reverse();
        assert_eq!(History::new(reported).unwrap(), first);
        assert_ne!(History::new(vec![seen(at(0))]).unwrap(), first);
    }

    #[test]
    fn too_much_text_is_refused() {
        let texts = |subject| vec![seen(at(0).subject(subject)), seen(at(1).subject(subject))];
        assert!(History::within(texts("12345678"), 8).is_some());
        assert!(History::within(texts("123456789"), 8).is_none());
        let differing = vec![seen(at(0).subject("1234")), seen(at(0).channel("12345"))];
        assert!(History::within(differing, 8).is_none());
    }

    #[test]
    fn entries_are_small() {
        assert_eq!(size_of::<Entry>(), 48);
        assert_eq!(size_of::<History>(), 32);
    }
}
