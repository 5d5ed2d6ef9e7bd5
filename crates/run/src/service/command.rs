//! The command mode: a client has us send the frames that it asks for.
//!
//! A command is a text message with JSON, `["sendframe", {…}]`,
//! `["sendframes", [{…}, …]]`, `["close", {…}]` or `["echo", {…}]`. What is no
//! command is answered by a Close with 1003 and the reason.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::Value;
use wscheck_wire::{
    CloseCode, Conversation, Endpoint, EndpointConfig, EndpointEvent, Eof, Header, LengthForm,
    MAX_WRITE, MessageKind, Moment, Opcode, Output, mask,
};

/// The longest command, octets.
const MAX_COMMAND: u64 = 1 << 20;

/// The longest payload that is sent, octets.
const MAX_PAYLOAD: usize = 16 << 20;

/// How much may wait to be written until further commands are not read.
const MAX_WAITING: usize = 32 << 20;

/// Our end of a connection in command mode.
#[derive(Debug)]
pub(super) struct CommandMode {
    endpoint: Endpoint,
    outputs: VecDeque<Output>,
    waiting: usize,
    is_text: bool,
    message: Vec<u8>,
}

/// A frame as a command describes it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FrameCommand {
    opcode: u8,
    payload: String,
    fin: Option<bool>,
    rsv: u8,
    mask: Option<String>,
    /// The payload is repeated up to so many octets.
    payload_len: Option<usize>,
    /// So many octets a write.
    chopsize: Option<usize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CloseCommand {
    code: Option<u16>,
    reason: Option<String>,
}

#[derive(Debug)]
enum Command {
    Frames(Vec<FrameCommand>),
    Close(CloseCommand),
}

impl Command {
    fn parse(text: &[u8]) -> Result<Self, String> {
        let (name, argument): (String, Value) =
            serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let bad = |error: serde_json::Error| error.to_string();
        match name.as_str() {
            "sendframe" => {
                let frame = serde_json::from_value(argument).map_err(bad)?;
                Ok(Self::Frames(vec![frame]))
            }
            "sendframes" => Ok(Self::Frames(serde_json::from_value(argument).map_err(bad)?)),
            "echo" => {
                let frame: FrameCommand = serde_json::from_value(argument).map_err(bad)?;
                Ok(Self::Frames(vec![FrameCommand {
                    opcode: Opcode::TEXT.bits(),
                    payload: frame.payload,
                    payload_len: frame.payload_len,
                    ..FrameCommand::default()
                }]))
            }
            "close" => Ok(Self::Close(serde_json::from_value(argument).map_err(bad)?)),
            _ => Err(format!("unknown command {name:?}")),
        }
    }
}

impl FrameCommand {
    /// The octets of the frame.
    fn encode(&self) -> Result<Vec<u8>, String> {
        let unit = self.payload.as_bytes();
        let payload = match self.payload_len {
            Some(length) if length > MAX_PAYLOAD => {
                return Err(format!("payload_len over {MAX_PAYLOAD}"));
            }
            Some(length) => unit.iter().copied().cycle().take(length).collect(),
            None => unit.to_vec(),
        };
        if self.opcode > 15 || self.rsv > 7 {
            return Err("opcode is 0 to 15, and rsv 0 to 7".to_owned());
        }
        let key = self
            .mask
            .as_ref()
            .map(|key| <[u8; 4]>::try_from(key.as_bytes()));
        let key = key.transpose().map_err(|_| "mask is 4 octets".to_owned())?;
        let length = payload.len() as u64;
        let header = Header {
            fin: self.fin.unwrap_or(true),
            rsv: self.rsv,
            opcode: Opcode::from_bits(self.opcode),
            mask: key,
            length,
            length_form: LengthForm::minimal(length),
        };
        let mut octets = header.encode().to_vec();
        let at = octets.len();
        octets.extend_from_slice(&payload);
        if let Some(key) = key {
            mask::apply(key, 0, &mut octets[at..]);
        }
        Ok(octets)
    }
}

impl CommandMode {
    pub(super) fn new(config: EndpointConfig) -> Self {
        Self {
            endpoint: Endpoint::server(EndpointConfig {
                max_message: MAX_COMMAND,
                ..config
            }),
            outputs: VecDeque::new(),
            waiting: 0,
            is_text: false,
            message: Vec::new(),
        }
    }

