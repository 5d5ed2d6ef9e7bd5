//! A grey picture as a bitmap file: discs before a sky that darkens, all of it
//! a little noisy.

use super::chance::Chance;

/// Octets in all: the headers, a palette of 256 colours of 4 octets, and an
/// octet a pixel.
pub(super) const LENGTH: usize = HEADER + SIDE * SIDE;

const HEADER: usize = 14 + 40 + 4 * 256;

/// Pixels on each side; a row needs no padding.
const SIDE: usize = 512;

const SEED: u64 = 122;

/// Discs in the picture.
const DISCS: usize = 40;

/// The noise is the sum of this many numbers below [`GRAIN`].
const NOISES: u32 = 3;
const GRAIN: u64 = 12;

struct Disc {
    x: i32,
    y: i32,
    radius: i32,
    shade: i32,
}

pub(super) fn make() -> Vec<u8> {
    let mut chance = Chance::seeded(SEED);
    let mut octets = header();
    let discs: Vec<Disc> = (0..DISCS).map(|_| disc(&mut chance)).collect();
    for y in 0..SIDE as i32 {
        let across: Vec<&Disc> = discs
            .iter()
            .filter(|disc| (y - disc.y).abs() < disc.radius)
            .collect();
        for x in 0..SIDE as i32 {
            let grey = grey(x, y, &across) + noise(&mut chance);
            octets.push(u8::try_from(grey.clamp(0, 255)).unwrap_or(0));
        }
    }
    octets
}

/// The headers of the file and of the bitmap, and the palette.
fn header() -> Vec<u8> {
    let mut octets = Vec::with_capacity(LENGTH);
    octets.extend_from_slice(b"BM");
    let mut words = |words: &[u32]| {
        for word in words {
            octets.extend_from_slice(&word.to_le_bytes());
        }
    };
    let side = SIDE as u32;
    words(&[LENGTH as u32, 0, HEADER as u32]);
    // Width, height, one plane of 8 bits, not compressed, 72 dots an inch.
    words(&[
        40,
        side,
        side,
        8 << 16 | 1,
        0,
        side * side,
        2835,
        2835,
        256,
        256,
    ]);
    words(&std::array::from_fn::<u32, 256, _>(|grey| {
        grey as u32 * 0x01_01_01
    }));
    octets
}

fn disc(chance: &mut Chance) -> Disc {
    let mut below = |bound: usize| chance.below(bound) as i32;
    Disc {
        x: below(SIDE),
        y: below(SIDE),
        radius: 12 + below(90),
        shade: below(150) - 75,
    }
}

/// The picture without its noise; each disc is brightest in its middle.
fn grey(x: i32, y: i32, across: &[&Disc]) -> i32 {
    let sky = 60 + y / 6 + (x - 256) * (x - 256) / 1024;
    let discs = across.iter().map(|disc| {
        let (dx, dy, square) = (x - disc.x, y - disc.y, disc.radius * disc.radius);
        let inside = (square - dx * dx - dy * dy).max(0);
        disc.shade * inside / square
    });
    sky + discs.sum::<i32>()
}

/// From a dark spot to a bright one, seldom far.
fn noise(chance: &mut Chance) -> i32 {
    let bits = chance.bits();
    let parts = (0..NOISES).map(|part| (bits >> (8 * part)) % GRAIN);
    parts.sum::<u64>() as i32 - (NOISES as i32 * (GRAIN as i32 - 1)) / 2
}
