//! Which leads are qualified, and what should sales ask the others next?
//!
//! Reads what leads said to the questions of a checklist (BANT unless told otherwise), and prints them ranked with
//! what each answer is worth, how much is known, and the question to ask next. What nobody asked yet never counts as
//! no: it stays open. Without arguments it takes the sample in `examples/data`, the notes of a vendor whose offer is
//! 24,000 a year:
//!
//! ```text
//! cargo run --example bant_qualification
//! cargo run --example bant_qualification -- --answers answers.csv --as-of 2026-03-02 --price 50000 --needed 4
//! cargo run --example bant_qualification -- --answers answers.csv --as-of 2026-03-02 --checklist own.toml
//! ```
//!
//! The file has a column `id` and one for each question; an empty cell is not known. A column `answered_at` says since
//! when the row's answers are known, so that a report as of an earlier day shows what was known then.
//!
//! | BANT column | cells |
//! | --- | --- |
//! | `budget` | an amount in the currency of the price, or `yes`, `no` |
//! | `authority` | `decision_maker`, `influencer`, `user`, `none` |
//! | `need` | `critical`, `important`, `nice_to_have`, `none` |
//! | `timeframe` | the date of the decision: `2026-03-31` |

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use csv::StringRecord;
use lead_scoring::{
    AsOf, ChecklistScorer, ChecklistSpec, Lead, Moment, Qualification, QualificationStanding,
    Schema, SchemaSpec, Score, Scorer,
};
use std::cmp::Reverse;
use std::collections::HashSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

const SAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/examples/data/bant_answers.csv"
);
/// The moment at which the sample was taken.
const SAMPLE_AS_OF: &str = "2026-03-02T09:00:00Z";

/// Ranks leads by the answers to a checklist, and says what to ask next
#[derive(Parser)]
struct Args {
    /// The answers: `id` and a column for each question [default: the sample]
    #[arg(long, value_name = "CSV")]
    answers: Option<PathBuf>,
    /// The moment as of which to judge, RFC 3339 or a date [default: now; 2026-03-02T09:00:00Z for the sample]
    #[arg(long, value_name = "TIME")]
    as_of: Option<AsOf>,
    /// The questions
    #[arg(long, value_enum, default_value_t = Method::Bant)]
    method: Method,
    /// The price of the offer, in the currency of the budgets
    #[arg(long, value_name = "AMOUNT", default_value_t = 24_000.0)]
    price: f64,
    /// A checklist of your own, .toml or .json, in place of --method and --price
    #[arg(long, value_name = "FILE", conflicts_with_all = ["method", "price"])]
    checklist: Option<PathBuf>,
    /// How many questions must be met [default: all but one]
    #[arg(long, value_name = "N")]
    needed: Option<u32>,
    /// Further columns to print beside the ids [default for the sample: company]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    show: Vec<String>,
    /// The lead to explain [default: the best]
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
    /// Prints the checklist as TOML, to be changed and given back by --checklist, and ends
    #[arg(long)]
    print_checklist: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    Bant,
    Champ,
    Meddic,
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
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    // A checklist is data: a preset, or a file of one's own. Its questions make the schema.
    let spec = checklist(args)?;
    if args.print_checklist {
        write!(out, "{}", toml::to_string(&spec)?)?;
        return Ok(());
    }
    let schema = SchemaSpec::new().questions(spec.names()).build()?;
    let checklist = spec.build(&schema)?;

    let path = args.answers.as_deref().unwrap_or(Path::new(SAMPLE));
    let as_of = match (args.as_of, &args.answers) {
        (Some(as_of), _) => as_of,
        (None, None) => SAMPLE_AS_OF.parse()?,
        (None, Some(_)) => now()?,
    };
    let mut show = args.show.clone();
    if show.is_empty() && args.answers.is_none() {
        show.push("company".to_owned());
    }
    let Answers { leads, notes } = read(path, &schema, &checklist, &show)?;
    let name = spec.name.as_deref().unwrap_or("checklist");
    writeln!(out, "{name}: {} leads as of {as_of}", leads.len())?;
    for note in &notes {
        writeln!(out, "note: {note}")?;
    }

