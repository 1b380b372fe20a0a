//! Models that give what known products give.
