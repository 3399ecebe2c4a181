//! A gate as a user runs it: the binary, a configuration file, signals.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{client, evidence};

/// How long a gate may take to listen or to stop, on a machine that is busy with everything else.
const PATIENCE: Duration = Duration::from_mins(1);

/// The binary: beside this test's own, unless `TOLLGATE` names another.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("TOLLGATE") {
        return named.into();
    }
    let own = std::env::current_exe().expect("this process has an executable");
    let found = own
        .ancestors()
        .map(|folder| folder.join("tollgate"))
        .find(|path| path.is_file());
    found.expect("build the binary first: `cargo build -p tollgate`")
}

/// The folder of components that `forge guests` built for tests.
#[must_use]
pub fn guest(name: &str) -> PathBuf {
    let binary = binary();
    let folders = binary.ancestors().map(|folder| folder.join("guests"));
    let found = folders
        .map(|folder| folder.join(format!("{name}.wasm")))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("build the guests first: `make guests` ({name} is missing)"))
}

/// A running gate, with a folder of its own.
#[derive(Debug)]
pub struct Gate {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    folder: TempDir,
    /// Where `{grpc}` of the configuration is.
    pub grpc: SocketAddr,
    /// Where `{http}` of the configuration is.
    pub http: SocketAddr,
    /// Where `{health}` of the configuration is.
    pub health: SocketAddr,
    /// Where metrics are, if `{metrics}` is the port of `127.0.0.1` that shows them.
    pub metrics: SocketAddr,
}

/// A gate that has ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// Everything it wrote to the terminal.
    pub log: String,
    /// Its folder, with the files that its exporters wrote.
    pub folder: TempDir,
}

impl Gate {
    /// Starts a gate with a configuration in which `{grpc}`, `{http}` and `{health}` stand for addresses, `{metrics}` for a port,
    /// `{folder}` for the gate's folder and `{guest:NAME}` for the component NAME.
    #[must_use]
    pub fn start(configuration: &str) -> Self {
        Self::start_with(configuration, &[])
    }

    /// Likewise, with more arguments.
    #[must_use]
    pub fn start_with(configuration: &str, arguments: &[&str]) -> Self {
        Self::start_in(configuration, arguments, &[])
    }

    /// Likewise, with variables of the environment.
    #[must_use]
    pub fn start_in(configuration: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = evidence::folder("gate");
        let (grpc, http, health, metrics) = (free(), free(), free(), free());
        let file = folder.path().join(evidence::CONFIGURATION);
        let places = places(grpc, http, health, metrics, folder.path());
        fs::write(&file, fill(configuration, &places)).expect("the configuration is written");
        let mut child = Command::new(binary())
            .arg("--config")
            .arg(&file)
            .args(arguments)
            .env("XDG_CACHE_HOME", cache())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let log = Arc::new(Mutex::new(String::new()));
        let reader = follow(&mut child, &log);
        let mut gate = Self {
            child,
            log,
            reader: Some(reader),
            folder,
            grpc,
            http,
            health,
            metrics,
        };
        let listeners = [
            ("{grpc}", grpc),
            ("{http}", http),
            ("{health}", health),
            ("{metrics}", metrics),
        ];
        for (placeholder, address) in listeners {
            if configuration.contains(placeholder) {
                gate.wait_for(address);
            }
        }
        gate
    }