    // Each lead's report: score, coverage, what is met, and what is still open.
    let mut rows: Vec<Row<'_>> = leads
        .iter()
        .map(|(lead, shown)| Row {
            lead,
            shown,
            report: checklist.qualify(lead, as_of),
        })
        .collect();
    rows.sort_by_key(Row::rank);

    table(out, &checklist, &show, &rows, as_of)?;
    next_questions(out, &rows)?;

    // The explanation adds up to the score, bit for bit.
    let explained = match &args.explain {
        Some(id) => Some(
            rows.iter()
                .find(|row| row.lead.id() == id)
                .with_context(|| format!("no lead `{id}` was read, so it cannot be explained"))?,
        ),
        None => rows.first(),
    };
    if let Some(row) = explained {
        let why = checklist.explain(row.lead, as_of);
        writeln!(out, "\nWhy {}:\n{why}", row.lead.id())?;
    }
    Ok(())
}

fn checklist(args: &Args) -> Result<ChecklistSpec> {
    let spec = match (&args.checklist, args.method) {
        (Some(path), _) => own_checklist(path)?,
        (None, Method::Bant) => ChecklistSpec::bant(args.price),
        (None, Method::Champ) => ChecklistSpec::champ(args.price),
        (None, Method::Meddic) => ChecklistSpec::meddic(),
    };
    Ok(match args.needed {
        Some(needed) => spec.needed(needed),
        None => spec,
    })
}

fn own_checklist(path: &Path) -> Result<ChecklistSpec> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        return serde_json::from_str(&text).with_context(|| format!("{name} is no checklist"));
    }
    toml::from_str(&text).with_context(|| format!("{name} is no checklist"))
}

/// The library reads no clock; an app that wants the present moment says so.
fn now() -> Result<AsOf> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Moment::from_seconds(i64::try_from(since.as_secs())?).into())
}

/// What was read: leads, each with the cells to show beside it, and what was odd.
struct Answers {
    leads: Vec<(Lead, Vec<String>)>,
    notes: Vec<String>,
}

fn read(
    path: &Path,
    schema: &Schema,
    checklist: &ChecklistScorer,
    show: &[String],
) -> Result<Answers> {
    let file = path.display();
    let mut rows = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(path)
        .with_context(|| format!("cannot read {file}"))?;
    let columns = rows.headers()?.clone();
    for (place, column) in columns.iter().enumerate() {
        if columns.iter().take(place).any(|before| before == column) {
            bail!("{file} has two columns `{column}`");
        }
    }
    let find = |name: &str| columns.iter().position(|column| column == name);
    let id = find("id").with_context(|| format!("{file} has no column `id`"))?;
    let answered_at = find("answered_at");
    let mut beside = Vec::new();
    for name in show {
        let column = find(name).with_context(|| format!("--show: no column `{name}`"))?;
        beside.push(column);
    }
    let mut notes = Vec::new();
    let questions: Vec<&str> = checklist.questions().collect();
    for &question in questions.iter().filter(|question| find(question).is_none()) {
        notes.push(format!(
            "no column `{question}`: it is not known of any lead"
        ));
    }
    for (place, column) in columns.iter().enumerate() {
        let used = Some(place) == answered_at || place == id || beside.contains(&place);
        if !used && !questions.contains(&column) {
            notes.push(format!("column `{column}` is none of the questions"));
        }
    }

    let mut leads = Vec::new();
    let mut seen = HashSet::new();
    for row in rows.records() {
        let row = row.with_context(|| format!("cannot read {file}"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or("");
        let name = cell(Some(id));
        if name.is_empty() || !seen.insert(name.to_owned()) {
            bail!("{file}:{line}: an id is needed, once, got `{name}`");
        }
        let since: Option<Moment> = match cell(answered_at) {
            "" => None,
            text => Some(text.parse().with_context(|| format!("{file}:{line}"))?),
        };
        let mut lead = Lead::builder(schema, name);
        for &question in &questions {
            // A cell that is no answer to its question is told, and is not known.
            match checklist.parse(question, cell(find(question))) {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    lead = lead.answer(question, answer);
                    if let Some(since) = since {
                        lead = lead.answer_known_since(question, since);
                    }
                }
                Err(error) => notes.push(format!("line {line}, column `{question}`: {error}")),
            }
        }
        let lead = lead.build().with_context(|| format!("{file}:{line}"))?;
        leads.push((lead, shown(&row, &beside)));
    }
    Ok(Answers { leads, notes })
}

fn shown(row: &StringRecord, columns: &[usize]) -> Vec<String> {
    let cell = |&column: &usize| row.get(column).unwrap_or("").to_owned();
    columns.iter().map(cell).collect()
}

/// A lead with its report.
struct Row<'a> {
    lead: &'a Lead,
    shown: &'a [String],
    report: Qualification,
}

