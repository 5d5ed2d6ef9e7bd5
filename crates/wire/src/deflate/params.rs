//! The four parameters of permessage-deflate, as an offer and as an answer
//! have them (RFC 7692 §7.1).

use std::fmt;

use super::{Agreement, MAX_WINDOW_BITS, MIN_WINDOW_BITS, NAME, Terms};
use crate::handshake::Extension;

pub(super) const SERVER_NO_CONTEXT_TAKEOVER: &str = "server_no_context_takeover";
pub(super) const CLIENT_NO_CONTEXT_TAKEOVER: &str = "client_no_context_takeover";
pub(super) const SERVER_MAX_WINDOW_BITS: &str = "server_max_window_bits";
pub(super) const CLIENT_MAX_WINDOW_BITS: &str = "client_max_window_bits";

/// What is wrong with an offer or an answer.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, thiserror::Error, serde::Serialize, serde::Deserialize,
)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum DeflateFault {
    /// An extension that was not offered.
    #[error("extension {name:?} was not offered")]
    OtherExtension {
        /// Its name.
        name: String,
    },
    /// A parameter that is not defined.
    #[error("unknown parameter {name:?} of permessage-deflate")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// A parameter, or the extension itself, more than once.
    #[error("{name} more than once")]
    Repeated {
        /// Its name.
        name: String,
    },
    /// A parameter without the value that it must have.
    #[error("{name} without a value")]
    ValueMissing {
        /// Its name.
        name: String,
    },
    /// A parameter with a value that it may not have.
    #[error("{name} with the value {value:?}")]
    ValueGiven {
        /// Its name.
        name: String,
        /// The value.
        value: String,
    },
    /// A window that is not "a decimal integer value without leading zeroes
    /// between 8 to 15, inclusive" (§7.1.2.1).
    #[error("{name} of {value:?}, not 8 to 15")]
    Window {
        /// The parameter's name.
        name: String,
        /// The value as it stands.
        value: String,
    },
    /// An answer without a parameter that the offer demands.
    #[error("{name} was offered and is not in the answer")]
    NotAccepted {
        /// Its name.
        name: String,
    },
    /// An answer with a parameter that may only follow an offer of it.
    #[error("{name} was not offered and is in the answer")]
    NotOffered {
        /// Its name.
        name: String,
    },
    /// An answer with a larger `server_max_window_bits` than was offered.
    #[error("server_max_window_bits of {bits}, over the {offered} offered")]
    WindowTooLarge {
        /// The answer's.
        bits: u8,
        /// The offer's.
        offered: u8,
    },
}

impl DeflateFault {
    /// The document that [`section`](Self::section) counts in.
    pub const fn document(&self) -> &'static str {
        match self {
            Self::OtherExtension { .. } => "RFC 6455",
            _ => "RFC 7692",
        }
    }

    /// The section of the [`document`](Self::document) that is broken.
    pub fn section(&self) -> &'static str {
        match self {
            Self::OtherExtension { .. } => "4.1",
            Self::Unknown { .. }
            | Self::Repeated { .. }
            | Self::ValueMissing { .. }
            | Self::ValueGiven { .. } => "7",
            Self::Window { name, .. } | Self::NotAccepted { name } | Self::NotOffered { name } => {
                section_of(name)
            }
            Self::WindowTooLarge { .. } => "7.1.2.1",
        }
    }
}

/// An offer of permessage-deflate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Offer {
    /// Demands that the server compress each message by itself (§7.1.1.1).
    pub server_no_context_takeover: bool,
    /// Hints that the client will (§7.1.1.2).
    pub client_no_context_takeover: bool,
    /// Demands a window of the server, 8 to 15 bits (§7.1.2.1).
    pub server_max_window_bits: Option<u8>,
    /// Says that the server may limit the client's window, and, with a value,
    /// hints that it will be no larger anyway, 8 to 15 bits (§7.1.2.2).
    pub client_max_window_bits: Option<Option<u8>>,
}

impl Offer {
    /// Reads an offer.
    ///
    /// # Errors
    ///
    /// The first fault, from left to right.
    pub fn parse(extension: &Extension) -> Result<Self, DeflateFault> {
        if extension.name != NAME {
            return Err(DeflateFault::OtherExtension {
                name: extension.name.clone(),
            });
        }
        let mut offer = Self::default();
        for (name, value) in &extension.params {
            offer.take(name, value.as_deref())?;
        }
        Ok(offer)
    }

