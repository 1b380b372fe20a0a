use super::{HeatMap, LabelConversion, Report, ReportPopulation, ScoreHistogram};
use crate::evaluate::evaluation::real;
use crate::evaluate::lead_weights::shown;
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.title, self.judged)?;
        if let Some(as_of) = self.as_of {
            write!(f, " as of {as_of}")?;
        }
        if let Some(horizon) = &self.horizon {
            write!(f, ", converted within {horizon}")?;
        }
        write!(f, "\n{}", self.population)?;
        match &self.metrics {
            Some(metrics) => write!(f, "\n\n{metrics}")?,
            None => f.write_str("\n\nno lead was scored")?,
        }
        if let Some(gains) = &self.gains {
            write!(f, "\n\nBest leads first\n{gains}")?;
        }
        if let Some(reliability) = &self.reliability {
            write!(f, "\n\nProbability and what came of it\n{reliability}")?;
        }
        if let Some(distribution) = &self.distribution {
            write!(f, "\n\nScores by outcome\n{distribution}")?;
        }
        for labels in &self.labels {
            write!(f, "\n\n{labels}")?;
        }
        for map in self.heat_maps.iter().chain(&self.rfm) {
            write!(f, "\n\n{map}")?;
        }
        if let Some(segments) = &self.segments {
            write!(f, "\n\n{segments}")?;
        }
        if let Some(drift) = &self.drift {
            write!(f, "\n\n{}", drift.to_string().trim_end())?;
        }
        for (what, facts) in [
            ("attributes", &self.undated_attributes),
            ("answers", &self.undated_answers),
        ] {
            if !facts.is_empty() {
                let all = facts.iter();
                let all: Vec<String> = all
                    .map(|fact| format!("`{}` ({})", fact.name, shown(fact.values)))
                    .collect();
                let all = all.join(", ");
                write!(f, "\n\npossible leak, {what} taken as they are now: {all}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ReportPopulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} leads scored", self.scored, self.given)?;
        for (what, unscored) in [
            ("abstained", self.abstained),
            ("disqualified", self.disqualified),
        ] {
            let (leads, converted) = (shown(unscored.leads), shown(unscored.converted));
            if leads > 0.0 {
                write!(f, "; {leads} {what}, of which {converted} converted")?;
            }
        }
        for (leads, why) in [
            (self.left_out.converted_before, "had converted before"),
            (self.left_out.not_created, "not there yet"),
            (real(self.weightless), "of weight 0"),
        ] {
            if leads > 0.0 {
                write!(f, "; {} {why}", shown(leads))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ScoreHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("      from        to   converted      others")?;
        for bin in &self.bins {
            write!(
                f,
                "\n{:>10.3} {:>9.3} {:>11.1} {:>11.1}",
                bin.from, bin.to, bin.converted, bin.others
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for LabelConversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<20} {:>8}  converted", self.of, "leads")?;
        for row in &self.rows {
            let label = row.label.as_deref().unwrap_or("none");
            write!(f, "\n{label:<20} {:>8}  ", shown(row.leads))?;
            match row.conversion {
                Some(rate) => write!(f, "{rate}")?,
                None => f.write_str("-")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for HeatMap {
    /// Each cell as leads and conversion rate, the best row first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: rows {}, columns {}, leads and conversion rate",
            self.name, self.rows_of, self.columns_of
        )?;
        let width = |name: &String| name.chars().count();
        let first = self.rows.iter().map(width).max().unwrap_or(0);
        write!(f, "\n{:first$}", "")?;
        for column in &self.columns {
            write!(f, " {column:>16}")?;
        }
        for (place, row) in self.rows.iter().enumerate().rev() {
            write!(f, "\n{row:<first$}")?;
            for column in 0..self.columns.len() {
                let cell = self.cell(place, column);
                let leads = shown(cell.map_or(0.0, |cell| cell.leads));
                match cell.and_then(|cell| cell.conversion) {
                    Some(rate) => write!(f, " {leads:>8} {:>5.1} %", 100.0 * rate.rate)?,
                    None => write!(f, " {leads:>8} {:>7}", "-")?,
                }
            }
        }
        if self.outside > 0.0 {
            write!(f, "\noutside: {}", shown(self.outside))?;
        }
        Ok(())
    }
}
