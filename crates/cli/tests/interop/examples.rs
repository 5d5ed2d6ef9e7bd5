//! The loops in `docs/clients.md` are programs that run.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::installation::{crates_io, npm, pypi};
use crate::program::interop;

/// A few cases that every library passes; a program that echoes nothing fails them, and one
/// that ends with the first connection that fails does not come to their end.
const CASES: [&str; 8] = [
    "1.1.*",
    "1.2.*",
    "2.*",
    "7.1.1",
    "21.1.1",
    "21.2.1-21.2.7",
    "21.7.15",
    "21.7.16",
];

const LONGEST_RUN: Duration = Duration::from_secs(60);

/// What starts the loop with the `WebSocket` that browsers have.
const START: &str = "next(`${process.env.WSCHECK_URL}/next?agent=browser`);\n";

#[test]
#[ignore = "needs PyPI"]
fn loops_in_python() {
    let python = pypi().unwrap_or_else(|why| panic!("{why}"));
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let programs = blocks("python");
    assert_eq!(programs.len(), 2);
    for text in programs {
        let path = folder.path().join("client.py");
        write(&path, &text);
        let mut program = Command::new(&python);
        program.arg(path);
        passes(&program, &text);
    }
}

#[test]
#[ignore = "needs the npm registry"]
fn loops_in_javascript() {
    // Packages are looked for in the folders above a script.
    let modules = npm()
        .unwrap_or_else(|why| panic!("{why}"))
        .join("node_modules");
    let folder = tempfile::tempdir_in(modules).unwrap_or_else(|error| panic!("{error}"));
    let programs = blocks("js");
    assert_eq!(programs.len(), 3);
    for text in programs {
        let path = folder.path().join("client.mjs");
        let mut program = Command::new("node");
        if text.contains("import") {
            write(&path, &text);
        } else {
            let Some(flag) = flag_for_websocket() else {
                continue;
            };
            program.args(flag);
            write(&path, &format!("{text}{START}"));
        }
        program.arg(path);
        passes(&program, &text);
    }
}

/// What makes node have the `WebSocket` of browsers: nothing from version 22 on, and
/// nothing at all before version 20.
fn flag_for_websocket() -> Option<&'static [&'static str]> {
    let flags: [&[&str]; 2] = [&[], &["--experimental-websocket"]];
    flags.into_iter().find(|flag| {
        let mut node = Command::new("node");
        let has = node.args(*flag).args(["-e", "WebSocket"]).output();
        has.is_ok_and(|output| output.status.success())
    })
}

/// What stands there is what is built.
#[test]
#[ignore = "needs crates.io"]
fn loops_in_rust() {
    let bin = crates_io().unwrap_or_else(|why| panic!("{why}"));
    let programs = blocks("rust");
    let names = ["tungstenite-next", "tungstenite-count"];
    assert_eq!(programs.len(), names.len());
    for (name, text) in names.into_iter().zip(programs) {
        let source = interop().join(format!("peers/rust/{}.rs", name.replace('-', "/")));
        let source = fs::read_to_string(source).unwrap_or_else(|error| panic!("{error}"));
        assert!(text == source, "docs/clients.md and {name}.rs differ");
        passes(&Command::new(bin.join(name)), name);
    }
}

/// The code of one language in `docs/clients.md`.
fn blocks(language: &str) -> Vec<String> {
    let page = interop().join("../docs/clients.md");
    let page = fs::read_to_string(page).unwrap_or_else(|error| panic!("{error}"));
    let fence = format!("```{language}\n");
    let after = page.split(&fence).skip(1);
    after
        .map(|text| text.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Has `wscheck client` start a program, which runs every case and passes.
///
/// # Panics
/// When it does not.
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
fn passes(program: &Command, what: &str) {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let started = Instant::now();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_wscheck"))
        .arg("client")
        .args(CASES)
        .arg("--")
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(folder.path())
        .timeout(LONGEST_RUN)
        .output()
        .unwrap_or_else(|error| panic!("{error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{what}\n{}\n{stderr}",
        output.status
    );
    let took = started.elapsed().as_secs_f64();
    let told = stderr.lines().find(|line| line.contains("cases: "));
    println!("{} in {took:.1} s", told.unwrap_or_default());
}