    fn take(&mut self, name: &str, value: Option<&str>) -> Result<(), DeflateFault> {
        let again = match name {
            SERVER_NO_CONTEXT_TAKEOVER => {
                no_value(name, value)?;
                std::mem::replace(&mut self.server_no_context_takeover, true)
            }
            CLIENT_NO_CONTEXT_TAKEOVER => {
                no_value(name, value)?;
                std::mem::replace(&mut self.client_no_context_takeover, true)
            }
            SERVER_MAX_WINDOW_BITS => {
                let value = value.ok_or_else(|| DeflateFault::ValueMissing {
                    name: name.to_owned(),
                })?;
                let bits = window_bits(name, value)?;
                self.server_max_window_bits.replace(bits).is_some()
            }
            CLIENT_MAX_WINDOW_BITS => {
                let bits = value.map(|value| window_bits(name, value)).transpose()?;
                self.client_max_window_bits.replace(bits).is_some()
            }
            _ => {
                return Err(DeflateFault::Unknown {
                    name: name.to_owned(),
                });
            }
        };
        if again {
            return Err(DeflateFault::Repeated {
                name: name.to_owned(),
            });
        }
        Ok(())
    }
}

impl fmt::Display for Offer {
    /// The text of the header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        flag(
            f,
            CLIENT_NO_CONTEXT_TAKEOVER,
            self.client_no_context_takeover,
        )?;
        match self.client_max_window_bits {
            Some(None) => flag(f, CLIENT_MAX_WINDOW_BITS, true)?,
            bits => window(f, CLIENT_MAX_WINDOW_BITS, bits.flatten())?,
        }
        flag(
            f,
            SERVER_NO_CONTEXT_TAKEOVER,
            self.server_no_context_takeover,
        )?;
        window(f, SERVER_MAX_WINDOW_BITS, self.server_max_window_bits)
    }
}

/// An answer that accepts permessage-deflate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The server compresses each message by itself (§7.1.1.1).
    pub server_no_context_takeover: bool,
    /// The client must (§7.1.1.2).
    pub client_no_context_takeover: bool,
    /// The server's window, 8 to 15 bits; 15 without it (§7.1.2.1).
    pub server_max_window_bits: Option<u8>,
    /// The client's window, 8 to 15 bits; 15 without it (§7.1.2.2).
    pub client_max_window_bits: Option<u8>,
}

impl Answer {
    /// Reads an answer; what it answers to is for [`check`](super::check) to
    /// compare.
    ///
    /// # Errors
    ///
    /// The first fault, from left to right; then a `client_max_window_bits`
    /// without a value, which only an offer may have.
    pub fn parse(extension: &Extension) -> Result<Self, DeflateFault> {
        Offer::parse(extension)?.try_into()
    }

    /// What it puts in force.
    pub fn agreement(&self) -> Agreement {
        let terms = |no_context_takeover, bits: Option<u8>| Terms {
            no_context_takeover,
            max_window_bits: bits.unwrap_or(MAX_WINDOW_BITS),
        };
        Agreement {
            server: terms(self.server_no_context_takeover, self.server_max_window_bits),
            client: terms(self.client_no_context_takeover, self.client_max_window_bits),
        }
    }
}

impl TryFrom<Offer> for Answer {
    type Error = DeflateFault;

    /// The same parameters as an answer has them.
    fn try_from(params: Offer) -> Result<Self, DeflateFault> {
        if params.client_max_window_bits == Some(None) {
            return Err(DeflateFault::ValueMissing {
                name: CLIENT_MAX_WINDOW_BITS.to_owned(),
            });
        }
        Ok(Self {
            server_no_context_takeover: params.server_no_context_takeover,
            client_no_context_takeover: params.client_no_context_takeover,
            server_max_window_bits: params.server_max_window_bits,
            client_max_window_bits: params.client_max_window_bits.flatten(),
        })
    }
}

impl fmt::Display for Answer {
    /// The text of the header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAME)?;
        flag(
            f,
            SERVER_NO_CONTEXT_TAKEOVER,
            self.server_no_context_takeover,
        )?;
        window(f, SERVER_MAX_WINDOW_BITS, self.server_max_window_bits)?;
        flag(
            f,
            CLIENT_NO_CONTEXT_TAKEOVER,
            self.client_no_context_takeover,
        )?;
        window(f, CLIENT_MAX_WINDOW_BITS, self.client_max_window_bits)
    }
}

fn flag(f: &mut fmt::Formatter<'_>, name: &str, given: bool) -> fmt::Result {
    if given { write!(f, "; {name}") } else { Ok(()) }
}

fn window(f: &mut fmt::Formatter<'_>, name: &str, bits: Option<u8>) -> fmt::Result {
    bits.map_or(Ok(()), |bits| write!(f, "; {name}={bits}"))
}

