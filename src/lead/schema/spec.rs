use super::names::Names;
use super::{AttributeType, Schema, SchemaId};
use crate::model::{Problems, SpecError};
use serde::{Deserialize, Serialize};

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
            attributes: Names::new(names, &format!("{path}attributes"), problems),
            types: self.attributes.iter().map(|&(_, of)| of).collect(),
            kinds: Names::new(strs(&self.kinds), &format!("{path}kinds"), problems),
            products: Names::new(strs(&self.products), &format!("{path}products"), problems),
            questions: Names::new(strs(&self.questions), &format!("{path}questions"), problems),
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
