//! Telemetry from files: whatever people have at hand, as export requests.
//!
//! What a file is, is told by what stands in it and not by its name: OTLP/JSON (one request, several one after the other, an array of
//! them, a line each as the Collector's file exporter writes them), OTLP/protobuf (one request, or several with their lengths before
//! them), either compressed with gzip or zstd, or else text, each line of which is the body of a log record. What is none of these is
//! refused, and the error says what it looks like instead.

mod compression;
mod error;
mod frames;
mod json;
mod lines;
mod look;
mod protobuf;

use std::fs::File;
use std::io::{Read as _, stdin};
use std::path::{Path, PathBuf};

use tollgate_record::Signal;

pub use error::InputError;

use crate::Telemetry;

/// The most that is read from a file, compressed or not.
const LARGEST: u64 = 256 << 20;
/// Endings of the names of files that are read where a folder is named.
const ENDINGS: [&str; 12] = [
    "binpb", "pb", "proto", "bin", "json", "jsonl", "ndjson", "log", "txt", "gz", "zst", "zstd",
];

/// Reads a file, every file of a folder whose name says that it is telemetry, or, for `-`, the standard input. `hint` decides where
/// bytes could be of several signals, and holds for text.
pub fn read_path(path: &Path, hint: Option<Signal>) -> Result<Vec<Telemetry>, InputError> {
    if path == Path::new("-") {
        return read(
            &bytes(stdin().lock(), "standard input")?,
            "standard input",
            hint,
        );
    }
    if path.is_dir() {
        let mut all = Vec::new();
        for file in files(path)? {
            all.extend(one_file(&file, hint)?);
        }
        return Ok(all);
    }
    one_file(path, hint)
}

/// The files that [`read_path`] reads for a path; none for the standard input.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    if path == Path::new("-") {
        Ok(Vec::new())
    } else if path.is_dir() {
        files(path)
    } else {
        Ok(vec![path.to_owned()])
    }
}

/// Reads what stands in a file. `name` is its name, for sources and errors.
pub fn read(bytes: &[u8], name: &str, hint: Option<Signal>) -> Result<Vec<Telemetry>, InputError> {
    let named = hint.or_else(|| signal_of_name(name));
    let read = reading(bytes, name, hint, named)?;
    if read.is_empty() {
        return Err(InputError::of(name, "there is nothing in it")
            .help("telemetry is expected: OTLP/JSON, OTLP/protobuf, or lines of text"));
    }
    Ok(read)
}

/// Takes every line as the body of a log record, whatever it looks like.
pub fn read_lines(bytes: &[u8], name: &str) -> Result<Vec<Telemetry>, InputError> {
    let plain = compression::plain(bytes, name)?;
    Ok(lines::read(text(&plain, name)?, name))
}

fn reading(
    bytes: &[u8],
    name: &str,
    hint: Option<Signal>,
    named: Option<Signal>,
) -> Result<Vec<Telemetry>, InputError> {
    let plain = compression::plain(bytes, name)?;
    if let Some(wrong) = look::of_bytes(&plain) {
        return Err(wrong.error(name));
    }
    let Ok(text) = std::str::from_utf8(&plain) else {
        return frames::read(&plain, name, named);
    };
    if text.contains('\0') || protobuf::is_likely(&plain) {
        return frames::read(&plain, name, named);
    }
    // A request of short texts passes for text, and a line of a log may hold a control character.
    if text.bytes().any(is_odd)
        && let Ok(read) = frames::read(&plain, name, named)
    {
        return Ok(read);
    }
    reading_text(text, name, hint, named)
}

/// Control characters that nobody writes into texts.
fn is_odd(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x08 | 0x0c | 0x1b)
}

fn reading_text(
    text: &str,
    name: &str,
    hint: Option<Signal>,
    named: Option<Signal>,
) -> Result<Vec<Telemetry>, InputError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if json::is_json(text) {
        return json::read(text, name, named);
    }
    if let Some(wrong) = look::of_text(text, name) {
        return Err(wrong.error(name));
    }
    match hint {
        None | Some(Signal::Logs) => Ok(lines::read(text, name)),
        Some(signal) => Err(InputError::of(
            name,
            format!(
                "it is text, and lines of text are logs, not {}",
                signal.as_str()
            ),
        )),
    }
}

/// What a file's name says about the signal: `traces-01.binpb`.
fn signal_of_name(name: &str) -> Option<Signal> {
    let file = Path::new(name)
        .file_name()?
        .to_string_lossy()
        .to_lowercase();
    let words: [(&str, Signal); 4] = [
        ("log", Signal::Logs),
        ("trace", Signal::Traces),
        ("span", Signal::Traces),
        ("metric", Signal::Metrics),
    ];
    // The ending of `otlp.log` says nothing.
    let stem = file.split('.').next().unwrap_or(&file).to_owned();
    let mut found = words.into_iter().filter(|(word, _)| stem.contains(word));
    match (found.next(), found.next()) {
        (Some((_, signal)), None) => Some(signal),
        _ => None,
    }
}

fn one_file(path: &Path, hint: Option<Signal>) -> Result<Vec<Telemetry>, InputError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| InputError::unreadable(&name, &error))?;
    read(&bytes(file, &name)?, &name, hint)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, InputError> {
    let name = folder.display().to_string();
    let unreadable = |error: std::io::Error| InputError::unreadable(&name, &error);
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_file() && ENDINGS.contains(&ending.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(
            InputError::of(&name, "no file of this folder has a name of telemetry")
                .help(format!("names end with .{}", ENDINGS.join(", ."))),
        );
    }
    Ok(files)
}

fn bytes(from: impl std::io::Read, name: &str) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    from.take(LARGEST.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| InputError::unreadable(name, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(InputError::too_large(name));
    }
    Ok(bytes)
}

fn text<'b>(bytes: &'b [u8], name: &str) -> Result<&'b str, InputError> {
    std::str::from_utf8(bytes).map_err(|error| {
        InputError::of(name, "it is no text in UTF-8").at_offset(bytes, error.valid_up_to())
    })
}
