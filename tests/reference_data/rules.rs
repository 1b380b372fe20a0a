//! `rules/`: conditions, caps, labels and half-life of public lead scorers.
//!
//! The file's rules are translated to rules of this library one by one, whatever they say. Three of its statements
//! are prose without numbers of their own: the negative rule of -100, the unknown condition, and the lead of category
//! `cold`; they are written out here.

use crate::trial;
use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, AttributeType, AttributeValue, DecaySpec, DimensionSpec,
    Explanation, Formula, GroupSpec, LabelSpec, Lead, ModelSpec, Role, RuleSpec, RulesSpec,
    SchemaSpec, ScoreModel, ScoreVector, Scorer, WhenUnknown,
};
use libtest_mimic::Trial;
use serde_json::{Value, json};

const FILE: &str = "rules/rule_cases_open.json";

pub(crate) fn trials() -> Vec<Trial> {
    let case = |name: &str, part: &'static str, check: fn(&Value)| {
        trial(name, FILE, move |bytes| {
            let file: Value = serde_json::from_slice(bytes).unwrap();
            check(file.pointer(part).unwrap());
        })
    };
    vec![
        case(
            "rules::points_cap_and_category",
            "/conditions",
            points_cap_and_category,
        ),
        case("rules::conditions", "/conditions", conditions),
        case("rules::negative_rule", "/conditions", negative_rule),
        case(
            "rules::unknown_condition",
            "/conditions/rules_1/0",
            unknown_condition,
        ),
        case("rules::thresholds", "/conditions", thresholds),
        case("rules::cold_lead", "/conditions", cold_lead),
        case("rules::half_life", "/decay/half_life", half_life),
        case(
            "rules::exponential_as_half_life",
            "/decay/exponential",
            exponential,
        ),
    ]
}

/// The type of a field: tags by name, a number where the file gives it one anywhere, else text.
fn field_type(field: &str, given: &[&Value]) -> AttributeType {
    if field == "tags" {
        AttributeType::Tags
    } else if given.iter().any(|value| value.is_number()) {
        AttributeType::Number
    } else {
        AttributeType::Text
    }
}

/// A rule of the file as one of this library; a condition of another name is left as it is.
fn translated(position: usize, rule: &Value, of: AttributeType) -> serde_json::Result<RuleSpec> {
    let (field, value) = (&rule["field"], &rule["value"]);
    let when = match (rule["condition"].as_str().unwrap(), of) {
        ("exists", _) => json!({ "attribute": field, "is": "known" }),
        ("contains", AttributeType::Tags) => json!({ "attribute": field, "has_any": [value] }),
        ("not_equals", _) => json!({ "not": { "attribute": field, "equals": value } }),
        (name, _) => {
            let name = match name {
                "regex" => "matches",
                "greater_than" => "more_than",
                "in_list" => "one_of",
                name => name,
            };
            json!({ "attribute": field, name: value })
        }
    };
    let id = format!("{position}: {}", rule["condition"]);
    serde_json::from_value(json!({ "id": id, "points": rule["points"], "when": when }))
}

/// The file's rules and categories as a model: points from 0 to `most`, categories on points.
///
/// The file's scorer takes a missing field for one that does not match, so nothing known is 0 points.
fn model(rules: &[Value], leads: &[&Value], most: f64, thresholds: &Value) -> ScoreModel {
    let mut fields: Vec<&str> = Vec::new();
    let of_rules = rules.iter().map(|rule| rule["field"].as_str().unwrap());
    let of_leads = leads
        .iter()
        .flat_map(|lead| lead.as_object().unwrap().keys());
    for field in of_rules.chain(of_leads.map(String::as_str)) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let of = |field: &str| {
        let given = rules.iter().filter(|rule| rule["field"] == field);
        let given = given.map(|rule| &rule["value"]);
        let given = given.chain(leads.iter().map(|lead| &lead[field]));
        field_type(field, &given.collect::<Vec<_>>())
    };
    let schema = fields.iter().fold(SchemaSpec::new(), |schema, field| {
        schema.attribute(*field, of(field))
    });
    let group = rules
        .iter()
        .enumerate()
        .map(|(i, rule)| translated(i, rule, of(rule["field"].as_str().unwrap())).unwrap())
        .fold(GroupSpec::sum("rules"), GroupSpec::rule);
    let rules = RulesSpec::new()
        .min(0.0)
        .max(most)
        .hundred(most)
        .when_unknown(WhenUnknown::Zero)
        .group(group);
    let category = thresholds.as_object().unwrap().iter().fold(
        LabelSpec::new("category").on_points(),
        |labels, (name, at)| labels.band(name, at.as_f64().unwrap()),
    );
    let spec = ModelSpec::new("file")
        .schema(schema)
        .dimension(DimensionSpec::rules("score", rules))
        .label(category);
    ScoreModel::build(&spec).unwrap()
}

