//! What we answer, as a server, to a client's offers of permessage-deflate.
//!
//! A case has demands, best first; the first that some offer allows is taken.
//! The window of a client can only be limited where its offer has
//! `client_max_window_bits` (RFC 7692 §7.1.2.2); its context takeover always
//! (§7.1.1.2). What the client asks of us it gets.

use wscheck_wire::deflate::{Agreement, Answer, MAX_WINDOW_BITS, Offer, check};
use wscheck_wire::handshake::{Extension, parse_extensions};

use super::lenient;
use crate::case::Demand;
use crate::profile::Profile;

/// What we answer to `offers`, the value of `Sec-WebSocket-Extensions`; `None`
/// if permessage-deflate is not wanted, or not as some demand has it. Where we
/// must be `unlimited`, no offer is taken that limits us.
///
/// # Errors
///
/// Why the request must be refused: by `rfc` a malformed value (RFC 6455 §9.1),
/// in the original also an offer with a bad parameter, even where compression
/// is not wanted. By RFC 7692 §7 such an offer is only declined.
pub(super) fn answer(
    offers: &str,
    demands: &[Demand],
    unlimited: bool,
    profile: Profile,
) -> Result<Option<Answer>, String> {
    let mut offers = match profile {
        Profile::Autobahn => lenient_offers(offers)?,
        Profile::Rfc => {
            let offers = parse_extensions(offers.as_bytes());
            good_offers(&offers.map_err(|malformed| malformed.to_string())?)
        }
    };
    offers.retain(|offer| !unlimited || is_free(offer));
    let answers = demands.iter().map(|demand| {
        let allows = |offer: &&Offer| {
            demand.max_window_bits.is_none() || offer.client_max_window_bits.is_some()
        };
        Some(answer_to(offers.iter().find(allows)?, demand, profile))
    });
    Ok(answers.flatten().next())
}

/// Whether the client leaves it to us how we compress.
fn is_free(offer: &Offer) -> bool {
    let window = offer.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS);
    !offer.server_no_context_takeover && window == MAX_WINDOW_BITS
}

/// Whether `answer`, the value of our `Sec-WebSocket-Extensions`, accepts one of
/// `offers`, that of the client's, and what both agree to by it.
///
/// # Errors
///
/// Why it does not.
pub(super) fn fits(offers: &str, answer: &str) -> Result<Option<Agreement>, String> {
    let offers = parse_extensions(offers.as_bytes()).unwrap_or_default();
    let answer = parse_extensions(answer.as_bytes()).map_err(|malformed| malformed.to_string())?;
    check(&good_offers(&offers), &answer).map_err(|fault| fault.to_string())
}

/// A window that the client hints at is not widened by `rfc`; the original
/// does not look at it.
fn answer_to(offer: &Offer, demand: &Demand, profile: Profile) -> Answer {
    let hint = offer.client_max_window_bits.flatten();
    let hint = hint.filter(|_| profile == Profile::Rfc);
    Answer {
        server_no_context_takeover: offer.server_no_context_takeover,
        client_no_context_takeover: demand.no_context_takeover,
        server_max_window_bits: offer.server_max_window_bits,
        client_max_window_bits: demand
            .max_window_bits
            .map(|bits| bits.min(hint.unwrap_or(MAX_WINDOW_BITS))),
    }
}

/// "A server MUST decline an extension negotiation offer" with a fault (§7).
pub(super) fn good_offers(extensions: &[Extension]) -> Vec<Offer> {
    let offers = extensions.iter().map(Offer::parse);
    offers.filter_map(Result::ok).collect()
}

/// As the original reads offers, whose other extensions it passes over.
fn lenient_offers(value: &str) -> Result<Vec<Offer>, String> {
    let mut offers = Vec::new();
    for extension in value.split(',') {
        let mut parts = extension.split(';').map(str::trim);
        if parts.next().is_some_and(lenient::is_deflate) {
            offers.push(lenient::parameters(parts)?);
        }
    }
    Ok(offers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn demand(no_context_takeover: bool, max_window_bits: Option<u8>) -> Demand {
        Demand {
            no_context_takeover,
            max_window_bits,
        }
    }

    const BARE: Demand = demand(false, None);
    const NINE: Demand = demand(true, Some(9));

    fn answered(offers: &str, demands: &[Demand], profile: Profile) -> Result<String, ()> {
        let answer = answer(offers, demands, false, profile).map_err(|_| ())?;
        Ok(answer.map_or_else(|| "nothing".to_owned(), |answer| answer.to_string()))
    }

    #[test]
    fn the_first_demand_that_an_offer_allows_is_taken() {
        let seven = [NINE, demand(true, None), BARE];
        let plain = "permessage-deflate";
        for (offers, demands, wanted) in [
            ("", &[BARE][..], "nothing"),
            ("permessage-bzip2", &[BARE], "nothing"),
            (plain, &[], "nothing"),
            (plain, &[BARE], plain),
            (plain, &[NINE], "nothing"),
            (
                plain,
                &seven,
                "permessage-deflate; client_no_context_takeover",
            ),
            (
                "permessage-deflate; client_max_window_bits; server_no_context_takeover",
                &seven,
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
                 client_max_window_bits=9",
            ),
            (
                "permessage-deflate; server_max_window_bits=10, \
                 permessage-deflate; client_max_window_bits=15",
                &[demand(false, Some(15))],
                "permessage-deflate; client_max_window_bits=15",
            ),
            (
                "permessage-deflate; server_max_window_bits=10",
                &[BARE],
                "permessage-deflate; server_max_window_bits=10",
            ),
        ] {
            for profile in [Profile::Autobahn, Profile::Rfc] {
                let answer = answered(offers, demands, profile);
                assert_eq!(answer, Ok(wanted.to_owned()), "{offers} {profile}");
            }
        }
    }

    #[test]
    fn the_profiles_refuse_different_offers() {
        let (refused, nothing) = (Err(()), Ok("nothing".to_owned()));
        let plain = Ok("permessage-deflate".to_owned());
        for (offers, autobahn, rfc) in [
            ("permessage-deflate; x", &refused, &nothing),
            (
                "permessage-deflate; server_max_window_bits",
                &refused,
                &nothing,
            ),
            (
                "permessage-deflate; client_max_window_bits=16",
                &refused,
                &nothing,
            ),
            (
                "permessage-deflate; client_max_window_bits; client_max_window_bits",
                &refused,
                &nothing,
            ),
            ("permessage-deflate;", &refused, &refused),
            (
                "permessage-deflate; client_max_window_bits=08",
                &plain,
                &nothing,
            ),
            (
                "Permessage-Deflate; CLIENT_MAX_WINDOW_BITS= \"9\"",
                &plain,
                &nothing,
            ),
            ("x; y=", &nothing, &refused),
        ] {
            assert_eq!(
                &answered(offers, &[BARE], Profile::Autobahn),
                autobahn,
                "{offers}"
            );
            assert_eq!(&answered(offers, &[BARE], Profile::Rfc), rfc, "{offers}");
            let without = answered(offers, &[], Profile::Autobahn);
            assert_eq!(without.is_err(), autobahn.is_err(), "{offers}");
        }
    }

    #[test]
    fn a_hint_is_not_widened_by_rfc() {
        let offer = "permessage-deflate; client_max_window_bits=8";
        for (profile, bits) in [(Profile::Rfc, 8), (Profile::Autobahn, 9)] {
            let wanted = format!(
                "permessage-deflate; client_no_context_takeover; client_max_window_bits={bits}"
            );
            assert_eq!(answered(offer, &[NINE], profile), Ok(wanted));
        }
    }
}
