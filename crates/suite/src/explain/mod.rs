//! A case in words: what decides it, what we do, octet by octet if wished, and
//! what the testee must make of it.

mod expected;
mod relay;
mod steps;

use std::fmt;

use wscheck_wire::Role;

use crate::case::{Case, Citation, Demand, HeadPieces, Level, Script, Testee};
use crate::catalogue;
use crate::head_edit::HeadEdit;
use crate::profile::Profile;

/// What to explain beside the essentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The octets of each frame, at most [`SHOWN_OCTETS`].
    pub bytes: bool,
    /// The role in which we play the case, for its octets; the one that the
    /// case allows, a client if it allows both.
    pub role: Option<Role>,
}

/// The most octets that are shown of a frame.
pub const SHOWN_OCTETS: usize = 64;

/// A case in words, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The lines, without colours.
    pub lines: Vec<Line>,
}

/// A line of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is, for whoever colours it.
    pub kind: LineKind,
    /// The text; empty between paragraphs.
    pub text: String,
}

/// What a line of an explanation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// The case's number and title.
    Title,
    /// The head of a paragraph.
    Heading,
    /// What we do or expect.
    Plain,
    /// What a step of ours breaks.
    Violation,
    /// Octets.
    Octets,
    /// Where more is to be read.
    Aside,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines
            .iter()
            .try_for_each(|line| writeln!(f, "{}", line.text))
    }
}

/// Explains `case` as `profile` judges it.
pub fn explain(case: &Case, profile: Profile, options: Options) -> Explanation {
    let mut writer = Writer::default();
    writer.put(LineKind::Title, format!("{}  {}", case.id, case.title));
    if let Some(chapter) = catalogue::chapter(case.id) {
        let section = catalogue::section_title(case.id);
        let section = section.map_or(String::new(), |title| format!(" › {title}"));
        let chapter = format!("chapter {}, {}{section}", chapter.number, chapter.title);
        writer.put(LineKind::Aside, chapter);
    }
    match case.testee {
        Testee::Both => {}
        Testee::Server => writer.put(LineKind::Aside, "tests servers alone".into()),
        Testee::Client => writer.put(LineKind::Aside, "tests clients alone".into()),
        Testee::Proxy => writer.put(LineKind::Aside, "tests proxies alone".into()),
    }
    if case.timed {
        writer.put(LineKind::Aside, "the time it takes is shown".into());
    }
    if !case.citations.is_empty() {
        writer.heading("What decides it");
        for citation in &case.citations {
            writer.citation(citation);
        }
    }
    let role = options.role.unwrap_or(match case.testee {
        Testee::Client => Role::Server,
        Testee::Server | Testee::Both | Testee::Proxy => Role::Client,
    });
    if let Some(differs) = &case.differs {
        writer.put(LineKind::Aside, format!("beside its like: {differs}"));
    }
    if !case.seen_in.is_empty() {
        writer.heading("Where it was seen");
        case.seen_in
            .iter()
            .for_each(|place| writer.plain(place.clone()));
    }
    if let Some(relay) = &case.relay {
        relay::write(relay, case.expect.informational, &mut writer);
        return Explanation {
            lines: writer.lines,
        };
    }
    for (index, script) in case.connections.iter().enumerate() {
        writer.heading(&match case.connections.len() {
            1 => "What we do".to_owned(),
            _ => format!("What we do on connection {}", index + 1),
        });
        writer.opening(script);
        steps::write(script, role, options.bytes, &mut writer);
    }
    writer.heading(&format!(
        "What the testee must do, by the profile {profile}"
    ));
    let needs_deflate = case.connections.iter().any(Script::needs_deflate);
    expected::write(case.expectation(profile), needs_deflate, &mut writer);
    if let Some(departure) = &case.rfc {
        let other = other(profile);
        writer.heading(&format!("What differs by the profile {other}"));
        expected::write_difference(
            case.expectation(profile),
            case.expectation(other),
            &mut writer,
        );
        writer.heading("Why the profiles differ");
        writer.plain(departure.because.clone());
    }
    Explanation {
        lines: writer.lines,
    }
}

/// What `profile` demands of the case otherwise than the other profile does;
/// nothing if they agree.
pub fn difference(case: &Case, profile: Profile) -> Vec<String> {
    let mut writer = Writer::default();
    let (this, other) = (case.expectation(other(profile)), case.expectation(profile));
    expected::write_difference(this, other, &mut writer);
    writer.lines.into_iter().map(|line| line.text).collect()
}

fn other(profile: Profile) -> Profile {
    match profile {
        Profile::Rfc => Profile::Autobahn,
        Profile::Autobahn => Profile::Rfc,
    }
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
}

impl Writer {
    fn put(&mut self, kind: LineKind, text: String) {
        self.lines.push(Line { kind, text });
    }

    fn heading(&mut self, text: &str) {
        self.put(LineKind::Plain, String::new());
        self.put(LineKind::Heading, text.to_owned());
    }

