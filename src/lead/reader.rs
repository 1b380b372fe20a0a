use super::{AttributeSlot, KindSlot, Lead, LeadError, LeadRecord, ProductSlot, Schema, shortened};
use crate::model::Problems;
use std::collections::BTreeMap;
use std::fmt;

/// Reads leads leniently: names that the schema does not have are left out and counted.
///
/// An attribute or answer of an unknown name is left out, an activity of an unknown kind too; an activity with an
/// unknown product stays, without a product. Everything else that is wrong is an error, as in
/// [`Schema::read_lead`]. Readers of row files resolve the names themselves with
/// [`attribute`](LeadReader::attribute), [`kind`](LeadReader::kind) and [`product`](LeadReader::product), which
/// count what is unknown.
///
/// # Examples
/// ```
/// use lead_scoring::{ActivityRecord, LeadReader, LeadRecord, SchemaSpec};
///
/// let schema = SchemaSpec::new().kind("webinar").build()?;
/// let mut record = LeadRecord::new("a1");
/// record.activities.push(ActivityRecord::new("webinar", "2026-03-01".parse()?));
/// record.activities.push(ActivityRecord::new("webinr", "2026-03-02".parse()?));
///
/// let mut reader = LeadReader::new(&schema);
/// let lead = reader.read(&record)?;
/// assert_eq!(lead.activity_count(), 1);
/// let left_out: Vec<String> = reader.left_out().iter().map(ToString::to_string).collect();
/// assert_eq!(left_out, ["unknown kind `webinr` (once), did you mean `webinar`?"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LeadReader<'s> {
    schema: &'s Schema,
    unknown: Unknown,
}

impl<'s> LeadReader<'s> {
    /// A reader of leads of that schema, with nothing left out so far.
    #[must_use]
    pub fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            unknown: Unknown::default(),
        }
    }

    /// The schema it reads through.
    #[must_use]
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// The lead of a record, without what has unknown names.
    ///
    /// # Errors
    /// All other problems at once, as [`LeadBuilder::build`](crate::LeadBuilder::build) reports them. What was left
    /// out of such a lead is counted all the same.
    pub fn read(&mut self, record: &LeadRecord) -> Result<Lead, LeadError> {
        let Self { schema, unknown } = self;
        read(schema, record, &mut |sort, name| {
            let known = sort.knows(schema, name);
            if !known {
                unknown.add(sort, name, 1);
            }
            known
        })
    }

    /// The slot of a named attribute; counts the name when it is unknown.
    pub fn attribute(&mut self, name: &str) -> Option<AttributeSlot> {
        let found = self.schema.attribute(name);
        self.counted(Sort::Attribute, name, found)
    }

    /// The slot of a named activity kind; counts the name when it is unknown.
    pub fn kind(&mut self, name: &str) -> Option<KindSlot> {
        let found = self.schema.kind(name);
        self.counted(Sort::Kind, name, found)
    }

    /// The slot of a named product; counts the name when it is unknown.
    pub fn product(&mut self, name: &str) -> Option<ProductSlot> {
        let found = self.schema.product(name);
        self.counted(Sort::Product, name, found)
    }

    /// Adds what another reader left out, where several read a file together.
    pub fn append(&mut self, other: &Self) {
        for sort in [Sort::Attribute, Sort::Kind, Sort::Product, Sort::Question] {
            for (name, &count) in other.unknown.of(sort) {
                self.unknown.add(sort, name, count);
            }
        }
    }

    /// What was left out so far, each name once: attributes, kinds, products, questions, each by name.
    #[must_use]
    pub fn left_out(&self) -> Vec<LeftOut> {
        let mut names = Problems::default();
        let mut all = Vec::new();
        for sort in [Sort::Attribute, Sort::Kind, Sort::Product, Sort::Question] {
            for (name, &count) in self.unknown.of(sort) {
                let schema = self.schema;
                let near = match sort {
                    Sort::Attribute => {
                        let known = schema.attributes().map(|(name, _)| name);
                        names.nearest(sort.name(), name, known)
                    }
                    Sort::Kind => names.nearest(sort.name(), name, schema.kinds()),
                    Sort::Product => names.nearest(sort.name(), name, schema.products()),
                    Sort::Question => names.nearest(sort.name(), name, schema.questions()),
                };
                all.push(LeftOut {
                    what: sort.name(),
                    name: name.clone(),
                    count,
                    near,
                });
            }
        }
        all
    }

    fn counted<T>(&mut self, sort: Sort, name: &str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.unknown.add(sort, name, 1);
        }
        found
    }
}