impl Row<'_> {
    /// Qualified leads come first, then open ones; within each the better score, then the one of which more is known.
    /// (A lead of which one good answer is known has a high score, but is still open.)
    fn rank(&self) -> (u8, Reverse<Option<Score>>, Reverse<u64>) {
        let standing = match self.report.standing() {
            QualificationStanding::Qualified => 0,
            QualificationStanding::Open => 1,
            QualificationStanding::NotQualified => 2,
        };
        // Numbers that are not negative are ordered as their bits are.
        let coverage = self.report.coverage.to_bits();
        (standing, Reverse(self.report.score), Reverse(coverage))
    }
}

fn table(
    out: &mut dyn Write,
    checklist: &ChecklistScorer,
    show: &[String],
    rows: &[Row<'_>],
    as_of: AsOf,
) -> Result<()> {
    // Each letter is a scorer of its own.
    let names = checklist.questions();
    let letters: Vec<_> = names.filter_map(|name| checklist.letter(name)).collect();
    let mut lines = Vec::new();
    let mut header = vec!["rank".to_owned(), "id".to_owned()];
    header.extend(show.iter().cloned());
    header.extend(["standing", "score", "coverage", "met"].map(str::to_owned));
    header.extend(letters.iter().map(|letter| letter.name().to_owned()));
    lines.push(header);
    let cell = |score: Option<Score>| score.map_or("?".to_owned(), |score| format!("{score:.0}"));
    for (place, row) in rows.iter().enumerate() {
        let report = &row.report;
        let asked = report.met.len() + report.unmet.len() + report.open_questions.len();
        let mut line = vec![(place + 1).to_string(), row.lead.id().to_owned()];
        line.extend(row.shown.iter().cloned());
        line.push(report.standing().to_string());
        line.push(cell(report.score));
        line.push(format!("{:.0} %", 100.0 * report.coverage));
        line.push(format!("{} of {asked}", report.met.len()));
        let scores = letters.iter().map(|letter| letter.score(row.lead, as_of));
        line.extend(scores.map(cell));
        lines.push(line);
    }
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    writeln!(out)?;
    for line in &lines {
        let cells = line.iter().zip(&widths);
        let text: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(out, "{}", text.join("  ").trim_end())?;
    }
    let count = |standing| {
        let with = rows.iter().filter(|row| row.report.standing() == standing);
        with.count()
    };
    writeln!(
        out,
        "\n{} qualified, {} open, {} not qualified",
        count(QualificationStanding::Qualified),
        count(QualificationStanding::Open),
        count(QualificationStanding::NotQualified)
    )?;
    Ok(())
}

/// What to ask the leads that can still qualify: the weightiest question first.
fn next_questions(out: &mut dyn Write, rows: &[Row<'_>]) -> Result<()> {
    let open = rows
        .iter()
        .filter(|row| row.report.standing() == QualificationStanding::Open);
    for (place, row) in open.enumerate() {
        if place == 0 {
            writeln!(out, "\nAsk next:")?;
        }
        let mut questions = row.report.open_questions.iter();
        let Some(first) = questions.next() else {
            continue;
        };
        let ask = first.ask.as_deref().unwrap_or(&first.question);
        let then: Vec<&str> = questions.map(|open| &*open.question).collect();
        let then = match then.as_slice() {
            [] => String::new(),
            more => format!(" (then {})", more.join(", ")),
        };
        writeln!(out, "  {}: {ask}{then}", row.lead.id())?;
    }
    Ok(())
}