    fn plain(&mut self, text: String) {
        self.put(LineKind::Plain, format!("  {text}"));
    }

    fn citation(&mut self, citation: &Citation) {
        let level = match citation.level {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
            Level::Informational => "note",
        };
        let Citation {
            document,
            section,
            rule,
            ..
        } = citation;
        self.plain(format!("{level:<6}  {document} §{section}: {rule}"));
        if let Some(url) = citation.url() {
            self.put(LineKind::Aside, format!("          {url}"));
        }
    }

    fn edits(&mut self, edits: &[HeadEdit]) {
        for edit in edits {
            self.plain(match edit {
                HeadEdit::StartLine(line) => format!("opening: start line {line:?}"),
                HeadEdit::Remove(name) => format!("opening: without {name}"),
                HeadEdit::Add(field) => format!("opening: with {field:?}"),
                HeadEdit::Spell(name) => format!("opening: with a field name written {name}"),
                HeadEdit::Fill { name, octets } => {
                    format!("opening: with a field {name} of {octets} octets")
                }
                HeadEdit::Many { line, times } => {
                    format!("opening: with {times} fields like {line:?}")
                }
                HeadEdit::Repeat { part, times } => {
                    format!("opening: where {{...}} stands for {part:?}, {times} times")
                }
                HeadEdit::Before(octets) => format!("opening: behind {octets:?}"),
                HeadEdit::Behind(octets) => format!("opening: followed by {octets}"),
                HeadEdit::LineEnd(octets) => format!("opening: lines end in {octets:?}"),
                HeadEdit::Raw(head) => format!("opening: the head {head}"),
            });
        }
    }

    fn opening(&mut self, script: &Script) {
        self.edits(&script.opening.edits);
        if let Some(HeadPieces { octets, apart }) = script.opening.pieces {
            let apart = match apart {
                0 => String::new(),
                apart => format!(", {apart} ms apart"),
            };
            self.plain(format!("opening: written {octets} octets at a time{apart}"));
        }
        if script.opening.joined {
            self.plain("opening: what follows is in the same write as our head".into());
        }
        if script.no_close_answer {
            self.plain("a Close of the testee gets no answer".into());
        }
        if let Some(extensions) = &script.opening.extensions {
            self.plain(format!("opening: extensions {extensions:?}"));
        }
        if !script.opening.deflate.is_empty() {
            let demands: Vec<String> = script.opening.deflate.iter().map(demand).collect();
            self.plain(format!(
                "opening: permessage-deflate, {}",
                demands.join("; or else ")
            ));
        }
        if script.opening.unlimited {
            self.plain(
                "opening: we must be free to compress with context and a window of 15 bits".into(),
            );
        }
        if script.needs_deflate() {
            self.plain("without permessage-deflate nothing of this is played".into());
        }
    }
}

/// What the testee is to keep to when it compresses.
fn demand(demand: &Demand) -> String {
    let takeover = match demand.no_context_takeover {
        true => "without context takeover",
        false => "as the testee likes",
    };
    match demand.max_window_bits {
        None => takeover.to_owned(),
        Some(bits) if demand.no_context_takeover => {
            format!("{takeover} and in a window of {bits} bits")
        }
        Some(bits) => format!("in a window of {bits} bits"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(id: &str, profile: Profile, bytes: bool) -> String {
        let case = catalogue::find(id.parse().unwrap()).unwrap();
        let options = Options {
            bytes,
            ..Options::default()
        };
        explain(case, profile, options).to_string()
    }

    #[test]
    fn reserved_opcode() {
        insta::assert_snapshot!(explained("4.2.4", Profile::Rfc, true));
    }

    #[test]
    fn text_in_pieces() {
        insta::assert_snapshot!(explained("6.4.3", Profile::Autobahn, true));
    }

    #[test]
    fn close_code() {
        insta::assert_snapshot!(explained("7.7.8", Profile::Rfc, false));
    }

    #[test]
    fn round_trips() {
        insta::assert_snapshot!(explained("9.7.1", Profile::Rfc, false));
    }

    #[test]
    fn compressed_fragments() {
        insta::assert_snapshot!(explained("12.2.16", Profile::Rfc, true));
    }

    #[test]
    fn compression_by_one_of_several_demands() {
        insta::assert_snapshot!(explained("13.7.1", Profile::Autobahn, false));
    }

    #[test]
    fn many_fragments() {
        insta::assert_snapshot!(explained("10.1.1", Profile::Rfc, true));
    }

    #[test]
    fn every_case_is_explained_on_short_lines() {
        for case in catalogue::all() {
            for profile in [Profile::Rfc, Profile::Autobahn] {
                let options = Options {
                    bytes: true,
                    role: Some(Role::Server),
                };
                let explanation = explain(case, profile, options);
                for line in &explanation.lines {
                    assert!(!line.text.contains(['\n', '\x1b']), "{}", line.text);
                    assert!(line.text.chars().count() <= 400, "{}", line.text);
                }
            }
        }
    }
}
