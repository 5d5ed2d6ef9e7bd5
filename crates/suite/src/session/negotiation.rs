//! What we offer of permessage-deflate, and which answers we take.
//!
//! By `rfc` an answer must fit an offer (RFC 7692 §7). The original takes each
//! answer whose parameters are good in themselves, and reads them leniently.

use wscheck_wire::deflate::{Agreement, Answer, MAX_WINDOW_BITS, NAME, Offer, Terms, check};
use wscheck_wire::handshake::{parse_extensions, token};

use super::lenient;
use crate::case::{Demand, Opening};
use crate::profile::Profile;

/// The value of `Sec-WebSocket-Extensions` in our request.
pub(super) fn offer(opening: &Opening) -> Option<String> {
    if opening.deflate.is_empty() {
        return opening.extensions.clone();
    }
    let offers = opening
        .deflate
        .iter()
        .map(|demand| offer_of(demand, opening.unlimited).to_string());
    Some(offers.collect::<Vec<_>>().join(", "))
}

/// We leave it to the server to limit us, unless the case is about what we do
/// without limits.
fn offer_of(demand: &Demand, unlimited: bool) -> Offer {
    Offer {
        server_no_context_takeover: demand.no_context_takeover,
        client_no_context_takeover: !unlimited,
        server_max_window_bits: demand.max_window_bits,
        client_max_window_bits: (!unlimited).then_some(None),
    }
}

/// What we keep to as the client that made `offers`: what was agreed on, and
/// what each of them says of us "even if the server doesn't include" it in its
/// answer (RFC 7692 §7.1.1.2, §7.1.2.2).
pub(super) fn kept_to(agreed: Terms, offers: &[Offer]) -> Terms {
    offers.iter().fold(agreed, |kept, offer| {
        let hint = offer.client_max_window_bits.flatten();
        Terms {
            no_context_takeover: kept.no_context_takeover || offer.client_no_context_takeover,
            max_window_bits: kept.max_window_bits.min(hint.unwrap_or(MAX_WINDOW_BITS)),
        }
    })
}

/// What the server's answer to `offers`, the value of `Sec-WebSocket-Extensions`,
/// comes to; `None` if it leaves permessage-deflate out.
///
/// # Errors
///
/// Why the connection must not be opened.
pub(super) fn settle(
    extensions: &str,
    offers: &[Offer],
    profile: Profile,
) -> Result<Option<Agreement>, String> {
    match profile {
        Profile::Autobahn => settle_leniently(extensions),
        Profile::Rfc => settle_strictly(extensions, offers),
    }
}

fn settle_strictly(extensions: &str, offers: &[Offer]) -> Result<Option<Agreement>, String> {
    let answer = parse_extensions(extensions.as_bytes()).map_err(|fault| fault.to_string())?;
    if offers.is_empty() && answer.iter().any(|extension| extension.name == NAME) {
        return Err(format!("no offer of {NAME} could be accepted, and one was"));
    }
    check(offers, &answer).map_err(|fault| fault.to_string())
}

/// As the original reads an answer.
fn settle_leniently(extensions: &str) -> Result<Option<Agreement>, String> {
    let mut agreement = None;
    for extension in token::list(extensions.as_bytes()) {
        let text = String::from_utf8_lossy(extension);
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if !lenient::is_deflate(name) {
            return Err(format!("extension {name:?} was not asked for"));
        }
        if agreement.is_some() {
            return Err(format!("{NAME} stands twice in the answer"));
        }
        let answer = Answer::try_from(lenient::parameters(parts)?)
            .map_err(|_| lenient::bad("client_max_window_bits"))?;
        agreement = Some(answer.agreement());
    }
    Ok(agreement)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINE: Demand = Demand {
        no_context_takeover: true,
        max_window_bits: Some(9),
    };

    fn settled(demands: &[Demand], answer: &str, profile: Profile) -> Result<String, ()> {
        let offers: Vec<Offer> = demands
            .iter()
            .map(|demand| offer_of(demand, false))
            .collect();
        let settled = settle(answer, &offers, profile).map_err(|_| ())?;
        Ok(settled.map_or_else(|| "nothing".to_owned(), |agreement| agreement.to_string()))
    }

    #[test]
    fn offers_as_the_original_does() {
        let opening = Opening {
            deflate: vec![NINE, Demand::default()],
            ..Opening::default()
        };
        let ours = "permessage-deflate; client_no_context_takeover; client_max_window_bits";
        let wanted =
            format!("{ours}; server_no_context_takeover; server_max_window_bits=9, {ours}");
        assert_eq!(offer(&opening), Some(wanted));
        assert_eq!(offer(&Opening::default()), None);
    }

    /// The original reads leniently and does not compare.
    #[test]
    fn the_profiles_take_different_answers() {
        use Profile::{Autobahn, Rfc};
        let plain = Ok("permessage-deflate".to_owned());
        for (answer, autobahn, rfc) in [
            ("", Ok("nothing".to_owned()), Ok("nothing".to_owned())),
            ("permessage-deflate", plain.clone(), Err(())),
            (
                "Permessage-Deflate; SERVER_MAX_WINDOW_BITS = \"015\"",
                plain.clone(),
                Err(()),
            ),
            (
                "permessage-deflate; server_max_window_bits=16",
                Err(()),
                Err(()),
            ),
            (
                "permessage-deflate; server_max_window_bits",
                Err(()),
                Err(()),
            ),
            (
                "permessage-deflate; server_no_context_takeover=1",
                Err(()),
                Err(()),
            ),
            ("permessage-deflate;", Err(()), Err(())),
            ("permessage-deflate, permessage-deflate", Err(()), Err(())),
            ("permessage-deflate; mem_level=8", Err(()), Err(())),
            ("permessage-bzip2", Err(()), Err(())),
        ] {
            assert_eq!(settled(&[NINE], answer, Autobahn), autobahn, "{answer}");
            assert_eq!(settled(&[NINE], answer, Rfc), rfc, "{answer}");
        }
        let fits = "permessage-deflate; server_no_context_takeover; server_max_window_bits=8";
        assert_eq!(settled(&[NINE], fits, Autobahn), Ok(fits.to_owned()));
        assert_eq!(settled(&[NINE], fits, Rfc), Ok(fits.to_owned()));
    }
}
