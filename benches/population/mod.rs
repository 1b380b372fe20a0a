//! A population as plain columns and rows, the same in every run: as owned leads, as a table, and as files for others.

#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a benchmark that cannot run may stop"
)]

use lead_scoring::{
    Activity, ActivitySpec, AsOf, BinRule, DecaySpec, DimensionSpec, GroupSpec, HistorySpec,
    KindSlot, Lead, LeadTable, LeadView, ModelSpec, Moment, Purchase, RfmSpec, RuleSpec, RulesSpec,
    Schema, ScoreMatrix, ScoreModel,
};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const DAY: i64 = 86_400_000_000;
const TITLES: [&str; 8] = [
    "Chief Executive Officer",
    "VP Marketing",
    "Head of Sales",
    "Marketing Manager",
    "Software Engineer",
    "Student",
    "Consultant",
    "Chief Data Officer",
];
const INDUSTRIES: [&str; 6] = [
    "software",
    "finance",
    "retail",
    "education",
    "health",
    "energy",
];
const COUNTRIES: [&str; 6] = ["DE", "US", "FR", "GB", "IN", "BR"];
const SOURCES: [&str; 4] = ["webinar", "search", "referral", "advert"];
const DOMAINS: [&str; 4] = ["gmail.com", "acme.example", "uni.edu", "corp.example"];
const TEXTS: [(&str, &[&str]); 5] = [
    ("title", &TITLES),
    ("industry", &INDUSTRIES),
    ("country", &COUNTRIES),
    ("source", &SOURCES),
    ("domain", &DOMAINS),
];
const KINDS: [&str; 5] = [
    "page_view",
    "download",
    "email_open",
    "email_click",
    "webinar",
];

/// The moment of all benchmarks.
pub(crate) fn as_of() -> AsOf {
    AsOf::new(Moment::from_seconds(1_780_000_000))
}

/// Leads as columns; what they did and bought as rows in no order.
#[derive(Debug)]
pub(crate) struct Population {
    first: usize,
    texts: [Vec<u8>; 5],
    employees: Vec<f64>,
    revenue: Vec<Option<f64>>,
    age_days: Vec<f64>,
    visits: Vec<f64>,
    newsletter: Vec<bool>,
    trial: Vec<Option<bool>>,
    renewal: Vec<Moment>,
    activities: Vec<(u32, u16, Moment)>,
    purchases: Vec<(u32, Purchase)>,
}

impl Population {
    /// That many leads, the first of which has that number, with as many activities and purchases each.
    pub(crate) fn new(first: usize, count: usize, activities: usize, purchases: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(7 + first as u64);
        let now = as_of().moment();
        let mut all = Self {
            first,
            texts: TEXTS.map(|(_, from)| {
                let code = |_| random.random_range(0..from.len()) as u8;
                (0..count).map(code).collect()
            }),
            employees: (0..count)
                .map(|_| f64::from(random.random_range(1..5_000)))
                .collect(),
            revenue: (0..count)
                .map(|_| {
                    random
                        .random_bool(0.8)
                        .then(|| random.random_range(1e5_f64..1e9).round())
                })
                .collect(),
            age_days: (0..count)
                .map(|_| f64::from(random.random_range(0..900)))
                .collect(),
            visits: (0..count)
                .map(|_| f64::from(random.random_range(0..80)))
                .collect(),
            newsletter: (0..count).map(|_| random.random_bool(0.4)).collect(),
            trial: (0..count)
                .map(|_| random.random_bool(0.7).then(|| random.random_bool(0.2)))
                .collect(),
            renewal: Vec::new(),
            activities: Vec::with_capacity(count * activities),
            purchases: Vec::with_capacity(count * purchases),
        };
        for lead in 0..count as u32 {
            for _ in 0..activities {
                let kind = random.random_range(0..KINDS.len() as u16);
                let at = now.plus_micros(-random.random_range(0..120 * DAY));
                all.activities.push((lead, kind, at));
            }
            for _ in 0..purchases {
                let at = now.plus_micros(-random.random_range(0..730 * DAY));
                let amount = f64::from(random.random_range(100_u32..50_000)) / 100.0;
                all.purchases.push((lead, Purchase { at, amount }));
            }
        }
        all.renewal = (0..count)
            .map(|_| now.plus_micros(random.random_range(-365..365) * DAY))
            .collect();
        all.activities.shuffle(&mut random);
        all.purchases.shuffle(&mut random);
        all
    }

    pub(crate) fn len(&self) -> usize {
        self.employees.len()
    }

    fn ids(&self) -> impl Iterator<Item = String> {
        (self.first..self.first + self.len()).map(|i| format!("lead-{i}"))
    }

    /// The table, built column by column, with its rows grouped by lead.
    pub(crate) fn table(&self, schema: &Schema) -> LeadTable {
        let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
        let mut builder = LeadTable::builder(schema).ids(self.ids());
        for ((name, from), codes) in TEXTS.iter().zip(&self.texts) {
            let texts = codes.iter().map(|&code| Some(from[usize::from(code)]));
            builder = builder.texts(name, texts);
        }
        let rows = |(lead, kind, at): &(u32, u16, Moment)| {
            (*lead as usize, Activity::new(KindSlot::new(*kind), *at))
        };
        builder
            .numbers("employees", some(&self.employees))
            .numbers("revenue", self.revenue.iter().copied())
            .numbers("age_days", some(&self.age_days))
            .numbers("visits", some(&self.visits))
            .flags("newsletter", self.newsletter.iter().copied().map(Some))
            .flags("trial", self.trial.iter().copied())
            .dates("renewal", self.renewal.iter().copied().map(Some))
            .activities(self.activities.iter().map(rows))
            .purchases(
                self.purchases
                    .iter()
                    .map(|&(lead, purchase)| (lead as usize, purchase)),
            )
            .build()
            .expect("the table is sound")
    }

