//! What a case demands of a testee beyond the protocol's core, read off its
//! script: what a testee may say of itself that it has not.

use wscheck_wire::Opcode;

use crate::case::{Case, Frame, Script, Step, Testee};

/// What our side of a script breaks if the testee must find text that is no
/// UTF-8.
const INVALID_TEXT: [&str; 3] = ["invalid-utf8", "truncated-utf8", "close-reason-not-utf8"];

/// What a case demands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demands {
    /// That text is found not to be UTF-8.
    pub utf8_validation: bool,
    /// That messages are compressed, or that a client offers it.
    pub compression: bool,
    /// The octets of the longest message that we send.
    pub longest_message: u64,
    /// The octets of payload of the longest frame that we send. Of a compressed
    /// one that is not known beforehand, and not counted.
    pub longest_frame: u64,
}

impl Demands {
    /// What `case` demands.
    pub fn of(case: &Case) -> Self {
        let mut demands = Self::default();
        for script in &case.connections {
            // What a client did not offer is not agreed to.
            let answers = case.testee == Testee::Client && script.opening.extensions.is_some();
            demands.compression |= answers;
            demands.read(script);
        }
        demands
    }

    fn read(&mut self, script: &Script) {
        self.compression |= script.needs_deflate();
        // Of the message whose fragments are under way.
        let mut message = 0;
        for step in &script.steps {
            self.utf8_validation |= step
                .breaks()
                .iter()
                .any(|rule| INVALID_TEXT.contains(&&**rule));
            match step {
                Step::Send(frame) | Step::Begin { frame } => self.frame(frame, &mut message),
                Step::Fragments { payload, size, .. } => {
                    self.message(payload.len());
                    self.longest_frame = self.longest_frame.max(payload.len().min(*size));
                }
                Step::Repeat { frame, times } => {
                    self.frame(frame, &mut message);
                    if frame.opcode == Opcode::CONTINUATION {
                        let rest = u64::from(*times).saturating_sub(1);
                        message = message.saturating_add(frame.payload.len() * rest);
                        self.message(message);
                    }
                }
                Step::RoundTrips { frame, size, .. } => {
                    let length = frame.payload.len();
                    self.message(length);
                    if !frame.compressed {
                        let piece = size.map_or(length, |size| length.min(size));
                        self.longest_frame = self.longest_frame.max(piece);
                    }
                }
                _ => {}
            }
        }
    }

    fn frame(&mut self, frame: &Frame, message: &mut u64) {
        let length = frame.payload.len();
        if !frame.compressed {
            self.longest_frame = self.longest_frame.max(length);
        }
        match frame.opcode {
            Opcode::TEXT | Opcode::BINARY => *message = length,
            Opcode::CONTINUATION => *message = message.saturating_add(length),
            // Between the fragments of a message.
            _ => return,
        }
        self.message(*message);
    }

    fn message(&mut self, length: u64) {
        self.longest_message = self.longest_message.max(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn of(case: &str) -> Demands {
        Demands::of(catalogue::find(case.parse().unwrap()).unwrap())
    }

    #[test]
    fn what_is_sent_tells_what_is_demanded() {
        assert!(of("6.3.1").utf8_validation && of("6.4.3").utf8_validation);
        assert!(of("7.5.1").utf8_validation);
        assert!(!of("6.1.1").utf8_validation && !of("4.2.4").utf8_validation);
        assert!(of("12.1.1").compression && !of("9.1.1").compression);
        assert!(of("26.7.1").compression && !of("20.8.1").compression);
    }

    #[test]
    fn lengths_are_those_of_messages_and_of_frames() {
        const MIB: u64 = 1 << 20;
        let lengths = |case: &str| {
            let demands = of(case);
            (demands.longest_message, demands.longest_frame)
        };
        assert_eq!(lengths("9.1.6"), (16 * MIB, 16 * MIB));
        assert_eq!(lengths("9.3.1"), (4 * MIB, 64));
        assert_eq!(lengths("2.1"), (0, 0));
        assert_eq!(lengths("2.4"), (0, 125));
        let (message, frame) = lengths("12.1.10");
        assert!(message > 0 && frame == 0, "{message} {frame}");
    }

    #[test]
    fn nine_in_ten_of_chapter_6_need_no_validation_to_be_demanded() {
        let chapter = catalogue::all().iter().filter(|c| c.id.chapter() == 6);
        let demanding = chapter.filter(|case| Demands::of(case).utf8_validation);
        assert!((50..145).contains(&demanding.count()));
    }
}
