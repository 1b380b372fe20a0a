//! Judging a case product by product.

use super::change::sliced;
use super::interest_scorer::{InterestScorer, Nothing};
use crate::lead::{Activity, LeadView, ProductSlot, canonical_order};
use crate::score::{AsOf, Explanation, Formula, Role, Unit, larger};
use crate::scorer::Assessment;
use crate::scorer::rules::{Buffers, Case, Judged, emptied, with_buffers};
use crate::scorer::trace::{Off, On, Trace};
use crate::scorer::visible::with_case;
use std::sync::Arc;

impl InterestScorer {
    /// Prepares the case of a lead, its activities those that carry a product, product by product.
    pub(super) fn with_case<R>(
        &self,
        lead: &dyn LeadView,
        as_of: AsOf,
        only: Option<ProductSlot>,
        run: impl FnOnce(&Case<'_, dyn LeadView + '_>, &mut Buffers) -> R,
    ) -> Result<R, Nothing> {
        let schema = self.plan.schema();
        with_case(schema, &self.history, true, lead, as_of, |case, _| {
            self.by_product(case, only, run)
        })
        .ok_or(Nothing::OtherSchema)?
        .ok_or(Nothing::NoProduct)
    }

    /// Hands a case on with the activities that carry a product, product by product; `None` where there are none.
    fn by_product<R>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        only: Option<ProductSlot>,
        run: impl FnOnce(&Case<'_, dyn LeadView + '_>, &mut Buffers) -> R,
    ) -> Option<R> {
        /// Up to here going through all for each product is faster than sorting.
        const FEW: usize = 16;
        let known = |slot: &ProductSlot| slot.index() < self.products.len();
        let of = |activity: &Activity<'_>| activity.product.filter(known);
        let all = case.history;
        let first = all.iter().filter_map(of).min()?;
        with_buffers(|buffers, mut activities| {
            activities.clear();
            if let Some(only) = only {
                activities.extend(all.iter().filter(|one| one.product == Some(only)));
            } else if self.products.len() <= FEW {
                // Inside a product the order stays canonical.
                let mut next = Some(first);
                while let Some(slot) = next {
                    activities.extend(all.iter().filter(|one| one.product == Some(slot)));
                    next = all
                        .iter()
                        .filter_map(of)
                        .filter(|&other| other > slot)
                        .min();
                }
            } else {
                activities.extend(all.iter().filter(|one| of(one).is_some()));
                // A stable sort would ask for memory.
                activities.sort_unstable_by(|a, b| {
                    a.product
                        .cmp(&b.product)
                        .then_with(|| canonical_order(a, b))
                });
            }
            let result = run(&sliced(case, &activities), buffers);
            (Some(result), emptied(activities))
        })
    }

    /// Judges a case with all its activities; `None` where none carries a product.
    fn judge_all<T: Trace>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> Option<Judged<T::Node>> {
        let Some(marks) = case.marks else {
            return self.by_product(case, self.of, |case, buffers| {
                self.judge::<T>(case, buffers)
            });
        };
        let mut products = self.slots();
        products
            .any(|product| !marks.product(product).is_empty())
            .then(|| self.judge::<T>(case, buffers))
    }

    fn slots(&self) -> impl Iterator<Item = ProductSlot> {
        let slots = (0..u16::MAX).map(ProductSlot::new);
        slots.take(self.products.len())
    }

    pub(crate) fn assess_case(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> Assessment {
        let judged = self.judge_all::<Off>(case, buffers);
        judged.map(|judged| judged.assessment).unwrap_or_default()
    }

    pub(crate) fn explain_case(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> Explanation {
        match self.judge_all::<On>(case, buffers) {
            Some(judged) => judged.node.labelled(&self.label),
            None => {
                let why = Explanation::unknown("no activity carries a product", Unit::Score);
                Explanation::unknown(&self.label, Unit::Score)
                    .with_notes(vec![why.role(Role::Abstains)])
            }
        }
    }

    /// Hands on slot, points and node of each product that an activity carries, in the order of the schema.
    pub(super) fn touched<T: Trace>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
        mut give: impl FnMut(usize, f64, T::Node),
    ) {
        let mut judge = |product: ProductSlot, case: &Case<'_, dyn LeadView + '_>| {
            let (points, node) = self.points::<T>(case, buffers);
            give(product.index(), points, node);
        };
        if let Some(marks) = case.marks {
            let products = self.slots();
            for product in products.filter(|one| !marks.product(*one).is_empty()) {
                judge(product, &case.of_product(product));
            }
            return;
        }
        for slice in case.history.chunk_by(|a, b| a.product == b.product) {
            if let Some(product) = slice.first().and_then(|first| first.product) {
                judge(product, &sliced(case, slice));
            }
        }
    }

    /// Points of a product that no activity carries: 0, unless bounds say otherwise. Reads the lead's attributes.
    pub(super) fn untouched<T: Trace>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> (f64, T::Node) {
        if let (false, Some(points)) = (T::ON, self.points_of_none) {
            let bare = || (Unit::Points, Formula::Sum, Role::Step);
            return (points, T::node(|| "points".into(), None, bare, Vec::new()));
        }
        self.plan.read(case.lead, case.as_of, buffers);
        self.points::<T>(&case.without_history(), buffers)
    }

    fn points<T: Trace>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> (f64, T::Node) {
        self.plan.points::<T>(case, buffers, &mut |_| {})
    }

    fn judge<T: Trace>(
        &self,
        case: &Case<'_, dyn LeadView + '_>,
        buffers: &mut Buffers,
    ) -> Judged<T::Node> {
        if let Some(of) = self.of {
            let case = case.of_product(of);
            return self.plan.judge::<T, _>(&case, buffers, &mut |_| {});
        }
        let mut best: Option<f64> = None;
        let mut count = 0;
        let mut parts = Vec::new();
        let named = |name: &Arc<str>, points: f64, node: T::Node| {
            let what = || (Unit::Points, Formula::Sum, Role::Group);
            T::node(|| name.into(), Some(points), what, vec![node])
        };
        let (others, node) = self.untouched::<T>(case, buffers);
        self.touched::<T>(case, buffers, |slot, points, node| {
            best = Some(best.map_or(points, |best| larger(best, points)));
            count += 1;
            if let (true, Some(name)) = (T::ON, self.products.get(slot)) {
                parts.push(named(name, points, node));
            }
        });
        if count < self.products.len() {
            best = Some(best.map_or(others, |best| larger(best, others)));
            if T::ON {
                parts.push(named(&"any other product".into(), others, node));
            }
        }
        let best = best.unwrap_or(0.0);
        let what = || (Unit::Points, Formula::Max, Role::Step);
        let node = T::node(|| "top product".into(), Some(best), what, parts);
        self.plan.scored::<T>(best, node)
    }
}
