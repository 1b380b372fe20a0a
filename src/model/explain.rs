use super::model::ScoreModel;
use crate::lead::LeadView;
use crate::score::{AsOf, Cell, Explanation, Formula, Role, Unit};
use crate::scorer::{Buffers, Case, emptied, with_buffers};

impl ScoreModel {
    pub(super) fn explain_known<V: LeadView + ?Sized>(&self, lead: &V, as_of: AsOf) -> Explanation {
        with_buffers(|buffers, mut activities| {
            let mut marks = std::mem::take(&mut buffers.marks);
            let mut case = self.case(lead, as_of.moment(), &mut activities);
            case.mark(&mut marks);
            let why = self.explain_case(&case, as_of, buffers);
            buffers.marks = marks;
            (why, emptied(activities))
        })
    }

    fn explain_case<V: LeadView + ?Sized>(
        &self,
        case: &Case<'_, V>,
        as_of: AsOf,
        buffers: &mut Buffers,
    ) -> Explanation {
        if !self.applies_to(case, buffers) {
            let why = Explanation::unknown("the model does not apply to the lead", Unit::Score);
            return Explanation::unknown(&self.name, Unit::Score)
                .with_notes(vec![why.role(Role::Abstains)])
                .role(Role::Model);
        }
        let mut cells = vec![Cell::NONE; self.judges.len()];
        let mut parts = Vec::with_capacity(self.judges.len());
        let mut places = Vec::with_capacity(self.judges.len());
        for &place in &self.order {
            let dimension = self.shape.dimensions.get(place);
            let (Some(judge), Some(dimension)) = (self.judges.get(place), dimension) else {
                continue;
            };
            let part = judge.explain(case, as_of, &cells, buffers);
            if let Some(cell) = cells.get_mut(place) {
                cell.score = part.value().unwrap_or(f64::NAN);
            }
            parts.push(part.labelled(dimension.label()).role(Role::Dimension));
            places.push(place);
        }
        if !places.is_sorted() {
            let mut placed: Vec<_> = places.into_iter().zip(parts).collect();
            placed.sort_by_key(|&(place, _)| place);
            parts = placed.into_iter().map(|(_, part)| part).collect();
        }
        let formula = match &self.composite {
            Some(composite) => composite.formula(),
            None => Formula::Unknown,
        };
        Explanation::node(&self.name, Unit::Score, formula, parts).role(Role::Model)
    }
}