    fn wait_for(&mut self, address: SocketAddr) {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the gate ended with {status}: {}", self.log());
            }
            assert!(
                Instant::now() < end,
                "the gate does not listen: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it wrote to the terminal so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().expect("no reader panics").clone()
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.id().to_string()])
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the gate is there to be signalled"
        );
    }

    /// Writes another configuration, with the same placeholders, over the one that it has. It is there as a whole or not at all.
    pub fn configure(&self, configuration: &str) {
        let places = places(
            self.grpc,
            self.http,
            self.health,
            self.metrics,
            self.folder(),
        );
        let next = self.folder().join("next.yaml");
        fs::write(&next, fill(configuration, &places)).expect("the configuration is written");
        let file = self.folder().join(evidence::CONFIGURATION);
        fs::rename(next, file).expect("the configuration is put in its place");
    }

    /// Ends it with SIGTERM.
    #[must_use]
    pub fn stop(self) -> Ended {
        self.keep_pages();
        self.signal("TERM");
        self.ended()
    }

    /// Leaves what it shows of itself in its folder, where secrets are looked for in the end.
    fn keep_pages(&self) {
        let configuration = fs::read_to_string(self.folder().join(evidence::CONFIGURATION));
        let port = format!("port: {}", self.metrics.port());
        if !configuration.is_ok_and(|text| text.contains(&port)) {
            return;
        }
        for path in ["/metrics", "/debug/conservation"] {
            let page = client::get(self.metrics, path);
            let file = format!("{}{}", evidence::PAGE, path.replace('/', "-"));
            fs::write(self.folder().join(file), page.body).expect("the page is kept");
        }
    }

    fn keep_log(&self) {
        let log = self.log();
        // A folder that a test took away is no place for it.
        drop(fs::write(self.folder().join(evidence::LOG), log));
    }

    /// Waits for it to end.
    #[must_use]
    pub fn ended(mut self) -> Ended {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("the gate is our child") {
                Some(status) => break status,
                None if Instant::now() > end => panic!("the gate does not stop: {}", self.log()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the log is read to its end");
        }
        let log = self.log();
        self.keep_log();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        Ended {
            status,
            log,
            folder,
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // A test that failed leaves it running; one that went well has waited for it, and both calls do nothing.
        drop(self.child.kill());
        drop(self.child.wait());
        self.keep_log();
    }
}

impl Ended {
    /// Lines of a file that an exporter wrote.
    #[must_use]
    pub fn lines(&self, file: &str) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// A number from the account that the gate wrote of a pipeline.
    #[must_use]
    pub fn count(&self, pipeline: &str, name: &str) -> u64 {
        let of_pipeline = format!("pipeline=\"{pipeline}\"");
        let line = self
            .log
            .lines()
            .find(|line| line.contains(&of_pipeline) && !line.contains("stage="))
            .expect("the gate wrote its account");
        let mut words = line.split(' ').filter_map(|word| word.split_once('='));
        let (_, number) = words
            .find(|(own, _)| *own == name)
            .expect("the account has this number");
        number.parse().expect("it is one")
    }
}

/// Runs the binary with arguments, to its end.
#[must_use]
pub fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(binary())
        .args(arguments)
        .env("XDG_CACHE_HOME", cache())
        .output()
        .expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn follow(child: &mut Child, log: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let stream = child.stderr.take().expect("stderr is piped");
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut log = log.lock().expect("no other holder panics");
            log.push_str(&line);
            log.push('\n');
        }
    })
}

/// What the placeholders of a configuration stand for.
fn places(
    grpc: SocketAddr,
    http: SocketAddr,
    health: SocketAddr,
    metrics: SocketAddr,
    folder: &Path,
) -> [(&'static str, String); 5] {
    [
        ("{grpc}", grpc.to_string()),
        ("{http}", http.to_string()),
        ("{health}", health.to_string()),
        ("{metrics}", metrics.port().to_string()),
        ("{folder}", folder.display().to_string()),
    ]
}

fn fill(configuration: &str, places: &[(&str, String)]) -> String {
    let mut text = configuration.to_owned();
    for (placeholder, place) in places {
        text = text.replace(placeholder, place);
    }
    while let Some(start) = text.find("{guest:") {
        let end = start + text[start..].find('}').expect("a placeholder ends");
        let path = guest(&text[start + "{guest:".len()..end]);
        text.replace_range(start..=end, &path.display().to_string());
    }
    text
}

/// Compiled guests are kept from one test to the next.
pub(crate) fn cache() -> PathBuf {
    binary().with_file_name("test-cache")
}

/// An address of this machine that nobody listens on.
#[must_use]
pub fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it has an address")
}
