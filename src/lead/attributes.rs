use super::stored::Stored;
use super::{AttributeSlot, Moment, Value};

/// The attributes of one lead and its id: 5 bytes for each attribute, 8 more for a number or date that does not fit
/// into 4, and all texts in one piece of memory.
///
/// Leads do not share texts: a text of usual length is no longer than a reference to a shared one, and scoring recalls
/// what comparisons said of it by its bytes as fast as it would by a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Attributes {
    /// The length of the id and the number of attributes. For each four attributes one word with their sorts, a byte
    /// each, and then a word of each. After them what is wide, two words each.
    words: Box<[u32]>,
    /// The id, and after it the texts in the order of their slots.
    texts: Box<str>,
    /// Behind one pointer, since few leads have any.
    tags: Option<Box<TagLists>>,
}

type TagLists = Vec<Box<[Box<str>]>>;

/// Attributes whose sorts share a word.
const GROUP: usize = 4;

/// Words before the first group.
const HEAD: usize = 2;

/// What the word of an attribute holds. What is wide stands at that place among the words, its lower half first.
mod sort {
    /// A number that is an `i32`.
    pub(super) const INTEGER: u8 = 1;
    /// Wide: the bits of any other number.
    pub(super) const NUMBER: u8 = 2;
    /// Where the text begins, and in the upper half how long it is.
    pub(super) const TEXT: u8 = 3;
    /// Wide: where a text begins that is long or begins late, and in the upper half how long it is.
    pub(super) const LONG_TEXT: u8 = 4;
    /// 0 or 1.
    pub(super) const FLAG: u8 = 5;
    /// A date in whole seconds after 1970.
    pub(super) const SECONDS: u8 = 6;
    /// Wide: the microseconds of any other date.
    pub(super) const DATE: u8 = 7;
    /// The place among the lists of tags.
    pub(super) const TAGS: u8 = 8;
}

/// An attribute as it is packed.
enum Packed {
    Narrow(u8, u32),
    Wide(u8, u64),
}

impl Packed {
    fn number(number: f64) -> Self {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "what comes back is compared"
        )]
        let whole = number as i32;
        if f64::from(whole).to_bits() == number.to_bits() {
            Self::Narrow(sort::INTEGER, whole.cast_unsigned())
        } else {
            Self::Wide(sort::NUMBER, number.to_bits())
        }
    }

    fn date(date: Moment) -> Self {
        let micros = date.micros();
        match u32::try_from(micros / MICROS) {
            Ok(seconds) if micros % MICROS == 0 => Self::Narrow(sort::SECONDS, seconds),
            _ => Self::Wide(sort::DATE, micros.cast_unsigned()),
        }
    }

    /// Appends a text; `None` when there would be more than 4 GiB.
    fn text(text: &str, texts: &mut String) -> Option<Self> {
        let start = u32::try_from(texts.len()).ok()?;
        texts.push_str(text);
        u32::try_from(texts.len()).ok()?;
        let length = u32::try_from(text.len()).ok()?;
        Some(match (u16::try_from(start), u16::try_from(length)) {
            (Ok(start), Ok(length)) => {
                Self::Narrow(sort::TEXT, u32::from(start) | u32::from(length) << 16)
            }
            _ => Self::Wide(sort::LONG_TEXT, u64::from(start) | u64::from(length) << 32),
        })
    }
}

const MICROS: i64 = 1_000_000;

