//! Naive Bayes: reference numbers, outcomes recorded and taken back, teams, and what can be wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tables are long"
)]

mod generators;

use generators::{Facts, Shuffled, as_of, facts, noon, wild};
use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    AsOf, DimensionSpec, Lead, LeadTable, LeadView, ModelSpec, NaiveBayesAttribute,
    NaiveBayesScorer, NaiveBayesSpec, OutcomeCounts, Schema, SchemaSpec, ScoreModel, Scorer, Unit,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::LazyLock;

fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| schema_spec().build().unwrap());
    &SCHEMA
}

fn schema_spec() -> SchemaSpec {
    SchemaSpec::new()
        .text("industry")
        .text("channel")
        .text("team")
        .flag("customer")
        .number("seats")
        .tags("tags")
        .date("signed")
}

fn now() -> AsOf {
    noon().into()
}

fn lead(industry: &str, channel: &str) -> Lead {
    let lead = Lead::builder(schema(), "a").set("industry", industry);
    lead.set("channel", channel).build().unwrap()
}

/// Twelve leads: industry, channel, whether it converted.
const LEADS: [(&str, &str, bool); 12] = [
    ("software", "web", true),
    ("software", "fair", true),
    ("retail", "web", true),
    ("software", "web", true),
    ("farming", "fair", true),
    ("retail", "web", false),
    ("retail", "phone", false),
    ("farming", "phone", false),
    ("software", "phone", false),
    ("retail", "fair", false),
    ("farming", "web", false),
    ("retail", "phone", false),
];

fn spec() -> NaiveBayesSpec {
    NaiveBayesSpec::new()
        .attribute("industry")
        .attribute("channel")
        .minimum(5)
}

fn learned(spec: &NaiveBayesSpec) -> NaiveBayesScorer {
    let mut scorer = spec.build(schema()).unwrap();
    for (industry, channel, converted) in LEADS {
        scorer
            .learn(&lead(industry, channel), converted, now())
            .unwrap();
    }
    scorer
}

/// `sklearn.naive_bayes.CategoricalNB(alpha).fit(X, y).predict_proba` of scikit-learn 1.9.1 over the twelve leads
/// above, industry and channel as codes.
#[test]
fn probabilities_are_those_of_scikit_learn() {
    for (alpha, industry, channel, probability) in [
        (1.0, "farming", "fair", 0.527_426_160_337_553),
        (1.0, "farming", "phone", 0.129_533_678_756_476_7),
        (1.0, "retail", "web", 0.373_134_328_358_209_1),
        (1.0, "software", "fair", 0.770_020_533_880_903_7),
        (1.0, "software", "web", 0.748_502_994_011_976_1),
        (0.5, "farming", "web", 0.506_425_233_644_859_8),
        (0.5, "retail", "phone", 0.043_281_615_048_223_8),
        (0.5, "software", "fair", 0.826_091_927_738_394_8),
        (1e-3, "retail", "phone", 8.750_607_026_192_67e-5),
        (1e-3, "software", "phone", 0.001_047_580_440_208_265_2),
        (1e-3, "software", "web", 0.862_874_670_386_900_5),
    ] {
        let scorer = learned(&spec().alpha(alpha));
        let given = scorer.probability(&lead(industry, channel), now()).unwrap();
        assert!((given - probability).abs() < 1e-12, "{given} {probability}");
    }
}

#[test]
fn a_score_is_explained_in_log_odds() {
    let scorer = learned(&spec().attribute("customer"));
    assert_eq!(scorer.unit(), Unit::Probability);
    let software = lead("Software", "FAIR");
    let why = scorer.explain(&software, now());
    assert!(why.recomputes());
    assert_eq!(
        why.to_string(),
        "77 naive bayes (0 is 0, 1 is 100)\n  \
           0.77 probability (logistic)\n    \
             1.21 log-odds (sum)\n      \
               -0.34 prior of all leads (5 converted, 7 did not)\n      \
               0.92 industry: software (3 of 5 converted, 1 of 7 not)\n      \
               0.63 channel: fair (2 of 5 converted, 1 of 7 not)\n      \
               - customer (unknown)"
    );
    let up = why.top_up(2);
    assert_eq!(
        (up[0].rule, up[0].unit),
        ("industry: software", Unit::LogOdds)
    );
    assert_eq!(up[1].rule, "channel: fair");

    // Nothing that is missing or new gives evidence.
    let new = Lead::builder(schema(), "a")
        .set("industry", "mining")
        .build()
        .unwrap();
    assert_eq!(scorer.score(&new, now()), None);
    assert_eq!(
        scorer.explain(&new, now()).to_string(),
        "- naive bayes (unknown)\n  \
           abstains: nothing that is known of it gives evidence\n  \
           -0.34 log-odds (sum)\n    \
             -0.34 prior of all leads (5 converted, 7 did not)\n    \
             - industry: mining (unknown)\n    \
             ? channel is not known, could add 0.63\n    \
             - customer (unknown)"
    );
    let half = Lead::builder(schema(), "a")
        .set("industry", "mining")
        .set("channel", "fair");
    let other = Lead::builder(schema(), "a").set("channel", "fair");
    let (half, other) = (half.build().unwrap(), other.build().unwrap());
    assert_eq!(scorer.score(&half, now()), scorer.score(&other, now()));
}

