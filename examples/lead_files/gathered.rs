//! What the files say, gathered until each lead can be built of all that is known of it.

#![allow(
    clippy::indexing_slicing,
    reason = "places and lengths are counted here"
)]

use super::ids::piece;
use csv::StringRecord;
use lead_scoring::{Activity, KindSlot, LeadBuilder, Moment, ProductSlot};

/// The rows of the leads' file.
pub(crate) struct Sheet {
    width: usize,
    texts: String,
    /// Where each cell ends.
    ends: Vec<usize>,
}

impl Sheet {
    /// No rows yet, of that many cells each.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            width,
            texts: String::new(),
            ends: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: &StringRecord) {
        for cell in row {
            self.texts.push_str(cell);
            self.ends.push(self.texts.len());
        }
    }

    /// The cells of a row.
    pub(crate) fn row(&self, position: usize) -> impl Iterator<Item = &str> {
        let cells = position * self.width..(position + 1) * self.width;
        cells.map(|cell| piece(&self.texts, &self.ends, cell))
    }
}

/// What the leads of one [`Bucket`] did and bought.
///
/// The files have activities by time, and each step from one to the next leads to another lead: added to its lead at
/// once, every activity would wait for memory. Some hundred leads share a bucket instead, which only
/// ever grows at its end, and when all is read the leads of one bucket are built while it is at hand.
#[derive(Default)]
pub(crate) struct Bucket {
    activities: Vec<Row>,
    /// The texts of the activities.
    texts: String,
    purchases: Vec<(usize, Moment, f64)>,
}

struct Row {
    /// The place of the lead in its bucket.
    lead: usize,
    at: Moment,
    value: Option<f64>,
    /// Where its texts begin.
    start: usize,
    /// Where id, subject and channel end; one that ends where it begins is not there.
    ends: [usize; 3],
    kind: KindSlot,
    product: Option<ProductSlot>,
}

impl Bucket {
    /// How many leads share one.
    pub(crate) const LEADS: usize = 256;

    pub(crate) fn activity(&mut self, lead: usize, activity: &Activity<'_>) {
        let start = self.texts.len();
        let ends = [activity.id, activity.subject, activity.channel].map(|text| {
            self.texts.push_str(text.unwrap_or_default());
            self.texts.len()
        });
        self.activities.push(Row {
            lead,
            at: activity.at,
            value: activity.value,
            start,
            ends,
            kind: activity.kind,
            product: activity.product,
        });
    }

    pub(crate) fn purchase(&mut self, lead: usize, at: Moment, amount: f64) {
        self.purchases.push((lead, at, amount));
    }

    /// Gives everything to the leads' builders, in the order of the files.
    pub(crate) fn give(&self, leads: &mut [LeadBuilder<'_>]) {
        let mut counts = [0; Self::LEADS];
        for row in &self.activities {
            counts[row.lead] += 1;
        }
        for (lead, count) in leads.iter_mut().zip(counts) {
            lead.reserve_activities(count);
        }
        for row in &self.activities {
            leads[row.lead].add_activity(self.view(row));
        }
        for &(lead, at, amount) in &self.purchases {
            leads[lead].add_purchase(at, amount);
        }
    }

    fn view(&self, row: &Row) -> Activity<'_> {
        let mut start = row.start;
        let [id, subject, channel] = row.ends.map(|end| {
            let text = &self.texts[start..end];
            start = end;
            (!text.is_empty()).then_some(text)
        });
        Activity {
            at: row.at,
            kind: row.kind,
            id,
            product: row.product,
            subject,
            channel,
            value: row.value,
        }
    }
}
