//! What is said of the opening handshake.

use wscheck_wire::handshake::Head;

use crate::evidence::Evidence;
use crate::expectation::Expectation;
use crate::request_rule::Kept;
use crate::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};

/// What the rules for a client's request come to; `open` is what else is said of
/// a connection that opened.
pub(super) fn requested(
    expectation: &Expectation,
    evidence: &Evidence,
    open: Option<Verdict>,
) -> Verdict {
    for rule in &expectation.request {
        let (behaviour, reason) = match rule.judge(&evidence.opening) {
            Kept::Yes => continue,
            Kept::No(why) => (Behaviour::Failed, Reason::RequestWrong { why }),
            Kept::Unknown(why) => (Behaviour::Unimplemented, Reason::NotApplicable { why }),
        };
        return Verdict::new(behaviour, CloseBehaviour::Ok, vec![reason]);
    }
    open.unwrap_or_else(|| Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new()))
}

pub(super) fn never_opened(behaviour: Behaviour, evidence: &Evidence) -> Verdict {
    let why = evidence
        .opening
        .fault
        .clone()
        .unwrap_or_else(|| "the opening handshake was not complete".into());
    not_as_wished(behaviour, Reason::NeverOpened { why })
}

pub(super) fn opened_though(behaviour: Behaviour) -> Verdict {
    not_as_wished(behaviour, Reason::OpenedThough)
}

/// What must not be fails the close, too.
fn not_as_wished(behaviour: Behaviour, reason: Reason) -> Verdict {
    let close = match behaviour {
        Behaviour::Failed => CloseBehaviour::Failed,
        _ => CloseBehaviour::Ok,
    };
    Verdict::new(behaviour, close, vec![reason])
}

/// A server that does not want the connection says so by a status (RFC 6455
/// §4.2.1); silence or another status is a refusal all the same. What its answer
/// must have, silence has not.
pub(super) fn refused(statuses: &[u16], fields: &[String], evidence: &Evidence) -> Verdict {
    let opening = &evidence.opening;
    let head = Head {
        octets: opening.response.0.clone(),
    };
    if let Some(field) = fields.iter().find(|field| head.count(field) == 0) {
        let why = format!("the answer has no {field}");
        return Verdict::new(
            Behaviour::Failed,
            CloseBehaviour::Ok,
            vec![Reason::RefusedWrongly { why }],
        );
    }
    let behaviour = match opening.status {
        Some(status) if statuses.is_empty() || statuses.contains(&status) => Behaviour::Ok,
        _ => Behaviour::NonStrict,
    };
    Verdict::new(behaviour, CloseBehaviour::Ok, Vec::new())
}

/// A client that does not take our answer ends TCP (RFC 6455 §4.1). An answer
/// that is no upgrade need not end TCP.
pub(super) fn turned_down(evidence: &Evidence) -> Verdict {
    if evidence.closing.peer_ended.is_some() || evidence.opening.status != Some(101) {
        return Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new());
    }
    let why = "the client did not end TCP".to_owned();
    Verdict::new(
        Behaviour::NonStrict,
        CloseBehaviour::Ok,
        vec![Reason::RefusedWrongly { why }],
    )
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::super::tests::{changed, ours};
    use super::*;
    use crate::expectation::OpeningRule;
    use crate::profile::Profile;
    use crate::vocabulary::CaseBuilder;
    use wscheck_wire::{Eof, Role};

    #[test]
    fn a_refusal_must_have_the_fields_that_are_asked_for() {
        let rule = OpeningRule::Refuses {
            statuses: vec![426],
            fields: vec!["Upgrade".into()],
        };
        let case = ours().opening_rule(rule).build();
        let behaviour = |field: &str| {
            let evidence = changed(|evidence| {
                let head = format!("HTTP/1.1 426 No\r\n{field}\r\n\r\n");
                evidence.opening.opened_at = None;
                evidence.opening.status = Some(426);
                evidence.opening.response = head.as_bytes().into();
            });
            judge(&case, Profile::Rfc, Role::Server, &[&evidence]).behaviour
        };
        assert_eq!(behaviour("Upgrade: websocket"), Behaviour::Ok);
        assert_eq!(behaviour("X-Upgrade: websocket"), Behaviour::Failed);
    }

    #[test]
    fn a_client_that_turns_a_101_down_ends_tcp() {
        let case = ours().refused([]).build();
        for (status, ended, wanted) in [
            (101, None, Behaviour::NonStrict),
            (101, Some(Eof::Fin), Behaviour::Ok),
            (400, None, Behaviour::Ok),
        ] {
            let evidence = changed(|evidence| {
                evidence.opening.status = Some(status);
                evidence.closing.peer_ended = ended;
            });
            let verdict = judge(&case, Profile::Rfc, Role::Client, &[&evidence]);
            assert_eq!(verdict.behaviour, wanted, "{status} {ended:?}");
        }
    }

    #[test]
    fn the_first_rule_that_a_request_breaks_is_named() {
        use crate::request_rule::RequestRule::{FreshKey, Get, Version};
        let request = |head: &str| {
            changed(|evidence| {
                evidence.opening.opened_at = None;
                evidence.opening.request = head.as_bytes().into();
            })
        };
        let behaviour = |rules: [_; 2], evidence: &Evidence| {
            let case = rules.into_iter().fold(ours(), CaseBuilder::request);
            let verdict = judge(&case.build(), Profile::Rfc, Role::Client, &[evidence]);
            verdict.behaviour
        };
        let good = request("GET / HTTP/1.1\r\n\r\n");
        assert_eq!(behaviour([Get, Version], &good), Behaviour::Ok);
        assert_eq!(behaviour([Get, FreshKey], &good), Behaviour::Unimplemented);
        let old = request("GET / HTTP/1.0\r\n\r\n");
        assert_eq!(behaviour([Get, Version], &old), Behaviour::Failed);
    }
}
