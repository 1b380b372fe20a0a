//! Leads and what they do, drawn from how well they fit and how serious they are.

use crate::calls::Calls;
use crate::rows::{AnswerRow, Event, LeadRow, lead_id};
use crate::tables::{
    CHANNELS, COUNTRIES, FAMILIES, FIRST_HALVES, INDUSTRIES, NAMES, PAPERS, POSTS, PRODUCTS,
    RIVALS, SECOND_HALVES, SIZES, TAGS, TITLES,
};
use chrono::{DateTime, Datelike, Days, TimeDelta, Timelike, Utc, Weekday};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How serious a lead is. It is never written down: a scoring model has to find it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Intent {
    #[default]
    None,
    Curious,
    Comparing,
    Buying,
}

pub(crate) struct World {
    rng: ChaCha8Rng,
    as_of: DateTime<Utc>,
    pub(crate) leads: Vec<LeadRow>,
    pub(crate) events: Vec<Event>,
    pub(crate) purchases: Vec<(u32, DateTime<Utc>, u32)>,
    pub(crate) answers: Vec<AnswerRow>,
    calls: Calls,
}

impl World {
    pub(crate) fn new(seed: u64, as_of: DateTime<Utc>) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            as_of,
            leads: Vec::new(),
            events: Vec::new(),
            purchases: Vec::new(),
            answers: Vec::new(),
            calls: Calls::new(seed, as_of),
        }
    }

    /// One of a table, as often as its weight says.
    fn pick<T: Copy + Default>(&mut self, table: &[(T, u32)]) -> T {
        let whole = table.iter().map(|(_, weight)| weight).sum();
        let mut left = self.rng.random_range(0..whole);
        let found = table.iter().find(|(_, weight)| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        });
        found.map(|&(item, _)| item).unwrap_or_default()
    }

    fn word(&mut self, words: &'static str) -> &'static str {
        let count = words.split_whitespace().count();
        let place = self
            .rng
            .random_range(0..u32::try_from(count).unwrap_or(u32::MAX));
        words
            .split_whitespace()
            .nth(place as usize)
            .unwrap_or_default()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_ratio(percent.min(100), 100)
    }

    fn between(&mut self, low: u32, high: u32) -> u32 {
        self.rng.random_range(low..=high)
    }

    /// A moment in working hours, that many days back.
    fn working_hours(&mut self, days_back: u32) -> DateTime<Utc> {
        let day = self.as_of - Days::new(days_back.into());
        let weekend = match day.weekday() {
            Weekday::Sat => 1,
            Weekday::Sun => 2,
            _ => 0,
        };
        // Most weekend visits move to the Friday before.
        let day = if self.chance(85) {
            day - Days::new(weekend)
        } else {
            day
        };
        let (hour, minute, second) = (
            self.between(7, 18),
            self.between(0, 59),
            self.between(0, 59),
        );
        let time = day
            .with_hour(hour)
            .and_then(|t| t.with_minute(minute))
            .and_then(|t| t.with_second(second));
        time.filter(|time| *time < self.as_of)
            .unwrap_or(day - TimeDelta::hours(2))
    }

    /// A moment in working hours, that many days back or at some time since the lead is known.
    fn since(&mut self, row: &LeadRow, days_back: u32) -> DateTime<Utc> {
        let known = (self.as_of - row.created_at).num_days();
        let known = u32::try_from(known).unwrap_or_default();
        let back = if days_back <= known {
            days_back
        } else {
            self.between(0, known)
        };
        self.working_hours(back).max(row.created_at)
    }

    /// Draws one lead, and all it does.
    pub(crate) fn lead(&mut self, number: u32) {
        let (title, by_title) = self.pick(&TITLES);
        let (industry, by_industry) = self.pick(&INDUSTRIES);
        let (low, high, by_size) = self.pick(&SIZES);
        let (country, by_country) = self.pick(&COUNTRIES);
        let size = self.between(low, high);
        let size = if size > 100 { size / 10 * 10 } else { size };
        let fit = by_title + by_industry + by_size + by_country; // 0 to 12
        let intent = self.pick(&[
            (Intent::None, 30),
            (Intent::Curious, 34),
            (Intent::Comparing, 8 + 2 * fit),
            (Intent::Buying, 1 + fit),
        ]);
        let rival = self.rng.random_ratio(1, 40);
        let company = if rival {
            self.word(RIVALS).to_owned()
        } else {
            format!("{} {}", self.word(FIRST_HALVES), self.word(SECOND_HALVES))
        };
        let student = title == "Student";
        let (company, industry) = if student {
            ("University of Harburg".to_owned(), "education")
        } else {
            (company, industry)
        };
        let private = self.chance(12);
        let domain = if student {
            "uni-harburg".to_owned()
        } else if private {
            "freemail".to_owned()
        } else {
            company.to_lowercase().replace(' ', "-")
        };
        let email = format!(
            "{}.{}@{domain}.example",
            self.word(NAMES),
            self.word(FAMILIES)
        );
        let mut tags = Vec::new();
        if self.chance(22) {
            tags.push(self.word(TAGS));
        }
        if rival && self.chance(60) {
            tags.push("competitor");
        }
        let age = self.between(1, 160)
            + if self.chance(40) {
                self.between(0, 240)
            } else {
                0
            };
        let trial = match intent {
            Intent::Buying => self.chance(45),
            Intent::Comparing => self.chance(20),
            _ => false,
        };
        let trial_ends =
            trial.then(|| self.as_of - Days::new(12) + Days::new(self.between(0, 26).into()));
        let recycled = age > 60 && self.chance(6);
        let lead = LeadRow {
            id: lead_id(number),
            company,
            title: if self.chance(8) { "" } else { title },
            industry: if self.chance(12) { "" } else { industry },
            country: if self.chance(5) { "" } else { country },
            company_size: (!self.chance(18) && !student).then_some(size),
            email,
            tags,
            newsletter: (!self.chance(10)).then(|| self.chance(65)),
            trial_ends,
            recycled_at: recycled.then(|| self.as_of - Days::new(self.between(20, 55).into())),
            created_at: self.working_hours(age),
        };
        self.visits(number, intent, &lead);
        self.mails(number, intent, &lead);
        self.hand_raisers(number, intent, &lead);
        self.orders(number, fit, intent, size, &lead);
        self.answers.extend(self.calls.call(&lead, intent));
        self.leads.push(lead);
    }

    /// Visits to the web site, and what is done there.
    fn visits(&mut self, lead: u32, intent: Intent, row: &LeadRow) {
        let (low, high) = match intent {
            Intent::None => (0, 1),
            Intent::Curious => (1, 4),
            Intent::Comparing => (2, 5),
            Intent::Buying => (4, 8),
        };
        let interest = self.word(PRODUCTS);
        // Some were serious once and then fell silent.
        let silent = if self.chance(20) { 45 } else { 0 };
        for _ in 0..self.between(low, high) {
            let mut back = self.between(0, 120);
            if intent >= Intent::Comparing {
                back = back.min(self.between(0, 120));
            }
            let channel = self.word(CHANNELS);
            let mut at = self.since(row, silent + back);
            for _ in 0..self.between(1, 5) {
                let (page, product) = self.page(intent, interest, row);
                let view = Event::new(lead, "page_view", at, channel);
                self.push(view.about(page).product(product));
                at += TimeDelta::seconds(self.between(15, 240).into());
            }
            if self.chance(if intent >= Intent::Curious { 22 } else { 5 }) {
                let paper = self.word(PAPERS);
                let download = Event::new(lead, "download", at, channel);
                self.push(download.about(paper).product(interest));
            }
        }
        if row.trial_ends.is_some() {
            for _ in 0..self.between(1, 6) {
                let back = self.between(0, 14);
                let login = Event::new(lead, "trial_login", self.working_hours(back), "direct");
                self.push(login.product(interest));
            }
        }
    }

    fn page(
        &mut self,
        intent: Intent,
        interest: &'static str,
        row: &LeadRow,
    ) -> (String, &'static str) {
        let serious = match intent {
            Intent::None | Intent::Curious => 1,
            Intent::Comparing => 6,
            Intent::Buying => 12,
        };
        let looking_for_work = if row.title == "Student" { 30 } else { 1 };
        match self.pick(&[
            ("/", 8),
            ("product", 10),
            ("/blog/", 8),
            ("/pricing", serious),
            ("/customers", serious / 2),
            ("/docs/api", serious / 3),
            ("/careers", looking_for_work),
        ]) {
            "product" => (format!("/{interest}"), interest),
            "/blog/" => (format!("/blog/{}", self.word(POSTS)), ""),
            page => (page.to_owned(), ""),
        }
    }

    /// Newsletters every other week: opened and clicked, or bounced, complained of and unsubscribed from.
    fn mails(&mut self, lead: u32, intent: Intent, row: &LeadRow) {
        if row.newsletter == Some(false) {
            return;
        }
        let (opens, clicks) = match intent {
            Intent::None => (12, 10),
            Intent::Curious => (25, 20),
            Intent::Comparing => (40, 30),
            Intent::Buying => (50, 40),
        };
        let (bounces, leaves) = (self.chance(4), self.chance(14));
        for issue in (1..=11).rev() {
            let sent = self.as_of - Days::new(issue * 14) + TimeDelta::hours(1);
            if sent < row.created_at {
                continue;
            }
            let subject = format!("news-{}", sent.format("%m-%d"));
            if bounces {
                return self.push(Event::new(lead, "email_bounce", sent, "email").about(subject));
            }
            if !self.chance(opens) {
                continue;
            }
            let opened = sent + TimeDelta::minutes(self.between(1, 2_000).into());
            self.push(Event::new(lead, "email_open", opened, "email").about(subject.clone()));
            let then = opened + TimeDelta::seconds(self.between(20, 300).into());
            if self.chance(clicks) {
                self.push(Event::new(lead, "email_click", then, "email").about(subject));
            } else if leaves && self.chance(60) {
                let kind = if self.chance(20) {
                    "spam_complaint"
                } else {
                    "unsubscribe"
                };
                return self.push(Event::new(lead, kind, then, "email").about(subject));
            }
        }
    }

    /// Webinars, social networks, and those who ask to be called.
    fn hand_raisers(&mut self, lead: u32, intent: Intent, row: &LeadRow) {
        let (attends, asks) = match intent {
            Intent::None => (2, 0),
            Intent::Curious => (8, 1),
            Intent::Comparing => (18, 6),
            Intent::Buying => (26, 48),
        };
        for (name, back) in [
            ("process-mining", 137),
            ("automation-101", 95),
            ("live-demo", 46),
            ("roadmap", 11),
        ] {
            let starts = self.as_of - Days::new(back) + TimeDelta::hours(5);
            if starts > row.created_at && self.chance(attends) {
                let minutes = self.between(5, 60);
                let webinar = Event::new(lead, "webinar", starts, "email");
                self.push(webinar.about(name).value(minutes));
            }
        }
        if self.chance(6 + attends / 3) {
            let back = self.between(1, 150);
            let at = self.since(row, back);
            self.push(Event::new(lead, "social_follow", at, "social"));
        }
        if self.chance(asks) {
            let back = self.between(0, 40);
            let at = self.since(row, back);
            let product = self.word(PRODUCTS);
            let demo = Event::new(lead, "demo_request", at, "direct");
            self.push(demo.product(product));
        }
    }

    /// What customers of one product, who may want another, have bought.
    fn orders(&mut self, lead: u32, fit: u32, intent: Intent, size: u32, row: &LeadRow) {
        let serious = if intent >= Intent::Comparing { 12 } else { 2 };
        if !self.chance(fit + serious) {
            return;
        }
        let seats = (size / 12).clamp(3, 250);
        for _ in 0..self.between(1, 5) {
            let back = self.between(3, 380);
            let at = self.since(row, back);
            let months = self.pick(&[(1, 4), (3, 3), (12, 3)]);
            let cents = seats * months * self.between(900, 2_400);
            self.purchases.push((lead, at, cents));
        }
    }

    /// Keeps an event; what systems with ids report, they sometimes report twice.
    fn push(&mut self, event: Event) {
        if event.at >= self.as_of {
            return;
        }
        let twice = event.identified && self.rng.random_ratio(1, 60);
        let replay = twice.then(|| Event {
            replay: true,
            ..event.clone()
        });
        self.events.push(event);
        self.events.extend(replay);
    }
}
