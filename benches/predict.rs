//! Probabilities of a matrix that is ready, 1,000,000 leads by 20 columns.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]
#![allow(clippy::cast_precision_loss, reason = "sizes are small")]

mod matrices;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::LogisticSpec;
use matrices::{CASES, matrix};
use std::hint::black_box;

fn predict(c: &mut Criterion) {
    let mut group = c.benchmark_group("predict");
    let case = CASES[1];
    let (x, converted) = matrix(case);
    let fit = LogisticSpec::new()
        .fit(x.view(), &converted)
        .expect("it can be fitted");
    group.throughput(Throughput::Elements(case.1 as u64));
    group.bench_function(case.0, |b| {
        b.iter(|| black_box(fit.probabilities(x.view())));
    });
    group.finish();
}

criterion_group!(benches, predict);
criterion_main!(benches);
