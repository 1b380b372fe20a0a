//! Plans of several scorers whose tests stand in one word.

use super::{BITS, Layout, Plan};
use crate::lead::AttributeSlot;
use crate::scorer::condition::resolve::{Leaf, LeafTest, Tests};

/// The tests of several scorers, each with bits of its own in one word: so each attribute is read once for all of them.
#[derive(Debug, Default)]
pub(crate) struct Together {
    used: usize,
    plans: usize,
    parts: Vec<Part>,
}

/// The tests of scorers on one attribute.
#[derive(Debug)]
struct Part {
    slot: AttributeSlot,
    /// Whether it is only asked if it is known, by whatever value: kept apart, since who compares values asks for one
    /// of a type.
    is_bare: bool,
    tests: Vec<(Leaf, u64)>,
    /// The bits that say of each scorer that a value that counts is there.
    present: u64,
}

impl Together {
    /// The plan of one scorer: among the others where there is room, else with words for itself. `counts` says whether
    /// the value of an attribute makes a lead known.
    pub(crate) fn plan(
        &mut self,
        tests: &Tests,
        counts: impl Fn(AttributeSlot) -> bool,
    ) -> (Plan, Layout) {
        let last = self.used + tests.list.len();
        if tests.list.is_empty() || last > BITS {
            return Plan::from_bit(0, super::PRESENT, tests, counts);
        }
        let present = 1 << last;
        let (mut plan, layout) = Plan::from_bit(self.used, present, tests, &counts);
        plan.shares = true;
        self.used = last + 1;
        self.plans += 1;
        self.add(
            tests,
            &layout,
            |slot| if counts(slot) { present } else { 0 },
        );
        (plan, layout)
    }

    fn add(&mut self, tests: &Tests, layout: &Layout, present: impl Fn(AttributeSlot) -> u64) {
        let is_known = |leaf: &Leaf| matches!(leaf.test, LeafTest::Is(_));
        for (number, leaf) in tests.list.iter().enumerate() {
            let Some(place) = layout.place(number) else {
                continue;
            };
            let mut of_slot = tests.list.iter().filter(|other| other.slot == leaf.slot);
            let is_bare = of_slot.all(is_known);
            let same = |part: &&mut Part| (part.slot, part.is_bare) == (leaf.slot, is_bare);
            let test = (leaf.clone(), place.bit);
            match self.parts.iter_mut().find(same) {
                Some(part) => {
                    part.tests.push(test);
                    part.present |= present(leaf.slot);
                }
                None => self.parts.push(Part {
                    slot: leaf.slot,
                    is_bare,
                    tests: vec![test],
                    present: present(leaf.slot),
                }),
            }
        }
    }

