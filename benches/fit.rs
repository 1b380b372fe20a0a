//! Logistic regression with a penalty of C = 1 and the default tolerance, on matrices of several sizes and kinds.

#![allow(missing_docs, reason = "made by criterion's macros")]
#![allow(clippy::expect_used, reason = "a benchmark that cannot run may stop")]
#![allow(clippy::cast_precision_loss, reason = "sizes are small")]

mod matrices;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lead_scoring::LogisticSpec;
use matrices::{CASES, matrix};
use std::hint::black_box;

fn fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("fit");
    group.sample_size(10);
    for case in CASES {
        let (x, converted) = matrix(case);
        let spec = LogisticSpec::new();
        let fit = spec.fit(x.view(), &converted).expect("it can be fitted");
        assert!(fit.converged, "{}: {}", case.0, fit.gradient_norm);
        group.throughput(Throughput::Elements(case.1 as u64));
        group.bench_function(BenchmarkId::from_parameter(case.0), |b| {
            b.iter(|| black_box(spec.fit(x.view(), &converted)));
        });
    }
    group.finish();
}

criterion_group!(benches, fit);
criterion_main!(benches);
