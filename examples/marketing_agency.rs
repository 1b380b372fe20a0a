//! A marketing agency: whom should it pitch this week, and which of its services?
//!
//! The agency runs advertisements on social media. What a lead reads tells which network it thinks about (interest,
//! by service), how much it does (engagement, scaled over all leads), and whether it does more than it used to
//! (momentum). Who is engaged and picks up speed is pitched the service it leans towards.
//!
//! ```text
//! cargo run --example marketing_agency
//! ```

use anyhow::{Context, Result, ensure};
use lead_scoring::{
    ActivityRecord, ActivitySpec, AsOf, AxisSpec, DecaySpec, DimensionSpec, EngagementSpec,
    GroupSpec, HistorySpec, InterestProfile, InterestSpec, Lead, MatrixSpec, ModelSpec,
    MomentumSpec, Occurrences, RankBy, RuleSpec, Schema, SchemaSpec, Score, ScoreModel, Scorer,
};

const SERVICES: [&str; 3] = ["instagram", "linkedin", "tiktok"];
/// What an activity of each kind says of the wish to buy.
const WEIGHTS: [(&str, f64); 4] = [
    ("page", 1.0),
    ("case_study", 3.0),
    ("webinar", 5.0),
    ("price_list", 8.0),
];

/// A lead, and what it did by kind, service and day of 2026; a `-` concerns no service.
type Row = (
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
);

#[rustfmt::skip] // a table
const LEADS: [Row; 11] = [
    ("Bloom Cosmetics",    &[("page", "instagram", "03-16 03-30"), ("case_study", "instagram", "03-16 03-16"), ("price_list", "instagram", "03-30"), ("page", "tiktok", "03-09 03-16")]),
    ("Kessel Brewery",     &[("page", "instagram", "03-05 03-12"), ("case_study", "tiktok", "03-27"), ("webinar", "tiktok", "03-26"), ("page", "tiktok", "03-25 03-27")]),
    ("Lindqvist Law",      &[("page", "linkedin", "03-24 03-26"), ("webinar", "linkedin", "03-25"), ("price_list", "linkedin", "03-29")]),
    ("Payroll Partner",    &[("page", "linkedin", "03-03 03-04 03-05 03-10"), ("price_list", "linkedin", "03-09 03-10"), ("webinar", "linkedin", "03-11")]),
    ("Rio Fitness",        &[("page", "tiktok", "03-27"), ("page", "instagram", "03-27"), ("page", "linkedin", "03-27")]),
    ("Nordic Toys",        &[("page", "tiktok", "03-09 03-16 03-20 03-27")]),
    ("Maison Cléo",        &[("case_study", "instagram", "03-06 03-13"), ("page", "instagram", "03-13 03-14"), ("page", "-", "03-26")]),
    ("Greta's Bikes",      &[("webinar", "instagram", "01-19"), ("price_list", "instagram", "01-21")]),
    ("Datenhaus",          &[("case_study", "linkedin", "03-30"), ("page", "linkedin", "03-30")]),
    ("Uplift Coaching",    &[("page", "-", "03-08 03-24")]),
    ("Harbour Hotel",      &[]),
];

fn schema() -> SchemaSpec {
    let kinds = WEIGHTS.map(|(kind, _)| kind);
    let schema = SchemaSpec::new().kinds(kinds);
    SERVICES.into_iter().fold(schema, SchemaSpec::product)
}

/// Days are counted where the agency sits.
fn history() -> HistorySpec {
    HistorySpec::new().utc_offset("+01:00")
}

/// The same rules for each service: half of what a lead read is forgotten in two weeks, of what it asked in four.
fn interest() -> InterestSpec {
    let fading = |kind: &str, time: &str| ActivitySpec::of(kind).decay(DecaySpec::half_life(time));
    let page = fading("page", "14d").occurrences(Occurrences::PerDay(1));
    InterestSpec::top().group(
        GroupSpec::sum("what it looked at")
            .rule(RuleSpec::new("pages").points(8.0).activity(page))
            .rule(
                RuleSpec::new("case studies")
                    .points(20.0)
                    .activity(fading("case_study", "14d")),
            )
            .rule(
                RuleSpec::new("webinars")
                    .points(30.0)
                    .activity(fading("webinar", "28d")),
            )
            .rule(
                RuleSpec::new("price list")
                    .points(60.0)
                    .activity(fading("price_list", "28d")),
            ),
    )
}

/// A dimension for each service, engagement and momentum, and what follows from the last two.
fn model(leads: &[Lead], schema: &Schema, as_of: AsOf) -> Result<ScoreModel> {
    let history = history();
    let engagement = WEIGHTS
        .into_iter()
        .fold(EngagementSpec::new(), |spec, (kind, weight)| {
            spec.weight(kind, weight)
        });
    let momentum = WEIGHTS
        .into_iter()
        .fold(MomentumSpec::new(), |spec, (kind, weight)| {
            spec.weight(kind, weight)
        });
    // The least and the most engaged lead make the scale, which then stands in the model.
    let engagement = engagement.fit(schema, &history, leads, as_of)?;
    let mut spec = ModelSpec::new("pitches")
        .schema(schema.spec())
        .history(history)
        .dimension(DimensionSpec::engagement("engagement", engagement))
        .dimension(DimensionSpec::momentum("momentum", momentum));
    for service in SERVICES {
        let interest = interest().product(service);
        spec = spec.dimension(DimensionSpec::interest(service, interest));
    }
    let spec = spec.matrix(
        MatrixSpec::new(
            "this week",
            AxisSpec::of("engagement")
                .band("A", 60.0)
                .band("B", 20.0)
                .band("C", 0.0),
            AxisSpec::of("momentum").band("1", 50.0).band("2", 0.0),
        )
        .named("A1", "pitch")
        .named("A2", "call: it cools")
        .named("B1", "send a case study")
        .named("B2", "newsletter")
        .named("C1", "win back")
        .named("C2", "win back"),
    );
    let model = ScoreModel::build(&spec)?;
    ensure!(model.lints().is_empty(), "{:?}", model.lints());
    Ok(model)
}

