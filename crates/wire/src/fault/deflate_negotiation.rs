//! permessage-deflate as it is asked for, answered and judged.

use super::head::{EXTENSIONS, Lines};
use super::hooks::{Hooks, asks, head, hears_head};
use super::rule::{client, rfc6455, rfc7692, server};
use super::{Family, Fault, Rule};
use crate::handshake::ClientRequest;

const OFFER_DECLINED: Rule = rfc7692(
    "7",
    "A server MUST decline an extension negotiation offer for this extension if any of the following conditions are met",
);
const ANSWER_FAILED: Rule = rfc7692(
    "7",
    "A client MUST _Fail the WebSocket Connection_ if the peer server accepted an extension negotiation offer for this extension with an extension negotiation response meeting any of the following conditions",
);
const UNKNOWN: Rule = rfc7692("7", "contains an extension parameter not defined for use");
const TWICE: Rule = rfc7692(
    "7",
    "contains multiple extension parameters with the same name",
);
const VALUE: Rule = rfc7692("7", "contains an extension parameter with an invalid value");
const WINDOW: Rule = rfc7692(
    "7.1.2.1",
    "a decimal integer value without leading zeroes between 8 to 15, inclusive",
);
const NAME: &str = "permessage-deflate";

pub(super) const FAMILY: Family = Family {
    title: "permessage-deflate agreed on",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    server(
        "answer-without-the-takeover-asked-for",
        rfc7692(
            "7.1.1.1",
            "A server accepts an extension negotiation offer that includes the \"server_no_context_takeover\" extension parameter by including [it] in the corresponding extension negotiation response",
        ),
        head(|head, _| leave_out(head, "server_no_context_takeover")),
    ),
    server(
        "answer-without-the-window-asked-for",
        rfc7692(
            "7.1.2.1",
            "A server accepts an extension negotiation offer with this parameter by including the \"server_max_window_bits\" extension parameter in the extension negotiation response",
        ),
        head(|head, _| leave_out(head, "server_max_window_bits")),
    ),
    server(
        "answer-with-a-larger-window",
        rfc7692("7.1.2.1", "with the same or smaller value as the offer"),
        head(|head, _| {
            if head.has(EXTENSIONS, "server_max_window_bits") {
                leave_out(head, "server_max_window_bits");
                head.append(EXTENSIONS, "; server_max_window_bits=15");
            }
        }),
    ),
    server(
        "answer-limits-the-client-unasked",
        rfc7692(
            "7.1.2.2",
            "If a received extension negotiation offer doesn't have the \"client_max_window_bits\" extension parameter, the corresponding extension negotiation response to the offer MUST NOT include [it]",
        ),
        head(|head, asked| {
            if !asked.has(EXTENSIONS, "client_max_window_bits") {
                head.append(EXTENSIONS, "; client_max_window_bits=10");
            }
        }),
    ),
    server(
        "answer-agrees-to-deflate-unasked",
        rfc6455(
            "4.2.2",
            "Extensions not listed by the client MUST NOT be listed",
        ),
        head(|head, asked| {
            if !asked.has(EXTENSIONS, NAME) {
                head.set(EXTENSIONS, NAME);
            }
        }),
    ),
    server(
        "answer-agrees-to-deflate-twice",
        rfc7692(
            "5",
            "A server MUST NOT accept a PMCE extension negotiation offer together with another extension if the PMCE will conflict with the extension on their use of the RSV1 bit",
        ),
        head(|head, _| head.append(EXTENSIONS, ", permessage-deflate")),
    ),
    server(
        "answer-with-an-unknown-parameter",
        UNKNOWN,
        head(|head, _| head.append(EXTENSIONS, "; server_level=9")),
    ),
    server(
        "answer-with-a-parameter-twice",
        TWICE,
        head(|head, _| {
            leave_out(head, "server_no_context_takeover");
            head.append(
                EXTENSIONS,
                "; server_no_context_takeover; server_no_context_takeover",
            );
        }),
    ),
    server(
        "answer-with-a-window-of-7-bits",
        WINDOW,
        head(|head, _| limit(head, "=7")),
    ),
    server(
        "answer-with-a-leading-zero",
        WINDOW,
        head(|head, _| limit(head, "=09")),
    ),
    server(
        "answer-with-a-window-without-a-value",
        VALUE,
        head(|head, _| limit(head, "")),
    ),
    server(
        "answer-with-a-takeover-of-a-value",
        rfc7692("7.1.1.1", "This extension parameter has no value"),
        head(|head, _| {
            leave_out(head, "server_no_context_takeover");
            head.append(EXTENSIONS, "; server_no_context_takeover=1");
        }),
    ),
    server(
        "offer-with-bad-parameters-taken",
        OFFER_DECLINED,
        hears_head(|head, _| keep_what_is_good(head)),
    ),
    server(
        "bad-offer-refuses-the-connection",
        OFFER_DECLINED,
        hears_head(|head, _| {
            let value = head.value(EXTENSIONS).unwrap_or_default();
            let params = value.split([';', ',']).map(str::trim);
            if params
                .filter(|param| !param.is_empty())
                .any(|param| !is_good(param))
            {
                head.start = "GET".to_owned();
            }
        }),
    ),
    server(
        "second-offer-never-looked-at",
        rfc7692(
            "5",
            "A client may also offer multiple PMCE choices to the server by including multiple elements",
        ),
        hears_head(|head, _| {
            let value = head.value(EXTENSIONS).unwrap_or_default();
            let first = value.split(',').next().unwrap_or_default().to_owned();
            if value.contains(',') {
                head.set(EXTENSIONS, &first);
            }
        }),
    ),
    client(
        "offer-with-an-unknown-parameter",
        UNKNOWN,
        asks(|request| offer_more(request, "; client_level=9")),
    ),
    client(
        "offer-with-a-parameter-twice",
        TWICE,
        asks(|request| offer_more(request, "; client_max_window_bits")),
    ),
    client(
        "offer-with-a-window-of-7-bits",
        WINDOW,
        asks(|request| offer_more(request, "; server_max_window_bits=7")),
    ),
    client(
        "offer-with-a-leading-zero",
        WINDOW,
        asks(|request| offer_more(request, "; server_max_window_bits=09")),
    ),
    client(
        "offer-with-a-window-without-a-value",
        VALUE,
        asks(|request| offer_more(request, "; server_max_window_bits")),
    ),
    client(
        "offer-with-a-takeover-of-a-value",
        rfc7692("7.1.1.2", "This extension parameter has no value"),
        asks(|request| offer_more(request, "; client_no_context_takeover=true")),
    ),
    client(
        "answer-with-bad-parameters-taken",
        ANSWER_FAILED,
        hears_head(|head, _| keep_what_is_good(head)),
    ),
    client(
        "windows-of-an-answer-not-judged",
        ANSWER_FAILED,
        hears_head(|head, _| {
            leave_out(head, "client_max_window_bits");
            leave_out(head, "server_max_window_bits");
        }),
    ),
    client(
        "window-of-the-offer-forgotten",
        ANSWER_FAILED,
        Hooks {
            asks: |request| {
                let offer = request.extensions.as_deref();
                request.extensions = offer.map(|offer| with_window(offer, "10", "15"));
            },
            ..head(|head, _| {
                if let Some(offer) = head.value(EXTENSIONS) {
                    let offer = with_window(offer, "15", "10");
                    head.set(EXTENSIONS, &offer);
                }
            })
        },
    ),
    client(
        "answer-with-a-limit-refused",
        rfc7692(
            "7.1.2.2",
            "a client informs the peer server that [it] supports the \"client_max_window_bits\" extension parameter",
        ),
        hears_head(|head, _| {
            if head.has(EXTENSIONS, "client_max_window_bits") {
                head.start = "HTTP/1.1 500 No".to_owned();
            }
        }),
    ),
];

