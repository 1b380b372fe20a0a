use super::*;
use crate::lead::{Answer, AttributeSlot, Lead, LeadBuilder, QuestionSlot, Schema, SchemaSpec};
use crate::lead::{Moment, Value};
use crate::score::Formula;

fn schema() -> Schema {
    SchemaSpec::new()
        .number("quote")
        .text("title")
        .questions(ChecklistSpec::bant(1.0).names())
        .build()
        .unwrap()
}

fn as_of(text: &str) -> AsOf {
    text.parse().unwrap()
}

fn noon() -> AsOf {
    as_of("2026-03-01T12:00:00Z")
}

fn by(text: &str) -> AnswerValue {
    AnswerValue::by(text.parse().unwrap())
}

fn bant() -> ChecklistSpec {
    ChecklistSpec::bant(20_000.0)
}

fn score(spec: &ChecklistSpec, lead: LeadBuilder<'_>, at: AsOf) -> Option<f64> {
    let scorer = spec.build(&schema()).unwrap();
    let lead = lead.build().unwrap();
    let score = scorer.score(&lead, at).map(Score::get);
    let why = scorer.explain(&lead, at);
    assert_eq!(why.value(), score, "{why}");
    assert!(why.recomputes(), "{why}");
    score
}

fn one(question: &str, answer: impl Into<AnswerValue>) -> Option<f64> {
    let schema = schema();
    let lead = Lead::builder(&schema, "a").answer(question, answer);
    score(&bant(), lead, noon())
}

#[test]
fn answers_are_worth_what_the_semantics_say() {
    for (amount, expected) in [
        (0.0, 0.0),
        (5_000.0, 25.0),
        (20_000.0, 100.0),
        (35_000.0, 100.0),
        (-10.0, 0.0),
        (f64::MAX, 100.0),
    ] {
        assert_eq!(one("budget", amount), Some(expected), "{amount}");
    }
    assert_eq!(one("budget", true), Some(100.0));
    assert_eq!(one("budget", false), Some(0.0));
    for (level, expected) in [
        ("decision_maker", 100.0),
        ("Decision maker", 100.0),
        ("DECISION-MAKER ", 100.0),
        ("influencer", 60.0),
        ("user", 30.0),
        ("none", 0.0),
    ] {
        assert_eq!(one("authority", level), Some(expected), "{level}");
    }
    for (level, expected) in [
        ("critical", 100.0),
        ("important", 70.0),
        ("nice to have", 30.0),
        ("none", 0.0),
    ] {
        assert_eq!(one("need", level), Some(expected), "{level}");
    }
}

#[test]
fn dates_are_worth_what_their_band_says() {
    // As of noon on 1 March.
    for (date, expected) in [
        ("2026-02-28", 0.0),
        ("2026-02-28T12:00:00Z", 0.0),
        ("2026-02-28T12:00:00.000001Z", 100.0),
        // A bare date is the day's first moment, and the day itself is not past.
        ("2026-03-01", 100.0),
        ("2026-03-01T12:00:00Z", 100.0),
        ("2026-03-31T11:59:59.999999Z", 100.0),
        ("2026-03-31T12:00:00Z", 80.0),
        ("2026-05-30T12:00:00Z", 50.0),
        ("2026-08-28T12:00:00Z", 20.0),
        ("2027-03-01T11:59:59Z", 20.0),
        ("2027-03-01T12:00:00Z", 0.0),
        ("+262142-12-31T23:59:59.999999Z", 0.0),
        ("-262143-01-01T00:00:00Z", 0.0),
    ] {
        assert_eq!(one("timeframe", by(date)), Some(expected), "{date}");
    }
    let strict = DueSpec::new([("10d", 0.9)])
        .later(0.4)
        .past(0.1)
        .past_after("0s")
        .build()
        .unwrap();
    let worths = [
        -1,
        0,
        10 * 86_400_000_000 - 1,
        10 * 86_400_000_000,
        i64::MAX,
        i64::MIN,
    ];
    assert_eq!(
        worths.map(|left| strict.worth(left)),
        [0.1, 0.9, 0.9, 0.4, 0.4, 0.1]
    );
}

#[test]
fn what_is_not_known_is_left_out_and_never_no() {
    let schema = schema();
    let start = || Lead::builder(&schema, "a");
    assert_eq!(score(&bant(), start(), noon()), None);
    let two = || {
        start()
            .answer("authority", "influencer")
            .answer("need", "none")
    };
    assert_eq!(score(&bant(), two(), noon()), Some(30.0));
    let mut weighted = bant();
    weighted.question_mut("authority").unwrap().weight = 3.0;
    // (3 * 0.6 + 1 * 0) / 4
    assert_eq!(score(&weighted, two(), noon()), Some(45.0));
    assert_eq!(
        score(&weighted, two().answer("budget", ""), noon()),
        Some(45.0)
    );
    let whole = two()
        .answer("budget", 10_000.0)
        .answer("timeframe", by("2026-03-20"));
    // (1 * 0.5 + 3 * 0.6 + 1 * 0 + 1 * 1) / 6
    let expected = 100.0 * 3.3 / 6.0;
    let found = score(&weighted, whole, noon()).unwrap();
    assert!((found - expected).abs() < 1e-9, "{found}");
}

