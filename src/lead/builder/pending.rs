use super::Trouble;
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

/// The activities without repeats of an id; reports ids that stand for different contents.
pub(super) fn unique<'a>(
    schema: &Schema,
    pending: &[Pending],
    texts: &'a str,
    voids: &[Box<str>],
    trouble: &mut Option<Box<Trouble>>,
) -> Vec<Reported<'a>> {
    let mut unique: Vec<Reported<'a>> = Vec::with_capacity(pending.len());
    let mut by_id: ByText<'_, usize> = ByText::new();
    for pending in pending {
        let reported = Reported {
            activity: pending.view(texts),
            voided: pending.voided,
        };
        let Some(id) = reported.activity.id else {
            unique.push(reported);
            continue;
        };
        let Some(first) = by_id.get(id) else {
            by_id.insert(id, unique.len());
            unique.push(reported);
            continue;
        };
        let Some(first) = unique.get_mut(first) else {
            continue;
        };
        first.voided |= reported.voided;
        if first.activity != reported.activity {
            trouble.get_or_insert_default().push(
                format!("activity `{}`", shortened(id)),
                differences(schema, &first.activity, &reported.activity),
            );
        }
    }
    for id in voids {
        if let Some(voided) = by_id.get(id).and_then(|first| unique.get_mut(first)) {
            voided.voided = true;
        }
    }
    unique
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
