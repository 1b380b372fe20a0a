use crate::lead::{KnownAt, LeadView, SchemaId};
use crate::score::AsOf;
use crate::scorer::history::History;
use crate::scorer::rules::{Buffers, Case, emptied, with_buffers};

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
        if lead.schema() != self.schema {
            return None;
        }
        let as_of = as_of.moment();
        let dated;
        let lead: &dyn LeadView = if lead.dates_facts() {
            dated = KnownAt::new(lead, as_of);
            &dated
        } else {
            lead
        };
        Some(with_buffers(|buffers, mut activities| {
            let since = self.history.since(lead, as_of);
            if self.reads_activities {
                self.history.collect(lead, as_of, since, &mut activities);
            }
            let case = Case {
                lead,
                as_of,
                history: &activities,
                since,
                pauses: &self.history.pauses,
            };
            let result = run(&case, buffers);
            (result, emptied(activities))
        }))
    }
}
