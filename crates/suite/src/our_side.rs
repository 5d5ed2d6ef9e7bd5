//! What a receiver finds in the octets that a script sends.

use wscheck_wire::deflate::{Inflater, Terms};
use wscheck_wire::frame::RSV1;
use wscheck_wire::mask;
use wscheck_wire::{
    Decoder, Event, Header, LengthForm, Opcode, Registry, Role, Rules, RulesConfig, Violation,
};

use crate::case::{Frame, Masking, Script, Step};
use crate::fragment::fragments;
use crate::payload::Payload;

/// Octets that are looked at in one go.
const SLICE: usize = 64 * 1024;

/// The key of every masked frame; what is masked does not matter here.
const KEY: [u8; 4] = [0; 4];

/// What each step of `script` breaks when we are in the role `sender`: a list a
/// step, each violation once. One that shows again in later frames of the same
/// message stands with the first of them alone. Violations of a frame whose
/// parts are steps of their own stand with the step that begins it.
pub(crate) fn violations(script: &Script, sender: Role) -> Vec<Vec<Violation>> {
    let mut receiver = Receiver::new(sender, script);
    for (index, step) in script.steps.iter().enumerate() {
        receiver.step(index, step);
    }
    receiver.found
}

/// The header that a frame gets in the role `sender`, with the key `key` if it
/// is masked by a fresh one.
pub(crate) fn header(frame: &Frame, sender: Role, key: [u8; 4]) -> Header {
    let length = frame.announced.unwrap_or(frame.payload.len());
    let mask = match frame.masking {
        Masking::ByRole => (sender == Role::Client).then_some(key),
        Masking::Off => None,
        Masking::On => Some(key),
        Masking::Key(key) => Some(key),
    };
    Header {
        fin: frame.fin,
        rsv: if frame.compressed { RSV1 } else { frame.rsv },
        opcode: frame.opcode,
        mask,
        length,
        length_form: frame.length_form.unwrap_or(LengthForm::minimal(length)),
    }
}

struct Receiver {
    sender: Role,
    decoder: Decoder,
    rules: Rules,
    /// The frame in progress: its opcode, and its payload if it is a Close.
    opcode: Opcode,
    fin: bool,
    close_body: Vec<u8>,
    /// What was found in the message in progress, to say it once.
    in_message: Vec<Violation>,
    /// The offset at which each step begins.
    starts: Vec<u64>,
    /// Key and octets so far of the frame that is sent in parts.
    begun: Option<([u8; 4], u64)>,
    /// Whether the payload of what is compressed stands in the script as it was
    /// before that.
    is_plain: bool,
    /// What inflates the other compressed messages, while one is in progress.
    inflater: Option<Inflater>,
    found: Vec<Vec<Violation>>,
}

impl Receiver {
    fn new(sender: Role, script: &Script) -> Self {
        let config = RulesConfig {
            sender,
            registry: Registry::Iana,
            deflate: !script.opening.deflate.is_empty() || script.opening.extensions.is_some(),
        };
        Self {
            sender,
            decoder: Decoder::new(),
            rules: Rules::new(config),
            opcode: Opcode::CONTINUATION,
            fin: false,
            close_body: Vec::new(),
            in_message: Vec::new(),
            starts: Vec::new(),
            begun: None,
            is_plain: false,
            inflater: None,
            found: vec![Vec::new(); script.steps.len()],
        }
    }