    fn on_event(&mut self, now: Moment, event: &EndpointEvent<'_>) {
        match event {
            EndpointEvent::MessageStart(kind) => {
                self.is_text = *kind == MessageKind::Text;
                self.message.clear();
            }
            EndpointEvent::MessageData(octets) => self.message.extend_from_slice(octets),
            EndpointEvent::MessageEnd => {
                let done = match self.is_text {
                    true => self.obey(now),
                    false => Err("a command is a text message".to_owned()),
                };
                if let Err(why) = done {
                    let code = CloseCode::UNSUPPORTED_DATA;
                    self.endpoint.close(now, Some(code), &why);
                }
            }
            _ => {}
        }
    }

    fn obey(&mut self, now: Moment) -> Result<(), String> {
        match Command::parse(&self.message)? {
            Command::Frames(frames) => {
                for frame in frames {
                    self.send(now, &frame)?;
                }
            }
            Command::Close(close) => {
                let reason = close.reason.unwrap_or_default();
                self.endpoint.close(now, close.code.map(CloseCode), &reason);
            }
        }
        Ok(())
    }

    fn send(&mut self, now: Moment, frame: &FrameCommand) -> Result<(), String> {
        let octets = frame.encode()?;
        if self.waiting + octets.len() > MAX_WAITING {
            return Err(format!("over {MAX_WAITING} octets wait to be written"));
        }
        // What the endpoint has to say was said before.
        self.take_over(now);
        self.waiting += octets.len();
        let piece = frame.chopsize.filter(|size| *size > 0).unwrap_or(MAX_WRITE);
        let pieces = octets.chunks(piece.min(MAX_WRITE));
        self.outputs
            .extend(pieces.map(|piece| Output::Write(piece.to_vec())));
        Ok(())
    }

    fn take_over(&mut self, now: Moment) {
        while let Some(output) = self.endpoint.poll_output(now) {
            if let Output::Write(octets) = &output {
                self.waiting += octets.len();
            }
            self.outputs.push_back(output);
        }
    }
}

impl Conversation for CommandMode {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        let mut rest = input;
        while let Some(event) = self.endpoint.receive(now, &mut rest) {
            let event = event.into_owned();
            self.on_event(now, &event);
        }
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.endpoint.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.endpoint.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.take_over(now);
        let output = self.outputs.pop_front();
        if let Some(Output::Write(octets)) = &output {
            self.waiting -= octets.len();
        }
        output
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.endpoint.poll_timeout()
    }

    fn wants_input(&self) -> bool {
        self.waiting < MAX_WAITING / 2 && self.endpoint.wants_input()
    }

    fn is_over(&self) -> bool {
        self.endpoint.is_over() && self.outputs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(command: &str) -> Result<Vec<Vec<u8>>, String> {
        match Command::parse(command.as_bytes())? {
            Command::Frames(frames) => frames.iter().map(FrameCommand::encode).collect(),
            Command::Close(close) => Err(format!("{close:?}")),
        }
    }

    #[test]
    fn frames_are_made_as_asked() {
        for (command, wanted) in [
            (
                r#"["sendframe", {"opcode": 1, "payload": "hi"}]"#,
                &[&b"\x81\x02hi"[..]][..],
            ),
            (
                r#"["sendframe", {"opcode": 2, "payload": "ab", "payload_len": 5, "fin": false, "rsv": 4}]"#,
                &[b"\x42\x05ababa"],
            ),
            (
                r#"["sendframes", [{"opcode": 9}, {"opcode": 10, "payload": "x", "mask": "aaaa"}]]"#,
                &[b"\x89\x00", b"\x8a\x81aaaa\x19"],
            ),
            (
                r#"["echo", {"payload": "x", "payload_len": 3}]"#,
                &[b"\x81\x03xxx"],
            ),
        ] {
            assert_eq!(frames(command).unwrap(), wanted, "{command}");
        }
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for command in [
            "",
            "{}",
            r#"["dance", {}]"#,
            r#"["sendframe", {"opcode": 16}]"#,
            r#"["sendframe", {"opcode": 1, "mask": "x"}]"#,
            r#"["echo", {"payload": "x", "payload_len": 99999999999}]"#,
        ] {
            assert!(frames(command).is_err(), "{command}");
        }
    }
}
