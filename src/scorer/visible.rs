use super::history::{History, Kinds};
use super::rules::{Buffers, Case, emptied, with_buffers};
use crate::lead::{KnownAt, LeadView, Moment, SchemaId};
use crate::score::AsOf;

/// Hands on a lead as it was known at a moment; `None` for a lead of another schema.
pub(crate) fn with_known<R>(
    schema: SchemaId,
    lead: &dyn LeadView,
    as_of: AsOf,
    run: impl FnOnce(&dyn LeadView, Moment) -> R,
) -> Option<R> {
    if lead.schema() != schema {
        return None;
    }
    let as_of = as_of.moment();
    Some(if lead.all_known_at(as_of) {
        run(lead, as_of)
    } else {
        run(&KnownAt::new(lead, as_of), as_of)
    })
}

/// Prepares the case of a lead, with the activities that count where they are asked for, and hands it on; `None` for
/// a lead of another schema.
pub(crate) fn with_case<R>(
    schema: SchemaId,
    history: &History,
    reads_activities: bool,
    lead: &dyn LeadView,
    as_of: AsOf,
    run: impl FnOnce(&Case<'_, dyn LeadView + '_>, &mut Buffers) -> R,
) -> Option<R> {
    with_known(schema, lead, as_of, |lead, as_of| {
        with_buffers(|buffers, mut activities| {
            let since = history.since(lead, as_of);
            if reads_activities {
                history.collect(lead, as_of, since, &mut activities);
            }
            let mut marks = std::mem::take(&mut buffers.marks);
            let mut case = Case {
                lead,
                as_of,
                history: &activities,
                kinds: Kinds::ALL,
                marks: None,
                product: None,
                since,
                pauses: &history.pauses,
            };
            case.mark(&mut marks);
            let result = run(&case, buffers);
            buffers.marks = marks;
            (result, emptied(activities))
        })
    })
}
