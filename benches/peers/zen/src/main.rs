//! How long zen-expression takes for twelve compiled conditions of one lead: those of `benches/sample`, by case.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/zen/Cargo.toml
//! ```

use std::hint::black_box;
use std::time::Instant;
use zen_expression::Isolate;
use zen_expression::variable::Variable;
use zen_expression::vm::VM;

const CONDITIONS: [&str; 12] = [
    "contains(title, 'Chief')",
    "startsWith(title, 'VP ')",
    "title == 'Student'",
    "domain in ['gmail.com', 'gmx.de']",
    "industry in ['software', 'finance']",
    "employees >= 500",
    "employees >= 50 and employees < 500",
    "revenue > 10000000",
    "country in ['DE', 'FR', 'GB']",
    "source == 'referral'",
    "newsletter == true",
    "trial == true",
];
const LEADS: usize = 64;
const ROUNDS: usize = 9;
const PASSES: usize = 2_000;

/// One of several, by turns.
fn turn<'t>(all: &[&'t str], number: usize) -> &'t str {
    all[number % all.len()]
}

fn lead(number: usize) -> Variable {
    let titles = ["Chief Executive Officer", "VP Marketing", "Head of Sales", "Student"];
    let title = turn(&titles, number);
    let domain = turn(&["gmail.com", "acme.example"], number);
    let industry = turn(&["software", "retail", "health"], number);
    let country = turn(&["DE", "US", "IN", "FR", "BR"], number);
    let source = turn(&["referral", "search"], number / 2);
    let fields = serde_json::json!({
        "title": title, "domain": domain, "industry": industry, "country": country, "source": source,
        "employees": 10 * number, "revenue": 1e6 * number as f64,
        "newsletter": number % 3 == 0, "trial": number % 5 == 0,
    });
    serde_json::from_value(fields).expect("fields are values")
}

fn main() {
    let mut isolate = Isolate::new();
    let compiled = CONDITIONS.map(|source| isolate.compile_standard(source).expect(source));
    let leads: Vec<Variable> = (0..LEADS).map(lead).collect();
    let mut machine = VM::new();
    let mut least = f64::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for lead in (0..PASSES).flat_map(|_| &leads) {
            for condition in &compiled {
                let holds = condition.evaluate_with(lead.shallow_clone(), &mut machine);
                black_box(holds.expect("the lead has what is asked"));
            }
        }
        least = least.min(start.elapsed().as_secs_f64() / (PASSES * LEADS) as f64);
    }
    println!("twelve conditions of one lead: {:.2} us, least of {ROUNDS} rounds", 1e6 * least);
}
