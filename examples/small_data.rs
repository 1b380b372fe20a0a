//! Which leads convert, when only a few dozen have so far?
//!
//! An agency with two teams has 48 closed leads, too few for a logistic regression of many features. Naive Bayes counts
//! how often leads like one converted, each team by itself once it has closed enough. Outcomes come in one by one, and
//! one that was recorded wrongly is put right.
//!
//! ```text
//! cargo run --example small_data
//! ```

use lead_scoring::{
    AsOf, DimensionSpec, Lead, ModelSpec, NaiveBayesAttribute, NaiveBayesScorer, NaiveBayesSpec,
    PlattScaling, Schema, SchemaSpec, ScoreModel, Scorer,
};
use std::error::Error;

/// Team, industry, where the lead came from, seats; how many of them converted, and how many did not.
const CLOSED: [(&str, &str, &str, f64, u32, u32); 12] = [
    ("north", "software", "referral", 80.0, 5, 1),
    ("north", "software", "web", 25.0, 3, 2),
    ("north", "retail", "referral", 15.0, 2, 2),
    ("north", "retail", "web", 5.0, 1, 5),
    ("north", "retail", "fair", 8.0, 0, 4),
    ("north", "health", "fair", 120.0, 2, 1),
    ("south", "retail", "referral", 60.0, 3, 1),
    ("south", "retail", "web", 40.0, 2, 2),
    ("south", "software", "web", 12.0, 0, 3),
    ("south", "software", "fair", 30.0, 1, 3),
    ("south", "health", "web", 4.0, 0, 3),
    ("south", "health", "referral", 18.0, 1, 1),
];

/// Leads of the year after, in the same form.
const HELD_OUT: [(&str, &str, &str, f64, u32, u32); 6] = [
    ("north", "software", "referral", 60.0, 6, 3),
    ("north", "software", "web", 20.0, 3, 3),
    ("north", "retail", "web", 5.0, 2, 8),
    ("south", "retail", "referral", 55.0, 4, 3),
    ("south", "software", "web", 15.0, 2, 6),
    ("south", "health", "web", 4.0, 1, 6),
];

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .text("team")
        .text("industry")
        .text("source")
        .number("seats")
}

