//! Laws that points rules keep, whatever the rules and whatever the lead.
#![allow(clippy::unwrap_used)] // a test stops where something is not as it must be

mod generators;

use generators::{Facts, Shuffled, as_of, facts, history, rules, schema, wild};
use lead_scoring::{
    AsOf, Assessment, HistorySpec, Lead, LeadView, RuleScorer, RulesSpec, SchemaSpec, Scorer,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Everything that a scorer says of a lead, as bits that can be compared.
#[derive(Debug, PartialEq)]
struct Said {
    score: Option<u64>,
    raw: Option<u64>,
    reasons: Vec<String>,
}

fn said(scorer: &RuleScorer, lead: &dyn LeadView, as_of: AsOf) -> Said {
    let Assessment { score, raw } = scorer.assess(lead, as_of);
    assert_eq!(score, scorer.score(lead, as_of));
    let mut reasons = Vec::new();
    scorer.disqualify(lead, as_of, &mut |reason| reasons.push(reason.to_owned()));
    let bits = |number: f64| number.to_bits();
    Said {
        score: score.map(|score| bits(score.get())),
        raw: raw.map(bits),
        reasons,
    }
}

/// What must be so of any scorer and any lead.
fn check(scorer: &RuleScorer, lead: &dyn LeadView, as_of: AsOf) -> Result<(), TestCaseError> {
    let first = said(scorer, lead, as_of);
    prop_assert_eq!(&first, &said(scorer, lead, as_of));
    let score = first.score.map(f64::from_bits);
    prop_assert!(score.is_none_or(|score| (0.0..=100.0).contains(&score)));
    prop_assert!(first.raw.is_none_or(|raw| f64::from_bits(raw).is_finite()));
    prop_assert_eq!(first.raw.is_some(), first.score.is_some());
    let why = scorer.explain(lead, as_of);
    prop_assert_eq!(why.value().map(f64::to_bits), first.score, "{}", why);
    prop_assert!(why.recomputes(), "{}", why);
    prop_assert_eq!(&why, &scorer.explain(lead, as_of));
    for missing in why.missing() {
        prop_assert!(missing.could_add > 0.0 && missing.could_add.is_finite());
    }
    Ok(())
}

fn built(rules: &RulesSpec, history: &HistorySpec) -> Result<RuleScorer, TestCaseError> {
    rules
        .build_with(&schema(), history)
        .map_err(|_| TestCaseError::reject("refused"))
}

#[test]
fn nearly_all_generated_rules_can_be_built() {
    let mut runner = TestRunner::deterministic();
    let pairs = (rules(), history());
    let mut refused = Vec::new();
    let (mut scores, mut abstained, mut between) = (0, 0, 0);
    for _ in 0..500 {
        let (rules, history) = pairs.new_tree(&mut runner).unwrap().current();
        let facts: Facts = facts().new_tree(&mut runner).unwrap().current();
        match rules.build_with(&schema(), &history) {
            Err(error) => refused.push(error.to_string()),
            Ok(scorer) => match scorer.score(&facts.lead(&schema()), generators::noon().into()) {
                None => abstained += 1,
                Some(score) => {
                    scores += 1;
                    let score = score.get();
                    between += u32::from(score > 0.0 && score < 100.0);
                }
            },
        }
    }
    assert!(refused.len() < 50, "{}", refused.join("\n"));
    // The laws below mean little where all scores are 0 or none.
    assert!(
        scores > 300 && between > 100,
        "{scores} scores, {abstained} abstained, {between} between 0 and 100"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn scores_are_pure_and_explained(rules in rules(), history in history(), facts in facts(), as_of in as_of()) {
        let scorer = built(&rules, &history)?;
        check(&scorer, &facts.lead(&schema()), as_of)?;
    }

    #[test]
    fn no_view_is_too_wild(rules in rules(), history in history(), wild in wild(), as_of in as_of()) {
        let scorer = built(&rules, &history)?;
        check(&scorer, &wild, as_of)?;
    }

    #[test]
    fn what_comes_later_changes_nothing(
        rules in rules(), history in history(), facts in facts(), later in generators::records(), as_of in as_of(),
    ) {
        let scorer = built(&rules, &history)?;
        let past: Facts = Facts {
            activities: facts.activities.iter().filter(|a| a.at <= as_of.moment()).cloned().collect(),
            ..facts.clone()
        };
        let mut whole = past.clone();
        for (i, mut record) in later.into_iter().enumerate() {
            record.id = Some(format!("later{i}"));
            if record.at > as_of.moment() {
                whole.activities.push(record);
            }
        }
        let (past, whole) = (past.lead(&schema()), whole.lead(&schema()));
        prop_assert_eq!(said(&scorer, &past, as_of), said(&scorer, &whole, as_of));
        prop_assert_eq!(scorer.explain(&past, as_of), scorer.explain(&whole, as_of));
    }

    #[test]
    fn order_and_repeats_change_nothing(
        rules in rules(), history in history(), facts in facts(), as_of in as_of(), seed in any::<u64>(),
    ) {
        let scorer = built(&rules, &history)?;
        let lead = facts.lead(&schema());
        let shuffled = Shuffled::new(&lead, seed);
        check(&scorer, &shuffled, as_of)?;
        prop_assert_eq!(said(&scorer, &lead, as_of), said(&scorer, &shuffled, as_of));
        prop_assert_eq!(scorer.explain(&lead, as_of), scorer.explain(&shuffled, as_of));
    }

    #[test]
    fn voided_activities_never_happened(rules in rules(), history in history(), facts in facts(), as_of in as_of()) {
        let scorer = built(&rules, &history)?;
        let never = Facts {
            activities: facts.activities.iter().filter(|a| !a.voided).cloned().collect(),
            ..facts.clone()
        };
        let (lead, never) = (facts.lead(&schema()), never.lead(&schema()));
        prop_assert_eq!(scorer.explain(&lead, as_of), scorer.explain(&never, as_of));
    }

    #[test]
    fn files_give_the_same_rules_back(rules in rules(), history in history(), facts in facts(), as_of in as_of()) {
        let json: RulesSpec = serde_json::from_str(&serde_json::to_string(&rules).unwrap()).unwrap();
        let pretty: RulesSpec = serde_json::from_str(&serde_json::to_string_pretty(&rules).unwrap()).unwrap();
        let toml: RulesSpec = toml::from_str(&toml::to_string(&rules).unwrap()).unwrap();
        let toml_history: HistorySpec = toml::from_str(&toml::to_string(&history).unwrap()).unwrap();
        let json_history: HistorySpec = serde_json::from_str(&serde_json::to_string(&history).unwrap()).unwrap();
        prop_assert_eq!(&json, &rules);
        prop_assert_eq!(&pretty, &rules);
        prop_assert_eq!(&toml, &rules);
        prop_assert_eq!(&toml_history, &history);
        prop_assert_eq!(&json_history, &history);
        let lead = facts.lead(&schema());
        let given = built(&rules, &history)?;
        for other in [built(&json, &json_history)?, built(&toml, &toml_history)?] {
            prop_assert_eq!(given.explain(&lead, as_of), other.explain(&lead, as_of));
            prop_assert_eq!(said(&given, &lead, as_of), said(&other, &lead, as_of));
        }
    }

    #[test]
    fn disabled_rules_might_as_well_not_be_there(
        rules in rules(), history in history(), facts in facts(), as_of in as_of(),
    ) {
        let mut fewer = rules.clone();
        for group in &mut fewer.groups {
            group.rules.retain(|rule| rule.enabled);
        }
        let lead = facts.lead(&schema());
        let (rules, fewer) = (built(&rules, &history)?, built(&fewer, &history)?);
        prop_assert_eq!(rules.explain(&lead, as_of), fewer.explain(&lead, as_of));
    }

    #[test]
    fn empty_and_foreign_leads_are_no_trouble(
        rules in rules(), history in history(), facts in facts(), as_of in as_of(),
    ) {
        let scorer = built(&rules, &history)?;
        let schema = schema();
        check(&scorer, &Lead::builder(&schema, "a1").build().unwrap(), as_of)?;
        // The same names in another order are another schema.
        let mut spec: SchemaSpec = serde_json::from_str(&serde_json::to_string(&schema.spec()).unwrap()).unwrap();
        spec.attributes.reverse();
        let other = spec.build().unwrap();
        let foreign = facts.lead(&other);
        check(&scorer, &foreign, as_of)?;
        prop_assert_eq!(scorer.assess(&foreign, as_of), Assessment::default());
        let why = scorer.explain(&foreign, as_of).to_string();
        prop_assert!(why.contains("the lead is of another schema than the model"), "{}", why);
    }
}
