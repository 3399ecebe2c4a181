//! The start of a policy: a package of its language with tests, a configuration, cases and a workflow for CI.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{ForgeError, Language, policy::write_if_changed, sdk, templates};

/// A package that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaffolded {
    /// Its folder.
    pub dir: PathBuf,
    /// Its files, in the order in which they are worth reading; the SDK is not among them.
    pub files: Vec<PathBuf>,
}

/// Where a policy has its SDK from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk<'a> {
    /// From this program, which writes it into the policy's folder.
    Own,
    /// From a folder of tollgate's source: `plugins/sdk`, `plugins/sdk-python` or `plugins/sdk-js`.
    Folder(&'a Path),
}

/// Makes the package of a new policy called `name` in the folder `dir`, which must not be there yet.
pub fn scaffold(
    name: &str,
    dir: &Path,
    language: Language,
    sdk: Sdk<'_>,
) -> Result<Scaffolded, ForgeError> {
    if !is_component_type(name) {
        return Err(ForgeError::Name {
            name: name.to_owned(),
        });
    }
    if dir.exists() {
        return Err(ForgeError::Exists {
            dir: dir.to_owned(),
        });
    }
    let given = match sdk {
        Sdk::Own => None,
        Sdk::Folder(folder) => Some(sdk_in(folder, language)?),
    };
    let (templates, steps) = templates::of(language);
    let named = match &given {
        Some(folder) => folder.clone(),
        None => sdk::write_sdk(language, dir)?,
    };
    let mut files = Vec::new();
    for (file, template) in templates {
        let path = dir.join(file.replace("{{name}}", name));
        let text = template.replace("{{steps}}\n", steps);
        write_if_changed(&path, fill(&text, name, &named).as_bytes())?;
        files.push(path);
    }
    if language == Language::Rust {
        files.extend(lock(dir, &dir.join(&named))?);
    }
    Ok(Scaffolded {
        dir: fs::canonicalize(dir).map_err(ForgeError::file("find", dir))?,
        files,
    })
}

/// The folder of an SDK, if it is one.
fn sdk_in(folder: &Path, language: Language) -> Result<PathBuf, ForgeError> {
    match folder.canonicalize() {
        Ok(found) if found.join(language.manifest()).exists() => Ok(found),
        _ => Err(ForgeError::NoSdk {
            sdk: folder.to_owned(),
        }),
    }
}

/// Takes the lock file beside the SDK along, so that a policy begins with the versions that the SDK was tested with. Cargo removes from it
/// by itself what the new package does not need.
fn lock(dir: &Path, sdk: &Path) -> Result<Option<PathBuf>, ForgeError> {
    let lock = sdk.join("../Cargo.lock");
    if !lock.exists() {
        return Ok(None);
    }
    let path = dir.join("Cargo.lock");
    fs::copy(&lock, &path).map_err(ForgeError::file("write", &path))?;
    Ok(Some(path))
}

fn fill(template: &str, name: &str, sdk: &Path) -> String {
    // The path stands in a string of TOML or JSON, which write it alike.
    let sdk = sdk
        .display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    template
        .replace("{{name}}", name)
        .replace("{{Type}}", &type_name(name))
        .replace("{{sdk}}", &sdk)
}

/// `token_cost` becomes `TokenCost`.
fn type_name(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect()
}