fn lead(
    schema: &Schema,
    (team, industry, source, seats): (&str, &str, &str, f64),
) -> Result<Lead, Box<dyn Error>> {
    Ok(Lead::builder(schema, format!("{industry} by {source}"))
        .set("team", team)
        .set("industry", industry)
        .set("source", source)
        .set("seats", seats)
        .build()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let schema = schema().build()?;
    let as_of: AsOf = "2026-03-01".parse()?;
    let mut bayes = NaiveBayesSpec::new()
        .attribute("industry")
        .attribute("source")
        .attribute(NaiveBayesAttribute::new("seats").cuts([10.0, 50.0]))
        .team("team")
        .minimum(10)
        .team_minimum(10)
        .build(&schema)?;

    println!("Outcomes come in one by one");
    for (team, industry, source, seats, converted, not) in CLOSED {
        let lead = lead(&schema, (team, industry, source, seats))?;
        for _ in 0..converted {
            bayes.learn(&lead, true, as_of)?;
        }
        for _ in 0..not {
            bayes.learn(&lead, false, as_of)?;
        }
    }
    for team in ["north", "south"] {
        let leads = bayes.leads_of(team);
        println!(
            "  {team}: {} converted, {} did not",
            leads.converted, leads.not_converted
        );
    }

    println!("\nThe same lead in two teams");
    let open = ("software", "web", 60.0);
    for team in ["north", "south"] {
        let lead = lead(&schema, (team, open.0, open.1, open.2))?;
        println!("{}", bayes.explain(&lead, as_of));
    }
    let of = |bayes: &NaiveBayesScorer, team: &str| {
        let lead = lead(&schema, (team, open.0, open.1, open.2))?;
        bayes
            .probability(&lead, as_of)
            .ok_or_else(|| Box::<dyn Error>::from("abstains"))
    };
    let (north, south) = (of(&bayes, "north")?, of(&bayes, "south")?);
    assert!(north > 0.7, "{north}");
    assert!(south < north, "{south}");

    println!("\nThree more conversions, and the south is judged by its own");
    let retail = lead(&schema, ("south", "retail", "referral", 60.0))?;
    for _ in 0..3 {
        bayes.learn(&retail, true, as_of)?;
    }
    let own = of(&bayes, "south")?;
    println!(
        "  {:.1} % by all teams, {:.1} % by its own",
        100.0 * south,
        100.0 * own
    );
    assert!(own < south, "{own}");

    println!("\nA deal of the north that was booked as won fell through");
    let fallen = lead(&schema, ("north", "software", "web", 25.0))?;
    bayes.correct(&fallen, false, as_of)?;
    let after = of(&bayes, "north")?;
    println!(
        "  {:.1} % before, {:.1} % after",
        100.0 * north,
        100.0 * after
    );
    assert!(after < north);

    println!("\nWhat is stored is the counts; a model reads them");
    let spec = ModelSpec::new("agency")
        .schema(schema.spec())
        .dimension(DimensionSpec::naive_bayes("likely", bayes.spec()));
    let file = toml::to_string(&spec)?;
    let model = ScoreModel::build(&toml::from_str(&file)?)?;
    let mut open = Vec::new();
    for (team, industry, source, seats) in [
        ("north", "retail", "fair", 6.0),
        ("north", "software", "referral", 90.0),
        ("south", "health", "web", 5.0),
        ("east", "health", "fair", 150.0),
    ] {
        open.push(lead(&schema, (team, industry, source, seats))?);
    }
    for (lead, vector) in open.iter().zip(model.score_all(&open, as_of).vectors()) {
        let score = vector.score("likely").ok_or("abstains")?;
        println!("  {:>4.1} {}", score.get(), lead.id());
    }
    let best = open
        .get(1)
        .and_then(|lead| model.vector(lead, as_of).score("likely"));
    assert!(best.ok_or("abstains")?.get() > 80.0);

    calibrate(&schema, &bayes, &open, as_of)?;
    #[cfg(feature = "train")]
    too_few_for_a_regression(&schema)?;
    Ok(())
}

/// Lets leads that were not counted say how sure the scorer may be.
fn calibrate(
    schema: &Schema,
    bayes: &NaiveBayesScorer,
    open: &[Lead],
    as_of: AsOf,
) -> Result<(), Box<dyn Error>> {
    println!("\nLeads that were not counted show how sure it may be");
    let (mut log_odds, mut outcomes) = (Vec::new(), Vec::new());
    for (team, industry, source, seats, converted, not) in HELD_OUT {
        let lead = lead(schema, (team, industry, source, seats))?;
        let given = bayes.log_odds(&lead, as_of).ok_or("abstains")?;
        for outcome in 0..converted + not {
            log_odds.push(given);
            outcomes.push(outcome < converted);
        }
    }
    let platt = PlattScaling::fit(&log_odds, &outcomes)?;
    println!("  {platt}");
    assert!(platt.slope() < 1.0, "naive Bayes is too sure: {platt}");
    let calibrated = bayes.spec().calibration(platt).build(schema)?;
    for lead in open {
        let before = bayes.probability(lead, as_of).ok_or("abstains")?;
        let after = calibrated.probability(lead, as_of).ok_or("abstains")?;
        println!(
            "  {:>4.1} % becomes {:>4.1} %",
            100.0 * before,
            100.0 * after
        );
    }
    Ok(())
}

/// What speaks against learning a logistic regression from these leads.
#[cfg(feature = "train")]
fn too_few_for_a_regression(schema: &Schema) -> Result<(), Box<dyn Error>> {
    use lead_scoring::{FeatureSpec, PredictiveSpec, Readiness, TrainingSet, VerdictSpec};

    let (mut leads, mut outcomes) = (Vec::new(), Vec::new());
    for (team, industry, source, seats, converted, not) in CLOSED {
        for outcome in 0..converted + not {
            leads.push(lead(schema, (team, industry, source, seats))?);
            outcomes.push(outcome < converted);
        }
    }
    let set = TrainingSet::labelled(&leads, &outcomes, "2026-03-01".parse()?)?;
    let features = ["team", "industry", "source", "seats"].map(FeatureSpec::attribute);
    let design = PredictiveSpec::new()
        .features(features)
        .design(schema, &set)?;
    let verdict = design.verdict(&VerdictSpec::new())?;
    println!("\nA logistic regression of the same leads\n{verdict}");
    assert_eq!(verdict.readiness, Readiness::NotReady);
    Ok(())
}
