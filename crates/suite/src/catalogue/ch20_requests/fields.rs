//! The syntax of fields (RFC 9112 §5): what is legal opens, and what is not must
//! not be taken for what it looks like.

use super::{RFC6455, RFC9110, RFC9112, add, opens, refused, remove, set};
use crate::case::Case;
use crate::head_edit::HeadEdit;
use crate::vocabulary::CaseBuilder;

pub(super) fn cases() -> Vec<Case> {
    [legal(), of_others(), disguised(), unjudged()].concat()
}

/// The fields of a request that count.
const NAMES: [&str; 5] = [
    "Host",
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
];

fn spelt(spell: impl Fn(&str) -> String) -> Vec<HeadEdit> {
    let spell = |name: &&str| HeadEdit::Spell(spell(name));
    NAMES.iter().map(spell).collect()
}

/// Each field that counts, with this between its name and its value, and that
/// behind it.
fn spaced(before: &str, after: &str) -> Vec<HeadEdit> {
    let values = ["{host}", "websocket", "Upgrade", "{key}", "13"];
    let fields = NAMES.iter().zip(values);
    let edits = fields.flat_map(|(name, value)| set(&format!("{name}:{before}{value}{after}")));
    edits.collect()
}

/// The fields that count in the opposite order.
fn reversed() -> Vec<HeadEdit> {
    let mut fields = spaced(" ", "");
    fields.reverse();
    // What is added before it is taken away is gone.
    fields.sort_by_key(|edit| matches!(edit, HeadEdit::Add(_)));
    fields
}

fn legal() -> Vec<Case> {
    let ignored = "unknown fields are ignored";
    let mixed = |name: &str| -> String {
        let letters = name.chars().enumerate();
        let mixed = letters.map(|(n, c)| match n % 2 {
            0 => c.to_ascii_lowercase(),
            _ => c.to_ascii_uppercase(),
        });
        mixed.collect()
    };
    let by_case =
        |case: CaseBuilder| case.must(RFC9110, "5.1", "names of fields are compared without case");
    let by_space = |case: CaseBuilder| {
        case.must(
            RFC9110,
            "5.5",
            "white space around a value does not belong to it",
        )
    };
    let unknown = |case: CaseBuilder| case.must(RFC6455, "4.2.1", ignored);
    vec![
        by_case(opens(
            "20.9.1",
            "names of fields in lower case",
            &spelt(str::to_ascii_lowercase),
        ))
        .seen_in("iotjs #1921")
        .differs("all letters are small")
        .build(),
        by_case(opens(
            "20.9.2",
            "names of fields in upper case",
            &spelt(str::to_ascii_uppercase),
        ))
        .differs("letters that are small elsewhere are capitals")
        .build(),
        by_case(opens(
            "20.9.3",
            "names of fields in mixed case",
            &spelt(mixed),
        ))
        .differs("letters of both cases in turns")
        .build(),
        by_space(opens(
            "20.9.4",
            "no space behind the colons",
            &spaced("", ""),
        ))
        .differs("as little white space as there can be")
        .build(),
        by_space(opens(
            "20.9.5",
            "tabs and spaces around the values",
            &spaced("\t  ", " \t "),
        ))
        .differs("white space of both kinds, on both sides; that of the key is not hashed")
        .build(),
        opens("20.9.6", "fields in the opposite order", &reversed())
            .must(RFC6455, "4.2.1", "the order of the fields does not matter")
            .differs("the last field of other requests is the first")
            .build(),
        unknown(opens(
            "20.9.7",
            "field whose name has all signs that a token may have",
            &[add("!#$%&'*+-.^_`|~09AZaz: 1")],
        ))
        .differs("a name that nobody knows")
        .build(),
        unknown(opens(
            "20.9.8",
            "field with no value",
            &[add("X-Empty:"), add("X-Blank: \t ")],
        ))
        .differs("a value that nobody knows, of no octets")
        .build(),
        unknown(opens(
            "20.9.9",
            "field with colons, commas and quotes in its value",
            &[
                add("X-Odd: a:b, \"c;d\\\"e\", {f} <g>, =?h, (i)"),
                add("X-Odd: again"),
            ],
        ))
        .differs("a value that nobody knows, twice")
        .build(),
        unknown(opens(
            "20.9.10",
            "names that begin as those that count do",
            &[
                add("Upgrade-Insecure-Requests: 1"),
                add("Connection-Type: close"),
                add("Sec-WebSocket-Keys: none"),
                add("Sec-WebSocket-Version-Other: 8"),
                add("X-Host: elsewhere.test"),
            ],
        ))
        .differs("names that are known in part")
        .build(),
        opens(
            "20.9.11",
            "value with letters beyond ASCII",
            &[add("X-Name: Zo\u{eb}")],
        )
        .should_open()
        .should(
            RFC9110,
            "5.5",
            "octets beyond ASCII in a value are taken as they are",
        )
        .differs("octets that old rules allow and new ones discourage")
        .build(),
    ]
}

