//! Which product does each lead lean towards, and is it heating up?
//!
//! Reads a model and leads with their activities from files in the format of `score_leads`, and prints each lead's
//! leaning with its share of every product, a summary of each product, and why one lead leans as it does. The model
//! has a dimension `interest`, and may have one for `momentum`. Without arguments it takes the sample in
//! `examples/data`:
//!
//! ```text
//! cargo run --release --example product_interest
//! cargo run --release --example product_interest -- --model m.toml --leads leads.csv --activities activities.csv \
//!     --as-of 2026-03-02T09:00:00Z --explain L0122 --output interest.csv
//! ```

use anyhow::{Context, Result, bail};
use clap::Parser;
use lead_files::{Files, model, show};
use lead_scoring::{AsOf, InterestProfile, InterestScorer, LeadRow, MomentumScorer, Score, Scorer};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[allow(dead_code, reason = "the main example takes more")]
#[path = "../lead_files/mod.rs"]
mod lead_files;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
/// The moment at which the sample was taken.
const SAMPLE_AS_OF: &str = "2026-03-02T09:00:00Z";

/// Shows which product each lead of CSV files leans towards
#[derive(Parser)]
struct Args {
    /// The model, .toml or .json, with a dimension `interest` [default: that of the sample]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// The leads [default: the sample with its activities]
    #[arg(long, value_name = "CSV", requires_all = ["activities", "as_of"])]
    leads: Option<PathBuf>,
    /// What they did
    #[arg(long, value_name = "CSV", requires = "leads")]
    activities: Option<PathBuf>,
    /// The moment to look at, RFC 3339 or a date [default for the sample: 2026-03-02T09:00:00Z]
    #[arg(long, value_name = "TIME")]
    as_of: Option<AsOf>,
    /// How many leads to print, those with most points first
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// The lead to explain [default: the first]
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
    /// Where to write every lead, .csv
    #[arg(long, value_name = "CSV")]
    output: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = run(&Args::parse(), &mut out).and_then(|()| Ok(out.flush()?));
    match done {
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
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What is known of one lead's interest.
struct Leaning<'l> {
    lead: LeadRow<'l>,
    /// `None` for a lead that never did anything with a product.
    profile: Option<InterestProfile>,
    momentum: Option<Score>,
}

impl Leaning<'_> {
    /// Points of the product that it leans towards.
    fn points(&self) -> f64 {
        let profile = self.profile.as_ref();
        let top = profile.and_then(InterestProfile::leaning);
        top.map_or(f64::NEG_INFINITY, |top| top.points)
    }

    fn product(&self) -> &str {
        match &self.profile {
            None => "",
            Some(profile) => profile.leaning().map_or("none", |top| &top.product),
        }
    }
}

fn run(args: &Args, out: &mut dyn Write) -> Result<()> {
    let examples = Path::new(EXAMPLES);
    let default = examples.join("product_interest/model.toml");
    let model_path = args.model.clone().unwrap_or(default);
    let (spec, model) = model::load(&model_path)?;
    let mut dimensions = spec.dimensions.iter();
    let interest: InterestScorer = dimensions
        .find_map(|dimension| dimension.interest.as_ref())
        .with_context(|| format!("{} has no dimension `interest`", model_path.display()))?
        .build_with(model.schema(), &spec.history)?;
    let mut dimensions = spec.dimensions.iter();
    let momentum: Option<MomentumScorer> = dimensions
        .find_map(|dimension| dimension.momentum.as_ref())
        .map(|momentum| momentum.build_with(model.schema(), &spec.history))
        .transpose()?;
    let files = match &args.leads {
        Some(leads) => Files {
            leads: leads.clone(),
            activities: args.activities.clone(),
            purchases: None,
            answers: None,
        },
        None => Files {
            leads: examples.join("data/leads.csv"),
            activities: Some(examples.join("data/activities.csv")),
            purchases: None,
            answers: None,
        },
    };
    let as_of = match args.as_of {
        Some(as_of) => as_of,
        None => SAMPLE_AS_OF.parse()?,
    };
    show::model(out, &model, &model_path)?;
    let reading = lead_files::read(&files, model.schema(), &[], as_of)?;
    writeln!(out, "Interest as of {as_of}")?;
    show::counts(out, &reading.counts)?;
    show::left_out(out, &reading.left_out)?;
    show::refused(out, &reading.refused)?;

    let mut leanings: Vec<Leaning<'_>> = reading
        .leads
        .rows()
        .map(|lead| Leaning {
            lead,
            profile: interest.profile(&lead, as_of),
            momentum: momentum
                .as_ref()
                .and_then(|scorer| scorer.score(&lead, as_of)),
        })
        .collect();
    // Stable: ties stay in the order of the file.
    leanings.sort_by(|a, b| b.points().total_cmp(&a.points()));
    let products: Vec<&str> = model.schema().products().collect();
    leads(out, &leanings, &products, args.top)?;
    summary(out, &leanings, &products)?;

    let explained = match &args.explain {
        Some(id) => Some(
            leanings
                .iter()
                .find(|leaning| leaning.lead.id() == id)
                .with_context(|| format!("no lead `{id}` was read, so it cannot be explained"))?,
        ),
        None => leanings.first(),
    };
    if let Some(leaning) = explained {
        writeln!(out, "\nWhy {} leans as it does:", leaning.lead.id())?;
        writeln!(out, "{}", interest.explain(&leaning.lead, as_of))?;
        if let Some(momentum) = &momentum {
            writeln!(out, "{}", momentum.explain(&leaning.lead, as_of))?;
        }
    }
    if let Some(path) = &args.output {
        write(path, &leanings, &products)
            .with_context(|| format!("cannot write {}", path.display()))?;
        let count = show::plural(leanings.len() as u64, "lead", "leads");
        writeln!(out, "\nWrote the interest of {count} to {}", path.display())?;
    }
    Ok(())
}

