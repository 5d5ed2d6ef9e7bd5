//! RFC 6455 as one machine over the frames of one direction.
//!
//! The machine is told what the [`Decoder`](crate::Decoder) reads, and appends
//! what is wrong with it to a list. It never stops: the frames after a
//! violation are judged as if the violating frame had been legal, so that a
//! case may break two rules and a report may show both.

use crate::close::{CloseBody, Registry};
use crate::frame::{Header, HeaderStart, Opcode, RSV1};
use crate::role::Role;
use crate::utf8::{InvalidUtf8, Utf8Fault, Validator};
use crate::violation::Violation;

/// What the rules must know of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulesConfig {
    /// Who sends the frames.
    pub sender: Role,
    /// Which close codes may be sent.
    pub registry: Registry,
    /// Whether permessage-deflate is agreed: RSV1 is then free on the first
    /// frame of a message (RFC 7692 §6).
    pub deflate: bool,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// UTF-8.
    Text,
    /// Anything.
    Binary,
    /// Opened by a frame that cannot open one: a reserved opcode, or a
    /// continuation outside a message. Anything, too.
    Reserved(Opcode),
}

impl MessageKind {
    /// The kind of a message whose first frame has `opcode`.
    pub fn of(opcode: Opcode) -> Self {
        match opcode {
            Opcode::TEXT => Self::Text,
            Opcode::BINARY => Self::Binary,
            other => Self::Reserved(other),
        }
    }
}

/// The rules for the frames of one direction.
#[derive(Debug, Clone)]
pub struct Rules {
    config: RulesConfig,
    /// The message in progress.
    message: Option<Message>,
    /// The frame in progress: a control frame, and FIN.
    frame: Option<Frame>,
    utf8: Validator,
    close_sent: bool,
}

#[derive(Debug, Clone, Copy)]
struct Message {
    kind: MessageKind,
    compressed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    control: bool,
    fin: bool,
}

impl Rules {
    /// The rules before the first frame.
    pub fn new(config: RulesConfig) -> Self {
        Self {
            config,
            message: None,
            frame: None,
            utf8: Validator::new(),
            close_sent: false,
        }
    }

    /// Checks the first two octets of a header. Changes nothing, so it may be
    /// asked about the same header again and answers the same.
    pub fn header_start(&self, start: &HeaderStart, out: &mut Vec<Violation>) {
        if start.rsv != 0 && !(self.config.deflate && start.rsv == RSV1) {
            out.push(Violation::ReservedBits { rsv: start.rsv });
        }
        match self.config.sender {
            Role::Client if !start.masked => out.push(Violation::UnmaskedFrame),
            Role::Server if start.masked => out.push(Violation::MaskedFrame),
            _ => {}
        }
        if start.opcode.is_control() {
            self.control_start(start, out);
        } else {
            self.data_start(start, out);
        }
    }

    fn control_start(&self, start: &HeaderStart, out: &mut Vec<Violation>) {
        if !start.fin {
            out.push(Violation::FragmentedControl);
        }
        if start.length7 > 125 {
            out.push(Violation::ControlTooLong);
        }
        if start.opcode.is_reserved() {
            out.push(Violation::ReservedOpcode {
                opcode: start.opcode,
            });
        }
        if start.opcode == Opcode::CLOSE && start.length7 == 1 {
            out.push(Violation::CloseLengthOne);
        }
        if self.config.deflate && start.rsv == RSV1 {
            out.push(Violation::Rsv1OnControl);
        }
    }

    fn data_start(&self, start: &HeaderStart, out: &mut Vec<Violation>) {
        let continues = start.opcode == Opcode::CONTINUATION;
        if start.opcode.is_reserved() {
            out.push(Violation::ReservedOpcode {
                opcode: start.opcode,
            });
        }
        if continues && !self.in_message() {
            out.push(Violation::ContinuationWithoutMessage);
        }
        if !continues && self.in_message() {
            out.push(Violation::DataInsideMessage);
        }
        if self.config.deflate && start.rsv == RSV1 && self.in_message() {
            out.push(Violation::Rsv1OnContinuation);
        }
    }

    /// Checks the rest of the header and opens the frame.
    ///
    /// A data frame inside a message continues it, outside a message begins
    /// one, whatever its opcode.
    pub fn header(&mut self, header: &Header, out: &mut Vec<Violation>) {
        if !header.is_minimal() {
            out.push(Violation::LengthNotMinimal);
        }
        if header.length >= 1 << 63 {
            out.push(Violation::LengthTooLarge);
        }
        let control = header.opcode.is_control();
        if self.close_sent && !control {
            out.push(Violation::FrameAfterClose);
        }
        self.close_sent |= header.opcode == Opcode::CLOSE;
        self.frame = Some(Frame {
            control,
            fin: header.fin,
        });
        if !control && self.message.is_none() {
            let compressed = self.config.deflate && header.rsv == RSV1;
            self.message = Some(Message {
                kind: MessageKind::of(header.opcode),
                compressed,
            });
            self.utf8.reset();
        }
    }

