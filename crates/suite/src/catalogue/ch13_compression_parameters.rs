//! Compressed messages after different demands on how the testee compresses:
//! without context takeover, in a window of so many bits, or both.

use super::size_rows::section;
use super::{Chapter, RFC7692};
use crate::case::{Case, Demand};
use crate::corpus::Corpus;
use crate::vocabulary::CaseBuilder;

pub(super) const CHAPTER: Chapter = Chapter {
    number: 13,
    title: "Parameters of compression",
    sections: &[
        (1, "no demands"),
        (2, "no context takeover"),
        (3, "a window of 9 bits"),
        (4, "a window of 15 bits"),
        (5, "no context takeover, a window of 9 bits"),
        (6, "no context takeover, a window of 15 bits"),
        (7, "a choice of three sets of demands"),
    ],
};

/// How the testee is to compress, in a title; and our demands, best first.
const SETS: [(&str, &[Demand]); 7] = [
    ("compressed as the testee likes", &[ANY]),
    ("compressed without context takeover", &[FORGETFUL]),
    ("compressed in a window of 9 bits", &[within(ANY, 9)]),
    ("compressed in a window of 15 bits", &[within(ANY, 15)]),
    (
        "compressed without context takeover in a window of 9 bits",
        &[within(FORGETFUL, 9)],
    ),
    (
        "compressed without context takeover in a window of 15 bits",
        &[within(FORGETFUL, 15)],
    ),
    (
        "compressed by one of three sets of demands",
        &[within(FORGETFUL, 9), FORGETFUL, ANY],
    ),
];

const ANY: Demand = Demand {
    no_context_takeover: false,
    max_window_bits: None,
};

const FORGETFUL: Demand = Demand {
    no_context_takeover: true,
    ..ANY
};

const fn within(demand: Demand, bits: u8) -> Demand {
    Demand {
        max_window_bits: Some(bits),
        ..demand
    }
}

pub(super) fn cases() -> Vec<Case> {
    let sections = (1..).zip(SETS);
    sections
        .flat_map(|(number, (compressed, demands))| {
            section(
                CHAPTER.number,
                number,
                Corpus::Json,
                compressed,
                |builder| demanding(builder, demands),
            )
        })
        .collect()
}

/// Makes the demands, and cites what they rest on.
fn demanding(mut builder: CaseBuilder, demands: &[Demand]) -> CaseBuilder {
    if demands.len() > 1 {
        builder = builder.should(
            RFC7692,
            "5",
            "offers stand in the order of preference, and the first that suits is taken",
        );
    }
    if demands.iter().any(|demand| demand.no_context_takeover) {
        builder = builder
            .must(
                RFC7692,
                "7.1.1.1",
                "a server that agrees compresses each message with an empty window",
            )
            .must(
                RFC7692,
                "7.1.1.2",
                "a client that is told so compresses each message with an empty window",
            );
    }
    if demands
        .iter()
        .any(|demand| demand.max_window_bits.is_some())
    {
        builder = builder
            .must(
                RFC7692,
                "7.1.2.1",
                "a server that agrees refers back no further than the window it was allowed",
            )
            .must(
                RFC7692,
                "7.1.2.2",
                "a client that is told so refers back no further than the window it was allowed",
            );
    }
    demands.iter().copied().fold(builder, CaseBuilder::deflate)
}
