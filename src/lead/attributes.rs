use super::stored::Stored;
use super::{AttributeSlot, Moment, Value};

/// The attributes of one lead: 16 bytes each, their texts in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes {
    cells: Box<[Cell]>,
    texts: Box<str>,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Missing,
    Number(f64),
    /// Where it stands in the texts.
    Text {
        start: u32,
        end: u32,
    },
    Flag(bool),
    Date(Moment),
    /// Behind one pointer, since few leads have many.
    Tags(Box<Box<[Box<str>]>>),
}

impl Attributes {
    /// Packs the attributes, in the order of their slots; `None` when their texts need more than 4 GiB.
    pub(super) fn new(stored: impl ExactSizeIterator<Item = Stored>) -> Option<Self> {
        let mut texts = String::new();
        let mut cells = Vec::with_capacity(stored.len());
        for stored in stored {
            cells.push(match stored {
                Stored::Missing => Cell::Missing,
                Stored::Number(number) => Cell::Number(number),
                Stored::Text(text) => {
                    let start = u32::try_from(texts.len()).ok()?;
                    texts.push_str(&text);
                    let end = u32::try_from(texts.len()).ok()?;
                    Cell::Text { start, end }
                }
                Stored::Flag(flag) => Cell::Flag(flag),
                Stored::Date(date) => Cell::Date(date),
                Stored::Tags(tags) => Cell::Tags(Box::new(tags)),
            });
        }
        Some(Self {
            cells: cells.into(),
            texts: texts.into(),
        })
    }

    #[inline]
    pub(super) fn view(&self, slot: AttributeSlot) -> Value<'_> {
        match self.cells.get(slot.index()) {
            None | Some(Cell::Missing) => Value::Missing,
            Some(Cell::Number(number)) => Value::Number(*number),
            Some(Cell::Text { start, end }) => Value::Text(self.text(*start, *end)),
            Some(Cell::Flag(flag)) => Value::Flag(*flag),
            Some(Cell::Date(date)) => Value::Date(*date),
            Some(Cell::Tags(tags)) => Value::Tags(&**tags),
        }
    }

    #[inline]
    fn text(&self, start: u32, end: u32) -> &str {
        self.texts
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// The attribute in a slot, copied.
    pub(super) fn stored(&self, slot: AttributeSlot) -> Stored {
        match self.cells.get(slot.index()) {
            None | Some(Cell::Missing) => Stored::Missing,
            Some(Cell::Number(number)) => Stored::Number(*number),
            Some(Cell::Text { start, end }) => Stored::Text(self.text(*start, *end).into()),
            Some(Cell::Flag(flag)) => Stored::Flag(*flag),
            Some(Cell::Date(date)) => Stored::Date(*date),
            Some(Cell::Tags(tags)) => Stored::Tags((**tags).clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_small() {
        assert_eq!(size_of::<Cell>(), 16);
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
        let packed = Attributes::new(all.iter().cloned()).unwrap();
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
