//! RFC 6455 as one machine over the frames of one direction.
//!
//! The machine is told what the [`Decoder`](crate::Decoder) reads, and appends
//! what is wrong with it to a list. It never stops: the frames after a
//! violation are judged as if the violating frame had been legal, so that a
//! case may break two rules and a report may show both.

use crate::close::{CloseBody, Registry};
use crate::frame::{Header, HeaderStart, Opcode};
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

/// The bit of `rsv` that permessage-deflate gives a meaning to.
const RSV1: u8 = 4;

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
            && self.checks_utf8()
            && let Err(invalid) = self.utf8.push(octets)
        {
            out.push(violation_of(invalid));
        }
    }

    /// Ends the frame, and with FIN the message: an invalid text is reported
    /// once more then.
    pub fn frame_end(&mut self, out: &mut Vec<Violation>) {
        let Some(frame) = self.frame.take() else {
            return;
        };
        if frame.control || !frame.fin {
            return;
        }
        if self.checks_utf8()
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
    /// its text, and are not checked as such.
    pub fn message_compressed(&self) -> bool {
        self.message.is_some_and(|message| message.compressed)
    }

    /// Whether the sender has sent a close frame (its header at least).
    pub const fn close_sent(&self) -> bool {
        self.close_sent
    }

    fn checks_utf8(&self) -> bool {
        self.message
            .is_some_and(|message| message.kind == MessageKind::Text && !message.compressed)
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