/// What is wrong stands in a field that does not count.
fn of_others() -> Vec<Case> {
    let grammar = |case: CaseBuilder| {
        case.should_be_refused().should(
            RFC9112,
            "2.2",
            "what does not match the grammar of HTTP is answered by 400",
        )
    };
    vec![
        refused(
            "20.9.12",
            "space between a name and its colon",
            &[add("X-Space : 1")],
        )
        .refused([400])
        .must(
            RFC9112,
            "5.1",
            "a request with white space between a name and its colon is answered by 400",
        )
        .differs("the field is of no account, but proxies and servers may read it differently")
        .build(),
        grammar(opens("20.9.13", "line without a colon", &[add("nonsense")]))
            .differs("a line that is no field")
            .build(),
        grammar(opens("20.9.14", "field without a name", &[add(": 1")]))
            .differs("a line that begins with its colon")
            .build(),
        grammar(opens(
            "20.9.15",
            "name with a sign that no token has",
            &[add("X(Odd): 1")],
        ))
        .differs("a name that is none")
        .build(),
        opens("20.9.16", "folded line", &[add("X-Folded: 1,\r\n 2")])
            .or_refused()
            .must(RFC9112, "5.2", "a folded line is refused, or means a space")
            .differs("an old way to write a long field")
            .build(),
        opens("20.9.17", "NUL in a value", &[add("X-Nul: a\0b")])
            .or_refused()
            .must(
                RFC9110,
                "5.5",
                "CR, LF and NUL in a value are refused, or mean a space",
            )
            .differs("an octet that ends strings in some languages")
            .build(),
        opens("20.9.18", "bare CR in a value", &[add("X-Cr: a\rb")])
            .or_refused()
            .must(RFC9112, "2.2", "a bare CR is refused, or means a space")
            .differs("an octet that ends lines for some")
            .build(),
    ]
}

/// A field that counts is there for who reads the request wrongly, and for
/// nobody else.
fn disguised() -> Vec<Case> {
    let hidden = |n: u16, title: &str, line: &str, removed: &str, differs: &str| {
        refused(&format!("20.9.{n}"), title, &[remove(removed), add(line)]).differs(differs)
    };
    let folded = "a folded line is no field of its own";
    let cr = "a bare CR ends no line";
    let nul = "NUL in a value is refused, or means a space";
    vec![
        hidden(
            19,
            "Upgrade in a folded line",
            "X-Folded: 1,\r\n Upgrade: websocket",
            "Upgrade",
            "the only Upgrade belongs to another field",
        )
        .must(RFC9112, "5.2", folded)
        .build(),
        hidden(
            20,
            "Connection in a folded line",
            "X-Folded: 1,\r\n\tConnection: Upgrade",
            "Connection",
            "the only Connection belongs to another field",
        )
        .must(RFC9112, "5.2", folded)
        .build(),
        hidden(
            21,
            "key in a folded line",
            "X-Folded: 1,\r\n Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Key",
            "the only key belongs to another field",
        )
        .must(RFC9112, "5.2", folded)
        .build(),
        hidden(
            22,
            "Upgrade behind a bare CR",
            "X-Cr: 1\rUpgrade: websocket",
            "Upgrade",
            "the only Upgrade belongs to another line",
        )
        .must(RFC9112, "2.2", cr)
        .build(),
        hidden(
            23,
            "Connection behind a bare CR",
            "X-Cr: 1\rConnection: Upgrade",
            "Connection",
            "the only Connection belongs to another line",
        )
        .must(RFC9112, "2.2", cr)
        .build(),
        hidden(
            24,
            "Upgrade with NUL in it",
            "Upgrade: web\0socket",
            "Upgrade",
            "NUL stands in the midst of the name",
        )
        .must(RFC9110, "5.5", nul)
        .build(),
        hidden(
            25,
            "Connection with NUL behind the token",
            "Connection: Upgrade\0d",
            "Connection",
            "for who ends strings at NUL, nothing follows",
        )
        .must(RFC9110, "5.5", nul)
        .build(),
        hidden(
            26,
            "Upgrade with a space in front of its colon",
            "Upgrade : websocket",
            "Upgrade",
            "the only Upgrade has a space too much",
        )
        .must(
            RFC9112,
            "5.1",
            "a request with white space between a name and its colon is answered by 400",
        )
        .build(),
    ]
}

fn unjudged() -> Vec<Case> {
    vec![
        opens(
            "20.9.27",
            "line that ends in a bare LF",
            &[add("X-Lf: 1\nX-Next: 2")],
        )
        .informational(
            RFC9112,
            "2.2",
            "a bare LF may be taken for the end of a line",
        )
        .build(),
        opens(
            "20.9.28",
            "Connection in a folded list",
            &set("Connection: keep-alive,\r\n Upgrade"),
        )
        .informational(RFC9112, "5.2", "a folded line is refused, or means a space")
        .build(),
        opens(
            "20.9.29",
            "fields that only answers have",
            &[add("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")],
        )
        .informational(
            RFC6455,
            "11.3.3",
            "Sec-WebSocket-Accept stands in answers alone",
        )
        .build(),
    ]
}
