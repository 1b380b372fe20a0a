//! The frame of a page, its tables, and numbers as people read them.

const STYLE: &str = "
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1f2937; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 0 0 .75rem; overflow-wrap: anywhere; }
p { margin: 0 0 .75rem; overflow-wrap: anywhere; }
section { border-top: 1px solid #e5e7eb; padding: 1.25rem 0; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0 1.5rem; }
.tiles div { background: #f3f4f6; border-radius: .4rem; padding: .6rem 1rem; }
.tiles dt { font-size: .85rem; color: #4b5563; }
.tiles dd { margin: 0; font-size: 1.35rem; }
.tiles small { display: block; font-size: .8rem; color: #4b5563; }
.pair { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
figure { flex: 1 1 26rem; max-width: 42rem; min-width: 0; margin: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .875rem; color: #4b5563; margin-top: .5rem; }
.scroll { flex: 1 1 24rem; min-width: 0; max-height: 34rem; overflow: auto; }
.wide { display: block; }
.wide .scroll { margin-top: 1rem; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem .2rem 0; text-align: right; border-bottom: 1px solid #e5e7eb; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; position: sticky; top: 0; background: #fff; }
.text { text-align: left; max-width: 22rem; white-space: normal; overflow-wrap: break-word; }
pre { overflow: auto; font-size: .8rem; background: #f3f4f6; padding: .75rem; border-radius: .4rem; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 .5em; border-radius: .15em; }
.key.converted { background: #1d4ed8; }
.key.others { background: #9ca3af; }
@media print { .scroll { max-height: none; } section { break-inside: avoid; } }
";

/// Text that cannot be taken for markup.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Characters that no document may have.
            letter if letter.is_control() && letter != '\n' => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A page of that title; the body is HTML.
pub(crate) fn document(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"/>\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// A picture as it stands inside a page: as wide as there is room, and with a name for those who cannot see it.
pub(crate) fn picture(svg: &str, name: &str) -> String {
    // What the backend writes begins with its own tag, which has the size in pixels.
    let inside = svg.split_once("<svg ").map_or(svg, |(_, rest)| rest);
    let size = inside
        .split_once("viewBox=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("0 0 640 420", |(size, _)| size);
    let inside = inside.split_once('>').map_or("", |(_, rest)| rest);
    let name = escape(name);
    format!(
        "<svg role=\"img\" aria-label=\"{name}; the table has its numbers\" viewBox=\"{size}\">{}",
        inside.trim_end()
    )
}

/// A table of texts; columns whose cells are all numbers stand on the right.
pub(crate) struct Table {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(titles: &[&str]) -> Self {
        Self {
            titles: titles.iter().map(|&title| title.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    pub(crate) fn html(&self, name: &str) -> String {
        let is_number = |cell: &String| cell.starts_with(|c: char| c.is_ascii_digit() || c == '-');
        let class = |column: usize| {
            let mut cells = self.rows.iter().filter_map(|row| row.get(column));
            if cells.all(is_number) {
                ""
            } else {
                " class=\"text\""
            }
        };
        let mut text = format!(
            "<div class=\"scroll\">\n<table aria-label=\"{}\">\n<thead><tr>",
            escape(name)
        );
        for (column, title) in self.titles.iter().enumerate() {
            let class = class(column);
            text += &format!("<th scope=\"col\"{class}>{}</th>", escape(title));
        }
        text += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            text += "<tr>";
            for (column, cell) in row.iter().enumerate() {
                text += &format!("<td{}>{}</td>", class(column), escape(cell));
            }
            text += "</tr>\n";
        }
        text + "</tbody>\n</table>\n</div>\n"
    }
}

/// A share as a percentage.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A part of a whole; 0 of nothing.
pub(crate) fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// A number with as many digits as say something.
pub(crate) fn number(number: f64) -> String {
    let size = number.abs();
    if size >= 1e9 || (size > 0.0 && size < 1e-4) {
        format!("{number:.3e}")
    } else {
        let digits = if size < 1.0 { 4 } else { 2 };
        let text = format!("{number:.digits$}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        text.to_owned()
    }
}
