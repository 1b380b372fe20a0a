use crate::lead::{LeadView, SchemaId};
use crate::score::AsOf;
use crate::scorer::history::History;
use crate::scorer::rules::{Buffers, Case};
use crate::scorer::visible::with_case;

/// How leads are read: which schema they must have, and which of their activities count.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) schema: SchemaId,
    pub(super) history: History,
    pub(super) reads_activities: bool,
}

impl Reader {
    /// Prepares the case of a lead and hands it on; `None` for a lead of another schema.
    pub(super) fn with_case<R>(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        run: impl FnOnce(&Case<'_, dyn LeadView + '_>, &mut Buffers) -> R,
    ) -> Option<R> {
        let reads_activities = self.reads_activities;
        with_case(
            self.schema,
            &self.history,
            reads_activities,
            lead,
            as_of,
            run,
        )
    }
}