fn section_of(name: &str) -> &'static str {
    match name {
        SERVER_NO_CONTEXT_TAKEOVER => "7.1.1.1",
        CLIENT_NO_CONTEXT_TAKEOVER => "7.1.1.2",
        SERVER_MAX_WINDOW_BITS => "7.1.2.1",
        _ => "7.1.2.2",
    }
}

fn no_value(name: &str, value: Option<&str>) -> Result<(), DeflateFault> {
    match value {
        None => Ok(()),
        Some(value) => Err(DeflateFault::ValueGiven {
            name: name.to_owned(),
            value: value.to_owned(),
        }),
    }
}

fn window_bits(name: &str, value: &str) -> Result<u8, DeflateFault> {
    (MIN_WINDOW_BITS..=MAX_WINDOW_BITS)
        .find(|bits| bits.to_string() == value)
        .ok_or_else(|| DeflateFault::Window {
            name: name.to_owned(),
            value: value.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handshake::parse_extensions;

    fn extension(text: &str) -> Extension {
        let [extension] = <[_; 1]>::try_from(parse_extensions(text.as_bytes()).unwrap()).unwrap();
        extension
    }

    #[test]
    fn an_offer_is_written_as_it_is_read() {
        for text in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=8; server_max_window_bits=15",
            "permessage-deflate; client_no_context_takeover; client_max_window_bits; \
             server_no_context_takeover; server_max_window_bits=9",
        ] {
            let offer = Offer::parse(&extension(text)).unwrap();
            assert_eq!(offer.to_string(), text);
        }
    }

    #[test]
    fn an_answer_is_written_as_it_is_read() {
        for text in [
            "permessage-deflate",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; \
             client_no_context_takeover; client_max_window_bits=8",
        ] {
            let answer = Answer::parse(&extension(text)).unwrap();
            assert_eq!(answer.to_string(), text);
        }
    }

    #[test]
    fn each_fault_is_told_in_offer_and_answer() {
        for (params, wanted, section) in [
            ("; x", "unknown parameter \"x\" of permessage-deflate", "7"),
            (
                "; Server_no_context_takeover",
                "unknown parameter \"Server_no_context_takeover\" of permessage-deflate",
                "7",
            ),
            (
                "; server_no_context_takeover; server_no_context_takeover",
                "server_no_context_takeover more than once",
                "7",
            ),
            (
                "; client_max_window_bits=9; client_max_window_bits=9",
                "client_max_window_bits more than once",
                "7",
            ),
            (
                "; client_no_context_takeover=1",
                "client_no_context_takeover with the value \"1\"",
                "7",
            ),
            (
                "; server_max_window_bits",
                "server_max_window_bits without a value",
                "7",
            ),
        ] {
            let extension = extension(&format!("permessage-deflate{params}"));
            let offer = Offer::parse(&extension).expect_err(params);
            assert_eq!((&offer.to_string()[..], offer.section()), (wanted, section));
            assert_eq!(Answer::parse(&extension), Err(offer));
        }
    }

    #[test]
    fn a_window_is_8_to_15_in_decimal() {
        let of = |value: &str| {
            let text = format!("permessage-deflate; client_max_window_bits={value}");
            Offer::parse(&extension(&text)).map(|offer| offer.client_max_window_bits)
        };
        assert_eq!(of("8"), Ok(Some(Some(8))));
        assert_eq!(of("\"15\""), Ok(Some(Some(15))));
        for value in [
            "7", "16", "0", "08", "+9", "-9", "1000", "264", "9.0", "0xa", "a",
        ] {
            let fault = of(value).expect_err(value);
            assert_eq!(fault.section(), "7.1.2.2");
            let text = format!("client_max_window_bits of {value:?}, not 8 to 15");
            assert_eq!(fault.to_string(), text);
        }
    }

    #[test]
    fn only_an_offer_may_leave_out_the_clients_window() {
        let bare = extension("permessage-deflate; client_max_window_bits");
        assert!(Offer::parse(&bare).is_ok());
        let fault = Answer::parse(&bare).expect_err("no value");
        assert_eq!(fault.to_string(), "client_max_window_bits without a value");
    }

    #[test]
    fn the_name_is_compared_by_case() {
        let fault = Offer::parse(&extension("Permessage-Deflate")).expect_err("another name");
        let name = "Permessage-Deflate".to_owned();
        assert_eq!(fault, DeflateFault::OtherExtension { name });
        assert_eq!((fault.document(), fault.section()), ("RFC 6455", "4.1"));
    }
}
