use super::profile::InterestProfile;
use super::spec::InterestSpec;
use crate::lead::{LeadView, Moment, ProductSlot, Schema};
use crate::model::{Problems, SpecError};
use crate::score::{AsOf, Explanation, Score, Unit};
use crate::scorer::condition::Together;
use crate::scorer::history::{History, HistorySpec};
use crate::scorer::rules::{
    Buffers, Builder, Case, Lint, RulesPlan, RulesSpec, WhenUnknown, other_schema,
};
use crate::scorer::trace::Off;
use crate::scorer::visible::with_case;
use crate::scorer::{Assessment, Opaque, Scorer};
use std::sync::Arc;

/// Score: the points that a lead's activities give for one product, or for the product with the most points, on the
/// scale from `zero` to `hundred`.
///
/// The raw value is the points. Also gives the whole [`profile`](InterestScorer::profile) of a lead: points, score
/// and share of every product. Built from an [`InterestSpec`].
///
/// Abstains where the lead never had an activity with a product. Interest in a product that none of its activities
/// carries is known to be 0 points, as soon as one carries another.
///
/// # Examples
/// ```
/// use lead_scoring::{
///     Activity, ActivitySpec, AsOf, DecaySpec, GroupSpec, InterestSpec, Lead, RuleSpec, SchemaSpec, Scorer,
/// };
///
/// let schema = SchemaSpec::new().kind("page_view").product("crm").product("erp").build()?;
/// let rules = InterestSpec::top().group(GroupSpec::sum("web").rule(
///     RuleSpec::new("page").points(20.0).activity(ActivitySpec::of("page_view").decay(DecaySpec::half_life("14d"))),
/// ));
/// let top = rules.build(&schema)?;
/// let crm = rules.clone().product("crm").build(&schema)?;
///
/// let view = schema.kind("page_view").ok_or("no such kind")?;
/// let product = |name| schema.product(name).ok_or("no such product");
/// let lead = Lead::builder(&schema, "a1")
///     .push(Activity::new(view, "2026-03-15".parse()?).product(product("erp")?))
///     .push(Activity::new(view, "2026-03-15".parse()?).product(product("erp")?))
///     .push(Activity::new(view, "2026-03-01".parse()?).product(product("crm")?))
///     .build()?;
///
/// let as_of: AsOf = "2026-03-15".parse()?;
/// assert_eq!(crm.score(&lead, as_of).map(|score| score.get()), Some(10.0));
/// assert_eq!(top.score(&lead, as_of).map(|score| score.get()), Some(40.0));
///
/// let profile = top.profile(&lead, as_of).ok_or("no activity with a product")?;
/// assert_eq!(profile.of("erp").and_then(|erp| erp.share), Some(0.8));
/// assert_eq!(profile.leaning().map(|top| &*top.product), Some("erp"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct InterestScorer {
    pub(super) plan: RulesPlan,
    pub(super) history: History,
    /// Names of all products, by slot.
    pub(super) products: Box<[Arc<str>]>,
    /// The product that is judged; `None`: the one with the most points.
    pub(super) of: Option<ProductSlot>,
    pub(super) label: Arc<str>,
    /// Points of a product that no activity carries, where they are the same for all leads.
    pub(super) points_of_none: Option<f64>,
    lints: Vec<Lint>,
}

/// Why there is no interest to tell of.
pub(super) enum Nothing {
    OtherSchema,
    NoProduct,
}

impl InterestSpec {
    /// Compiles the rules for leads of a schema.
    ///
    /// # Errors
    /// All problems at once, each with its place: those of [`RulesSpec::build`](crate::RulesSpec::build), an unknown
    /// product, a schema without products, and rules that ask for no activity or disqualify.
    pub fn build(&self, schema: &Schema) -> Result<InterestScorer, SpecError> {
        self.build_with(schema, &HistorySpec::new())
    }

    /// Compiles the rules for leads of a schema, with a say in which activities count.
    ///
    /// # Errors
    /// As [`build`](InterestSpec::build), and problems of `history` under that name.
    pub fn build_with(
        &self,
        schema: &Schema,
        history: &HistorySpec,
    ) -> Result<InterestScorer, SpecError> {
        let mut problems = Problems::default();
        let history = history.resolve(schema, "history", &mut problems);
        let scorer = InterestScorer::resolve(self, schema, &history, "interest", &mut problems);
        problems.into_result(scorer)
    }

