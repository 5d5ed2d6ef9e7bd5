//! An opening handshake, and frames as octets.

use wscheck_wire::frame::LengthForm;
use wscheck_wire::handshake::{ClientRequest, ServerResponse, accept_for};
use wscheck_wire::{Decoder, Event, Header, Opcode, encode};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

pub fn request(extensions: Option<&str>) -> ClientRequest {
    ClientRequest {
        extensions: extensions.map(str::to_owned),
        ..ClientRequest::bare("/", "localhost", KEY)
    }
}

/// What accepts that request.
pub fn response(extensions: Option<&str>) -> Vec<u8> {
    ServerResponse {
        accept: accept_for(KEY.as_bytes()),
        extensions: extensions.map(str::to_owned),
        ..ServerResponse::default()
    }
    .encode()
}

pub fn frame(fin: bool, rsv: u8, opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    let length = payload.len() as u64;
    let length_form = LengthForm::minimal(length);
    let header = Header {
        fin,
        rsv,
        opcode,
        mask,
        length,
        length_form,
    };
    encode::frame(&header, payload)
}

/// The frames in `octets`, each as header and payload.
pub fn frames(octets: &[u8]) -> Vec<(Header, Vec<u8>)> {
    let mut octets = octets.to_vec();
    let (mut rest, mut decoder) = (&mut octets[..], Decoder::new());
    let mut frames = Vec::new();
    while let Some(event) = decoder.decode(&mut rest) {
        match event {
            Event::Header(header) => frames.push((header, Vec::new())),
            Event::Payload(octets) => frames
                .last_mut()
                .expect("a header")
                .1
                .extend_from_slice(octets),
            _ => {}
        }
    }
    assert!(!decoder.in_frame(), "a frame is cut off");
    frames
}
