//! What a component is, told from its bytes without compiling it: what it imports and exports, and what made it. And whether that is
//! a policy for this host.

use wasm_metadata::Producers;
use wasmparser::{BinaryReader, Encoding, Parser, Payload, ProducersSectionReader};

use crate::{ForgeError, Language};

/// The version of the interface that this tollgate is built with.
pub(crate) const VERSION: &str = "0.1.0";
const PACKAGE: &str = "tollgate:policy/";
const WORLD: &str = "tollgate:policy/gatekeeper@0.1.0";
/// What a policy may import.
const OFFERED: [&str; 2] = ["host", "batch"];
/// Entries of a component that are looked at: a component for tests may have as many as it likes.
const MOST_NAMES: usize = 10_000;

/// What there is to say of a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What it imports.
    pub imports: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
    /// Languages that parts of it say they were written in, with versions where they say so.
    pub languages: Vec<String>,
    /// Tools that say they made it, with versions where they say so.
    pub tools: Vec<String>,
    /// Core modules within it.
    pub modules: usize,
}

/// Why a component is no policy of this host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// No component.
    #[error("this is no component: {0}")]
    NoComponent(String),
    /// It wants what no policy may reach.
    #[error("it imports {}, which no policy may reach; {cure}", .names.join(", "))]
    Imports {
        /// All of it.
        names: Vec<String>,
        /// How to build it without.
        cure: String,
    },
    /// Another version of the interface.
    #[error(
        "it is for {found}, and this tollgate has version {VERSION} of the interface; build it again with the SDK of this version: \
         `tollgate new --sdk-only` in its folder writes it, `tollgate build` builds"
    )]
    Version {
        /// What it names.
        found: String,
    },
    /// Another world.
    #[error(
        "it is for another world: it exports {}, and a policy exports tollgate:policy/policy@{VERSION} (world {WORLD}); see `tollgate new`",
        if .exports.is_empty() { "nothing".to_owned() } else { .exports.join(", ") }
    )]
    World {
        /// What it exports instead.
        exports: Vec<String>,
    },
}

impl About {
    /// Reads a component's outside, and what its parts say of their making.
    pub fn read(wasm: &[u8]) -> Result<Self, Misfit> {
        let broken = |error: wasmparser::BinaryReaderError| Misfit::NoComponent(error.to_string());
        let mut about = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.map_err(broken)? {
                Payload::Version { encoding, .. } if depth == 0 => {
                    if encoding == Encoding::Module {
                        return Err(Misfit::NoComponent(
                            "it is a core module, of which `wasm-tools component new` makes a component".to_owned(),
                        ));
                    }
                    depth = 1;
                }
                Payload::ModuleSection { .. } => {
                    about.modules = about.modules.saturating_add(1);
                    depth = depth.saturating_add(1);
                }
                Payload::ComponentSection { .. } => depth = depth.saturating_add(1),
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section {
                        note(&mut about.imports, import.map_err(broken)?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section {
                        note(&mut about.exports, export.map_err(broken)?.name.name);
                    }
                }
                Payload::CustomSection(section) if section.name() == "producers" => {
                    // What a part says of itself is worth having, and no reason to refuse it.
                    let _ = about.producers(section.data());
                }
                _ => {}
            }
        }
        Ok(about)
    }

    fn producers(&mut self, data: &[u8]) -> wasmparser::Result<()> {
        for field in ProducersSectionReader::new(BinaryReader::new(data, 0))? {
            let field = field?;
            let list = match field.name {
                "language" => &mut self.languages,
                _ => &mut self.tools,
            };
            for value in field.values {
                let value = value?;
                let named = format!("{} {}", shown(value.name), shown(value.version));
                note(list, named.trim());
            }
        }
        Ok(())
    }

