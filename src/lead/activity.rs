use super::{KindSlot, Moment, ProductSlot};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::ops::Range;

/// Something a lead did, as scorers see it: borrowed and `Copy`.
///
/// An app fills it from its own event without copying text. A value that is not finite counts as none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity<'a> {
    /// When it happened.
    pub at: Moment,
    /// What it was.
    pub kind: KindSlot,
    /// Identity: the same id and the same content is one activity, however often it is reported.
    pub id: Option<&'a str>,
    /// The product it concerns.
    pub product: Option<ProductSlot>,
    /// What it was about: the page, the e-mail, the document.
    pub subject: Option<&'a str>,
    /// Where it came from: `email`, `web`, `linkedin`.
    pub channel: Option<&'a str>,
    /// A number that goes with it: seconds on a page, an order's worth.
    pub value: Option<f64>,
}

impl<'a> Activity<'a> {
    /// An activity of that kind at that moment, with nothing else known.
    #[must_use]
    pub const fn new(kind: KindSlot, at: Moment) -> Self {
        Self {
            at,
            kind,
            id: None,
            product: None,
            subject: None,
            channel: None,
            value: None,
        }
    }

    /// Sets the id. Default: none.
    #[must_use]
    pub const fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the product. Default: none.
    #[must_use]
    pub const fn product(mut self, product: ProductSlot) -> Self {
        self.product = Some(product);
        self
    }

    /// Sets the subject. Default: none.
    #[must_use]
    pub const fn subject(mut self, subject: &'a str) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Sets the channel. Default: none.
    #[must_use]
    pub const fn channel(mut self, channel: &'a str) -> Self {
        self.channel = Some(channel);
        self
    }

    /// Sets the value. Default: none.
    #[must_use]
    pub const fn value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }
}

/// Where those of one moment to another stand among what is in order of time.
#[inline]
pub(super) fn places_between<T>(
    all: &[T],
    (since, until): (Moment, Moment),
    at: impl Fn(&T) -> Moment,
) -> Range<usize> {
    let end = match all.last() {
        Some(last) if until < at(last) => all.partition_point(|one| at(one) <= until),
        _ => all.len(),
    };
    let start = match all.first() {
        Some(first) if at(first) < since => all.partition_point(|one| at(one) < since),
        _ => 0,
    };
    start.min(end)..end
}

/// One of 64 bits for an id: the same for the same, mostly others for others; none where there is no id.
#[inline]
pub(super) fn id_mark(id: Option<&str>) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    // Whether there is one is nothing that could be foretold: without it, some text is marked all the same.
    let bytes = id.unwrap_or("none").as_bytes();
    let four = |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four));
    let end = match bytes.last_chunk() {
        Some(last) => four(last),
        None => bytes
            .iter()
            .fold(0, |all, &byte| all << 8 | u64::from(byte)),
    };
    let mixed = bytes.first_chunk().map_or(0, four) << 32 ^ end ^ (bytes.len() as u64) << 24;
    u64::from(id.is_some()) << (mixed.wrapping_mul(ODD) >> 58)
}

/// The total order in which activities are added up: time first, then every field that can matter.
pub(crate) fn canonical_order(a: &Activity<'_>, b: &Activity<'_>) -> Ordering {
    a.at.cmp(&b.at).then_with(|| {
        let value = |x: &Activity<'_>| x.value.unwrap_or(f64::NEG_INFINITY);
        a.kind
            .cmp(&b.kind)
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| a.channel.cmp(&b.channel))
            .then_with(|| a.product.cmp(&b.product))
            .then_with(|| value(a).total_cmp(&value(b)))
    })
}

/// Whether two texts are the same. A table keeps each of its texts once: where they stand often says so.
#[inline]
pub(crate) fn is_same(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => std::ptr::eq(a, b) || a == b,
        (None, None) => true,
        _ => false,
    }
}

/// Money spent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    /// When.
    pub at: Moment,
    /// How much, in the app's own currency; negative for a refund.
    pub amount: f64,
}

/// What is known of a qualification question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer<'a> {
    /// Nothing. Never counts as no.
    Unknown,
    /// Yes.
    Yes,
    /// No.
    No,
    /// A named level, such as `decision_maker`.
    Level(&'a str),
    /// An amount, such as a budget.
    Amount(f64),
    /// A date, such as that of the decision.
    By(Moment),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_total() {
        let base = Activity::new(KindSlot::new(1), Moment::from_seconds(1));
        let apart = [
            Activity {
                at: Moment::from_seconds(2),
                ..base
            },
            Activity {
                kind: KindSlot::new(2),
                ..base
            },
            base.id("a"),
            base.subject("a"),
            base.channel("a"),
            base.product(ProductSlot::new(0)),
            base.value(0.0),
            base.value(-0.0),
        ];
        for (i, a) in apart.iter().enumerate() {
            assert_eq!(canonical_order(&base, a), Ordering::Less, "{a:?}");
            for (j, b) in apart.iter().enumerate() {
                assert_eq!(canonical_order(a, b) == Ordering::Equal, i == j);
                assert_eq!(canonical_order(a, b), canonical_order(b, a).reverse());
            }
        }
        assert!(size_of::<Activity<'_>>() <= 80);
    }
}