/// A number for a table; `-` where there is none.
fn shown(number: Option<f64>, decimals: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.decimals$}"))
}

fn leads(
    out: &mut dyn Write,
    leanings: &[Leaning<'_>],
    products: &[&str],
    most: usize,
) -> Result<()> {
    let known: Vec<&Leaning<'_>> = leanings
        .iter()
        .filter(|leaning| leaning.profile.is_some())
        .take(most)
        .collect();
    if known.is_empty() {
        return Ok(());
    }
    let longest = |names: &mut dyn Iterator<Item = &str>, least: usize| {
        names
            .map(|name| name.chars().count())
            .fold(least, usize::max)
    };
    let ids = longest(&mut known.iter().map(|leaning| leaning.lead.id()), 4);
    let names = longest(&mut products.iter().copied(), 7);
    write!(
        out,
        "\n{:ids$}  {:names$}  points  score  momentum",
        "lead", "leaning"
    )?;
    for product in products {
        write!(out, "  {product:>7}")?;
    }
    writeln!(out)?;
    for leaning in known {
        let Some(profile) = &leaning.profile else {
            continue;
        };
        let top = profile.leaning();
        let points = shown(top.map(|top| top.points), 1);
        let score = shown(top.map(|top| top.score.get()), 1);
        let momentum = shown(leaning.momentum.map(Score::get), 1);
        let id = leaning.lead.id();
        let product = leaning.product();
        write!(
            out,
            "{id:ids$}  {product:names$}  {points:>6}  {score:>5}  {momentum:>8}"
        )?;
        for interest in profile.products() {
            let share = interest.share.map(|share| 100.0 * share);
            let share = share.map_or_else(|| "-".to_owned(), |share| format!("{share:.0} %"));
            let width = interest.product.chars().count().max(7);
            write!(out, "  {share:>width$}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn summary(out: &mut dyn Write, leanings: &[Leaning<'_>], products: &[&str]) -> Result<()> {
    let known: Vec<&InterestProfile> = leanings
        .iter()
        .filter_map(|leaning| leaning.profile.as_ref())
        .collect();
    writeln!(
        out,
        "\n{} of {} did anything with a product",
        known.len(),
        show::plural(leanings.len() as u64, "lead", "leads")
    )?;
    let names = products.iter().map(|name| name.chars().count());
    let names = names.fold(7, usize::max);
    writeln!(
        out,
        "{:names$}  leaning  interested  mean share  points",
        "product"
    )?;
    for product in products {
        let of_it = known.iter().filter_map(|profile| profile.of(product));
        let (mut interested, mut points, mut shares, mut sharing) = (0_u64, 0.0, 0.0, 0.0);
        for interest in of_it {
            interested += u64::from(interest.points > 0.0);
            points += interest.points;
            if let Some(share) = interest.share {
                shares += share;
                sharing += 1.0;
            }
        }
        let leaning = known
            .iter()
            .filter_map(|profile| profile.leaning())
            .filter(|top| &*top.product == *product)
            .count();
        let share = if sharing > 0.0 {
            format!("{:.1} %", 100.0 * shares / sharing)
        } else {
            "-".to_owned()
        };
        writeln!(
            out,
            "{product:names$}  {leaning:>7}  {interested:>10}  {share:>10}  {points:>6.0}"
        )?;
    }
    Ok(())
}

/// Numbers as the shortest text that reads back to the same value; an empty cell where there is none.
fn write(path: &Path, leanings: &[Leaning<'_>], products: &[&str]) -> Result<()> {
    let is_csv = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    if !is_csv {
        bail!("an output file ends in .csv");
    }
    let mut file = csv::Writer::from_path(path)?;
    let mut head = vec!["id".to_owned(), "leaning".to_owned(), "momentum".to_owned()];
    for product in products {
        head.extend(["points", "score", "share"].map(|what| format!("{product}_{what}")));
    }
    file.write_record(&head)?;
    let cell = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    for leaning in leanings {
        let momentum = cell(leaning.momentum.map(Score::get));
        let mut row = vec![
            leaning.lead.id().to_owned(),
            leaning.product().to_owned(),
            momentum,
        ];
        for product in products {
            let interest = leaning.profile.as_ref().and_then(|all| all.of(product));
            row.push(cell(interest.map(|interest| interest.points)));
            row.push(cell(interest.map(|interest| interest.score.get())));
            row.push(cell(interest.and_then(|interest| interest.share)));
        }
        file.write_record(&row)?;
    }
    file.flush()?;
    Ok(())
}
