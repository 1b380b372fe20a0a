//! Back-tests: the population as it was known, and what converted afterwards.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside a test function"
)]

use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, BackTest, BackTestSpec, DimensionSpec, GroupSpec, Lead,
    LeadView, ModelSpec, Moment, RankBy, RuleSpec, RulesSpec, SchemaSpec, Score, ScoreModel,
    Scorer, attribute, from_fn,
};
use proptest::prelude::*;

fn moment(day: &str) -> Moment {
    day.parse().unwrap()
}

/// Fit by seats, engagement by demos; who is a student is out.
fn model() -> ScoreModel {
    let seats = RuleSpec::new("seats")
        .points(30.0)
        .when(attribute("seats").at_least(50));
    let student = RuleSpec::new("student")
        .disqualify("student")
        .when(attribute("student").equals(true));
    let demo = RuleSpec::new("demo")
        .points(40.0)
        .activity(ActivitySpec::of("demo"));
    let spec = ModelSpec::new("sales")
        .schema(
            SchemaSpec::new()
                .number("seats")
                .flag("student")
                .question("budget")
                .kind("demo"),
        )
        .dimension(DimensionSpec::rules(
            "fit",
            RulesSpec::new().group(GroupSpec::sum("who").rule(seats).rule(student)),
        ))
        .dimension(DimensionSpec::rules(
            "engagement",
            RulesSpec::new().group(GroupSpec::sum("what").rule(demo)),
        ));
    ScoreModel::build(&spec).unwrap()
}

/// Six leads and when they converted.
fn population(model: &ScoreModel) -> (Vec<Lead>, Vec<Option<Moment>>) {
    let lead = |id| Lead::builder(model.schema(), id).created_at(moment("2025-01-01"));
    let demo = |day| ActivityRecord::new("demo", moment(day));
    let leads = vec![
        // A demo before the moment, one after, and a conversion in time.
        lead("a")
            .set("seats", 80)
            .activity(demo("2025-02-01"))
            .activity(demo("2025-03-05"))
            .build()
            .unwrap(),
        // Seats known since later only: abstains on fit as of March.
        lead("b")
            .set("seats", 90)
            .known_since("seats", moment("2025-03-10"))
            .answer("budget", true)
            .build()
            .unwrap(),
        // Small, and nothing came of it.
        lead("c").set("seats", 5).build().unwrap(),
        // Disqualified, and bought all the same.
        lead("d")
            .set("seats", 70)
            .set("student", true)
            .build()
            .unwrap(),
        // Converted before.
        lead("e").set("seats", 60).build().unwrap(),
        // Not there yet.
        Lead::builder(model.schema(), "f")
            .created_at(moment("2025-03-02"))
            .build()
            .unwrap(),
    ];
    let converted = vec![
        Some(moment("2025-03-31")),
        Some(moment("2025-06-01")),
        None,
        Some(moment("2025-03-20")),
        Some(moment("2025-03-01")),
        Some(moment("2025-03-15")),
    ];
    (leads, converted)
}