    fn step(&mut self, index: usize, step: &Step) {
        debug_assert_eq!(index, self.starts.len());
        self.starts.push(self.decoder.offset());
        self.is_plain = is_plain(step);
        match step {
            Step::Send(frame) | Step::RoundTrips { frame, .. } => {
                let header = header(frame, self.sender, KEY);
                self.octets(&mut header.encode().to_vec());
                self.payload(&frame.payload, 0..frame.payload.len(), header.mask, 0);
            }
            Step::Fragments {
                opcode,
                payload,
                size,
                compressed,
                ..
            } => self.fragments(*opcode, if *compressed { RSV1 } else { 0 }, payload, *size),
            // What the second breaks, each one after it does.
            Step::Repeat { frame, times } => {
                let header = header(frame, self.sender, KEY);
                for _ in 0..(*times).min(2) {
                    self.octets(&mut header.encode().to_vec());
                    self.payload(&frame.payload, 0..frame.payload.len(), header.mask, 0);
                }
            }
            Step::Begin { frame } => {
                let header = header(frame, self.sender, KEY);
                self.begun = header.mask.map(|key| (key, 0));
                self.octets(&mut header.encode().to_vec());
            }
            Step::Part(octets) => {
                let (key, sent) = self.begun.unzip();
                self.payload(octets, 0..octets.len(), key, sent.unwrap_or(0));
                self.begun = self.begun.map(|(key, sent)| (key, sent + octets.len()));
            }
            Step::Raw { octets, .. } => self.payload(octets, 0..octets.len(), None, 0),
            Step::Pause { .. }
            | Step::FailAfter(_)
            | Step::CloseAfter(_)
            | Step::HalfClose
            | Step::Reset => {}
        }
    }

    fn fragments(&mut self, opcode: Opcode, rsv: u8, payload: &Payload, size: u64) {
        for fragment in fragments(payload.len(), size) {
            let mask = (self.sender == Role::Client).then_some(KEY);
            let header = fragment.header(opcode, rsv, mask);
            self.octets(&mut header.encode().to_vec());
            self.payload(payload, fragment.octets, header.mask, 0);
        }
    }

    /// A part of a payload, which stands at `offset` in its frame.
    fn payload(
        &mut self,
        payload: &Payload,
        part: std::ops::Range<u64>,
        key: Option<[u8; 4]>,
        offset: u64,
    ) {
        let mut at = part.start;
        while at < part.end {
            let want = usize::try_from(part.end - at).map_or(SLICE, |left| left.min(SLICE));
            let mut slice = vec![0; want];
            let got = payload.fill(at, &mut slice);
            if got == 0 {
                return;
            }
            slice.truncate(got);
            if let Some(key) = key {
                let turn = (offset + at - part.start) % 4;
                mask::apply(key, usize::try_from(turn).unwrap_or(0), &mut slice);
            }
            self.octets(&mut slice);
            at += got as u64;
        }
    }

    fn octets(&mut self, octets: &mut [u8]) {
        let mut rest = octets;
        let mut found = Vec::new();
        loop {
            let Some(event) = self.decoder.decode(&mut rest) else {
                return;
            };
            let mut message_ends = false;
            match event {
                Event::HeaderStart(start) => self.rules.header_start(&start, &mut found),
                Event::Header(header) => {
                    self.rules.header(&header, &mut found);
                    self.opcode = header.opcode;
                    self.fin = header.fin;
                    self.close_body.clear();
                }
                Event::Payload(octets) => {
                    self.rules.payload(octets, &mut found);
                    if self.rules.message_compressed() && !self.opcode.is_control() {
                        self.inflate(octets, &mut found);
                    }
                    if self.opcode == Opcode::CLOSE {
                        self.close_body.extend_from_slice(octets);
                    }
                }
                Event::FrameEnd => {
                    if self.opcode == Opcode::CLOSE {
                        self.rules.close_body(&self.close_body, &mut found);
                    }
                    if self.fin && !self.opcode.is_control() {
                        self.inflate_end(&mut found);
                    }
                    self.rules.frame_end(&mut found);
                    message_ends = !self.rules.in_message();
                }
            }
            self.note(&mut found);
            if message_ends {
                self.in_message.clear();
            }
        }
    }

    /// A part of a compressed message. What the script compresses stands in it as
    /// it was before.
    fn inflate(&mut self, octets: &[u8], found: &mut Vec<Violation>) {
        if self.is_plain {
            self.rules.inflated(octets, found);
            return;
        }
        let inflater = self
            .inflater
            .get_or_insert_with(|| Inflater::strict(Terms::default()));
        let mut texts = Vec::new();
        let broken = inflater.push(octets, |octets| {
            self.rules.inflated(octets, &mut texts);
            true
        });
        found.extend(texts);
        found.extend(broken.err());
    }

