//! A gate that is killed, stopped, reloaded and started again in the same folder.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tollgate_queue::{Settings, Store};

use crate::evidence;
use crate::gate::free;

/// How long a gate may take to listen or to stop, on a machine that is busy with everything else.
const PATIENCE: Duration = Duration::from_mins(1);

/// A gate and its folder.
#[derive(Debug)]
pub struct Stand {
    binary: PathBuf,
    folder: TempDir,
    child: Option<Child>,
    starts: u32,
    before: Vec<String>,
    /// Where its receivers are.
    pub grpc: SocketAddr,
    /// Likewise, for HTTP.
    pub http: SocketAddr,
    /// Where its metrics and its account are.
    pub metrics: SocketAddr,
}

impl Stand {
    /// A gate that does not run yet.
    #[must_use]
    pub fn new(binary: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            folder: evidence::folder("chaos"),
            child: None,
            starts: 0,
            before: Vec::new(),
            grpc: free(),
            http: free(),
            metrics: free(),
        }
    }

    /// Lets no file of its grow beyond so many bytes.
    pub fn limit_files(&mut self, bytes: u64) {
        // The signal that a process gets then would end it; one that it ignores it gets as an error.
        let script = format!("trap '' XFSZ; exec prlimit --fsize={bytes} \"$@\"");
        self.behind(&["sh", "-c", &script, "sh"].map(str::to_owned));
    }

    /// Gives it this CPU alone.
    pub fn pin(&mut self, cpu: usize) {
        self.before = ["taskset", "-c", &cpu.to_string()]
            .map(str::to_owned)
            .to_vec();
    }

    /// Starts it through a command that ends with what is to be run.
    pub fn behind(&mut self, command: &[String]) {
        self.before.extend_from_slice(command);
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of its queue.
    #[must_use]
    pub fn queue(&self) -> PathBuf {
        self.folder().join("queue")
    }

    /// Writes the configuration that the next start or reload reads.
    pub fn configure(&self, text: &str) {
        let text = text
            .replace("{grpc}", &self.grpc.to_string())
            .replace("{http}", &self.http.to_string())
            .replace("{metrics}", &self.metrics.port().to_string())
            .replace("{folder}", &self.folder().display().to_string());
        fs::write(self.folder().join(evidence::CONFIGURATION), text)
            .expect("the configuration is written");
    }

    /// Starts it, and waits until it listens.
    pub async fn start(&mut self) {
        self.spawn();
        let end = Instant::now() + PATIENCE;
        for address in [self.grpc, self.http, self.metrics] {
            while TcpStream::connect(address).await.is_err() {
                if let Some(status) = self.ended() {
                    panic!("the gate ended with {status}: {}", self.log());
                }
                assert!(
                    Instant::now() < end,
                    "the gate does not listen: {}",
                    self.log()
                );
                sleep(Duration::from_millis(5)).await;
            }
        }
    }

    fn spawn(&mut self) {
        self.starts += 1;
        let log = File::create(self.log_file()).expect("the log is written");
        let mut command = match self.before.split_first() {
            None => Command::new(&self.binary),
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&self.binary);
                command
            }
        };
        let child = command
            .arg("--config")
            .arg(self.folder().join(evidence::CONFIGURATION))
            .env("XDG_CACHE_HOME", self.binary.with_file_name("test-cache"))
            .env("XDG_STATE_HOME", self.folder().join("state"))
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.expect("the binary runs"));
    }

    fn log_file(&self) -> PathBuf {
        self.folder()
            .join(format!("{}-{}", evidence::LOG, self.starts))
    }

    /// What it wrote to the terminal since it was started last.
    #[must_use]
    pub fn log(&self) -> String {
        let log = fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let child = self.child.as_mut()?;
        child.try_wait().expect("the gate is our child")
    }

    /// Ends it as a power cut of the process would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the gate is there to be killed");
            child.wait().expect("the gate is our child");
        }
    }

    /// Sends a signal, by name.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "the gate is there to be signalled"
        );
    }

    /// Ends it with SIGTERM and waits. It has to end well.
    pub async fn stop(&mut self) {
        self.signal("TERM");
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.ended() {
                break status;
            }
            assert!(
                Instant::now() < end,
                "the gate does not stop: {}",
                self.log()
            );
            sleep(Duration::from_millis(5)).await;
        };
        self.child = None;
        assert!(
            status.success(),
            "the gate ended with {status}: {}",
            self.log()
        );
    }

    /// Records that the rules of a pipeline dropped, by the account that the gate wrote when it ended.
    #[must_use]
    pub fn dropped(&self, pipeline: &str) -> u64 {
        let of_pipeline = format!("pipeline=\"{pipeline}\"");
        let log = self.log();
        let line = log
            .lines()
            .find(|line| line.contains(&of_pipeline) && !line.contains("stage="));
        let mut words = line.into_iter().flat_map(|line| line.split(' '));
        let number = words.find_map(|word| word.strip_prefix("dropped="));
        number.and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    /// Everything that must not be in the folder of a gate that delivered all it had.
    #[must_use]
    pub fn left_behind(&self) -> Vec<String> {
        let mut found = Vec::new();
        for start in 1..=self.starts {
            let log = fs::read(self.folder().join(format!("{}-{start}", evidence::LOG)))
                .unwrap_or_default();
            if let Some(secret) = crate::canaries::first_in(&log) {
                found.push(format!("a log holds `{secret}...`"));
            }
        }
        for queue in ["queue", "disk/queue"].map(|queue| self.folder().join(queue)) {
            if queue.is_dir() {
                found.extend(waiting(&queue));
            }
        }
        found
    }

    /// Resident memory in bytes.
    #[must_use]
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        kib.unwrap_or(0) * 1024
    }

    /// Open file descriptors.
    #[must_use]
    pub fn descriptors(&self) -> u64 {
        let open = fs::read_dir(format!("/proc/{}/fd", self.id()));
        open.map_or(0, Iterator::count) as u64
    }

    /// A page of its own address, as text.
    pub async fn page(&self, path: &'static str) -> Option<String> {
        let address = self.metrics;
        let asked = tokio::task::spawn_blocking(move || {
            std::panic::catch_unwind(|| crate::client::get(address, path)).ok()
        });
        let answer = asked.await.ok()??;
        (answer.status == 200).then(|| answer.text())
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// What still waits in the folder of a queue, as the next process would find it.
fn waiting(directory: &Path) -> Option<String> {
    let settings = Settings {
        directory: directory.to_owned(),
        create: false,
        permissions: 0o700,
        fsync: true,
        max_size: None,
    };
    match Store::open(&settings) {
        Ok((_, recovery)) if recovery.found.frames == 0 => None,
        Ok((_, recovery)) => Some(format!(
            "{} frames are left in the queue",
            recovery.found.frames
        )),
        Err(error) => Some(format!("the queue cannot be opened: {error}")),
    }
}