#[test]
fn leads_are_judged_as_they_were_known() {
    let model = model();
    let (leads, converted) = population(&model);
    let spec = BackTestSpec::at([moment("2025-03-01")])
        .within("30d")
        .band("fit", 30.0);
    let test = spec
        .run_model(&model, RankBy::Dimension("fit"), &leads, &converted)
        .unwrap();
    let metrics = test.metrics.clone().unwrap();
    assert_eq!((metrics.leads, metrics.converted), (2, 1.0));
    assert_eq!(metrics.roc_auc, Some(1.0));
    assert_eq!((test.abstained.leads, test.abstained.converted), (1.0, 0.0));
    assert_eq!(
        (test.disqualified.leads, test.disqualified.converted),
        (1.0, 1.0)
    );
    let left_out = test.left_out;
    assert_eq!(
        (
            left_out.converted_before,
            left_out.not_created,
            left_out.not_over
        ),
        (1.0, 1.0, 0.0)
    );
    let undated: Vec<_> = test
        .undated_attributes
        .iter()
        .map(|fact| (fact.name.as_str(), fact.values))
        .collect();
    assert_eq!(undated, [("seats", 3.0), ("student", 1.0)]);
    assert_eq!(test.undated_answers[0].name, "budget");
    assert_eq!(
        test.bands
            .iter()
            .map(|band| (band.label.as_deref(), band.leads, band.converted, band.lift))
            .collect::<Vec<_>>(),
        [
            (None, 1.0, 0.0, Some(0.0)),
            (Some("fit"), 1.0, 1.0, Some(2.0))
        ]
    );
    // By engagement `b` has a score too: no activities are a known 0. One demo of `a` was not there yet.
    let engaged = spec
        .run_model(&model, RankBy::Best, &leads, &converted)
        .unwrap();
    assert_eq!(engaged, test);
    let engaged = spec
        .run_model(&model, RankBy::Dimension("engagement"), &leads, &converted)
        .unwrap();
    assert_eq!(engaged.metrics.as_ref().unwrap().leads, 3);
    assert_eq!(engaged.metrics.unwrap().ks_score, Some(40.0));
    let shown = test.to_string();
    for part in [
        "2 leads, 50.00 % of them converted\n",
        "\nband                    from    leads  converted    rate    lift\n",
        "\nbelow                      -        1          0   0.00%   0.000\n",
        "\nfit                     30.0        1          1 100.00%   2.000\n",
        "\nabstained: 1 leads, of which 0 converted\n",
        "\ndisqualified: 1 leads, of which 1 converted\n",
        "\nleft out: 1 converted before, 1 not there yet, 0 whose horizon was not over\n",
        "\npossible leak, attributes taken as they are now: `seats` (3), `student` (1)\n",
        "\npossible leak, answers taken as they are now: `budget` (1)",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let json = serde_json::to_string(&test).unwrap();
    assert_eq!(serde_json::from_str::<BackTest>(&json).unwrap(), test);
}

#[test]
fn moments_are_pooled_and_unobserved_ones_left_out() {
    let model = model();
    let (leads, converted) = population(&model);
    let spec = BackTestSpec::at(["2025-05-15", "2025-03-01", "2025-12-01"].map(moment))
        .within("30d")
        .observed_until(moment("2025-12-15"));
    let test = spec
        .run_model(&model, RankBy::Dimension("engagement"), &leads, &converted)
        .unwrap();
    assert_eq!(test.left_out.not_over, 6.0);
    let days: Vec<Moment> = test.moments.iter().map(|moment| moment.as_of).collect();
    assert_eq!(days, [moment("2025-03-01"), moment("2025-05-15")]);
    // In March `a`, `b`, `c`; in May `b`, which converts, and `c`.
    assert_eq!(test.metrics.unwrap().leads, 5);
    let text = toml::to_string(&spec.clone().band("hot", 60.0)).unwrap();
    let read: BackTestSpec = toml::from_str(&text).unwrap();
    assert_eq!(read, spec.band("hot", 60.0));
}

#[test]
fn a_score_may_be_a_probability() {
    let model = model();
    let (leads, converted) = population(&model);
    let spec = BackTestSpec::at([moment("2025-03-01")])
        .within("30d")
        .percent();
    let by = RankBy::Dimension("engagement");
    let test = spec.run_model(&model, by, &leads, &converted).unwrap();
    let metrics = test.metrics.as_ref().unwrap();
    // `a` has 40 % and converts, `b` and `c` have 0 and do not.
    assert_eq!(metrics.brier, Some(0.6 * 0.6 / 3.0));
    assert_eq!(metrics.ks_score, Some(0.4));
    assert_eq!(test.moments[0].metrics.as_ref(), Some(metrics));
    let bins = test.reliability.unwrap().bins;
    assert_eq!(bins.iter().map(|bin| bin.leads).sum::<f64>(), 3.0);
    let text = toml::to_string(&spec).unwrap();
    assert!(text.contains("scores = \"percent\""), "{text}");
    assert_eq!(toml::from_str::<BackTestSpec>(&text).unwrap(), spec);
    let order = BackTestSpec::at([moment("2025-03-01")]).within("30d");
    let test = order.run_model(&model, by, &leads, &converted).unwrap();
    assert_eq!(
        (test.metrics.unwrap().brier, test.reliability),
        (None, None)
    );
}

#[test]
fn a_scorer_cannot_look_ahead() {
    let model = model();
    let (leads, converted) = population(&model);
    // It counts all activities that it is shown, and does not look at the moment.
    let careless = from_fn(|lead: &dyn LeadView, _: AsOf| {
        let mut count = 0.0;
        lead.activities(&mut |_| count += 1.0);
        Score::saturating(count)
    });
    let spec = BackTestSpec::at([moment("2025-03-01")])
        .band("any", 1.0)
        .band("both", 2.0);
    let test = spec
        .run(&careless, model.schema(), &leads, &converted)
        .unwrap();
    let counts: Vec<f64> = test.bands.iter().map(|band| band.leads).collect();
    assert_eq!(counts, [3.0, 1.0, 0.0]);
    assert_eq!(test.bands[2].conversion_rate, None);
    // A scorer that disqualifies does so here too.
    let nobody = BackTestSpec::at([moment("2024-01-01")])
        .run(&careless, model.schema(), &leads, &converted)
        .unwrap();
    assert_eq!((nobody.metrics, nobody.gains), (None, None));
}

#[test]
fn what_is_refused() {
    let model = model();
    let (leads, converted) = population(&model);
    let day = moment("2025-03-01");
    let refused = |spec: BackTestSpec| {
        let error = spec
            .run_model(&model, RankBy::Best, &leads, &converted)
            .unwrap_err();
        error.to_string()
    };
    let by = |by| {
        let error = BackTestSpec::at([day]).run_model(&model, by, &leads, &converted);
        error.unwrap_err().to_string()
    };
    let at = || BackTestSpec::at([day]);
    let table = [
        (refused(BackTestSpec::at([])), "moments: needs at least one"),
        (
            refused(BackTestSpec::at([day, day])),
            "moments: `2025-03-01T00:00:00Z` stands twice",
        ),
        (
            refused(at().within("0d")),
            "horizon: must be longer than 0, got `0d`",
        ),
        (
            refused(at().within("soon")),
            "horizon: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `soon`",
        ),
        (
            refused(at().observed_until(day)),
            "observed_until: needs a horizon: what was not observed cannot end",
        ),
        (
            refused(at().band("a", 20.0).band("b", 10.0)),
            "bands[1].at_least: must be above the band before, `20`, got `10`",
        ),
        (
            refused(at().band("a", 20.0).band("a", 30.0)),
            "bands[1].label: `a` stands twice",
        ),
        (
            refused(at().band("a", f64::NAN)),
            "bands[0].at_least: must be a finite number, got `NaN`",
        ),
        (
            refused((0..1001).fold(at(), |spec, i| spec.band(format!("{i}"), f64::from(i)))),
            "bands: must be at most 1000, got `1001`",
        ),
        (
            by(RankBy::Composite),
            "by: the model has no composite to rank by",
        ),
        (
            by(RankBy::Dimension("fits")),
            "by: the model has no dimension `fits`; it has `fit`, `engagement`",
        ),
        (
            at().run_model(&model, RankBy::Best, &leads, &converted[1..])
                .unwrap_err()
                .to_string(),
            "outcomes: `5` outcomes do not go with `6` leads",
        ),
    ];
    for (found, expected) in table {
        assert_eq!(found, expected);
    }
}

/// One dimension of a model as a scorer of its own.
struct Engagement<'m>(&'m ScoreModel);
impl Scorer for Engagement<'_> {
    fn score(&self, lead: &dyn LeadView, as_of: AsOf) -> Option<Score> {
        self.0.vector(lead, as_of).score("engagement")
    }
    fn disqualify(&self, lead: &dyn LeadView, as_of: AsOf, reason: &mut dyn FnMut(&str)) {
        self.0.disqualify(lead, as_of, reason);
    }
}

