//! A report as one HTML page with its pictures inside: nothing is fetched when it is read.

#![allow(
    clippy::format_push_string,
    reason = "pages are short, and this reads like them"
)]

use anyhow::Result;
use html::{Table, escape, number, percent, share};
use lead_scoring::{
    ConversionRate, CriterionReport, HeatMap, LabelConversion, Metrics, Report, SegmentReport,
    SegmentRow,
};
use pictures::Bar;

mod html;
mod pictures;

/// How many bars a picture has at most; the table beside it has all.
const MOST_BARS: usize = 40;

/// The whole page.
pub(crate) fn page(report: &Report) -> Result<String> {
    let mut body = head(report);
    if let Some(gains) = &report.gains {
        body += &figure(
            "Gains",
            &pictures::gains(gains)?,
            &format!(
                "Share of all conversions among the best-scored leads. {} The grey line is what calling in no order \
                 would give.",
                of_whom(report)
            ),
            &gains_table(report),
        );
    }
    if let Some(curve) = &report.roc {
        body += &figure(
            "ROC curve",
            &pictures::roc(curve)?,
            &format!(
                "Share of the converted leads that is called against the share of the others that is called, for \
                 every threshold. {} The grey line is chance.",
                of_whom(report)
            ),
            &roc_table(report),
        );
    }
    if let Some(reliability) = &report.reliability {
        body += &figure(
            "Reliability",
            &pictures::reliability(reliability)?,
            &format!(
                "What converted beside the probability that was given, in {} bins of about equal counts. {} On the \
                 grey line probabilities come true; a larger dot has more leads.",
                reliability.bins.len(),
                of_whom(report)
            ),
            &reliability_table(report),
        );
    }
    if let Some(distribution) = &report.distribution {
        body += &figure(
            "Scores by outcome",
            &pictures::distribution(distribution)?,
            &format!(
                "Share of each group whose score lies in a bin. {} <span class=\"key converted\"></span>converted \
                 <span class=\"key others\"></span>not converted",
                of_whom(report)
            ),
            &distribution_table(report),
        );
    }
    for labels in &report.labels {
        body += &labels_section(labels)?;
    }
    for map in &report.heat_maps {
        body += &heat_map(map, &format!("Heat map: {}", map.name), "")?;
    }
    for map in &report.rfm {
        let more =
            " Bins are counted from 1, the highest is best: the most recent, the most frequent.";
        body += &heat_map(map, &format!("RFM grid: {}", map.name), more)?;
    }
    if let Some(segments) = &report.segments {
        body += &segments_section(segments)?;
    }
    if let Some(metrics) = &report.metrics {
        body += &section("All metrics", &metrics_table(metrics).html("All metrics"));
    }
    if let Some(drift) = &report.drift {
        let text = format!("<pre>{}</pre>", escape(drift.to_string().trim_end()));
        body += &section("Drift", &text);
    }
    body += &leaks(report);
    Ok(html::document(&report.title, &body))
}

/// Title, who is in it, and the main figures.
fn head(report: &Report) -> String {
    let mut text = format!("<h1>{}</h1>\n<p>", escape(&report.title));
    text += &format!("Judged: <b>{}</b>", escape(&report.judged));
    if let Some(as_of) = report.as_of {
        text += &format!(", as of {as_of}");
    }
    if let Some(horizon) = &report.horizon {
        text += &format!(", converted within {}", escape(horizon));
    }
    text += ".</p>\n";
    text += &format!("<p>{}.</p>\n", escape(&report.population.to_string()));
    let Some(metrics) = &report.metrics else {
        return text + "<p>No lead was scored, so there is nothing to judge.</p>\n";
    };
    let mut tiles = vec![
        ("leads", metrics.leads.to_string(), String::new()),
        ("base rate", percent(metrics.base_rate), String::new()),
    ];
    if let Some(auc) = metrics.roc_auc {
        let interval = metrics.roc_auc_low.zip(metrics.roc_auc_high);
        let interval = interval.map(|(low, high)| format!("95 %: {low:.3} to {high:.3}"));
        tiles.push(("ROC AUC", format!("{auc:.3}"), interval.unwrap_or_default()));
    }
    if let Some(lift) = metrics.lift_top_decile {
        tiles.push((
            "lift of the best tenth",
            format!("{lift:.2}"),
            String::new(),
        ));
    }
    if let Some(brier) = metrics.brier {
        tiles.push(("Brier score", format!("{brier:.4}"), String::new()));
    }
    text += "<dl class=\"tiles\">\n";
    for (name, value, more) in tiles {
        text += &format!("<div><dt>{name}</dt><dd>{value}<small>{more}</small></dd></div>\n");
    }
    text += "</dl>\n";
    if metrics.roc_auc.is_none() {
        text += "<p>All leads converted, or none: there is no gains curve and no ROC curve.</p>\n";
    }
    text
}

