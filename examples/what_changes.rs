//! When does a lead cool down or leave its stage, and why is its score another than last month?
//!
//! A host that scores every lead every night does so because points fade: a label may have changed although nobody
//! did anything. It need not: a model can say *when* the next label, verdict or score changes as long as nothing new
//! becomes known. The host keeps that moment beside the lead and asks again then, or when the lead does something.
//!
//! Run: `cargo run --example what_changes`

use anyhow::{Context, Result, ensure};
use lead_scoring::{
    Activity, ActivitySpec, AsOf, Cause, ChangeError, DecaySpec, DimensionSpec, Externals,
    GroupSpec, InactivitySpec, LabelSpec, Lead, LeadView, ModelSpec, MomentumSpec, RuleSpec,
    RulesSpec, SchemaSpec, Score, ScoreModel, Scorer, StageSpec, StageState, StagesSpec, Standing,
    StateCondition, What, attribute, from_fn,
};
use std::sync::Arc;

fn main() -> Result<()> {
    let model = ScoreModel::build(&spec())?;
    let kind = |name| model.schema().kind(name).context("no such kind");

    // A lead came to a webinar, then read the prices, and looked at jobs; its contract elsewhere ends in May.
    let lead = Lead::builder(model.schema(), "a1")
        .set("contract_ends", "2026-05-20")
        .push(Activity::new(kind("webinar")?, "2026-03-01".parse()?).id("w1"))
        .push(Activity::new(kind("pricing_page")?, "2026-03-08".parse()?).id("p1"))
        .push(Activity::new(kind("careers_page")?, "2026-03-08".parse()?).id("c1"))
        .build()?;
    when(&model, &lead)?;
    why(&model)?;
    own_scorers(&lead)
}

/// When does something change, with nothing new known?
fn when(model: &ScoreModel, lead: &Lead) -> Result<()> {
    let today: AsOf = "2026-03-10".parse()?;
    let in_a_year: AsOf = "2027-03-10".parse()?;

    // Question 1: when does its label change, and to what? Two half-lives and a malus that leaves after a month: no
    // formula gives that moment, the library finds it to the second.
    let mut now = today;
    let mut seen = Vec::new();
    while let Some(change) = model.next_change(lead, now, in_a_year, What::Label("stage"))? {
        println!(
            "{}: {} -> {}",
            change.at,
            label(&change.before),
            label(&change.after)
        );
        seen.push((change.at.to_string(), label(&change.after).to_owned()));
        now = change.at.into();
    }
    // Interest fades; the malus leaves its window after thirty days and lifts the lead for half a day; then the
    // contract's end comes near, and at last even that is over.
    let days: Vec<(&str, &str)> = seen
        .iter()
        .map(|(at, label)| (at.get(..10).unwrap_or_default(), label.as_str()))
        .collect();
    ensure!(
        days == [
            ("2026-03-29", "cold"),
            ("2026-04-07", "warm"),
            ("2026-04-07", "cold"),
            ("2026-04-20", "warm"),
            ("2026-05-20", "cold"),
        ],
        "{days:?}"
    );

    // Question 2: when does it fall below a bound of our own?
    let passes = What::Passes {
        of: "engagement",
        bound: 10.0,
    };
    let change = model
        .next_change(lead, today, in_a_year, passes)?
        .context("it never cools down")?;
    println!("below 10: {}", change.at);
    // At that moment the vector shows it, and a second before it does not.
    let score = |at: AsOf| model.vector(lead, at).score("engagement");
    let before = change.at.plus_micros(-1_000_000);
    ensure!(score(change.at.into()) < score(before.into()));
    ensure!(score(before.into()).is_some_and(|score| score.get() >= 10.0));

    // Question 3: does time alone disqualify it?
    ensure!(
        model
            .next_change(lead, today, in_a_year, What::Verdict)?
            .is_none()
    );

    // Question 4: when does it leave its stage, of which it may miss the entry by 5 points? See `lead_stages` for more.
    let warm = StateCondition::score("engagement").at_least(20.0);
    let stages = StagesSpec::new("lifecycle")
        .stage(StageSpec::new("warm", warm).margin(5.0))
        .build(model)?;
    let state = StageState::new("warm", "2026-03-01".parse()?);
    let change = stages
        .next_change(model, lead, &state, today, in_a_year)?
        .context("it stays warm")?;
    println!("{}: {:.1}", change.at, change.transition);
    ensure!(change.at.to_string().starts_with("2026-04-0"));
    ensure!(change.transition.left("warm"));

    Ok(())
}