proptest! {
    #[test]
    fn a_model_is_tested_like_any_scorer(
        leads in prop::collection::vec((0_u8..100, 0_u8..4, 0_i64..200, prop::option::of(0_i64..300)), 0..30),
        days in prop::collection::btree_set(0_i64..200, 1..4),
        horizon in 1_u8..90,
    ) {
        let model = model();
        let start = moment("2025-01-01");
        let day = |days: i64| start.plus_micros(days * 86_400_000_000);
        let converted: Vec<Option<Moment>> = leads.iter().map(|lead| lead.3.map(day)).collect();
        let leads: Vec<Lead> = leads
            .iter()
            .enumerate()
            .map(|(i, &(seats, demos, created, _))| {
                let mut lead = Lead::builder(model.schema(), format!("{i}"))
                    .created_at(day(created))
                    .set("seats", f64::from(seats));
                for demo in 0..demos {
                    let at = day(created + 20 * i64::from(demo));
                    lead = lead.activity(ActivityRecord::new("demo", at).id(format!("{demo}")));
                }
                lead.build().unwrap()
            })
            .collect();
        let spec = BackTestSpec::at(days.into_iter().map(day))
            .within(format!("{horizon}d"))
            .band("some", 30.0)
            .band("more", 60.0);
        let test = spec
            .run_model(&model, RankBy::Dimension("engagement"), &leads, &converted)
            .unwrap();
        let other = spec.run(&Engagement(&model), model.schema(), &leads, &converted).unwrap();
        prop_assert_eq!(&test, &other);
        // Every lead at every moment is somewhere.
        let scored: f64 = test.bands.iter().map(|band| band.leads).sum();
        #[allow(clippy::cast_precision_loss)]
        let count = |rows: usize| rows as f64;
        let left_out = test.left_out;
        prop_assert_eq!(
            scored + test.abstained.leads + test.disqualified.leads
                + left_out.converted_before + left_out.not_created + left_out.not_over,
            count(leads.len() * spec.moments.len())
        );
        prop_assert_eq!(test.metrics.map_or(0.0, |metrics| count(metrics.leads)), scored);
    }
}
