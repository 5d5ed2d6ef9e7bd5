//! What a step sends, as writes.

use wscheck_wire::mask::{self, MaskingKeys};
use wscheck_wire::{Header, Role};

use super::RelaySide;
use crate::case::{Frame, Step};
use crate::fragment::fragments;
use crate::our_side;

/// The octets of `step`, a write each.
pub(super) fn writes(step: &Step, side: RelaySide, keys: &mut MaskingKeys) -> Vec<Vec<u8>> {
    let role = match side {
        RelaySide::Client => Role::Client,
        RelaySide::Upstream => Role::Server,
    };
    match step {
        Step::Send(frame) => frame_writes(frame, role, keys),
        Step::Fragments {
            opcode,
            payload,
            size,
            ..
        } => {
            let octets = payload.to_octets();
            let frames = fragments(payload.len(), *size).map(|fragment| {
                let header = fragment.header(*opcode, 0, masking_key(role, keys));
                let range = fragment.octets.start as usize..fragment.octets.end as usize;
                encoded(&header, octets.get(range).unwrap_or_default())
            });
            frames.collect()
        }
        Step::Raw { octets, .. } => vec![octets.to_octets().into_owned()],
        _ => Vec::new(),
    }
}

/// Whether a step says something that an end of a proxy can do.
pub(crate) fn is_playable(step: &Step) -> bool {
    match step {
        Step::Send(frame) => !frame.compressed,
        Step::Fragments { compressed, .. } => !compressed,
        Step::Raw { .. } | Step::Pause { .. } => true,
        _ => false,
    }
}

fn masking_key(role: Role, keys: &mut MaskingKeys) -> Option<[u8; 4]> {
    (role == Role::Client).then(|| keys.next_key())
}

fn frame_writes(frame: &Frame, role: Role, keys: &mut MaskingKeys) -> Vec<Vec<u8>> {
    let header = our_side::header(frame, role, keys.next_key());
    let octets = encoded(&header, &frame.payload.to_octets());
    match frame.chop.and_then(|chop| usize::try_from(chop).ok()) {
        Some(chop) if chop > 0 => octets.chunks(chop).map(<[u8]>::to_vec).collect(),
        _ => vec![octets],
    }
}

fn encoded(header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut octets = header.encode().to_vec();
    let begin = octets.len();
    octets.extend_from_slice(payload);
    if let Some(key) = header.mask {
        mask::apply(key, 0, &mut octets[begin..]);
    }
    octets
}

/// How many octets `steps` send.
pub(crate) fn length(steps: &[super::RelayStep], side: RelaySide) -> u64 {
    let mut keys = MaskingKeys::seeded(0);
    let sent = steps.iter().map(|step| match step {
        super::RelayStep::Send(step) => writes(step, side, &mut keys).iter().map(Vec::len).sum(),
        _ => 0,
    });
    sent.map(|octets: usize| octets as u64).sum()
}
