use super::shape::{Cell, Notes};

/// The notes of many leads, of which few have any: there is room only for blocks in which a lead has some.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotesOfRows {
    blocks: Vec<NotesOfBlock>,
}

/// The notes of the leads of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct NotesOfBlock {
    /// Empty where no lead has any.
    rows: Box<[Option<Box<Notes>>]>,
}

impl NotesOfRows {
    /// Leads in a block.
    pub(crate) const BLOCK: usize = 512;

    pub(super) fn new(rows: usize) -> Self {
        let blocks = rows.div_ceil(Self::BLOCK);
        Self {
            blocks: vec![NotesOfBlock::default(); blocks],
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&Notes> {
        let block = self.blocks.get(row / Self::BLOCK)?;
        block.rows.get(row % Self::BLOCK)?.as_deref()
    }

    /// The blocks from that of a row on, which is the first of its block.
    pub(crate) fn blocks_from(&mut self, row: usize) -> &mut [NotesOfBlock] {
        let blocks = self.blocks.get_mut(row / Self::BLOCK..);
        blocks.unwrap_or_default()
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.blocks.truncate(rows.div_ceil(Self::BLOCK));
    }
}

impl NotesOfBlock {
    /// Keeps the notes of a row of the block.
    pub(crate) fn put(&mut self, row: usize, notes: Box<Notes>) {
        if self.rows.is_empty() {
            self.rows = vec![None; NotesOfRows::BLOCK].into();
        }
        if let Some(place) = self.rows.get_mut(row) {
            *place = Some(notes);
        }
    }
}

/// The dimensions of many leads. Room for a block is made by whoever fills it, who then has it at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct CellsOfRows {
    width: usize,
    blocks: Vec<Box<[Cell]>>,
}

impl CellsOfRows {
    /// No cells yet, of that many dimensions a row.
    pub(super) fn new(rows: usize, width: usize) -> Self {
        Self {
            width,
            blocks: vec![Box::default(); rows.div_ceil(NotesOfRows::BLOCK)],
        }
    }

    /// The dimensions of a row.
    pub(crate) fn row(&self, row: usize) -> Option<&[Cell]> {
        let first = row % NotesOfRows::BLOCK * self.width;
        let block = self.blocks.get(row / NotesOfRows::BLOCK)?;
        block.get(first..first + self.width)
    }

    /// One dimension of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize, place: usize) -> Option<&Cell> {
        self.row(row)?.get(place)
    }

    /// The blocks from that of a row on, which is the first of its block.
    pub(crate) fn blocks_from(&mut self, row: usize) -> &mut [Box<[Cell]>] {
        let blocks = self.blocks.get_mut(row / NotesOfRows::BLOCK..);
        blocks.unwrap_or_default()
    }

    pub(super) fn truncate(&mut self, rows: usize) {
        self.blocks.truncate(rows.div_ceil(NotesOfRows::BLOCK));
    }
}
