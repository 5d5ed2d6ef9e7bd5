//! What was not typed is taken from the file.

use crate::args::{ClientArgs, ProxyArgs, ServerArgs};

use super::Settings;

impl Settings {
    /// What `args` leave open. A URL or a command that is typed takes the place
    /// of both that the file has.
    #[must_use]
    pub fn fill_server(&self, mut args: ServerArgs) -> ServerArgs {
        let is_url = |word: &String| word.contains("://") || word.starts_with("ws+unix:");
        let file = &self.server;
        if args.command.is_empty() && !args.words.iter().any(is_url) {
            args.words.extend(file.urls.iter().cloned());
            args.command = file.command.iter().map(Into::into).collect();
            if args.agent.is_empty() {
                args.agent.clone_from(&file.agents);
            }
        }
        if args.words.iter().all(is_url) {
            args.words.extend(self.cases.iter().cloned());
        }
        fill(&mut args.profile, self.profile);
        fill_list(&mut args.cases_file, &self.cases_files);
        fill_list(&mut args.headers, &file.headers);
        fill(&mut args.origin, file.origin.clone());
        fill_list(&mut args.protocol, &file.protocols);
        if args.ca.is_none() && !args.insecure {
            args.ca.clone_from(&file.ca);
            args.insecure = file.insecure;
        }
        fill(&mut args.sni, file.sni.clone());
        args.no_preflight |= file.no_preflight;
        fill(&mut args.jobs, file.jobs);
        fill(&mut args.start_timeout, file.start_timeout);
        fill(&mut args.pace, self.timeouts.pace);
        if !args.no_timeouts {
            fill(&mut args.timeout_scale, self.timeouts.scale);
        }
        fill(&mut args.max_time, self.timeouts.max_time);
        args
    }

    /// What `args` leave open.
    #[must_use]
    pub fn fill_client(&self, mut args: ClientArgs) -> ClientArgs {
        let file = &self.client;
        if args.command.is_empty() {
            args.command = file.command.iter().map(Into::into).collect();
        }
        fill_list(&mut args.patterns, &self.cases);
        fill(&mut args.profile, self.profile);
        fill_list(&mut args.cases_file, &self.cases_files);
        if args.listen.is_none() {
            args.listen.clone_from(&file.listen);
        }
        if args.cert.is_none() && args.write_cert.is_none() {
            args.cert.clone_from(&file.cert);
            args.key.clone_from(&file.key);
        }
        args.tls |= file.tls;
        fill(&mut args.start_timeout, file.start_timeout);
        fill(&mut args.idle_timeout, file.idle_timeout);
        fill(&mut args.pace, self.timeouts.pace);
        if !args.no_timeouts {
            fill(&mut args.timeout_scale, self.timeouts.scale);
        }
        fill(&mut args.max_time, self.timeouts.max_time);
        args
    }

    /// What `args` leave open. A URL or a command that is typed takes the place of
    /// both that the file has, and of what goes with them.
    #[must_use]
    pub fn fill_proxy(&self, mut args: ProxyArgs) -> ProxyArgs {
        let file = &self.proxy;
        if args.command.is_empty() && args.through.is_none() {
            args.through.clone_from(&file.through);
            args.command = file.command.iter().map(Into::into).collect();
            fill(&mut args.agent, file.agent.clone());
        }
        fill_list(&mut args.patterns, &self.cases);
        fill_list(&mut args.cases_file, &self.cases_files);
        fill(&mut args.listen, file.listen.clone());
        fill_list(&mut args.headers, &file.headers);
        if args.ca.is_none() && !args.insecure {
            args.ca.clone_from(&file.ca);
            args.insecure = file.insecure;
        }
        fill(&mut args.sni, file.sni.clone());
        args.no_preflight |= file.no_preflight;
        fill(&mut args.start_timeout, file.start_timeout);
        if !args.no_timeouts {
            fill(&mut args.timeout_scale, self.timeouts.scale);
        }
        fill(&mut args.max_time, self.timeouts.max_time);
        args
    }

    /// The files of cases that `typed` names, or else this file.
    pub fn cases_files<'s>(&'s self, typed: &'s [std::path::PathBuf]) -> &'s [std::path::PathBuf] {
        match typed {
            [] => &self.cases_files,
            typed => typed,
        }
    }
}

fn fill<T>(typed: &mut Option<T>, file: Option<T>) {
    if typed.is_none() {
        *typed = file;
    }
}

fn fill_list<T: Clone>(typed: &mut Vec<T>, file: &[T]) {
    if typed.is_empty() {
        typed.extend_from_slice(file);
    }
}
