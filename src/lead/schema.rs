use crate::model::{Problems, SpecError};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;

macro_rules! slot {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u16);

        impl $name {
            /// The slot at that position of the declaration, counted from 0.
            #[must_use]
            pub const fn new(position: u16) -> Self {
                Self(position)
            }

            /// Position in the declaration, counted from 0.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<$name> for u16 {
            fn from(slot: $name) -> Self {
                slot.0
            }
        }
    };
}

slot! {
    /// Position of an attribute in its [`Schema`].
    AttributeSlot
}
slot! {
    /// Position of an activity kind in its [`Schema`].
    KindSlot
}
slot! {
    /// Position of a product in its [`Schema`].
    ProductSlot
}
slot! {
    /// Position of a qualification question in its [`Schema`].
    QuestionSlot
}

/// What an attribute's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// A finite `f64`.
    Number,
    /// Text that is not empty.
    Text,
    /// Yes or no.
    Flag,
    /// A [`Moment`](crate::Moment).
    Date,
    /// A list of texts.
    Tags,
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Flag => "flag",
            Self::Date => "date",
            Self::Tags => "tags",
        })
    }
}

/// Names a schema; equal for equal declarations, on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SchemaId(u64);

impl SchemaId {
    /// The identity of some other schema.
    pub(crate) fn other(self) -> Self {
        Self(!self.0)
    }
}

impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The declaration of a [`Schema`], as it stands in a model file or is written in code.
///
/// Slots follow the order of declaration. In a file, `attributes` is a table of name to type; a reader that does
/// not keep the order of tables (the `toml` crate without its `preserve_order` feature) orders slots by name.
///
/// # Examples
/// ```
/// use lead_scoring::SchemaSpec;
///
/// let schema = SchemaSpec::new()
///     .text("title")
///     .number("seats")
///     .kind("page_view")
///     .product("crm")
///     .build()?;
/// assert_eq!(schema.attribute("seats").map(|slot| slot.index()), Some(1));
/// # Ok::<(), lead_scoring::SpecError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaSpec {
    /// Attribute names with their types.
    #[serde(default, with = "in_order", skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, AttributeType)>,
    /// Names of activity kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Names of products.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<String>,
    /// Names of qualification questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
}

impl SchemaSpec {
    /// A schema with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, of: AttributeType) -> Self {
        self.attributes.push((name.into(), of));
        self
    }

    /// Adds an attribute of type number.
    #[must_use]
    pub fn number(self, name: impl Into<String>) -> Self {
        self.attribute(name, AttributeType::Number)
    }

    /// Adds an attribute of type text.
    #[must_use]
    pub fn text(self, name: impl Into<String>) -> Self {
        self.attribute(name, AttributeType::Text)
    }

    /// Adds an attribute of type flag.
    #[must_use]
    pub fn flag(self, name: impl Into<String>) -> Self {
        self.attribute(name, AttributeType::Flag)
    }

    /// Adds an attribute of type date.
    #[must_use]
    pub fn date(self, name: impl Into<String>) -> Self {
        self.attribute(name, AttributeType::Date)
    }

    /// Adds an attribute of type tags.
    #[must_use]
    pub fn tags(self, name: impl Into<String>) -> Self {
        self.attribute(name, AttributeType::Tags)
    }

    /// Adds an activity kind.
    #[must_use]
    pub fn kind(mut self, name: impl Into<String>) -> Self {
        self.kinds.push(name.into());
        self
    }

    /// Adds several activity kinds.
    #[must_use]
    pub fn kinds<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.kinds.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds a product.
    #[must_use]
    pub fn product(mut self, name: impl Into<String>) -> Self {
        self.products.push(name.into());
        self
    }

    /// Adds a qualification question.
    #[must_use]
    pub fn question(mut self, name: impl Into<String>) -> Self {
        self.questions.push(name.into());
        self
    }

    /// Adds several qualification questions.
    #[must_use]
    pub fn questions<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.questions.extend(names.into_iter().map(Into::into));
        self
    }

    /// Checks the declaration.
    ///
    /// # Errors
    /// All problems at once: names that are empty, carry white space at an end, stand twice, or are more than
    /// 65,535 of one sort.
    pub fn build(&self) -> Result<Schema, SpecError> {
        let mut problems = Problems::default();
        let schema = self.resolve("", &mut problems);
        problems.into_result(schema)
    }

    pub(crate) fn resolve(&self, path: &str, problems: &mut Problems) -> Schema {
        let names = self.attributes.iter().map(|(name, _)| name.as_str());
        Schema {
            attributes: index(names, &format!("{path}attributes"), problems),
            types: self.attributes.iter().map(|&(_, of)| of).collect(),
            kinds: index(strs(&self.kinds), &format!("{path}kinds"), problems),
            products: index(strs(&self.products), &format!("{path}products"), problems),
            questions: index(strs(&self.questions), &format!("{path}questions"), problems),
            id: self.id(),
        }
    }

    /// FNV-1a over every name and type in order, with separators that no name can imitate.
    fn id(&self) -> SchemaId {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut eat = |bytes: &[u8]| {
            for part in [&(bytes.len() as u64).to_le_bytes()[..], bytes] {
                for &byte in part {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
                }
            }
        };
        for (name, of) in &self.attributes {
            eat(name.as_bytes());
            eat(&[*of as u8]);
        }
        for names in [&self.kinds, &self.products, &self.questions] {
            eat(&[0xff, 0xff]);
            for name in names {
                eat(name.as_bytes());
            }
        }
        SchemaId(hash)
    }
}

fn strs(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().map(String::as_str)
}

