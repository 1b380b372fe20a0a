//! Checklists: what can be wrong with them, what files give back, and the laws, whatever the questions and answers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and tables are long"
)]

use lead_scoring::testing::{check_model, check_scorer};
use lead_scoring::{
    Answer, AnswerValue, AsOf, AttributeSlot, ChecklistScorer, ChecklistSpec, CompositeSpec,
    DimensionSpec, DueSpec, Lead, LeadView, ModelSpec, Moment, QuestionSlot, QuestionSpec, Role,
    Schema, SchemaId, SchemaSpec, Score, ScoreModel, Scorer, Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const NAMES: [&str; 6] = [
    "budget",
    "authority",
    "need",
    "timeframe",
    "pain",
    "champion",
];
const DAY: i64 = 86_400_000_000;

fn schema_spec() -> SchemaSpec {
    SchemaSpec::new()
        .number("quote")
        .text("title")
        .questions(NAMES)
}

fn schema() -> Schema {
    schema_spec().build().unwrap()
}

fn noon() -> Moment {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn good() -> ChecklistSpec {
    ChecklistSpec::bant(20_000.0)
}

fn with(question: QuestionSpec) -> ChecklistSpec {
    ChecklistSpec::new("one").question(question)
}

fn budget() -> QuestionSpec {
    QuestionSpec::new("budget")
}

fn timeframe(due: DueSpec) -> ChecklistSpec {
    with(QuestionSpec::new("timeframe").due(due))
}

#[test]
fn every_problem_is_told_with_its_place() {
    let table: Vec<(ChecklistSpec, &[&str])> = vec![
        (good(), &[]),
        (
            ChecklistSpec::new("empty"),
            &["checklist.questions: a checklist needs at least one question"],
        ),
        (
            good().needed(0),
            &["checklist.needed: must be between 1 and 4, the number of questions, got `0`"],
        ),
        (
            good().needed(5),
            &["checklist.needed: must be between 1 and 4, the number of questions, got `5`"],
        ),
        (
            good().met_from(0.0),
            &["checklist.met_from: must be more than 0 and at most 1, got `0`"],
        ),
        (
            good().met_from(f64::NAN),
            &["checklist.met_from: must be more than 0 and at most 1, got `NaN`"],
        ),
        (
            good().question(budget().yes(1.0)),
            &["checklist.questions[4].question: `budget` stands twice"],
        ),
        (
            with(QuestionSpec::new("atuhority").yes(1.0)),
            &[
                "checklist.questions[0].question: unknown question `atuhority`, did you mean `authority`?",
            ],
        ),
        (
            with(budget()),
            &[
                "checklist.questions[0]: a question takes at least one sort of answers: give `price`, `price_of`, `levels`, `due`, `yes` or `no`",
            ],
        ),
        (
            with(budget().yes(1.5).no(-0.5).weight(0.0).met_from(2.0)),
            &[
                "checklist.questions[0].weight: a weight must be more than 0 and at most 1e12, got `0`",
                "checklist.questions[0].met_from: must be more than 0 and at most 1, got `2`",
                "checklist.questions[0].yes: a worth must be between 0 and 1, got `1.5`",
                "checklist.questions[0].no: a worth must be between 0 and 1, got `-0.5`",
            ],
        ),
        (
            with(budget().price(f64::INFINITY).weight(1e13)),
            &[
                "checklist.questions[0].weight: a weight must be more than 0 and at most 1e12, got `10000000000000`",
                "checklist.questions[0].price: a price must be more than 0 and at most 1e12, got `inf`",
            ],
        ),
        (
            with(budget().price_of("quot")),
            &["checklist.questions[0].price_of: unknown attribute `quot`, did you mean `quote`?"],
        ),
        (
            with(budget().price_of("title")),
            &[
                "checklist.questions[0].price_of: `title` must be of type number, it is of type text",
            ],
        ),
        (
            with(
                budget()
                    .level("Very high", 1.0)
                    .level("very_high", 0.9)
                    .level("", 2.0),
            ),
            &[
                "checklist.questions[0].levels: a name must not be empty",
                "checklist.questions[0].levels.: a worth must be between 0 and 1, got `2`",
                "checklist.questions[0].levels: `very_high` stands twice, case aside",
            ],
        ),
        (
            timeframe(DueSpec::default()),
            &["checklist.questions[0].due.bands: at least one band is needed"],
        ),
        (
            timeframe(DueSpec::new([
                ("90d", 1.0),
                ("30d", 0.5),
                ("0d", 0.1),
                ("soon", 7.0),
            ])),
            &[
                "checklist.questions[0].due.bands[1].within: the nearest band comes first, got `30d` after `90d`",
                "checklist.questions[0].due.bands[2].within: must be longer than 0, got `0d`",
                "checklist.questions[0].due.bands[2].within: the nearest band comes first, got `0d` after `30d`",
                "checklist.questions[0].due.bands[3].within: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `soon`",
                "checklist.questions[0].due.bands[3].worth: a worth must be between 0 and 1, got `7`",
            ],
        ),
        (
            timeframe(
                DueSpec::new([("30d", 1.0)])
                    .later(-1.0)
                    .past(f64::NAN)
                    .past_after("1 day"),
            ),
            &[
                "checklist.questions[0].due.later: a worth must be between 0 and 1, got `-1`",
                "checklist.questions[0].due.past: a worth must be between 0 and 1, got `NaN`",
                "checklist.questions[0].due.past_after: expected a length of time such as `90s`, `15m`, `12h`, `14d` or `2w`, got `1 day`",
            ],
        ),
    ];
    for (spec, expected) in table {
        let problems: Vec<String> = match spec.build(&schema()) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().iter().map(ToString::to_string).collect(),
        };
        assert_eq!(problems, expected);
    }
    let model = ModelSpec::new("m")
        .schema(schema_spec())
        .dimension(DimensionSpec::checklist("bant", good().needed(9)));
    assert_eq!(
        ScoreModel::build(&model).unwrap_err().to_string(),
        "dimensions[0].checklist.needed: must be between 1 and 4, the number of questions, got `9`"
    );
}

#[test]
fn files_hold_checklists() {
    let text = r#"
        name = "bant"
        needed = 2

        [[questions]]
        question = "budget"
        weight = 2
        price = 20000
        yes = 1
        no = 0

        [[questions]]
        question = "authority"
        levels = { board = 1, "head of department" = 0.8 }

        [[questions]]
        question = "timeframe"
        due = { bands = [{ within = "30d", worth = 1 }, { within = "12w", worth = 0.5 }], later = 0.1 }
    "#;
    let spec: ChecklistSpec = toml::from_str(text).unwrap();
    let made = ChecklistSpec::new("bant")
        .needed(2)
        .question(budget().weight(2.0).price(20_000.0).yes(1.0).no(0.0))
        .question(
            QuestionSpec::new("authority")
                .level("board", 1.0)
                .level("head of department", 0.8),
        )
        .question(
            QuestionSpec::new("timeframe")
                .due(DueSpec::new([("30d", 1.0), ("12w", 0.5)]).later(0.1)),
        );
    assert_eq!(spec, made);
    for preset in [
        good(),
        ChecklistSpec::champ(5.0),
        ChecklistSpec::meddic(),
        made,
    ] {
        let json = serde_json::to_string(&preset).unwrap();
        assert_eq!(
            serde_json::from_str::<ChecklistSpec>(&json).unwrap(),
            preset
        );
        let toml = toml::to_string(&preset).unwrap();
        assert_eq!(toml::from_str::<ChecklistSpec>(&toml).unwrap(), preset);
    }
    let wrong = toml::from_str::<ChecklistSpec>("questions = []\nneded = 2").unwrap_err();
    assert!(wrong.message().contains("unknown field `neded`"), "{wrong}");
}

#[test]
fn a_model_shows_the_whole_and_each_letter() {
    let mut spec = ModelSpec::new("sales").schema(schema_spec());
    for letter in good().letters() {
        spec = spec.dimension(DimensionSpec::checklist(
            letter.name.clone().unwrap(),
            letter,
        ));
    }
    let spec = spec.dimension(DimensionSpec::checklist("bant", good()));
    let json = serde_json::to_string(&spec).unwrap();
    let toml = toml::to_string(&spec).unwrap();
    assert_eq!(toml::from_str::<ModelSpec>(&toml).unwrap(), spec);
    let model = ScoreModel::build(&serde_json::from_str(&json).unwrap()).unwrap();
    let lead = Lead::builder(model.schema(), "a1")
        .answer("budget", 16_000.0)
        .answer("authority", "influencer")
        .build()
        .unwrap();
    let as_of = AsOf::new(noon());
    let vector = model.vector(&lead, as_of);
    let scores: Vec<_> = vector
        .scores()
        .map(|(dimension, score)| (dimension.name(), score.map(Score::get)))
        .collect();
    assert_eq!(
        scores,
        [
            ("budget", Some(80.0)),
            ("authority", Some(60.0)),
            ("need", None),
            ("timeframe", None),
            ("bant", Some(70.0)),
        ]
    );
    assert_eq!(vector.raw("bant"), Some(0.5));
    let why = model.explain(&lead, as_of);
    let open: Vec<_> = why
        .unanswered()
        .iter()
        .filter(|open| open.dimension == "bant")
        .map(|open| open.question)
        .collect();
    assert_eq!(open, ["need", "timeframe"]);
}

/// Worths of which some are a bound.
fn worth() -> impl Strategy<Value = f64> {
    prop_oneof![3 => select(vec![0.0, -0.0, 0.3, 0.5, 0.6, 1.0]), 2 => 0.0..=1.0]
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..50_000.0,
        1 => select(vec![0.0, -0.0, -5.0, 1e300, -1e300, f64::MAX, 4e-324]),
    ]
}

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => select(vec![1.0, 2.0, 3.0, 0.1, 20_000.0]),
        2 => 0.001..100.0,
        1 => select(vec![1e12, 1e-300, 4e-324]),
    ]
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        6 => (-40_i64..400).prop_map(|days| noon().plus_micros(days * DAY)),
        2 => (-3_i64..=3).prop_map(|micros| noon().plus_micros(micros)),
        2 => (-3_i64..=3).prop_map(|micros| noon().plus_micros(micros - DAY)),
        1 => select(vec![Moment::MIN, Moment::MAX]),
    ]
}

