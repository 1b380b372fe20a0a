//! The pictures, as SVG.

use anyhow::Result;
use lead_scoring::{
    ConversionRate, GainsTable, HeatMap, ReliabilityTable, RocPoint, ScoreHistogram,
};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const SIZE: (u32, u32) = (640, 440);
const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(31, 41, 55);
const BLUE: RGBColor = RGBColor(29, 78, 216);
const GREY: RGBColor = RGBColor(156, 163, 175);
const GRID: RGBColor = RGBColor(229, 231, 235);

type Area<'s> = DrawingArea<SVGBackend<'s>, Shift>;

/// One bar of a chart of conversion rates.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) rate: ConversionRate,
}

/// What `draw` draws on an empty sheet.
fn sheet(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    Ok(svg)
}

fn percent(share: f64) -> String {
    // Steps below one per cent need a digit more.
    let percent = 100.0 * share;
    if (percent - percent.round()).abs() < 1e-9 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

fn font(size: u32) -> TextStyle<'static> {
    (FONT, size).into_font().color(&INK)
}

/// Text at a point, with the point at that side of it.
fn text(
    area: &Area<'_>,
    words: &str,
    at: (i32, i32),
    side: HPos,
    style: &TextStyle<'_>,
) -> Result<()> {
    let style = style.pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(words.to_owned(), at, &style))?;
    Ok(())
}

/// Two axes from 0 on in per cent, with the diagonal, a curve and dots of given sizes.
fn shares(
    names: [&str; 2],
    ends: [f64; 2],
    curve: &[(f64, f64)],
    dots: &[((f64, f64), i32)],
) -> Result<String> {
    let [x_end, y_end] = ends;
    sheet(SIZE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(28)
            .x_label_area_size(60)
            .y_label_area_size(84)
            .build_cartesian_2d(0.0..x_end, 0.0..y_end)?;
        chart
            .configure_mesh()
            .x_desc(names[0])
            .y_desc(names[1])
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|share| percent(*share))
            .y_label_formatter(&|share| percent(*share))
            .label_style(font(17))
            .axis_desc_style(font(18))
            .axis_style(GREY)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()?;
        let corner = x_end.min(y_end);
        chart.draw_series(LineSeries::new(
            [(0.0, 0.0), (corner, corner)],
            GREY.stroke_width(2),
        ))?;
        chart.draw_series(LineSeries::new(curve.iter().copied(), BLUE.stroke_width(3)))?;
        let dots = dots.iter();
        chart
            .draw_series(dots.map(|&(at, size)| Circle::new(at, size, BLUE.mix(0.75).filled())))?;
        Ok(())
    })
}

pub(crate) fn gains(gains: &GainsTable) -> Result<String> {
    let all = gains.rows.iter().fold(0.0, |sum, row| sum + row.leads);
    let mut curve = vec![(0.0, 0.0)];
    let mut sum = 0.0;
    for row in &gains.rows {
        sum += row.leads;
        curve.push((sum / all, row.gains));
    }
    let dots: Vec<_> = curve.iter().skip(1).map(|&at| (at, 4)).collect();
    let names = ["share of the leads, best first", "share of all conversions"];
    shares(names, [1.0, 1.0], &curve, &dots)
}

pub(crate) fn roc(curve: &[RocPoint]) -> Result<String> {
    let points = curve.iter();
    let points = points.map(|point| (point.false_positive_rate, point.true_positive_rate));
    let points: Vec<_> = points.collect();
    let names = [
        "share of the others called",
        "share of the converted called",
    ];
    shares(names, [1.0, 1.0], &points, &[])
}

/// The least of some round shares that holds a share.
fn end(largest: f64) -> f64 {
    let ends = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0];
    let end = ends.into_iter().find(|&end| largest <= end);
    end.unwrap_or(1.0)
}

#[allow(clippy::cast_possible_truncation, reason = "dots have few pixels")]
pub(crate) fn reliability(table: &ReliabilityTable) -> Result<String> {
    let bins = table.bins.iter();
    let curve: Vec<_> = bins
        .map(|bin| (bin.mean_probability, bin.conversion_rate))
        .collect();
    let largest = |of: fn(&(f64, f64)) -> f64| end(curve.iter().map(of).fold(0.0, f64::max));
    let ends = [largest(|at| at.0), largest(|at| at.1)];
    let most = table.bins.iter().map(|bin| bin.leads).fold(0.0, f64::max);
    let sizes = table
        .bins
        .iter()
        .map(|bin| 3 + (5.0 * (bin.leads / most).sqrt()) as i32);
    let dots: Vec<_> = curve.iter().copied().zip(sizes).collect();
    shares(
        ["mean probability", "share that converted"],
        ends,
        &curve,
        &dots,
    )
}

