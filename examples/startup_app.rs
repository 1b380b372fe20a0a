//! A start-up's app: which early adopters should the founders talk to this week, and about what?
//!
//! Tidemark, an app for design reviews, has been in open beta for two months. Nobody has paid yet, so there are no
//! won deals to learn from; but three things can be told apart: whether somebody is the sort of person the app is
//! for, whether they have made it a habit, and whether they tell others. A matrix of the first two says what to do.
//!
//! ```text
//! cargo run --example startup_app
//! ```

use anyhow::{Context, Result, ensure};
use lead_scoring::{ActivityRecord, AsOf, Lead, RankBy, Score, ScoreModel, Scorer};

/// The model is data: in an app it would be a file that the founders change as they learn.
const MODEL: &str = r#"
version = 1
name = "early adopters"

[schema]
kinds = ["session", "invite", "feedback", "pricing_page"]
attributes = { role = "text", team = "number", tools = "tags", found_by = "text" }

# The sort of person the app is for (explicit).
[[dimensions]]
name = "adopter"

[[dimensions.rules.groups]]
name = "role"
policy = "first_match"
rules = [
  { id = "makes products", points = 40, when = { attribute = "role", one_of = ["designer", "developer", "product manager", "founder"] } },
  { id = "other role", points = 10, when = { attribute = "role", is = "known" } },
]

[[dimensions.rules.groups]]
name = "team"
policy = "first_match"
rules = [
  { id = "small team", points = 30, when = { attribute = "team", between = [2, 15] } },
  { id = "large team", points = 10, when = { attribute = "team", at_least = 16 } },
]

[[dimensions.rules.groups]]
name = "open to new things"
rules = [
  { id = "modern tools", points = 15, when = { attribute = "tools", has_any = ["figma", "github", "linear"] } },
  { id = "came by itself", points = 15, when = { attribute = "found_by", one_of = ["waiting list", "friend"] } },
]

[[dimensions.rules.groups]]
name = "not a customer"
rules = [{ id = "competitor", disqualify = "works for a competitor", when = { attribute = "role", ends_with = "at Markup" } }]

# A habit: how recently and how often they came. Sessions cost nothing, so money has no weight.
[[dimensions]]
name = "habit"

[dimensions.rfm]
kind = "session"
rule = "value"
bins = 5
weights = { recency = 1, frequency = 1, monetary = 0 }
cuts = { recency = [2, 7, 14, 30], frequency = [1, 3, 5, 8] }

# Whether they tell others, and us.
[[dimensions]]
name = "voice"

[[dimensions.rules.groups]]
name = "voice"
rules = [
  { id = "invites", points = 25, max = 75, activity = { kind = "invite" } },
  { id = "feedback", points = 20, max = 40, activity = { kind = "feedback", decay = { half_life = "14d" } } },
]

[composite]
method = "weighted_mean"
weights = { adopter = 0.25, habit = 0.5, voice = 0.25 }

# Who looks at prices wants to hear about prices, at any score.
[[labels]]
name = "talk"
bands = [{ label = "wait", at_least = 0 }, { label = "interview", at_least = 55 }, { label = "offer a plan", at_least = 95 }]
auto = [{ label = "offer a plan", reason = "looked at the prices", activity = { kind = "pricing_page", window = { last = "14d" } } }]

[[matrices]]
name = "what to do"
rows = { of = "adopter", bands = [{ label = "A", at_least = 60 }, { label = "B", at_least = 0 }] }
columns = { of = "habit", bands = [{ label = "1", at_least = 60 }, { label = "2", at_least = 0 }] }
names = { A1 = "champion", A2 = "help to start", B1 = "learn why they stay", B2 = "leave alone" }
"#;

