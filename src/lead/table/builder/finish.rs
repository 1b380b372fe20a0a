//! The table of what was collected.

use super::LeadTableBuilder;
use crate::lead::LeadError;
use crate::lead::lead::Rare;
use crate::lead::table::error::Trouble;
use crate::lead::table::strings::Codes;
use crate::lead::table::{LeadTable, TableError};

impl LeadTableBuilder<'_> {
    /// The table.
    ///
    /// # Errors
    /// All problems at once, of which the first 100 are kept: what [`LeadBuilder::build`](crate::LeadBuilder::build)
    /// refuses, with the lead; a column that has more or fewer values than there are leads, or is of another type
    /// than its attribute; facts of a lead that is not there; leads of another schema; more than 4,294,967,295 leads,
    /// activities or purchases, or more than 4 GiB of text in one column.
    pub fn build(self) -> Result<LeadTable, TableError> {
        let (table, trouble) = self.finish();
        match trouble.into_error() {
            Some(error) => Err(error),
            None => Ok(table),
        }
    }

    /// The table of the leads with which nothing is wrong, in their order, and what is wrong with each of the others.
    ///
    /// # Errors
    /// As [`build`](LeadTableBuilder::build) where more is wrong than single leads, and where there are more problems
    /// than are kept; [`all_problems`](LeadTableBuilder::all_problems) keeps all.
    ///
    /// # Examples
    /// ```
    /// use lead_scoring::{Activity, LeadTable, SchemaSpec};
    ///
    /// let schema = SchemaSpec::new().kind("visit").build()?;
    /// let visit = schema.kind("visit").ok_or("no such kind")?;
    /// let visit = |day: &str| day.parse().map(|at| Activity::new(visit, at).id("x1"));
    /// let (table, left_out) = LeadTable::builder(&schema)
    ///     .ids(["a", "b"])
    ///     .activities([(0, visit("2026-03-01")?), (0, visit("2026-03-02")?), (1, visit("2026-03-02")?)])
    ///     .build_sound()?;
    /// assert_eq!(table.row(0).map(|lead| lead.id()), Some("b"));
    /// assert_eq!(
    ///     left_out.first().map(ToString::to_string).as_deref(),
    ///     Some(
    ///         "lead `a`: activity `x1`: one id stands for different contents: \
    ///          at `2026-03-01T00:00:00Z` and `2026-03-02T00:00:00Z`"
    ///     )
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build_sound(self) -> Result<(LeadTable, Vec<LeadError>), TableError> {
        let schema = self.schema;
        let (table, trouble) = self.finish();
        let unsound = trouble.by_lead()?;
        if unsound.is_empty() {
            return Ok((table, Vec::new()));
        }
        let mut sound = Self::new(schema);
        for lead in table.rows() {
            if !unsound.contains_key(&lead.position()) {
                let row = sound.ids.len();
                sound.add_id(lead.id());
                if let Ok(small) = u32::try_from(row) {
                    sound.add_view(row, small, &lead, table.rare(lead.position()));
                }
            }
        }
        Ok((sound.build()?, unsound.into_values().collect()))
    }

    /// The table, and what is wrong with it.
    fn finish(mut self) -> (LeadTable, Trouble) {
        self.check_dates();
        let rows = self.ids.len();
        let activities = self
            .activities
            .group(self.schema, &self.ids, &mut self.trouble);
        let purchases = self.purchases.group(rows, &mut self.trouble);
        let mut created_at = self.created_at;
        if !created_at.is_empty() {
            created_at.resize(rows, None.into());
        }
        let mut places = vec![0; if self.rare.is_empty() { 0 } else { rows }];
        let mut rare = Vec::with_capacity(self.rare.len());
        for (row, pending) in self.rare {
            let answers = pending.answers.into_iter().collect();
            let known_since = pending.known_since.into_iter().collect();
            let Some(facts) = Rare::new(answers, known_since, pending.overrides) else {
                continue;
            };
            rare.push(*facts);
            if let (Some(place), Ok(one_more)) =
                (places.get_mut(row as usize), u32::try_from(rare.len()))
            {
                *place = one_more;
            }
        }
        let mut ids = self.ids;
        ids.shrink();
        let table = LeadTable {
            schema: self.schema.id(),
            ids,
            created_at: created_at.into(),
            columns: self
                .columns
                .into_iter()
                .map(|column| column.finish(rows))
                .collect(),
            activities,
            purchases,
            rare_places: Codes::new(places),
            rare: rare.into(),
        };
        (table, self.trouble)
    }
}
