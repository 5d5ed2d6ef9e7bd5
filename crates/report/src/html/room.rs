//! The details of plays, as many as there is room for.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use wscheck_suite::case_id::CaseId;

use super::detail::Detail;
use super::runs::{Place, Runs, gravity};

/// How many octets of a page details may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// As they are.
    pub(super) plain: usize,
    /// Compressed, for the script to unpack.
    pub(super) packed: usize,
}

/// Where the details of each play are. The gravest are in the page as they are,
/// and many more compressed, those of a case together.
pub(super) struct Room {
    details: BTreeMap<Place, Wire>,
    packed: BTreeMap<CaseId, String>,
}

/// The details of a play in the page.
pub(super) enum Wire {
    /// As they are.
    Plain(String),
    /// Among those of its case that are packed.
    Packed,
}

impl Room {
    /// Renders the details of all plays.
    pub(super) fn new(runs: Runs<'_, '_>, limits: Limits) -> Result<Self, askama::Error> {
        let mut order: Vec<_> = runs
            .plays()
            .map(|(place, _, play)| (Reverse(gravity(play)), play.result.case, place))
            .collect();
        order.sort_unstable();
        let mut room = Self {
            details: BTreeMap::new(),
            packed: BTreeMap::new(),
        };
        let (mut left, mut is_full) = (limits.plain, false);
        let mut rest = Rest::default();
        for (_, case, place) in order {
            let detail = detail(runs, place)?;
            match left.checked_sub(detail.len()) {
                Some(less) if !is_full => {
                    left = less;
                    room.details.insert(place, Wire::Plain(detail));
                }
                _ => {
                    is_full = true;
                    rest.add(case, place, &detail);
                }
            }
        }
        room.pack(rest, limits.packed);
        Ok(room)
    }

    /// The details of a play, if there was room for them.
    pub(super) fn take(&mut self, place: Place) -> Option<Wire> {
        self.details.remove(&place)
    }

    /// What is packed of a case, in base64; empty if nothing is.
    pub(super) fn take_packed(&mut self, case: CaseId) -> String {
        self.packed.remove(&case).unwrap_or_default()
    }

    fn pack(&mut self, rest: Rest, mut left: usize) {
        for (case, places, octets) in rest.cases {
            let packed = pack(octets.as_bytes());
            match left.checked_sub(packed.len()) {
                Some(less) => left = less,
                None => break,
            }
            self.packed.insert(case, packed);
            for place in places {
                self.details.insert(place, Wire::Packed);
            }
        }
    }
}

/// What does not stand in the page as it is: case by case, the gravest first.
#[derive(Default)]
struct Rest {
    cases: Vec<(CaseId, Vec<Place>, String)>,
    known: BTreeMap<CaseId, usize>,
}

impl Rest {
    fn add(&mut self, case: CaseId, place: Place, detail: &str) {
        let at = *self.known.entry(case).or_insert_with(|| {
            self.cases.push((case, Vec::new(), String::new()));
            self.cases.len() - 1
        });
        let (_, places, text) = &mut self.cases[at];
        places.push(place);
        *text += &format!("<div data-play=\"{}\">{detail}</div>", place.key());
    }
}

fn detail(runs: Runs<'_, '_>, place: Place) -> Result<String, askama::Error> {
    match runs.account(place.when) {
        Some(account) => Detail::new(&account.agents[place.agent].plays[place.play]).render(),
        None => Ok(String::new()),
    }
}

fn pack(octets: &[u8]) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // A vector takes everything.
    let written = encoder.write_all(octets).and_then(|()| encoder.finish());
    STANDARD.encode(written.unwrap_or_default())
}
