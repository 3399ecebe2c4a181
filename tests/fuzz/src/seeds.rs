//! What each law begins with: telemetry of real clients, the vectors of the policies, and configurations of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use serde_json::Value;

/// Larger files make a fuzzer slow, and teach it nothing that smaller ones do not.
const LARGEST: u64 = 64 << 10;

/// The law's seeds, the same every time. A law that nobody knows has none.
#[must_use]
pub fn of(law: &str) -> Vec<Vec<u8>> {
    let mut seeds = match law {
        "index" => files("tests/fixtures/telemetry", &["binpb"]),
        "json" => documents(),
        "config" => {
            let mut seeds = files("host/config/tests/golden", &["yaml"]);
            seeds.extend(files("tests/fixtures", &["yaml"]));
            seeds.extend(files("examples", &["yaml"]));
            seeds
        }
        "ottl" => statements(),
        "redaction" => prefixed(&[0; 16], documents()),
        "admission" => {
            let mut seeds = Vec::new();
            for (coding, times) in [(0, 0), (0, 1), (1, 9), (2, 40), (3, 2)] {
                let ending = if times == 0 { "gz" } else { "binpb" };
                let bodies = files("tests/fixtures/telemetry", &[ending]);
                seeds.extend(prefixed(&[coding, times], bodies));
            }
            seeds
        }
        "http_front" => conversations(),
        _ => Vec::new(),
    };
    if matches!(
        law,
        "edit_encode" | "outcome_check" | "queue_frame" | "redaction" | "json" | "ottl"
    ) {
        let mut rng = Rng::with_seed(0);
        seeds.extend((0..64).map(|_| {
            let length = rng.usize(..1_000);
            (0..length).map(|_| rng.u8(..)).collect()
        }));
    }
    seeds.push(Vec::new());
    seeds
}

/// Writes the law's seeds where the fuzzer is told to look for them: into a folder of `FUZZ_SEEDS`, if that is set.
///
/// # Panics
/// If they cannot be written.
pub fn write(law: &str) {
    let Some(folder) = std::env::var_os("FUZZ_SEEDS") else {
        return;
    };
    let folder = Path::new(&folder).join(law);
    fs::create_dir_all(&folder).expect("the folder can be made");
    for (number, seed) in of(law).iter().enumerate() {
        fs::write(folder.join(format!("{number:04}")), seed).expect("a seed can be written");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Files below a folder of the repository whose names end so, in the order of their names.
fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && entry.file_name() != "target" => {
                    collect(&entry.path(), found);
                }
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    let is_wanted = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.len() <= LARGEST);
        is_small && ending.is_some_and(|ending| endings.contains(&ending))
    };
    let wanted = found.iter().filter(|path| is_wanted(path));
    wanted.filter_map(|path| fs::read(path).ok()).collect()
}

fn prefixed(prefix: &[u8], seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let with = |seed: Vec<u8>| [prefix, &seed].concat();
    seeds.into_iter().map(with).collect()
}

/// The rows of the policies' vectors.
fn rows() -> Vec<Value> {
    let mut texts = Vec::new();
    for policy in [
        "ottl",
        "redaction",
        "transform",
        "filter",
        "attributes",
        "sum",
    ] {
        let path = root().join(format!("plugins/{policy}/tests/vectors"));
        let mut names: Vec<PathBuf> = fs::read_dir(path)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        names.sort();
        let read = names
            .iter()
            .filter_map(|name| fs::read_to_string(name).ok());
        texts.extend(read);
    }
    let lines = texts.iter().flat_map(|text| text.lines());
    lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Requests in OTLP/JSON: what clients sent, and what the vectors put in.
fn documents() -> Vec<Vec<u8>> {
    let mut seeds = files("tests/fixtures/telemetry", &["json"]);
    seeds.extend(files("host/json/tests/fixtures", &["json"]));
    let rows = rows();
    let inputs = rows.iter().filter_map(|row| row.get("input"));
    let inputs = inputs.filter(|input| input.is_object());
    seeds.extend(inputs.map(|input| input.to_string().into_bytes()));
    seeds.sort();
    seeds.dedup();
    seeds
}

/// Statements, conditions and expressions of the vectors.
fn statements() -> Vec<Vec<u8>> {
    fn texts(value: &Value, found: &mut Vec<Vec<u8>>) {
        match value {
            Value::String(text) => found.push(text.clone().into_bytes()),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(members) => members.values().for_each(|value| texts(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for row in rows() {
        for member in [
            "statements",
            "statement",
            "condition",
            "conditions",
            "expression",
            "values",
        ] {
            if let Some(value) = row.get(member) {
                texts(value, &mut found);
            }
        }
    }
    found.sort();
    found.dedup();
    // Every eleventh leaves a corpus that is read in seconds, and all functions in it.
    found.into_iter().step_by(11).collect()
}

/// What clients say on a connection, after a byte for the port.
fn conversations() -> Vec<Vec<u8>> {
    let head = |more: &str| {
        format!("POST /v1/logs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{more}\r\n")
    };
    let chunked = "transfer-encoding: chunked\r\n";
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let mut block = vec![0x83, 0x86];
    for (name, value) in [
        (
            ":path",
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        ),
        (":authority", "x"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("grpc-encoding", "gzip"),
    ] {
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len()).unwrap_or(0));
            block.extend(text.as_bytes());
        }
    }
    let frame = |kind: u8, flags: u8, stream: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap_or(0).to_be_bytes();
        [
            &[0, length[0], length[1], kind, flags, 0, 0, 0, stream],
            content,
        ]
        .concat()
    };
    let call = [
        &preface[..],
        &frame(1, 4, 1, &block),
        &frame(0, 1, 1, &[0; 5]),
    ]
    .concat();
    let odd = [
        &preface[..],
        &frame(6, 0, 0, &[0; 8]),
        &frame(8, 0, 0, &[0, 0, 1, 0]),
        &frame(1, 0, 1, &block[..20]),
        &frame(9, 4, 1, &block[20..]),
        &frame(3, 0, 1, &[0, 0, 0, 8]),
        &frame(7, 0, 0, &[0; 8]),
    ]
    .concat();
    let texts = [
        head("content-length: 2\r\n") + "{}",
        head(chunked) + "2\r\n{}\r\n0\r\n\r\n",
        head("content-length: 2\r\n") + "{}" + &head(chunked) + "1\r\n{\r\n0\r\n\r\n",
        head("content-encoding: gzip\r\ncontent-length: 9\r\n") + "not gzip!",
        head("content-encoding: zstd, gzip\r\ncontent-length: 9\r\n") + "not gzip!",
        head("expect: 100-continue\r\ncontent-length: 400000\r\n"),
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n".to_owned(),
    ];
    let texts = texts.into_iter().map(String::into_bytes);
    let said = texts.chain([
        call,
        odd,
        preface.to_vec(),
        b"\x16\x03\x01\x02\0\x01".to_vec(),
    ]);
    said.flat_map(|said| [[&[0][..], &said].concat(), [&[1][..], &said].concat()])
        .collect()
}
