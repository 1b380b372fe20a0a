use super::lead::Rare;
use super::moment::Stamp;
use super::{AttributeSlot, Lead, Moment, Purchase, Schema, SchemaId};
use activities::Purchases;
use std::fmt;
use std::ops::Range;

mod activities;
mod batch;
mod builder;
mod column;
mod error;
mod grouping;
mod interner;
mod packing;
mod row;
mod strings;

pub use batch::ActivityBatch;
pub use builder::LeadTableBuilder;
pub use error::{TableError, TableProblem};
pub use row::LeadRow;

pub(crate) use activities::Activities;
pub(crate) use column::Column;
pub(crate) use strings::Codes;

/// Many leads, column by column: scored in blocks, and small in memory.
///
/// Text with few distinct values stands in it once, activities and purchases are grouped by lead in few bytes each.
/// Its rows are [`LeadView`](crate::LeadView)s, so everything that reads a lead reads them;
/// [`ScoreModel::score_table`](crate::ScoreModel::score_table) gives the scores of all of them, the same bits as one
/// by one. It does not change once it is built: from [`Lead`]s, or column by column, by
/// [`LeadTable::builder`].
///
/// # Examples
/// ```
/// use lead_scoring::{Activity, LeadTable, LeadView, SchemaSpec, Value};
///
/// let schema = SchemaSpec::new().text("title").number("seats").kind("visit").build()?;
/// let visit = schema.kind("visit").ok_or("no such kind")?;
/// let table = LeadTable::builder(&schema)
///     .ids(["a", "b"])
///     .texts("title", [Some("Head of Sales"), Some("Head of Sales")])
///     .numbers("seats", [None, Some(80.0)])
///     .activities([(1, Activity::new(visit, "2026-03-02".parse()?)), (0, Activity::new(visit, "2026-03-01".parse()?))])
///     .build()?;
///
/// let row = table.row(1).ok_or("no such row")?;
/// assert_eq!(row.id(), "b");
/// assert_eq!(row.activity_count(), 1);
/// let seats = schema.attribute("seats").ok_or("no such attribute")?;
/// assert!(matches!(row.attribute(seats), Value::Number(80.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct LeadTable {
    schema: SchemaId,
    ids: strings::Strings,
    /// Empty where no lead's is known.
    created_at: Box<[Stamp]>,
    /// By attribute slot.
    columns: Box<[Column]>,
    activities: Activities,
    purchases: Purchases,
    /// For each lead one more than the place of its rarer facts, 0 for none.
    rare_places: Codes,
    rare: Box<[Rare]>,
}

impl fmt::Debug for LeadTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeadTable")
            .field("leads", &self.len())
            .field("activities", &self.activity_count())
            .field("purchases", &self.purchase_count())
            .finish_non_exhaustive()
    }
}

impl LeadTable {
    /// Starts a table of leads of that schema.
    #[must_use]
    pub fn builder(schema: &Schema) -> LeadTableBuilder<'_> {
        LeadTableBuilder::new(schema)
    }

    /// The table of such leads, in their order.
    ///
    /// # Errors
    /// As [`LeadTableBuilder::build`]: a lead of another schema, more than a table can hold.
    pub fn from_leads<'l>(
        schema: &Schema,
        leads: impl IntoIterator<Item = &'l Lead>,
    ) -> Result<Self, TableError> {
        let mut builder = Self::builder(schema);
        for lead in leads {
            builder.add_lead(lead);
        }
        builder.build()
    }

    /// The schema whose slots its leads use.
    #[must_use]
    pub fn schema(&self) -> SchemaId {
        self.schema
    }

    /// How many leads there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The lead at a position.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<LeadRow<'_>> {
        (row < self.len()).then(|| LeadRow::new(self, row))
    }

    /// All leads, in order.
    ///
    /// Collected in a `Vec` they go wherever a slice of leads is asked for.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = LeadRow<'_>> + Clone {
        (0..self.len()).map(|row| LeadRow::new(self, row))
    }

    /// The leads at some positions.
    pub(crate) fn some_rows(&self, rows: &Range<usize>) -> impl Iterator<Item = LeadRow<'_>> {
        rows.clone().map(|row| LeadRow::new(self, row))
    }

    /// How many activities all leads have together, voided ones left out.
    #[must_use]
    pub fn activity_count(&self) -> usize {
        self.activities.len()
    }

    /// How many purchases all leads have together.
    #[must_use]
    pub fn purchase_count(&self) -> usize {
        self.purchases.list.len()
    }

    #[inline]
    fn created_at(&self, row: usize) -> Option<Moment> {
        self.created_at.get(row)?.get()
    }

    #[inline]
    fn rare(&self, row: usize) -> Option<&Rare> {
        self.rare.get(self.rare_places.get(row).checked_sub(1)?)
    }

    /// Whether any lead has manual overrides or dated facts.
    pub(crate) fn has_rare(&self) -> bool {
        !self.rare.is_empty()
    }

    /// The activities of all leads.
    pub(crate) fn activities(&self) -> &Activities {
        &self.activities
    }

    /// The purchases of the lead in a row, oldest first.
    #[inline]
    pub(crate) fn purchases_of(&self, row: usize) -> &[Purchase] {
        self.purchases.of(row)
    }

    /// The attribute in a slot, of all leads.
    pub(crate) fn column(&self, slot: AttributeSlot) -> &Column {
        self.columns.get(slot.index()).unwrap_or(&Column::Missing)
    }
}

#[cfg(test)]
mod tests;