    /// Checks a part of the payload, unmasked. Once a text message is invalid,
    /// each further part that is not empty is reported again.
    pub fn payload(&mut self, octets: &[u8], out: &mut Vec<Violation>) {
        let control = self.frame.is_some_and(|frame| frame.control);
        if !control
            && self.is_text()
            && !self.message_compressed()
            && let Err(invalid) = self.utf8.push(octets)
        {
            out.push(violation_of(invalid));
        }
    }

    /// Checks what a part of a compressed message inflates to.
    pub fn inflated(&mut self, octets: &[u8], out: &mut Vec<Violation>) {
        if self.is_text()
            && let Err(invalid) = self.utf8.push(octets)
        {
            out.push(violation_of(invalid));
        }
    }

    /// Ends the frame, and with FIN the message: an invalid text is reported
    /// once more then. Of a compressed message all must be
    /// [`inflated`](Self::inflated) before.
    pub fn frame_end(&mut self, out: &mut Vec<Violation>) {
        let Some(frame) = self.frame.take() else {
            return;
        };
        if frame.control || !frame.fin {
            return;
        }
        if self.is_text()
            && let Err(invalid) = self.utf8.finish()
        {
            out.push(violation_of(invalid));
        }
        self.message = None;
    }

    /// Checks the payload of a complete close frame. That it has one octet was
    /// said at [`header_start`](Self::header_start).
    pub fn close_body(&self, payload: &[u8], out: &mut Vec<Violation>) {
        let body = CloseBody::parse(payload);
        if let Some(code) = body.code
            && !self.config.registry.allows(code)
        {
            out.push(Violation::CloseCodeInvalid { code });
        }
        if std::str::from_utf8(body.reason).is_err() {
            out.push(Violation::CloseReasonNotUtf8);
        }
    }

    /// Whether a message is begun and not ended.
    pub const fn in_message(&self) -> bool {
        self.message.is_some()
    }

    /// What the message in progress is.
    pub fn message_kind(&self) -> Option<MessageKind> {
        self.message.map(|message| message.kind)
    }

    /// Whether the message in progress is compressed: its octets are then not
    /// its text, and [`payload`](Self::payload) does not check them as such.
    pub fn message_compressed(&self) -> bool {
        self.message.is_some_and(|message| message.compressed)
    }

    /// Whether the sender has sent a close frame (its header at least).
    pub const fn close_sent(&self) -> bool {
        self.close_sent
    }

    fn is_text(&self) -> bool {
        self.message_kind() == Some(MessageKind::Text)
    }
}

