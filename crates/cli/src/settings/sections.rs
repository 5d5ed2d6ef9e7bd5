//! The sections of the file that say how the testee is reached.

use std::path::PathBuf;

use toml::Spanned;
use wscheck_run::Address;

use super::rows::{FileRows, ServerRow, Words};
use super::source::{Source, Word};
use crate::args::PaceName;
use crate::config::{header_field, pace};
use crate::failure::Failure;

/// How `wscheck server` finds and starts the testee.
#[derive(Debug, Default)]
pub(super) struct ServerSettings {
    pub(super) urls: Vec<String>,
    pub(super) command: Vec<String>,
    pub(super) agents: Vec<String>,
    pub(super) start_timeout: Option<f64>,
    pub(super) headers: Vec<String>,
    pub(super) origin: Option<String>,
    pub(super) protocols: Vec<String>,
    pub(super) ca: Option<PathBuf>,
    pub(super) insecure: bool,
    pub(super) sni: Option<String>,
    pub(super) no_preflight: bool,
    pub(super) jobs: Option<u32>,
}

/// How `wscheck client` waits for the testee, and starts it.
#[derive(Debug, Default)]
pub(super) struct ClientSettings {
    pub(super) command: Vec<String>,
    pub(super) listen: Option<String>,
    pub(super) start_timeout: Option<f64>,
    pub(super) idle_timeout: Option<f64>,
    pub(super) tls: bool,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

/// How `wscheck proxy` finds and starts the testee, and where it listens.
#[derive(Debug, Default)]
pub(super) struct ProxySettings {
    pub(super) through: Option<String>,
    pub(super) command: Vec<String>,
    pub(super) listen: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) start_timeout: Option<f64>,
    pub(super) headers: Vec<String>,
    pub(super) ca: Option<PathBuf>,
    pub(super) insecure: bool,
    pub(super) sni: Option<String>,
    pub(super) no_preflight: bool,
}

/// How long waits are.
#[derive(Debug, Default)]
pub(super) struct Timeouts {
    pub(super) pace: Option<PaceName>,
    pub(super) scale: Option<f64>,
    pub(super) max_time: Option<f64>,
}