/// One who signed up: name, role and size of the team, tools, how they found the app, and on which days of 2026 they
/// did what. What is not known is empty.
type User = (
    &'static str,
    (&'static str, Option<f64>),
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip] // a table
const USERS: [User; 12] = [
    ("amira", ("designer", Some(6.0)), "figma linear", "waiting list", &[
        ("session", "01-12 01-20 01-27 02-03 02-10 02-16 02-20 02-24 02-27 03-01"),
        ("invite", "01-28 02-11"), ("feedback", "02-16 03-02")]),
    ("bruno", ("developer", Some(4.0)), "github", "friend", &[
        ("session", "02-09 02-13 02-18 02-22 02-26 03-02"), ("invite", "02-23")]),
    ("chen", ("founder", Some(3.0)), "github figma", "waiting list", &[
        ("session", "02-17 02-23 02-28"), ("feedback", "03-02"), ("pricing_page", "02-28")]),
    ("dalia", ("product manager", Some(12.0)), "linear", "search", &[
        ("session", "01-15 01-16"), ("feedback", "02-02")]),
    ("emil", ("teacher", None), "", "search", &[
        ("session", "01-20 01-27 02-03 02-10 02-17 02-24 02-26 02-28 03-01"), ("invite", "02-04")]),
    ("fatou", ("designer", None), "figma", "friend", &[
        ("session", "02-25 02-27 03-01 03-02"), ("invite", "03-01")]),
    ("goran", ("consultant", Some(40.0)), "", "advertisement", &[("session", "01-09")]),
    ("hana", ("designer", Some(8.0)), "figma", "waiting list", &[]),
    ("ivan", ("developer at Markup", Some(9.0)), "github", "search", &[
        ("session", "02-20 02-21 02-22 02-23 02-24 02-25 02-26 02-27 02-28")]),
    ("juno", ("developer", Some(150.0)), "github", "advertisement", &[
        ("session", "02-05 02-12 02-19"), ("pricing_page", "01-25")]),
    ("kofi", ("designer", Some(2.0)), "", "friend", &[("session", "02-20")]),
    ("lena", ("", None), "", "", &[("session", "02-27 03-01")]),
];

/// What is not known is left out: it never counts as no.
fn lead(model: &ScoreModel, (name, (role, team), tools, found_by, did): User) -> Result<Lead> {
    let mut lead = Lead::builder(model.schema(), name);
    for (attribute, text) in [("role", role), ("found_by", found_by)] {
        if !text.is_empty() {
            lead = lead.set(attribute, text);
        }
    }
    if let Some(team) = team {
        lead = lead.set("team", team);
    }
    if !tools.is_empty() {
        let tools: Vec<String> = tools.split(' ').map(str::to_owned).collect();
        lead = lead.set("tools", tools);
    }
    for &(kind, days) in did {
        for day in days.split(' ') {
            lead = lead.activity(ActivityRecord::new(kind, format!("2026-{day}").parse()?));
        }
    }
    Ok(lead.build()?)
}

fn main() -> Result<()> {
    let model = ScoreModel::build(&toml::from_str(MODEL)?)?;
    ensure!(model.lints().is_empty(), "{:?}", model.lints());
    let leads: Vec<Lead> = USERS
        .into_iter()
        .map(|user| lead(&model, user))
        .collect::<Result<_>>()?;

    // The app says what time it is.
    let as_of: AsOf = "2026-03-02".parse()?;
    let scores = model.score_all(&leads, as_of);

    println!("{} users as of {as_of}\n", leads.len());
    println!("user   adopter  habit  voice  overall  what to do              talk");
    let cell = |score: Option<Score>| score.map_or("?".to_owned(), |score| format!("{score:.0}"));
    let mut order = Vec::new();
    for place in scores.ranked(RankBy::Composite)? {
        let lead = leads.get(place).context("no such lead")?;
        let vector = scores.vector(place).context("no such lead")?;
        let what = match (vector.disqualified().next(), vector.cell("what to do")) {
            (Some(reason), _) => reason.to_owned(),
            (None, Some(cell)) => format!("{} {}", cell.code, cell.name.unwrap_or_default()),
            (None, None) if vector.score("habit").is_none() => "? never came".to_owned(),
            (None, None) => "? ask who they are".to_owned(),
        };
        let talk = match (vector.is_disqualified(), vector.lifted("talk")) {
            (true, _) => "no".to_owned(),
            (false, Some(why)) => {
                format!("{}: {why}", vector.label("talk").unwrap_or_default())
            }
            (false, None) => vector.label("talk").unwrap_or("?").to_owned(),
        };
        println!(
            "{:5}  {:>7}  {:>5}  {:>5}  {:>7}  {what:22}  {talk}",
            lead.id(),
            cell(vector.score("adopter")),
            cell(vector.score("habit")),
            cell(vector.score("voice")),
            cell(vector.composite()),
        );
        order.push((lead.id(), what));
    }

    // The champions: a plan for those who tell the most or looked at the prices, an interview for the others.
    assert_eq!(
        of("A1 champion", &order),
        ["amira", "bruno", "chen", "fatou"]
    );
    assert_eq!(of("A2 help to start", &order), ["juno", "kofi", "dalia"]);
    // A teacher is not whom the app was made for, and has come every week: worth a call, to learn why.
    assert_eq!(of("B1 learn why they stay", &order), ["emil"]);
    // Scores are kept, but whoever is disqualified comes last.
    assert_eq!(order.last().map(|(name, _)| *name), Some("ivan"));

    // Why: the explanation adds up to the score, bit for bit.
    let bruno = leads.get(1).context("no such lead")?;
    let why = model.explain(bruno, as_of);
    println!("\nWhy {}:\n{why}", bruno.id());
    assert!(why.recomputes());
    assert_eq!(why.value(), Some(75.0)); // 0.25 * 100 + 0.5 * 87.5 + 0.25 * 25
    assert_eq!(
        why.top_up(1).first().map(|top| top.rule),
        Some("makes products")
    );

    // Nobody's silence counts as no: of lena it is not known who she is, and her first question is worth 40 points.
    let lena = leads.last().context("no such lead")?;
    let why = model.explain(lena, as_of);
    let ask = why.missing();
    let first = ask.first().map(|first| (first.attribute, first.could_add));
    if let Some((attribute, points)) = first {
        println!(
            "\nAsk {} for her {attribute}: it could add {points} points",
            lena.id()
        );
    }
    assert_eq!(first, Some(("role", 40.0)));
    Ok(())
}

/// Those in one cell, best first.
fn of<'a>(cell: &str, order: &[(&'a str, String)]) -> Vec<&'a str> {
    let there = order.iter().filter(|(_, what)| what == cell);
    there.map(|(name, _)| *name).collect()
}
