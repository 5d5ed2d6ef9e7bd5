//! What we offer of permessage-deflate, and which answers we take.
//!
//! By `rfc` an answer must fit an offer (RFC 7692 §7). The original takes each
//! answer whose parameters are good in themselves, and reads them leniently.

use wscheck_wire::deflate::{Agreement, MAX_WINDOW_BITS, MIN_WINDOW_BITS};

use crate::case::{Demand, Opening};
use crate::profile::Profile;

/// The name of the extension.
const NAME: &str = "permessage-deflate";

/// The value of `Sec-WebSocket-Extensions` in our request.
pub(super) fn offer(opening: &Opening) -> Option<String> {
    if opening.deflate.is_empty() {
        return opening.extensions.clone();
    }
    let offers: Vec<String> = opening.deflate.iter().map(offer_of).collect();
    Some(offers.join(", "))
}

fn offer_of(demand: &Demand) -> String {
    let mut offer = format!("{NAME}; client_no_context_takeover; client_max_window_bits");
    if demand.no_context_takeover {
        offer.push_str("; server_no_context_takeover");
    }
    if let Some(bits) = demand.max_window_bits {
        offer.push_str(&format!("; server_max_window_bits={bits}"));
    }
    offer
}

/// What the server's answer, its extensions as they stand, comes to; `None` if
/// it leaves permessage-deflate out.
///
/// # Errors
///
/// Why the connection must not be opened.
pub(super) fn settle(
    extensions: &[Vec<u8>],
    _demands: &[Demand],
    _profile: Profile,
) -> Result<Option<Agreement>, String> {
    settle_leniently(extensions)
}

/// As the original reads an answer: names in any case, quotes taken off
/// wherever they stand, numbers with zeros and spaces in front.
fn settle_leniently(extensions: &[Vec<u8>]) -> Result<Option<Agreement>, String> {
    let mut agreement = None;
    for extension in extensions {
        let text = String::from_utf8_lossy(extension);
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if !name.eq_ignore_ascii_case(NAME) {
            return Err(format!("extension {name:?} was not asked for"));
        }
        if agreement.is_some() {
            return Err(format!("{NAME} stands twice in the answer"));
        }
        agreement = Some(lenient_parameters(parts)?);
    }
    Ok(agreement)
}

fn lenient_parameters<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Agreement, String> {
    let mut agreement = Agreement::default();
    let mut seen = Vec::new();
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(without_quotes(value.trim()))),
            None => (part, None),
        };
        let name = name.to_ascii_lowercase();
        match (name.as_str(), value) {
            ("server_no_context_takeover", None) => agreement.server.no_context_takeover = true,
            ("client_no_context_takeover", None) => agreement.client.no_context_takeover = true,
            ("server_max_window_bits", Some(value)) => {
                agreement.server.max_window_bits = lenient_bits(&name, value)?;
            }
            ("client_max_window_bits", Some(value)) => {
                agreement.client.max_window_bits = lenient_bits(&name, value)?;
            }
            _ => return Err(format!("bad parameter {part:?} of {NAME}")),
        }
        if seen.contains(&name) {
            return Err(format!("parameter {name} of {NAME} stands twice"));
        }
        seen.push(name);
    }
    Ok(agreement)
}

fn without_quotes(value: &str) -> &str {
    let value = value.strip_prefix('"').unwrap_or(value);
    value.strip_suffix('"').unwrap_or(value)
}

fn lenient_bits(name: &str, value: &str) -> Result<u8, String> {
    let number = value.trim();
    let number = number.strip_prefix('+').unwrap_or(number);
    match number.parse() {
        Ok(bits) if (MIN_WINDOW_BITS..=MAX_WINDOW_BITS).contains(&bits) => Ok(bits),
        _ => Err(format!("{name} of {NAME} is {value:?}, not 8 to 15")),
    }
}
