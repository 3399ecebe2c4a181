//! The page as it is served, and as it is seen.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value as Json, json};
use tollgate_tests::browser::Browser;
use tollgate_tests::gate::binary;

/// `tollgate playground`, until it is dropped.
pub(crate) struct Page {
    child: Child,
    pub(crate) url: String,
}

impl Page {
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        let mut child = Command::new(binary())
            .arg("playground")
            .args(arguments)
            .env("XDG_CACHE_HOME", binary().with_file_name("test-cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut said).unwrap();
        let url = said.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{said}");
        Self { child, url }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The page in a browser.
pub(crate) struct Seen<'b>(pub(crate) &'b Browser);

impl Seen<'_> {
    /// Chooses a sample, as soon as there are some.
    pub(crate) fn choose(&self, sample: &str) {
        let option = format!("#sample option[value='{sample}']");
        self.0
            .wait("samples are there", |_| !self.texts(&option).is_empty());
        self.0.click(&option);
    }

    pub(crate) fn waits_for(&self, text: &str) {
        let holds = |browser: &Browser| browser.text("#result-pane").contains(text);
        self.0.wait(text, holds);
    }

    /// What a field holds.
    pub(crate) fn value(&self, field: &str) -> String {
        let value = self.0.script(
            "return document.getElementById(arguments[0]).value",
            json!([field]),
        );
        value.as_str().unwrap().to_owned()
    }

    /// Puts a text into a field, as pasting does.
    pub(crate) fn put(&self, field: &str, text: &str) {
        let pasted = self.0.script(
            "const field = document.getElementById(arguments[0]);
             field.value = arguments[1];
             return field.dispatchEvent(new Event('input'))",
            json!([field, text]),
        );
        assert_eq!(pasted, json!(true));
    }

    /// The texts of all elements that a selector finds.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let texts = self.0.script(
            "return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent.trim())",
            json!([selector]),
        );
        let texts = texts.as_array().unwrap().iter();
        texts
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    }

    /// Puts the cursor behind the line that a text stands in.
    pub(crate) fn cursor_behind(&self, field: &str, text: &str) {
        let found = self.0.script(
            "const field = document.getElementById(arguments[0]);
             const at = field.value.indexOf(arguments[1]);
             const end = field.value.indexOf('\\n', at);
             field.focus();
             field.setSelectionRange(end, end);
             return at >= 0",
            json!([field, text]),
        );
        assert_eq!(found, Json::Bool(true), "{text}");
    }
}
