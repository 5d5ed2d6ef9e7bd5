//! What happens to a client that is tested, octet by octet.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use wscheck_suite::catalogue;
use wscheck_suite::judge::judge;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::{ServerSide, Session, Settings};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Verdict};
use wscheck_wire::{Conversation, Eof, Moment, Output, Role};

const REQUEST: &str = "GET /runCase?case=1&agent=a HTTP/1.1\r\nHost: a\r\n\
    Upgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

/// One of our sessions, and what it has written.
struct Meeting {
    session: Session,
    profile: Profile,
    case: &'static str,
    written: Vec<u8>,
    ending: Option<Output>,
    now: Moment,
}

impl Meeting {
    fn new(case: &'static str, profile: Profile) -> Self {
        let found = catalogue::find(case.parse().unwrap()).unwrap();
        let settings = Settings {
            profile,
            ..Settings::default()
        };
        let side = ServerSide {
            name: Some("us".to_owned()),
            agent: Some("a".to_owned()),
            ..ServerSide::default()
        };
        Self {
            session: Session::accept(Arc::new(found.clone()), 0, &settings, side),
            profile,
            case,
            written: Vec::new(),
            ending: None,
            now: Moment::ZERO,
        }
    }

    /// After a request with further `fields`.
    fn asked(case: &'static str, profile: Profile, fields: &str) -> Self {
        let mut meeting = Self::new(case, profile);
        meeting.send(format!("{REQUEST}{fields}\r\n").as_bytes());
        meeting
    }

    fn send(&mut self, octets: &[u8]) {
        self.session.handle_input(self.now, &mut octets.to_vec());
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.session.poll_output(self.now) {
            match output {
                Output::Write(octets) => self.written.extend(octets),
                ending => self.ending = Some(ending),
            }
        }
    }

    /// Lets time pass until the session is over.
    fn wait(&mut self) {
        while let Some(next) = self.session.poll_timeout() {
            self.now = next;
            self.session.handle_timeout(next);
            self.collect();
        }
    }

    fn verdict(&self) -> Verdict {
        let case = catalogue::find(self.case.parse().unwrap()).unwrap();
        judge(case, self.profile, Role::Client, &[self.session.evidence()])
    }

    fn axes(&self) -> (Behaviour, CloseBehaviour) {
        let verdict = self.verdict();
        (verdict.behaviour, verdict.close)
    }
}

/// A frame as a client sends it, with a masking key of zeros.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![
        first,
        0x80 | u8::try_from(payload.len()).unwrap(),
        0,
        0,
        0,
        0,
    ];
    frame.extend_from_slice(payload);
    frame
}

const OK: (Behaviour, CloseBehaviour) = (Behaviour::Ok, CloseBehaviour::Ok);
const FAILED: (Behaviour, CloseBehaviour) = (Behaviour::Failed, CloseBehaviour::Failed);

#[test]
fn the_answer_has_its_fields_in_order_and_the_first_frame_behind_it() {
    let meeting = Meeting::asked("1.1.1", Profile::Rfc, "");
    let head = "HTTP/1.1 101 Switching Protocols\r\nServer: us\r\nUpgrade: WebSocket\r\n\
        Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    let wanted = [head.as_bytes(), b"\x81\x00"].concat();
    assert_eq!(
        meeting.written.escape_ascii().to_string(),
        wanted.escape_ascii().to_string()
    );
}

/// TCP ends at once: by RST after the answer to our Close, in order after the
/// answer to the client's.
#[test]
fn the_server_ends_tcp_after_the_closing_handshake() {
    let mut ours = Meeting::asked("1.1.1", Profile::Autobahn, "");
    ours.send(&masked(0x81, b""));
    assert!(ours.written.ends_with(b"\x88\x02\x03\xe8"));
    assert_eq!(ours.ending, None);
    ours.send(&masked(0x88, &[3, 232]));
    assert_eq!((&ours.ending, ours.axes()), (&Some(Output::Reset), OK));

    let mut theirs = Meeting::asked("3.1", Profile::Autobahn, "");
    theirs.send(&masked(0x88, &[3, 234]));
    assert!(theirs.written.ends_with(b"\x88\x02\x03\xe8"));
    assert_eq!((&theirs.ending, theirs.axes()), (&Some(Output::Drop), OK));
}

