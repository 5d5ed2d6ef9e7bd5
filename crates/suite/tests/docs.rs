//! The generated pages under `docs/` say what the catalogue says. Set
//! `UPDATE_DOCS=1` to write them anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wscheck_suite::case::{Case, Citation, Level};
use wscheck_suite::catalogue::{self, CHAPTERS, Chapter};
use wscheck_suite::corpus::Corpus;
use wscheck_suite::expectation::AnswerGrade;
use wscheck_suite::explain::difference;
use wscheck_suite::matrix::{self, Uncaught};
use wscheck_suite::profile::Profile;
use wscheck_suite::relay::{self, ProxyFault, ReferenceProxy};
use wscheck_suite::session::{ServerSide, Session, Settings};
use wscheck_suite::verdict::Grade;
use wscheck_wire::fault::{self, FAMILIES, ODDITIES};
use wscheck_wire::{Conversation, Moment, Role};

const BEGIN: &str = "<!-- from here on written by the test `docs` of wscheck-suite -->";

#[test]
fn the_catalogue_page_is_fresh() {
    check("catalogue.md", catalogue_page());
}

#[test]
fn the_page_of_faults_is_fresh() {
    check("faults.md", faults_page());
}

#[test]
fn the_page_of_profiles_is_fresh() {
    check(
        "profiles.md",
        [data_of_our_own(), requests_of_clients(), departures()].join("\n"),
    );
}

/// The quotations with which departures reason stand in the RFC and are short.
#[test]
fn every_departure_names_its_section() {
    for case in catalogue::all() {
        let Some(departure) = &case.rfc else { continue };
        assert!(
            departure.because.contains(" §"),
            "{}: {}",
            case.id,
            departure.because
        );
    }
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

/// Compares what follows the marker, or writes it.
fn check(name: &str, generated: String) {
    let path = page(name);
    let text = fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    let by_hand = text
        .split_once(BEGIN)
        .map_or(text.as_str(), |(head, _)| head);
    let fresh = format!("{}\n\n{BEGIN}\n\n{generated}", by_hand.trim_end());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, fresh).expect("docs/ can be written");
        return;
    }
    assert!(
        text == fresh,
        "docs/{name} is stale; run the tests with UPDATE_DOCS=1"
    );
}

fn catalogue_page() -> String {
    let mut page = String::new();
    for chapter in CHAPTERS {
        let cases: Vec<&Case> = catalogue::all()
            .iter()
            .filter(|case| case.id.chapter() == chapter.number)
            .collect();
        let _ = writeln!(page, "## {} {}\n", chapter.number, chapter.title);
        write_sections(chapter, &mut page);
        page.push_str("| case | title | decided by | grades | catches | profiles |\n");
        page.push_str("|---|---|---|---|---:|---|\n");
        for case in cases {
            write_row(case, &mut page);
        }
        page.push('\n');
    }
    let links: BTreeSet<String> = catalogue::all()
        .iter()
        .flat_map(|case| &case.citations)
        .filter_map(|citation| Some(format!("[{}]: {}\n", place(citation), citation.url()?)))
        .collect();
    page.extend(links);
    page
}

fn place(citation: &Citation) -> String {
    format!("{} §{}", citation.document, citation.section)
}

fn write_sections(chapter: &Chapter, page: &mut String) {
    for (number, title) in chapter.sections {
        let _ = writeln!(page, "- {}.{number} {title}", chapter.number);
    }
    if !chapter.sections.is_empty() {
        page.push('\n');
    }
}

fn write_row(case: &Case, page: &mut String) {
    let citations: Vec<String> = case
        .citations
        .iter()
        .map(|citation| {
            let level = level_word(citation.level);
            match citation.url() {
                Some(_) => format!("{level} [{}]", place(citation)),
                None => format!("{level} {}", place(citation)),
            }
        })
        .collect();
    let mut grades: Vec<&str> = Vec::new();
    for answer in &case.expect.answers {
        let word = grade_word(answer.grade);
        if !grades.contains(&word) {
            grades.push(word);
        }
    }
    if let Some(relay) = &case.relay {
        grades = relay.grades().into_iter().map(Grade::as_str).collect();
    }
    if case.expect.informational {
        grades = vec!["INFORMATIONAL"];
    }
    let profiles = match &case.rfc {
        Some(_) => format!("[differ](profiles.md#{})", anchor(case)),
        None => String::new(),
    };
    let _ = writeln!(
        page,
        "| {} | {} | {} | {} | {} | {profiles} |",
        case.id,
        case.title.replace('|', "\\|"),
        citations.join("<br>"),
        grades.join(", "),
        times_catching(case),
    );
}

