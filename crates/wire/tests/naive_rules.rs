//! The rules, said a second time: over whole frames, by looking back at all
//! that came, with nothing kept in mind. Both must find the same.

use std::collections::BTreeSet;

use proptest::prelude::*;
use wscheck_wire::{
    CloseCode, Decoder, Event, Header, LengthForm, Opcode, Registry, Role, Rules, RulesConfig,
    Violation, encode,
};

/// A frame as it was sent.
#[derive(Debug, Clone)]
struct Frame {
    header: Header,
    payload: Vec<u8>,
}

impl Frame {
    fn opcode(&self) -> u8 {
        self.header.opcode.bits()
    }

    fn is_control(&self) -> bool {
        self.opcode() >= 8
    }
}

/// What is wrong, by the index of the frame.
type Found = BTreeSet<(usize, &'static str)>;

fn naive(config: RulesConfig, frames: &[Frame]) -> Found {
    let mut found = Found::new();
    for (index, frame) in frames.iter().enumerate() {
        let before = &frames[..index];
        let names = header_faults(config, frame, before)
            .into_iter()
            .chain(payload_faults(config, frame, before));
        found.extend(names.map(|name| (index, name)));
    }
    found
}

/// The frames of the message that is not ended before this frame, if there is one.
fn open_message(before: &[Frame]) -> Option<Vec<&Frame>> {
    let data: Vec<&Frame> = before.iter().filter(|frame| !frame.is_control()).collect();
    let ended = data.iter().rposition(|frame| frame.header.fin);
    let open = &data[ended.map_or(0, |at| at + 1)..];
    (!open.is_empty()).then(|| open.to_vec())
}

fn header_faults(config: RulesConfig, frame: &Frame, before: &[Frame]) -> Vec<&'static str> {
    let header = &frame.header;
    let (opcode, control) = (frame.opcode(), frame.is_control());
    let inside = open_message(before).is_some();
    let compressed = config.deflate && header.rsv == 0b100;
    let short = header.length_form == LengthForm::Short;
    let facts = [
        (header.rsv != 0 && !compressed, "reserved-bits"),
        (
            config.sender == Role::Client && header.mask.is_none(),
            "unmasked-frame",
        ),
        (
            config.sender == Role::Server && header.mask.is_some(),
            "masked-frame",
        ),
        (control && !header.fin, "fragmented-control"),
        (control && !short, "control-too-long"),
        (
            [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].contains(&opcode),
            "reserved-opcode",
        ),
        (
            opcode == 8 && short && header.length == 1,
            "close-length-one",
        ),
        (control && compressed, "rsv1-on-control"),
        (opcode == 0 && !inside, "continuation-without-message"),
        (!control && opcode != 0 && inside, "data-inside-message"),
        (!control && compressed && inside, "rsv1-on-continuation"),
        (
            header.length_form == LengthForm::Bits16 && header.length < 126
                || header.length_form == LengthForm::Bits64 && header.length < 65536,
            "length-not-minimal",
        ),
        (
            !control && before.iter().any(|frame| frame.opcode() == 8),
            "frame-after-close",
        ),
    ];
    let facts = facts.into_iter().filter(|(is_so, _)| *is_so);
    facts.map(|(_, name)| name).collect()
}

fn payload_faults(config: RulesConfig, frame: &Frame, before: &[Frame]) -> Vec<&'static str> {
    if frame.opcode() == 8 {
        return close_faults(&frame.payload);
    }
    if frame.is_control() {
        return Vec::new();
    }
    let mut message = open_message(before).unwrap_or_default();
    message.push(frame);
    let first = message[0];
    let compressed = config.deflate && first.header.rsv == 0b100;
    if first.opcode() != 1 || compressed {
        return Vec::new();
    }
    let text: Vec<u8> = message
        .iter()
        .flat_map(|frame| frame.payload.clone())
        .collect();
    let said = !frame.payload.is_empty() || frame.header.fin;
    match std::str::from_utf8(&text) {
        Err(error) if error.error_len().is_some() && said => vec!["invalid-utf8"],
        Err(error) if error.error_len().is_none() && frame.header.fin => vec!["truncated-utf8"],
        _ => Vec::new(),
    }
}

fn close_faults(payload: &[u8]) -> Vec<&'static str> {
    let mut found = Vec::new();
    if payload.len() >= 2 {
        let code = u16::from(payload[0]) * 256 + u16::from(payload[1]);
        let ranges = [1000..=1003, 1007..=1014, 3000..=4999];
        if !ranges.iter().any(|range| range.contains(&code)) {
            found.push("close-code-invalid");
        }
        if String::from_utf8(payload[2..].to_vec()).is_err() {
            found.push("close-reason-not-utf8");
        }
    }
    found
}

