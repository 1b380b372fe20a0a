//! A consultancy: in which large firm does the next digital transformation start, and what is still to be asked there?
//!
//! Such a project is bought by a group: somebody signs, somebody pushes, somebody must live with it. So people are
//! judged one by one (does their firm fit, what did they say to the questions of BANT, do they take part), and a
//! roll-up by role makes one score of each firm.
//!
//! ```text
//! cargo run --example consultancy
//! ```

use anyhow::{Context, Result, bail, ensure};
use lead_scoring::{
    ActivityRecord, ActivitySpec, AnswerValue, AsOf, ChecklistScorer, ChecklistSpec, CompositeSpec,
    CriterionSpec, DecaySpec, DimensionSpec, GradeSpec, GroupSpec, Lead, Member, ModelSpec,
    Qualification, QualificationStanding, RollUp, RollUpSpec, RuleSpec, RulesSpec, SchemaSpec,
    Score, ScoreModel, ScoreVector, Scorer, attribute,
};
use std::cmp::Reverse;

/// What the first phase costs, in euros.
const PRICE: f64 = 400_000.0;
/// What each role in the decision weighs.
const ROLES: [(&str, f64); 4] = [
    ("signs", 4.0),
    ("sponsor", 2.0),
    ("expert", 1.0),
    ("user", 1.0),
];

/// Fit of the firm, answers of the person, presence of the person.
fn model() -> Result<ScoreModel> {
    let bant = ChecklistSpec::bant(PRICE);
    let schema = SchemaSpec::new()
        .text("industry")
        .number("employees")
        .number("revenue_growth")
        .flag("left")
        .kinds(["meeting", "workshop", "download"])
        .questions(bant.names());
    // From D, where everybody starts, up or down by thirds of a letter.
    let industries = ["insurance", "energy", "manufacturing"];
    let fit = [
        ("industry", 3, attribute("industry").one_of(industries)),
        ("large firm", 3, attribute("employees").at_least(5_000)),
        ("pressure", 1, attribute("revenue_growth").at_most(0.02)),
    ];
    let fit = fit
        .into_iter()
        .fold(GradeSpec::new(), |fit, (name, thirds, when)| {
            fit.criterion(CriterionSpec::new(name, thirds, when))
        });
    // Half of what somebody took part in is forgotten in a month.
    let rule = |kind: &str, points: f64| {
        let fading = ActivitySpec::of(kind).decay(DecaySpec::half_life("30d"));
        RuleSpec::new(kind).points(points).activity(fading)
    };
    let presence = GroupSpec::sum("what they took part in")
        .max(100.0)
        .rule(rule("workshop", 60.0))
        .rule(rule("meeting", 40.0))
        .rule(rule("download", 10.0));
    let gone = RuleSpec::new("gone")
        .disqualify("left the firm")
        .when(attribute("left").equals(true));
    let spec = ModelSpec::new("transformation")
        .schema(schema)
        .dimension(DimensionSpec::grade("fit", fit))
        .dimension(DimensionSpec::checklist("bant", bant))
        .dimension(DimensionSpec::rules(
            "presence",
            RulesSpec::new()
                .group(presence)
                .group(GroupSpec::sum("still there").rule(gone)),
        ))
        .composite(CompositeSpec::weighted_mean([
            ("fit", 0.25),
            ("bant", 0.5),
            ("presence", 0.25),
        ]));
    let model = ScoreModel::build(&spec)?;
    ensure!(model.lints().is_empty(), "{:?}", model.lints());
    Ok(model)
}

/// Firm, industry, employees, growth of revenue over the last year.
const FIRMS: [(&str, &str, f64, f64); 4] = [
    ("Helvia Insurance", "insurance", 11_000.0, 0.01),
    ("Nordwerk Energy", "energy", 6_200.0, -0.03),
    ("Castell Foods", "food", 8_000.0, 0.06),
    ("Brandt Tools", "manufacturing", 900.0, 0.01),
];

