//! Pings, which must be answered, and pongs, which must not.

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::expectation::{Expectation, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, answer, case, close, ping, pong};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 2,
    title: "Pings and pongs",
    sections: &[],
};

const ANSWER: &str = "a ping is answered by a pong with the same application data";
const UNSOLICITED: &str = "a pong may come unasked, and no answer is expected";
const TOO_LONG: &str = "a control frame carries at most 125 octets";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = single_pings();
    cases.extend(unsolicited_pongs());
    for (id, chop) in [("2.10", None), ("2.11", Some(1))] {
        cases.push(ten_pings(id, chop));
    }
    cases
}

fn single_pings() -> Vec<Case> {
    let largest = Payload::repeat(b"\xfe", 125);
    let answered = |id: &str, title: &str, payload: &Payload| -> CaseBuilder {
        case(id, title)
            .must(RFC6455, "5.5.2", ANSWER)
            .ok([answer(payload.clone())])
    };
    let echoed = |id: &str, title: &str, payload: Payload| {
        answered(id, title, &payload)
            .send(ping(payload))
            .close_after(1)
            .build()
    };
    vec![
        echoed("2.1", "ping without payload", Payload::EMPTY),
        echoed("2.2", "ping with text", "Hello, world!".into()),
        echoed(
            "2.3",
            "ping with octets that are not UTF-8",
            b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff".into(),
        ),
        echoed(
            "2.4",
            "ping of 125 octets, the longest allowed",
            largest.clone(),
        ),
        case(
            "2.5",
            "ping of 126 octets, one more than a control frame may carry",
        )
        .must(RFC6455, "5.5", TOO_LONG)
        .send(ping(Payload::repeat(b"\xfe", 126)).breaks("control-too-long"))
        .fail_after(1)
        .ok([])
        .peer_fails_with([1002])
        .build(),
        answered(
            "2.6",
            "ping of 125 octets, written octet by octet",
            &largest,
        )
        .send(ping(largest).chop(1))
        .close_after(2)
        .build(),
    ]
}

fn unsolicited_pongs() -> Vec<Case> {
    vec![
        case("2.7", "unsolicited pong without payload, then a Close")
            .may(RFC6455, "5.5.3", UNSOLICITED)
            .send(pong(""))
            .send(close(1000))
            .close_after(1)
            .ok([])
            .build(),
        case("2.8", "unsolicited pong with payload, then a Close")
            .may(RFC6455, "5.5.3", UNSOLICITED)
            .send(pong("unsolicited pong payload"))
            .send(close(1000))
            .close_after(1)
            .ok([])
            .build(),
        case("2.9", "unsolicited pong, then a ping with another payload")
            .may(RFC6455, "5.5.3", UNSOLICITED)
            .must(RFC6455, "5.5.2", ANSWER)
            .send(pong("unsolicited pong payload"))
            .send(ping("ping payload"))
            .close_after(1)
            .ok([answer("ping payload")])
            .build(),
    ]
}

fn ten_pings(id: &str, chop: Option<u32>) -> Case {
    let payloads = || (0..10).map(|n| format!("payload-{n}"));
    let title = match chop {
        None => "ten pings in a row, each with its own payload",
        Some(_) => "ten pings in a row, each with its own payload, written octet by octet",
    };
    let mut builder = case(id, title).must(RFC6455, "5.5.2", ANSWER).may(
        RFC6455,
        "5.5.3",
        "one pong, to the latest ping, may answer several",
    );
    for payload in payloads() {
        let frame = ping(payload);
        builder = builder.send(match chop {
            None => frame,
            Some(octets) => frame.chop(octets),
        });
    }
    builder
        .close_after(3)
        .ok(payloads().map(answer))
        .rfc(LATEST_PING, latest_ping_is_enough)
        .build()
}

const LATEST_PING: &str = "RFC 6455 §5.5.3 lets an endpoint that has pings left to answer \"send a \
    Pong frame for only the most recently processed Ping frame\": pongs may be left out, but for \
    the last one";

fn latest_ping_is_enough(expect: &mut Expectation) {
    for answer in &mut expect.answers {
        answer.heard = Pattern::AtLeastLast(answer.heard.items().to_vec());
    }
}