    /// Whether it is a policy for this host.
    pub fn check(&self) -> Result<(), Misfit> {
        let all = self.imports.iter().chain(&self.exports);
        let other = all
            .filter_map(|name| Some((name, name.strip_prefix(PACKAGE)?)))
            .find(|(_, rest)| !is_ours(rest));
        if let Some((found, _)) = other {
            return Err(Misfit::Version {
                found: found.clone(),
            });
        }
        let interface = |name: &str| {
            let (interface, _) = name.strip_prefix(PACKAGE)?.split_once('@')?;
            Some(interface.to_owned())
        };
        let is_offered =
            |name: &&String| interface(name).is_some_and(|own| OFFERED.contains(&own.as_str()));
        let exports_policy = self
            .exports
            .iter()
            .any(|name| interface(name).as_deref() == Some("policy"));
        if !exports_policy {
            return Err(Misfit::World {
                exports: self.exports.clone(),
            });
        }
        let strangers: Vec<_> = self
            .imports
            .iter()
            .filter(|name| !is_offered(name))
            .cloned()
            .collect();
        if !strangers.is_empty() {
            return Err(Misfit::Imports {
                names: strangers,
                cure: self.cure().to_owned(),
            });
        }
        Ok(())
    }

    /// Whether it can be asked for the reasons of its answers.
    #[must_use]
    pub fn explains(&self) -> bool {
        let mut exports = self.exports.iter();
        exports.any(|name| name.starts_with("tollgate:policy/explanation@"))
    }

    /// The language of the policy, as far as its parts tell.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        let says = |word: &str| {
            let mut all = self.languages.iter().chain(&self.tools);
            all.any(|said| said.to_lowercase().contains(word))
        };
        if says("componentize-py") || says("python") {
            Some(Language::Python)
        } else if says("javascript") || says("qjs") || says("jco") || says("componentize-js") {
            Some(Language::JavaScript)
        } else if says("rust") {
            Some(Language::Rust)
        } else {
            None
        }
    }

    fn cure(&self) -> &'static str {
        match self.language() {
            Some(Language::Rust) => {
                "build it for wasm32-unknown-unknown, not for wasm32-wasip1 or -wasip2 (`tollgate build` does)"
            }
            Some(Language::Python) => {
                "build it with `componentize-py componentize --stub-wasi` (`tollgate build` does)"
            }
            Some(Language::JavaScript) => {
                "build it with `jco componentize --backend qjs --backend-qjs-stub-wasi` (`tollgate build` does)"
            }
            None => "build it without WASI (`tollgate build` does)",
        }
    }
}

/// A component that says what it was written in and made with: of an interpreter's component nothing else tells.
pub(crate) fn signed(
    component: &[u8],
    language: Language,
    toolchain: &str,
) -> Result<Vec<u8>, ForgeError> {
    let (tool, version) = match toolchain.rsplit_once(['@', '=']) {
        Some((tool, version)) => (tool.trim_end_matches('='), version),
        None => (toolchain, ""),
    };
    let mut producers = Producers::empty();
    producers.add("language", language.name(), "");
    producers.add("sdk", "tollgate", env!("CARGO_PKG_VERSION"));
    if language != Language::Rust {
        producers.add("processed-by", tool, version);
    }
    producers
        .add_to_wasm(component)
        .map_err(|error| ForgeError::Component {
            detail: format!("{error:#}"),
        })
}

/// Adds what is not there yet.
fn note(list: &mut Vec<String>, name: &str) {
    if list.len() < MOST_NAMES && !list.iter().any(|known| known == name) {
        list.push(name.to_owned());
    }
}

/// A text of a component, fit for a terminal.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Whether a name of our package is of a version that this host speaks: the last number may be smaller.
fn is_ours(rest: &str) -> bool {
    let numbers = |version: &str| -> Option<Vec<u32>> {
        version
            .split('.')
            .map(|number| number.parse().ok())
            .collect()
    };
    let Some((_, version)) = rest.split_once('@') else {
        return false;
    };
    match (numbers(version).as_deref(), numbers(VERSION).as_deref()) {
        (Some([major, minor, patch]), Some([own_major, own_minor, own_patch])) => {
            major == own_major && minor == own_minor && patch <= own_patch
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
