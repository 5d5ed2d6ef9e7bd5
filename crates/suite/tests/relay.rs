//! Chapter 30 and the reference proxy: the faultless one passes, each case
//! catches a fault, and each fault is caught.

use std::collections::BTreeMap;

use wscheck_suite::case::Case;
use wscheck_suite::catalogue;
use wscheck_suite::relay::{ProxyFault, ReferenceProxy, play};
use wscheck_suite::verdict::{Behaviour, Verdict};

fn chapter() -> impl Iterator<Item = &'static Case> {
    catalogue::all().iter().filter(|case| case.relay.is_some())
}

fn verdict(case: &Case, fault: Option<ProxyFault>) -> Verdict {
    play(case, ReferenceProxy::new(fault)).0
}

#[test]
fn the_reference_proxy_passes_every_case() {
    assert!(chapter().count() >= 50);
    for case in chapter() {
        let (verdict, transcript) = play(case, ReferenceProxy::new(None));
        let wanted = match case.expect.informational {
            true => Behaviour::Informational,
            false => Behaviour::Ok,
        };
        let seen: Vec<_> = transcript
            .connections
            .iter()
            .map(|c| &c.evidence.relay)
            .collect();
        assert_eq!(
            verdict.behaviour, wanted,
            "{}: {verdict:#?}\n{seen:#?}",
            case.id
        );
    }
}

fn catches(case: &Case) -> Vec<String> {
    let sound = verdict(case, None).reasons.len();
    let faults = ProxyFault::ALL.iter();
    let caught = faults.filter(|fault| verdict(case, Some(**fault)).reasons.len() > sound);
    caught.map(|fault| fault.name()).collect()
}

/// What each case catches, kept as text.
#[test]
fn each_case_catches_a_fault_and_each_fault_is_caught() {
    let mut caught: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut text = String::new();
    for case in chapter() {
        let names = catches(case);
        for name in &names {
            caught
                .entry(name.clone())
                .or_default()
                .push(case.id.to_string());
        }
        text.push_str(&format!("{:<8} {}\n", case.id.to_string(), names.join(" ")));
    }
    let missed: Vec<String> = ProxyFault::ALL
        .iter()
        .map(|fault| fault.name())
        .filter(|name| !caught.contains_key(name))
        .collect();
    assert_eq!(missed, [""; 0], "nobody catches\n{text}");
    let idle: Vec<&str> = text
        .lines()
        .filter(|line| line.split_whitespace().count() < 2)
        .collect();
    assert_eq!(idle, [""; 0], "they catch nothing\n{text}");
    insta::assert_snapshot!(text);
}

/// Who catches what another catches says what sets it apart.
#[test]
fn cases_that_catch_the_same_say_how_they_differ() {
    let mut alike: BTreeMap<Vec<String>, Vec<&Case>> = BTreeMap::new();
    for case in chapter() {
        alike.entry(catches(case)).or_default().push(case);
    }
    let mut wrong = Vec::new();
    for group in alike.values() {
        let mut told = Vec::new();
        for (index, case) in group.iter().enumerate() {
            if index > 0 && (case.differs.is_none() || told.contains(&case.differs)) {
                wrong.push(case.id.to_string());
            }
            told.push(case.differs.clone());
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// RFC 6455 §5.4: who knows the frames may write them anew, if no reserved bit
/// says what it does not know.
#[test]
fn the_same_messages_in_other_frames_are_no_failure() {
    for (id, behaviour) in [
        ("30.4.1", Behaviour::Unimplemented),
        ("30.4.3", Behaviour::Unimplemented),
        ("30.4.7", Behaviour::Failed),
    ] {
        let case = catalogue::find(id.parse().unwrap()).unwrap();
        let fault = ProxyFault::MasksAnew;
        assert_eq!(verdict(case, Some(fault)).behaviour, behaviour, "{id}");
    }
}

#[test]
fn a_play_is_the_same_when_it_is_played_again() {
    for case in chapter() {
        let (first, second) = (
            play(case, ReferenceProxy::new(None)),
            play(case, ReferenceProxy::new(None)),
        );
        let json = |transcript| serde_json::to_string(transcript).unwrap();
        assert_eq!(json(&first.1), json(&second.1), "{}", case.id);
    }
}
