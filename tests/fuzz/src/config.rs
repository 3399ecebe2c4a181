//! The configuration's loader, over any text.

use tollgate_config::{
    Diagnostics, KnownPolicies, Loaded, Location, Options, Source, Surroundings, load, print,
};

/// What a variable holds that no diagnostic may show.
const SECRET: &str = "Wq7-planted-in-a-variable";
/// What stands in the place of a secret in print.
const HIDDEN: &str = "[redacted]";

/// A text is refused without showing what its variables hold, or means the same when it is printed and loaded again.
pub fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let loaded = match loaded(&text) {
        Ok(loaded) => loaded,
        Err(found) => {
            assert!(found.has_errors(), "it is refused for a reason");
            shows_nothing(&found, &text);
            return;
        }
    };
    shows_nothing(&loaded.warnings, &text);
    let printed = print(&[location(&text)], &Around).expect("what loads can be printed");
    // What a secret was replaced with need not be of use.
    if printed.contains(HIDDEN) {
        let again = print(&[location(&printed)], &Around).expect("what was printed can be read");
        assert_eq!(again, printed);
        return;
    }
    match self::loaded(&printed) {
        Ok(again) => assert_eq!(
            format!("{:?}", again.config),
            format!("{:?}", loaded.config),
            "what was printed means something else: {printed}"
        ),
        Err(found) => panic!("what was printed does not load: {found}\n{printed}"),
    }
}

fn shows_nothing(found: &Diagnostics, text: &str) {
    for said in [found.to_string(), found.render(true), found.render(false)] {
        assert!(
            !said.contains(SECRET) || text.contains(SECRET),
            "a diagnostic shows what a variable holds"
        );
    }
}

fn location(text: &str) -> Location {
    Location::Text(Source {
        name: "config.yaml".to_owned(),
        text: text.to_owned(),
    })
}

fn loaded(text: &str) -> Result<Loaded, Diagnostics> {
    load(&[location(text)], &Around, &Stock, &Options::default())
}

struct Around;

impl Surroundings for Around {
    fn variable(&self, name: &str) -> Option<String> {
        let value = match name {
            "SECRET" | "TOKEN" => SECRET,
            "PORT" => "4317",
            "HOST" => "localhost",
            "A" => "${env:B}${env:B}",
            "B" => "[x, ${env:PORT}]",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn file(&self, path: &str) -> Result<String, String> {
        match path {
            "part.yaml" => Ok("{endpoint: 'localhost:1'}".to_owned()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

struct Stock;

impl KnownPolicies for Stock {
    fn processors(&self) -> Vec<&str> {
        vec![
            "attributes",
            "filter",
            "lookup",
            "probabilistic_sampler",
            "redaction",
            "resource",
            "transform",
        ]
    }

    fn connectors(&self) -> Vec<&str> {
        vec!["count", "routing", "signaltometrics", "sum"]
    }
}
