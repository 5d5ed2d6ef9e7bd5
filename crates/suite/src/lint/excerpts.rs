//! That payloads are taken from where there is something.

use super::{Law, Report, expectations};
use crate::case::{Case, Step};
use crate::expectation::Item;
use crate::payload::Payload;

/// Whether there is what each payload of the case is to be taken from.
pub(super) fn are_there(case: &Case, report: &mut Report<'_>) -> bool {
    let steps = case.connections.iter().flat_map(|script| &script.steps);
    let answers = expectations(case).flat_map(|expect| &expect.answers);
    let heard = answers.flat_map(|answer| answer.heard.items());
    let payloads = steps.filter_map(sent).chain(heard.filter_map(hoped_for));
    let mut all = true;
    for payload in payloads {
        let Payload::Excerpt { of, from, length } = payload else {
            continue;
        };
        let (name, units) = (of.name(), of.units());
        if *from >= units || *length > units {
            all = false;
            report(
                Law::Excerpts,
                format!("{length} from {from} on of '{name}', which has {units}"),
            );
        }
    }
    all
}

fn sent(step: &Step) -> Option<&Payload> {
    match step {
        Step::Send(frame)
        | Step::Begin { frame }
        | Step::Repeat { frame, .. }
        | Step::RoundTrips { frame, .. } => Some(&frame.payload),
        Step::Fragments { payload, .. } | Step::Part(payload) => Some(payload),
        Step::Raw { octets, .. } => Some(octets),
        Step::Pause { .. }
        | Step::FailAfter(_)
        | Step::CloseAfter(_)
        | Step::HalfClose
        | Step::Reset => None,
    }
}

fn hoped_for(item: &Item) -> Option<&Payload> {
    match item {
        Item::Text(payload) | Item::Binary(payload) | Item::Pong(payload) => Some(payload),
        Item::Mark(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{broken, good};
    use super::*;
    use crate::corpus::Corpus;
    use crate::vocabulary::{binary_echo, text};

    fn prose(from: u64, length: u64) -> Payload {
        Payload::Excerpt {
            of: Corpus::Prose,
            from,
            length,
        }
    }

    #[test]
    fn an_excerpt_begins_within_and_is_no_longer_than_the_whole() {
        let units = Corpus::Prose.units();
        for (from, length, laws) in [
            (units - 1, units, &[][..]),
            (units, 1, &[Law::Excerpts]),
            (0, units + 1, &[Law::Excerpts]),
        ] {
            let sent = good().send(text("").payload(prose(from, length)).breaks("invalid-utf8"));
            assert_eq!(broken(sent.fail_after(1).build()), laws, "{from} {length}");
            let heard = good()
                .fail_after(1)
                .non_strict([binary_echo(prose(from, length))]);
            assert_eq!(broken(heard.build()), laws, "{from} {length}");
        }
    }
}