/// An unknown name that a [`LeadReader`] left out, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    what: &'static str,
    name: String,
    count: u64,
    near: Option<String>,
}

impl LeftOut {
    /// What the name was given for: `attribute`, `kind`, `product` or `question`.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often it was met.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The name of the schema that is nearest to it, where one is near.
    #[must_use]
    pub fn did_you_mean(&self) -> Option<&str> {
        self.near.as_deref()
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {} `{}` ", self.what, shortened(&self.name))?;
        match self.count {
            1 => f.write_str("(once)")?,
            count => write!(f, "({count} times)")?,
        }
        match &self.near {
            Some(near) => write!(f, ", did you mean `{near}`?"),
            None => Ok(()),
        }
    }
}

/// How often each unknown name was met.
#[derive(Clone, Debug, Default)]
struct Unknown {
    attributes: BTreeMap<String, u64>,
    kinds: BTreeMap<String, u64>,
    products: BTreeMap<String, u64>,
    questions: BTreeMap<String, u64>,
}

impl Unknown {
    fn of(&self, sort: Sort) -> &BTreeMap<String, u64> {
        match sort {
            Sort::Attribute => &self.attributes,
            Sort::Kind => &self.kinds,
            Sort::Product => &self.products,
            Sort::Question => &self.questions,
        }
    }

    fn add(&mut self, sort: Sort, name: &str, times: u64) {
        let names = match sort {
            Sort::Attribute => &mut self.attributes,
            Sort::Kind => &mut self.kinds,
            Sort::Product => &mut self.products,
            Sort::Question => &mut self.questions,
        };
        if let Some(count) = names.get_mut(name) {
            *count += times;
        } else {
            names.insert(name.to_owned(), times);
        }
    }
}

/// A sort of name that a schema declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Attribute,
    Kind,
    Product,
    Question,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Kind => "kind",
            Self::Product => "product",
            Self::Question => "question",
        }
    }

    fn knows(self, schema: &Schema, name: &str) -> bool {
        match self {
            Self::Attribute => schema.attribute(name).is_some(),
            Self::Kind => schema.kind(name).is_some(),
            Self::Product => schema.product(name).is_some(),
            Self::Question => schema.question(name).is_some(),
        }
    }
}

/// The lead of a record, without what `keep` refuses: it is asked once for every use of a name.
pub(super) fn read(
    schema: &Schema,
    record: &LeadRecord,
    keep: &mut dyn FnMut(Sort, &str) -> bool,
) -> Result<Lead, LeadError> {
    let mut builder = Lead::builder(schema, record.id.as_str());
    if let Some(at) = record.created_at {
        builder = builder.created_at(at);
    }
    for (name, value) in &record.attributes {
        if keep(Sort::Attribute, name) {
            builder.add_named(name, value.as_ref());
        }
    }
    for (name, &since) in &record.known_since {
        let wanted = if record.attributes.contains_key(name) {
            schema.attribute(name).is_some()
        } else {
            keep(Sort::Attribute, name)
        };
        if wanted {
            builder = builder.known_since(name, since);
        }
    }
    for (name, answer) in &record.answers {
        if keep(Sort::Question, name) {
            builder = builder.answer(name, answer.clone());
        }
    }
    for (name, &since) in &record.answers_known_since {
        let wanted = if record.answers.contains_key(name) {
            schema.question(name).is_some()
        } else {
            keep(Sort::Question, name)
        };
        if wanted {
            builder = builder.answer_known_since(name, since);
        }
    }
    for activity in &record.activities {
        if keep(Sort::Kind, &activity.kind) {
            let product = activity
                .product
                .as_deref()
                .filter(|product| product.is_empty() || keep(Sort::Product, product));
            builder.add_record(activity, product);
        }
    }
    for purchase in &record.purchases {
        builder.add_purchase(purchase.at, purchase.amount);
    }
    for manual in &record.overrides {
        builder = builder.overrule(manual.clone());
    }
    builder.build()
}

#[cfg(test)]
mod tests;
