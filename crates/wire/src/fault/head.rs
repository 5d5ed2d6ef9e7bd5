//! The head of an opening handshake, taken apart to be bent.

use crate::handshake::Head;

/// A start line and fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    pub(super) start: String,
    pub(super) fields: Vec<(String, String)>,
    /// CRLF, unless a fault has it otherwise.
    pub(super) line_end: &'static str,
    /// What ends the head.
    pub(super) end: &'static str,
}

pub(super) const UPGRADE: &str = "Upgrade";
pub(super) const CONNECTION: &str = "Connection";
pub(super) const HOST: &str = "Host";
pub(super) const KEY: &str = "Sec-WebSocket-Key";
pub(super) const VERSION: &str = "Sec-WebSocket-Version";
pub(super) const ACCEPT: &str = "Sec-WebSocket-Accept";
pub(super) const PROTOCOL: &str = "Sec-WebSocket-Protocol";
pub(super) const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

impl Lines {
    /// What is not UTF-8 is replaced.
    pub(super) fn read(head: &Head) -> Self {
        let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
        Self {
            start: text(head.start_line()),
            fields: head
                .fields()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
            line_end: "\r\n",
            end: "\r\n",
        }
    }

    /// The octets, the empty line included.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut head = format!("{}{}", self.start, self.line_end);
        for (name, value) in &self.fields {
            head.push_str(&format!("{name}: {value}{}", self.line_end));
        }
        head.push_str(self.end);
        head.into_bytes()
    }

    /// The first value of a field.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let field = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.as_str())
    }

    /// Whether the field has this among its values.
    pub(super) fn has(&self, name: &str, part: &str) -> bool {
        let value = self.value(name).unwrap_or_default();
        value
            .to_ascii_lowercase()
            .contains(&part.to_ascii_lowercase())
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.fields
            .retain(|(field, _)| !field.eq_ignore_ascii_case(name));
    }

    /// Gives the field this value, in its place or at the end.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let mut fields = self.fields.iter_mut();
        match fields.find(|(field, _)| field.eq_ignore_ascii_case(name)) {
            Some((_, old)) => value.clone_into(old),
            None => self.add(name, value),
        }
    }

    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// Writes a field twice, if it is there.
    pub(super) fn double(&mut self, name: &str) {
        if let Some(value) = self.value(name).map(str::to_owned) {
            self.add(name, &value);
        }
    }

    /// Takes a bare CR in a value for the end of a line.
    pub(super) fn split_at_cr(&mut self) {
        let fields = std::mem::take(&mut self.fields);
        for (name, value) in fields {
            let mut lines = value.split('\r');
            self.add(&name, lines.next().unwrap_or_default());
            for (name, value) in lines.filter_map(|line| line.split_once(':')) {
                self.add(name.trim(), value.trim());
            }
        }
    }

    /// Leaves out all fields of this name but the first.
    pub(super) fn keep_first(&mut self, name: &str) {
        if let Some(first) = self.value(name).map(str::to_owned) {
            self.remove(name);
            self.set(name, &first);
        }
    }

    /// Appends to the value of a field, if it is there.
    pub(super) fn append(&mut self, name: &str, more: &str) {
        if let Some(value) = self.value(name) {
            let value = format!("{value}{more}");
            self.set(name, &value);
        }
    }

    /// Whether the connection opens by this answer.
    pub(super) fn opens(&self) -> bool {
        self.start.split(' ').nth(1) == Some("101")
    }
}