impl Attributes {
    /// Packs the id and the attributes, in the order of their slots; `None` when their texts need more than 4 GiB.
    pub(super) fn new(id: &str, stored: Vec<Stored>) -> Option<Self> {
        let lengths = stored.iter().map(|stored| match stored {
            Stored::Text(text) => text.len(),
            _ => 0,
        });
        // What is asked for at once lies close together in memory.
        let mut texts = String::with_capacity(lengths.fold(id.len(), usize::saturating_add));
        texts.push_str(id);
        let id_length = u32::try_from(texts.len()).ok()?;
        let mut tags = TagLists::new();
        let narrow = HEAD + stored.len().div_ceil(GROUP) * (GROUP + 1);
        let mut words = Vec::with_capacity(narrow);
        words.extend([id_length, u32::try_from(stored.len()).ok()?]);
        words.resize(narrow, 0);
        for (place, stored) in stored.into_iter().enumerate() {
            let packed = match stored {
                Stored::Missing => continue,
                Stored::Number(number) => Packed::number(number),
                Stored::Text(text) => Packed::text(&text, &mut texts)?,
                Stored::Flag(flag) => Packed::Narrow(sort::FLAG, u32::from(flag)),
                Stored::Date(date) => Packed::date(date),
                Stored::Tags(list) => {
                    tags.push(list);
                    Packed::Narrow(sort::TAGS, u32::try_from(tags.len() - 1).ok()?)
                }
            };
            let (sort, word) = match packed {
                Packed::Narrow(sort, word) => (sort, word),
                Packed::Wide(sort, wide) => {
                    let place = u32::try_from(words.len()).ok()?;
                    words.extend(halves(wide));
                    (sort, place)
                }
            };
            let (group, in_group) = place_of(place);
            if let Some([sorts, held @ ..]) = words.get_mut(group..=group + GROUP) {
                *sorts |= u32::from(sort) << (8 * in_group);
                if let Some(held) = held.get_mut(in_group) {
                    *held = word;
                }
            }
        }
        Some(Self {
            words: words.into(),
            texts: texts.into(),
            tags: (!tags.is_empty()).then(|| Box::new(tags)),
        })
    }

    /// The lead's id.
    pub(super) fn id(&self) -> &str {
        self.text(0, self.words.first().copied().unwrap_or_default())
    }

