//! Fetching what the peers are made of, once for all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;
use std::time::Duration;

use assert_cmd::Command;

use crate::program::interop;

/// A registry that says nothing for this long cannot be reached.
const LONGEST_INSTALLATION: Duration = Duration::from_secs(300);

/// The folder whose scripts find their npm packages.
pub fn npm() -> Result<PathBuf, String> {
    static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let peers = interop().join("peers/node");
        let lock = peers.join("package-lock.json");
        unless_done(&peers.join("node_modules/.wscheck"), &[&lock], || {
            run(
                // What a package would run when it is installed is of no use here.
                Command::new("npm")
                    .args(["ci", "--ignore-scripts"])
                    .current_dir(&peers),
                "the npm registry",
            )
        })?;
        Ok(peers)
    });
    INSTALLED.clone()
}

/// The interpreter of the virtual environment that has the PyPI packages.
pub fn pypi() -> Result<PathBuf, String> {
    static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let requirements = interop().join("peers/python/requirements.txt");
        Ok(environment("python", &requirements)?.join("python"))
    });
    INSTALLED.clone()
}

/// The folder with the programs of the virtual environment `name`, which has what
/// `requirements` names.
pub fn environment(name: &str, requirements: &Path) -> Result<PathBuf, String> {
    let environment = built().join(name);
    let programs = environment.join("bin");
    unless_done(&environment.join(".wscheck"), &[requirements], || {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&environment);
        run(&mut venv, "python's own venv")?;
        let mut pip = Command::new(programs.join("python"));
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
            .arg("--requirement")
            .arg(requirements);
        run(&mut pip, "PyPI")
    })?;
    Ok(programs)
}

/// The folder with the programs built from crates.io.
pub fn crates_io() -> Result<PathBuf, String> {
    static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let target = built().join("rust");
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--release", "--locked", "--manifest-path"])
            .arg(interop().join("peers/rust/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target);
        run(&mut cargo, "crates.io")?;
        Ok(target.join("release"))
    });
    INSTALLED.clone()
}

/// A program built from Debian's headers of websocketpp and Boost.
///
/// # Panics
/// When there is no such program.
pub fn debian(name: &str) -> Result<PathBuf, String> {
    let program = CPP.iter().find(|program| program.name == name);
    let program = program.unwrap_or_else(|| panic!("{name} is no program of peers/cpp"));
    let folder = built().join("cpp");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let sources = interop().join("peers/cpp");
    let source = sources.join(program.source);
    let shared = sources.join("close_command.hpp");
    let built = folder.join(name);
    let stamp = folder.join(format!(".wscheck-{name}"));
    unless_done(&stamp, &[&source, &shared], || {
        let mut compiler = Command::new("g++");
        compiler
            .args(["-std=c++14", "-O2", "-pthread", "-o"])
            .arg(&built)
            .arg(&source)
            .args(program.arguments);
        run(&mut compiler, program.packages)
    })?;
    Ok(built)
}

/// A program of `peers/cpp`.
struct Cpp {
    name: &'static str,
    source: &'static str,
    /// What the compiler is told beside.
    arguments: &'static [&'static str],
    packages: &'static str,
}

const CPP: [Cpp; 3] = [
    Cpp {
        name: "websocketpp-server",
        source: "websocketpp/server.cpp",
        arguments: &["-DASIO_STANDALONE", "-lz"],
        packages: "libwebsocketpp-dev, with libasio-dev and zlib1g-dev,",
    },
    Cpp {
        name: "beast-server",
        source: "beast/server.cpp",
        arguments: &[],
        packages: "libboost-dev",
    },
    Cpp {
        name: "beast-client",
        source: "beast/client.cpp",
        arguments: &[],
        packages: "libboost-dev",
    },
];

/// The folder in cargo's target folder that is kept from one run to the next.
fn built() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop")
}

/// Installs when `stamp` is not a copy of `pins`, one behind the other, yet.
pub fn unless_done(
    stamp: &Path,
    pins: &[&Path],
    install: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let mut wanted = Vec::new();
    for pins in pins {
        let read = fs::read(pins).map_err(|error| format!("{}: {error}", pins.display()));
        wanted.extend(read?);
    }
    if fs::read(stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// Runs a step of an installation; an error names what `source` it needs.
pub fn run(command: &mut Command, source: &str) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .timeout(LONGEST_INSTALLATION)
        .output()
        .map_err(|error| format!("{source} is out of reach: {name} does not run: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!(
        "{source} is out of reach, or does not have it: {name} ended with {status}\n{}{}",
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    ))
}
