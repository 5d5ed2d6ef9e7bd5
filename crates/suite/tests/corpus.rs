//! What is compressed is the same everywhere, and as long and as compressible
//! as what the original sends.

use sha2::{Digest, Sha256};
use wscheck_suite::corpus::Corpus;
use wscheck_suite::octets::to_hex;
use wscheck_suite::payload::Payload;
use wscheck_wire::deflate::{Deflater, Terms};

/// Octets and characters, as far as it is text.
const SIZES: [(usize, Option<usize>); 5] = [
    (194_056, Some(194_056)),
    (263_222, None),
    (222_218, None),
    (263_647, Some(263_620)),
    (1_042_328, None),
];

/// Of 10,000 octets of the original's data so many are left by zlib at level 6:
/// of the whole in one message; of messages of 1024 octets with context
/// takeover.
const LEFT: [[usize; 2]; 5] = [
    [435, 575],
    [8506, 9091],
    [3886, 4218],
    [554, 661],
    [7577, 7860],
];

/// The lengths of messages of sections 12 and 13.
const LENGTHS: [u64; 10] = [
    16,
    64,
    256,
    1024,
    4 * 1024,
    8 * 1024,
    16 * 1024,
    32 * 1024,
    64 * 1024,
    128 * 1024,
];

#[test]
fn each_is_as_long_as_the_originals() {
    for (corpus, (octets, characters)) in Corpus::ALL.into_iter().zip(SIZES) {
        assert_eq!(corpus.octets().len(), octets, "{corpus:?}");
        assert_eq!(corpus.is_text(), characters.is_some(), "{corpus:?}");
        if let Some(characters) = characters {
            let text = std::str::from_utf8(corpus.octets()).unwrap();
            assert_eq!(text.chars().count(), characters, "{corpus:?}");
        }
        let units = characters.unwrap_or(octets);
        assert_eq!(corpus.units(), units as u64, "{corpus:?}");
        assert_eq!(corpus.position(corpus.units()), octets, "{corpus:?}");
    }
}

#[test]
fn each_is_the_same_on_every_machine() {
    let digests = Corpus::ALL.map(|corpus| to_hex(&Sha256::digest(corpus.octets())));
    assert_eq!(
        digests,
        [
            "fbed9adb54d8a311674fb16b270ad7a78ee4895b3454ab52f89198c5141cb0b0",
            "3b69d43013190eba43695eb3232a724970d0ec249a3db80ff1e56f3907dfb06f",
            "a9b135246599469f2c380659aa5c86f10827074f389f703a5c156eed121b94b6",
            "bf954ebec31fb333acb4075709c802914b5a9b2155f061cde37910dc6e397424",
            "d855ef3599c95f3a497b0142e220ed60185b9597a90883097c862ec20a16a852",
        ]
    );
}

#[test]
fn each_is_what_its_name_says() {
    let [json, picture, prose, html, document] = Corpus::ALL.map(Corpus::octets);
    let json: serde_json::Value = serde_json::from_slice(json).unwrap();
    assert!(json["gauges"].as_array().unwrap().len() > 500);
    assert!(picture.starts_with(b"BM\x36\x04\x04\x00"));
    assert_eq!(picture[10..14], 1078u32.to_le_bytes());
    assert!(std::str::from_utf8(prose).is_err());
    assert!(!prose.iter().any(|octet| (0x7f..0xa0).contains(octet)));
    assert!(html.ends_with(b"</html>\n"));
    assert!(document.ends_with(b"\n%%EOF\n"));
}

#[test]
fn a_position_is_where_a_character_begins() {
    for corpus in Corpus::ALL.into_iter().filter(|corpus| corpus.is_text()) {
        let text = std::str::from_utf8(corpus.octets()).unwrap();
        let begins = text.char_indices().map(|(position, _)| position);
        assert!(begins.eq((0..corpus.units()).map(|index| corpus.position(index))));
    }
}

#[test]
fn messages_follow_on_one_another_and_begin_anew() {
    for of in Corpus::ALL {
        for length in LENGTHS {
            let mut message = Payload::Excerpt {
                of,
                from: 0,
                length,
            };
            let mut joined = Vec::new();
            while joined.len() < of.octets().len() {
                let octets = message.to_octets();
                assert_eq!(octets.len() as u64, message.len());
                if of.is_text() {
                    let text = std::str::from_utf8(&octets).unwrap();
                    assert_eq!(text.chars().count() as u64, length);
                }
                joined.extend_from_slice(&octets);
                message = message.next();
            }
            let (first, again) = joined.split_at(of.octets().len());
            assert!(first == of.octets(), "{of:?} {length}");
            assert!(of.octets().starts_with(again), "{of:?} {length}");
        }
    }
}

#[test]
fn each_compresses_about_as_well_as_the_originals() {
    for (corpus, [whole, in_parts]) in Corpus::ALL.into_iter().zip(LEFT) {
        for (length, original) in [(corpus.octets().len(), whole), (1024, in_parts)] {
            let left = left(corpus, length);
            let near = original * 3 / 4..=original * 5 / 4;
            assert!(near.contains(&left), "{corpus:?} {length}: {left}");
        }
    }
}

/// Of 10,000 octets so many are left in messages of `length` octets.
fn left(corpus: Corpus, length: usize) -> usize {
    let mut deflater = Deflater::new(Terms::default(), 6);
    let messages = corpus.octets().chunks(length);
    let compressed: usize = messages.map(|octets| deflater.message(octets).len()).sum();
    compressed * 10_000 / corpus.octets().len()
}
