//! WebSocket as octets in, octets out. This crate can say anything, legal or
//! not, and judges only when asked. It knows no socket, clock or file.
//!
//! - [`Header`] has every bit of a frame's header as on the wire; [`encode`]
//!   writes what it is given; the [`Decoder`] reads what came, piece by piece.
//! - [`Rules`] is RFC 6455 as one machine over the frames of one direction; it
//!   names each [`Violation`].
//! - [`handshake`] keeps HTTP heads as they came, and judges them.
//! - [`deflate`] is permessage-deflate: its negotiation, both ends of a
//!   direction, and blocks looked into and written by hand.
//! - [`Endpoint`] is a strict peer, either role, and [`Echo`] one that echoes.
//!   Like everything that talks they do no I/O: see [`Conversation`].
//!
//! ```
//! use wscheck_wire::{Decoder, Event, Registry, Role, Rules, RulesConfig, Violation};
//!
//! let sender = Role::Server;
//! let mut rules = Rules::new(RulesConfig { sender, registry: Registry::Iana, deflate: false });
//! let mut found = Vec::new();
//! let mut octets = *b"\x89\x02hi\x83\x00"; // a ping, then a frame with opcode 3
//! let (mut decoder, mut rest) = (Decoder::new(), &mut octets[..]);
//! while let Some(event) = decoder.decode(&mut rest) {
//!     if let Event::HeaderStart(start) = event {
//!         rules.header_start(&start, &mut found);
//!     }
//! }
//! assert!(matches!(found[..], [Violation::ReservedOpcode { .. }]));
//! assert_eq!(decoder.frame_offset(), 4);
//! ```

pub mod close;
pub mod conversation;
pub mod decode;
pub mod deflate;
pub mod echo;
pub mod encode;
pub mod endpoint;
pub mod fault;
pub mod frame;
pub mod handshake;
pub mod mask;
pub mod role;
pub mod rules;
pub mod utf8;
pub mod violation;

pub use close::{CloseBody, CloseCode, Registry};
pub use conversation::{Conversation, Eof, MAX_WRITE, Moment, Output};
pub use decode::{Decoder, Event};
pub use echo::{CLOSE_COMMAND, Echo};
pub use endpoint::{Endpoint, EndpointConfig, EndpointEvent};
pub use frame::{Header, HeaderStart, LengthForm, Opcode};
pub use role::Role;
pub use rules::{MessageKind, Rules, RulesConfig};
pub use violation::Violation;
