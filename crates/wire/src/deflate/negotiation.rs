//! What a client offers, what a server answers, and what both agree to by that
//! (RFC 7692 §7.1).
//!
//! The two directions are negotiated apart, and unlike each other:
//!
//! - `server_*` in an offer is a demand: the answer repeats it, the window the
//!   same or smaller, or does not accept the offer (§7.1.1.1, §7.1.2.1). A
//!   window of 15 bits is what an answer without it stands for.
//! - `client_*` in an offer is a hint, "just a hint for the server to build an
//!   extension negotiation response": only what the answer takes up is in force
//!   (§7.2.1, §7.2.2). `client_max_window_bits` also says that the answer may
//!   have it, which it may not otherwise (§7.1.2.2).
//! - A server may add each of the others to its answer unasked.

use super::params::{self, Answer, DeflateFault, Offer};
use super::{Agreement, MAX_WINDOW_BITS, NAME, Terms};
use crate::handshake::Extension;

/// What one side wants of permessage-deflate: what it keeps to itself, what it
/// asks of the other side, and how hard it compresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeflateConfig {
    /// 0, stored, to 9, smallest.
    pub level: u32,
    /// The limits of the server as a sender.
    pub server: Terms,
    /// The limits of the client as a sender. A server can limit the window of
    /// those clients only that offer `client_max_window_bits`.
    pub client: Terms,
}

impl Default for DeflateConfig {
    /// No limits.
    fn default() -> Self {
        Self {
            level: super::Deflater::LEVEL,
            server: Terms::default(),
            client: Terms::default(),
        }
    }
}

impl DeflateConfig {
    /// What a client with these wishes offers. The server is always allowed to
    /// limit the client's window.
    pub fn offer(&self) -> Offer {
        Offer {
            server_no_context_takeover: self.server.no_context_takeover,
            client_no_context_takeover: self.client.no_context_takeover,
            server_max_window_bits: limit(self.server.max_window_bits),
            client_max_window_bits: Some(limit(self.client.max_window_bits)),
        }
    }
}

/// Answers as a server: the first offer of permessage-deflate without a fault
/// is accepted. One with a fault is declined for itself alone ("A server MUST
/// decline an extension negotiation offer", §7), as are all other extensions.
pub fn answer(offers: &[Extension], config: &DeflateConfig) -> Option<(Answer, Agreement)> {
    let offer = offers.iter().find_map(|offer| Offer::parse(offer).ok())?;
    let answer = accept(&offer, config);
    Some((answer, answer.agreement()))
}

/// The answer to a good offer. The client's hints are taken up.
fn accept(offer: &Offer, config: &DeflateConfig) -> Answer {
    let server_bits = offer.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS);
    let server_bits = server_bits.min(config.server.max_window_bits);
    let client_bits = offer.client_max_window_bits.and_then(|hint| {
        let hint = hint.unwrap_or(MAX_WINDOW_BITS);
        limit(hint.min(config.client.max_window_bits))
    });
    Answer {
        server_no_context_takeover: offer.server_no_context_takeover
            || config.server.no_context_takeover,
        client_no_context_takeover: offer.client_no_context_takeover
            || config.client.no_context_takeover,
        server_max_window_bits: offer
            .server_max_window_bits
            .map_or(limit(server_bits), |_| Some(server_bits)),
        client_max_window_bits: client_bits,
    }
}

/// Judges an answer as the client that made `offers`; `None` when no extension
/// was accepted. What the client hinted at is in force only if the answer took
/// it up: the server "MUST decompress each new message using the LZ77 sliding
/// window used to process the last" otherwise (§7.2.2).
///
/// # Errors
///
/// An extension that was not offered, more than one permessage-deflate, an
/// answer that is bad in itself, or one that accepts none of the offers: then
/// why it does not accept the first.
pub fn check(offers: &[Offer], answer: &[Extension]) -> Result<Option<Agreement>, DeflateFault> {
    let mut answers = Vec::new();
    for extension in answer {
        if offers.is_empty() {
            return Err(DeflateFault::OtherExtension {
                name: extension.name.clone(),
            });
        }
        answers.push(Answer::parse(extension)?);
    }
    match answers[..] {
        [] => Ok(None),
        [answer] => choose(offers, &answer).map(Some),
        _ => Err(DeflateFault::Repeated {
            name: NAME.to_owned(),
        }),
    }
}