pub(crate) fn distribution(histogram: &ScoreHistogram) -> Result<String> {
    let bins = &histogram.bins;
    let (converted, others) = bins.iter().fold((0.0, 0.0), |(converted, others), bin| {
        (converted + bin.converted, others + bin.others)
    });
    let part = |own: f64, all: f64| if all > 0.0 { own / all } else { 0.0 };
    let heights = bins.iter().map(|bin| {
        let heights = [part(bin.converted, converted), part(bin.others, others)];
        (bin.from, bin.to, heights)
    });
    let heights: Vec<_> = heights.collect();
    let largest = heights
        .iter()
        .flat_map(|(_, _, both)| *both)
        .fold(0.0, f64::max);
    let low = bins.first().map_or(0.0, |bin| bin.from);
    let high = bins.last().map_or(1.0, |bin| bin.to);
    // A single score is a bin without width.
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low - 0.5, high + 0.5)
    };
    sheet(SIZE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(12)
            .margin_right(28)
            .x_label_area_size(60)
            .y_label_area_size(84)
            .build_cartesian_2d(low..high, 0.0..end(largest))?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_desc("score")
            .y_desc("share of each group")
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&|score| super::html::number(*score))
            .y_label_formatter(&|share| percent(*share))
            .label_style(font(17))
            .axis_desc_style(font(18))
            .axis_style(GREY)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .draw()?;
        for (side, colour) in [(0, BLUE), (1, GREY)] {
            let bars = heights.iter().map(|&(from, to, both)| {
                let (from, to) = if from < to { (from, to) } else { (low, high) };
                let wide = to - from;
                let left = from + wide * if side == 0 { 0.08 } else { 0.5 };
                let height = if side == 0 { both[0] } else { both[1] };
                Rectangle::new([(left, 0.0), (left + 0.42 * wide, height)], colour.filled())
            });
            chart.draw_series(bars)?;
        }
        Ok(())
    })
}

/// The first letters of a name.
fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let first: String = name.chars().take(most.saturating_sub(1)).collect();
    format!("{first}…")
}

/// Keeps the count in brackets at the end.
fn short_bar(name: &str, most: usize) -> String {
    match name.rsplit_once(" (") {
        Some((name, count)) => {
            let room = most.saturating_sub(count.chars().count() + 2);
            format!("{} ({count}", short(name, room))
        }
        None => short(name, most),
    }
}

/// Lying bars with whiskers, and the rate of all as a dashed line.
#[allow(clippy::cast_possible_truncation, reason = "pixels of a picture")]
pub(crate) fn bars(bars: &[Bar], base: f64) -> Result<String> {
    const LEFT: i32 = 250;
    const WIDE: f64 = 350.0;
    const ROW: i32 = 26;
    const TOP: i32 = 8;
    let rows = i32::try_from(bars.len())?;
    let bottom = TOP + rows * ROW;
    let size = (640, u32::try_from(bottom + 58)?);
    let most = bars.iter().map(|bar| bar.rate.high).fold(base, f64::max);
    let most = end(most);
    let x = |share: f64| LEFT + (WIDE * share / most).round() as i32;
    sheet(size, |area| {
        for step in 0..=4 {
            let share = most * f64::from(step) / 4.0;
            area.draw(&PathElement::new(
                [(x(share), TOP), (x(share), bottom)],
                GRID,
            ))?;
            text(
                area,
                &percent(share),
                (x(share), bottom + 16),
                HPos::Center,
                &font(17),
            )?;
        }
        for (row, bar) in (0..).zip(bars) {
            let middle = TOP + row * ROW + ROW / 2;
            let name = short_bar(&bar.name, 29);
            text(area, &name, (LEFT - 8, middle), HPos::Right, &font(17))?;
            let edges = [(LEFT, middle - 8), (x(bar.rate.rate), middle + 8)];
            area.draw(&Rectangle::new(edges, BLUE.mix(0.55).filled()))?;
            let (low, high) = (x(bar.rate.low), x(bar.rate.high));
            area.draw(&PathElement::new([(low, middle), (high, middle)], INK))?;
            for end in [low, high] {
                area.draw(&PathElement::new(
                    [(end, middle - 4), (end, middle + 4)],
                    INK,
                ))?;
            }
        }
        // Dashes, drawn one by one.
        for start in (TOP..bottom).step_by(8) {
            let dash = [(x(base), start), (x(base), (start + 4).min(bottom))];
            area.draw(&PathElement::new(
                dash,
                RGBColor(185, 28, 28).stroke_width(2),
            ))?;
        }
        let middle = (x(most / 2.0), bottom + 42);
        text(area, "conversion rate", middle, HPos::Center, &font(18))
    })
}