/// By `rfc` TCP ends by FIN, whoever closed, so that our last words are read.
/// The client may take its time.
#[test]
fn by_rfc_the_server_ends_tcp_in_order() {
    for (case, first, answer) in [
        ("1.1.1", masked(0x81, b""), [3, 232]),
        ("3.1", Vec::new(), [3, 234]),
    ] {
        let mut meeting = Meeting::asked(case, Profile::Rfc, "");
        meeting.send(&first);
        meeting.send(&masked(0x88, &answer));
        assert!(meeting.written.ends_with(b"\x88\x02\x03\xe8"));
        assert_eq!(meeting.ending, Some(Output::ShutdownWrite), "{case}");
        let evidence = meeting.session.evidence().clone();
        assert!(!meeting.session.is_over());
        meeting.session.handle_eof(meeting.now, Eof::Fin);
        meeting.collect();
        assert_eq!(meeting.ending, Some(Output::Drop), "{case}");
        assert!(meeting.session.is_over());
        assert_eq!(meeting.session.evidence(), &evidence);
        assert_eq!(meeting.axes(), OK, "{case}");
    }
}

/// "The application MUST NOT send any more data frames after sending a Close
/// frame" (section 5.5.1).
#[test]
fn what_a_client_says_behind_its_close_is_heard() {
    let closed = |behind: &[u8]| {
        let mut meeting = Meeting::asked("3.1", Profile::Rfc, "");
        meeting.send(&[&masked(0x88, &[3, 234]), behind].concat());
        assert_eq!(meeting.ending, Some(Output::ShutdownWrite));
        meeting.axes().0
    };
    assert_eq!(closed(b""), Behaviour::Ok);
    assert_eq!(closed(&masked(0x8a, b"pong")), Behaviour::Ok);
    assert_eq!(closed(&masked(0x81, b"late")), Behaviour::Failed);
    assert_eq!(closed(&masked(0x88, &[3, 237])), Behaviour::NonStrict);
}

/// Even where nothing else is given up, a client that does not end its side is
/// not waited for long.
#[test]
fn a_client_that_keeps_tcp_open_does_not_hold_us() {
    let mut meeting = Meeting::asked("3.1", Profile::Rfc, "");
    meeting.send(&masked(0x88, &[3, 234]));
    meeting.wait();
    assert_eq!(meeting.ending, Some(Output::Drop));
    assert_eq!((meeting.now.as_secs(), meeting.axes()), (1, OK));
}

#[test]
fn a_client_masks_its_frames() {
    for profile in [Profile::Autobahn, Profile::Rfc] {
        let mut meeting = Meeting::asked("1.1.1", profile, "");
        meeting.send(b"\x81\x00");
        assert!(
            meeting
                .written
                .windows(4)
                .any(|octets| octets[..1] == [0x88] && octets[2..] == [3, 234])
        );
        meeting.send(&masked(0x88, &[3, 234]));
        let closed = meeting.axes();
        assert_ne!(closed, OK, "{:?}", meeting.verdict());
    }
}

#[test]
fn a_request_at_fault_is_answered_and_fails_the_case() {
    for (fields, profile, status) in [
        ("Host: b\r\n", Profile::Rfc, "400 Bad Request"),
        (
            "Host: b\r\n",
            Profile::Autobahn,
            "400 2 Host fields, not one",
        ),
        (
            "Sec-WebSocket-Extensions: permessage-deflate; x\r\n",
            Profile::Autobahn,
            "400 bad parameter \"x\" of permessage-deflate",
        ),
    ] {
        let meeting = Meeting::asked("1.1.1", profile, fields);
        let text = String::from_utf8_lossy(&meeting.written).into_owned();
        assert!(
            text.starts_with(&format!("HTTP/1.1 {status}\r\n")),
            "{text}"
        );
        assert_eq!(
            (&meeting.ending, meeting.axes()),
            (&Some(Output::Drop), FAILED)
        );
    }
    let declined = "Sec-WebSocket-Extensions: permessage-deflate; x\r\n";
    let meeting = Meeting::asked("1.1.1", Profile::Rfc, declined);
    assert!(meeting.written.starts_with(b"HTTP/1.1 101 "));
}

#[test]
fn a_client_that_stops_halfway_fails_the_case() {
    let mut silent = Meeting::new("1.1.1", Profile::Rfc);
    silent.send(b"GET / HT");
    silent.wait();
    assert_eq!((silent.now.as_secs(), silent.axes()), (5, FAILED));
    let mut gone = Meeting::new("1.1.1", Profile::Rfc);
    gone.send(b"GET / HT");
    gone.session.handle_eof(gone.now, Eof::Fin);
    assert_eq!(gone.axes(), FAILED);
    let fault = gone.session.evidence().opening.fault.clone().unwrap();
    assert_eq!(
        fault,
        "the client ended TCP after 8 octets of its opening request"
    );
}

/// Where the client closes and is to be failed later, there is nothing left to
/// wait for.
#[test]
fn no_case_outlives_a_client_that_closes() {
    for case in catalogue::all().iter().filter(|case| case.id.chapter() < 9) {
        let mut meeting = Meeting::asked(
            Box::leak(case.id.to_string().into_boxed_str()),
            Profile::Autobahn,
            "",
        );
        meeting.send(&masked(0x88, &[3, 232]));
        assert!(meeting.ending.is_some(), "{}", case.id);
    }
}