/// How many faults the case catches: of an endpoint, or of a proxy.
fn times_catching(case: &Case) -> usize {
    if case.relay.is_none() {
        return matrix::rarest(case.id).count();
    }
    let reasons = |fault| {
        let (verdict, _) = relay::play(case, ReferenceProxy::new(fault));
        verdict.reasons.len()
    };
    let sound = reasons(None);
    let faults = ProxyFault::ALL.iter();
    faults
        .filter(|fault| reasons(Some(**fault)) > sound)
        .count()
}

/// The faults, what each breaks, and how many cases catch it.
fn faults_page() -> String {
    let uncaught = matrix::uncaught();
    let mut reasons: Vec<&str> = Vec::new();
    let mut page = format!(
        "{} faults. A number tells how many cases catch the fault; a letter, why none does.\n",
        fault::all().count()
    );
    for family in FAMILIES {
        let _ = write!(
            page,
            "\n## {}\n\n| fault | breaks | server | client |\n|---|---|---:|---:|\n",
            family.title
        );
        for fault in family.faults {
            let cells = [Role::Server, Role::Client].map(|role| {
                let reason = || reason(&uncaught, fault.name, role);
                match times_caught(fault.name, role) {
                    _ if !fault.concerns(role) => String::new(),
                    0 => footnote(&mut reasons, reason().expect("a reason")),
                    times => times.to_string(),
                }
            });
            let rule = fault.breaks.expect("a fault breaks a sentence");
            let _ = writeln!(
                page,
                "| `{}` | {} §{}: {} | {} | {} |",
                fault.name,
                rule.document,
                rule.section,
                rule.sentence.replace('|', "\\|"),
                cells[0],
                cells[1]
            );
        }
    }
    page.push_str("\n## Why no case catches them\n\n");
    for (index, because) in reasons.iter().enumerate() {
        let _ = writeln!(page, "- **{}**: {because}", letter(index));
    }
    let _ = write!(page, "\n## {}\n\n", ODDITIES.title);
    page.push_str("No case may hold these against a peer; a test has the few that do.\n\n");
    for oddity in ODDITIES.faults {
        let _ = writeln!(page, "- `{}`", oddity.name);
    }
    page
}

fn times_caught(fault: &str, role: Role) -> usize {
    let rows = matrix::catches().iter();
    let rows = rows.filter(|row| row.fault == fault && row.role == role);
    rows.map(|row| row.cases.len()).sum()
}

fn reason<'u>(uncaught: &'u Uncaught, fault: &str, role: Role) -> Option<&'u str> {
    let mut groups = uncaught.faults.iter();
    let group = groups
        .find(|group| group.roles.contains(&role) && group.names.iter().any(|name| name == fault));
    group.map(|group| group.because.as_str())
}

fn footnote<'r>(reasons: &mut Vec<&'r str>, because: &'r str) -> String {
    let known = reasons.iter().position(|known| *known == because);
    let index = known.unwrap_or_else(|| {
        reasons.push(because);
        reasons.len() - 1
    });
    letter(index).to_string()
}

fn letter(index: usize) -> char {
    ('A'..='Z').nth(index).expect("at most 26 reasons")
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
        Level::Informational => "note",
    }
}

fn grade_word(grade: AnswerGrade) -> &'static str {
    match grade {
        AnswerGrade::Ok => "OK",
        AnswerGrade::NonStrict => "NON-STRICT",
        AnswerGrade::Unimplemented => "UNIMPLEMENTED",
    }
}

fn anchor(case: &Case) -> String {
    format!("case-{}", case.id).replace('.', "-")
}

/// What both profiles send otherwise than the original.
fn data_of_our_own() -> String {
    let mut page = String::from(
        "## Where both differ from the original\n\n\
         Sections 12 and 13 send data that are made here, the same on every machine; the\n\
         original's files are not copied. They are as long as those, and compress about as\n\
         well, message by message. What is sent when and what is expected is the same; but\n\
         octets on the wire and compression ratios are not those of the original, so\n\
         compare such figures between runs of one suite alone.\n\n\
         | data | what it is | octets | sent as |\n|---|---|---:|---|\n",
    );
    for corpus in Corpus::ALL {
        let what = match corpus {
            Corpus::Json => "records in JSON",
            Corpus::Picture => "a grey picture, 512 by 512, as a bitmap file",
            Corpus::Prose => "verse that looks German, Latin-1",
            Corpus::Html => "a page of HTML",
            Corpus::Document => "what looks like PDF, mostly octets that do not compress",
        };
        let sent_as = match corpus.is_text() {
            true => "text, cut by characters",
            false => "binary",
        };
        let octets = corpus.octets().len();
        let _ = writeln!(
            page,
            "| `{}` | {what} | {octets} | {sent_as} |",
            corpus.name()
        );
    }
    page
}

/// A client's opening request, granted by both profiles.
const REQUEST: &str = "GET /runCase?case=1&agent=a HTTP/1.1\r\nHost: localhost:9001\r\n\
    Upgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// What else a client may ask, and what makes the one request of the other. The profiles