/// The Collector's rule for the type of a component, which a policy's name has to follow. Rust's keywords would pass it and make a
/// crate that nobody can name, and Python's a module; and a module that is called as the SDK is hides it.
fn is_component_type(name: &str) -> bool {
    const KEYWORDS: [&str; 24] = [
        "self", "super", "crate", "type", "match", "move", "use", "mod", "fn", "impl", "test",
        "core", "tollgate", "tests", "class", "def", "del", "from", "global", "import", "is",
        "lambda", "pass", "with",
    ];
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase())
        && letters
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        && name.len() <= 63
        && !KEYWORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sdk_in(folder: &Path) -> Result<PathBuf, std::io::Error> {
        let sdk = folder.join("sdk");
        fs::create_dir(&sdk)?;
        fs::write(sdk.join("Cargo.toml"), "")?;
        Ok(sdk)
    }

    #[test]
    fn a_new_policy_has_its_name_in_every_place() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let sdk = sdk_in(folder.path())?;
        let made = scaffold(
            "token_cost",
            &folder.path().join("token_cost"),
            Language::Rust,
            Sdk::Folder(&sdk),
        )?;
        let manifest = fs::read_to_string(made.dir.join("Cargo.toml"))?;
        assert!(manifest.contains("name = \"token_cost\""), "{manifest}");
        assert!(
            manifest.contains(&sdk.canonicalize()?.display().to_string()),
            "{manifest}"
        );
        assert!(fs::read_to_string(made.dir.join("src/lib.rs"))?.contains("struct TokenCost"));
        Ok(())
    }

    #[test]
    fn a_new_policy_of_each_language_has_no_holes_and_its_sdk_with_it()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        for language in Language::ALL {
            let dir = folder.path().join(language.name());
            let made = scaffold("token_cost", &dir, language, Sdk::Own)?;
            assert_eq!(Language::of(&made.dir)?, language);
            for file in &made.files {
                let text = fs::read_to_string(file)?;
                let workflow = text.replace("${{ vars.TOLLGATE_URL }}", "");
                assert!(
                    !workflow.contains("{{"),
                    "{} still has a hole",
                    file.display()
                );
            }
            let sdk = match language {
                Language::Rust => "plugins/sdk/src/lib.rs",
                Language::Python => "plugins/sdk-python/src/tollgate/__init__.py",
                Language::JavaScript => "plugins/sdk-js/src/index.js",
            };
            assert!(made.dir.join(".tollgate").join(sdk).is_file(), "{sdk}");
            let interface = fs::read_to_string(made.dir.join(".tollgate/wit/policy.wit"))?;
            assert_eq!(interface, tollgate_sandbox::interface());
        }
        Ok(())
    }

    #[test]
    fn an_sdk_that_is_written_again_leaves_nothing_of_the_one_before()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        sdk::write_sdk(Language::Python, folder.path())?;
        let old = folder
            .path()
            .join(".tollgate/plugins/sdk-python/src/tollgate/old.py");
        fs::write(&old, "")?;
        sdk::write_sdk(Language::Python, folder.path())?;
        assert!(!old.exists());
        Ok(())
    }

    #[test]
    fn a_new_policy_begins_with_the_versions_of_the_sdk() -> Result<(), Box<dyn std::error::Error>>
    {
        let folder = tempfile::tempdir()?;
        let sdk = sdk_in(folder.path())?;
        fs::write(folder.path().join("Cargo.lock"), "version = 4")?;
        let made = scaffold(
            "cost",
            &folder.path().join("cost"),
            Language::Rust,
            Sdk::Folder(&sdk),
        )?;
        assert_eq!(
            fs::read_to_string(made.dir.join("Cargo.lock"))?,
            "version = 4"
        );
        Ok(())
    }

    #[test]
    fn what_is_there_is_never_written_over() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let sdk = sdk_in(folder.path())?;
        let made = scaffold(
            "cost",
            &folder.path().join("cost"),
            Language::Rust,
            Sdk::Folder(&sdk),
        )?;
        fs::write(made.dir.join("src/lib.rs"), "mine")?;
        assert!(matches!(
            scaffold("cost", &made.dir, Language::Rust, Sdk::Folder(&sdk)),
            Err(ForgeError::Exists { .. })
        ));
        assert_eq!(fs::read_to_string(made.dir.join("src/lib.rs"))?, "mine");
        Ok(())
    }

    #[test]
    fn names_follow_the_rule_of_the_interface() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let sdk = sdk_in(folder.path())?;
        for name in [
            "", "Cost", "1st", "a-b", "a b", "../up", "_x", "type", "über",
        ] {
            let refused = scaffold(
                name,
                &folder.path().join("x"),
                Language::Rust,
                Sdk::Folder(&sdk),
            );
            assert!(matches!(refused, Err(ForgeError::Name { .. })), "{name:?}");
        }
        assert!(
            !folder.path().join("x").exists(),
            "a refusal leaves nothing behind"
        );
        Ok(())
    }

    #[test]
    fn a_wrong_sdk_is_named() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let missing = folder.path().join("no-sdk-here");
        let error = scaffold(
            "cost",
            &folder.path().join("cost"),
            Language::Rust,
            Sdk::Folder(&missing),
        )
        .err()
        .ok_or("accepted")?;
        assert!(error.to_string().contains("no-sdk-here"), "{error}");
        Ok(())
    }
}
