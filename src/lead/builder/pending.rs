use crate::lead::by_text::ByText;
use crate::lead::history::Reported;
use crate::lead::{Activity, KindSlot, Moment, ProductSlot, Schema, shortened};

/// An activity that was added: its texts stand in the builder's, id, subject and channel in a row.
#[derive(Debug)]
pub(super) struct Pending {
    at: Moment,
    /// NaN when there is none.
    value: f64,
    text: usize,
    /// No length means no text.
    lengths: [u32; 3],
    kind: KindSlot,
    /// `u16::MAX` when there is none.
    product: u16,
    voided: bool,
}

impl Pending {
    /// Takes an activity over and appends its texts; `None` when one of them is longer than 4 GiB.
    pub(super) fn new(activity: &Activity<'_>, voided: bool, texts: &mut String) -> Option<Self> {
        let parts = [activity.id, activity.subject, activity.channel];
        let [Ok(id), Ok(subject), Ok(channel)] =
            parts.map(|part| u32::try_from(part.map_or(0, str::len)))
        else {
            return None;
        };
        let text = texts.len();
        parts
            .into_iter()
            .flatten()
            .for_each(|part| texts.push_str(part));
        Some(Self {
            at: activity.at,
            // Negative zero becomes zero, so that equal values have equal bits.
            value: activity.value.map_or(f64::NAN, |value| value + 0.0),
            text,
            lengths: [id, subject, channel],
            kind: activity.kind,
            product: activity.product.map_or(u16::MAX, u16::from),
            voided,
        })
    }

    pub(super) fn reported<'a>(&self, texts: &'a str) -> Reported<'a> {
        Reported {
            activity: self.view(texts),
            voided: self.voided,
        }
    }

    fn view<'a>(&self, texts: &'a str) -> Activity<'a> {
        let mut start = self.text;
        let [id, subject, channel] = self.lengths.map(|len| {
            let end = start + len as usize;
            let text = texts.get(start..end).filter(|text| !text.is_empty());
            start = end;
            text
        });
        Activity {
            at: self.at,
            kind: self.kind,
            id,
            product: (self.product != u16::MAX).then(|| ProductSlot::new(self.product)),
            subject,
            channel,
            value: (!self.value.is_nan()).then_some(self.value),
        }
    }
}

/// The activities of one lead without repeats of an id, each with what goes along with it.
#[derive(Debug)]
pub(in crate::lead) struct Unique<'a, T> {
    pub(in crate::lead) list: Vec<(Reported<'a>, T)>,
    by_id: ByText<'a, usize>,
}

impl<T> Default for Unique<'_, T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            by_id: ByText::new(),
        }
    }
}

impl<'a, T> Unique<'a, T> {
    /// Fills the list anew; tells the field and message of ids that stand for different contents.
    pub(in crate::lead) fn collect<'v>(
        &mut self,
        schema: &Schema,
        all: impl Iterator<Item = (Reported<'a>, T)>,
        voids: impl Iterator<Item = &'v str>,
        tell: &mut dyn FnMut(String, String),
    ) {
        let Self { list, by_id } = self;
        list.clear();
        by_id.clear();
        for (reported, with) in all {
            let Some(id) = reported.activity.id else {
                list.push((reported, with));
                continue;
            };
            let Some(first) = by_id.get(id) else {
                by_id.insert(id, list.len());
                list.push((reported, with));
                continue;
            };
            let Some((first, _)) = list.get_mut(first) else {
                continue;
            };
            first.voided |= reported.voided;
            if first.activity != reported.activity {
                tell(
                    format!("activity `{}`", shortened(id)),
                    differences(schema, &first.activity, &reported.activity),
                );
            }
        }
        for id in voids {
            if let Some((voided, _)) = by_id.get(id).and_then(|first| list.get_mut(first)) {
                voided.voided = true;
            }
        }
    }
}

fn differences(schema: &Schema, a: &Activity<'_>, b: &Activity<'_>) -> String {
    let fields = |activity: &Activity<'_>| {
        let product = activity.product.and_then(|slot| schema.product_name(slot));
        [
            ("at", Some(activity.at.to_string())),
            ("kind", schema.kind_name(activity.kind).map(shortened)),
            ("product", product.map(shortened)),
            ("subject", activity.subject.map(shortened)),
            ("channel", activity.channel.map(shortened)),
            ("value", activity.value.map(|value| value.to_string())),
        ]
    };
    let shown = |text: Option<String>| text.map_or("none".to_owned(), |text| format!("`{text}`"));
    let differing: Vec<String> = fields(a)
        .into_iter()
        .zip(fields(b))
        .filter(|((_, a), (_, b))| a != b)
        .map(|((name, a), (_, b))| format!("{name} {} and {}", shown(a), shown(b)))
        .collect();
    if differing.is_empty() {
        return "one id stands for different long texts".to_owned();
    }
    format!(
        "one id stands for different contents: {}",
        differing.join(", ")
    )
}
