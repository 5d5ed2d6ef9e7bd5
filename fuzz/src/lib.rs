//! What is fuzzed: one function a target, each of which panics where something is wrong.
//!
//! The programs in `fuzz_targets/` hand them to libFuzzer. The corpora are small and kept in
//! the repository; the test below plays them on any toolchain.

mod conversation;

use std::path::Path;

use wscheck::wstest::{server_spec::ServerSpec, spec::Spec};
use wscheck_report::{account::Account, html, junit, markdown, tap};
use wscheck_suite::catalogue;
use wscheck_suite::load::{self, Format};
use wscheck_suite::result::RunResult;
use wscheck_wire::deflate::{DeflateConfig, Offer, Terms, answer, check};
use wscheck_wire::handshake::{Asked, HeadReader, check_request, check_response, parse_extensions};
use wscheck_wire::{Decoder, Event, Registry, Role, Rules, RulesConfig};

pub use conversation::endpoints;
use conversation::request;

/// The longest input that is looked at, octets.
pub const LONGEST: usize = 64 * 1024;

/// A target: its name, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("frames", frames),
    ("heads", heads),
    ("deflate", deflate),
    ("endpoints", endpoints),
    ("cases", cases),
    ("specs", specs),
    ("results", results),
];

/// The decoder tells the same of the same octets however they are cut, and the rules find the
/// same faults. The first octet says how they are cut.
pub fn frames(octets: &[u8]) {
    let Some((cut, octets)) = octets.split_first() else {
        return;
    };
    let whole = story(octets, octets.len().max(1));
    let cut = story(octets, usize::from(*cut).max(1));
    assert_eq!(whole, cut);
}

/// What is told of frames that come so many octets at a time: headers, payloads, faults.
fn story(octets: &[u8], at_a_time: usize) -> Vec<String> {
    let mut decoder = Decoder::new();
    let mut rules = Rules::new(RulesConfig {
        sender: Role::Client,
        registry: Registry::Iana,
        deflate: false,
    });
    let (mut told, mut payload, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for piece in octets.chunks(at_a_time) {
        let mut piece = piece.to_vec();
        let mut input = &mut piece[..];
        while let Some(event) = decoder.decode(&mut input) {
            match event {
                Event::HeaderStart(_) => {}
                Event::Header(header) => {
                    rules.header(&header, &mut faults);
                    told.push(format!("{header:?}"));
                }
                Event::Payload(octets) => {
                    rules.payload(octets, &mut faults);
                    payload.extend_from_slice(octets);
                }
                Event::FrameEnd => {
                    rules.frame_end(&mut faults);
                    // A text that is not UTF-8 is told with each of its pieces.
                    faults.dedup();
                    told.push(format!("{:?} {faults:?}", std::mem::take(&mut payload)));
                    faults.clear();
                }
            }
        }
        assert!(input.is_empty(), "octets were left");
    }
    told
}

/// A head is found at the same place however it comes, and whatever stands in it is judged.
pub fn heads(octets: &[u8]) {
    const LIMIT: usize = 8192;
    let whole = HeadReader::new(LIMIT).push(octets);
    let mut reader = HeadReader::new(LIMIT);
    let mut at = 0;
    let cut = loop {
        let Some(octet) = octets.get(at..=at) else {
            break Ok(None);
        };
        match reader.push(octet) {
            Ok(None) => at += 1,
            Ok(Some((head, taken))) => break Ok(Some((head, at + taken))),
            Err(error) => break Err(error),
        }
    };
    assert_eq!(format!("{whole:?}"), format!("{cut:?}"));
    let Ok(Some((head, _))) = whole else {
        return;
    };
    let asked = request().asked();
    let _ = (check_request(&head), check_response(&head, &asked));
    let asked = Asked {
        protocols: vec!["a".to_owned()],
        extensions: true,
        ..asked
    };
    let _ = check_response(&head, &asked);
    let lines: usize = head.lines().map(<[u8]>::len).sum();
    assert!(lines <= octets.len());
    let _ = (
        head.text(),
        head.joined("Connection"),
        head.fields().count(),
    );
}

/// Whatever a header field offers or answers, an agreement keeps to both sides' wishes.
pub fn deflate(octets: &[u8]) {
    let Some((wishes, value)) = octets.split_first() else {
        return;
    };
    let Ok(extensions) = parse_extensions(value) else {
        return;
    };
    let terms = |bits: u8| Terms {
        no_context_takeover: bits & 8 != 0,
        max_window_bits: 8 + (bits & 7),
    };
    let config = DeflateConfig {
        server: terms(*wishes),
        client: terms(wishes >> 4),
        ..DeflateConfig::default()
    };
    if let Some((answer, agreement)) = answer(&extensions, &config) {
        let said = parse_extensions(answer.to_string().as_bytes()).expect("we write what we read");
        let offers: Vec<Offer> = extensions
            .iter()
            .filter_map(|offer| Offer::parse(offer).ok())
            .collect();
        assert_eq!(check(&offers, &said), Ok(Some(agreement)));
    }
    let _ = check(&[config.offer()], &extensions);
    let _ = check(&[], &extensions);
}

/// A file of cases is refused, or comes back as it was.
pub fn cases(octets: &[u8]) {
    let Ok(text) = str::from_utf8(octets) else {
        return;
    };
    for (name, format) in [("a.toml", Format::Toml), ("a.json", Format::Json)] {
        match load::load(name, text, format) {
            Ok(cases) => {
                let text = serde_json::to_string(&cases).expect("a case can be written");
                assert!(
                    text.len() <= 64 * octets.len() + 1024,
                    "what it holds is bounded"
                );
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A spec file of either mode is read, or refused.
pub fn specs(octets: &[u8]) {
    let Ok(text) = str::from_utf8(octets) else {
        return;
    };
    let path = Path::new("spec.json");
    let refused = [
        Spec::parse(path, text).err(),
        ServerSpec::parse(path, text).err(),
    ];
    for error in refused.iter().flatten() {
        assert!(!error.to_string().is_empty());
    }
}

/// Stored results, whoever wrote them, become reports: XML without control characters, a page
/// without foreign markup.
pub fn results(octets: &[u8]) {
    let Ok(stored) = serde_json::from_slice::<RunResult>(octets) else {
        return;
    };
    let account = Account::new(&stored, catalogue::find);
    let xml = junit::render(&account).expect("memory takes it");
    let allowed = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
    assert!(xml.chars().all(allowed), "a control character in the XML");
    html::render(&account).expect("memory takes it");
    let _ = (markdown::render(&account), tap::render(&account));
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_kept_corpora_find_nothing() {
        for (name, target) in TARGETS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("corpus")
                .join(name);
            let inputs = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut count = 0;
            for input in inputs {
                target(&fs::read(input.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count > 0, "{name} has no corpus");
        }
    }
}