fn lead(schema: &Schema, (name, did): Row) -> Result<Lead> {
    let mut lead = Lead::builder(schema, name);
    for &(kind, service, days) in did {
        for day in days.split(' ') {
            let activity = ActivityRecord::new(kind, format!("2026-{day}").parse()?);
            lead = lead.activity(match service {
                "-" => activity,
                service => activity.product(service),
            });
        }
    }
    Ok(lead.build()?)
}

fn main() -> Result<()> {
    let as_of: AsOf = "2026-03-30".parse()?;
    let schema = schema().build()?;
    let leads: Vec<Lead> = LEADS
        .into_iter()
        .map(|row| lead(&schema, row))
        .collect::<Result<_>>()?;
    let model = model(&leads, &schema, as_of)?;
    // The profile tells of all services at once, with their shares.
    let interest = interest().build_with(&schema, &history())?;

    println!("{} leads as of {as_of}\n", leads.len());
    println!(
        "lead             engagement  momentum  instagram  linkedin  tiktok  leans towards    this week"
    );
    let cell = |score: Option<Score>| score.map_or("?".to_owned(), |score| format!("{score:.0}"));
    let scores = model.score_all(&leads, as_of);
    let mut plan = Vec::new();
    for place in scores.ranked(RankBy::Dimension("engagement"))? {
        let lead = leads.get(place).context("no such lead")?;
        let vector = scores.vector(place).context("no such lead")?;
        // Who reads of every service a little leans towards none; of some it is not known.
        let profile = interest.profile(lead, as_of);
        let leaning = profile.as_ref().and_then(InterestProfile::leaning);
        let leaning = leaning.filter(|of| of.share > Some(0.5));
        let towards = leaning.map_or("?".to_owned(), |of| {
            format!("{} {:.0} %", of.product, 100.0 * of.share.unwrap_or(0.0))
        });
        let cell_of = vector.cell("this week");
        let step = cell_of
            .and_then(|cell| cell.name)
            .unwrap_or("introduce us")
            .to_owned();
        println!(
            "{:15}  {:>10}  {:>8}  {:>9}  {:>8}  {:>6}  {towards:15}  {}",
            lead.id(),
            cell(vector.score("engagement")),
            cell(vector.score("momentum")),
            cell(vector.score("instagram")),
            cell(vector.score("linkedin")),
            cell(vector.score("tiktok")),
            step,
        );
        let service = leaning.map_or("?".to_owned(), |of| of.product.to_string());
        plan.push((lead.id(), step, service));
    }

    // The plan: whom to pitch what, the most engaged first.
    let pitches = of("pitch", &plan);
    assert_eq!(
        pitches,
        [
            ("Bloom Cosmetics", "instagram"),
            ("Lindqvist Law", "linkedin"),
            ("Kessel Brewery", "tiktok")
        ]
    );
    assert_eq!(
        of("call: it cools", &plan),
        [
            ("Payroll Partner", "linkedin"),
            ("Maison Cléo", "instagram")
        ]
    );

    // Long silent is steady too, but not engaged.
    assert_eq!(of("win back", &plan), [("Greta's Bikes", "instagram")]);

    let find = |name: &str| {
        leads
            .iter()
            .find(|lead| lead.id() == name)
            .context("no such lead")
    };
    let score = |name: &str, dimension: &str| -> Result<Option<f64>> {
        Ok(model
            .vector(find(name)?, as_of)
            .score(dimension)
            .map(Score::get))
    };
    // Engagement is the root of what was done, 100 for the most engaged lead: roots of 25, 9 and 4 over that of 25.
    assert_eq!(score("Payroll Partner", "engagement")?, Some(100.0));
    assert_eq!(score("Maison Cléo", "engagement")?, Some(60.0));
    assert_eq!(score("Nordic Toys", "engagement")?, Some(40.0));
    // Momentum: silent for a week after a busy fortnight, steady, and three times the mean week.
    assert_eq!(score("Payroll Partner", "momentum")?, Some(0.0));
    assert_eq!(score("Nordic Toys", "momentum")?, Some(50.0));
    assert_eq!(score("Bloom Cosmetics", "momentum")?, Some(75.0));
    // Who never did anything has neither gained nor lost speed: it is not known.
    assert_eq!(score("Harbour Hotel", "momentum")?, None);

    // Why that service: the explanation adds up to the score, bit for bit.
    let bloom = find("Bloom Cosmetics")?;
    let why = interest.explain(bloom, as_of);
    println!("\nWhy {}:\n{why}", bloom.id());
    assert!(why.recomputes());
    assert_eq!(why.value(), Some(92.0)); // 4 + 8 for pages, 20 for case studies, 60 for the price list
    assert_eq!(score("Bloom Cosmetics", "instagram")?, Some(92.0));
    Ok(())
}

/// Those with one next step, each with the service they lean towards.
fn of<'p>(step: &str, plan: &'p [(&str, String, String)]) -> Vec<(&'p str, &'p str)> {
    let those = plan.iter().filter(|(_, own, _)| own == step);
    those
        .map(|(name, _, service)| (*name, service.as_str()))
        .collect()
}
