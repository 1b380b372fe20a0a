//! Leads and models that the benchmarks share, the same in every run.

#![allow(dead_code, reason = "each benchmark uses a part")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot run may stop"
)]

use lead_scoring::{
    Activity, ActivitySpec, AsOf, AttributeRef, CompositeSpec, CountRange, DecaySpec,
    DimensionSpec, Filter, GroupSpec, HistorySpec, InactivitySpec, KindSlot, Lead, ModelSpec,
    Moment, Occurrences, RuleSpec, RulesSpec, Schema, SchemaSpec, attribute,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Activities of each lead that has any.
pub(crate) const ACTIVITIES: usize = 10;

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
const KINDS: [&str; 5] = [
    "page_view",
    "download",
    "email_open",
    "email_click",
    "webinar",
];
const PAGES: [&str; 5] = ["/pricing", "/docs", "/blog/one", "/blog/two", "/careers"];

/// The moment of all benchmarks.
pub(crate) fn as_of() -> AsOf {
    AsOf::new(Moment::from_seconds(1_780_000_000))
}

fn schema() -> SchemaSpec {
    SchemaSpec::new()
        .text("title")
        .text("industry")
        .text("country")
        .text("source")
        .text("domain")
        .number("employees")
        .number("revenue")
        .number("age_days")
        .number("visits")
        .flag("newsletter")
        .flag("trial")
        .date("renewal")
        .kinds(KINDS)
}

/// The rules on text by case or not; the literals are as the leads have them, so that both give the same.
fn explicit(by_case: bool) -> RulesSpec {
    let text = |filter: AttributeRef| {
        if by_case { filter.exact_case() } else { filter }
    };
    let rule = RuleSpec::new;
    RulesSpec::new()
        .group(
            GroupSpec::sum("who")
                .rule(
                    rule("chief")
                        .points(20.0)
                        .when(text(attribute("title").contains("Chief"))),
                )
                .rule(
                    rule("vp")
                        .points(15.0)
                        .when(text(attribute("title").starts_with("VP "))),
                )
                .rule(
                    rule("student")
                        .points(-30.0)
                        .when(text(attribute("title").equals("Student"))),
                )
                .rule(
                    rule("free-mail")
                        .points(-10.0)
                        .when(text(attribute("domain").one_of(["gmail.com", "gmx.de"]))),
                ),
        )
        .group(
            GroupSpec::sum("company")
                .rule(
                    rule("software")
                        .points(15.0)
                        .when(text(attribute("industry").one_of(["software", "finance"]))),
                )
                .rule(
                    rule("large")
                        .points(20.0)
                        .when(attribute("employees").at_least(500)),
                )
                .rule(
                    rule("middle")
                        .points(10.0)
                        .when(attribute("employees").at_least(50).less_than(500)),
                )
                .rule(
                    rule("rich")
                        .points(10.0)
                        .when(attribute("revenue").more_than(1e7)),
                )
                .rule(
                    rule("market")
                        .points(5.0)
                        .when(text(attribute("country").one_of(["DE", "FR", "GB"]))),
                )
                .rule(
                    rule("referred")
                        .points(10.0)
                        .when(text(attribute("source").equals("referral"))),
                )
                .rule(
                    rule("newsletter")
                        .points(5.0)
                        .when(attribute("newsletter").equals(true)),
                )
                .rule(
                    rule("trial")
                        .points(15.0)
                        .when(attribute("trial").equals(true)),
                ),
        )
}

/// Twelve attribute rules in one dimension.
pub(crate) fn attribute_rules() -> ModelSpec {
    ModelSpec::new("attribute rules")
        .schema(schema())
        .dimension(DimensionSpec::rules("fit", explicit(false)))
}

/// The same rules on text that is compared by case.
pub(crate) fn attribute_rules_by_case() -> ModelSpec {
    ModelSpec::new("attribute rules by case")
        .schema(schema())
        .dimension(DimensionSpec::rules("fit", explicit(true)))
}

/// A full points model: the twelve attribute rules, eight rules on activities with every sort of limit, a composite.
pub(crate) fn full_points() -> ModelSpec {
    let rule = RuleSpec::new;
    let of = |kind: &str| ActivitySpec::of(kind);
    let fading = || DecaySpec::half_life("14d");
    let engagement = RulesSpec::new()
        .group(
            GroupSpec::sum("web")
                .max(60.0)
                .rule(
                    rule("views").points(2.0).max(20.0).activity(
                        of("page_view")
                            .occurrences(Occurrences::PerDay(3))
                            .decay(fading()),
                    ),
                )
                .rule(
                    rule("pricing").points(10.0).activity(
                        of("page_view")
                            .subject(Filter::new().starts_with("/pricing"))
                            .last("30d")
                            .decay(fading()),
                    ),
                )
                .rule(
                    rule("careers").points(-15.0).activity(
                        of("page_view")
                            .subject(Filter::new().equals("/careers"))
                            .occurrences(Occurrences::Once),
                    ),
                )
                .rule(
                    rule("downloads")
                        .points(8.0)
                        .activity(of("download").decay(fading())),
                ),
        )
        .group(
            GroupSpec::sum("mail")
                .max(40.0)
                .rule(
                    rule("opens")
                        .points(1.0)
                        .activity(of("email_open").last("60d").decay(fading())),
                )
                .rule(
                    rule("clicks")
                        .points(4.0)
                        .activity(of("email_click").decay(fading())),
                )
                .rule(
                    rule("webinars").activity(of("webinar").occurrences(Occurrences::Count(vec![
                        CountRange::between(1, 2, 10.0),
                        CountRange::at_least(3, 20.0),
                    ]))),
                )
                .rule(
                    rule("silence")
                        .points(-10.0)
                        .inactivity(InactivitySpec::every("30d").floor(-30.0)),
                ),
        );
    ModelSpec::new("full points")
        .schema(schema())
        .history(HistorySpec::new().utc_offset("+01:00"))
        .dimension(DimensionSpec::rules("fit", explicit(false)))
        .dimension(DimensionSpec::rules("engagement", engagement))
        .composite(CompositeSpec::weighted_mean([
            ("fit", 0.4),
            ("engagement", 0.6),
        ]))
}

/// Makes leads.
pub(crate) struct Sample<'s> {
    schema: &'s Schema,
}