/// How many leads, and how many of them converted.
fn of_whom(report: &Report) -> String {
    report.metrics.as_ref().map_or_else(String::new, |metrics| {
        format!(
            "{} leads, {} of them converted.",
            metrics.leads,
            percent(metrics.base_rate)
        )
    })
}

fn section(title: &str, inside: &str) -> String {
    format!(
        "<section>\n<h2>{}</h2>\n{inside}</section>\n",
        escape(title)
    )
}

/// A picture with its caption, and the table that has the same numbers. The caption is HTML.
fn figure(title: &str, svg: &str, caption: &str, table: &Table) -> String {
    let svg = html::picture(svg, title);
    let table = table.html(title);
    section(
        title,
        &format!(
            "<div class=\"pair\">\n<figure>\n{svg}\n<figcaption>{caption}</figcaption>\n</figure>\n{table}</div>\n"
        ),
    )
}

fn gains_table(report: &Report) -> Table {
    let mut table = Table::new(&[
        "group",
        "score from",
        "leads",
        "converted",
        "rate",
        "lift",
        "gains",
    ]);
    for row in report.gains.iter().flat_map(|gains| &gains.rows) {
        table.row([
            row.group.to_string(),
            number(row.lowest_score),
            number(row.leads),
            number(row.converted),
            percent(row.conversion_rate),
            format!("{:.2}", row.lift),
            percent(row.gains),
        ]);
    }
    table
}

fn roc_table(report: &Report) -> Table {
    let mut table = Table::new(&["score from", "converted called", "others called"]);
    let points = report.roc.as_deref().unwrap_or_default();
    // About twenty of them; the picture has all.
    let step = points.len().div_ceil(20).max(1);
    let last = points.len().saturating_sub(1);
    for (place, point) in points.iter().enumerate() {
        if place % step == 0 || place == last {
            table.row([
                point.threshold.map_or("-".to_owned(), number),
                percent(point.true_positive_rate),
                percent(point.false_positive_rate),
            ]);
        }
    }
    table
}

fn reliability_table(report: &Report) -> Table {
    let mut table = Table::new(&["from", "to", "leads", "mean probability", "converted"]);
    for bin in report.reliability.iter().flat_map(|table| &table.bins) {
        table.row([
            format!("{:.4}", bin.from),
            format!("{:.4}", bin.to),
            number(bin.leads),
            percent(bin.mean_probability),
            percent(bin.conversion_rate),
        ]);
    }
    table
}

fn distribution_table(report: &Report) -> Table {
    let mut table = Table::new(&["from", "to", "converted", "others", "rate"]);
    for bin in report.distribution.iter().flat_map(|all| &all.bins) {
        let leads = bin.leads();
        if leads > 0.0 {
            table.row([
                number(bin.from),
                number(bin.to),
                number(bin.converted),
                number(bin.others),
                percent(bin.converted / leads),
            ]);
        }
    }
    table
}

fn rate(conversion: Option<ConversionRate>) -> String {
    conversion.map_or("-".to_owned(), |rate| rate.to_string())
}

fn lift(lift: Option<f64>) -> String {
    lift.map_or("-".to_owned(), |lift| format!("{lift:.2}"))
}

