//! What the WebSocket API of a browser showed to its page of one connection.

use std::str::FromStr;

use wscheck_run::service::{Messages, Resource};

use super::NoPage;

/// The most groups of events that are read; a page folds more than these.
const MAX_GROUPS: usize = 512;

/// What an API showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// The events in order; those alike in a row are one.
    pub(super) events: Vec<Event>,
    /// `code` of the `close` event, if there was one.
    pub(super) code: Option<u16>,
    /// Its `reason`.
    pub(super) reason: String,
    /// Its `wasClean`.
    pub(super) was_clean: bool,
}

/// Events alike in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    pub(super) times: u64,
}

/// An event; a message by the type of its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Open,
    Text,
    Binary,
    Error,
    Close,
}

impl Seen {
    /// As the page tells it: `events=open,text*2,close`, `code`, `reason` and
    /// `clean`.
    pub(super) fn read(resource: &Resource) -> Result<Self, NoPage> {
        let code = resource.param("code")?.map(str::parse).transpose();
        let code = code.map_err(|_| NoPage::Bad("code is no close code".to_owned()))?;
        Ok(Self {
            events: events(resource.param("events")?.unwrap_or_default())?,
            code,
            reason: resource.param("reason")?.unwrap_or_default().to_owned(),
            was_clean: resource.param("clean")? == Some("true"),
        })
    }

    /// How often an event came.
    pub(super) fn count(&self, kind: EventKind) -> u64 {
        let alike = self.events.iter().filter(|event| event.kind == kind);
        alike.fold(0, |sum, event| sum.saturating_add(event.times))
    }

    /// The messages, by type.
    pub(super) fn messages(&self) -> Messages {
        Messages {
            text: self.count(EventKind::Text),
            binary: self.count(EventKind::Binary),
        }
    }
}

fn events(text: &str) -> Result<Vec<Event>, NoPage> {
    let words = text.split(',').filter(|word| !word.is_empty());
    let events: Vec<Event> = words.map(str::parse).collect::<Result<_, _>>()?;
    if events.len() > MAX_GROUPS {
        let why = format!("more than {MAX_GROUPS} groups of events");
        return Err(NoPage::Bad(why));
    }
    Ok(events)
}

impl FromStr for Event {
    type Err = NoPage;

    fn from_str(text: &str) -> Result<Self, NoPage> {
        let (name, times) = text.split_once('*').unwrap_or((text, "1"));
        let kind = match name {
            "open" => EventKind::Open,
            "text" => EventKind::Text,
            "binary" => EventKind::Binary,
            "error" => EventKind::Error,
            "close" => EventKind::Close,
            _ => return Err(NoPage::Bad(format!("{name:?} is no event"))),
        };
        let times = times
            .parse()
            .map_err(|_| NoPage::Bad(format!("{times:?} is no number of events")))?;
        Ok(Self { kind, times })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_tells_is_read() {
        let told = "/?events=open,text*3,text,binary,close&code=1006&reason=a%20b&clean=true";
        let seen = Seen::read(&Resource::parse(told)).unwrap();
        assert_eq!(seen.events.len(), 5);
        assert_eq!((seen.messages().text, seen.messages().binary), (4, 1));
        assert_eq!((seen.code, &*seen.reason), (Some(1006), "a b"));
        assert!(seen.was_clean);
        assert_eq!(Seen::read(&Resource::parse("/")).unwrap(), Seen::default());
        for wrong in ["events=x", "events=text*-1", "code=70000", "code=1&code=2"] {
            let wrong = format!("/?{wrong}");
            assert!(Seen::read(&Resource::parse(&wrong)).is_err(), "{wrong}");
        }
        let many = format!("/?events={}", "text,binary,".repeat(MAX_GROUPS));
        assert!(Seen::read(&Resource::parse(&many)).is_err());
    }
}
