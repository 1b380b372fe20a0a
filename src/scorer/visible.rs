use super::history::{History, Since};
use super::rules::{Buffers, emptied, with_buffers};
use crate::lead::{Activity, KnownAt, LeadView, SchemaId};
use crate::score::AsOf;

/// Hands on a lead with the activities that count at a moment, in canonical order, each once; `None` for a lead of
/// another schema.
pub(crate) fn with_visible<R>(
    schema: SchemaId,
    history: &History,
    lead: &dyn LeadView,
    as_of: AsOf,
    run: impl for<'l> FnOnce(&'l dyn LeadView, Since, &mut Vec<Activity<'l>>, &mut Buffers) -> R,
) -> Option<R> {
    if lead.schema() != schema {
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
        let since = history.since(lead, as_of);
        history.collect(lead, as_of, since, &mut activities);
        let result = run(lead, since, &mut activities, buffers);
        (result, emptied(activities))
    }))
}