/// Says what is wrong with a name that others refer to, if anything.
pub(crate) fn name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("a name must not be empty")
    } else if name.trim() != name {
        Some("a name must not begin or end with white space")
    } else {
        None
    }
}

fn index<'a>(names: impl Iterator<Item = &'a str>, path: &str, problems: &mut Problems) -> Names {
    let mut list: Vec<Box<str>> = Vec::new();
    let mut slots: HashMap<Box<str>, u16> = HashMap::new();
    for (position, name) in names.enumerate() {
        if let Some(problem) = name_problem(name) {
            problems.push(format!("{path}[{position}]"), problem);
        }
        let Ok(slot) = u16::try_from(position) else {
            problems.push(path, "at most 65,535 names");
            break;
        };
        if slot == u16::MAX {
            problems.push(path, "at most 65,535 names");
            break;
        }
        if slots.insert(Box::from(name), slot).is_some() {
            problems.push(
                format!("{path}[{position}]"),
                format!("`{name}` stands twice"),
            );
        }
        list.push(Box::from(name));
    }
    let mut by_name: Vec<(Box<str>, u16)> = slots.into_iter().collect();
    by_name.sort_unstable_by(|(a, _), (b, _)| by_length(a, b));
    Names {
        list,
        by_name: by_name.into(),
    }
}

#[derive(Clone, Debug, Default)]
struct Names {
    list: Vec<Box<str>>,
    /// Sorted [`by_length`]: names are few, and finding one by bisection is quicker than to hash it.
    by_name: Box<[(Box<str>, u16)]>,
}

/// Most names differ in length already.
fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl Names {
    fn find(&self, name: &str) -> Option<u16> {
        let found = self
            .by_name
            .binary_search_by(|(known, _)| by_length(known, name));
        self.by_name.get(found.ok()?).map(|&(_, slot)| slot)
    }

    fn get(&self, position: usize) -> Option<&str> {
        self.list.get(position).map(AsRef::as_ref)
    }

    fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.list.iter().map(AsRef::as_ref)
    }
}

/// What a lead can have: attributes with their types, activity kinds, products and qualification questions.
///
/// Made by [`SchemaSpec::build`]. Models and leads of one schema fit each other; a lead of another schema is
/// unknown to a model and never misread.
#[derive(Clone, Debug)]
pub struct Schema {
    attributes: Names,
    types: Vec<AttributeType>,
    kinds: Names,
    products: Names,
    questions: Names,
    id: SchemaId,
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.spec() == other.spec()
    }
}

impl Schema {
    /// The schema's identity.
    #[must_use]
    pub fn id(&self) -> SchemaId {
        self.id
    }

    /// The slot of a named attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<AttributeSlot> {
        self.attributes.find(name).map(AttributeSlot)
    }

    /// The name of the attribute in a slot.
    #[must_use]
    pub fn attribute_name(&self, slot: AttributeSlot) -> Option<&str> {
        self.attributes.get(slot.index())
    }

    /// The type of the attribute in a slot.
    #[must_use]
    pub fn attribute_type(&self, slot: AttributeSlot) -> Option<AttributeType> {
        self.types.get(slot.index()).copied()
    }

    /// All attributes, name and type, in slot order.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, AttributeType)> + Clone {
        self.attributes.iter().zip(self.types.iter().copied())
    }

    /// The slot of a named activity kind.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<KindSlot> {
        self.kinds.find(name).map(KindSlot)
    }

    /// The name of the activity kind in a slot.
    #[must_use]
    pub fn kind_name(&self, slot: KindSlot) -> Option<&str> {
        self.kinds.get(slot.index())
    }

    /// Names of all activity kinds, in slot order.
    #[must_use]
    pub fn kinds(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.kinds.iter()
    }

    /// The slot of a named product.
    #[must_use]
    pub fn product(&self, name: &str) -> Option<ProductSlot> {
        self.products.find(name).map(ProductSlot)
    }

    /// The name of the product in a slot.
    #[must_use]
    pub fn product_name(&self, slot: ProductSlot) -> Option<&str> {
        self.products.get(slot.index())
    }

    /// Names of all products, in slot order.
    #[must_use]
    pub fn products(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.products.iter()
    }

    /// The slot of a named qualification question.
    #[must_use]
    pub fn question(&self, name: &str) -> Option<QuestionSlot> {
        self.questions.find(name).map(QuestionSlot)
    }

    /// The name of the qualification question in a slot.
    #[must_use]
    pub fn question_name(&self, slot: QuestionSlot) -> Option<&str> {
        self.questions.get(slot.index())
    }

    /// Names of all qualification questions, in slot order.
    #[must_use]
    pub fn questions(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.questions.iter()
    }

    /// The declaration this schema was built from.
    #[must_use]
    pub fn spec(&self) -> SchemaSpec {
        SchemaSpec {
            attributes: self
                .attributes()
                .map(|(name, of)| (name.to_owned(), of))
                .collect(),
            kinds: self.kinds().map(str::to_owned).collect(),
            products: self.products().map(str::to_owned).collect(),
            questions: self.questions().map(str::to_owned).collect(),
        }
    }
}

/// A table of name to type that keeps its order, and keeps a name that stands twice so that it can be reported.
mod in_order {
    use super::AttributeType;
    use serde::de::{Deserializer, MapAccess, Visitor};
    use serde::ser::{SerializeMap, Serializer};
    use std::fmt;

    pub(super) fn serialize<S: Serializer>(
        entries: &[(String, AttributeType)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(entries.len()))?;
        for (name, of) in entries {
            map.serialize_entry(name, of)?;
        }
        map.end()
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(String, AttributeType)>, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Vec<(String, AttributeType)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of attribute name to type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests;