    /// The plan that reads for all of them; `None` where there are not several.
    pub(crate) fn into_plan(mut self) -> Option<Plan> {
        if self.plans < 2 {
            return None;
        }
        self.parts.sort_by_key(|part| part.slot);
        let mut plan = Plan {
            words: 1,
            ..Plan::default()
        };
        for part in &self.parts {
            let tests: Vec<_> = part.tests.iter().map(|(leaf, bit)| (leaf, *bit)).collect();
            plan.add(part.slot, 0, &tests, part.present);
        }
        Some(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{AttributeValue, Lead, LeadTable, Moment, Schema, SchemaSpec};
    use crate::model::{DimensionSpec, ModelSpec, ScoreModel};
    use crate::score::{AsOf, Score};
    use crate::scorer::condition::{ConditionSpec, attribute, not, resolve_condition};
    use crate::scorer::{
        AppliesTo, CriterionSpec, GradeSpec, GroupSpec, HistorySpec, RuleSpec, RulesSpec, Scorer,
        WhenUnknown,
    };
    use proptest::prelude::*;

    fn schema() -> SchemaSpec {
        let schema = SchemaSpec::new()
            .text("title")
            .text("place")
            .number("seats");
        schema.flag("trial").tags("tags").date("ends")
    }

    fn resolved(schema: &Schema, conditions: &[ConditionSpec]) -> Tests {
        let mut tests = Tests::default();
        let mut problems = crate::model::Problems::default();
        for when in conditions {
            resolve_condition(when, schema, "when", &mut tests, &mut problems);
        }
        tests
    }

    #[test]
    fn plans_have_bits_of_their_own() {
        let schema = schema().build().unwrap();
        let seats = |from: i32, to: i32| {
            let tests = (from..to).map(|seats| attribute("seats").at_least(seats).into());
            resolved(&schema, &tests.collect::<Vec<_>>())
        };
        let mut together = Together::default();
        let mut used = 0_u64;
        for tests in [seats(0, 20), seats(10, 30)] {
            let (plan, layout) = together.plan(&tests, |_| true);
            assert!(plan.shares());
            for place in (0..tests.list.len()).filter_map(|test| layout.place(test)) {
                assert_eq!((place.word, place.bit & used), (0, 0));
                used |= place.bit;
            }
            assert_eq!(plan.present() & used, 0);
            used |= plan.present();
        }
        assert_eq!(used, (1 << 42) - 1);

        // No tests, or more than there is room for: words for itself.
        assert!(!together.plan(&seats(0, 0), |_| true).0.shares());
        assert!(!together.plan(&seats(0, 22), |_| true).0.shares());
        assert!(together.plan(&seats(0, 21), |_| true).0.shares());
        assert!(together.into_plan().is_some());
        let mut alone = Together::default();
        alone.plan(&seats(0, 5), |_| true);
        assert!(alone.into_plan().is_none());
    }

    fn rule(id: &str, points: f64, when: impl Into<ConditionSpec>) -> RuleSpec {
        RuleSpec::new(id).points(points).when(when)
    }

    /// Rules that add up, rules that ask what is known and apply to some leads, a grade, and more tests than one word
    /// has room for.
    fn judges() -> (Vec<RulesSpec>, GradeSpec) {
        let sums = RulesSpec::new().group(
            GroupSpec::sum("all")
                .rule(rule("chief", 30.0, attribute("title").contains("chief")))
                .rule(rule("large", 7.5, attribute("seats").at_least(50)))
                .rule(rule("trial", 5.0, attribute("trial").equals(true)))
                .rule(rule("vip", 4.0, attribute("tags").has_any(["vip"])))
                .rule(rule("soon", 9.0, attribute("ends").within_next("10d"))),
        );
        let only_berlin = AppliesTo::include(attribute("place").equals("Berlin"));
        let asks = RulesSpec::new()
            .group(
                GroupSpec::sum("elsewhere")
                    .applies_to(only_berlin)
                    .rule(rule(
                        "no-chief",
                        11.0,
                        not(attribute("title").contains("chief")),
                    )),
            )
            .group(
                GroupSpec::highest("known")
                    .rule(rule("seats", 3.0, attribute("seats").is_known()))
                    .rule(rule("tags", 2.0, attribute("tags").is_missing())),
            );
        let many = (0..70).map(|seats| {
            rule(
                &format!("r{seats}"),
                1.0,
                attribute("seats").at_least(seats),
            )
        });
        let many = GroupSpec {
            rules: many.collect(),
            ..GroupSpec::sum("many")
        };
        let role = attribute("title").starts_with("chief");
        let place = attribute("place").one_of(["Berlin", "Hamburg"]);
        let grade = GradeSpec::new()
            .criterion(CriterionSpec::new("role", 2, role))
            .criterion(CriterionSpec::new(
                "seats",
                1,
                attribute("seats").between(10, 60),
            ))
            .criterion(CriterionSpec::new("place", 3, place));
        let known_only = RulesSpec {
            when_unknown: WhenUnknown::Abstain,
            ..RulesSpec::new().group(GroupSpec::sum("trial").rule(rule(
                "is-there",
                6.0,
                attribute("trial").is_known(),
            )))
        };
        (
            vec![sums, asks, RulesSpec::new().group(many), known_only],
            grade,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn judges_say_the_same_together_and_alone(
            facts in proptest::collection::vec(
                (0_usize..5, 0_usize..4, 0_u8..90, 0_u8..3, 0_usize..3, 0_i64..40), 1..70
            ),
        ) {
            let (rules, grade) = judges();
            let mut spec = ModelSpec::new("all").schema(schema());
            for (number, rules) in rules.iter().enumerate() {
                spec = spec.dimension(DimensionSpec::rules(format!("rules{number}"), rules.clone()));
            }
            spec = spec.dimension(DimensionSpec::grade("grade", grade.clone()));
            let model = ScoreModel::build(&spec).unwrap();
            let schema = model.schema();
            let mut alone: Vec<Box<dyn Scorer>> = Vec::new();
            for rules in &rules {
                let scorer = rules.build_with(schema, &HistorySpec::new()).unwrap();
                alone.push(Box::new(scorer));
            }
            alone.push(Box::new(grade.build(schema).unwrap()));

            let as_of: AsOf = Moment::from_seconds(20 * 86_400).into();
            let leads: Vec<Lead> = facts.iter().enumerate().map(
                |(number, &(title, place, seats, trial, tags, ends))| {
                    let mut lead = Lead::builder(schema, format!("l{number}"));
                    let long = "Chief of a department with a very long name";
                    if let Some(title) = ["", "CHIEF", "chief of staff", long].get(title) {
                        lead = lead.set("title", *title);
                    }
                    if let Some(place) = ["Berlin", "HAMBURG", "Köln"].get(place) {
                        lead = lead.set("place", *place);
                    }
                    if seats < 80 {
                        lead = lead.set("seats", f64::from(seats));
                    }
                    if trial < 2 {
                        lead = lead.set("trial", trial == 1);
                    }
                    if tags < 2 {
                        let tags = ["x", "vip"].iter().skip(tags);
                        lead = lead.set("tags", AttributeValue::Tags(tags.map(ToString::to_string).collect()));
                    }
                    if ends < 35 {
                        lead = lead.set("ends", Moment::from_seconds(ends * 86_400));
                    }
                    lead.build().unwrap()
                },
            ).collect();
            let rows = model.score_all(&leads, as_of);
            let table = LeadTable::from_leads(schema, &leads).unwrap();
            let columns = model.score_table(&table, as_of);
            let bits = |value: Option<f64>| value.map(f64::to_bits);
            for (row, lead) in leads.iter().enumerate() {
                let vector = model.vector(lead, as_of);
                prop_assert_eq!(rows.vector(row), Some(vector.clone()));
                prop_assert_eq!(columns.vector(row), Some(vector.clone()));
                for (dimension, scorer) in vector.dimensions().iter().zip(&alone) {
                    let name = dimension.name();
                    let own = scorer.assess(lead, as_of);
                    prop_assert_eq!(vector.score(name), own.score, "{}", name);
                    prop_assert_eq!(bits(vector.raw(name)), bits(own.raw), "{}", name);
                    let told = scorer.explain(lead, as_of);
                    prop_assert_eq!(bits(told.value()), bits(own.score.map(Score::get)));
                }
            }
        }
    }
}
