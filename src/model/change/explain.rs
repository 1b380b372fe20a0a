use super::super::build::Judge;
use super::super::model::ScoreModel;
use crate::lead::LeadView;
use crate::score::{AsOf, Cause, Explanation, Formula, Role, Unit};
use crate::scorer::{Moments, RuleScorer, Scorer, emptied, other_schema, when, with_buffers};

impl ScoreModel {
    /// Why the scores at the later of two moments are others than at the earlier: by dimension, rule and cause.
    ///
    /// The value is the later composite less the earlier, where the model has one. Each part of the role
    /// [`Role::Dimension`] is a dimension's own difference: of points rules in points, as
    /// [`RuleScorer::explain_change`](crate::RuleScorer::explain_change) gives it, exact to the last bit; of a model
    /// its own; of any other scorer that of its raw value, split into time and new facts. A dimension that abstains at
    /// either moment has none.
    ///
    /// [`Explanation::effects`] reads the causes off it.
    #[must_use]
    pub fn explain_change<V: LeadView + ?Sized>(&self, lead: &V, a: AsOf, b: AsOf) -> Explanation {
        if lead.schema() != self.schema.id() {
            return other_schema("model").labelled(&self.name).role(Role::Model);
        }
        let views = when(lead, a, b);
        self.changed(
            &views
                .as_ref()
                .map(|(lead, as_of)| (lead as &dyn LeadView, *as_of)),
        )
    }

    fn changed(&self, views: &Moments<(&dyn LeadView, AsOf)>) -> Explanation {
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
                Judge::Model(model) => model.changed(views),
                Judge::Predictive(scorer) => {
                    let raw = |lead: &dyn LeadView, at| self.assess_at(place, lead, at).raw;
                    foreign_changed(scorer.unit(), &raw, views)
                }
                Judge::Scorer(scorer) => {
                    let raw = |lead: &dyn LeadView, at| scorer.assess(lead, at).raw;
                    foreign_changed(scorer.unit(), &raw, views)
                }
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

/// What became of a scorer that shows no more than its number.
fn foreign_changed(
    unit: Unit,
    raw: &dyn Fn(&dyn LeadView, AsOf) -> Option<f64>,
    views: &Moments<(&dyn LeadView, AsOf)>,
) -> Explanation {
    let raw = views.map(|(lead, as_of)| raw(lead, as_of));
    let Some(raw) = raw.all() else {
        let why = Explanation::unknown("it abstains at one of the moments", unit);
        return Explanation::unknown("score", unit).with_notes(vec![why.role(Role::Abstains)]);
    };
    let told = raw.map(|raw| Explanation::given("value", unit, raw));
    let step = |after: &Explanation, before: &Explanation, cause: Cause| {
        let (after, before) = (after.clone(), before.clone());
        Explanation::difference(cause.to_string(), unit, after, before, cause)
    };
    let mut parts = Vec::new();
    if raw.aged.to_bits() != raw.before.to_bits() {
        parts.push(step(&told.aged, &told.before, Cause::Time));
    }
    if raw.after.to_bits() != raw.aged.to_bits() {
        parts.push(step(&told.after, &told.aged, Cause::Facts));
    }
    Explanation::summing_to(raw.after - raw.before, "score", unit, parts)
}