/// What an answer comes to with the first offer that it accepts.
fn choose(offers: &[Offer], answer: &Answer) -> Result<Agreement, DeflateFault> {
    let mut result = Ok(answer.agreement());
    for offer in offers {
        match fits(offer, answer) {
            Ok(()) => return Ok(answer.agreement()),
            Err(fault) => result = result.and(Err(fault)),
        }
    }
    result
}

/// Whether an answer accepts an offer.
fn fits(offer: &Offer, answer: &Answer) -> Result<(), DeflateFault> {
    // §7.1.1.1: accepts "by including the "server_no_context_takeover"
    // extension parameter in the corresponding extension negotiation response"
    if offer.server_no_context_takeover && !answer.server_no_context_takeover {
        return Err(DeflateFault::NotAccepted {
            name: params::SERVER_NO_CONTEXT_TAKEOVER.to_owned(),
        });
    }
    // §7.1.2.1: "with the same or smaller value as the offer"
    if let Some(offered) = offer.server_max_window_bits {
        match answer.server_max_window_bits {
            Some(bits) if bits <= offered => {}
            Some(bits) => return Err(DeflateFault::WindowTooLarge { bits, offered }),
            None if offered == MAX_WINDOW_BITS => {}
            None => {
                return Err(DeflateFault::NotAccepted {
                    name: params::SERVER_MAX_WINDOW_BITS.to_owned(),
                });
            }
        }
    }
    // §7.1.2.2: if the offer does not have it, the answer "MUST NOT include
    // the "client_max_window_bits" extension parameter"
    if offer.client_max_window_bits.is_none() && answer.client_max_window_bits.is_some() {
        return Err(DeflateFault::NotOffered {
            name: params::CLIENT_MAX_WINDOW_BITS.to_owned(),
        });
    }
    Ok(())
}

