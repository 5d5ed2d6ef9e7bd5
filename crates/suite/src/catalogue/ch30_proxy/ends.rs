//! How ends are carried over. The RFCs of WebSocket say nothing of proxies here;
//! what tunnels do is said of those of CONNECT.

use wscheck_wire::Eof;

use super::{Broken, RFC6455, RFC9110, raw, send, through};
use crate::case::Case;
use crate::payload::Payload;
use crate::relay::{RelayRule, RelaySide, RelayStep};
use crate::vocabulary::{binary, close};

const TUNNEL_ENDS: &str = "who tunnels, and sees one side end, sends what came from there and \
                           ends the other side";

const HALF: &str = "who tunnels may end both sides when one has ended: half a connection is more \
                    than is asked";

const RESET: &str = "that the other side ends is asked, not how";

const OUTSTANDING: u64 = 64 * 1024;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = in_order();
    cases.extend(halves());
    cases.extend(resets());
    cases
}

fn ends(at: RelaySide, how: &[Eof]) -> RelayRule {
    RelayRule::Ends {
        at,
        how: how.to_vec(),
    }
}

fn outstanding() -> RelayStep {
    let payload = Payload::repeat(b"outstanding, ", OUTSTANDING);
    send(binary(payload))
}

fn in_order() -> Vec<Case> {
    use RelaySide::{Client, Upstream};
    vec![
        through(
            "30.5.1",
            "the client ends, and so does the connection upstream",
        )
        .should(RFC9110, "9.3.6", TUNNEL_ENDS)
        .opens()
        .expect(ends(Upstream, &[]))
        .expect(ends(Client, &[]))
        .build(),
        through(
            "30.5.2",
            "the upstream ends, and so does the connection of the client",
        )
        .should(RFC9110, "9.3.6", TUNNEL_ENDS)
        .opens()
        .upstream_ends()
        .expect(ends(Client, &[]))
        .expect(ends(Upstream, &[]))
        .build(),
        through(
            "30.5.3",
            "64 KiB that the client sends before it ends arrive",
        )
        .should(RFC9110, "9.3.6", TUNNEL_ENDS)
        .opens()
        .client([outstanding()])
        .expect(RelayRule::Carries(Client))
        .expect(ends(Upstream, &[]))
        .build(),
        through(
            "30.5.4",
            "64 KiB that the upstream sends before it ends arrive",
        )
        .should(RFC9110, "9.3.6", TUNNEL_ENDS)
        .opens()
        .upstream([outstanding()])
        .upstream_ends()
        .expect(RelayRule::Carries(Upstream))
        .expect(ends(Client, &[]))
        .build(),
        through(
            "30.5.5",
            "after both Closes the server ends TCP first, and the client sees it end in order",
        )
        .should(
            RFC6455,
            "7.1.1",
            "the server ends TCP first, and the client waits for that",
        )
        .opens()
        .client([send(close(1000)), RelayStep::Hear(4)])
        .upstream([RelayStep::Hear(8), send(close(1000))])
        .upstream_ends()
        .expect(RelayRule::Carries(Client))
        .expect(RelayRule::Carries(Upstream))
        .expect_or(ends(Client, &[Eof::Fin]), Broken::NonStrict)
        .build(),
    ]
}

fn halves() -> Vec<Case> {
    use RelaySide::{Client, Upstream};
    vec![
        through(
            "30.5.6",
            "the client ends its direction, and is still sent to",
        )
        .should(RFC9110, "9.3.6", HALF)
        .opens()
        .client([RelayStep::Shutdown, RelayStep::HearEnd])
        .upstream([RelayStep::HearEnd, raw(b"still here")])
        .expect_or(RelayRule::Carries(Upstream), Broken::Unimplemented)
        .build(),
        through(
            "30.5.7",
            "the upstream ends its direction, and is still sent to",
        )
        .should(RFC9110, "9.3.6", HALF)
        .opens()
        .upstream_ends()
        .client([RelayStep::HearEnd, raw(b"still here")])
        .upstream([RelayStep::Shutdown, RelayStep::HearEnd])
        .expect_or(RelayRule::Carries(Client), Broken::Unimplemented)
        .build(),
    ]
}

fn resets() -> Vec<Case> {
    use RelaySide::{Client, Upstream};
    let known = || [raw(b"?"), RelayStep::Hear(1)];
    let told = || [RelayStep::Hear(1), raw(b"!")];
    vec![
        through(
            "30.5.8",
            "the client resets, and the connection upstream ends",
        )
        .should(RFC9110, "9.3.6", TUNNEL_ENDS)
        .opens()
        .client(known())
        .client([RelayStep::Reset])
        .upstream(told())
        .expect(ends(Upstream, &[]))
        .build(),
        through(
            "30.5.9",
            "the upstream resets, and the connection of the client ends",
        )
        .should(RFC9110, "9.3.6", TUNNEL_ENDS)
        .opens()
        .client(told())
        .upstream_ends()
        .upstream(known())
        .upstream([RelayStep::Reset])
        .expect(ends(Client, &[]))
        .build(),
        through(
            "30.5.10",
            "the client resets: how the connection upstream ends",
        )
        .informational(RFC9110, "9.3.6", RESET)
        .opens()
        .client(known())
        .client([RelayStep::Reset])
        .upstream(told())
        .expect(ends(Upstream, &[Eof::Reset]))
        .build(),
        through(
            "30.5.11",
            "the upstream resets: how the connection of the client ends",
        )
        .informational(RFC9110, "9.3.6", RESET)
        .opens()
        .client(told())
        .upstream_ends()
        .upstream(known())
        .upstream([RelayStep::Reset])
        .expect(ends(Client, &[Eof::Reset]))
        .build(),
    ]
}