    #[inline]
    pub(super) fn view(&self, slot: AttributeSlot) -> Value<'_> {
        match self.words.get(1) {
            Some(&count) if slot.index() < count as usize => {}
            _ => return Value::Missing,
        }
        let (sort, word) = self.sort_and_word(slot);
        match sort {
            sort::INTEGER => Value::Number(f64::from(word.cast_signed())),
            sort::NUMBER => Value::Number(f64::from_bits(self.wide(word))),
            sort::TEXT => Value::Text(self.text(word & u32::from(u16::MAX), word >> 16)),
            sort::LONG_TEXT => Value::Text(self.long_text(word)),
            sort::FLAG => Value::Flag(word != 0),
            sort::SECONDS => Value::Date(Moment::from_micros(MICROS * i64::from(word))),
            sort::DATE => Value::Date(Moment::from_micros(self.wide(word).cast_signed())),
            sort::TAGS => self.tag_list(word).unwrap_or(Value::Missing),
            _ => Value::Missing,
        }
    }

    /// Asks for all the memory of usual attributes at once; what comes back says nothing.
    #[inline]
    pub(crate) fn touch(&self) -> u32 {
        let word = |word: Option<&u32>| word.copied().unwrap_or_default();
        let byte = |byte: Option<&u8>| byte.copied().map_or(0, u32::from);
        let texts = self.texts.as_bytes();
        let words = word(self.words.first()) ^ word(self.words.last());
        words ^ byte(texts.first()) ^ byte(texts.last())
    }

    /// The number in a slot of the lead's schema; NaN where there is none.
    #[inline]
    pub(crate) fn number(&self, slot: AttributeSlot) -> f64 {
        let (sort, word) = self.sort_and_word(slot);
        if sort == sort::NUMBER {
            return f64::from_bits(self.wide(word));
        }
        // A mask instead of a branch that nobody could foretell: values are missing at random.
        let missing = u64::from(sort != sort::INTEGER).wrapping_neg();
        f64::from_bits(f64::from(word.cast_signed()).to_bits() | (missing & f64::NAN.to_bits()))
    }

    /// The flag in a slot of the lead's schema: 1 is no, 2 is yes, 0 is missing.
    #[inline]
    pub(crate) fn flag(&self, slot: AttributeSlot) -> usize {
        let (sort, word) = self.sort_and_word(slot);
        let there = usize::from(sort == sort::FLAG);
        there + (there & word as usize)
    }

    /// The bytes of the text in a slot of the lead's schema; none where it is missing.
    #[inline]
    pub(crate) fn text_bytes(&self, slot: AttributeSlot) -> &[u8] {
        let (sort, word) = self.sort_and_word(slot);
        match sort {
            sort::TEXT => {
                let (start, length) = (word & u32::from(u16::MAX), word >> 16);
                let place = start as usize..(start + length) as usize;
                self.texts.as_bytes().get(place).unwrap_or_default()
            }
            sort::LONG_TEXT => self.long_text(word).as_bytes(),
            _ => &[],
        }
    }

    /// The text of those bytes.
    #[cold]
    pub(crate) fn text_of(&self, slot: AttributeSlot) -> &str {
        match self.view(slot) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    #[inline]
    fn sort_and_word(&self, slot: AttributeSlot) -> (u8, u32) {
        let (group, in_group) = place_of(slot.index());
        let group = self.words.get(group..=group + GROUP).unwrap_or_default();
        let (Some(sorts), Some(&word)) = (group.first(), group.get(1 + in_group)) else {
            return (0, 0);
        };
        let [sort, ..] = (sorts >> (8 * in_group)).to_le_bytes();
        (sort, word)
    }

    #[inline]
    fn wide(&self, place: u32) -> u64 {
        let place = place as usize;
        match self.words.get(place..place + 2) {
            Some(&[low, high]) => u64::from(low) | u64::from(high) << 32,
            _ => 0,
        }
    }

    #[inline]
    fn text(&self, start: u32, length: u32) -> &str {
        let start = start as usize;
        self.texts
            .get(start..start.saturating_add(length as usize))
            .unwrap_or_default()
    }

    #[cold]
    fn long_text(&self, place: u32) -> &str {
        let [start, length] = halves(self.wide(place));
        self.text(start, length)
    }

    fn tag_list(&self, place: u32) -> Option<Value<'_>> {
        let list = self.tags.as_ref()?.get(place as usize)?;
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

/// The lower half and the upper one.
fn halves(wide: u64) -> [u32; 2] {
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or_default();
    [half(wide), half(wide >> u32::BITS)]
}

/// Where an attribute's group begins, and its place in there.
#[inline]
const fn place_of(attribute: usize) -> (usize, usize) {
    (HEAD + attribute / GROUP * (GROUP + 1), attribute % GROUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_small() {
        let words = |number| {
            let packed = Attributes::new("a1", vec![Stored::Number(number); 12]).unwrap();
            packed.words.len()
        };
        assert_eq!(words(1.0), 2 + 15);
        assert_eq!(words(1.5), 2 + 15 + 2 * 12);
        assert_eq!(size_of::<Attributes>(), 40);
    }

    #[test]
    fn many_attributes_come_back() {
        let stored = |place: u16| match place % 4 {
            0 => Stored::Missing,
            1 => Stored::Number(f64::from(place)),
            2 => Stored::Number(f64::from(place) + 0.5),
            _ => Stored::Text(place.to_string().into()),
        };
        for count in 0..40 {
            let all: Vec<Stored> = (0..count).map(stored).collect();
            let packed = Attributes::new("a1", all.clone()).unwrap();
            assert_eq!(packed.id(), "a1");
            for place in 0..90 {
                let expected = all.get(usize::from(place)).cloned().unwrap_or_default();
                assert_eq!(packed.stored(AttributeSlot::new(place)), expected);
            }
        }
    }

    #[test]
    fn values_come_back_to_the_bit_whether_they_are_wide_or_not() {
        let numbers = [
            0.0,
            -1.0,
            2_147_483_647.0,
            2_147_483_648.0,
            -2_147_483_648.0,
            -2_147_483_649.0,
            0.1,
            1e300,
            f64::MIN_POSITIVE,
            f64::MAX,
        ];
        let seconds = [0, 1, -1, 4_294_967_295, 4_294_967_296];
        let dates = seconds.map(Moment::from_seconds).into_iter().chain([
            Moment::from_micros(1),
            Moment::from_micros(-1),
            Moment::from_micros(1_000_001),
            Moment::MIN,
            Moment::MAX,
        ]);
        let texts = [
            "x".repeat(65_000),
            "y".repeat(536),
            "z".into(),
            "w".repeat(70_000),
        ];
        let all: Vec<Stored> = (numbers.into_iter().map(Stored::Number))
            .chain(dates.map(Stored::Date))
            .chain(texts.map(|text| Stored::Text(text.into())))
            .chain([Stored::Flag(false), Stored::Missing])
            .collect();
        let packed = Attributes::new("a1", all.clone()).unwrap();
        for (slot, stored) in (0..).map(AttributeSlot::new).zip(&all) {
            assert_eq!(packed.stored(slot), *stored);
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
        let packed = Attributes::new("é", all.to_vec()).unwrap();
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