/// must differ in each.
const REQUESTS: [(&str, &str, &str); 15] = [
    ("two spaces behind the method", "GET ", "GET  "),
    (
        "an empty fragment at the end of the target",
        "agent=a",
        "agent=a#",
    ),
    (
        "`Host` with another port than the one served",
        ":9001",
        ":9002",
    ),
    ("`Host` without the port that is served", ":9001", ""),
    ("`Host` with a port that is no number", ":9001", ":x"),
    (
        "`Upgrade` without `websocket`",
        "Upgrade: websocket",
        "Upgrade: h2c",
    ),
    ("version 8", "Version: 13", "Version: 8"),
    ("version 7", "Version: 13", "Version: 7"),
    ("a version that is no number", "Version: 13", "Version: x"),
    (
        "a header that is not UTF-8",
        "\r\n\r\n",
        "\r\nX: \u{e9}\r\n\r\n",
    ),
    (
        "two `Origin` fields",
        "\r\n\r\n",
        "\r\nOrigin: a\r\nOrigin: b\r\n\r\n",
    ),
    (
        "two `Sec-WebSocket-Extensions` fields",
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: a\r\nSec-WebSocket-Extensions: b\r\n\r\n",
    ),
    (
        "an offer with a parameter of no meaning",
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate; x\r\n\r\n",
    ),
    (
        "an offer with a parameter twice",
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; \
            client_max_window_bits\r\n\r\n",
    ),
    (
        "an offer with a window of 7 bits",
        "\r\n\r\n",
        "\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7\r\n\r\n",
    ),
];

/// Where the profiles treat the request of a client otherwise, as our sessions do it.
fn requests_of_clients() -> String {
    let mut page = String::from(
        "## The opening request of a client\n\n\
         Where a client is tested, its request is judged too: by `rfc` as RFC 6455 §4.2.1 has\n\
         it, by `autobahn` as the original does. A request that is refused fails the case. In\n\
         these the profiles differ; `autobahn` looks at the port where `wstest` serves.\n\n\
         | the request has | `autobahn` | `rfc` |\n|---|---|---|\n",
    );
    for profile in [Profile::Autobahn, Profile::Rfc] {
        assert_eq!(answer(REQUEST, profile), "101", "{profile}");
    }
    for (what, from, to) in REQUESTS {
        assert!(REQUEST.contains(from), "{what}");
        let request = REQUEST.replacen(from, to, 1);
        let [autobahn, rfc] =
            [Profile::Autobahn, Profile::Rfc].map(|profile| answer(&request, profile));
        assert_ne!(autobahn, rfc, "{what}");
        let _ = writeln!(page, "| {what} | {autobahn} | {rfc} |");
    }
    page
}

/// What the first case answers a request: the status, and the reason of a refusal.
fn answer(request: &str, profile: Profile) -> String {
    let settings = Settings {
        profile,
        ..Settings::default()
    };
    let side = ServerSide {
        port: Some(9001),
        ..ServerSide::default()
    };
    let case = Arc::new(catalogue::all()[0].clone());
    let mut session = Session::accept(case, 0, &settings, side);
    // A character beyond ASCII stands for its octet in Latin-1.
    let octets = request.chars().map(|c| u8::try_from(c).expect("Latin-1"));
    session.handle_input(Moment::ZERO, &mut octets.collect::<Vec<u8>>());
    let opening = &session.evidence().opening;
    match (opening.status, &opening.fault) {
        (Some(status), Some(fault)) => format!("{status}: {}", fault.replace('|', "\\|")),
        (Some(status), None) => status.to_string(),
        (None, _) => "the end of TCP".to_owned(),
    }
}

/// The departures, those together that depart alike for one reason.
fn departures() -> String {
    let mut groups: Vec<(String, Vec<&Case>)> = Vec::new();
    for case in catalogue::all() {
        let Some(departure) = &case.rfc else { continue };
        let mut text = format!("{}.\n\n```text\n", departure.because);
        for profile in [Profile::Autobahn, Profile::Rfc] {
            let _ = writeln!(text, "{profile}");
            for line in difference(case, profile) {
                let _ = writeln!(text, "{line}");
            }
        }
        text.push_str("```\n");
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, cases)) => cases.push(case),
            None => groups.push((text, vec![case])),
        }
    }
    let mut page = String::from("## Where `rfc` departs\n");
    for (text, cases) in groups {
        let ids: Vec<String> = cases.iter().map(|case| case.id.to_string()).collect();
        let _ = writeln!(page, "\n### {}\n", ids.join(", "));
        for case in cases {
            let anchor = anchor(case);
            let _ = writeln!(page, "- <a id=\"{anchor}\"></a>{} {}", case.id, case.title);
        }
        let _ = write!(page, "\n{text}");
    }
    page
}