#[test]
fn a_report_says_what_is_met_and_what_to_ask() {
    let schema = schema();
    let mut spec = bant();
    spec.question_mut("timeframe").unwrap().weight = 2.0;
    let scorer = spec.build(&schema).unwrap();
    let names =
        |names: &[Arc<str>]| -> Vec<String> { names.iter().map(ToString::to_string).collect() };
    let open = |report: &Qualification| -> Vec<String> {
        let open = report.open_questions.iter();
        open.map(|open| open.question.to_string()).collect()
    };

    let lead = Lead::builder(&schema, "a")
        .answer("authority", "user")
        .build()
        .unwrap();
    let report = scorer.qualify(&lead, noon());
    assert_eq!(report.score.map(Score::get), Some(30.0));
    assert_eq!(report.coverage, 0.2);
    assert_eq!(
        (names(&report.met), names(&report.unmet)),
        (vec![], vec!["authority".to_owned()])
    );
    assert_eq!(open(&report), ["timeframe", "budget", "need"]);
    assert_eq!(
        report.open_questions[0].ask.as_deref(),
        Some("By when do you want to have decided?")
    );
    assert_eq!((report.needed, report.qualified), (3, false));
    assert_eq!(report.standing(), QualificationStanding::Open);

    let three = || {
        Lead::builder(&schema, "a")
            .answer("budget", 10_000.0) // worth 0.5: met
            .answer("authority", "influencer")
            .answer("timeframe", by("2026-08-27")) // worth 0.5: met
    };
    let report = scorer.qualify(&three().build().unwrap(), noon());
    assert_eq!(names(&report.met), ["budget", "authority", "timeframe"]);
    assert_eq!(report.coverage, 0.8);
    assert!(report.qualified);
    assert_eq!(report.standing().to_string(), "qualified");
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(
        serde_json::from_str::<Qualification>(&text).unwrap(),
        report
    );

    // Needing all four, one no decides.
    let all = spec.clone().needed(4).build(&schema).unwrap();
    assert_eq!(
        all.qualify(&three().build().unwrap(), noon()).standing(),
        QualificationStanding::Open
    );
    let refused = three().answer("need", "none").build().unwrap();
    assert_eq!(
        all.qualify(&refused, noon()).standing(),
        QualificationStanding::NotQualified
    );
    let strict = spec.clone().met_from(0.6).build(&schema).unwrap();
    assert_eq!(names(&strict.qualify(&refused, noon()).met), ["authority"]);

    // Nothing known, and another schema.
    let other = SchemaSpec::new().question("budget").build().unwrap();
    for lead in [
        Lead::builder(&schema, "a").build().unwrap(),
        Lead::builder(&other, "a")
            .answer("budget", true)
            .build()
            .unwrap(),
    ] {
        let report = scorer.qualify(&lead, noon());
        assert_eq!((report.score, report.coverage), (None, 0.0));
        assert_eq!(report.open_questions.len(), 4);
        assert_eq!(report.standing(), QualificationStanding::Open);
    }
}

#[test]
fn answers_known_later_are_not_known() {
    let schema = schema();
    let since = "2026-03-01T12:00:00Z".parse().unwrap();
    let lead = Lead::builder(&schema, "a")
        .answer("budget", true)
        .answer("authority", "user")
        .answer_known_since("budget", since)
        .known_since("quote", since)
        .set("quote", 40_000.0)
        .build()
        .unwrap();
    let scorer = bant().build(&schema).unwrap();
    let before = as_of("2026-03-01T11:59:59.999999Z");
    assert_eq!(scorer.score(&lead, before).map(Score::get), Some(30.0));
    assert_eq!(scorer.qualify(&lead, before).coverage, 0.25);
    assert_eq!(scorer.score(&lead, noon()).map(Score::get), Some(65.0));
    let letter = scorer.letter("budget").unwrap();
    assert_eq!(letter.score(&lead, before), None);
    assert_eq!(letter.score(&lead, noon()), Some(Score::MAX));
    assert!(scorer.letter("bugdet").is_none());
}

