//! Segments with their counts and shares, for people.

use anyhow::Result;
use lead_scoring::RfmFit;
use std::collections::HashMap;
use std::io::Write;

#[derive(Clone, Default)]
struct Group {
    leads: usize,
    revenue: f64,
    days: u64,
}

impl Group {
    fn add(&mut self, days: u32, revenue: f64) {
        self.leads += 1;
        self.revenue += revenue;
        self.days += u64::from(days);
    }
}

/// A line for each segment that has leads, the most revenue first; for each cell where there are no segments.
pub(crate) fn segments(out: &mut dyn Write, fit: &RfmFit) -> Result<()> {
    let mut groups: HashMap<String, Group> = HashMap::new();
    for name in fit.scorer().segments() {
        groups.insert(name.to_owned(), Group::default());
    }
    let mut all = Group::default();
    for rating in fit.ratings().flatten() {
        let name = match rating.segment {
            Some(segment) => segment.to_owned(),
            None => rating.bins.to_string(),
        };
        let (days, revenue) = (rating.values.recency_days, rating.values.monetary);
        groups.entry(name).or_default().add(days, revenue);
        all.add(days, revenue);
    }
    let mut lines: Vec<(String, Group)> = groups.into_iter().collect();
    lines.sort_by(|(a, x), (b, y)| y.revenue.total_cmp(&x.revenue).then_with(|| a.cmp(b)));
    let width = lines.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0).max("Segment".len());
    writeln!(
        out,
        "\n{:<width$}  {:>8}  {:>7}  {:>14}  {:>10}  {:>9}",
        "Segment", "Leads", "Share", "Revenue", "Of revenue", "Days ago",
    )?;
    lines.push(("All".to_owned(), all.clone()));
    for (name, group) in &lines {
        #[allow(clippy::cast_precision_loss)] // for display
        let (leads, whole, days) = (group.leads as f64, all.leads as f64, group.days as f64);
        writeln!(
            out,
            "{name:<width$}  {:>8}  {:>7}  {:>14.2}  {:>10}  {:>9}",
            group.leads,
            percent(leads, whole),
            group.revenue,
            percent(group.revenue, all.revenue),
            if group.leads > 0 {
                format!("{:.0}", days / leads)
            } else {
                "-".to_owned()
            },
        )?;
    }
    Ok(())
}

fn percent(part: f64, whole: f64) -> String {
    if whole > 0.0 {
        format!("{:.1} %", 100.0 * part / whole)
    } else {
        "-".to_owned()
    }
}
