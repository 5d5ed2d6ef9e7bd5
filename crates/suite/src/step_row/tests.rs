use super::*;
use crate::vocabulary::{close_with, ping, text};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Document {
    steps: Vec<Step>,
}

fn read(row: &str) -> Result<Step, String> {
    toml::from_str::<Document>(&format!("steps = [{row}]"))
        .map(|mut document| document.steps.remove(0))
        .map_err(|error| error.to_string())
}

#[test]
fn rows_are_flat() {
    let row = |step: Step| serde_json::to_string(&step).unwrap();
    let case = crate::vocabulary::case("1.1", "any")
        .send(text("Hello").more().chop(1))
        .send(ping(b"\xff").rsv(4).breaks("reserved-bits"))
        .pause_while_open(1, "A")
        .fail_after(1)
        .build();
    let steps = case.connections[0].steps.clone();
    let rows: Vec<String> = steps.into_iter().map(row).collect();
    assert_eq!(
        rows,
        [
            r#"{"send":"text","payload":"Hello","fin":false,"chop":1}"#,
            r#"{"send":"ping","payload":{"hex":"ff"},"rsv":4,"breaks":["reserved-bits"]}"#,
            r#"{"pause":1000,"mark":"A","while-open":true}"#,
            r#"{"fail-after":1000}"#,
        ]
    );
}

#[test]
fn every_verb_survives_toml_and_json() {
    let rows = r#"
        { send = "text", payload = "Hello", fin = false, rsv = 4, chop = 3, sync = true },
        { send = 14, payload = { repeat-hex = "00ff", length = 70000 }, length = 5 },
        { send = "binary", length = "0xffffffffffffffff" },
        { send = "close", length-form = "bits64", mask = "0a0b0c0d" },
        { send = "pong", mask = "off" }, { send = "ping", mask = "on" },
        { fragments = "text", payload = "abc", size = 2, breaks = ["invalid-utf8"] },
        { begin = "binary", payload = "abc" }, { part = "ab" }, { part = { hex = "ff" } },
        { raw = { hex = "8100" }, breaks = ["unmasked-frame"] },
        { round-trips = "text", payload = "*", times = 1000 },
        { send = "text", payload = "Hello", compressed = true },
        { round-trips = "binary", payload = { excerpt = "prose", from = 7, length = 64 }, times = 3, size = 16, compressed = true },
        { round-trips = "text", payload = { excerpt = "html", length = 64 }, times = 3 },
        { pause = 1000 }, { pause = 500, mark = "A", while-open = true },
        { fail-after = 500 }, { close-after = 60000 },
    "#;
    let document: Document = toml::from_str(&format!("steps = [{rows}]")).unwrap();
    assert_eq!(document.steps.len(), 19);
    let json = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
    let toml = toml::to_string(&document).unwrap();
    assert_eq!(toml::from_str::<Document>(&toml).unwrap(), document);
}

#[test]
fn close_is_a_short_word() {
    let step = read(r#"{ close = 1000, reason = "bye" }"#).unwrap();
    assert_eq!(step, Step::Send(close_with(1000, "bye").into_frame()));
}

#[test]
fn errors_name_the_allowed_words() {
    for (row, expected) in [
        (
            "{ sned = 1 }",
            "unknown field `sned`, expected one of `send`",
        ),
        (
            "{ payload = 'x' }",
            "a step without a verb; one of 'send', 'close'",
        ),
        ("{ send = 1, pause = 1 }", "'send' and 'pause' in one step"),
        (
            "{ pause = 1, fin = true }",
            "'fin' beside 'pause', which takes 'mark', 'while-open'",
        ),
        (
            "{ part = 'x', sync = true }",
            "'sync' beside 'part', which stands alone",
        ),
        (
            "{ send = 'txt' }",
            "an opcode: 'continuation', 'text', 'binary'",
        ),
        ("{ send = 16 }", "a number from 0 to 15"),
        ("{ send = 1, rsv = 8 }", "'rsv' is 0 to 7"),
        ("{ send = 1, chop = 0 }", "'chop' is 1 octet or more"),
        ("{ send = 1, mask = 'no' }", "'off', 'on' or a key of eight"),
        (
            "{ send = 1, length-form = 'long' }",
            "`short`, `bits16`, `bits64`",
        ),
        (
            "{ send = 1, breaks = ['x'] }",
            "unknown rule 'x' in 'breaks'; one of 'reserved-bits'",
        ),
        (
            "{ fragments = 1, payload = 'x' }",
            "'fragments' takes 'size'",
        ),
        (
            "{ send = 'ping', compressed = true }",
            "'compressed' is for text and binary messages",
        ),
        (
            "{ send = 'text', compressed = true, fin = false }",
            "'fin' beside 'compressed', which settles 'fin', 'rsv', 'length', 'length-form'",
        ),
        (
            "{ begin = 'text', compressed = true }",
            "'compressed' beside 'begin', which takes",
        ),
        (
            "{ send = 1, payload = { excerpt = 'novel', length = 1 } }",
            "a payload: text,",
        ),
        (
            "{ send = 1, payload = { excerpt = 'json', length = 194057 } }",
            "'length' is at most 194056 in 'json', not 194057",
        ),
        (
            "{ send = 1, payload = { excerpt = 'html', from = 263620, length = 1 } }",
            "'from' is less than 263620 in 'html', not 263620",
        ),
        (
            "{ round-trips = 1, times = 1, size = 0 }",
            "'size' is 1 octet or more a frame, not 0",
        ),
        (
            "{ round-trips = 1, times = 0 }",
            "'round-trips' takes 'times'",
        ),
    ] {
        let error = read(row).unwrap_err();
        assert!(error.contains(expected), "{row}: {error}");
    }
}
