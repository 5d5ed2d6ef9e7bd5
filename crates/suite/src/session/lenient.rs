//! The parameters of permessage-deflate as the original reads them: names in any
//! case, quotes taken off wherever they stand, numbers with zeros and spaces in
//! front.

use wscheck_wire::deflate::{MAX_WINDOW_BITS, MIN_WINDOW_BITS, NAME, Offer};

/// Whether an extension of this name is permessage-deflate.
pub(super) fn is_deflate(name: &str) -> bool {
    name.eq_ignore_ascii_case(NAME)
}

/// What `parts` say, each a parameter of one permessage-deflate; an answer is
/// read as an offer is.
///
/// # Errors
///
/// The first part that is wrong.
pub(super) fn parameters<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Offer, String> {
    let mut offer = Offer::default();
    let mut seen = Vec::new();
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), Some(without_quotes(value.trim()))),
            None => (part, None),
        };
        let name = name.to_ascii_lowercase();
        let bits = |value: &str| window_bits(&name, value);
        match (name.as_str(), value) {
            ("server_no_context_takeover", None) => offer.server_no_context_takeover = true,
            ("client_no_context_takeover", None) => offer.client_no_context_takeover = true,
            ("server_max_window_bits", Some(value)) => {
                offer.server_max_window_bits = Some(bits(value)?);
            }
            ("client_max_window_bits", value) => {
                offer.client_max_window_bits = Some(value.map(bits).transpose()?);
            }
            _ => return Err(bad(part)),
        }
        if seen.contains(&name) {
            return Err(format!("parameter {name} of {NAME} stands twice"));
        }
        seen.push(name);
    }
    Ok(offer)
}

/// What is told of a parameter that may not stand so.
pub(super) fn bad(parameter: &str) -> String {
    format!("bad parameter {parameter:?} of {NAME}")
}

fn without_quotes(value: &str) -> &str {
    let value = value.strip_prefix('"').unwrap_or(value);
    value.strip_suffix('"').unwrap_or(value)
}

fn window_bits(name: &str, value: &str) -> Result<u8, String> {
    let number = value.trim();
    let number = number.strip_prefix('+').unwrap_or(number);
    match number.parse() {
        Ok(bits) if (MIN_WINDOW_BITS..=MAX_WINDOW_BITS).contains(&bits) => Ok(bits),
        _ => Err(format!("{name} of {NAME} is {value:?}, not 8 to 15")),
    }
}
