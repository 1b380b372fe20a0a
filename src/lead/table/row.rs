use super::LeadTable;
use crate::lead::{
    Activity, Answer, AnswerValue, AttributeSlot, Fact, LeadView, Moment, Override, Purchase,
    QuestionSlot, SchemaId, Value,
};
use std::fmt;

/// One lead of a [`LeadTable`]: borrowed, `Copy`, a [`LeadView`] like any other.
#[derive(Clone, Copy)]
pub struct LeadRow<'t> {
    table: &'t LeadTable,
    row: usize,
    /// Whether the activities that a scorer gathers have their ids.
    gathers_ids: bool,
}

impl<'t> LeadRow<'t> {
    pub(super) fn new(table: &'t LeadTable, row: usize) -> Self {
        Self {
            table,
            row,
            gathers_ids: true,
        }
    }

    /// The same lead for scorers that look at no id: its activities are in order and none stands twice, so that only
    /// an explanation asks for them.
    pub(crate) fn without_ids(self) -> Self {
        Self {
            gathers_ids: false,
            ..self
        }
    }

    /// Its position in the table, counted from 0.
    #[must_use]
    pub fn position(&self) -> usize {
        self.row
    }

    /// The lead's id, never empty.
    #[must_use]
    pub fn id(&self) -> &'t str {
        self.table.ids.get(self.row).unwrap_or_default()
    }

    /// How many activities it has, voided ones left out.
    #[must_use]
    pub fn activity_count(&self) -> usize {
        self.table.activities.count(self.row)
    }

    /// How many purchases it has.
    #[must_use]
    pub fn purchase_count(&self) -> usize {
        self.table.purchases.of(self.row).len()
    }
}

impl fmt::Debug for LeadRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeadRow")
            .field("row", &self.row)
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl LeadView for LeadRow<'_> {
    #[inline]
    fn schema(&self) -> SchemaId {
        self.table.schema
    }

    #[inline]
    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        match self.table.columns.get(slot.index()) {
            Some(column) => column.view(self.row),
            None => Value::Missing,
        }
    }

    #[inline]
    fn created_at(&self) -> Option<Moment> {
        self.table.created_at(self.row)
    }

    #[inline]
    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        self.table.activities.visit(self.row, visit);
    }

    #[inline]
    fn in_order(&self) -> bool {
        true
    }

    #[inline]
    fn append_activities<'a>(
        &'a self,
        since: Moment,
        until: Moment,
        into: &mut Vec<Activity<'a>>,
    ) -> bool {
        let activities = &self.table.activities;
        activities.append(self.row, (since, until), self.gathers_ids, into);
        true
    }

    #[inline]
    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        let purchases = self.table.purchases.of(self.row);
        purchases.iter().copied().for_each(visit);
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        let answer = self.table.rare(self.row);
        answer
            .and_then(|rare| rare.answer(question))
            .map_or(Answer::Unknown, AnswerValue::as_view)
    }

    fn known_since(&self, fact: Fact) -> Option<Moment> {
        self.table.rare(self.row)?.known_since(fact)
    }

    fn dates_facts(&self) -> bool {
        let rare = self.table.rare(self.row);
        rare.is_some_and(|rare| !rare.known_since.is_empty())
    }

    #[inline]
    fn all_known_at(&self, moment: Moment) -> bool {
        let rare = self.table.rare(self.row);
        rare.is_none_or(|rare| rare.all_known_at(moment))
    }

    fn overrides<'a>(&'a self, visit: &mut dyn FnMut(Override<'a>)) {
        if let Some(rare) = self.table.rare(self.row) {
            rare.overrides
                .iter()
                .for_each(|manual| visit(manual.as_view()));
        }
    }
}
