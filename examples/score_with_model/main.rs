//! Scores the rows of a CSV file with a model that `train_predictive` wrote, and says why. A lead of which nothing is
//! known has no score.
//!
//! Without arguments it scores the last 100 rows of the sample in `examples/data` with the model beside it, which
//! `train_predictive --model past_model.json` wrote.
//!
//! ```text
//! cargo run --release --example score_with_model
//! cargo run --release --example train_predictive -- --data leads.csv --target converted --model model.json
//! cargo run --release --example score_with_model -- --model model.json --data new.csv --id lead --top 5
//! ```

#[path = "../train_predictive/delimiter.rs"]
mod delimiter;

use anyhow::{Context, Result};
use clap::Parser;
use delimiter::delimiter;
use lead_scoring::{
    AsOf, AttributeType, AttributeValue, Explanation, Lead, ModelSpec, RankBy, ScoreModel, Scorer,
};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data");

/// Scores new leads with a saved model
#[derive(Parser)]
struct Args {
    /// The model [default: that of the sample]
    #[arg(long, value_name = "JSON", requires = "data")]
    model: Option<PathBuf>,
    /// The leads, with a header; columns that the model does not know are not read [default: the sample]
    #[arg(long, value_name = "CSV", requires = "model")]
    data: Option<PathBuf>,
    /// The column that names the leads [default: the row, counted from 0; id of the sample]
    #[arg(long, value_name = "COL")]
    id: Option<String>,
    /// Scores that many rows only, the last of the file [default: all; 100 of the sample]
    #[arg(long, value_name = "ROWS")]
    last: Option<usize>,
    /// What stands for a missing value, beside an empty cell
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    missing: Vec<String>,
    /// The moment as of which dates have their age
    #[arg(long, value_name = "DATE", default_value = "2026-01-01")]
    as_of: AsOf,
    /// How many of the best leads are shown
    #[arg(long, value_name = "LEADS", default_value_t = 10)]
    top: usize,
    /// How many reasons are shown for each, up and down
    #[arg(long, value_name = "REASONS", default_value_t = 3)]
    reasons: usize,
    /// Where to write all scores
    #[arg(long, value_name = "CSV")]
    scores: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    match run(&args, &mut out).and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = out.flush();
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain();
    let io = causes.find_map(|cause| cause.downcast_ref::<io::Error>());
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let path = match &args.model {
        Some(path) => path.clone(),
        None => Path::new(SAMPLE).join("past_model.json"),
    };
    let file = path.display();
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
    let spec: ModelSpec =
        serde_json::from_str(&text).with_context(|| format!("{file} is no model"))?;
    let model = ScoreModel::build(&spec).with_context(|| format!("{file} is damaged"))?;
    let (first, leads) = read(args, &model, out)?;

    let scored = model.score_all(&leads, args.as_of);
    let order = scored.top(args.top, RankBy::Best)?;
    writeln!(
        out,
        "{} leads as of {}, the best first",
        leads.len(),
        args.as_of
    )?;
    for place in order {
        let Some(lead) = leads.get(place) else {
            continue;
        };
        let why = model.explain(lead, args.as_of);
        let score = why.parts().first().and_then(Explanation::value);
        match score {
            Some(score) => writeln!(out, "\n{score:6.2} %  {}", lead.id())?,
            None => writeln!(out, "\n     -    {}", lead.id())?,
        }
        for reason in why.top_up(args.reasons) {
            writeln!(out, "          {:+8.3}  {}", reason.value, reason.rule)?;
        }
        for reason in why.top_down(args.reasons) {
            writeln!(out, "          {:+8.3}  {}", reason.value, reason.rule)?;
        }
    }
    writeln!(out, "\nReasons are in log-odds, against the average lead.")?;

    if let Some(path) = &args.scores {
        let to = path.display();
        let mut file =
            csv::Writer::from_path(path).with_context(|| format!("cannot write {to}"))?;
        file.write_record(["row", "id", "probability"])?;
        let name = spec
            .dimensions
            .first()
            .map_or("", |first| first.name.as_str());
        for (row, lead) in leads.iter().enumerate() {
            let probability = scored.vector(row).and_then(|vector| vector.raw(name));
            let probability = probability.map_or_else(String::new, |p| p.to_string());
            file.write_record([(first + row).to_string(), lead.id().to_owned(), probability])?;
        }
        file.flush()?;
    }
    Ok(())
}

/// The leads, and the row of the first of them.
fn read(args: &Args, model: &ScoreModel, out: &mut dyn Write) -> Result<(usize, Vec<Lead>)> {
    let (path, name, last) = match &args.data {
        Some(path) => (path.clone(), None, usize::MAX),
        None => (Path::new(SAMPLE).join("past_leads.csv"), Some("id"), 100),
    };
    let last = args.last.unwrap_or(last);
    let file = path.display();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&path)?)
        .from_path(&path)
        .with_context(|| format!("cannot read {file}"))?;
    let header = reader
        .headers()
        .with_context(|| format!("cannot read the header of {file}"))?
        .clone();
    let place = |name: &str| {
        let bare = |known: &str| known.trim().trim_start_matches('\u{feff}') == name;
        header.iter().position(bare)
    };
    let id = match args.id.as_deref().or(name) {
        Some(name) => Some(place(name).with_context(|| format!("{file} has no column `{name}`"))?),
        None => None,
    };
    let mut columns: Vec<(usize, &str, AttributeType)> = Vec::new();
    for (name, of) in model.schema().attributes() {
        match place(name) {
            Some(place) => columns.push((place, name, of)),
            None => writeln!(out, "{file} has no column `{name}`: missing in every row")?,
        }
    }
    let mut leads = Vec::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.with_context(|| format!("cannot read {file}"))?;
        let cell = |place: usize| {
            let cell = record.get(place).unwrap_or_default().trim();
            let missing = args.missing.iter().any(|token| token.trim() == cell);
            if missing { "" } else { cell }
        };
        let name = match id.map(cell).filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => row.to_string(),
        };
        let mut lead = Lead::builder(model.schema(), name);
        for &(place, name, of) in &columns {
            let value = AttributeValue::parse(of, cell(place));
            let value = value.with_context(|| format!("{file}: row {row}, column `{name}`"))?;
            if let Some(value) = value {
                lead = lead.set(name, value);
            }
        }
        leads.push(lead.build()?);
    }
    let first = leads.len().saturating_sub(last);
    Ok((first, leads.split_off(first)))
}