/// From nearly white to blue.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "parts of a colour"
)]
fn heat(share: f64) -> RGBColor {
    let mix = |cold: f64, hot: f64| (cold + (hot - cold) * share.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mix(239.0, 29.0), mix(246.0, 78.0), mix(255.0, 216.0))
}

/// Cells coloured by conversion rate, the best row on top and the best column on the right.
pub(crate) fn heat_map(map: &HeatMap) -> Result<String> {
    const LEFT: i32 = 110;
    const TOP: i32 = 8;
    let (rows, columns) = (
        i32::try_from(map.rows.len())?,
        i32::try_from(map.columns.len())?,
    );
    let wide = (520 / columns.max(1)).max(12);
    let high = (330 / rows.max(1)).clamp(12, 66);
    let bottom = TOP + rows * high;
    let right = LEFT + columns * wide;
    let size = (u32::try_from(right + 10)?, u32::try_from(bottom + 60)?);
    let rates = map.cells.iter().filter_map(|cell| cell.conversion);
    let most = rates.map(|rate| rate.rate).fold(0.0, f64::max);
    let letters = usize::try_from(wide / 9).unwrap_or(1).max(1);
    sheet(size, |area| {
        for (place, row) in (0..).zip(map.rows.iter().rev()) {
            let middle = TOP + place * high + high / 2;
            text(
                area,
                &short(row, 10),
                (LEFT - 8, middle),
                HPos::Right,
                &font(17),
            )?;
        }
        for (place, column) in (0..).zip(&map.columns) {
            let middle = LEFT + place * wide + wide / 2;
            text(
                area,
                &short(column, letters),
                (middle, bottom + 16),
                HPos::Center,
                &font(17),
            )?;
        }
        for (place, cell) in (0..).zip(&map.cells) {
            let (row, column) = (rows - 1 - place / columns, place % columns);
            let corner = (LEFT + column * wide, TOP + row * high);
            let edges = [corner, (corner.0 + wide, corner.1 + high)];
            let middle = (corner.0 + wide / 2, corner.1 + high / 2);
            let Some(rate) = cell.conversion else {
                area.draw(&Rectangle::new(edges, GRID))?;
                continue;
            };
            let hot = if most > 0.0 { rate.rate / most } else { 0.0 };
            area.draw(&Rectangle::new(edges, heat(hot).filled()))?;
            area.draw(&Rectangle::new(edges, WHITE))?;
            let ink = if hot > 0.65 { &WHITE } else { &INK };
            let (large, small) = (font(18).color(ink), font(15).color(ink));
            if wide >= 56 && high >= 36 {
                text(
                    area,
                    &percent_short(rate.rate),
                    (middle.0, middle.1 - 8),
                    HPos::Center,
                    &large,
                )?;
                let leads = match super::html::number(cell.leads).as_str() {
                    "1" => "1 lead".to_owned(),
                    leads => format!("{leads} leads"),
                };
                text(
                    area,
                    &leads,
                    (middle.0, middle.1 + 10),
                    HPos::Center,
                    &small,
                )?;
            } else if wide >= 40 && high >= 16 {
                text(
                    area,
                    &percent_short(rate.rate),
                    middle,
                    HPos::Center,
                    &small,
                )?;
            }
        }
        let middle = (i32::midpoint(LEFT, right), bottom + 44);
        text(
            area,
            &short(&map.columns_of, 60),
            middle,
            HPos::Center,
            &font(18),
        )?;
        let turned = font(18).transform(FontTransform::Rotate270);
        let middle = (16, i32::midpoint(TOP, bottom));
        text(
            area,
            &short(&map.rows_of, 40),
            middle,
            HPos::Center,
            &turned,
        )
    })
}

fn percent_short(share: f64) -> String {
    if share > 0.0 && share < 0.1 {
        format!("{:.1} %", 100.0 * share)
    } else {
        format!("{:.0} %", 100.0 * share)
    }
}
