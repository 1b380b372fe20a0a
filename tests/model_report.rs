//! The example `model_report` and the pages of `evaluate_scores` end to end: files in, one page out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside a test function"
)]

mod programs;

use lead_scoring::Report;
use programs::{printed, run};
use std::fs;
use std::path::{Path, PathBuf};

/// An empty folder of that name for one test.
fn folder(name: &str) -> PathBuf {
    programs::folder("model_report", name)
}

/// A page whose tags are closed in order, whose text is escaped, and which fetches nothing.
fn check(page: &str) {
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    let mut open: Vec<&str> = Vec::new();
    while let Some((before, after)) = rest.split_once('<') {
        let is_style = open.last() == Some(&"style");
        assert!(is_style || !before.contains('>'), "{before}");
        for piece in before.split('&').skip(1).filter(|_| !is_style) {
            let name = piece.split_once(';').map(|(name, _)| name);
            let known = ["amp", "lt", "gt", "quot", "#39", "apos"];
            assert!(name.is_some_and(|name| known.contains(&name)), "&{piece}");
        }
        let (tag, after) = after.split_once('>').unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.trim_end_matches('/').split([' ', '\n']).next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in another order");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        let known = [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "h1",
            "h2",
            "p",
            "b",
            "dl",
            "dt",
            "dd",
            "div",
            "small",
            "section",
            "figure",
            "figcaption",
            "svg",
            "rect",
            "line",
            "polyline",
            "polygon",
            "path",
            "circle",
            "text",
            "span",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "ul",
            "li",
            "code",
            "pre",
        ];
        let plain = name.trim_start_matches('/');
        assert!(known.contains(&plain), "unexpected tag {name}");
        rest = after;
    }
    assert_eq!(open, Vec::<&str>::new());
    for part in ["http", "src=", "href=", "@import", "url(", "<script", "NaN"] {
        assert!(!page.contains(part), "{part} is in the page");
    }
    let pictures = page.matches("<svg ").count();
    assert_eq!(
        page.matches("<svg role=\"img\" aria-label=\"").count(),
        pictures
    );
    // A picture without anything in it would be a few lines long.
    for picture in page.split("<svg ").skip(1) {
        let inside = picture.split("</svg>").next().unwrap();
        assert!(inside.matches("<text").count() > 2, "{inside}");
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn report(path: &Path) -> Report {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_sample_makes_a_page() {
    let folder = folder("sample");
    let arguments = ["--output", "new/page.html", "--json", "report.json"];
    let shown = printed(&run("model_report", &folder, arguments));
    let page = fs::read_to_string(folder.join("new/page.html")).unwrap();
    check(&page);
    for title in [
        "<title>How good is the model `process software`?</title>",
        "<h2>Gains</h2>",
        "<h2>ROC curve</h2>",
        "<h2>Scores by outcome</h2>",
        "<h2>Conversion by stage</h2>",
        "<h2>Heat map: fit x engagement</h2>",
        "<h2>Heat map: rating</h2>",
        "<h2>RFM grid: rfm</h2>",
        "<h2>Segments</h2>",
        "<h2>What criteria tell</h2>",
        "<h2>What negative rules took</h2>",
        "<h2>All metrics</h2>",
        "<h2>Possible leaks</h2>",
        "as of 2026-03-02T09:00:00Z, converted within 90d.",
    ] {
        assert!(page.contains(title), "{title} is not in the page");
    }

    // The page says what the data says.
    let report = report(&folder.join("report.json"));
    assert!(shown.contains(&report.to_string()), "{shown}");
    let metrics = report.metrics.as_ref().unwrap();
    let six = |name: &str, value: f64| format!("<td class=\"text\">{name}</td><td>{value:.6}</td>");
    let mut parts = vec![
        format!("<dt>leads</dt><dd>{}<", metrics.leads),
        format!("<dt>base rate</dt><dd>{}<", percent(metrics.base_rate)),
        six("ROC AUC", metrics.roc_auc.unwrap()),
        six("average precision", metrics.average_precision),
        six("KS", metrics.ks.unwrap()),
        format!("<p>{}.</p>", report.population),
    ];
    for row in &report.gains.as_ref().unwrap().rows {
        parts.push(format!(
            "<td>{:.2}</td><td>{}</td></tr>",
            row.lift,
            percent(row.gains)
        ));
    }
    let maps = report.heat_maps.iter().chain(&report.rfm);
    for cell in maps
        .flat_map(|map| &map.cells)
        .filter(|cell| cell.leads > 0.0)
    {
        parts.push(format!(
            "<td>{}</td><td>{}</td></tr>",
            cell.leads,
            cell.conversion.unwrap()
        ));
    }
    for row in report.labels.iter().flat_map(|labels| &labels.rows) {
        let rate = row
            .conversion
            .map_or("-".to_owned(), |rate| rate.to_string());
        parts.push(format!("<td>{}</td><td>{rate}</td>", row.leads));
    }
    for row in &report.segments.as_ref().unwrap().segments {
        parts.push(format!(
            "<td class=\"text\">{}</td><td>{}</td>",
            row.segment, row.leads
        ));
        parts.push(format!("<td>{}</td>", row.conversion.unwrap()));
    }
    for part in parts {
        assert!(page.contains(&part), "{part} is not in the page");
    }
}

const MODEL: &str = r#"
version = 1
name = "<script>alert('model')</script>"
[schema]
kinds = ["visit"]
[schema.attributes]
channel = "text"
seats = "number"
[[dimensions]]
name = "fit"
[[dimensions.rules.groups]]
name = "size"
rules = [{ id = "large", points = 60, when = { attribute = "seats", at_least = 50 } }]
[[dimensions]]
name = "interest"
[[dimensions.rules.groups]]
name = "visits"
rules = [{ id = "visit", points = 30, activity = { kind = "visit" } }]
"#;

fn write_all(folder: &Path) {
    for (name, text) in [
        ("model.toml", MODEL),
        (
            "leads.csv",
            "id,created_at,channel,seats\na,2025-01-01,<script>alert(1)</script>,80\nb,2025-01-01,\"R&D \"\"x\"\" 'y'\",5\nc,2025-01-01,web,90\nd,2026-02-01,web,70\n",
        ),
        ("activities.csv", "lead,kind,at\nb,visit,2025-02-01\n"),
        (
            "outcomes.csv",
            "lead,converted_at\na,2026-01-20\na,2026-01-25\nc,2025-06-01\nx,2026-01-01\nb,soon\n",
        ),
        ("none.csv", "lead,converted_at\n"),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

const FILES: [&str; 10] = [
    "--model",
    "model.toml",
    "--leads",
    "leads.csv",
    "--activities",
    "activities.csv",
    "--as-of",
    "2026-01-01",
    "--output",
    "page.html",
];

#[test]
fn own_files_make_a_page_in_which_text_stays_text() {
    let folder = folder("own");
    write_all(&folder);
    let more = [
        "--outcomes",
        "outcomes.csv",
        "--percent",
        "--json",
        "report.json",
    ];
    let shown = printed(&run("model_report", &folder, [&FILES[..], &more].concat()));
    for part in [
        "\n2 rows could not be read:\n  outcomes.csv:5: column `lead`: there is no lead `x`\n  outcomes.csv:6: column `converted_at`: ",
        "2 of 4 leads scored; 1 had converted before; 1 not there yet\n",
        "\nWrote the page to page.html\nWrote the report to report.json\n",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let page = fs::read_to_string(folder.join("page.html")).unwrap();
    check(&page);
    for part in [
        "<h1>How good is the model `&lt;script&gt;alert(&#39;model&#39;)&lt;/script&gt;`?</h1>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "r&amp;d &quot;x&quot; &#39;y&#39;",
        "<h2>Reliability</h2>",
        "<h2>Heat map: fit x interest</h2>",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    let report = report(&folder.join("report.json"));
    assert_eq!(report.metrics.unwrap().roc_auc, Some(1.0));
}

#[test]
fn a_population_without_conversions_makes_a_page() {
    let folder = folder("none");
    write_all(&folder);
    let more = ["--outcomes", "none.csv"];
    printed(&run("model_report", &folder, [&FILES[..], &more].concat()));
    let page = fs::read_to_string(folder.join("page.html")).unwrap();
    check(&page);
    assert!(
        page.contains("All leads converted, or none: there is no gains curve and no ROC curve.")
    );
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder("wrong");
    write_all(&folder);
    let outcomes = ["--outcomes", "outcomes.csv"];
    let files = [&FILES[..], &outcomes].concat();
    for (more, expected) in [
        (
            ["--judged", "fitness"],
            "error: judged: unknown dimension `fitness`\n",
        ),
        (
            ["--heat-map", "fit,interst"],
            "error: heat_maps[0].columns: unknown dimension `interst`, did you mean `interest`?\n",
        ),
        (
            ["--heat-map", "fit"],
            "error: --heat-map takes two dimensions, such as `fit,engagement`\n",
        ),
        (
            ["--by", "seats"],
            "error: segments.by[0]: `seats` is of type number: only texts, flags and tags make segments\n",
        ),
        (
            ["--horizon", "0d"],
            "error: horizon: must be longer than 0, got `0d`\n",
        ),
    ] {
        let output = run("model_report", &folder, [&files[..], &more].concat());
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}

#[test]
fn scores_make_a_page() {
    let folder = folder("scores");
    let sample = run(
        "evaluate_scores",
        &folder,
        ["--report", "sample.html", "--metrics", "all.json"],
    );
    assert!(printed(&sample).ends_with("\nWrote the page to sample.html\n"));
    let page = fs::read_to_string(folder.join("sample.html")).unwrap();
    check(&page);
    let metrics: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("all.json")).unwrap()).unwrap();
    for (name, field) in [
        ("ROC AUC", "roc_auc"),
        ("Brier", "brier"),
        ("log loss", "log_loss"),
    ] {
        let value = metrics
            .get(field)
            .and_then(serde_json::Value::as_f64)
            .unwrap();
        let part = format!("<td class=\"text\">{name}</td><td>{value:.6}</td>");
        assert!(page.contains(&part), "{part} is not in the page");
    }
    for title in [
        "Gains",
        "ROC curve",
        "Reliability",
        "Scores by outcome",
        "Segments",
    ] {
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }

    let rows = "score,outcome,weight,segment\n-5,1,2,<script>\n3,0,1,b\n900,1,0,b\n40,0,1.5,b\n";
    fs::write(folder.join("own.csv"), rows).unwrap();
    let own = ["--scores", "own.csv", "--report", "own.html"];
    printed(&run("evaluate_scores", &folder, own));
    let page = fs::read_to_string(folder.join("own.html")).unwrap();
    check(&page);
    assert!(
        page.contains("<p>3 of 4 leads scored; 1 of weight 0.</p>"),
        "{page}"
    );
    assert!(
        page.contains("<td class=\"text\">&lt;script&gt;</td>"),
        "{page}"
    );
    // A weight of 0 is no lead, in segments too.
    assert!(
        page.contains("<td class=\"text\">b</td><td>2.5</td>"),
        "{page}"
    );
    assert!(!page.contains("<h2>Reliability</h2>"));
}
