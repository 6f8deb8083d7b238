//! The engine's throughput natively, by kind of input and size of chunk, beside baselines.
//!
//! `benches/run.sh engine` runs it and prints the table.

use std::hint::black_box;
use std::time::Duration;

use aho_corasick::AhoCorasick;
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use hushgate_bench::corpus::{self, CORPUS_BYTES, Kind};
use hushgate_bench::hostile::{HOSTILE, HOSTILE_BYTES};
use hushgate_bench::{baseline, pump};
use regex::bytes::RegexSet;

/// The sizes of chunk, by their names in the table.
const CHUNKS: [(&str, usize); 3] = [
    ("hushgate, one piece", usize::MAX),
    ("hushgate, 16 KiB", 16 << 10),
    ("hushgate, 4 KiB", 4 << 10),
];

/// The slow baseline gets a part of the corpus only: it is the same all through.
const REGEX_BYTES: usize = 1 << 20;

struct Baselines {
    anchors: AhoCorasick,
    set: RegexSet,
}

fn clean(criterion: &mut Criterion) {
    let shapes = baseline::shapes();
    let baselines =
        Baselines { anchors: baseline::anchors(&shapes), set: baseline::regex_set(&shapes) };
    for kind in Kind::ALL {
        let input = corpus::generate(kind, CORPUS_BYTES);
        let mut group = group(criterion, kind.name(), input.len());
        engine(&mut group, &input, &CHUNKS);
        copies(&mut group, &input);
        searches(&mut group, &input, &baselines);
    }
}

fn hostile(criterion: &mut Criterion) {
    let anchors = baseline::anchors(&baseline::shapes());
    for hostile in HOSTILE {
        let input = hostile.generate(HOSTILE_BYTES);
        let mut group = group(criterion, hostile.name, input.len());
        // In one piece an input has one tail; in chunks it has many, which is what can hurt.
        engine(&mut group, &input, &CHUNKS[1..]);
        group.bench_function("anchors as a DFA", |bencher| {
            bencher.iter(|| anchors.find_iter(black_box(&input)).count());
        });
    }
}

/// A group of short runs: ten samples in half a second are steady enough for ratios.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    bytes: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .throughput(Throughput::Bytes(bytes as u64));
    group
}

fn engine(group: &mut BenchmarkGroup<'_, WallTime>, input: &[u8], chunks: &[(&str, usize)]) {
    for (name, chunk) in chunks {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| pump::redact(black_box(input), *chunk));
        });
    }
}

fn copies(group: &mut BenchmarkGroup<'_, WallTime>, input: &[u8]) {
    let mut copy = vec![0; input.len()];
    group.bench_function("memcpy", |bencher| {
        bencher.iter(|| black_box(&mut copy).copy_from_slice(black_box(input)));
    });
    group.bench_function("memchr", |bencher| {
        bencher.iter(|| memchr::memchr(pump::ABSENT, black_box(input)));
    });
}

fn searches(group: &mut BenchmarkGroup<'_, WallTime>, input: &[u8], baselines: &Baselines) {
    group.bench_function("anchors as a DFA", |bencher| {
        bencher.iter(|| baselines.anchors.find_iter(black_box(input)).count());
    });
    let part = &input[..REGEX_BYTES];
    group.throughput(Throughput::Bytes(part.len() as u64));
    group.bench_function("rules as a RegexSet", |bencher| {
        bencher.iter(|| baselines.set.matches(black_box(part)).len());
    });
}

criterion_group!(engine_benches, clean, hostile);
criterion_main!(engine_benches);