#[test]
fn flags_bins_and_tags() {
    let spec = NaiveBayesSpec::new()
        .attribute("customer")
        .attribute(NaiveBayesAttribute::new("seats").cuts([10.0, 50.0]))
        .attribute("tags")
        .minimum(1);
    let mut scorer = spec.build(schema()).unwrap();
    let lead = |customer: bool, seats: f64, tags: &[&str]| {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let lead = Lead::builder(schema(), "a")
            .set("customer", customer)
            .set("seats", seats);
        lead.set("tags", tags).build().unwrap()
    };
    for (customer, seats, tags, converted) in [
        (true, 10.0, &["EU", "eu", "vip"][..], true),
        (true, 49.9, &["eu"], true),
        (true, 50.0, &[], false),
        (true, 9.9, &["eu"], false),
        (true, -1e300, &["us"], false),
    ] {
        scorer
            .learn(&lead(customer, seats, tags), converted, now())
            .unwrap();
    }
    let counts = scorer.spec().counts.without_team;
    let levels = |name: &str| {
        let levels = &counts.attributes[name].levels;
        let told = levels.iter().map(|(level, counts)| {
            format!("{level} {} {}", counts.converted, counts.not_converted)
        });
        told.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(levels("customer"), "true 2 3");
    assert_eq!(levels("seats"), "10..50 2 0, <10 0 2, >=50 0 1");
    assert_eq!(levels("tags"), "eu 2 1, us 0 1, vip 1 0");

    // A flag has two levels and this number three, seen or not; a tag is a yes or no.
    let log_odds = scorer
        .log_odds(&lead(true, 20.0, &["vip", "Eu", "new"]), now())
        .unwrap();
    let by_hand = (2.0_f64 / 3.0).ln() + (3.0_f64 / 4.0).ln() - (4.0_f64 / 5.0).ln()
        + (3.0_f64 / 5.0).ln()
        - (1.0_f64 / 6.0).ln()
        + (3.0_f64 / 4.0).ln()
        - (2.0_f64 / 5.0).ln()
        + (2.0_f64 / 4.0).ln()
        - (1.0_f64 / 5.0).ln();
    assert!((log_odds - by_hand).abs() < 1e-12);
}

#[test]
fn a_team_has_its_own_counts_once_it_has_enough() {
    let spec = spec().team("team").minimum(2).team_minimum(2);
    let mut scorer = spec.build(schema()).unwrap();
    let of = |team: &str, industry: &str| {
        let lead = Lead::builder(schema(), "a")
            .set("industry", industry)
            .set("team", team);
        lead.build().unwrap()
    };
    // In the north retail converts, in the south software does.
    for (team, industry, converted) in [
        ("North", "retail", true),
        ("north", "retail", true),
        ("NORTH", "software", false),
        ("north", "software", false),
        ("South", "software", true),
        ("South", "software", true),
        ("south", "software", true),
        ("south", "retail", false),
        ("", "retail", true),
    ] {
        scorer.learn(&of(team, industry), converted, now()).unwrap();
    }
    assert_eq!(scorer.leads(), OutcomeCounts::new(6, 3));
    assert_eq!(scorer.leads_of("NORTH"), OutcomeCounts::new(2, 2));
    assert_eq!(scorer.leads_of("east"), OutcomeCounts::default());
    let probability =
        |team: &str, industry: &str| scorer.probability(&of(team, industry), now()).unwrap();
    // (2 + 1) / (2 + 2) over (0 + 1) / (2 + 2).
    assert!((probability("North", "retail") - 0.75).abs() < 1e-12);
    // One lead of the south did not convert: too few, so all teams count.
    let all = probability("", "software");
    assert_eq!(probability("South", "software"), all);
    assert_eq!(probability("East", "software"), all);
    let prior = |team: &str| {
        let why = scorer.explain(&of(team, "software"), now());
        let prior = why.nodes().find(|node| node.label().starts_with("prior"));
        prior.unwrap().label().to_owned()
    };
    assert_eq!(prior("north"), "prior of team `north`");
    assert_eq!(
        prior("SOUTH"),
        "prior of all leads, too few of team `south` are counted"
    );
    assert_eq!(prior(""), "prior of all leads");
}

#[test]
fn outcomes_are_corrected_and_taken_back() {
    let before = learned(&spec());
    let mut scorer = before.clone();
    let software = lead("software", "web");
    scorer.correct(&software, false, now()).unwrap();
    assert_eq!(scorer.leads(), OutcomeCounts::new(4, 8));
    assert_eq!(scorer.score(&software, now()), None);
    let why = scorer.explain(&software, now());
    assert_eq!(
        why.to_string(),
        "- naive bayes (unknown)\n  abstains: too few leads of each outcome are counted"
    );
    scorer.correct(&software, true, now()).unwrap();
    assert_eq!(scorer.spec(), before.spec());
    for (industry, channel, converted) in LEADS {
        scorer
            .unlearn(&lead(industry, channel), converted, now())
            .unwrap();
    }
    assert_eq!(scorer.spec(), spec());
}

#[test]
fn what_was_never_learned_cannot_be_taken_back() {
    let with_tags = spec().attribute("tags").team("team");
    let mut scorer = with_tags.build(schema()).unwrap();
    let blank = || Lead::builder(schema(), "a");
    let tagged = |tags: &[&str]| {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        blank().set("industry", "retail").set("tags", tags)
    };
    scorer
        .learn(&tagged(&["eu"]).build().unwrap(), true, now())
        .unwrap();
    scorer.learn(&lead("retail", "web"), false, now()).unwrap();
    let before = scorer.spec();
    let elsewhere = SchemaSpec::new().text("industry").build().unwrap();
    let never = "the lead was not learned as converted";
    for (lead, message) in [
        (
            blank().set("industry", "Software"),
            format!("{never}: none is counted with `industry` = `software`"),
        ),
        (
            blank(),
            format!("{never}: none is counted without `industry`"),
        ),
        (
            tagged(&["us"]),
            format!("{never}: none is counted with `tags` = `us`"),
        ),
        (
            tagged(&[]),
            format!("{never}: none is counted whose `tags` lack `eu`"),
        ),
        (
            tagged(&["eu"]).set("channel", "web"),
            format!("{never}: none is counted with `channel` = `web`"),
        ),
        (
            tagged(&["eu"]).set("team", "North"),
            format!("{never} in team `north`: no such lead is counted"),
        ),
        (
            Lead::builder(&elsewhere, "a").set("industry", "retail"),
            "the lead is of another schema than the scorer".to_owned(),
        ),
    ] {
        let error = scorer
            .unlearn(&lead.build().unwrap(), true, now())
            .unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(scorer.spec(), before);
    }
    let error = scorer
        .unlearn(
            &tagged(&["eu"]).set("channel", "web").build().unwrap(),
            false,
            now(),
        )
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the lead was not learned as not converted: none is counted with `tags`"
    );
    let error = scorer
        .correct(
            &tagged(&["eu"]).set("channel", "web").build().unwrap(),
            true,
            now(),
        )
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the lead was not learned as not converted: none is counted with `tags`"
    );
    assert_eq!(scorer.spec(), before);

    let mut full = spec();
    full.counts.without_team.leads = OutcomeCounts::new(OutcomeCounts::LARGEST, 1);
    let mut full = full.build(schema()).unwrap();
    let error = full.learn(&lead("retail", "web"), true, now()).unwrap_err();
    assert_eq!(error.to_string(), "a count must not exceed 1e12");
    let error = full.correct(&Lead::builder(schema(), "a").build().unwrap(), true, now());
    assert_eq!(
        error.unwrap_err().to_string(),
        "a count must not exceed 1e12"
    );
}

