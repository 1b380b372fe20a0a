//! How does an app score its own type, without copying it into a `Lead`, and with a judge of its own?
//!
//! The app keeps accounts in its own shape. It lends them to the library through [`LeadView`], and adds to the rules
//! of a model what only the app can know: how well an account pays.
//!
//! ```text
//! cargo run --example score_own_type
//! ```

use lead_scoring::{
    Activity, ActivitySpec, AsOf, AttributeSlot, CompositeSpec, DecaySpec, DimensionSpec,
    Externals, GroupSpec, KindSlot, LabelSpec, LeadView, ModelSpec, Moment, Purchase, RankBy,
    RuleSpec, RulesSpec, SchemaId, SchemaSpec, Score, ScoreModel, Scorer, Value, attribute,
    from_fn,
};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

/// The app's own type, as its database hands it over.
struct Account {
    schema: SchemaId,
    contact: Option<String>,
    seats: Option<u32>,
    /// Log-ins, oldest first.
    logins: Vec<Moment>,
    paid: Vec<(Moment, f64)>,
}

// Slots are positions in the schema's declaration.
const CONTACT: AttributeSlot = AttributeSlot::new(0);
const SEATS: AttributeSlot = AttributeSlot::new(1);
const LOGIN: KindSlot = KindSlot::new(0);

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .text("contact")
        .number("seats")
        .kind("login")
}

/// Everything is lent; nothing is copied.
impl LeadView for Account {
    fn schema(&self) -> SchemaId {
        self.schema
    }

    fn attribute(&self, slot: AttributeSlot) -> Value<'_> {
        match slot {
            CONTACT => self.contact.as_deref().map_or(Value::Missing, Value::Text),
            SEATS => self
                .seats
                .map_or(Value::Missing, |seats| Value::Number(seats.into())),
            _ => Value::Missing,
        }
    }

    fn activities<'a>(&'a self, visit: &mut dyn FnMut(Activity<'a>)) {
        for &at in &self.logins {
            visit(Activity::new(LOGIN, at));
        }
    }

    fn in_order(&self) -> bool {
        true // the database sorts, and log-ins have no ids that could repeat
    }

    fn purchases(&self, visit: &mut dyn FnMut(Purchase)) {
        for &(at, amount) in &self.paid {
            visit(Purchase { at, amount });
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // A model of two dimensions of rules and one that the app judges itself.
    let fit = GroupSpec::sum("company")
        .rule(
            RuleSpec::new("team")
                .points(60.0)
                .when(attribute("seats").at_least(50)),
        )
        .rule(
            RuleSpec::new("decides")
                .points(40.0)
                .when(attribute("contact").starts_with("head of")),
        );
    let logins = ActivitySpec::of("login").decay(DecaySpec::half_life("14d"));
    let usage = GroupSpec::sum("product")
        .max(100.0)
        .rule(RuleSpec::new("login").points(40.0).activity(logins));
    let spec = ModelSpec::new("accounts")
        .schema(schema())
        .dimension(DimensionSpec::rules("fit", RulesSpec::new().group(fit)))
        .dimension(DimensionSpec::rules("usage", RulesSpec::new().group(usage)))
        .dimension(DimensionSpec::external("payment", "payment"))
        .composite(CompositeSpec::weighted_mean([
            ("fit", 0.5),
            ("usage", 0.25),
            ("payment", 0.25),
        ]))
        .label(
            LabelSpec::new("stage")
                .band("nurture", 0.0)
                .band("call", 60.0),
        );

    // The app's judge: 1 point for every 100 paid; without any purchase it does not know, and abstains.
    let payment = from_fn(|lead: &dyn LeadView, as_of: AsOf| {
        let mut paid: Option<f64> = None;
        lead.purchases(&mut |purchase| {
            if purchase.at <= as_of.moment() {
                *paid.get_or_insert_default() += purchase.amount;
            }
        });
        Score::saturating(paid? / 100.0)
    });
    let externals: Externals =
        BTreeMap::from([("payment".to_owned(), Arc::new(payment) as Arc<dyn Scorer>)]);
    let model = ScoreModel::build_with(&spec, &externals)?;

    let schema = model.schema().id();
    let accounts = [
        Account {
            schema,
            contact: Some("Head of Data".to_owned()),
            seats: Some(80),
            logins: vec![
                "2026-02-15T12:00:00Z".parse()?,
                "2026-03-01T12:00:00Z".parse()?,
            ],
            paid: vec![
                ("2026-01-10".parse()?, 4_000.0),
                ("2026-02-10".parse()?, 2_000.0),
            ],
        },
        Account {
            schema,
            contact: None,
            seats: Some(200),
            logins: Vec::new(),
            paid: Vec::new(),
        },
    ];
    let as_of: AsOf = "2026-03-01T12:00:00Z".parse()?;

    // The vector: one score for each dimension. A log-in two weeks old counts half.
    let [first, second] = accounts
        .each_ref()
        .map(|account| model.vector(account, as_of));
    let score = |name| first.score(name).map(Score::get);
    assert_eq!(score("fit"), Some(100.0));
    assert_eq!(score("usage"), Some(60.0)); // 20 + 40
    assert_eq!(score("payment"), Some(60.0));
    assert_eq!(first.composite().map(Score::get), Some(80.0));
    assert_eq!(first.label("stage"), Some("call"));

    // Who never paid has no score there: the composite is that of the other two, 0.5 * 60 + 0.25 * 0 over 0.75.
    assert_eq!(second.score("payment"), None);
    assert_eq!(second.composite().map(Score::get), Some(40.0));
    assert_eq!(second.label("stage"), Some("nurture"));

    // The explanation adds up to the score, bit for bit.
    let [account, _] = &accounts;
    let told = model.explain(account, as_of);
    assert!(told.recomputes());
    assert_eq!(told.value(), Some(80.0));
    println!("{told}");
    assert_eq!(told.to_string(), WHY);

    // Many at once, on all cores: the same bits, and ranked.
    let matrix = model.score_all(&accounts, as_of);
    assert_eq!(matrix.vector(0).as_ref(), Some(&first));
    assert_eq!(matrix.ranked(RankBy::Dimension("usage"))?, [0, 1]);
    Ok(())
}

const WHY: &str = "\
80 accounts (weighted mean)
  100 fit (0 is 0, 100 is 100)
    100 points (sum)
      100 company (sum)
        60 team
        40 decides
  60 usage (0 is 0, 100 is 100)
    60 points (sum)
      60 product (sum)
        60 login (sum)
          20 login at 2026-02-15T12:00:00Z (40, 14d old, half-life 14d)
          40 login at 2026-03-01T12:00:00Z (40, 0s old, half-life 14d)
  60 payment";
