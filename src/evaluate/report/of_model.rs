use super::heat_map::between;
use super::{HeatMap, LabelConversion, Report, ReportSpec};
use crate::evaluate::lead_weights::each_weight;
use crate::model::ScoreModel;
use crate::score::{ScoreMatrix, Unit};

/// A lead that is not disqualified: its row, whether it converted, and its weight.
type Row = (usize, bool, f64);

/// The bands of a lead: those of labels, then those of the axes of matrices.
fn bands(matrix: &ScoreMatrix, row: usize) -> &[u16] {
    let width = matrix.shape.label_width();
    let bands = matrix.labels.get(row * width..(row + 1) * width);
    bands.unwrap_or_default()
}

impl ReportSpec {
    /// Labels, heat maps and RFM cells, of leads that are not disqualified.
    pub(super) fn of_matrix(
        &self,
        report: &mut Report,
        model: &ScoreModel,
        matrix: &ScoreMatrix,
        converted: &[bool],
        weights: Option<&[f64]>,
    ) {
        let rows: Vec<Row> = (0..matrix.len())
            .zip(converted)
            .zip(each_weight(weights))
            .map(|((row, &converted), weight)| (row, converted, weight))
            .filter(|&(row, ..)| {
                matrix
                    .scored(row)
                    .is_some_and(|scored| scored.disqualified().is_empty())
            })
            .collect();
        let shape = &matrix.shape;
        let score = |row: usize, of: Option<usize>| matrix.scored(row)?.score(of);
        for spec in &self.heat_maps {
            let names = [spec.rows.clone(), spec.columns.clone()];
            let [y, x] = [&spec.rows, &spec.columns].map(|name| shape.dimension(name));
            let map = HeatMap::new(
                format!("{} x {}", spec.rows, spec.columns),
                names,
                [between(&spec.row_cuts), between(&spec.column_cuts)],
            );
            let part = |cuts: &[f64], score: f64| cuts.partition_point(|&cut| cut <= score);
            let cells = rows.iter().map(|&(row, converted, weight)| {
                let cell = score(row, y).zip(score(row, x));
                let cell = cell.map(|(y, x)| (part(&spec.row_cuts, y), part(&spec.column_cuts, x)));
                (cell, converted, weight)
            });
            report.heat_maps.push(map.fill(cells, self.level));
        }
        if self.of_model {
            self.labels(report, matrix, &rows);
            self.matrices(report, model, matrix, &rows);
            self.rfm(report, matrix, &rows);
        }
    }

    /// What converted under each label.
    fn labels(&self, report: &mut Report, matrix: &ScoreMatrix, rows: &[Row]) {
        let shape = &matrix.shape;
        for (place, set) in shape.labels.iter().enumerate() {
            let leads = rows.iter().map(|&(row, converted, weight)| {
                let band = bands(matrix, row).get(place).copied().map(usize::from);
                (band, converted, weight)
            });
            let labels = set.bands.iter().map(AsRef::as_ref);
            let of = set.name.as_ref();
            report
                .labels
                .push(LabelConversion::count(of, labels, leads, self.level));
        }
    }

    /// What converted in each cell of the model's matrices.
    fn matrices(
        &self,
        report: &mut Report,
        model: &ScoreModel,
        matrix: &ScoreMatrix,
        rows: &[Row],
    ) {
        let shape = &matrix.shape;
        for (place, own) in shape.matrices.iter().enumerate() {
            let texts = |names: &[std::sync::Arc<str>]| {
                names.iter().map(ToString::to_string).collect::<Vec<_>>()
            };
            let map = HeatMap::new(
                own.name.to_string(),
                model.axes_of(place).unwrap_or_default().map(str::to_owned),
                [texts(&own.rows), texts(&own.columns)],
            );
            let cells = rows.iter().map(|&(row, converted, weight)| {
                let cell = shape.bands(place, bands(matrix, row));
                (cell, converted, weight)
            });
            let mut map = map.fill(cells, self.level);
            for (cell, name) in map.cells.iter_mut().zip(&own.names) {
                cell.name = name.as_ref().map(ToString::to_string);
            }
            report.heat_maps.push(map);
        }
    }

    /// What converted in each cell of recency and frequency.
    fn rfm(&self, report: &mut Report, matrix: &ScoreMatrix, rows: &[Row]) {
        let shape = &matrix.shape;
        for (place, dimension) in shape.dimensions.iter().enumerate() {
            if dimension.unit() != Unit::Cell {
                continue;
            }
            let raw = |row: usize| {
                let cells = matrix.cells.get(row, place);
                rfm_bins(cells?.raw)
            };
            let known = || rows.iter().filter_map(|&(row, ..)| raw(row));
            let recency = known().map(|(recency, _)| recency).max().unwrap_or(0);
            let frequency = known().map(|(_, frequency)| frequency).max().unwrap_or(0);
            if recency == 0 {
                continue;
            }
            let numbers = |last: usize| (1..=last).map(|bin| bin.to_string()).collect();
            let map = HeatMap::new(
                dimension.name().to_owned(),
                ["recency".to_owned(), "frequency".to_owned()],
                [numbers(recency), numbers(frequency)],
            );
            let cells = rows.iter().map(|&(row, converted, weight)| {
                let cell = raw(row).map(|(recency, frequency)| (recency - 1, frequency - 1));
                (cell, converted, weight)
            });
            report.rfm.push(map.fill(cells, self.level));
        }
    }
}

/// Recency and frequency of an RFM cell, each from 1 on.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // cells are whole numbers of three digits
fn rfm_bins(raw: f64) -> Option<(usize, usize)> {
    let cell = (111.0..=999.0).contains(&raw).then_some(raw as usize)?;
    let (recency, frequency) = (cell / 100, cell / 10 % 10);
    (frequency > 0).then_some((recency, frequency))
}