    /// The same leads, each with its own memory.
    pub(crate) fn leads(&self, schema: &Schema) -> Vec<Lead> {
        let mut activities = vec![Vec::new(); self.len()];
        for &(lead, kind, at) in &self.activities {
            activities[lead as usize].push((kind, at));
        }
        let mut purchases = vec![Vec::new(); self.len()];
        for &(lead, purchase) in &self.purchases {
            purchases[lead as usize].push(purchase);
        }
        let lead = |(i, id): (usize, String)| {
            let mut lead = Lead::builder(schema, id)
                .set("employees", self.employees[i])
                .set("age_days", self.age_days[i])
                .set("visits", self.visits[i])
                .set("newsletter", self.newsletter[i])
                .set("renewal", self.renewal[i]);
            for ((name, from), codes) in TEXTS.iter().zip(&self.texts) {
                lead = lead.set(name, from[usize::from(codes[i])]);
            }
            if let Some(revenue) = self.revenue[i] {
                lead = lead.set("revenue", revenue);
            }
            if let Some(trial) = self.trial[i] {
                lead = lead.set("trial", trial);
            }
            for &(kind, at) in &activities[i] {
                lead.add_activity(Activity::new(KindSlot::new(kind), at));
            }
            for purchase in &purchases[i] {
                lead.add_purchase(purchase.at, purchase.amount);
            }
            lead.build().expect("the lead is sound")
        };
        self.ids().enumerate().map(lead).collect()
    }

    /// Writes `leads.csv`, `activities.csv` and `purchases.csv`.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
        let mut out = file("leads.csv")?;
        writeln!(
            out,
            "title,industry,country,source,domain,employees,revenue,age_days,visits,newsletter,trial"
        )?;
        for i in 0..self.len() {
            for ((_, from), codes) in TEXTS.iter().zip(&self.texts) {
                write!(out, "{},", from[usize::from(codes[i])])?;
            }
            let revenue = self.revenue[i].map_or(String::new(), |number| format!("{number:.1}"));
            let trial = self.trial[i].map_or(String::new(), |flag| flag.to_string());
            writeln!(
                out,
                "{:.1},{revenue},{:.1},{:.1},{},{trial}",
                self.employees[i], self.age_days[i], self.visits[i], self.newsletter[i]
            )?;
        }
        let mut out = file("activities.csv")?;
        writeln!(out, "lead,kind,at")?;
        for (lead, kind, at) in &self.activities {
            writeln!(out, "{lead},{},{}", KINDS[usize::from(*kind)], at.micros())?;
        }
        let mut out = file("purchases.csv")?;
        writeln!(out, "lead,at,amount")?;
        for (lead, purchase) in &self.purchases {
            writeln!(
                out,
                "{lead},{},{:.2}",
                purchase.at.micros(),
                purchase.amount
            )?;
        }
        Ok(())
    }
}

/// Points for what leads did, fading, with a cap on each sort and on all together.
fn engagement() -> RulesSpec {
    let rule = |id: &str, points: f64, max: f64, kind: &str| {
        RuleSpec::new(id)
            .points(points)
            .max(max)
            .activity(ActivitySpec::of(kind).decay(DecaySpec::half_life("14d")))
    };
    RulesSpec::new().group(
        GroupSpec::sum("did")
            .max(60.0)
            .rule(rule("views", 2.0, 20.0, "page_view"))
            .rule(rule("downloads", 8.0, 40.0, "download"))
            .rule(rule("opens", 1.0, 10.0, "email_open"))
            .rule(rule("clicks", 4.0, 30.0, "email_click"))
            .rule(rule("webinars", 15.0, 45.0, "webinar")),
    )
}

/// The twelve attribute rules, and engagement.
pub(crate) fn fit_and_engagement(fit: &ModelSpec) -> ModelSpec {
    let mut spec = fit.clone();
    spec.history = HistorySpec::new();
    spec.dimension(DimensionSpec::rules("engagement", engagement()))
}

/// Learns quintiles of recency, frequency and monetary value from the leads themselves and scores them by fit,
/// engagement and RFM.
pub(crate) fn with_rfm<L: LeadView + Sync>(
    spec: &ModelSpec,
    schema: &Schema,
    leads: &[L],
    score: impl FnOnce(&ScoreModel) -> ScoreMatrix,
) -> ScoreMatrix {
    let rfm = RfmSpec::new().rule(BinRule::Quantile);
    let learned = rfm
        .fit(schema, leads, as_of())
        .expect("there are purchases")
        .spec()
        .clone();
    let spec = spec.clone().dimension(DimensionSpec::rfm("value", learned));
    score(&ScoreModel::build(&spec).expect("the spec is sound"))
}