impl<'s> Sample<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        Self { schema }
    }

    /// That many leads with that many activities each.
    pub(crate) fn leads(&self, count: usize, activities: usize) -> Vec<Lead> {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        (0..count)
            .map(|i| self.lead(i, activities, &mut random))
            .collect()
    }

    fn lead(&self, i: usize, activities: usize, random: &mut ChaCha8Rng) -> Lead {
        let now = as_of().moment();
        let mut lead = Lead::builder(self.schema, format!("lead-{i}"))
            .created_at(now.plus_micros(-200 * DAY))
            .set("title", pick(&TITLES, random))
            .set("industry", pick(&INDUSTRIES, random))
            .set("country", pick(&COUNTRIES, random))
            .set("source", pick(&SOURCES, random))
            .set("domain", pick(&DOMAINS, random))
            .set("employees", f64::from(random.random_range(1..5_000)))
            .set("age_days", f64::from(random.random_range(0..900)))
            .set("visits", f64::from(random.random_range(0..80)))
            .set("newsletter", random.random_bool(0.4));
        if random.random_bool(0.8) {
            lead = lead.set("revenue", random.random_range(1e5..1e9));
        }
        if random.random_bool(0.7) {
            lead = lead.set("trial", random.random_bool(0.2));
        }
        for a in 0..activities {
            let kind = random.random_range(0..u16::try_from(KINDS.len()).expect("few kinds"));
            let at = now.plus_micros(-random.random_range(0..120 * DAY));
            let id = format!("{i}-{a}");
            lead = lead.push(
                Activity::new(KindSlot::new(kind), at)
                    .id(&id)
                    .subject(pick(&PAGES, random)),
            );
        }
        lead.build().expect("the lead is sound")
    }
}

fn pick<'t>(from: &[&'t str], random: &mut impl Rng) -> &'t str {
    from[random.random_range(0..from.len())]
}
