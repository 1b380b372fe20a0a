//! Where the scoring is wrong: conversion by segment, criterion and negative rule.

mod criterion;
mod cut;
mod negative_rule;
mod report;
mod spec;
mod sums;

pub use criterion::CriterionReport;
pub use cut::{CutBy, Grouping, ReportPeriod};
pub use negative_rule::{NegativeRule, Removed};
pub use report::{MeanScore, SegmentJudgement, SegmentReport, SegmentRow};
pub use spec::SegmentReportSpec;
