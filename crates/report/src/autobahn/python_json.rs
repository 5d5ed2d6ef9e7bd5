//! JSON as Python writes it with an indent of 3 and separators `,` and `: `:
//! everything outside printable ASCII is escaped.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// Writes `value`, without a line end.
pub(super) fn write(mut to: impl Write, value: &impl Serialize) -> io::Result<()> {
    let formatter = Python(PrettyFormatter::with_indent(b"   "));
    let mut serializer = Serializer::with_formatter(&mut to, formatter);
    value.serialize(&mut serializer)?;
    Ok(())
}

struct Python(PrettyFormatter<'static>);

/// Everything as the pretty formatter does it, but strings.
macro_rules! as_pretty {
    ($($method:ident($($argument:ident: $kind:ty),*);)+) => {$(
        fn $method<W: ?Sized + Write>(&mut self, to: &mut W, $($argument: $kind),*) -> io::Result<()> {
            self.0.$method(to, $($argument),*)
        }
    )+};
}

impl Formatter for Python {
    as_pretty! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| !matches!(c, ' '..='~')) {
            let (plain, special) = rest.split_at(at);
            CompactFormatter.write_string_fragment(to, plain)?;
            let mut chars = special.chars();
            if let Some(c) = chars.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(to, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        CompactFormatter.write_string_fragment(to, rest)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn looks_as_from_python() {
        let value = json!({
            "empty": [{}, []],
            "half": 0.5,
            "list": [1, null, true],
            "text": "a\"\\/\n\u{1}\u{7f}ä€😀z",
        });
        let mut written = Vec::new();
        write(&mut written, &value).unwrap();
        let wanted = r#"{
   "empty": [
      {},
      []
   ],
   "half": 0.5,
   "list": [
      1,
      null,
      true
   ],
   "text": "a\"\\/\n\u0001\u007f\u00e4\u20ac\ud83d\ude00z"
}"#;
        assert_eq!(String::from_utf8(written).unwrap(), wanted);
    }
}
