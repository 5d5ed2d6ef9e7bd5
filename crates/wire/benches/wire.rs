//! How fast the parts are that each octet passes.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wscheck_wire::deflate::{Deflater, Inflater, Terms, inspect};
use wscheck_wire::frame::LengthForm;
use wscheck_wire::utf8::Validator;
use wscheck_wire::{Decoder, Header, Opcode, encode, mask};

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const MESSAGE: usize = 1 << 20;

fn masked(length: usize) -> Header {
    let length = length as u64;
    let length_form = LengthForm::minimal(length);
    Header {
        fin: true,
        rsv: 0,
        opcode: Opcode::BINARY,
        mask: Some(KEY),
        length,
        length_form,
    }
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode masked frames");
    for size in [16, 1024, MESSAGE] {
        let octets = encode::frame(&masked(size), &vec![0x61; size]).repeat(MESSAGE / size);
        group.throughput(Throughput::Bytes(octets.len() as u64));
        group.bench_function(format!("of {size}"), |bencher| {
            let read = |mut octets: Vec<u8>| {
                let (mut decoder, mut rest) = (Decoder::new(), &mut octets[..]);
                while let Some(event) = decoder.decode(&mut rest) {
                    black_box(event);
                }
                octets
            };
            bencher.iter_batched(|| octets.clone(), read, BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn octets(criterion: &mut Criterion) {
    let ascii = vec![0x61; MESSAGE];
    let mixed: Vec<u8> = "Hello-µ@ßöäüàá-UTF-8!!"
        .bytes()
        .cycle()
        .take(MESSAGE)
        .collect();
    let mut group = criterion.benchmark_group("a MiB");
    group.throughput(Throughput::Bytes(MESSAGE as u64));
    group.bench_function("encode", |bencher| {
        bencher.iter(|| encode::frame(&masked(MESSAGE), black_box(&ascii)));
    });
    group.bench_function("mask", |bencher| {
        let mut octets = ascii.clone();
        bencher.iter(|| mask::apply(KEY, 1, black_box(&mut octets)));
    });
    for (name, text) in [("ASCII", &ascii), ("mixed", &mixed)] {
        for chunk in [64, 1000, MESSAGE] {
            group.bench_function(format!("UTF-8, {name}, by {chunk}"), |bencher| {
                bencher.iter(|| {
                    let mut validator = Validator::new();
                    for chunk in text.chunks(chunk) {
                        validator.push(black_box(chunk)).expect("the text is UTF-8");
                    }
                    validator
                });
            });
        }
    }
    group.finish();
}

/// A MiB of words in no order, which deflate to about a third.
fn prose() -> Vec<u8> {
    let words: Vec<&str> = include_str!("../src/rules.rs").split_whitespace().collect();
    let mut keys = mask::MaskingKeys::seeded(1);
    let mut prose = String::new();
    while prose.len() < MESSAGE {
        let place = keys.next_u64() % words.len() as u64;
        prose.push_str(words[place as usize]);
        prose.push(' ');
    }
    prose.truncate(prose.floor_char_boundary(MESSAGE));
    prose.into_bytes()
}

/// Octets in no order, which do not deflate.
fn noise() -> Vec<u8> {
    let mut keys = mask::MaskingKeys::seeded(1);
    let octets = std::iter::repeat_with(|| keys.next_u64().to_le_bytes());
    octets.flatten().take(MESSAGE).collect()
}

fn deflate(criterion: &mut Criterion) {
    let terms = Terms::default();
    for (name, text) in [
        ("prose", prose()),
        ("noise", noise()),
        ("zeros", vec![0; MESSAGE]),
    ] {
        let mut group = criterion.benchmark_group(format!("a MiB of {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        for level in [1, 6] {
            group.bench_function(format!("deflate at level {level}"), |bencher| {
                let mut deflater = Deflater::new(terms, level);
                bencher.iter(|| deflater.message(black_box(&text)));
            });
        }
        let message = Deflater::new(terms, 6).message(&text);
        for (name, inflater) in [
            ("inflate", Inflater::new as fn(Terms) -> Inflater),
            ("inflate strictly", Inflater::strict),
        ] {
            group.bench_function(name, |bencher| {
                let mut inflater = inflater(terms);
                bencher.iter(|| {
                    let out = |piece: &[u8]| !black_box(piece).is_empty();
                    inflater.push(black_box(&message), out)?;
                    inflater.finish(out)
                });
            });
        }
        group.bench_function("inspect", |bencher| {
            bencher.iter(|| inspect(black_box(&message), terms));
        });
        group.finish();
    }
}

criterion_group!(benches, decode, octets, deflate);
criterion_main!(benches);