fn due() -> impl Strategy<Value = DueSpec> {
    let bands = (
        subsequence(vec!["90s", "1d", "30d", "12w", "365d"], 1..=5),
        vec(worth(), 5),
    );
    (
        bands,
        option::of(worth()),
        option::of(worth()),
        option::of(select(vec!["0s", "1d", "2w"])),
    )
        .prop_map(|((lengths, worths), later, past, past_after)| DueSpec {
            later,
            past,
            past_after: past_after.map(str::to_owned),
            ..DueSpec::new(lengths.into_iter().zip(worths))
        })
}

const LEVELS: [&str; 4] = ["decision_maker", "Influencer", "user of it", "none"];

fn question(name: &'static str) -> impl Strategy<Value = QuestionSpec> {
    (
        (positive(), option::of(0.001..=1.0)),
        (
            option::weighted(0.7, worth()),
            option::weighted(0.7, worth()),
        ),
        (option::weighted(0.6, positive()), proptest::bool::ANY),
        (subsequence(LEVELS.to_vec(), 0..=4), vec(worth(), 4)),
        option::weighted(0.6, due()),
    )
        .prop_map(
            move |((weight, met_from), (yes, no), (price, quote), (levels, worths), due)| {
                QuestionSpec {
                    met_from,
                    // A question takes at least one sort of answers.
                    yes: yes.or(levels.is_empty().then_some(0.7)),
                    no,
                    price,
                    price_of: quote.then(|| "quote".to_owned()),
                    levels: levels.into_iter().map(str::to_owned).zip(worths).collect(),
                    due,
                    ..QuestionSpec::new(name).weight(weight)
                }
            },
        )
}