pub(super) fn one<T>(
    word: Option<&Spanned<String>>,
    read: impl FnOnce(&Word<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    word.map(|word| read(&Word::of(word))).transpose()
}

fn texts(words: Option<&Spanned<Words>>) -> Vec<String> {
    let words = Word::all(words);
    words.iter().map(|word| word.text.to_owned()).collect()
}

fn number(
    source: &Source,
    key: &str,
    seconds: Option<&Spanned<f64>>,
) -> Result<Option<f64>, Failure> {
    seconds
        .map(|seconds| source.seconds(key, seconds))
        .transpose()
}

impl ServerSettings {
    pub(super) fn new(source: &Source, rows: &FileRows) -> Result<Self, Failure> {
        let row = &rows.server;
        let urls = urls(source, row)?;
        check_headers(source, row.headers.as_ref())?;
        let command = command(source, row.command.as_ref())?;
        check_count(source, row, urls.len(), !command.is_empty())?;
        let jobs = row.jobs.as_ref();
        let jobs = jobs.map(|jobs| source.whole("jobs", jobs, 1, 1024));
        Ok(Self {
            urls,
            command,
            agents: texts(row.agent.as_ref()),
            start_timeout: number(source, "start-timeout", row.start_timeout.as_ref())?,
            headers: texts(row.headers.as_ref()),
            origin: row.origin.clone(),
            protocols: texts(row.protocols.as_ref()),
            ca: row.ca.clone().map(PathBuf::from),
            insecure: row.insecure,
            sni: row.sni.clone(),
            no_preflight: row.preflight == Some(false),
            jobs: jobs.transpose()?.and_then(|jobs| u32::try_from(jobs).ok()),
        })
    }
}

impl ClientSettings {
    pub(super) fn new(source: &Source, rows: &FileRows) -> Result<Self, Failure> {
        let row = &rows.client;
        if let (Some(lone), None) | (None, Some(lone)) = (&row.cert, &row.key) {
            let problem = "`cert` and `key` go together";
            return Err(source.fault(&lone.span(), problem));
        }
        if let (Some(cert), false) = (&row.cert, row.tls) {
            let problem = "`cert` is for `tls = true`";
            return Err(source.fault(&cert.span(), problem));
        }
        check_listen(source, row.listen.as_ref(), row.tls)?;
        let path = |file: &Option<Spanned<String>>| {
            let file = file.as_ref();
            file.map(|file| PathBuf::from(file.get_ref()))
        };
        Ok(Self {
            command: command(source, row.command.as_ref())?,
            listen: row.listen.as_ref().map(|listen| listen.get_ref().clone()),
            start_timeout: number(source, "start-timeout", row.start_timeout.as_ref())?,
            idle_timeout: number(source, "idle-timeout", row.idle_timeout.as_ref())?,
            tls: row.tls,
            cert: path(&row.cert),
            key: path(&row.key),
        })
    }
}

impl ProxySettings {
    pub(super) fn new(source: &Source, rows: &FileRows) -> Result<Self, Failure> {
        let row = &rows.proxy;
        if let Some(through) = row.through.as_ref().map(Word::of) {
            check_url(source, "through", &through)?;
        }
        check_listen(source, row.listen.as_ref(), false)?;
        check_headers(source, row.headers.as_ref())?;
        let text = |word: &Spanned<String>| word.get_ref().clone();
        Ok(Self {
            through: row.through.as_ref().map(text),
            command: command(source, row.command.as_ref())?,
            listen: row.listen.as_ref().map(text),
            agent: row.agent.clone(),
            start_timeout: number(source, "start-timeout", row.start_timeout.as_ref())?,
            headers: texts(row.headers.as_ref()),
            ca: row.ca.clone().map(PathBuf::from),
            insecure: row.insecure,
            sni: row.sni.clone(),
            no_preflight: row.preflight == Some(false),
        })
    }
}

impl Timeouts {
    pub(super) fn new(source: &Source, rows: &FileRows) -> Result<Self, Failure> {
        let row = &rows.timeouts;
        if let Some(scale) = &row.scale {
            pace(false, Some(*scale.get_ref())).map_err(|_| {
                let found = scale.get_ref();
                let problem = format!("`scale`: expected a number from 0.1 to 100, not {found}");
                source.fault(&scale.span(), problem)
            })?;
        }
        Ok(Self {
            pace: one(row.pace.as_ref(), |word| source.named("pace", word))?,
            scale: row.scale.as_ref().map(|scale| *scale.get_ref()),
            max_time: number(source, "max-time", row.max_time.as_ref())?,
        })
    }
}

/// A program and its arguments: a list, or one text without quotes.
fn command(source: &Source, words: Option<&Spanned<Words>>) -> Result<Vec<String>, Failure> {
    let Some(spanned) = words else {
        return Ok(Vec::new());
    };
    let list = Word::all(words);
    let parts: Vec<String> = match &list[..] {
        [line] if line.span == spanned.span() => {
            if line.text.contains(['\'', '"', '\\']) {
                let problem = "`command`: quotes mean nothing here; write a list, \
                    [\"./my-server\", \"--name\", \"a b\"]";
                return Err(source.fault(&line.span, problem));
            }
            line.text.split_whitespace().map(str::to_owned).collect()
        }
        list => list.iter().map(|word| word.text.to_owned()).collect(),
    };
    match parts.first() {
        Some(program) if !program.is_empty() => Ok(parts),
        _ => Err(source.fault(&spanned.span(), "`command` names no program")),
    }
}

fn urls(source: &Source, row: &ServerRow) -> Result<Vec<String>, Failure> {
    let urls = Word::all(row.url.as_ref());
    for url in &urls {
        check_url(source, "url", url)?;
    }
    Ok(urls.iter().map(|word| word.text.to_owned()).collect())
}

fn check_url(source: &Source, key: &str, url: &Word<'_>) -> Result<(), Failure> {
    // The mark is for a port.
    let filled = url.text.replace("{port}", "1");
    let filled = Word {
        text: &filled,
        span: url.span.clone(),
    };
    source.parsed::<Address>(key, &filled).map(drop)
}

fn check_listen(
    source: &Source,
    listen: Option<&Spanned<String>>,
    tls: bool,
) -> Result<(), Failure> {
    if let Some(word) = listen.map(Word::of) {
        crate::listening::address(word.text, tls)
            .map_err(|error| source.fault(&word.span, format!("`listen`: {error}")))?;
    }
    Ok(())
}

fn check_headers(source: &Source, headers: Option<&Spanned<Words>>) -> Result<(), Failure> {
    for word in Word::all(headers) {
        if header_field(word.text).is_err() {
            let text = word.text.escape_debug();
            let problem = format!("`headers`: '{text}': expected 'Name: value'");
            return Err(source.fault(&word.span, problem));
        }
    }
    Ok(())
}

/// A command starts one server, and each server has one name.
fn check_count(source: &Source, row: &ServerRow, urls: usize, starts: bool) -> Result<(), Failure> {
    if let (Some(spanned), true, 2..) = (&row.url, starts, urls) {
        let problem = format!("`url`: a command starts one server, and there are {urls} URLs");
        return Err(source.fault(&spanned.span(), problem));
    }
    let agents = Word::all(row.agent.as_ref()).len();
    if let (Some(spanned), true) = (&row.agent, agents > urls.max(1)) {
        let servers = match urls {
            0 | 1 => "1 server".to_owned(),
            count => format!("{count} servers"),
        };
        let problem = format!("`agent`: {agents} names, and {servers} to name");
        return Err(source.fault(&spanned.span(), problem));
    }
    Ok(())
}
