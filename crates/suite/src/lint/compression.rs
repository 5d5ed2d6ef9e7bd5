//! That a script compresses only what can be compressed.

use wscheck_wire::Opcode;
use wscheck_wire::deflate::{MAX_WINDOW_BITS, MIN_WINDOW_BITS};

use super::{Law, Place, Report};
use crate::case::{Frame, Opening, Script, Step};

pub(super) fn check(script: &Script, place: Place, report: &mut Report<'_>) {
    for (index, step) in script.steps.iter().enumerate() {
        let why_not = match step {
            Step::Send(frame) | Step::RoundTrips { frame, .. } => why_not(frame),
            Step::Begin { frame } if frame.compressed => Some("that is sent in parts"),
            _ => None,
        };
        if let Some(why_not) = why_not {
            let step = place.step(index);
            report(
                Law::Compression,
                format!("{step} compresses a frame {why_not}"),
            );
        }
    }
    let asks = !script.opening.deflate.is_empty() || script.opening.extensions.is_some();
    let wrong = match script.needs_deflate() && !asks {
        true => Some("compresses, but its opening does not ask for it".to_owned()),
        false => wrong_demand(&script.opening),
    };
    if let Some(wrong) = wrong {
        report(Law::Compression, format!("{} {wrong}", place.script()));
    }
}

/// Why the frame cannot be compressed, though it is to be.
fn why_not(frame: &Frame) -> Option<&'static str> {
    if !frame.compressed {
        None
    } else if !matches!(frame.opcode, Opcode::TEXT | Opcode::BINARY) {
        Some("that is neither text nor binary")
    } else if !frame.fin {
        Some("that is no whole message")
    } else if frame.rsv != 0 {
        Some("with reserved bits of its own")
    } else if frame.announced.is_some() || frame.length_form.is_some() {
        Some("whose length is not left to us")
    } else {
        None
    }
}

fn wrong_demand(opening: &Opening) -> Option<String> {
    if !opening.deflate.is_empty() && opening.extensions.is_some() {
        return Some("has an opening with both 'deflate' and 'extensions'".into());
    }
    let mut bits = opening.deflate.iter().filter_map(|d| d.max_window_bits);
    let wrong = bits.find(|bits| !(MIN_WINDOW_BITS..=MAX_WINDOW_BITS).contains(bits))?;
    Some(format!(
        "asks for a window of {wrong} bits, not {MIN_WINDOW_BITS} to {MAX_WINDOW_BITS}"
    ))
}

#[cfg(test)]
mod tests {
    use wscheck_wire::LengthForm;

    use super::super::lint;
    use super::super::tests::good;
    use super::*;
    use crate::case::{Case, Demand};
    use crate::vocabulary::{CaseBuilder, FrameBuilder, ping, text};

    fn asking(bits: Option<u8>) -> CaseBuilder {
        good().fail_after(1).deflate(Demand {
            max_window_bits: bits,
            ..Demand::default()
        })
    }

    fn found(case: Case) -> Vec<String> {
        let findings = lint(&[case]).into_iter();
        let findings = findings.filter(|finding| finding.law == Law::Compression);
        findings.map(|finding| finding.what).collect()
    }

    #[test]
    fn whole_data_messages_are_compressed() {
        let compressed = |frame: FrameBuilder| found(asking(None).send(frame.compressed()).build());
        assert_eq!(compressed(text("a")), [""; 0]);
        for (frame, why) in [
            (ping("a"), "that is neither text nor binary"),
            (text("a").more(), "that is no whole message"),
            (text("a").rsv(2), "with reserved bits of its own"),
            (text("a").announce(5), "whose length is not left to us"),
            (
                text("a").length_form(LengthForm::Bits64),
                "whose length is not left to us",
            ),
        ] {
            let expected = format!("step 3 compresses a frame {why}");
            assert_eq!(compressed(frame), [expected]);
        }
        let in_parts = asking(None).begin(text("a").compressed()).part("a").build();
        assert_eq!(
            found(in_parts),
            ["step 3 compresses a frame that is sent in parts"]
        );
    }

    #[test]
    fn the_opening_asks_for_it() {
        assert_eq!(
            found(good().send(text("a").compressed()).fail_after(1).build()),
            ["the script compresses, but its opening does not ask for it"]
        );
        let mut both = asking(None).build();
        both.connections[0].opening.extensions = Some("foo".into());
        assert_eq!(
            found(both),
            ["the script has an opening with both 'deflate' and 'extensions'"]
        );
    }

    #[test]
    fn a_window_has_8_to_15_bits() {
        assert_eq!(found(asking(Some(8)).build()), [""; 0]);
        assert_eq!(found(asking(Some(15)).build()), [""; 0]);
        for bits in [7, 16] {
            assert_eq!(
                found(asking(Some(bits)).build()),
                [format!(
                    "the script asks for a window of {bits} bits, not 8 to 15"
                )]
            );
        }
    }
}
