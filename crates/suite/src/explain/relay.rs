//! A case that is played through a proxy, in words: both ends, and what must
//! come of it.

use super::{Writer, steps};
use crate::relay::{Relay, RelayScript, RelaySide, RelayStep};

pub(super) fn write(relay: &Relay, informational: bool, writer: &mut Writer) {
    writer.heading("What we do before the proxy, as the client");
    script(&relay.client, RelaySide::Client, writer);
    writer.heading("What we do behind the proxy, as the upstream");
    script(&relay.upstream, RelaySide::Upstream, writer);
    writer.heading("What must come of it");
    if informational {
        writer.plain("told, not judged:".into());
    }
    for expectation in &relay.expect {
        writer.plain(expectation.to_string());
    }
}

fn script(script: &RelayScript, side: RelaySide, writer: &mut Writer) {
    writer.plain(match side {
        RelaySide::Client => "send the opening request, and read the answer".into(),
        RelaySide::Upstream => "read the request, and answer it".into(),
    });
    writer.edits(&script.head);
    if !script.with_head.is_empty() {
        writer.plain(format!("in one write with the head: {}", script.with_head));
    }
    for (index, step) in script.steps.iter().enumerate() {
        let words = match step {
            RelayStep::Send(step) => steps::describe(step),
            step => step.to_string(),
        };
        writer.plain(format!("{:>2}  {words}", index + 1));
    }
    writer.plain(match script.waits {
        true => "wait for the other direction to end, and end ours".into(),
        false => "end our direction, and wait for the other to end".into(),
    });
}
