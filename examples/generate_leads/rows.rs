//! Rows of the files.

use chrono::{DateTime, SecondsFormat, Utc};

pub(crate) struct LeadRow {
    pub(crate) id: String,
    pub(crate) company: String,
    pub(crate) title: &'static str,
    pub(crate) industry: &'static str,
    pub(crate) country: &'static str,
    pub(crate) company_size: Option<u32>,
    pub(crate) email: String,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) newsletter: Option<bool>,
    pub(crate) trial_ends: Option<DateTime<Utc>>,
    pub(crate) recycled_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
}

#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) lead: u32,
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: &'static str,
    /// Whether the system that reports it gives it an id.
    pub(crate) identified: bool,
    /// Whether it is the same report once more.
    pub(crate) replay: bool,
    pub(crate) product: &'static str,
    pub(crate) subject: String,
    pub(crate) value: Option<u32>,
    pub(crate) channel: &'static str,
}

impl LeadRow {
    pub(crate) const COLUMNS: [&str; 12] = [
        "id",
        "created_at",
        "company",
        "title",
        "industry",
        "country",
        "company_size",
        "email",
        "tags",
        "newsletter",
        "trial_ends",
        "recycled_at",
    ];

    pub(crate) fn cells(&self) -> [String; 12] {
        [
            self.id.clone(),
            time(self.created_at),
            self.company.clone(),
            self.title.to_owned(),
            self.industry.to_owned(),
            self.country.to_owned(),
            self.company_size
                .map(|size| size.to_string())
                .unwrap_or_default(),
            self.email.clone(),
            self.tags.join("|"),
            self.newsletter
                .map(|yes| if yes { "yes" } else { "no" }.to_owned())
                .unwrap_or_default(),
            date(self.trial_ends),
            date(self.recycled_at),
        ]
    }
}

impl Event {
    pub(crate) const COLUMNS: [&str; 8] = [
        "lead", "kind", "at", "id", "product", "subject", "value", "channel",
    ];

    pub(crate) fn new(
        lead: u32,
        kind: &'static str,
        at: DateTime<Utc>,
        channel: &'static str,
    ) -> Self {
        Self {
            lead,
            at,
            kind,
            identified: !matches!(kind, "page_view" | "trial_login"),
            replay: false,
            product: "",
            subject: String::new(),
            value: None,
            channel,
        }
    }

    pub(crate) fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    pub(crate) fn product(mut self, product: &'static str) -> Self {
        self.product = product;
        self
    }

    pub(crate) fn value(mut self, value: u32) -> Self {
        self.value = Some(value);
        self
    }

    pub(crate) fn cells(&self, number: u32) -> [String; 8] {
        [
            lead_id(self.lead),
            self.kind.to_owned(),
            time(self.at),
            if self.identified {
                format!("e{number}")
            } else {
                String::new()
            },
            self.product.to_owned(),
            self.subject.clone(),
            self.value
                .map(|value| value.to_string())
                .unwrap_or_default(),
            self.channel.to_owned(),
        ]
    }
}
/// What a lead said on the phone; empty where it was not asked.
pub(crate) struct AnswerRow {
    pub(crate) id: String,
    pub(crate) budget: String,
    pub(crate) authority: &'static str,
    pub(crate) need: &'static str,
    pub(crate) timeframe: Option<DateTime<Utc>>,
    pub(crate) answered_at: DateTime<Utc>,
}

impl AnswerRow {
    pub(crate) const COLUMNS: [&str; 6] = [
        "id",
        "budget",
        "authority",
        "need",
        "timeframe",
        "answered_at",
    ];

    pub(crate) fn cells(&self) -> [String; 6] {
        [
            self.id.clone(),
            self.budget.clone(),
            self.authority.to_owned(),
            self.need.to_owned(),
            date(self.timeframe),
            time(self.answered_at),
        ]
    }
}

pub(crate) fn lead_id(number: u32) -> String {
    format!("L{number:04}")
}

pub(crate) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(crate) fn date(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| at.format("%Y-%m-%d").to_string())
        .unwrap_or_default()
}