fn checklist() -> impl Strategy<Value = ChecklistSpec> {
    let questions = subsequence(NAMES.to_vec(), 1..=6)
        .prop_flat_map(|names| names.into_iter().map(question).collect::<Vec<_>>());
    (questions, option::of(0.001..=1.0), option::of(1_u32..=6)).prop_map(
        |(questions, met_from, needed)| {
            let count = u32::try_from(questions.len()).unwrap();
            ChecklistSpec {
                met_from,
                needed: needed.map(|needed| needed.min(count)),
                questions,
                ..ChecklistSpec::new("random")
            }
        },
    )
}

fn answer() -> impl Strategy<Value = AnswerValue> {
    prop_oneof![
        proptest::bool::ANY.prop_map(AnswerValue::Flag),
        amount().prop_map(AnswerValue::Amount),
        select(vec![
            "decision maker",
            "INFLUENCER",
            "user-of-it",
            "none",
            "boss",
            "",
            " "
        ])
        .prop_map(|level| AnswerValue::Level(level.to_owned())),
        moment().prop_map(AnswerValue::by),
    ]
}

/// Answers, each with the moment since when it is known where that is recorded.
type Facts = (Vec<Option<(AnswerValue, Option<Moment>)>>, Option<f64>);

fn facts() -> impl Strategy<Value = Facts> {
    let answer = (answer(), option::weighted(0.3, moment()));
    (vec(option::weighted(0.7, answer), 6), option::of(amount()))
}

