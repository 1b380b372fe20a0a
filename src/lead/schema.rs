mod names;
mod spec;

pub use spec::SchemaSpec;

pub(crate) use names::name_problem;

use names::Names;
use serde::{Deserialize, Serialize};
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

#[cfg(test)]
mod tests;
