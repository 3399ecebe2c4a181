//! Verbs as a user types them, in a folder, with what they show.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::gate::{binary, cache};

/// How long a verb may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a verb said, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its exit status.
    pub status: Option<i32>,
    /// Its results.
    pub out: String,
    /// Its remarks.
    pub err: String,
}

/// The binary in a folder, on a terminal of 100 columns that knows no colours.
#[must_use]
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments);
    surrounded(&mut command, folder);
    command
}

fn surrounded<'c>(command: &'c mut Command, folder: &Path) -> &'c mut Command {
    command
        .current_dir(folder)
        .env("XDG_CACHE_HOME", cache())
        .env("COLUMNS", "100")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("NO_COLOR")
}

/// Runs it to its end.
#[must_use]
pub fn typed(folder: &Path, arguments: &[&str]) -> Said {
    piped(folder, arguments, b"")
}

/// Likewise, with something on its standard input.
#[must_use]
pub fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Said {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    if let Some(mut stdin) = child.stdin.take() {
        // A verb that does not read may be gone already.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().expect("the binary ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it says text");
    Said {
        status: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A verb that goes on: what it says is waited for.
#[derive(Debug)]
pub struct Going {
    child: Child,
    lines: Receiver<String>,
    /// Kept open: some verbs end with their input.
    _stdin: Option<ChildStdin>,
}

impl Going {
    /// Starts it.
    #[must_use]
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        // Results and remarks come in the order in which they were said.
        let mut one_stream = Command::new("sh");
        one_stream.args(["-c", r#"exec "$0" "$@" 2>&1"#]);
        one_stream.arg(binary()).args(arguments);
        let mut child = surrounded(&mut one_stream, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let (sender, lines) = channel();
        let stream = child.stdout.take().expect("stdout is piped");
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            lines,
            _stdin: child.stdin.take(),
            child,
        }
    }

    /// All lines up to one that holds a text.
    #[must_use]
    pub fn until(&self, text: &str) -> Vec<String> {
        let end = Instant::now() + PATIENCE;
        let mut lines: Vec<String> = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    let is_it = line.contains(text);
                    lines.push(line);
                    if is_it {
                        return lines;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("nobody says {text:?}: {}", lines.join("\n"))
                }
            }
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.wait().expect("the verb is our child").code()
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Telemetry through a configuration, again on each save: how long each answer took, from the save to the last line of it.
///
/// # Panics
///
/// If an answer does not come, or is not the one to the save.
#[must_use]
pub fn answers_to_saves(saves: usize) -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.yaml");
    let write = |word: &str| {
        let text = format!(
            "receivers: {{otlp: {{protocols: {{grpc: {{endpoint: '127.0.0.1:4317'}}}}}}}}
processors:
  redaction: {{allow_all_keys: true, blocked_values: ['{word}']}}
  filter: {{logs: {{log_record: ['IsMatch(body, \"health\")']}}}}
exporters: {{debug: }}
service: {{pipelines: {{logs: {{receivers: [otlp], processors: [redaction, filter], exporters: [debug]}}}}}}
"
        );
        std::fs::write(&config, text).expect("the configuration is saved");
    };
    write("word0");
    let going = Going::start(
        folder.path(),
        &["try", "--config", "config.yaml", "--watch", "telemetry.log"],
    );
    let _ = going.until("waiting for the next save");
    let all: Vec<String> = (0..=saves)
        .map(|number| format!("GET /orders word{number}."))
        .collect();
    std::fs::write(folder.path().join("telemetry.log"), all.join("\n"))
        .expect("the telemetry is saved");
    let _ = going.until("waiting for the next save");
    let mut took = Vec::new();
    for save in 1..=saves {
        let word = format!("word{save}");
        write(&word);
        let start = Instant::now();
        let said = going.until("waiting for the next save");
        took.push(start.elapsed());
        let is_it = |line: &String| line.contains("- GET") && line.contains(&word);
        assert!(
            said.iter().any(is_it),
            "the answer is to the save: {said:?}"
        );
    }
    took
}