    /// Says what points rules may ask and do, and interest may not.
    fn check(&self, path: &str, problems: &mut Problems) {
        let asks = "interest counts what a lead did: give `activity`";
        for (g, group) in self.groups.iter().enumerate() {
            for (r, rule) in group.rules.iter().enumerate() {
                let path = format!("{path}.groups[{g}].rules[{r}]");
                if rule.inactivity.is_some() {
                    problems.push(format!("{path}.inactivity"), asks);
                } else if rule.activity.is_none() && rule.when.is_some() {
                    problems.push(path.clone(), asks);
                }
                if rule.disqualify.is_some() {
                    problems.push(
                        format!("{path}.disqualify"),
                        "interest disqualifies nobody: points rules do",
                    );
                }
            }
        }
    }
}

impl InterestScorer {
    pub(crate) fn resolve(
        spec: &InterestSpec,
        schema: &Schema,
        history: &History,
        path: &str,
        problems: &mut Problems,
    ) -> Self {
        let products: Box<[Arc<str>]> = schema.products().map(Arc::from).collect();
        if products.is_empty() {
            problems.push(path, "the schema has no `products`");
        }
        let of = spec.product.as_ref().and_then(|name| {
            let slot = schema.product(name);
            if slot.is_none() && !products.is_empty() {
                problems.unknown(
                    format!("{path}.product"),
                    "product",
                    name,
                    schema.products(),
                );
            }
            slot
        });
        spec.check(path, problems);
        let rules = RulesSpec {
            zero: spec.zero,
            hundred: spec.hundred,
            min: spec.min,
            max: spec.max,
            when_unknown: WhenUnknown::Zero,
            groups: spec.groups.clone(),
        };
        let mut builder = Builder {
            schema,
            history,
            problems,
        };
        let (plan, _, lints) = builder.rules(&rules, path, &mut Together::default());
        Self {
            points_of_none: plan.points_of_none(),
            plan,
            history: history.clone(),
            products,
            of,
            label: match &spec.product {
                Some(product) => format!("interest in {product}").into(),
                None => "interest in the top product".into(),
            },
            lints,
        }
    }

    /// What is odd about the rules without being wrong.
    #[must_use]
    pub fn lints(&self) -> &[Lint] {
        &self.lints
    }

    /// A lead's interest in every product, in one pass over its activities; `None` where the scorer abstains.
    ///
    /// The same whichever product the scorer's own score is of.
    #[must_use]
    pub fn profile(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<InterestProfile> {
        let by_product = |case: &Case<'_, dyn LeadView + '_>, buffers: &mut Buffers| {
            let mut points = vec![self.untouched::<Off>(case, buffers).0; self.products.len()];
            self.touched::<Off>(case, buffers, |slot, given, ()| {
                if let Some(points) = points.get_mut(slot) {
                    *points = given;
                }
            });
            let scored = self.products.iter().zip(points).map(|(product, points)| {
                let judged = self.plan.scored::<Off>(points, ());
                let score = judged.assessment.score.unwrap_or(Score::MIN);
                (Arc::clone(product), points, score)
            });
            InterestProfile::new(scored)
        };
        self.with_case(lead, as_of, None, by_product).ok()
    }
}

impl Scorer for InterestScorer {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.assess(lead, as_of).score
    }

    fn assess(&self, lead: &dyn LeadView, as_of: AsOf) -> Assessment {
        let schema = self.plan.schema();
        with_case(schema, &self.history, true, lead, as_of, |case, buffers| {
            self.assess_case(case, buffers)
        })
        .unwrap_or_default()
    }

    fn unit(&self) -> Unit {
        Unit::Points
    }

    fn explain(&self, lead: &dyn LeadView, as_of: AsOf) -> Explanation {
        let schema = self.plan.schema();
        with_case(schema, &self.history, true, lead, as_of, |case, buffers| {
            self.explain_case(case, buffers)
        })
        .unwrap_or_else(|| other_schema("interest").labelled(&self.label))
    }

    fn explain_change(&self, lead: &dyn LeadView, a: AsOf, b: AsOf) -> Explanation {
        self.change(lead, a, b)
    }

    fn next_change(
        &self,
        lead: &dyn LeadView,
        from: AsOf,
        until: AsOf,
    ) -> Result<Option<Moment>, Opaque> {
        Ok(self.keeps_course(lead, from, until))
    }
}