/// What the model says of a lead of the file: its vector and the points of the rules that hold.
fn judged(model: &ScoreModel, lead: &Value) -> (ScoreVector, Vec<f64>) {
    let mut builder = Lead::builder(model.schema(), "lead");
    for (field, value) in lead.as_object().unwrap() {
        let value: AttributeValue = match value.as_str() {
            Some(text) if field == "tags" => {
                let tags: Vec<String> = text.split(',').map(str::to_owned).collect();
                tags.into()
            }
            Some(text) => text.into(),
            None => value.as_f64().unwrap().into(),
        };
        builder = builder.set(field, value);
    }
    let lead = builder.build().unwrap();
    let vector = model.vector(&lead, now());
    let told = model.explain(&lead, now());
    assert!(told.recomputes());
    assert_eq!(
        told.parts()[0].value(),
        vector.score("score").map(f64::from)
    );
    let rules = told.nodes().filter(|node| *node.kind() == Role::Rule);
    let points = rules.filter_map(Explanation::value).collect();
    (vector, points)
}

fn now() -> AsOf {
    "2026-03-01".parse().unwrap()
}

fn numbers(values: &Value) -> Vec<f64> {
    let values = values.as_array().unwrap().iter();
    values.map(|value| value.as_f64().unwrap()).collect()
}

fn points_cap_and_category(data: &Value) {
    let rules = data["rules_1"].as_array().unwrap();
    let most = data["max_score_1"].as_f64().unwrap();
    let cases = data["cases_1"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let lead = &case["lead"];
        let model = model(rules, &[lead], most, &data["thresholds"]);
        let (vector, points) = judged(&model, lead);
        assert_eq!(points, numbers(&case["matched_points"]));
        assert_eq!(Some(points.iter().sum()), case["raw_sum"].as_f64());
        assert_eq!(vector.raw("score"), case["score"].as_f64());
        assert_eq!(vector.score("score").map(f64::from), case["score"].as_f64());
        assert_eq!(vector.label("category"), case["category"].as_str());
    }
}

fn conditions(data: &Value) {
    let rules = data["rules_2"].as_array().unwrap();
    let cases = data["cases_2"].as_array().unwrap();
    assert!(!cases.is_empty());
    let leads: Vec<&Value> = cases.iter().map(|case| &case["lead"]).collect();
    let most = data["max_score_1"].as_f64().unwrap();
    let model = model(rules, &leads, most, &data["thresholds"]);
    for case in cases {
        let (_, points) = judged(&model, &case["lead"]);
        for must in numbers(&case["must_match"]) {
            assert!(points.contains(&must), "{case}: {points:?}");
        }
    }
}

fn negative_rule(data: &Value) {
    let case = &data["cases_3"][0];
    let rule = json!({
        "field": "tags", "condition": "contains", "value": "unsubscribed", "points": -100
    });
    let lead = &case["lead"];
    let model = model(&[rule], &[lead], 100.0, &data["thresholds"]);
    let (vector, points) = judged(&model, lead);
    assert_eq!(points, [-100.0]);
    assert_eq!(vector.raw("score"), case["score_min"].as_f64());
    assert_eq!(vector.label("category"), Some("cold"));
}

/// An unknown condition name is an error, not a silent no-match.
fn unknown_condition(rule: &Value) {
    let mut rule = rule.clone();
    rule["condition"] = "sounds_like".into();
    let error = translated(0, &rule, AttributeType::Text).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("unknown field `sounds_like`, expected one of"),
        "{message}"
    );
}