fn labels_section(labels: &LabelConversion) -> Result<String> {
    let mut table = Table::new(&[&labels.of, "leads", "converted (interval)", "lift"]);
    let mut bars = Vec::new();
    for row in labels.rows.iter().rev() {
        let name = row.label.as_deref().unwrap_or("none");
        table.row([
            name.to_owned(),
            number(row.leads),
            rate(row.conversion),
            lift(row.lift),
        ]);
        bars.extend(row.conversion.map(|rate| Bar {
            name: format!("{name} ({})", number(row.leads)),
            rate,
        }));
    }
    let mut all = (0.0, 0.0);
    for row in &labels.rows {
        all.0 += row.leads;
        all.1 += row.conversion.map_or(0.0, |rate| rate.converted);
    }
    let (leads, converted) = all;
    let base = share(converted, leads);
    Ok(figure(
        &format!("Conversion by {}", labels.of),
        &pictures::bars(&bars, base)?,
        &format!(
            "Conversion rate under each label with its Wilson interval; in brackets how many leads. {} leads that are not \
             disqualified; the dashed line is their {}.",
            number(leads),
            percent(base)
        ),
        &table,
    ))
}

fn heat_map(map: &HeatMap, title: &str, more: &str) -> Result<String> {
    let mut table = Table::new(&[
        &map.rows_of,
        &map.columns_of,
        "leads",
        "converted (interval)",
    ]);
    let mut leads = 0.0;
    for (y, row) in map.rows.iter().enumerate().rev() {
        for (x, column) in map.columns.iter().enumerate().rev() {
            let Some(cell) = map.cell(y, x).filter(|cell| cell.leads > 0.0) else {
                continue;
            };
            leads += cell.leads;
            let column = match &cell.name {
                Some(name) => format!("{column} ({name})"),
                None => column.clone(),
            };
            table.row([
                row.clone(),
                column,
                number(cell.leads),
                rate(cell.conversion),
            ]);
        }
    }
    let outside = if map.outside > 0.0 {
        let outside = number(map.outside);
        format!(" {outside} more have no cell, because something is not known of them.")
    } else {
        String::new()
    };
    Ok(figure(
        title,
        &pictures::heat_map(map)?,
        &format!(
            "Conversion rate and number of leads; the darker, the higher the rate. {} leads that are not \
             disqualified.{outside}{more}",
            number(leads)
        ),
        &table,
    ))
}

fn segments_section(segments: &SegmentReport) -> Result<String> {
    let mut table = Table::new(&[
        "cut by",
        "segment",
        "leads",
        "mean score",
        "converted (interval)",
        "expected",
        "lift",
        "scores",
    ]);
    let mut bars = Vec::new();
    for row in std::iter::once(&segments.all).chain(&segments.segments) {
        table.row(segment_cells(segments, row));
    }
    let first = segments.segments.first().map(|row| &row.by);
    let one_cut = segments.segments.iter().all(|row| Some(&row.by) == first);
    for row in &segments.segments {
        let (by, segment, leads) = (&row.by, &row.segment, number(row.leads));
        let name = if one_cut {
            format!("{segment} ({leads})")
        } else {
            format!("{by}: {segment} ({leads})")
        };
        bars.extend(row.conversion.map(|rate| Bar { name, rate }));
    }
    // The largest ones, in the order of the table.
    let mut sizes: Vec<f64> = bars.iter().map(|bar| bar.rate.leads).collect();
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    let all = bars.len();
    if let Some(&least) = sizes.get(MOST_BARS - 1) {
        bars.retain(|bar| bar.rate.leads >= least);
        bars.truncate(MOST_BARS);
    }
    let cut = match all - bars.len() {
        0 => String::new(),
        more => format!(" The {more} smallest are in the table only."),
    };
    let base = segments.all.conversion.map_or(0.0, |rate| rate.rate);
    let caption = format!(
        "Conversion rate of each segment with its Wilson interval; in brackets how many leads. {} leads; the dashed \
         line is their {}. A segment is scored too low or too high where the interval does not hold the rate that \
         leads with like scores have.{cut}",
        number(segments.all.leads),
        percent(base)
    );
    let mut text = if bars.is_empty() {
        section("Segments", &table.html("Segments"))
    } else {
        let figure = figure("Segments", &pictures::bars(&bars, base)?, &caption, &table);
        figure.replacen("<div class=\"pair\">", "<div class=\"pair wide\">", 1)
    };
    if !segments.criteria.is_empty() {
        let mut table = Table::new(&["attribute", "known", "information value"]);
        let mut criteria: Vec<&CriterionReport> = segments.criteria.iter().collect();
        let value = |of: &CriterionReport| of.information_value().unwrap_or(-1.0);
        criteria.sort_by(|a, b| value(b).total_cmp(&value(a)));
        for criterion in criteria {
            table.row([
                criterion.attribute.clone(),
                percent(criterion.known_share),
                criterion
                    .information_value()
                    .map_or("-".to_owned(), |value| format!("{value:.3}")),
            ]);
        }
        text += &section("What criteria tell", &table.html("What criteria tell"));
    }
    if !segments.negative_rules.is_empty() {
        let mut list = String::from("<ul>\n");
        for rule in &segments.negative_rules {
            list += &format!("<li>{}</li>\n", escape(&rule.to_string()));
        }
        text += &section("What negative rules took", &(list + "</ul>\n"));
    }
    Ok(text)
}