fn lead((answers, quote): &Facts, schema: &Schema) -> Lead {
    let mut lead = Lead::builder(schema, "a1");
    if let Some(quote) = quote {
        lead = lead.set("quote", *quote);
    }
    for (name, answer) in NAMES.iter().zip(answers) {
        if let Some((answer, since)) = answer {
            lead = lead.answer(name, answer.clone());
            if let Some(since) = since.filter(|_| *answer != AnswerValue::Level(String::new())) {
                lead = lead.answer_known_since(name, since);
            }
        }
    }
    lead.build().unwrap()
}

/// A view that lends what no lead holds.
#[derive(Clone, Debug)]
struct Wild(SchemaId, Vec<u8>);

impl LeadView for Wild {
    fn schema(&self) -> SchemaId {
        self.0
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        match self.1.get(slot.index()) {
            Some(0) => Value::Number(f64::NAN),
            Some(1) => Value::Number(f64::NEG_INFINITY),
            Some(2) => Value::Text("5"),
            Some(3) => Value::Number(f64::MIN_POSITIVE),
            _ => Value::Missing,
        }
    }

    fn answer(&self, question: QuestionSlot) -> Answer<'_> {
        match self.1.get(question.index()) {
            Some(0) => Answer::Amount(f64::NAN),
            Some(1) => Answer::Amount(f64::INFINITY),
            Some(2) => Answer::Level(""),
            Some(3) => Answer::Level("\u{212a} - İ"),
            Some(4) => Answer::By(Moment::MIN),
            Some(5) => Answer::By(Moment::MAX),
            Some(6) => Answer::Amount(-0.0),
            _ => Answer::Unknown,
        }
    }
}

