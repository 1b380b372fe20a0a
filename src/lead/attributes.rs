use super::stored::Stored;
use super::{AttributeSlot, Moment, Value};

/// The attributes of one lead and its id: 9 bytes for each attribute, and all texts in one piece of memory.
///
/// Leads do not share texts: a text of usual length is no longer than a reference to a shared one, and scoring recalls
/// what comparisons said of it by its bytes as fast as it would by a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes {
    /// For each eight attributes one word with their sorts, a byte each, and then a word of each.
    words: Box<[u64]>,
    /// The id, and after it the texts in the order of their slots.
    texts: Box<str>,
    id_length: u32,
    /// Behind one pointer, since few leads have any.
    tags: Option<Box<TagLists>>,
}

type TagLists = Vec<Box<[Box<str>]>>;

/// Attributes whose sorts share a word.
const GROUP: usize = 8;

/// What the word of an attribute holds.
mod sort {
    pub(super) const MISSING: u8 = 0;
    /// The bits of the number.
    pub(super) const NUMBER: u8 = 1;
    /// Where the text begins, and in the upper half where it ends.
    pub(super) const TEXT: u8 = 2;
    /// 0 or 1.
    pub(super) const FLAG: u8 = 3;
    /// Microseconds.
    pub(super) const DATE: u8 = 4;
    /// The place among the lists of tags.
    pub(super) const TAGS: u8 = 5;
}

impl Attributes {
    /// Packs the id and the attributes, in the order of their slots; `None` when their texts need more than 4 GiB.
    pub(super) fn new(id: &str, stored: impl ExactSizeIterator<Item = Stored>) -> Option<Self> {
        let mut texts = String::from(id);
        let id_length = u32::try_from(texts.len()).ok()?;
        let mut tags = TagLists::new();
        let count = stored.len();
        let mut words = Vec::with_capacity(count + count.div_ceil(GROUP));
        let mut sorts_at = 0;
        for (place, stored) in stored.enumerate() {
            let in_group = place % GROUP;
            if in_group == 0 {
                sorts_at = words.len();
                words.push(0);
            }
            let (sort, word) = match stored {
                Stored::Missing => (sort::MISSING, 0),
                Stored::Number(number) => (sort::NUMBER, number.to_bits()),
                Stored::Text(text) => {
                    let start = u32::try_from(texts.len()).ok()?;
                    texts.push_str(&text);
                    let end = u32::try_from(texts.len()).ok()?;
                    (sort::TEXT, u64::from(start) | u64::from(end) << 32)
                }
                Stored::Flag(flag) => (sort::FLAG, u64::from(flag)),
                Stored::Date(date) => (sort::DATE, date.micros().cast_unsigned()),
                Stored::Tags(list) => {
                    tags.push(list);
                    (sort::TAGS, tags.len() as u64 - 1)
                }
            };
            if let Some(sorts) = words.get_mut(sorts_at) {
                *sorts |= u64::from(sort) << (8 * in_group);
            }
            words.push(word);
        }
        Some(Self {
            words: words.into(),
            texts: texts.into(),
            id_length,
            tags: (!tags.is_empty()).then(|| Box::new(tags)),
        })
    }

    /// The lead's id.
    pub(super) fn id(&self) -> &str {
        self.text(0, u64::from(self.id_length))
    }

    #[inline]
    pub(super) fn view(&self, slot: AttributeSlot) -> Value<'_> {
        let (group, in_group) = (slot.index() / GROUP, slot.index() % GROUP);
        let sorts_at = group * (GROUP + 1);
        let (Some(sorts), Some(&word)) = (
            self.words.get(sorts_at),
            self.words.get(sorts_at + 1 + in_group),
        ) else {
            return Value::Missing;
        };
        let [sort, ..] = (sorts >> (8 * in_group)).to_le_bytes();
        match sort {
            sort::NUMBER => Value::Number(f64::from_bits(word)),
            sort::TEXT => Value::Text(self.text(word & u64::from(u32::MAX), word >> u32::BITS)),
            sort::FLAG => Value::Flag(word != 0),
            sort::DATE => Value::Date(Moment::from_micros(word.cast_signed())),
            sort::TAGS => self.tag_list(word).unwrap_or(Value::Missing),
            _ => Value::Missing,
        }
    }

    #[inline]
    fn text(&self, start: u64, end: u64) -> &str {
        match (usize::try_from(start), usize::try_from(end)) {
            (Ok(start), Ok(end)) => self.texts.get(start..end).unwrap_or_default(),
            _ => "",
        }
    }

    fn tag_list(&self, place: u64) -> Option<Value<'_>> {
        let list = self.tags.as_ref()?.get(usize::try_from(place).ok()?)?;
        Some(Value::Tags(list))
    }

    /// The attribute in a slot, copied.
    pub(super) fn stored(&self, slot: AttributeSlot) -> Stored {
        match self.view(slot) {
            Value::Missing => Stored::Missing,
            Value::Number(number) => Stored::Number(number),
            Value::Text(text) => Stored::Text(text.into()),
            Value::Flag(flag) => Stored::Flag(flag),
            Value::Date(date) => Stored::Date(date),
            Value::Tags(tags) => {
                let tags = (0..tags.len()).filter_map(|place| tags.get(place));
                Stored::Tags(tags.map(Box::from).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_small() {
        let numbers = std::iter::repeat_n(Stored::Number(1.0), 12);
        let packed = Attributes::new("a1", numbers).unwrap();
        assert_eq!(size_of_val(&*packed.words), 14 * 8);
    }

    #[test]
    fn many_attributes_come_back() {
        let stored = |place: u16| match place % 3 {
            0 => Stored::Missing,
            1 => Stored::Number(f64::from(place)),
            _ => Stored::Text(place.to_string().into()),
        };
        for count in 0..40 {
            let all: Vec<Stored> = (0..count).map(stored).collect();
            let packed = Attributes::new("a1", all.iter().cloned()).unwrap();
            assert_eq!(packed.id(), "a1");
            for place in 0..60 {
                let expected = all.get(usize::from(place)).cloned().unwrap_or_default();
                assert_eq!(packed.stored(AttributeSlot::new(place)), expected);
            }
        }
    }

    #[test]
    fn what_was_packed_comes_back() {
        let all = [
            Stored::Text("one".into()),
            Stored::Missing,
            Stored::Number(-2.5),
            Stored::Text("zwei – drei".into()),
            Stored::Flag(true),
            Stored::Date(Moment::from_seconds(7)),
            Stored::Tags(["a".into(), "b".into()].into()),
        ];
        let packed = Attributes::new("é", all.iter().cloned()).unwrap();
        assert_eq!(packed.id(), "é");
        for (slot, stored) in (0..).map(AttributeSlot::new).zip(&all) {
            assert_eq!(packed.stored(slot), *stored);
        }
        assert!(matches!(
            packed.view(AttributeSlot::new(3)),
            Value::Text("zwei – drei")
        ));
        assert!(
            matches!(packed.view(AttributeSlot::new(6)), Value::Tags(tags) if tags.get(1) == Some("b"))
        );
        assert!(matches!(packed.view(AttributeSlot::new(7)), Value::Missing));
    }
}
