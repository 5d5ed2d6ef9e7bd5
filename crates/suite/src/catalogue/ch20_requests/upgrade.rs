//! Upgrade and Connection, in legal and in illegal spellings.

use super::{RFC6455, RFC9110, add, opens, refused, remove, set};
use crate::case::Case;

const UPGRADE: &str = "a request has an Upgrade that contains websocket, in any case";
const CONNECTION: &str = "a request has a Connection that includes the token Upgrade, in any case";

pub(super) fn upgrades() -> Vec<Case> {
    let mut cases = Vec::new();
    let upgrade = |value: &str| set(&format!("Upgrade:{value}"));
    for (n, title, value, differs) in [
        (
            1,
            "Upgrade in lower case",
            " websocket",
            "as most clients write it",
        ),
        (
            2,
            "Upgrade in upper case",
            " WEBSOCKET",
            "as no client writes it",
        ),
        (
            3,
            "Upgrade in mixed case",
            " wEbSoCkEt",
            "letters of both cases in turns",
        ),
        (
            4,
            "Upgrade with tabs and spaces around it",
            "\t  websocket \t",
            "white space on both sides",
        ),
    ] {
        cases.push(
            opens(&format!("20.3.{n}"), title, &upgrade(value))
                .must(RFC6455, "4.2.1", UPGRADE)
                .differs(&format!("Upgrade: {differs}"))
                .build(),
        );
    }
    for (n, title, edits, differs) in [
        (
            5,
            "Upgrade as a list with empty elements",
            upgrade(" ,websocket, ,").to_vec(),
            "a list of one, with nothing around it",
        ),
        (
            6,
            "Upgrade to something unknown or websocket",
            upgrade(" x-other, websocket").to_vec(),
            "websocket stands last",
        ),
        (
            7,
            "Upgrade to websocket or something unknown",
            upgrade(" websocket, x-other/2").to_vec(),
            "websocket stands first",
        ),
        (
            8,
            "two fields Upgrade, websocket in the second",
            vec![
                remove("Upgrade"),
                add("Upgrade: x-other"),
                add("Upgrade: websocket"),
            ],
            "the list is written as two fields",
        ),
    ] {
        cases.push(
            opens(&format!("20.3.{n}"), title, &edits)
                .should_open()
                .should(RFC6455, "4.2.1", UPGRADE)
                .note(
                    RFC9110,
                    "7.8",
                    "Upgrade is a list, which a server may ignore",
                )
                .differs(&format!("Upgrade: {differs}"))
                .build(),
        );
    }
    cases.push(
        refused("20.3.9", "request without Upgrade", &[remove("Upgrade")])
            .must(RFC6455, "4.2.1", UPGRADE)
            .seen_in("lighttpd CVE-2022-37797")
            .differs("Upgrade: there is none")
            .build(),
    );
    for (n, title, value, differs) in [
        (
            10,
            "Upgrade to h2c",
            " h2c",
            "another protocol that there is",
        ),
        (
            11,
            "Upgrade with no value",
            "",
            "the field is there, and empty",
        ),
        (
            12,
            "Upgrade to websockets",
            " websockets",
            "a letter more than the name has",
        ),
        (
            13,
            "Upgrade to x-websocket",
            " x-websocket",
            "the name stands at the end of another",
        ),
        (
            14,
            "Upgrade to web socket",
            " web socket",
            "the name in two words",
        ),
        (
            15,
            "Upgrade in quotes",
            " \"websocket\"",
            "the name as a quoted string, which is no token",
        ),
        (
            16,
            "Upgrade with a parameter",
            " websocket; v=13",
            "the name with what other lists allow",
        ),
        (
            17,
            "Upgrade whose list has no comma",
            " x-other websocket",
            "two names with a space between",
        ),
    ] {
        let case =
            refused(&format!("20.3.{n}"), title, &upgrade(value)).must(RFC6455, "4.2.1", UPGRADE);
        let case = match n {
            10 => case.seen_in("Bun #35298"),
            _ => case,
        };
        cases.push(case.differs(&format!("Upgrade: {differs}")).build());
    }
    cases.push(
        opens(
            "20.3.18",
            "Upgrade to a version of websocket",
            &upgrade(" websocket/13"),
        )
        .informational(
            RFC9110,
            "7.8",
            "a protocol may have a version, this one has none",
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
            "as some clients write it",
        ),
        (
            2,
            "Connection in upper case",
            " UPGRADE",
            "as no client writes it",
        ),
        (
            3,
            "Connection: keep-alive, Upgrade",
            " keep-alive, Upgrade",
            "the list that Firefox sends",
        ),
        (
            4,
            "Connection: Upgrade, keep-alive",
            " Upgrade, keep-alive",
            "the same list the other way round",
        ),
        (
            5,
            "Connection as a list without spaces",
            " keep-alive,Upgrade,x-field",
            "no space behind the commas",
        ),
        (
            6,
            "Connection with tabs and spaces around its elements",
            "\tkeep-alive\t,  upgrade  ",
            "white space on both sides",
        ),
        (
            7,
            "Connection as a list with empty elements",
            " ,, Upgrade ,",
            "a list of one, with nothing around it",
        ),
        (
            8,
            "Connection with 40 elements",
            MANY,
            "the token stands far behind",
        ),
    ] {
        let case = opens(&format!("20.4.{n}"), title, &connection(value))
            .must(RFC6455, "4.2.1", CONNECTION);
        let case = match n {
            3 => case
                .seen_in("websocket.zig #4")
                .seen_in("websocket-php #39"),
            7 => case.must(RFC9110, "5.6.1", "empty elements of a list are ignored"),
            _ => case,
        };
        cases.push(case.differs(&format!("Connection: {differs}")).build());
    }
    for (n, title, first, second, differs) in [
        (
            9,
            "two fields Connection, Upgrade in the second",
            "keep-alive",
            "Upgrade",
            "the list is written as two fields",
        ),
        (
            10,
            "two fields Connection, Upgrade in the first",
            "Upgrade",
            "keep-alive",
            "the second of the two fields is another",
        ),
    ] {
        let [first, second] = [first, second].map(|value| add(&format!("Connection: {value}")));
        cases.push(
            opens(
                &format!("20.4.{n}"),
                title,
                &[remove("Connection"), first, second],
            )
            .must(RFC6455, "4.2.1", CONNECTION)
            .must(RFC9110, "5.3", "two fields of a list are one list")
            .differs(&format!("Connection: {differs}"))
            .build(),
        );
    }
    cases.push(
        refused(
            "20.4.11",
            "request without Connection",
            &[remove("Connection")],
        )
        .must(RFC6455, "4.2.1", CONNECTION)
        .seen_in("Bun #35870")
        .differs("Connection: there is none")
        .build(),
    );
    for (n, title, value, differs) in [
        (
            12,
            "Connection: keep-alive",
            " keep-alive",
            "the token that most requests have",
        ),
        (
            13,
            "Connection: close",
            " close",
            "the token that ends connections",
        ),
        (
            14,
            "Connection with no value",
            "",
            "the field is there, and empty",
        ),
        (
            15,
            "Connection: Upgraded",
            " Upgraded",
            "a letter more than the token has",
        ),
        (
            16,
            "Connection: no-upgrade",
            " no-upgrade",
            "the token stands at the end of another",
        ),
        (
            17,
            "Connection: Up, grade",
            " Up, grade",
            "the token in two elements",
        ),
        (
            18,
            "Connection in quotes",
            " \"Upgrade\"",
            "the token as a quoted string, which is none",
        ),
        (
            19,
            "Connection whose list has no comma",
            " keep-alive Upgrade",
            "two tokens with a space between",
        ),
    ] {
        let case = refused(&format!("20.4.{n}"), title, &connection(value))
            .must(RFC6455, "4.2.1", CONNECTION);
        let case = match n {
            13 => case.seen_in("Bun #35870"),
            _ => case,
        };
        cases.push(case.differs(&format!("Connection: {differs}")).build());
    }
    cases.push(
        opens(
            "20.4.20",
            "Connection: close, Upgrade",
            &connection(" close, Upgrade"),
        )
        .informational(
            RFC9110,
            "7.6.1",
            "who upgrades and closes at once means nothing clear",
        )
        .build(),
    );
    cases
}

/// A list of tokens, Upgrade last.
const MANY: &str = " x-1, x-2, x-3, x-4, x-5, x-6, x-7, x-8, x-9, x-10, x-11, x-12, x-13, \
    x-14, x-15, x-16, x-17, x-18, x-19, x-20, x-21, x-22, x-23, x-24, x-25, x-26, x-27, x-28, \
    x-29, x-30, x-31, x-32, x-33, x-34, x-35, x-36, x-37, x-38, x-39, Upgrade";