fn built(spec: &ChecklistSpec) -> ChecklistScorer {
    spec.build(&schema()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_laws_hold(
        spec in checklist(), leads in vec(facts(), 1..4), wild in vec(0_u8..9, 6), as_of in vec(moment(), 1..3),
    ) {
        let scorer = built(&spec);
        let schema = schema();
        let moments: Vec<AsOf> = as_of.into_iter().map(AsOf::new).collect();
        let leads: Vec<Lead> = leads.iter().map(|facts| lead(facts, &schema)).collect();
        let views: Vec<&dyn LeadView> = leads.iter().map(|lead| lead as &dyn LeadView).collect();
        check_scorer(&scorer, &views, &moments).map_err(|e| TestCaseError::fail(e.to_string()))?;
        check_scorer(&scorer, &[Wild(schema.id(), wild)], &moments)
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        let mut model = ModelSpec::new("m").schema(schema_spec());
        for letter in spec.letters() {
            let name = letter.name.clone().unwrap();
            let alone = scorer.letter(&name).unwrap();
            check_scorer(&alone, &leads, &moments).map_err(|e| TestCaseError::fail(e.to_string()))?;
            model = model.dimension(DimensionSpec::checklist(name, letter));
        }
        let model = model.dimension(DimensionSpec::checklist("whole", spec)).composite(CompositeSpec::max());
        let model = ScoreModel::build(&model).unwrap();
        check_model(&model, &leads, &moments).map_err(|e| TestCaseError::fail(e.to_string()))?;
        for lead in &leads {
            for &as_of in &moments {
                let vector = model.vector(lead, as_of);
                prop_assert_eq!(vector.score("whole"), scorer.score(lead, as_of));
                for name in scorer.questions() {
                    let alone = scorer.letter(name).unwrap();
                    prop_assert_eq!(vector.score(name), alone.score(lead, as_of));
                }
            }
        }
    }

    #[test]
    fn the_report_is_what_the_letters_say(spec in checklist(), facts in facts(), as_of in moment()) {
        let scorer = built(&spec);
        let lead = lead(&facts, &schema());
        let as_of = AsOf::new(as_of);
        let report = scorer.qualify(&lead, as_of);
        prop_assert_eq!(report.score, scorer.score(&lead, as_of));
        prop_assert!(report.score.is_some() || report.coverage == 0.0);
        prop_assert!((0.0..=1.0).contains(&report.coverage));
        prop_assert!(!report.open_questions.is_empty() || report.coverage == 1.0);
        let weights: Vec<f64> = report.open_questions.iter().map(|open| open.weight).collect();
        prop_assert!(weights.is_sorted_by(|a, b| a >= b));
        let whole = spec.questions.len();
        prop_assert_eq!(report.met.len() + report.unmet.len() + report.open_questions.len(), whole);
        let needed = spec.needed.map_or((whole - 1).max(1), |needed| needed as usize);
        prop_assert_eq!(report.qualified, report.met.len() >= needed);
        let (mut sum, mut known) = (0.0, 0.0);
        for question in &spec.questions {
            let name = question.question.as_str();
            let from = question.met_from.or(spec.met_from).unwrap_or(0.5);
            match scorer.letter(name).unwrap().assess(&lead, as_of).raw {
                Some(worth) => {
                    sum += question.weight * worth;
                    known += question.weight;
                    prop_assert_eq!(report.met.iter().any(|met| &**met == name), worth >= from);
                }
                None => prop_assert!(report.open_questions.iter().any(|open| &*open.question == name)),
            }
        }
        if let Some(score) = report.score {
            // Below that a weight times a worth has no digits left.
            if known > 1e-200 {
                prop_assert!((score.get() - 100.0 * sum / known).abs() < 1e-9);
            }
        }
        let why = scorer.explain(&lead, as_of);
        let open: Vec<&str> = why.unanswered().iter().map(|open| open.question).collect();
        let asked: Vec<&str> = report.open_questions.iter().map(|open| &*open.question).collect();
        prop_assert_eq!(open, asked);
        let beside = |label: &str| why.parts().iter().find(|part| {
            part.label() == label && *part.kind() == Role::Step && part.parts().is_empty()
        }).and_then(lead_scoring::Explanation::value);
        prop_assert_eq!(beside("coverage"), Some(report.coverage));
        prop_assert_eq!(beside("met"), u32::try_from(report.met.len()).ok().map(f64::from));
    }

    #[test]
    fn files_give_the_same_checklist_back(spec in checklist(), facts in facts(), as_of in moment()) {
        let json: ChecklistSpec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
        let toml: ChecklistSpec = toml::from_str(&toml::to_string(&spec).unwrap()).unwrap();
        prop_assert_eq!(&json, &spec);
        prop_assert_eq!(&toml, &spec);
        let lead = lead(&facts, &schema());
        let as_of = AsOf::new(as_of);
        let why = built(&spec).explain(&lead, as_of);
        prop_assert_eq!(&why, &built(&json).explain(&lead, as_of));
        let read: lead_scoring::Explanation = serde_json::from_str(&serde_json::to_string(&why).unwrap()).unwrap();
        prop_assert_eq!(&read, &why);
        prop_assert!(read.recomputes());
    }

    #[test]
    fn an_answer_more_never_lowers_the_coverage(spec in checklist(), facts in facts(), left_out in 0_usize..6) {
        let scorer = built(&spec);
        let schema = schema();
        let mut fewer = facts.clone();
        fewer.0[left_out] = None;
        let (all, fewer) = (lead(&facts, &schema), lead(&fewer, &schema));
        let as_of = AsOf::new(noon());
        prop_assert!(scorer.qualify(&all, as_of).coverage >= scorer.qualify(&fewer, as_of).coverage);
    }
}
