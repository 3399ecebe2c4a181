//! The page's files.

/// A file of the page, as it is served.
pub(crate) struct File {
    pub(crate) path: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) text: &'static str,
}

/// Where the token stands in the page.
const TOKEN: &str = "{token}";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! files {
    ($($path:literal $kind:ident $file:literal),* $(,)?) => {
        &[$(File {
            path: $path,
            kind: $kind,
            text: include_str!(concat!("../page/", $file)),
        }),*]
    };
}

const FILES: &[File] = files![
    "/" HTML "index.html",
    "/style.css" CSS "style.css",
    "/main.js" SCRIPT "main.js",
    "/ask.js" SCRIPT "ask.js",
    "/editor.js" SCRIPT "editor.js",
    "/elements.js" SCRIPT "elements.js",
    "/reasons.js" SCRIPT "reasons.js",
    "/result.js" SCRIPT "result.js",
    "/share.js" SCRIPT "share.js",
    "/theme.js" SCRIPT "theme.js",
    "/icon.svg" SVG "icon.svg",
];

/// The file at a path.
pub(crate) fn file(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

impl File {
    /// Its text, with the token of this run where it needs one.
    pub(crate) fn filled(&self, token: &str) -> String {
        self.text.replace(TOKEN, token)
    }
}