#[test]
fn facts_count_as_they_were_known() {
    let spec = spec().minimum(1);
    let mut scorer = learned(&spec);
    let late = Lead::builder(schema(), "a")
        .set("industry", "software")
        .set("channel", "web")
        .known_since("channel", noon().plus_micros(1))
        .build()
        .unwrap();
    let early = Lead::builder(schema(), "a")
        .set("industry", "software")
        .build()
        .unwrap();
    let bits = |lead| scorer.probability(lead, now()).unwrap().to_bits();
    assert_eq!(bits(&late), bits(&early));
    scorer.learn(&late, true, now()).unwrap();
    scorer.unlearn(&early, true, now()).unwrap();
    assert_eq!(scorer.spec(), learned(&spec).spec());
}

#[test]
fn models_hold_the_counts() {
    let bayes = learned(&spec().team("team").alpha(0.5)).spec();
    let model = ModelSpec::new("small")
        .schema(schema_spec())
        .dimension(DimensionSpec::naive_bayes("likely", bayes));
    let from_json: ModelSpec =
        serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
    let from_toml: ModelSpec = toml::from_str(&toml::to_string(&model).unwrap()).unwrap();
    assert_eq!((&from_json, &from_toml), (&model, &model));
    let built = ScoreModel::build(&from_toml).unwrap();
    let leads: Vec<Lead> = LEADS.iter().map(|(a, b, _)| lead(a, b)).collect();
    check_model(&built, &leads, &[now()]).unwrap();
    let vector = built.vector(&leads[0], now());
    let raw = vector.raw("likely").unwrap();
    assert!((raw - 0.799_604_743_083_003_9).abs() < 1e-12);
    assert_eq!(vector.score("likely").unwrap().get(), 100.0 * raw);
    let until = noon().plus_micros(i64::MAX / 4);
    let scorer = learned(&spec());
    assert_eq!(scorer.next_change(&leads[0], now(), until.into()), Ok(None));
}

