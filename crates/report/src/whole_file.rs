//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes `text` to `path`: a file that is there whole or not at all, unless
/// something else has that name, as `/dev/stdout` has.
///
/// # Errors
/// If it cannot be written.
pub fn write_text(path: &Path, text: &str) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => File::options()
            .write(true)
            .open(path)?
            .write_all(text.as_bytes()),
        _ => write(path, |file| file.write_all(text.as_bytes())),
    }
}

/// Writes a file beside `path` and gives it that name once it is whole. What
/// had the name before, be it a link to elsewhere, is replaced.
pub(crate) fn write(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = create_and_fill(partial.as_ref(), fill);
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written.and_then(|()| fs::rename(&partial, path))
}

fn create_and_fill(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    remove_if_there(path)?;
    let mut file = BufWriter::new(File::create_new(path)?);
    fill(&mut file)?;
    file.flush()
}

/// Removes a file; that there is none is no error.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        write(&path, |file| file.write_all(b"one")).unwrap();
        let error = write(&path, |file| {
            file.write_all(b"two")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(error.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
