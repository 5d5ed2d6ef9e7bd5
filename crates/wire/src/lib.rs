//! WebSocket as octets in, octets out. It can say anything, legal or not, and
//! judges only when asked.

pub mod close;
pub mod conversation;
pub mod decode;
pub mod echo;
pub mod encode;
pub mod endpoint;
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
pub use echo::Echo;
pub use endpoint::{Endpoint, EndpointConfig, EndpointEvent};
pub use frame::{Header, HeaderStart, LengthForm, Opcode};
pub use role::Role;
pub use rules::{MessageKind, Rules, RulesConfig};
pub use violation::Violation;