/// What the machine says.
fn machine(config: RulesConfig, frames: &[Frame], cuts: &[prop::sample::Index]) -> Found {
    let mut octets = Vec::new();
    for frame in frames {
        encode::append_frame(&frame.header, &frame.payload, &mut octets);
    }
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
    at.extend([0, octets.len()]);
    at.sort_unstable();
    let (mut decoder, mut rules) = (Decoder::new(), Rules::new(config));
    let (mut index, mut opcode, mut control) = (0, Opcode::CONTINUATION, Vec::new());
    let mut found = Found::new();
    for cut in at.windows(2) {
        let mut rest = &mut octets[cut[0]..cut[1]];
        while let Some(event) = decoder.decode(&mut rest) {
            let mut violations = Vec::new();
            let mut ends = false;
            match event {
                Event::HeaderStart(start) => rules.header_start(&start, &mut violations),
                Event::Header(header) => {
                    rules.header(&header, &mut violations);
                    opcode = header.opcode;
                    control.clear();
                }
                Event::Payload(octets) => {
                    rules.payload(octets, &mut violations);
                    control.extend_from_slice(octets);
                }
                Event::FrameEnd => {
                    if opcode == Opcode::CLOSE {
                        rules.close_body(&control, &mut violations);
                    }
                    rules.frame_end(&mut violations);
                    ends = true;
                }
            }
            found.extend(
                violations
                    .iter()
                    .map(|found| (index, Violation::name(found))),
            );
            index += usize::from(ends);
        }
    }
    found
}

fn opcode() -> impl Strategy<Value = Opcode> {
    let bits = prop_oneof![
        4 => Just(0_u8),
        4 => Just(1),
        1 => Just(2),
        1 => Just(8),
        1 => Just(9),
        1 => 0_u8..16,
    ];
    bits.prop_map(Opcode::from_bits)
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let codes = prop::sample::select(vec![
        999_u16, 1000, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 2999, 3000, 4999, 5000,
    ]);
    let pieces = prop::sample::select(vec![
        &b""[..],
        b"a",
        b"\xc3",
        b"\xa9",
        b"\xe2\x82",
        b"\xac",
        b"\xf0\x9f",
        b"\x98\x80",
        b"\xed\xa0",
        b"\xf4\x90",
        b"\xff",
    ]);
    prop_oneof![
        8 => prop::collection::vec(pieces, 0..4).prop_map(|pieces| pieces.concat()),
        2 => codes.prop_map(|code| CloseCode(code).0.to_be_bytes().to_vec()),
        1 => (120_usize..130).prop_map(|length| vec![b'x'; length]),
    ]
}

prop_compose! {
    fn frame(sender: Role)(
        fin: bool,
        rsv in prop_oneof![6 => Just(0_u8), 1 => Just(4), 1 => 0_u8..8],
        opcode in opcode(),
        rightly_masked in prop::bool::weighted(0.9),
        minimal in prop::bool::weighted(0.9),
        form in prop::sample::select(vec![LengthForm::Bits16, LengthForm::Bits64]),
        payload in payload(),
    ) -> Frame {
        let length = payload.len() as u64;
        let masked = rightly_masked == (sender == Role::Client);
        let length_form = match minimal || length > 125 {
            true => LengthForm::minimal(length),
            false => form,
        };
        let mask = masked.then_some([1, 2, 3, 4]);
        Frame { header: Header { fin, rsv, opcode, mask, length, length_form }, payload }
    }
}

fn agree(
    sender: Role,
    deflate: bool,
    frames: &[Frame],
    cuts: &[prop::sample::Index],
) -> Result<(), TestCaseError> {
    let config = RulesConfig {
        sender,
        registry: Registry::Iana,
        deflate,
    };
    prop_assert_eq!(machine(config, frames, cuts), naive(config, frames));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn both_find_the_same_in_frames_of_servers(
        frames in prop::collection::vec(frame(Role::Server), 1..9),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        deflate: bool,
    ) {
        agree(Role::Server, deflate, &frames, &cuts)?;
    }

    #[test]
    fn both_find_the_same_in_frames_of_clients(
        frames in prop::collection::vec(frame(Role::Client), 1..9),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        deflate: bool,
    ) {
        agree(Role::Client, deflate, &frames, &cuts)?;
    }
}
