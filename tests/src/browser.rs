//! A browser without a window, driven over WebDriver, which is JSON over HTTP.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// How long a page may take, on a machine that is busy with everything else.
const PATIENCE: Duration = Duration::from_mins(1);

/// Under this key WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys without a letter, as WebDriver writes them.
pub const TAB: &str = "\u{e004}";
/// Enter.
pub const ENTER: &str = "\u{e007}";
/// Escape.
pub const ESCAPE: &str = "\u{e00c}";
/// Holds Control down.
pub const CONTROL: &str = "\u{e009}";
/// Holds Alt down.
pub const ALT: &str = "\u{e00a}";
/// F8.
pub const F8: &str = "\u{e038}";
/// Lets go of what is held down.
pub const RELEASE: &str = "\u{e000}";

/// What keeps a browser to itself: no window, no other network than the page's.
const ALONE: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--window-size=1500,1000",
];

/// A browser with a profile of its own.
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    folder: TempDir,
}

impl Browser {
    /// Starts one that prefers this colour scheme. None where there is no browser, which is said.
    #[must_use]
    pub fn start(scheme: &str) -> Option<Self> {
        let (Some(chromium), Some(chromedriver)) = (
            program(&["chromium", "chromium-browser", "google-chrome"]),
            program(&["chromedriver"]),
        ) else {
            assert!(
                std::env::var_os("BROWSER_REQUIRED").is_none(),
                "there is no chromium with chromedriver: `make browser`"
            );
            let mut terminal = std::io::stderr();
            drop(writeln!(
                terminal,
                "SKIPPED: there is no chromium with chromedriver on this machine (`make browser` installs them): nothing was tested in a browser"
            ));
            return None;
        };
        let mut driver = Command::new(chromedriver)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver runs");
        let lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
        let mut lines = lines.map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                let rest = line.strip_prefix("ChromeDriver was started successfully on port ")?;
                rest.trim_end_matches('.').parse().ok()
            })
            .expect("the driver says where it listens");
        // It goes on talking, and must not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("downloads")).expect("a folder of downloads");
        let mut browser = Self {
            driver,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            session: String::new(),
            folder,
        };
        let profile = format!(
            "--user-data-dir={}",
            browser.folder.path().join("profile").display()
        );
        let dark = (scheme == "dark").then_some("--force-dark-mode");
        let arguments = ALONE.into_iter().chain(dark).chain([profile.as_str()]);
        let started = browser.command(
            "POST",
            "/session",
            &json!({"capabilities": {"alwaysMatch": {
                "goog:loggingPrefs": {"browser": "ALL"},
                "goog:chromeOptions": {
                    "binary": chromium,
                    "args": arguments.collect::<Vec<_>>(),
                    "prefs": {
                        "download.default_directory": browser.downloads(),
                        "download.prompt_for_download": false,
                    },
                },
            }}}),
        );
        let session = started["sessionId"].as_str();
        session.expect("a session").clone_into(&mut browser.session);
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        _ = browser.devtools("Emulation.setEmulatedMedia", &media);
        Some(browser)
    }

    /// Where downloads go.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Goes to a page, and waits until it is loaded.
    pub fn open(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// Runs a function's body in the page.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "arguments are written where it is called"
    )]
    pub fn script(&self, body: &str, arguments: Json) -> Json {
        self.post("/execute/sync", &json!({"script": body, "args": arguments}))
    }

    /// Clicks, as a person does: what is covered or not there cannot be.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Picks a file.
    pub fn pick(&self, selector: &str, file: &str) {
        let element = self.element(selector);
        self.post(&format!("/element/{element}/value"), &json!({"text": file}));
    }

    /// Presses keys where the focus is, one after the other; what is held down is so until [`RELEASE`].
    pub fn press(&self, keys: &str) {
        let mut actions = Vec::new();
        let mut held = Vec::new();
        for key in keys.chars().map(String::from) {
            let mut act = |kind: &str, key: &str| actions.push(json!({"type": kind, "value": key}));
            match key.as_str() {
                CONTROL | ALT => {
                    act("keyDown", &key);
                    held.push(key);
                }
                RELEASE => held.drain(..).for_each(|key| act("keyUp", &key)),
                key => {
                    act("keyDown", key);
                    act("keyUp", key);
                }
            }
        }
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.post("/actions", &json!({"actions": [keyboard]}));
    }

    /// What is seen of an element.
    #[must_use]
    pub fn text(&self, selector: &str) -> String {
        let element = self.element(selector);
        let text = self.get(&format!("/element/{element}/text"));
        text.as_str().expect("a text").to_owned()
    }

    /// Waits until something is so.
    pub fn wait(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(
                start.elapsed() < PATIENCE,
                "{what}: not so; the page says: {}",
                self.script("return document.body.innerText", json!([]))
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits for a file among the downloads, until it is complete.
    #[must_use]
    pub fn downloaded(&self, name: &str) -> PathBuf {
        let file = self.downloads().join(name);
        self.wait(&format!("{name} is downloaded"), |_| file.is_file());
        file
    }

    /// What the page's console complains of, refused requests and policies included.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        let entries = log.as_array().expect("a list").iter();
        entries.map(ToString::to_string).collect()
    }

    /// A command of the browser's own protocol, and its answer.
    #[must_use]
    pub fn devtools(&self, command: &str, parameters: &Json) -> Json {
        let asked = json!({"cmd": command, "params": parameters});
        self.post("/goog/cdp/execute", &asked)
    }

    /// What is seen, as PNG.
    pub fn picture(&self, file: &Path) {
        let picture = self.get("/screenshot");
        let picture = picture.as_str().expect("a picture");
        let engine = base64::engine::general_purpose::STANDARD;
        let bytes = engine.decode(picture).expect("it is base64");
        fs::write(file, bytes).expect("it is written");
    }

    fn element(&self, selector: &str) -> String {
        let asked = json!({"using": "css selector", "value": selector});
        let found = self.post("/element", &asked);
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    fn get(&self, path: &str) -> Json {
        self.command(
            "GET",
            &format!("/session/{}{path}", self.session),
            &Json::Null,
        )
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        self.command("POST", &format!("/session/{}{path}", self.session), body)
    }

    fn command(&self, method: &str, path: &str, body: &Json) -> Json {
        let told = self.exchange(method, path, body);
        let (status, told) = told.expect("the driver answers");
        assert_eq!(status, 200, "{method} {path}: {told}");
        told["value"].clone()
    }

    /// The driver keeps connections open: an answer is as long as it says.
    fn exchange(&self, method: &str, path: &str, body: &Json) -> std::io::Result<(u16, Json)> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut answer = BufReader::new(stream);
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest
                    .split(' ')
                    .next()
                    .map_or(0, |code| code.parse().unwrap_or(0));
            }
            if let Some(said) = line.strip_prefix("content-length:") {
                length = said.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser.
        drop(self.exchange("DELETE", &format!("/session/{}", self.session), &Json::Null));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|file| file.is_file())
}
