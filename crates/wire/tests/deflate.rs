//! The parts of permessage-deflate against zlib and against each other.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use proptest::prelude::*;
use wscheck_wire::Violation;
use wscheck_wire::deflate::{
    BlockWriter, Deflater, Inflater, Inspector, MessageFacts, TAIL, Terms, inspect,
};

const LEVELS: [u32; 5] = [0, 1, 2, 6, 9];

/// Octets that repeat themselves now and then, at any distance.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        (any::<u8>(), 0_usize..900).prop_map(|(octet, len)| vec![octet; len]),
        (1_usize..700, any::<u8>(), 0_usize..2000).prop_map(|(period, seed, len)| periodic(
            period, seed
        )
        .take(len)
        .collect()),
        Just(b"the quick brown fox jumps over the lazy dog, ".repeat(9)),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Octets without order, again and again.
fn periodic(period: usize, seed: u8) -> impl Iterator<Item = u8> {
    let scramble = move |n: usize| {
        let n = (n as u32 + 1).wrapping_mul(0x9e37_79b9) ^ u32::from(seed);
        (n.wrapping_mul(n | 1) >> 21) as u8
    };
    (0..period)
        .map(scramble)
        .collect::<Vec<u8>>()
        .into_iter()
        .cycle()
}

fn terms() -> impl Strategy<Value = Terms> {
    (any::<bool>(), 8_u8..=15).prop_map(|(no_context_takeover, max_window_bits)| Terms {
        no_context_takeover,
        max_window_bits,
    })
}

fn window(max_window_bits: u8) -> Terms {
    Terms {
        max_window_bits,
        ..Terms::default()
    }
}

/// What an inspector says of each message, fed in pieces of `step` octets.
fn facts(terms: Terms, messages: &[Vec<u8>], step: usize) -> Result<Vec<MessageFacts>, Violation> {
    let mut inspector = Inspector::new(terms);
    let facts = messages.iter().map(|message| {
        message
            .chunks(step)
            .try_for_each(|piece| inspector.push(piece))?;
        inspector.end_message()
    });
    facts.collect()
}

fn inflate(mut inflater: Inflater, messages: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Violation> {
    let texts = messages.iter().map(|message| {
        let mut text = Vec::new();
        let mut out = |piece: &[u8]| {
            text.extend_from_slice(piece);
            true
        };
        inflater.push(message, &mut out)?;
        inflater.finish(&mut out)?;
        Ok(text)
    });
    texts.collect()
}

/// What zlib says of a stream that need not end: its length, or an error.
fn zlib_length(octets: &[u8]) -> Result<u64, ()> {
    let mut zlib = Decompress::new(false);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let (taken, given) = (zlib.total_in(), zlib.total_out());
        let status = zlib
            .decompress(
                &octets[taken as usize..],
                &mut buffer,
                FlushDecompress::Sync,
            )
            .map_err(|_| ())?;
        let stuck = (taken, given) == (zlib.total_in(), zlib.total_out());
        if stuck || status == Status::StreamEnd {
            return Ok(zlib.total_out());
        }
    }
}

/// Each rule: messages that break it, and legal neighbours as close as can be.
#[test]
fn each_rule_has_an_illegal_and_a_legal_neighbour() {
    let new = BlockWriter::new;
    let hello = || new().fixed().literals(b"Hello");
    // A block of type 2 up to where the lengths of two codes are missing: that
    // of the end of the block, and that of the one distance.
    let dynamic = || {
        let mut block = new().block_of_type(2).bits(0, 10).bits(14, 4);
        // In the code for lengths, 1 has the code 0, and 18 the code 1.
        for place in 0..18 {
            block = block.bits(u32::from(matches!(place, 2 | 17)), 3);
        }
        // 1 for the octet 0, and 138 + 117 times 0 for the others.
        block
            .bits(0, 1)
            .bits(1, 1)
            .bits(127, 7)
            .bits(1, 1)
            .bits(106, 7)
    };
    let edge = || new().stored(&[7; 510]).fixed().literals(b"abc");
    let neighbours = [
        (new().block_of_type(3), new().fixed().end()),
        (
            new().bits(0, 8).bits(0xfffe_0000, 32),
            new().bits(0, 8).bits(0xffff_0000, 32),
        ),
        (
            hello().symbol(286).end(),
            hello().symbol(285).distance_symbol(0).end(),
        ),
        (
            hello().symbol(257).distance_symbol(30).end(),
            hello().symbol(257).distance_symbol(4).bits(0, 1).end(),
        ),
        (hello().reference(3, 6).end(), hello().reference(3, 5).end()),
        (
            edge().reference(258, 513).end(),
            edge().reference(258, 512).end(),
        ),
        // 11 times 0 where two lengths are missing; 1 for both, the octet, the end.
        (
            dynamic().bits(1, 1).bits(0, 7),
            dynamic().bits(0, 2).bits(0b10, 2),
        ),
    ];
    let terms = window(9);
    for (n, (illegal, legal)) in neighbours.into_iter().enumerate() {
        let found = facts(terms, &[illegal.finish()], 1).expect_err("illegal");
        let wanted = match n {
            5 => Violation::WindowExceeded {
                distance: 513,
                bits: 9,
            },
            _ => Violation::CorruptDeflate,
        };
        assert_eq!(found, wanted, "{n}");
        facts(terms, &[legal.finish()], 1).unwrap_or_else(|found| panic!("{n}: {found}"));
    }
}