/// Every category begins at its threshold and not below.
fn thresholds(data: &Value) {
    let config = &data["json_config"];
    for (config, most) in [
        (config, config["max_score"].as_f64().unwrap()),
        (data, data["max_score_1"].as_f64().unwrap()),
    ] {
        for (category, at) in config["thresholds"].as_object().unwrap() {
            let at = at.as_f64().unwrap();
            let reaches = |points: f64| {
                let rule = json!({ "field": "name", "condition": "exists", "points": points });
                let lead = json!({ "name": "x" });
                let model = model(&[rule], &[&lead], most, &config["thresholds"]);
                judged(&model, &lead).0.reached("category", category)
            };
            assert!(reaches(at) && reaches(most + 1.0), "{category}");
            assert!(at <= 0.0 || !reaches(at - 1e-9), "{category}");
        }
    }
    let rules = config["rules"].as_array().unwrap();
    let most = config["max_score"].as_f64().unwrap();
    let lead = json!({ "company": "Enterprise Co" });
    let model = model(rules, &[&lead], most, &config["thresholds"]);
    let (vector, points) = judged(&model, &lead);
    assert_eq!(points, [rules[0]["points"].as_f64().unwrap()]);
    assert_eq!(vector.label("category"), Some("cold"));
}

/// The lead of the file's remark, under both of its sets of rules that know categories.
fn cold_lead(data: &Value) {
    let config = &data["json_config"];
    let lead = json!({ "email": "cold@gmail.com" });
    for (rules, most, thresholds) in [
        (
            &config["rules"],
            &config["max_score"],
            &config["thresholds"],
        ),
        (&data["rules_1"], &data["max_score_1"], &data["thresholds"]),
    ] {
        let most = most.as_f64().unwrap();
        let model = model(rules.as_array().unwrap(), &[&lead], most, thresholds);
        let (vector, points) = judged(&model, &lead);
        assert_eq!((vector.raw("score"), points.len()), (Some(0.0), 0));
        assert_eq!(vector.label("category"), Some("cold"));
    }
}

/// What points are worth after some days, under a rule with that half-life.
fn faded(points: f64, half_life: &str, days: f64) -> f64 {
    let schema = SchemaSpec::new().kind("visit").build().unwrap();
    let visit = ActivitySpec::of("visit").decay(DecaySpec::half_life(half_life));
    let scorer = RulesSpec::new()
        .group(GroupSpec::sum("all").rule(RuleSpec::new("visit").points(points).activity(visit)))
        .build(&schema)
        .unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "whole microseconds")]
    let age = (days * 86_400e6).round() as i64;
    let at = now().moment().plus_micros(-age);
    let lead = Lead::builder(&schema, "lead")
        .activity(ActivityRecord::new("visit", at))
        .build()
        .unwrap();
    let told = scorer.explain(&lead, now());
    assert!(told.recomputes());
    let visit = told
        .nodes()
        .find(|node| matches!(node.formula(), Formula::Occurrence { .. }));
    let raw = scorer.assess(&lead, now()).raw.unwrap();
    assert_eq!(visit.and_then(Explanation::value), Some(raw));
    raw
}

fn half_life(data: &Value) {
    let weight = data["weight"].as_f64().unwrap();
    let half_life = format!("{}d", data["half_life_days"]);
    let tolerance = data["tolerance"].as_f64().unwrap();
    let cases = data["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let value = faded(weight, &half_life, case["days"].as_f64().unwrap());
        let expected = case["expected"].as_f64().unwrap();
        assert!((value - expected).abs() <= tolerance, "{case}: {value}");
    }
}

/// `magnitude * exp(-decay * t)` is a half-life of `ln 2 / decay`, here in whole seconds.
///
/// DIFFERENCE: the source then sets what is below 0.25 to zero and takes a softmax over all interests.
fn exponential(data: &Value) {
    let cases = data["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let number = |name: &str| case[name].as_f64().unwrap();
        let seconds = std::f64::consts::LN_2 / number("decay") * 86_400.0;
        let value = faded(
            number("magnitude"),
            &format!("{}s", seconds.round()),
            number("t"),
        );
        for name in ["published", "expected"] {
            assert!(
                (value - number(name)).abs() <= number("tolerance"),
                "{case}"
            );
        }
    }
}