    fn inflate_end(&mut self, found: &mut Vec<Violation>) {
        if self.is_plain || !self.rules.message_compressed() {
            return;
        }
        let mut inflater = self
            .inflater
            .take()
            .unwrap_or_else(|| Inflater::strict(Terms::default()));
        let broken = inflater.finish(|octets| {
            self.rules.inflated(octets, found);
            true
        });
        found.extend(broken.err());
        // The next message may refer back to this one.
        self.inflater = Some(inflater);
    }

    fn note(&mut self, found: &mut Vec<Violation>) {
        let frame = self.decoder.frame_offset();
        let step = self.starts.partition_point(|start| *start <= frame);
        let step = step.saturating_sub(1);
        for violation in found.drain(..) {
            if self.in_message.contains(&violation) && spans_frames(&violation) {
                continue;
            }
            self.in_message.push(violation);
            if !self.found[step].contains(&violation) {
                self.found[step].push(violation);
            }
        }
    }
}

/// Whether we compress what `step` has: it stands there as it was before.
pub(crate) fn is_plain(step: &Step) -> bool {
    match step {
        Step::Send(frame) | Step::RoundTrips { frame, .. } => frame.compressed,
        Step::Fragments { compressed, .. } => *compressed,
        _ => false,
    }
}

/// Whether the violation is one of a message, which later frames show again.
fn spans_frames(violation: &Violation) -> bool {
    matches!(
        violation,
        Violation::InvalidUtf8 { .. } | Violation::TruncatedUtf8 { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Case;
    use crate::vocabulary::{case, close, continuation, opcode, ping, text};

    fn names(case: Case, sender: Role) -> Vec<Vec<&'static str>> {
        violations(&case.connections[0], sender)
            .iter()
            .map(|found| found.iter().map(Violation::name).collect())
            .collect()
    }

    fn both(case: Case) -> Vec<Vec<&'static str>> {
        let as_client = names(case.clone(), Role::Client);
        assert_eq!(names(case, Role::Server), as_client);
        as_client
    }

    #[test]
    fn a_good_script_breaks_nothing() {
        let case = case("1.1", "any")
            .send(text("Hello").more())
            .send(ping("x").chop(1))
            .send(continuation("!"))
            .text_fragments("κόσμε", 1)
            .send(close(1000))
            .fail_after(1)
            .build();
        assert!(both(case).iter().all(Vec::is_empty));
    }

    #[test]
    fn violations_stand_with_their_step() {
        let case = case("1.1", "any")
            .begin(text(b"ab\xff\xff").more())
            .part("ab")
            .part(b"\xff\xff")
            .send(continuation("c"))
            .send(opcode(14).rsv(4))
            .send(close(999))
            .send(text(""))
            .step(Step::Raw {
                octets: b"\x89".into(),
                breaks: Vec::new(),
            })
            .build();
        let mut found = both(case);
        found.pop();
        let expected: [&[&str]; 7] = [
            &["invalid-utf8"],
            &[],
            &[],
            &[],
            &["reserved-bits", "reserved-opcode"],
            &["close-code-invalid"],
            &["frame-after-close"],
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn masking_counts_by_role() {
        let unmasked = || {
            case("1.1", "any")
                .send(text("a").masking(Masking::Off))
                .build()
        };
        assert_eq!(names(unmasked(), Role::Client), [["unmasked-frame"]]);
        assert_eq!(names(unmasked(), Role::Server), [[""; 0]]);
    }

    #[test]
    fn each_message_has_its_own_faults() {
        let case = case("1.1", "any")
            .send(text(b"\xff"))
            .send(text(b"\xff"))
            .build();
        assert_eq!(both(case), [["invalid-utf8"], ["invalid-utf8"]]);
    }
}
