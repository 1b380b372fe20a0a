//! Bytes per lead, in memory of its own and in a table: 12 attributes, 10 activities, 2 purchases.
//!
//! Counts what the allocator is asked for; what it adds for itself (some 8 to 16 bytes a piece) is not in it.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot run may stop"
)]

mod population;
mod sample;

use lead_scoring::{LeadTable, ScoreModel};
use population::Population;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What `make` leaves behind: bytes and pieces for each of so many leads.
fn held<T>(leads: usize, make: impl FnOnce() -> T) -> (f64, f64, T) {
    let region = Region::new(ALLOCATOR);
    let made = make();
    let change = region.change();
    // What a piece grows or shrinks by is counted there already.
    let bytes = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
    let pieces = change.allocations as f64 - change.deallocations as f64;
    (bytes / leads as f64, pieces / leads as f64, made)
}

fn main() {
    let model = ScoreModel::build(&sample::attribute_rules()).expect("the spec is sound");
    let schema = model.schema();
    for count in [10_000, 100_000] {
        for (what, activities, purchases) in [
            ("attributes alone", 0, 0),
            ("with 10 activities", 10, 0),
            ("with 10 activities and 2 purchases", 10, 2),
        ] {
            let population = Population::new(0, count, activities, purchases);
            let (bytes, pieces, leads) = held(count, || population.leads(schema));
            println!("{count} leads, {what}, owned: {bytes:.1} bytes in {pieces:.2} pieces each");
            let (bytes, _, from_leads) = held(count, || {
                LeadTable::from_leads(schema, &leads).expect("the leads are sound")
            });
            println!("{count} leads, {what}, table: {bytes:.1} bytes each");
            assert_eq!(from_leads.len(), leads.len());
        }
    }
}