#[test]
fn every_problem_is_said_with_its_place() {
    let problems = |spec: &NaiveBayesSpec| match spec.build(schema()) {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    };
    let seats = |cuts: Vec<f64>| {
        NaiveBayesSpec::new().attribute(NaiveBayesAttribute::new("seats").cuts(cuts))
    };
    let counted = |json: &str| NaiveBayesSpec {
        counts: serde_json::from_str(json).unwrap(),
        ..spec().attribute("customer").attribute("tags").team("team")
    };
    let table: Vec<(NaiveBayesSpec, &[&str])> = vec![
        (spec(), &[]),
        (
            NaiveBayesSpec { version: 7, ..spec() },
            &["naive_bayes.version: this library reads version 1, got `7`"],
        ),
        (NaiveBayesSpec::new(), &["naive_bayes.attributes: needs at least one attribute"]),
        (
            spec().attribute("industri").attribute("industry"),
            &[
                "naive_bayes.attributes[2].name: unknown attribute `industri`, did you mean `industry`?",
                "naive_bayes.attributes[3].name: `industry` stands twice",
            ],
        ),
        (
            spec().attribute("signed"),
            &["naive_bayes.attributes[2].name: `signed` must be of type text, flag, tags or number, it is of type date"],
        ),
        (
            spec().attribute(NaiveBayesAttribute::new("tags").cuts([1.0])),
            &["naive_bayes.attributes[2].cuts: only numbers have cuts, `tags` is of type tags"],
        ),
        (seats(vec![]), &["naive_bayes.attributes[0].cuts: the number `seats` needs at least one cut"]),
        (
            seats(vec![1.0, 1.0]),
            &["naive_bayes.attributes[0].cuts: must ascend, got `1` before `1`"],
        ),
        (
            seats(vec![f64::NAN, 2e12]),
            &[
                "naive_bayes.attributes[0].cuts[0]: must be a number of at most 1e12 in size, got `NaN`",
                "naive_bayes.attributes[0].cuts[1]: must be a number of at most 1e12 in size, got `2000000000000`",
            ],
        ),
        (
            spec().alpha(0.0).minimum(0).team_minimum(2_000_000_000_000),
            &[
                "naive_bayes.alpha: must be more than 0 and at most 1e12, got `0`",
                "naive_bayes.minimum: must be between 1 and 1e12, got `0`",
                "naive_bayes.team_minimum: must be between 1 and 1e12, got `2000000000000`",
            ],
        ),
        (
            spec().alpha(f64::NAN),
            &["naive_bayes.alpha: must be more than 0 and at most 1e12, got `NaN`"],
        ),
        (
            spec().alpha(f64::INFINITY),
            &["naive_bayes.alpha: must be more than 0 and at most 1e12, got `inf`"],
        ),
        (spec().team("taem"), &["naive_bayes.team: unknown attribute `taem`, did you mean `team`?"]),
        (
            spec().team("seats"),
            &["naive_bayes.team: `seats` must be of type text, it is of type number"],
        ),
        (
            counted(
                r#"{"without_team": {"leads": {"converted": 1, "not_converted": 0}, "attributes": {
                    "industri": {},
                    "industry": {"known": {"converted": 2, "not_converted": 0}, "levels": {
                        "Retail": {"converted": 1, "not_converted": 0}, "": {"converted": 1, "not_converted": 0}}},
                    "channel": {"known": {"converted": 1, "not_converted": 0}},
                    "customer": {"levels": {"treu": {"converted": 0, "not_converted": 0}}},
                    "tags": {"levels": {"eu": {"converted": 0, "not_converted": 1}}}
                }}, "teams": {"North": {}}}"#,
            ),
            &[
                "naive_bayes.counts.without_team.attributes.industri: unknown attribute `industri`, did you mean `industry`?",
                "naive_bayes.counts.without_team.attributes.industry.levels.: a level must have a name",
                "naive_bayes.counts.without_team.attributes.industry.levels.Retail: a level is written in lower case, got `Retail`",
                "naive_bayes.counts.without_team.attributes.industry.known: more leads are known than there are",
                "naive_bayes.counts.without_team.attributes.channel.known: must be the sum of the levels",
                "naive_bayes.counts.without_team.attributes.customer.levels.treu: unknown level `treu`, did you mean `true`?",
                "naive_bayes.counts.without_team.attributes.tags.levels.eu: more leads have the tag than are known",
                "naive_bayes.counts.teams.North: a team is written in lower case, got `North`",
            ],
        ),
        (
            NaiveBayesSpec {
                counts: serde_json::from_str(
                    r#"{"teams": {"north": {"leads": {"converted": 18446744073709551615, "not_converted": 0}}}}"#,
                )
                .unwrap(),
                ..spec()
            },
            &[
                "naive_bayes.counts.teams.north: there are counts of a team, but no `team` attribute",
                "naive_bayes.counts: a count must not exceed 1e12",
            ],
        ),
    ];
    for (spec, expected) in table {
        assert_eq!(problems(&spec), expected);
    }
    let model = ModelSpec::new("small")
        .schema(schema_spec())
        .dimension(DimensionSpec::naive_bayes("likely", spec().alpha(-1.0)));
    assert_eq!(
        ScoreModel::build(&model).unwrap_err().to_string(),
        "dimensions[0].naive_bayes.alpha: must be more than 0 and at most 1e12, got `-1`"
    );
    let unknown =
        serde_json::from_str::<NaiveBayesSpec>(r#"{"version": 1, "attributes": [], "beta": 1}"#);
    assert!(
        unknown
            .unwrap_err()
            .to_string()
            .starts_with("unknown field `beta`, expected one of")
    );
    let no_version = serde_json::from_str::<NaiveBayesSpec>(r#"{"attributes": []}"#);
    assert!(
        no_version
            .unwrap_err()
            .to_string()
            .starts_with("missing field `version`")
    );
}

/// Over the attributes of the generators.
fn wide(alpha: f64) -> NaiveBayesSpec {
    NaiveBayesSpec::new()
        .attribute("title")
        .attribute("country")
        .attribute("student")
        .attribute(NaiveBayesAttribute::new("seats").cuts([0.0, 50.0]))
        .attribute("tags")
        .team("country")
        .minimum(1)
        .team_minimum(1)
        .alpha(alpha)
}

fn outcomes() -> impl Strategy<Value = Vec<(Facts, bool)>> {
    vec((facts(), proptest::bool::ANY), 0..12)
}

fn bits(scorer: &NaiveBayesScorer, lead: &dyn LeadView, as_of: AsOf) -> Option<u64> {
    scorer.log_odds(lead, as_of).map(f64::to_bits)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn learning_and_taking_back_leaves_nothing(
        kept in outcomes(),
        gone in outcomes(),
        probe in facts(),
        as_of in as_of(),
    ) {
        let schema = generators::schema();
        let mut scorer = wide(1.0).build(&schema).unwrap();
        for (facts, converted) in &kept {
            scorer.learn(&facts.lead(&schema), *converted, as_of).unwrap();
        }
        let before = scorer.clone();
        for (facts, converted) in &gone {
            scorer.learn(&facts.lead(&schema), *converted, as_of).unwrap();
        }
        for (facts, converted) in gone.iter().rev() {
            let lead = facts.lead(&schema);
            scorer.correct(&lead, !converted, as_of).unwrap();
            scorer.unlearn(&lead, !converted, as_of).unwrap();
        }
        prop_assert_eq!(scorer.spec(), before.spec());
        let probe = probe.lead(&schema);
        prop_assert_eq!(bits(&scorer, &probe, as_of), bits(&before, &probe, as_of));
    }

    #[test]
    fn a_table_is_judged_as_its_leads_are(
        outcomes in vec((facts(), any::<bool>()), 6..30),
        probes in vec(facts(), 1..8),
        (minimum, team_minimum) in (1_u64..4, 1_u64..4),
        at in as_of(),
    ) {
        let schema = generators::schema();
        let spec = NaiveBayesSpec { minimum, team_minimum, ..wide(1.0) };
        let mut scorer = spec.build(&schema).unwrap();
        for (facts, converted) in &outcomes {
            scorer.learn(&facts.lead(&schema), *converted, at).unwrap();
        }
        let model = ModelSpec::new("m")
            .schema(schema.spec())
            .dimension(DimensionSpec::naive_bayes("chance", scorer.spec()));
        let model = ScoreModel::build(&model).unwrap();
        // Some that were learned, and some with levels that were not.
        let known = outcomes.iter().map(|(facts, _)| facts).chain(&probes);
        let leads: Vec<Lead> = known.map(|facts| facts.lead(&schema)).collect();
        let table = LeadTable::from_leads(&schema, &leads).unwrap();
        for (vector, lead) in model.score_table(&table, at).vectors().zip(&leads) {
            let alone = scorer.probability(lead, at);
            prop_assert_eq!(vector.raw("chance").map(f64::to_bits), alone.map(f64::to_bits));
            prop_assert_eq!(format!("{vector:?}"), format!("{:?}", model.vector(lead, at)));
        }
    }

    #[test]
    fn the_order_of_learning_and_storing_change_nothing(
        outcomes in outcomes(),
        probe in facts(),
        alpha in 1e-6..100.0_f64,
        as_of in as_of(),
    ) {
        let schema = generators::schema();
        let (mut scorer, mut turned) =
            (wide(alpha).build(&schema).unwrap(), wide(alpha).build(&schema).unwrap());
        for (facts, converted) in &outcomes {
            scorer.learn(&facts.lead(&schema), *converted, as_of).unwrap();
        }
        for (facts, converted) in outcomes.iter().rev() {
            turned.learn(&facts.lead(&schema), *converted, as_of).unwrap();
        }
        let stored = serde_json::to_string(&scorer.spec()).unwrap();
        let read: NaiveBayesSpec = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&read, &scorer.spec());
        let read = read.build(&schema).unwrap();
        let probe = probe.lead(&schema);
        prop_assert_eq!(bits(&scorer, &probe, as_of), bits(&turned, &probe, as_of));
        prop_assert_eq!(bits(&scorer, &probe, as_of), bits(&read, &probe, as_of));
    }

    #[test]
    fn the_laws_of_scorers_hold(
        outcomes in outcomes(),
        probe in facts(),
        strange in wild(),
        as_of in as_of(),
        seed in any::<u64>(),
    ) {
        let schema = generators::schema();
        let mut scorer = wide(1.0).build(&schema).unwrap();
        scorer.learn(&strange, true, as_of).unwrap();
        for (facts, converted) in &outcomes {
            scorer.learn(&facts.lead(&schema), *converted, as_of).unwrap();
        }
        let probe = probe.lead(&schema);
        prop_assert_eq!(check_scorer(&scorer, &[&probe], &[as_of]), Ok(()));
        prop_assert_eq!(check_scorer(&scorer, &[Shuffled::new(&probe, seed)], &[as_of]), Ok(()));
        prop_assert_eq!(check_scorer(&scorer, &[strange], &[as_of]), Ok(()));
        let probability = scorer.probability(&probe, as_of);
        prop_assert!(probability.is_none_or(|p| (0.0..=1.0).contains(&p)));
    }
}