#[test]
fn the_price_may_be_the_leads_own() {
    let schema = schema();
    let lead = |quote: Option<f64>| {
        let lead = Lead::builder(&schema, "a").answer("budget", 10_000.0);
        match quote {
            Some(quote) => lead.set("quote", quote),
            None => lead,
        }
    };
    let mut spec = bant();
    spec.question_mut("budget").unwrap().price_of = Some("quote".into());
    assert_eq!(score(&spec, lead(Some(40_000.0)), noon()), Some(25.0));
    assert_eq!(score(&spec, lead(None), noon()), Some(50.0));
    assert_eq!(score(&spec, lead(Some(0.0)), noon()), Some(50.0));
    spec.question_mut("budget").unwrap().price = None;
    assert_eq!(score(&spec, lead(None), noon()), None);
    let why = spec.build(&schema).unwrap();
    let why = why
        .letter("budget")
        .unwrap()
        .explain(&lead(None).build().unwrap(), noon());
    assert_eq!(
        why.to_string(),
        "? budget is not answered, weight 1\n  - the price that was asked is not known (unknown)"
    );
}

#[test]
fn an_explanation_shows_answers_coverage_and_open_questions() {
    let schema = schema();
    let lead = Lead::builder(&schema, "a")
        .answer("budget", 16_000.0)
        .answer("authority", "influencer")
        .answer("need", "rather urgent")
        .answer("timeframe", by("2026-04-20"))
        .build()
        .unwrap();
    let mut spec = bant();
    spec.question_mut("authority").unwrap().weight = 2.0;
    let scorer = spec.build(&schema).unwrap();
    let why = scorer.explain(&lead, noon());
    assert_eq!(
        why.to_string(),
        "\
70 bant (weighted mean)
  80 budget (0 is 0, 1 is 100)
    0.8 amount (16000 of 20000)
  60 authority (0 is 0, 1 is 100)
    0.6 influencer
  ? need is not answered, weight 1
    - it takes `critical`, `important`, `nice_to_have` or `none`, the answer is `rather urgent` (unknown)
  80 timeframe (0 is 0, 1 is 100)
    0.8 date (49.5d ahead, within 90d)
  0.8 coverage (weight 4 of 5 is answered)
  3 met (qualified, 3 needed)"
    );
    assert!(why.recomputes());
    let text = serde_json::to_string(&why).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&text).unwrap(), why);
    assert!(matches!(
        why.parts()[3].parts()[0].formula(),
        Formula::Due { .. }
    ));
    assert_eq!(scorer.assess(&lead, noon()).raw, Some(0.8));
    assert_eq!(scorer.unit(), Unit::Share);
    let asked = why.unanswered();
    assert_eq!(
        (asked.len(), asked[0].question, asked[0].weight),
        (1, "need", 1.0)
    );

    let nothing = Lead::builder(&schema, "a").build().unwrap();
    let why = scorer.explain(&nothing, noon());
    assert_eq!(
        why.to_string(),
        "\
- bant (weighted mean)
  ? budget is not answered, weight 1
  ? authority is not answered, weight 2
  ? need is not answered, weight 1
  ? timeframe is not answered, weight 1
  abstains: no answer is known
  0 coverage (weight 0 of 5 is answered)
  0 met (open, 3 needed)"
    );
    let order: Vec<&str> = why.unanswered().iter().map(|open| open.question).collect();
    assert_eq!(order, ["authority", "budget", "need", "timeframe"]);

    let late = Lead::builder(&schema, "a")
        .answer("timeframe", by("2026-01-01"))
        .build()
        .unwrap();
    let letter = scorer.letter("timeframe").unwrap();
    assert_eq!(
        letter.explain(&late, noon()).to_string(),
        "0 timeframe (0 is 0, 1 is 100)\n  0 date (59.5d ago, past)"
    );
    assert_eq!(letter.name(), "timeframe");
}

#[test]
fn answers_of_another_sort_are_not_known() {
    for (question, answer, told) in [
        (
            "authority",
            AnswerValue::Flag(true),
            "it takes `decision_maker`, `influencer`, `user` or `none`, the answer is yes",
        ),
        (
            "timeframe",
            AnswerValue::Amount(30.0),
            "it takes a date, the answer is the amount `30`",
        ),
        (
            "timeframe",
            AnswerValue::Flag(false),
            "it takes a date, the answer is no",
        ),
        (
            "budget",
            by("2026-03-01"),
            "it takes an amount, yes or no, the answer is the date `2026-03-01T00:00:00Z`",
        ),
        (
            "budget",
            "plenty".into(),
            "it takes an amount, yes or no, the answer is `plenty`",
        ),
    ] {
        assert_eq!(one(question, answer.clone()), None);
        let schema = schema();
        let lead = Lead::builder(&schema, "a")
            .answer(question, answer)
            .build()
            .unwrap();
        let why = bant().build(&schema).unwrap().explain(&lead, noon());
        assert!(
            why.nodes().any(|node| node.label() == told),
            "{told}\n{why}"
        );
    }
}