fn violation_of(invalid: InvalidUtf8) -> Violation {
    match invalid.kind {
        Utf8Fault::Truncated => Violation::TruncatedUtf8 {
            offset: invalid.offset,
        },
        _ => Violation::InvalidUtf8 {
            offset: invalid.offset,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::close::CloseCode;
    use crate::decode::{Decoder, Event};
    use Violation::*;

    const SERVER: RulesConfig = RulesConfig {
        sender: Role::Server,
        registry: Registry::Rfc6455,
        deflate: false,
    };
    const CLIENT: RulesConfig = RulesConfig {
        sender: Role::Client,
        ..SERVER
    };
    const DEFLATE: RulesConfig = RulesConfig {
        deflate: true,
        ..SERVER
    };

    /// What the rules say of inputs.
    fn judge_inputs(config: RulesConfig, inputs: &[&[u8]]) -> Vec<Violation> {
        let (mut decoder, mut rules) = (Decoder::new(), Rules::new(config));
        let (mut opcode, mut control) = (Opcode::CONTINUATION, Vec::new());
        let mut found = Vec::new();
        for input in inputs {
            let mut octets = input.to_vec();
            let mut rest = &mut octets[..];
            while let Some(event) = decoder.decode(&mut rest) {
                match event {
                    Event::HeaderStart(start) => rules.header_start(&start, &mut found),
                    Event::Header(header) => {
                        rules.header(&header, &mut found);
                        opcode = header.opcode;
                        control.clear();
                    }
                    Event::Payload(octets) => {
                        rules.payload(octets, &mut found);
                        control.extend_from_slice(octets);
                    }
                    Event::FrameEnd => {
                        if opcode == Opcode::CLOSE {
                            rules.close_body(&control, &mut found);
                        }
                        rules.frame_end(&mut found);
                    }
                }
            }
        }
        found
    }

    fn judge(config: RulesConfig, octets: &[u8]) -> Vec<Violation> {
        judge_inputs(config, &[octets])
    }

    /// Each rule: octets that break it, and a legal neighbour as close as can be.
    #[test]
    fn each_rule_has_an_illegal_and_a_legal_neighbour() {
        let reserved = |bits| ReservedOpcode {
            opcode: Opcode::from_bits(bits),
        };
        let long_ping = [&b"\x89\x7e\x00\x7e"[..], &[0; 126]].concat();
        let full_ping = [&b"\x89\x7d"[..], &[0; 125]].concat();
        let text_126 = [&b"\x81\x7e\x00\x7e"[..], &[0x61; 126]].concat();
        let text_125 = [&b"\x81\x7e\x00\x7d"[..], &[0x61; 125]].concat();
        let neighbours: &[(RulesConfig, Violation, &[u8], &[u8])] = &[
            (SERVER, ReservedBits { rsv: 4 }, b"\xc1\x00", b"\x81\x00"),
            (SERVER, ReservedBits { rsv: 1 }, b"\x91\x00", b"\x81\x00"),
            (DEFLATE, ReservedBits { rsv: 6 }, b"\xe1\x00", b"\xc1\x00"),
            (SERVER, reserved(3), b"\x83\x00", b"\x82\x00"),
            (SERVER, reserved(7), b"\x87\x00", b"\x88\x00"),
            (SERVER, reserved(11), b"\x8b\x00", b"\x8a\x00"),
            (SERVER, FragmentedControl, b"\x09\x00", b"\x89\x00"),
            (SERVER, ControlTooLong, &long_ping, &full_ping),
            (CLIENT, UnmaskedFrame, b"\x81\x00", b"\x81\x80\0\0\0\0"),
            (SERVER, MaskedFrame, b"\x81\x80\0\0\0\0", b"\x81\x00"),
            (SERVER, LengthNotMinimal, &text_125, &text_126),
            (
                SERVER,
                LengthNotMinimal,
                b"\x82\x7f\0\0\0\0\0\0\xff\xff",
                b"\x82\x7f\0\0\0\0\0\x01\0\0",
            ),
            (
                SERVER,
                LengthTooLarge,
                b"\x82\x7f\x80\0\0\0\0\0\0\0",
                b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
            ),
            (
                SERVER,
                ContinuationWithoutMessage,
                b"\x80\x00",
                b"\x01\x00\x80\x00",
            ),
            (
                SERVER,
                DataInsideMessage,
                b"\x01\x00\x81\x00",
                b"\x01\x00\x80\x00\x81\x00",
            ),
            (
                SERVER,
                DataInsideMessage,
                b"\x02\x00\x02\x00",
                b"\x02\x00\x00\x00",
            ),
            (
                SERVER,
                TruncatedUtf8 { offset: 2 },
                b"\x81\x02\xe2\x82",
                b"\x01\x02\xe2\x82",
            ),
            (SERVER, CloseLengthOne, b"\x88\x01\x03", b"\x88\x02\x03\xe8"),
            (
                SERVER,
                CloseCodeInvalid {
                    code: CloseCode(1005),
                },
                b"\x88\x02\x03\xed",
                b"\x88\x02\x03\xef",
            ),
            (
                SERVER,
                CloseReasonNotUtf8,
                b"\x88\x03\x03\xe8\xff",
                b"\x88\x03\x03\xe8a",
            ),
            (
                SERVER,
                FrameAfterClose,
                b"\x88\x00\x81\x00",
                b"\x81\x00\x88\x00",
            ),
            (
                SERVER,
                FrameAfterClose,
                b"\x88\x00\x82\x00",
                b"\x88\x00\x8a\x00",
            ),
            (DEFLATE, Rsv1OnControl, b"\xc9\x00", b"\x89\x00"),
            (
                DEFLATE,
                Rsv1OnContinuation,
                b"\x41\x00\xc0\x00",
                b"\x41\x00\x80\x00",
            ),
        ];
        for (config, violation, illegal, legal) in neighbours {
            assert_eq!(judge(*config, illegal), [*violation], "{illegal:02x?}");
            assert_eq!(judge(*config, legal), [], "{legal:02x?}");
        }
    }

    #[test]
    fn every_rule_can_be_broken() {
        // `InvalidUtf8` is never alone: the end of the message repeats it.
        let invalid = Violation::InvalidUtf8 { offset: 1 };
        assert_eq!(judge(SERVER, b"\x81\x02a\xff"), [invalid, invalid]);
        assert_eq!(judge(SERVER, b"\x82\x02a\xff"), []);
    }

    #[test]
    fn the_checks_of_the_first_two_octets_keep_their_order() {
        let found = judge(CLIENT, b"\x7f\x7e\x00\x00");
        let opcode = Opcode::from_bits(15);
        let order = [
            ReservedBits { rsv: 7 },
            UnmaskedFrame,
            FragmentedControl,
            ControlTooLong,
            ReservedOpcode { opcode },
            LengthNotMinimal,
        ];
        assert_eq!(found, order);
    }

    #[test]
    fn a_header_in_pieces_is_checked_with_each() {
        let masked = b"\x81\x80\0\0\0\0";
        let pieces = [&masked[..2], &masked[2..4], &masked[4..]];
        assert_eq!(judge_inputs(SERVER, &pieces), [MaskedFrame; 3]);
    }

    #[test]
    fn invalid_text_is_said_with_each_part_and_at_the_end() {
        let inputs: [&[u8]; 4] = [b"\x01\x03a\xff", b"b", b"\x00\x00", b"\x80\x01c"];
        let invalid = Violation::InvalidUtf8 { offset: 1 };
        assert_eq!(judge_inputs(SERVER, &inputs), [invalid; 4]);
    }

    #[test]
    fn each_message_is_checked_anew() {
        let invalid = Violation::InvalidUtf8 { offset: 0 };
        let truncated = TruncatedUtf8 { offset: 1 };
        let found = judge(SERVER, b"\x81\x01\xff\x81\x01a\x81\x01\xc3\x81\x01b");
        assert_eq!(found, [invalid, invalid, truncated]);
    }

    #[test]
    fn text_may_be_cut_inside_a_code_point() {
        assert_eq!(
            judge(SERVER, b"\x01\x02\xe2\x82\x89\x01\xff\x80\x01\xac"),
            []
        );
    }

    #[test]
    fn a_message_goes_on_after_a_frame_that_interrupts_it() {
        let mut rules = Rules::new(SERVER);
        let mut found = Vec::new();
        let frame = |fin, opcode| Header {
            fin,
            rsv: 0,
            opcode,
            mask: None,
            length: 0,
            length_form: crate::frame::LengthForm::Short,
        };
        rules.header(&frame(false, Opcode::TEXT), &mut found);
        rules.frame_end(&mut found);
        assert_eq!(rules.message_kind(), Some(MessageKind::Text));
        rules.header(&frame(true, Opcode::PING), &mut found);
        rules.frame_end(&mut found);
        rules.header(&frame(false, Opcode::from_bits(4)), &mut found);
        rules.frame_end(&mut found);
        assert_eq!(rules.message_kind(), Some(MessageKind::Text));
        rules.header(&frame(true, Opcode::BINARY), &mut found);
        rules.frame_end(&mut found);
        assert!(!rules.in_message());
        rules.header(&frame(false, Opcode::from_bits(4)), &mut found);
        assert_eq!(
            rules.message_kind(),
            Some(MessageKind::Reserved(Opcode::from_bits(4)))
        );
        assert_eq!(found, []);
    }

    #[test]
    fn compressed_text_is_not_text() {
        assert_eq!(judge(DEFLATE, b"\xc1\x01\xff"), []);
        assert_eq!(judge(DEFLATE, b"\x81\x01\xff").len(), 2);
        // Without the extension RSV1 means nothing and the octets are text.
        assert_eq!(judge(SERVER, b"\xc1\x01\xff").len(), 3);
    }

    /// What a message inflates to is judged in place of what it came as.
    #[test]
    fn inflated_text_is_text() {
        let header = |opcode| Header {
            fin: true,
            rsv: RSV1,
            opcode,
            mask: None,
            length: 3,
            length_form: crate::frame::LengthForm::Short,
        };
        let invalid = Violation::InvalidUtf8 { offset: 1 };
        for (opcode, wanted) in [
            (Opcode::TEXT, &[invalid, invalid][..]),
            (Opcode::BINARY, &[]),
        ] {
            let (mut rules, mut found) = (Rules::new(DEFLATE), Vec::new());
            rules.header(&header(opcode), &mut found);
            rules.inflated(b"a\xff", &mut found);
            rules.frame_end(&mut found);
            assert_eq!(found, wanted, "{opcode}");
        }
    }

    #[test]
    fn a_close_is_sent_with_its_header() {
        let mut rules = Rules::new(SERVER);
        for (octets, wanted) in [(b"\x89\x00", false), (b"\x88\x7d", true)] {
            let (mut octets, mut decoder) = (octets.to_vec(), Decoder::new());
            let mut rest = &mut octets[..];
            while let Some(event) = decoder.decode(&mut rest) {
                if let Event::Header(header) = event {
                    rules.header(&header, &mut Vec::new());
                }
            }
            assert_eq!(rules.close_sent(), wanted);
        }
    }

    #[test]
    fn the_registry_decides_on_1012() {
        let close = b"\x88\x02\x03\xf4";
        assert_eq!(
            judge(SERVER, close),
            [CloseCodeInvalid {
                code: CloseCode(1012)
            }]
        );
        assert_eq!(
            judge(
                RulesConfig {
                    registry: Registry::Iana,
                    ..SERVER
                },
                close
            ),
            []
        );
    }
}
