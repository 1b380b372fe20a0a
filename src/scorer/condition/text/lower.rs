use std::cell::Cell;

/// Text in Unicode lower case, with one sigma wherever it stands in a word, in room that the thread keeps.
#[derive(Debug)]
pub(in crate::scorer::condition) struct Lower(String);

thread_local! {
    static ROOM: Cell<String> = const { Cell::new(String::new()) };
}

impl Lower {
    pub(in crate::scorer::condition) fn of(text: &str) -> Self {
        let mut lower = Self(ROOM.try_with(Cell::take).unwrap_or_default());
        lower.set(text);
        lower
    }

    /// Takes another text in place of this one.
    pub(in crate::scorer::condition) fn set(&mut self, text: &str) {
        self.0.clear();
        let one_sigma = |letter| if letter == 'ς' { 'σ' } else { letter };
        let letters = text.chars().flat_map(char::to_lowercase);
        self.0.extend(letters.map(one_sigma));
    }

    pub(in crate::scorer::condition) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for Lower {
    fn drop(&mut self) {
        /// Longer room is given up.
        const MOST: usize = 1 << 16;
        let room = std::mem::take(&mut self.0);
        if room.capacity() <= MOST {
            // Where the thread is ending, the room goes with it.
            let _ = ROOM.try_with(|kept| kept.set(room));
        }
    }
}