/// A view that lends what no lead holds.
struct Odd(SchemaId, f64);

impl LeadView for Odd {
    fn schema(&self) -> SchemaId {
        self.0
    }

    fn attribute(&self, _: AttributeSlot) -> Value<'_> {
        Value::Number(self.1)
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        match question.index() {
            0 => Answer::Amount(self.1),
            1 => Answer::Level(" "),
            2 => Answer::Level(""),
            _ => Answer::By(Moment::MAX),
        }
    }
}

#[test]
fn numbers_that_are_none_are_not_known() {
    let schema = schema();
    let mut spec = bant();
    spec.question_mut("budget").unwrap().price_of = Some("quote".into());
    let scorer = spec.build(&schema).unwrap();
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let report = scorer.qualify(&Odd(schema.id(), number), noon());
        assert_eq!(report.open_questions.len(), 3);
        assert_eq!(report.score, Some(Score::MIN));
    }
    let tiny = scorer.letter("budget").unwrap();
    assert_eq!(
        tiny.score(&Odd(schema.id(), 4e-324), noon()),
        Some(Score::MAX)
    );
}

#[test]
fn cells_are_read_as_answers() {
    let scorer = bant().build(&schema()).unwrap();
    let read = |question: &str, cell: &str| scorer.parse(question, cell);
    assert_eq!(
        read("budget", " 1e4 "),
        Ok(Some(AnswerValue::Amount(10_000.0)))
    );
    assert_eq!(read("budget", "YES"), Ok(Some(true.into())));
    assert_eq!(read("budget", "false"), Ok(Some(false.into())));
    assert_eq!(
        read("need", "Nice to have"),
        Ok(Some("nice_to_have".into()))
    );
    assert_eq!(read("timeframe", "2026-03-01"), Ok(Some(by("2026-03-01"))));
    assert_eq!(read("timeframe", " "), Ok(None));
    for (question, cell, message) in [
        (
            "budget",
            "12,000",
            "expected an amount, yes or no, got `12,000`",
        ),
        ("budget", "inf", "expected an amount, yes or no, got `inf`"),
        (
            "need",
            "yes",
            "expected `critical`, `important`, `nice_to_have` or `none`, got `yes`",
        ),
        ("timeframe", "soon", "expected a date, got `soon`"),
        (
            "money",
            "5",
            "expected a question of the checklist, got `money`",
        ),
    ] {
        assert_eq!(read(question, cell).unwrap_err().to_string(), message);
    }
}

#[test]
fn presets_can_be_built() {
    for (spec, questions, needed) in [
        (ChecklistSpec::bant(1e4), 4, 3),
        (ChecklistSpec::champ(1e4), 4, 3),
        (ChecklistSpec::meddic(), 6, 5),
    ] {
        let schema = SchemaSpec::new().questions(spec.names()).build().unwrap();
        let scorer = spec.build(&schema).unwrap();
        assert_eq!(scorer.questions().len(), questions);
        let report = scorer.qualify(&Lead::builder(&schema, "a").build().unwrap(), noon());
        assert_eq!(report.needed, needed);
        assert!(report.open_questions.iter().all(|open| open.ask.is_some()));
        for letter in spec.letters() {
            assert_eq!(letter.build(&schema).unwrap().questions().len(), 1);
        }
    }
    let champ = ChecklistSpec::champ(1e4);
    let schema = SchemaSpec::new().questions(champ.names()).build().unwrap();
    let lead = Lead::builder(&schema, "a")
        .answer("challenges", "important")
        .answer("money", 5_000.0)
        .build()
        .unwrap();
    // (2 * 0.7 + 1 * 0.5) / 3
    let score = champ
        .build(&schema)
        .unwrap()
        .score(&lead, noon())
        .unwrap()
        .get();
    assert!((score - 190.0 / 3.0).abs() < 1e-9, "{score}");

    let meddic = ChecklistSpec::meddic();
    let schema = SchemaSpec::new().questions(meddic.names()).build().unwrap();
    let lead = meddic
        .names()
        .enumerate()
        .fold(Lead::builder(&schema, "a"), |lead, (i, name)| match i {
            0 => lead.answer(name, false),
            1 => lead.answer(name, "partly"),
            _ => lead.answer(name, true),
        })
        .build()
        .unwrap();
    let scorer = meddic.build(&schema).unwrap();
    assert_eq!(scorer.score(&lead, noon()).map(Score::get), Some(75.0));
    assert!(scorer.qualify(&lead, noon()).qualified);
}