/// Takes a parameter out of an answer.
fn leave_out(head: &mut Lines, name: &str) {
    let Some(value) = head.value(EXTENSIONS) else {
        return;
    };
    let params = value.split(';').map(str::trim);
    let kept: Vec<&str> = params.filter(|param| !param.starts_with(name)).collect();
    let kept = kept.join("; ");
    head.set(EXTENSIONS, &kept);
}

/// Takes out of each permessage-deflate what is not known, or a second time
/// there, or has a value that it may not have.
fn keep_what_is_good(head: &mut Lines) {
    let Some(value) = head.value(EXTENSIONS) else {
        return;
    };
    let extensions = value.split(',').map(|extension| {
        let mut kept: Vec<&str> = Vec::new();
        for param in extension.split(';').map(str::trim) {
            let same = |known: &&str| name_of(known) == name_of(param);
            if is_good(param) && !kept.iter().any(same) {
                kept.push(param);
            }
        }
        kept.join("; ")
    });
    let extensions = extensions.collect::<Vec<_>>().join(", ");
    head.remove(EXTENSIONS);
    head.set(EXTENSIONS, &extensions);
}

fn name_of(param: &str) -> &str {
    param.split('=').next().unwrap_or_default().trim()
}

/// Whether it is the name of an extension, or a parameter that makes sense.
fn is_good(param: &str) -> bool {
    let value = param.split_once('=').map(|(_, value)| value.trim());
    let window = value.is_some_and(|value| {
        let bits: Option<u8> = value.parse().ok();
        !value.starts_with('0') && bits.is_some_and(|bits| (8..=15).contains(&bits))
    });
    match name_of(param) {
        "server_no_context_takeover" | "client_no_context_takeover" => value.is_none(),
        "server_max_window_bits" => window,
        "client_max_window_bits" => window || value.is_none(),
        name => name == NAME,
    }
}

/// Gives an answer another limit of the server.
fn limit(head: &mut Lines, value: &str) {
    leave_out(head, "server_max_window_bits");
    head.append(EXTENSIONS, &format!("; server_max_window_bits{value}"));
}

/// Gives the window of the server another value, if it is offered.
fn with_window(offer: &str, from: &str, to: &str) -> String {
    let window = |bits| format!("server_max_window_bits={bits}");
    offer.replace(&window(from), &window(to))
}

/// Appends to what a client offers.
fn offer_more(request: &mut ClientRequest, more: &str) {
    if let Some(offer) = &mut request.extensions {
        offer.push_str(more);
    }
}
