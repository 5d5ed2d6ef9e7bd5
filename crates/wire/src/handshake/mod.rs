//! The opening handshake over HTTP/1.1 (RFC 6455 §4): heads kept octet for
//! octet as they came, and judged only when asked.

pub mod extensions;
pub mod head;
pub mod key;
pub mod request;
pub mod response;
pub mod token;

pub use extensions::{Extension, ExtensionsFault, MalformedExtensions, parse_extensions};
pub use head::{Head, HeadReader, HeadTooLarge};
pub use key::{accept_for, encode_key, is_valid_key};
pub use request::{Accepted, ClientRequest, RequestFault, check_request};
pub use response::{Agreed, Asked, ErrorResponse, ResponseFault, ServerResponse, check_response};
