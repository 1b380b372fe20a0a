//! Purchases and answers, of which there are few: row by row.

use super::Counts;
use super::activities::lead;
use super::csv_file::{BadCell, CsvFile};
use super::ids::Ids;
use super::leads::{moment, number};
use super::refused::Refused;
use super::rows::Row;
use anyhow::Result;
use lead_scoring::{AnswerValue, ChecklistScorer, LeadTableBuilder, Moment};

/// What the other files say, gathered until there is a table to put it in.
pub(crate) struct Others<'r> {
    pub(crate) ids: &'r Ids,
    pub(crate) as_of: Moment,
    pub(crate) counts: Counts,
    pub(crate) refused: Refused,
    purchases: Vec<(usize, Moment, f64)>,
    answers: Vec<(usize, Answered)>,
}

/// An answer to a question, and since when it is known.
struct Answered {
    question: String,
    answer: AnswerValue,
    since: Option<Moment>,
}

impl<'r> Others<'r> {
    pub(crate) fn new(ids: &'r Ids, as_of: Moment) -> Self {
        Self {
            ids,
            as_of,
            counts: Counts::default(),
            refused: Refused::default(),
            purchases: Vec::new(),
            answers: Vec::new(),
        }
    }

    pub(crate) fn purchases(&mut self, file: &CsvFile) -> Result<()> {
        let lead = file.required("lead")?;
        let at = file.required("at")?;
        let amount = file.required("amount")?;
        let mut refused = std::mem::take(&mut self.refused);
        file.each(&mut refused, |row| self.purchase(lead, at, amount, row))?;
        self.refused = refused;
        Ok(())
    }

    fn purchase(
        &mut self,
        lead: usize,
        at: usize,
        amount: usize,
        row: Row<'_>,
    ) -> Result<(), BadCell> {
        let Some(place) = self.place(row, lead)? else {
            return Ok(());
        };
        let at = moment(row.get(at)).map_err(|reason| (at, reason))?;
        let spent = number(row.get(amount)).map_err(|reason| (amount, reason))?;
        let Some(spent) = spent else {
            return Err((amount, "a purchase needs an amount".to_owned()));
        };
        self.purchases.push((place, at, spent));
        self.counts.purchases += 1;
        self.counts.later += u64::from(at > self.as_of);
        Ok(())
    }

    /// Reads the answers to the questions of checklists; the names of the columns that are read.
    pub(crate) fn answers(
        &mut self,
        file: &CsvFile,
        checklists: &[ChecklistScorer],
    ) -> Result<Vec<String>> {
        let id = file.required("id")?;
        let answered_at = file.column("answered_at");
        let mut questions = Vec::new();
        let mut known = vec!["id".to_owned(), "answered_at".to_owned()];
        for (column, name) in file.columns().iter().enumerate() {
            let mut asking = checklists.iter();
            if let Some(checklist) = asking.find(|asking| asking.questions().any(|q| q == name)) {
                questions.push((column, name.clone(), checklist));
                known.push(name.clone());
            }
        }
        let mut refused = std::mem::take(&mut self.refused);
        file.each(&mut refused, |row| {
            self.answer(id, answered_at, &questions, row)
        })?;
        self.refused = refused;
        Ok(known)
    }

    fn answer(
        &mut self,
        id: usize,
        answered_at: Option<usize>,
        questions: &[(usize, String, &ChecklistScorer)],
        row: Row<'_>,
    ) -> Result<(), BadCell> {
        let Some(place) = self.place(row, id)? else {
            return Ok(());
        };
        let since = match answered_at {
            Some(column) if row.cell(answered_at).is_some() => {
                Some(moment(row.get(column)).map_err(|reason| (column, reason))?)
            }
            _ => None,
        };
        let mut answers = Vec::new();
        for (column, question, checklist) in questions {
            let text = row.cell(Some(*column)).unwrap_or_default();
            let read = checklist.parse(question, text);
            let read = read.map_err(|error| (*column, error.to_string()))?;
            answers.extend(read.map(|answer| {
                let question = question.clone();
                let answered = Answered {
                    question,
                    answer,
                    since,
                };
                (place, answered)
            }));
        }
        let count = answers.len() as u64;
        self.counts.answers += count;
        if since.is_some_and(|since| since > self.as_of) {
            self.counts.later += count;
        }
        self.answers.append(&mut answers);
        Ok(())
    }

    fn place(&mut self, row: Row<'_>, column: usize) -> Result<Option<usize>, BadCell> {
        let found = row.cell(Some(column)).and_then(|id| self.ids.find(id));
        lead(row, column, found, &mut self.counts)
    }

    /// Puts all into the table of the leads.
    pub(crate) fn fill(self, mut builder: LeadTableBuilder<'_>) -> LeadTableBuilder<'_> {
        for (lead, at, amount) in self.purchases {
            builder.add_purchase(lead, at, amount);
        }
        for (lead, answered) in self.answers {
            let question = &answered.question;
            builder = builder.answers(question, [(lead, answered.answer)]);
            if let Some(since) = answered.since {
                builder = builder.answers_known_since(question, [(lead, since)]);
            }
        }
        builder
    }
}