fn segment_cells(segments: &SegmentReport, row: &SegmentRow) -> [String; 8] {
    let mean = row.mean(&segments.judged);
    [
        row.by.clone(),
        row.segment.clone(),
        number(row.leads),
        mean.map_or("-".to_owned(), number),
        rate(row.conversion),
        row.expected_rate.map_or("-".to_owned(), percent),
        lift(row.lift),
        row.judgement.to_string(),
    ]
}

fn metrics_table(metrics: &Metrics) -> Table {
    let mut table = Table::new(&["metric", "value"]);
    let six = |value: Option<f64>| value.map(|value| format!("{value:.6}"));
    for (name, value) in [
        ("leads", Some(metrics.leads.to_string())),
        ("converted", Some(number(metrics.converted))),
        ("not converted", Some(number(metrics.others))),
        ("base rate", six(Some(metrics.base_rate))),
        ("ROC AUC", six(metrics.roc_auc)),
        (
            "ROC AUC, standard error",
            six(metrics.roc_auc_standard_error),
        ),
        ("ROC AUC, 95 % from", six(metrics.roc_auc_low)),
        ("ROC AUC, 95 % to", six(metrics.roc_auc_high)),
        ("Gini", six(metrics.gini)),
        ("average precision", six(Some(metrics.average_precision))),
        ("KS", six(metrics.ks)),
        ("KS reached at", six(metrics.ks_score)),
        ("lift of the best tenth", six(metrics.lift_top_decile)),
        ("gains of the best tenth", six(metrics.gains_top_decile)),
        ("log loss", six(metrics.log_loss)),
        ("Brier", six(metrics.brier)),
        ("Brier, reliability", six(metrics.brier_reliability)),
        ("Brier, resolution", six(metrics.brier_resolution)),
        ("Brier, uncertainty", six(metrics.brier_uncertainty)),
        ("ECE, 10 bins of equal width", six(metrics.ece_10)),
        (
            "ECE, 10 bins of equal counts",
            six(metrics.ece_10_equal_count),
        ),
        ("largest calibration error", six(metrics.mce_10)),
        ("Hosmer-Lemeshow chi-square", six(metrics.hosmer_lemeshow)),
        ("Hosmer-Lemeshow p", six(metrics.hosmer_lemeshow_p)),
    ] {
        if let Some(value) = value {
            table.row([name.to_owned(), value]);
        }
    }
    table
}

/// What may have been known only after the moment.
fn leaks(report: &Report) -> String {
    let facts = |what: &str, facts: &[lead_scoring::UndatedFact]| {
        facts.iter().fold(String::new(), |text, fact| {
            let name = escape(&fact.name);
            text + &format!(
                "<li>{what} <code>{name}</code>: {} leads</li>\n",
                fact.values
            )
        })
    };
    let list =
        facts("attribute", &report.undated_attributes) + &facts("answer", &report.undated_answers);
    if list.is_empty() {
        return String::new();
    }
    section(
        "Possible leaks",
        &format!(
            "<p>It is not known since when these have been known. They are taken as they are now: if they came to be \
             known only after conversion, the figures above are too good.</p>\n<ul>\n{list}</ul>\n"
        ),
    )
}
