//! Upgrade and Connection of an answer, in legal and in illegal spellings.

use super::{RFC6455, RFC9110, add, opens, refused, remove, set};
use crate::case::Case;

const UPGRADE: &str = "an answer whose Upgrade is not websocket, in any case, fails the connection";
const CONNECTION: &str =
    "an answer whose Connection has no token Upgrade, in any case, fails the connection";

pub(super) fn upgrades() -> Vec<Case> {
    let mut cases = Vec::new();
    let upgrade = |value: &str| set(&format!("Upgrade:{value}"));
    for (n, title, value, differs) in [
        (
            1,
            "Upgrade in lower case",
            " websocket",
            "as most servers write it",
        ),
        (
            2,
            "Upgrade in upper case",
            " WEBSOCKET",
            "as no server writes it",
        ),
        (
            3,
            "Upgrade with tabs and spaces around it",
            "\t  websocket \t",
            "white space on both sides",
        ),
    ] {
        cases.push(
            opens(&format!("21.3.{n}"), title, &upgrade(value))
                .must(RFC6455, "4.1", UPGRADE)
                .differs(&format!("Upgrade: {differs}"))
                .build(),
        );
    }
    cases.push(
        refused("21.3.4", "answer without Upgrade", &[remove("Upgrade")])
            .must(RFC6455, "4.1", UPGRADE)
            .differs("Upgrade: the field is not there")
            .build(),
    );
    for (n, title, value, differs) in [
        (5, "Upgrade to foo", " foo", "another name"),
        (
            6,
            "Upgrade with no value",
            "",
            "the field is there, and empty",
        ),
        (
            7,
            "Upgrade to websockets",
            " websockets",
            "a letter more than the name has",
        ),
        (
            8,
            "Upgrade to x-websocket",
            " x-websocket",
            "the name stands at the end of another",
        ),
        (
            9,
            "Upgrade in quotes",
            " \"websocket\"",
            "the name as a quoted string, which is no token",
        ),
        (
            10,
            "Upgrade to websocket and something else",
            " websocket, x-other",
            "a list, of which one element is another name",
        ),
        (
            11,
            "Upgrade to a version of websocket",
            " websocket/13",
            "the name with a version",
        ),
    ] {
        let case =
            refused(&format!("21.3.{n}"), title, &upgrade(value)).must(RFC6455, "4.1", UPGRADE);
        let case = match n {
            5 => case.seen_in("ws 0fdcc0af"),
            _ => case,
        };
        cases.push(case.differs(&format!("Upgrade: {differs}")).build());
    }
    cases.push(
        opens("21.3.12", "Upgrade twice", &[add("Upgrade: websocket")])
            .informational(
                RFC6455,
                "4.1",
                "each of the two values is a match, both together are not",
            )
            .build(),
    );
    cases
}

pub(super) fn connections() -> Vec<Case> {
    let mut cases = Vec::new();
    let connection = |value: &str| set(&format!("Connection:{value}"));
    for (n, title, value, differs) in [
        (
            1,
            "Connection in lower case",
            " upgrade",
            "as some servers write it",
        ),
        (
            2,
            "Connection in upper case",
            " UPGRADE",
            "as no server writes it",
        ),
        (
            3,
            "Connection: upgrade, keep-alive",
            " upgrade, keep-alive",
            "the list that proxies send",
        ),
        (
            4,
            "Connection: keep-alive,Upgrade",
            " keep-alive,Upgrade",
            "the token stands last, and no space in front",
        ),
        (
            5,
            "Connection with tabs and spaces around its elements",
            "\tkeep-alive\t,  upgrade  ",
            "white space on both sides",
        ),
        (
            6,
            "Connection as a list with empty elements",
            " ,, Upgrade ,",
            "a list of one, with nothing around it",
        ),
    ] {
        let case =
            opens(&format!("21.4.{n}"), title, &connection(value)).must(RFC6455, "4.1", CONNECTION);
        let case = match n {
            3 => case.seen_in("Bun #33727").seen_in("websocket-client #626"),
            6 => case.must(RFC9110, "5.6.1", "empty elements of a list are ignored"),
            _ => case,
        };
        cases.push(case.differs(&format!("Connection: {differs}")).build());
    }
    for (n, title, first, second) in [
        (
            7,
            "two fields Connection, Upgrade in the second",
            "keep-alive",
            "Upgrade",
        ),
        (
            8,
            "two fields Connection, Upgrade in the first",
            "Upgrade",
            "keep-alive",
        ),
    ] {
        let [first, second] = [first, second].map(|value| add(&format!("Connection: {value}")));
        cases.push(
            opens(
                &format!("21.4.{n}"),
                title,
                &[remove("Connection"), first, second],
            )
            .must(RFC6455, "4.1", CONNECTION)
            .must(RFC9110, "5.3", "two fields of a list are one list")
            .differs(&format!("the list is {title}"))
            .build(),
        );
    }
    cases.push(
        refused(
            "21.4.9",
            "answer without Connection",
            &[remove("Connection")],
        )
        .must(RFC6455, "4.1", CONNECTION)
        .differs("Connection: the field is not there")
        .build(),
    );
    for (n, title, value, differs) in [
        (
            10,
            "Connection: keep-alive",
            " keep-alive",
            "the token that most answers have",
        ),
        (
            11,
            "Connection: close",
            " close",
            "the token that ends connections",
        ),
        (
            12,
            "Connection with no value",
            "",
            "the field is there, and empty",
        ),
        (
            13,
            "Connection: Upgraded",
            " Upgraded",
            "a letter more than the token has",
        ),
        (
            14,
            "Connection: no-upgrade",
            " no-upgrade",
            "the token stands at the end of another",
        ),
        (
            15,
            "Connection in quotes",
            " \"Upgrade\"",
            "the token as a quoted string, which is none",
        ),
    ] {
        cases.push(
            refused(&format!("21.4.{n}"), title, &connection(value))
                .must(RFC6455, "4.1", CONNECTION)
                .differs(&format!("Connection: {differs}"))
                .build(),
        );
    }
    cases
}
