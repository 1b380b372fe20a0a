use super::super::judge::Judge;
use super::super::model::ScoreModel;
use crate::lead::LeadView;
use crate::score::{AsOf, Explanation, Formula, Role, Unit};
use crate::scorer::{
    Moments, RuleScorer, Scorer, abstained, emptied, other_schema, raw_change, when, with_buffers,
};

impl ScoreModel {
    /// Why the scores at the later of two moments are others than at the earlier: by dimension, rule and cause.
    ///
    /// The value is the later composite less the earlier, where the model has one. Each part of the role
    /// [`Role::Dimension`] is a dimension's own difference, as
    /// [`Scorer::explain_change`](crate::Scorer::explain_change) gives it, exact to the last bit: of points rules in
    /// points, by rule; of a model its own; of a scorer that shows no more than its number that of its raw value,
    /// split into time and new facts. A dimension that abstains at either moment has none.
    ///
    /// [`Explanation::effects`] reads the causes off it.
    #[must_use]
    pub fn explain_change<V: LeadView + ?Sized>(&self, lead: &V, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.schema.id() {
            return other_schema("model").labelled(&self.name).role(Role::Model);
        }
        let views = when(lead, a, b);
        let views = views.as_ref();
        let views = views.map(|(lead, as_of)| (lead as &dyn LeadView, *as_of));
        self.changed(&lead, (a, b), &views)
    }

    fn changed(
        &self,
        lead: &dyn LeadView,
        (a, b): (AsOf, AsOf),
        views: &Moments<(&dyn LeadView, AsOf)>,
    ) -> Explanation {
        let applies = |(lead, as_of): (&dyn LeadView, AsOf)| {
            with_buffers(|buffers, mut activities| {
                let case = self.case(lead, as_of.moment(), &mut activities);
                (self.applies_to(&case, buffers), emptied(activities))
            })
        };
        let applies = views.map(applies);
        let applies = applies.before && applies.aged && applies.after;
        let composite = |(lead, as_of): (&dyn LeadView, AsOf)| {
            let score = self.vector(lead, as_of).composite();
            Explanation::opaque("composite", score)
        };
        let (formula, mut parts) = if self.composite.is_some() {
            let both = vec![composite(views.after), composite(views.before)];
            (Formula::Difference, both)
        } else {
            (Formula::Unknown, Vec::new())
        };
        let judges = self.judges.iter().zip(&self.shape.dimensions);
        parts.extend(judges.enumerate().map(|(place, (judge, dimension))| {
            let change = match judge {
                Judge::Rules(rules) => self.rules_changed(rules, views),
                _ if !applies => abstained(dimension.label(), dimension.unit()),
                Judge::Model(model) => model.changed(lead, (a, b), views),
                Judge::Predictive(scorer) => {
                    let raw = |lead: &dyn LeadView, at| self.assess_at(place, lead, at).raw;
                    raw_change(scorer.unit(), &raw, lead, a, b)
                }
                Judge::BuiltIn(scorer) => scorer.scorer().explain_change(lead, a, b),
                Judge::Scorer(scorer) => scorer.explain_change(lead, a, b),
            };
            change.labelled(dimension.label()).role(Role::Dimension)
        }));
        Explanation::node(&self.name, Unit::Score, formula, parts).role(Role::Model)
    }

    fn rules_changed(
        &self,
        rules: &RuleScorer,
        views: &Moments<(&dyn LeadView, AsOf)>,
    ) -> Explanation {
        let told = views.map(|(lead, as_of)| {
            with_buffers(|buffers, mut activities| {
                let case = self.case(lead, as_of.moment(), &mut activities);
                let told = self
                    .applies_to(&case, buffers)
                    .then(|| rules.told_points(&case, buffers))
                    .flatten();
                (told, emptied(activities))
            })
        });
        rules.told_change(&told)
    }
}