#[test]
fn what_a_message_is_made_of() {
    let first = BlockWriter::new()
        .stored(b"Hello, ")
        .fixed()
        .literals(b"you");
    let first = first.reference(4, 10).end();
    let second = BlockWriter::new().bfinal().fixed().reference(3, 12).end();
    let second = second.fixed().reference(5, 3).reference(3, 4).end();
    let messages = [first.finish(), second.finish()];
    let wanted = [
        MessageFacts {
            stored: 2,
            fixed: 1,
            dynamic: 0,
            bfinal: false,
            length: 14,
            greatest_distance: 10,
            greatest_reach: 0,
        },
        MessageFacts {
            stored: 1,
            fixed: 2,
            dynamic: 0,
            bfinal: true,
            length: 11,
            greatest_distance: 12,
            greatest_reach: 12,
        },
    ];
    for step in 1..9 {
        assert_eq!(
            facts(Terms::default(), &messages, step),
            Ok(wanted.to_vec())
        );
    }
    let alone = inspect(&messages[1], Terms::default());
    assert_eq!(alone, Ok(wanted[1]));
    let forbidden = Terms {
        no_context_takeover: true,
        ..Terms::default()
    };
    let reach = Err(Violation::ContextTakenOver { reach: 12 });
    assert_eq!(inspect(&messages[1], forbidden), reach);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_we_deflate_keeps_its_terms_and_comes_back(
        terms in terms(),
        level in prop::sample::select(&LEVELS[..]),
        texts in prop::collection::vec(text(), 1..5),
        fragment in 1_usize..900,
    ) {
        let mut deflater = Deflater::new(terms, level);
        let mut messages = Vec::new();
        for (n, text) in texts.iter().enumerate() {
            let mut message = Vec::new();
            if n % 2 == 0 {
                message = deflater.message(text);
            } else {
                for fragment in text.chunks(fragment) {
                    deflater.push(fragment, &mut message);
                    deflater.flush(&mut message);
                }
                deflater.finish(&mut message);
            }
            prop_assert!(!message.is_empty());
            messages.push(message);
        }
        let facts = facts(terms, &messages, usize::MAX).expect("legal messages");
        for (facts, text) in facts.iter().zip(&texts) {
            prop_assert_eq!(facts.length, text.len() as u64);
            prop_assert!(facts.greatest_distance <= terms.window());
            prop_assert!(!terms.no_context_takeover || facts.greatest_reach == 0);
            prop_assert!(!facts.bfinal);
        }
        let strict = inflate(Inflater::strict(terms), &messages);
        prop_assert_eq!(strict, inflate(Inflater::new(terms), &messages));
        prop_assert_eq!(inflate(Inflater::strict(terms), &messages), Ok(texts));
    }

    #[test]
    fn the_inspector_reads_whatever_zlib_writes_however_it_is_cut(
        level in 0_u32..=9,
        bits in 9_u8..=15,
        texts in prop::collection::vec(text(), 1..5),
        flush in prop::sample::select(vec![FlushCompress::Sync, FlushCompress::Full]),
        step in 1_usize..40,
    ) {
        let mut zlib = Compress::new_with_window_bits(Compression::new(level), false, bits);
        let mut messages = Vec::new();
        for text in &texts {
            let mut message = Vec::with_capacity(text.len() + 4096);
            zlib.compress_vec(text, &mut message, flush).unwrap();
            if message.ends_with(&TAIL) {
                message.truncate(message.len() - TAIL.len());
            } else {
                message.push(0);
            }
            messages.push(message);
        }
        let whole = facts(Terms::default(), &messages, usize::MAX).expect("legal messages");
        let lengths: Vec<u64> = whole.iter().map(|facts| facts.length).collect();
        let wanted: Vec<u64> = texts.iter().map(|text| text.len() as u64).collect();
        prop_assert_eq!(lengths, wanted);
        prop_assert!(whole.iter().all(|facts| facts.greatest_distance <= 1 << bits));
        prop_assert_eq!(facts(Terms::default(), &messages, step), Ok(whole));
    }

    /// zlib stops at BFINAL, after which the inspector goes on; only up to
    /// there can they be compared. Of a block that brings a code for lengths
    /// without any symbol zlib reads as many bits as there are lengths, before
    /// it complains; the inspector complains at once.
    #[test]
    fn the_inspector_finds_the_errors_that_zlib_finds(
        level in 0_u32..=9,
        text in text(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 0..4),
        random in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut corrupt = Deflater::new(Terms::default(), level).message(&text);
        for (place, bit) in changes {
            let place = place.index(corrupt.len());
            corrupt[place] ^= 1 << bit;
        }
        for octets in [corrupt, random] {
            let mut inspector = Inspector::new(Terms::default());
            let read = inspector.push(&octets);
            if inspector.facts().bfinal {
                continue;
            }
            let length = inspector.facts().length;
            match (read, zlib_length(&octets)) {
                (Ok(()), zlib) => prop_assert_eq!(zlib, Ok(length)),
                (Err(_), Err(())) => {}
                (Err(_), Ok(_)) => prop_assert!(inspector.facts().dynamic > 0),
            }
        }
    }

    #[test]
    fn what_is_wrong_does_not_depend_on_the_cuts(
        wide in 8_u8..=15,
        terms in terms(),
        texts in prop::collection::vec(text(), 1..3),
        change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        step in 1_usize..9,
    ) {
        let mut deflater = Deflater::new(window(wide), 6);
        let mut messages: Vec<Vec<u8>> = texts.iter().map(|text| deflater.message(text)).collect();
        if let (Some((place, octet)), Some(message)) = (change, messages.last_mut()) {
            let place = place.index(message.len());
            message[place] = octet;
        }
        let found = facts(terms, &messages, usize::MAX);
        prop_assert_eq!(facts(terms, &messages, step), found.clone());
        let strict = inflate(Inflater::strict(terms), &messages);
        let lengths = strict.map(|texts| texts.iter().map(Vec::len).collect::<Vec<usize>>());
        let told = found.map(|facts| facts.iter().map(|facts| facts.length as usize).collect());
        prop_assert_eq!(lengths, told);
    }

    #[test]
    fn no_octets_can_make_an_inflater_panic(
        octets in prop::collection::vec(any::<u8>(), 0..200),
        terms in terms(),
    ) {
        for inflater in [Inflater::new, Inflater::strict] {
            let messages = [octets.clone(), octets.clone()];
            let _ = inflate(inflater(terms), &messages);
        }
    }
}

/// zlib looks back no further than its window less 262 octets; the deflater
/// rests on that when it has a window of 8 bits to keep.
#[test]
fn a_window_of_8_bits_is_kept_on_whatever_tempts_to_leave_it() {
    let terms = window(8);
    let mut greatest = [0; 10];
    for (level, greatest) in (0_u32..).zip(&mut greatest) {
        for period in 200..=600 {
            let mut deflater = Deflater::new(terms, level);
            for len in [3000, period + 9, 258, 1500] {
                let text: Vec<u8> = periodic(period, 0).take(len).collect();
                let run = [&text[..], &vec![text[0]; 700], &text].concat();
                for text in [text, run] {
                    let message = deflater.message(&text);
                    let facts = inspect(&message, Terms::default()).unwrap();
                    *greatest = facts.greatest_distance.max(*greatest);
                }
            }
        }
    }
    assert!(
        greatest.iter().all(|distance| *distance <= 250),
        "{greatest:?}"
    );
    assert!(greatest[9] > 200, "nothing tempted: {greatest:?}");
}
