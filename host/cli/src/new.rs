//! `tollgate new`: the start of a policy of one's own.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::ValueEnum;
use tollgate_config::SCHEMA_FILE;
use tollgate_forge::{Language, Sdk, scaffold, write_sdk};

use crate::print;
use crate::stock::Embedded;

/// The file with the schema of case files, as their first line names it.
const CASES_SCHEMA: &str = "cases.schema.json";

#[derive(Debug, clap::Args)]
pub(crate) struct New {
    /// Name of the policy and of the folder that is made for it: lower-case letters, digits and `_`.
    #[arg(required_unless_present = "sdk_only")]
    pub(crate) name: Option<String>,
    /// The language that it is written in.
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    pub(crate) lang: Written,
    /// Take the SDK from this folder of tollgate's source (`plugins/sdk`, `plugins/sdk-python`, `plugins/sdk-js`) instead of the one that
    /// this program writes into the policy's folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) sdk: Option<PathBuf>,
    /// Only write this program's SDK into the policy in the working directory, in place of the one that is there.
    #[arg(long, conflicts_with_all = ["name", "sdk", "lang"])]
    pub(crate) sdk_only: bool,
}

/// A language with an SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Written {
    /// Compiled by cargo.
    Rust,
    /// With componentize-py, which `build` installs.
    Python,
    /// With jco, which `npm install` installs.
    #[value(alias = "javascript")]
    Js,
}

impl From<Written> for Language {
    fn from(written: Written) -> Self {
        match written {
            Written::Rust => Self::Rust,
            Written::Python => Self::Python,
            Written::Js => Self::JavaScript,
        }
    }
}

pub(crate) fn new(wanted: &New) -> anyhow::Result<ExitCode> {
    let Some(name) = &wanted.name else {
        return sdk_only();
    };
    let language = Language::from(wanted.lang);
    let sdk = wanted.sdk.as_deref().map_or(Sdk::Own, Sdk::Folder);
    let mut made = scaffold(name, Path::new(name), language, sdk)?;
    made.files.extend(schemas(Path::new(name))?);
    let mut lines = vec![format!("{} is a policy now:", made.dir.display())];
    let files = made.files.iter();
    lines.extend(files.map(|file| format!("  {}", file.display())));
    if sdk == Sdk::Own {
        lines.push(format!("  {name}/.tollgate  (the SDK)"));
    }
    let tests = match language {
        Language::Rust => "cargo test && tollgate build && tollgate test",
        Language::Python => "tollgate build && .venv/bin/pytest && tollgate test",
        Language::JavaScript => "npm install && npm test && tollgate build && tollgate test",
    };
    lines.push(format!("next: cd {} && {tests}", made.dir.display()));
    print(&lines.join("\n"));
    Ok(ExitCode::SUCCESS)
}

/// The schemas that the first lines of the YAML files name, for editors.
fn schemas(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let all = [
        (
            SCHEMA_FILE,
            serde_json::to_string_pretty(&tollgate_config::json_schema(&Embedded))?,
        ),
        (
            CASES_SCHEMA,
            serde_json::to_string_pretty(&tollgate_cases::json_schema())?,
        ),
    ];
    let mut files = Vec::new();
    for (name, text) in all {
        let path = folder.join(name);
        std::fs::write(&path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
        files.push(path);
    }
    Ok(files)
}

fn sdk_only() -> anyhow::Result<ExitCode> {
    let here = Path::new(".");
    let language = Language::of(here)?;
    let named = write_sdk(language, here)?;
    schemas(here)?;
    print(&format!(
        "{} holds the SDK for {} of version {} now",
        named.display(),
        language.name(),
        env!("CARGO_PKG_VERSION")
    ));
    Ok(ExitCode::SUCCESS)
}