/// Firm, person, role, what they said to `budget, authority, need, timeframe` (`?` where nobody has asked), and what
/// they took part in, by day of 2026.
type Person = (
    &'static str,
    &'static str,
    &'static str,
    [&'static str; 4],
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip] // a table
const PEOPLE: [Person; 12] = [
    ("Helvia Insurance", "Ruth, CFO",           "signs",   ["500000", "decision_maker", "critical", "2026-03-20"], &[("meeting", "03-01")]),
    ("Helvia Insurance", "Tomas, CIO",          "sponsor", ["?", "influencer", "critical", "2026-04-30"], &[("workshop", "03-01"), ("meeting", "01-30")]),
    ("Helvia Insurance", "Aylin, architect",    "expert",  ["?", "influencer", "important", "?"], &[("workshop", "03-01"), ("download", "01-30")]),
    ("Helvia Insurance", "Piet, claims",        "user",    ["?", "user", "nice_to_have", "?"], &[]),
    ("Nordwerk Energy",  "Sven, COO",           "signs",   ["?", "decision_maker", "important", "2026-07-15"], &[("meeting", "01-30")]),
    ("Nordwerk Energy",  "Ines, head of grid",  "sponsor", ["300000", "influencer", "critical", "2026-05-15"], &[("workshop", "03-01"), ("meeting", "03-01")]),
    ("Nordwerk Energy",  "Karl, CDO",           "signs",   ["800000", "decision_maker", "critical", "2026-03-10"], &[("workshop", "01-30")]),
    ("Castell Foods",    "Mara, CEO",           "signs",   ["100000", "decision_maker", "nice_to_have", "2026-12-31"], &[("meeting", "01-30")]),
    ("Castell Foods",    "Jon, IT",             "expert",  ["no", "user", "important", "?"], &[("download", "03-01")]),
    ("Brandt Tools",     "Olga, owner",         "signs",   ["80000", "decision_maker", "important", "2026-05-20"], &[("meeting", "03-01"), ("workshop", "03-01")]),
    ("Brandt Tools",     "Yusuf, plant",        "user",    ["?", "?", "important", "?"], &[("workshop", "03-01")]),
    ("Brandt Tools",     "Nina, student",       "",        ["?", "?", "?", "?"], &[("download", "03-01")]),
];

/// Who is no longer there.
const LEFT: [&str; 1] = ["Karl, CDO"];

fn answer(text: &str) -> Result<Option<AnswerValue>> {
    Ok(match text {
        "?" => None,
        "no" => Some(false.into()),
        _ if text.starts_with("2026-") => Some(AnswerValue::by(text.parse()?)),
        _ => Some(match text.parse::<f64>() {
            Ok(amount) => amount.into(),
            Err(_) => text.into(),
        }),
    })
}

fn lead(model: &ScoreModel, person: &Person) -> Result<Lead> {
    let (firm, name, _, answers, did) = person;
    let mut firms = FIRMS.iter();
    let (_, industry, employees, growth) = *firms
        .find(|(name, ..)| name == firm)
        .with_context(|| format!("no firm `{firm}`"))?;
    let mut lead = Lead::builder(model.schema(), *name)
        .set("industry", industry)
        .set("employees", employees)
        .set("revenue_growth", growth)
        .set("left", LEFT.contains(name));
    for (question, text) in model.schema().questions().zip(answers) {
        if let Some(answer) = answer(text)? {
            lead = lead.answer(question, answer);
        }
    }
    for (kind, day) in *did {
        lead = lead.activity(ActivityRecord::new(*kind, format!("2026-{day}").parse()?));
    }
    Ok(lead.build()?)
}

/// A firm with its people, each with role, vector and report on BANT.
struct Firm {
    name: &'static str,
    score: Option<Score>,
    members: Vec<Member>,
    people: Vec<(&'static str, &'static str, ScoreVector, Qualification)>,
}

fn firm(
    name: &'static str,
    model: &ScoreModel,
    bant: &ChecklistScorer,
    roll_up: &RollUp,
    as_of: AsOf,
) -> Result<Firm> {
    let (mut members, mut people) = (Vec::new(), Vec::new());
    for person in PEOPLE.iter().filter(|(of, ..)| *of == name) {
        let lead = lead(model, person)?;
        let (_, who, role, ..) = *person;
        let vector = model.vector(&lead, as_of);
        let member = Member::new(who, vector.clone()).role(role);
        members.push(member.explained(model.explain(&lead, as_of)));
        people.push((who, role, vector, bant.qualify(&lead, as_of)));
    }
    Ok(Firm {
        name,
        score: roll_up.score(&members),
        members,
        people,
    })
}

fn show(firm: &Firm) {
    let cell = |score: Option<Score>| score.map_or("?".to_owned(), |score| format!("{score:.0}"));
    println!("{:52}  {:>5}", firm.name, cell(firm.score));
    for (who, role, vector, report) in &firm.people {
        let note = match vector.disqualified().next() {
            Some(reason) => reason.to_owned(),
            None => report.standing().to_string(),
        };
        println!(
            "  {who:19}  {role:7}  {:>3}  {:>4}  {:>8}  {:>5}  {note}",
            cell(vector.score("fit")),
            cell(vector.score("bant")),
            cell(vector.score("presence")),
            cell(vector.composite()),
        );
    }
    for (who, ask) in questions(firm) {
        println!("  > ask {who}: {ask}");
    }
}

/// What is not known of those who sign: it is open, and never counts as no.
fn questions(firm: &Firm) -> Vec<(&'static str, &str)> {
    let signing = firm
        .people
        .iter()
        .filter(|(_, role, vector, _)| *role == "signs" && !vector.is_disqualified());
    let next = signing.filter_map(|(who, _, _, report)| {
        Some((*who, report.open_questions.first()?.ask.as_deref()?))
    });
    next.collect()
}

fn main() -> Result<()> {
    let model = model()?;
    // Who signs weighs four times as much as who must live with it; who has no part in the decision, nothing.
    let roll_up = RollUpSpec::by_role(ROLES).build(&model)?;
    let bant = ChecklistSpec::bant(PRICE).build(model.schema())?;
    let as_of: AsOf = "2026-03-01".parse()?;

    let mut firms = FIRMS
        .iter()
        .map(|(name, ..)| firm(name, &model, &bant, &roll_up, as_of))
        .collect::<Result<Vec<Firm>>>()?;
    firms.sort_by_key(|firm| Reverse(firm.score));
    println!("{} firms as of {as_of}\n", firms.len());
    println!("firm and people        role     fit  bant  presence  score  standing");
    for firm in &firms {
        show(firm);
    }

    let names: Vec<&str> = firms.iter().map(|firm| firm.name).collect();
    assert_eq!(
        names,
        [
            "Helvia Insurance",
            "Nordwerk Energy",
            "Brandt Tools",
            "Castell Foods"
        ]
    );
    let [helvia, nordwerk, ..] = firms.as_slice() else {
        bail!("two firms are needed");
    };

    // She who signs at Helvia has said all that BANT asks: 0.25 * 75 + 0.5 * 100 + 0.25 * 40.
    let (_, _, ruth, report) = helvia.people.first().context("nobody at Helvia")?;
    assert_eq!(ruth.score("fit").map(Score::get), Some(75.0));
    assert_eq!(ruth.score("bant").map(Score::get), Some(100.0));
    assert_eq!(ruth.composite().map(Score::get), Some(78.75));
    assert_eq!(report.standing(), QualificationStanding::Qualified);
    assert_eq!(questions(helvia), []);

    // At Nordwerk nobody asked the one who signs now for his budget; his predecessor's answers left with him.
    let ask = "Which budget has been set aside for this?";
    assert_eq!(questions(nordwerk), [("Sven, COO", ask)]);

    // Why: the firm's tree holds those of its people, and adds up to the score, bit for bit.
    let why = roll_up.explain(&nordwerk.members);
    println!("\nWhy {}:\n{why}", nordwerk.name);
    assert!(why.recomputes());
    assert_eq!(why.value(), nordwerk.score.map(Score::get));
    Ok(())
}