/// Why is a score another than it was?
fn why(model: &ScoreModel) -> Result<()> {
    let kind = |name| model.schema().kind(name).context("no such kind");
    let today: AsOf = "2026-03-10".parse()?;

    // Question 5: two weeks on, it reads the prices again. What made the score another?
    let again = Lead::builder(model.schema(), "a1")
        .set("contract_ends", "2026-05-20")
        .push(Activity::new(kind("webinar")?, "2026-03-01".parse()?).id("w1"))
        .push(Activity::new(kind("pricing_page")?, "2026-03-08".parse()?).id("p1"))
        .push(Activity::new(kind("careers_page")?, "2026-03-08".parse()?).id("c1"))
        .push(Activity::new(kind("pricing_page")?, "2026-03-24".parse()?).id("p2"))
        .build()?;
    let later: AsOf = "2026-03-24".parse()?;
    let why = model.explain_change(&again, today, later);
    println!("{why}");
    ensure!(why.recomputes());
    for effect in why.effects() {
        println!("{:>7.2} {}: {}", effect.value, effect.of, effect.cause);
    }
    let raw = |at| model.vector(&again, at).raw("engagement");
    let difference = raw(later)
        .zip(raw(today))
        .map(|(after, before)| after - before);
    // To the last bit.
    ensure!(why.parts().first().context("one dimension")?.value() == difference);
    let by_cause = |cause| -> f64 {
        let effects = why.effects();
        let same = effects.iter().filter(|effect| effect.cause == cause);
        same.map(|effect| effect.value).sum()
    };
    ensure!(by_cause(Cause::Facts) == 20.0 && by_cause(Cause::Decay) < -10.0);

    // Every other scorer tells its own parts: here what this week's deeds did to the momentum.
    let spec = spec().dimension(DimensionSpec::momentum("momentum", MomentumSpec::new()));
    let with_momentum = ScoreModel::build(&spec)?;
    let why = with_momentum.explain_change(&again, today, later);
    let momentum: Vec<(&str, Cause, f64)> = why
        .effects()
        .into_iter()
        .filter(|effect| effect.dimension == "momentum")
        .map(|effect| (effect.of, effect.cause, effect.value))
        .collect();
    for (of, cause, value) in &momentum {
        println!("{value:>7.2} {of}: {cause}");
    }
    // Two deeds went over into the weeks before, one is new, and the mean week has become by two thirds the busier.
    let values: Vec<String> = momentum
        .iter()
        .map(|(_, _, value)| format!("{value:.2}"))
        .collect();
    ensure!(values == ["-2.00", "1.00", "-0.67"], "{momentum:?}");
    ensure!(
        momentum
            .iter()
            .map(|part| part.1)
            .eq([Cause::Window, Cause::Facts, Cause::Window])
    );

    Ok(())
}

/// What of scorers of one's own?
fn own_scorers(lead: &Lead) -> Result<()> {
    let today: AsOf = "2026-03-10".parse()?;
    let in_a_year: AsOf = "2027-03-10".parse()?;

    // A scorer of one's own that does not say when it changes is named, not guessed at.
    let opaque = from_fn(|_: &dyn LeadView, _| Some(Score::MAX));
    let externals = Externals::from([("mine".to_owned(), Arc::new(opaque) as Arc<dyn Scorer>)]);
    let model = spec().dimension(DimensionSpec::external("mine", "mine"));
    let model = ScoreModel::build_with(&model, &externals)?;
    let asked = What::Passes {
        of: "mine",
        bound: 50.0,
    };
    let refused = model.next_change(lead, today, in_a_year, asked);
    let dimensions = vec!["mine".to_owned()];
    ensure!(refused == Err(ChangeError::Opaque { dimensions }));
    // What does not depend on it is still answered.
    ensure!(
        model
            .next_change(lead, today, in_a_year, What::Label("stage"))?
            .is_some()
    );
    Ok(())
}

fn label(standing: &Standing) -> &str {
    match standing {
        Standing::Label(Some(label)) => label,
        _ => "none",
    }
}

fn spec() -> ModelSpec {
    let rule = RuleSpec::new;
    let of = |kind: &str| ActivitySpec::of(kind);
    let engagement = RulesSpec::new()
        .group(
            GroupSpec::sum("interest")
                .rule(
                    rule("webinar")
                        .points(50.0)
                        .activity(of("webinar").decay(DecaySpec::half_life("30d"))),
                )
                .rule(
                    rule("prices")
                        .points(20.0)
                        .activity(of("pricing_page").decay(DecaySpec::half_life("7d"))),
                )
                .rule(
                    rule("looks for a job")
                        .points(-8.0)
                        .activity(of("careers_page").last("30d")),
                )
                .rule(
                    rule("silence")
                        .points(-2.0)
                        .inactivity(InactivitySpec::every("30d").floor(-6.0)),
                ),
        )
        .group(
            GroupSpec::sum("occasion").rule(
                rule("contract ends")
                    .points(30.0)
                    .when(attribute("contract_ends").within_next("30d")),
            ),
        );
    ModelSpec::new("inbound")
        .schema(SchemaSpec::new().date("contract_ends").kinds([
            "webinar",
            "pricing_page",
            "careers_page",
        ]))
        .dimension(DimensionSpec::rules("engagement", engagement))
        .label(
            LabelSpec::new("stage")
                .of("engagement")
                .band("cold", 0.0)
                .band("warm", 20.0),
        )
}
