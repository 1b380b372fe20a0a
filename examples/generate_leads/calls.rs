//! What leads say when sales calls them: the four questions of BANT.

use crate::rows::{AnswerRow, LeadRow};
use crate::world::Intent;
use chrono::{DateTime, Days, Utc};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws from numbers of its own, so that calls change nothing else.
pub(crate) struct Calls {
    rng: ChaCha8Rng,
    as_of: DateTime<Utc>,
}

impl Calls {
    pub(crate) fn new(seed: u64, as_of: DateTime<Utc>) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1);
        Self { rng, as_of }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_ratio(percent.min(100), 100)
    }

    fn one_of(&mut self, words: [&'static str; 4]) -> &'static str {
        let place: usize = self.rng.random_range(0..4);
        words.get(place).copied().unwrap_or_default()
    }

    /// The notes of a call, where there was one: the more serious a lead, the more likely.
    pub(crate) fn call(&mut self, lead: &LeadRow, intent: Intent) -> Option<AnswerRow> {
        let (called, needs, days) = match intent {
            Intent::None => (3, ["none", "none", "nice_to_have", "nice_to_have"], 540),
            Intent::Curious => (
                8,
                ["none", "nice_to_have", "nice_to_have", "important"],
                400,
            ),
            Intent::Comparing => (
                35,
                ["nice_to_have", "important", "important", "critical"],
                200,
            ),
            Intent::Buying => (70, ["important", "important", "critical", "critical"], 90),
        };
        if lead.title == "Student" || !self.chance(called) {
            return None;
        }
        let known = (self.as_of - lead.created_at).num_days().clamp(1, 60);
        let back = self
            .rng
            .random_range(0..u64::try_from(known).unwrap_or(1))
            .max(1);
        let answered_at = (self.as_of - Days::new(back)).max(lead.created_at);
        let decides = ["Chief", "VP", "Head", "Director"];
        let authority = if decides.iter().any(|title| lead.title.starts_with(title)) {
            self.one_of([
                "decision_maker",
                "decision_maker",
                "decision_maker",
                "influencer",
            ])
        } else if lead.title.ends_with("Manager") {
            self.one_of(["decision_maker", "influencer", "influencer", "user"])
        } else {
            self.one_of(["influencer", "user", "user", "none"])
        };
        let people = lead.company_size.unwrap_or(60);
        let budget = if self.chance(20) {
            self.one_of(["yes", "yes", "no", "no"]).to_owned()
        } else {
            let hundreds = self.rng.random_range(20..120) + people.min(2_000) / 10;
            (hundreds * 100).to_string()
        };
        let until = Days::new(self.rng.random_range(10..days));
        // Not everything is asked on the first call.
        Some(AnswerRow {
            id: lead.id.clone(),
            budget: if self.chance(65) {
                budget
            } else {
                String::new()
            },
            authority: if self.chance(90) { authority } else { "" },
            need: self.one_of(needs),
            timeframe: self.chance(70).then(|| answered_at + until),
            answered_at,
        })
    }
}