/// A window that is worth a parameter.
fn limit(bits: u8) -> Option<u8> {
    (bits < MAX_WINDOW_BITS).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::parse_extensions;
    use proptest::prelude::*;

    fn list(text: &str) -> Vec<Extension> {
        parse_extensions(text.as_bytes()).unwrap()
    }

    fn answered(offers: &str, config: &DeflateConfig) -> Option<String> {
        answer(&list(offers), config).map(|(answer, _)| answer.to_string())
    }

    fn checked(offers: &str, answer: &str) -> Result<Option<Agreement>, DeflateFault> {
        let offers: Result<Vec<Offer>, DeflateFault> =
            list(offers).iter().map(Offer::parse).collect();
        check(&offers.unwrap(), &list(answer))
    }

    fn terms(no_context_takeover: bool, max_window_bits: u8) -> Terms {
        Terms {
            no_context_takeover,
            max_window_bits,
        }
    }

    fn config(server: Terms, client: Terms) -> DeflateConfig {
        DeflateConfig {
            server,
            client,
            ..DeflateConfig::default()
        }
    }

    #[test]
    fn a_server_accepts_what_the_client_demands_and_takes_up_its_hints() {
        for (offers, wanted) in [
            ("permessage-deflate", "permessage-deflate"),
            (
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate",
            ),
            (
                "permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=15",
            ),
            (
                "permessage-deflate; client_no_context_takeover; client_max_window_bits=\"9\"; \
                 server_no_context_takeover; server_max_window_bits=8",
                "permessage-deflate; server_no_context_takeover; server_max_window_bits=8; \
                 client_no_context_takeover; client_max_window_bits=9",
            ),
        ] {
            let answer = answered(offers, &DeflateConfig::default());
            assert_eq!(answer.as_deref(), Some(wanted));
        }
    }

    #[test]
    fn a_server_adds_its_own_limits() {
        let config = config(terms(true, 10), terms(true, 11));
        for (offers, wanted) in [
            (
                "permessage-deflate",
                "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; \
                 client_no_context_takeover",
            ),
            (
                "permessage-deflate; client_max_window_bits; server_max_window_bits=9",
                "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; \
                 client_no_context_takeover; client_max_window_bits=11",
            ),
            (
                "permessage-deflate; client_max_window_bits=10; server_max_window_bits=12",
                "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; \
                 client_no_context_takeover; client_max_window_bits=10",
            ),
        ] {
            assert_eq!(answered(offers, &config).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn a_server_declines_each_bad_offer_and_goes_on() {
        let config = DeflateConfig::default();
        for bad in [
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; unknown",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
            "Permessage-Deflate",
            "x-webkit-deflate-frame; no_context_takeover",
            "permessage-bzip2",
        ] {
            assert_eq!(answered(bad, &config), None, "{bad}");
            let two = format!(
                "{bad}, permessage-deflate; server_no_context_takeover, permessage-deflate"
            );
            let wanted = "permessage-deflate; server_no_context_takeover";
            assert_eq!(answered(&two, &config).as_deref(), Some(wanted));
        }
        assert_eq!(answered("", &config), None);
    }

    #[test]
    fn a_client_takes_what_fits_any_offer() {
        let agreed = |server, client| Ok(Some(Agreement { server, client }));
        let plain = Terms::default();
        let both = "permessage-deflate; server_max_window_bits=10; client_max_window_bits=12, \
                    permessage-deflate; client_no_context_takeover";
        for (offers, answer, wanted) in [
            ("permessage-deflate", "", Ok(None)),
            (
                "permessage-deflate",
                "permessage-deflate",
                agreed(plain, plain),
            ),
            // What a server may add unasked.
            (
                "permessage-deflate",
                "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; \
                 client_no_context_takeover",
                agreed(terms(true, 9), terms(true, 15)),
            ),
            (
                "permessage-deflate; server_max_window_bits=15",
                "permessage-deflate",
                agreed(plain, plain),
            ),
            // Hints need no answer, and the answer alone is in force.
            (
                "permessage-deflate; client_no_context_takeover; client_max_window_bits=9",
                "permessage-deflate; client_max_window_bits=12",
                agreed(plain, terms(false, 12)),
            ),
            // It is free to use the smaller one.
            (
                both,
                "permessage-deflate; server_max_window_bits=8; client_max_window_bits=11",
                agreed(terms(false, 8), terms(false, 11)),
            ),
            (both, "permessage-deflate", agreed(plain, plain)),
        ] {
            assert_eq!(checked(offers, answer), wanted, "{answer} to {offers}");
        }
    }

    #[test]
    fn a_client_refuses_what_fits_no_offer() {
        let name = |name: &str| name.to_owned();
        for (offers, answer, fault) in [
            (
                "permessage-deflate; server_no_context_takeover",
                "permessage-deflate",
                DeflateFault::NotAccepted {
                    name: name("server_no_context_takeover"),
                },
            ),
            (
                "permessage-deflate; server_max_window_bits=14",
                "permessage-deflate",
                DeflateFault::NotAccepted {
                    name: name("server_max_window_bits"),
                },
            ),
            (
                "permessage-deflate; server_max_window_bits=10",
                "permessage-deflate; server_max_window_bits=11",
                DeflateFault::WindowTooLarge {
                    bits: 11,
                    offered: 10,
                },
            ),
            (
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits=15",
                DeflateFault::NotOffered {
                    name: name("client_max_window_bits"),
                },
            ),
            (
                "permessage-deflate",
                "permessage-deflate, permessage-deflate",
                DeflateFault::Repeated {
                    name: name("permessage-deflate"),
                },
            ),
            (
                "permessage-deflate",
                "permessage-deflate, mux",
                DeflateFault::OtherExtension { name: name("mux") },
            ),
            (
                "",
                "permessage-deflate",
                DeflateFault::OtherExtension {
                    name: name("permessage-deflate"),
                },
            ),
        ] {
            assert_eq!(checked(offers, answer), Err(fault), "{answer} to {offers}");
        }
    }

    fn any_terms() -> impl Strategy<Value = Terms> {
        (any::<bool>(), 8_u8..=15).prop_map(|(takeover, bits)| terms(takeover, bits))
    }

    fn any_config() -> impl Strategy<Value = DeflateConfig> {
        (any_terms(), any_terms()).prop_map(|(server, client)| config(server, client))
    }

    proptest! {
        #[test]
        fn both_sides_agree_and_keep_to_what_each_wants(
            client in any_config(),
            server in any_config(),
        ) {
            let offer = client.offer();
            let (answer, ours) = answer(&list(&offer.to_string()), &server).unwrap();
            let theirs = check(&[offer], &list(&answer.to_string())).unwrap();
            prop_assert_eq!(theirs, Some(ours));
            for (agreed, one, other) in [
                (ours.server, client.server, server.server),
                (ours.client, client.client, server.client),
            ] {
                let bits = one.max_window_bits.min(other.max_window_bits);
                let no_takeover = one.no_context_takeover || other.no_context_takeover;
                prop_assert_eq!(agreed, terms(no_takeover, bits));
            }
        }
    }
}
