use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{ForgeError, policy::write_if_changed};

/// A package that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaffolded {
    /// Its folder.
    pub dir: PathBuf,
    /// Its files, in the order in which they are worth reading.
    pub files: Vec<PathBuf>,
}

/// Each file of a new policy and what it begins as.
const TEMPLATES: [(&str, &str); 5] = [
    ("src/lib.rs", include_str!("../templates/lib.rs.in")),
    (
        "tests/records.rs",
        include_str!("../templates/records.rs.in"),
    ),
    ("README.md", include_str!("../templates/README.md.in")),
    ("Cargo.toml", include_str!("../templates/Cargo.toml.in")),
    (".gitignore", include_str!("../templates/gitignore.in")),
];

/// Makes the package of a new policy called `name` in the folder `dir`, which must not be there yet. `sdk` is the folder of
/// `tollgate-sdk`; the lock file beside it is taken along, so that a policy begins with the versions that the SDK was tested with.
pub fn scaffold(name: &str, dir: &Path, sdk: &Path) -> Result<Scaffolded, ForgeError> {
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
    let sdk = match sdk.canonicalize() {
        Ok(found) if found.join("Cargo.toml").exists() => found,
        _ => {
            return Err(ForgeError::NoSdk {
                sdk: sdk.to_owned(),
            });
        }
    };
    let mut files = Vec::new();
    for (file, template) in TEMPLATES {
        let path = dir.join(file);
        write_if_changed(&path, fill(template, name, &sdk).as_bytes())?;
        files.push(path);
    }
    // Cargo removes from it by itself what the new package does not need.
    let lock = sdk.join("../Cargo.lock");
    if lock.exists() {
        let path = dir.join("Cargo.lock");
        fs::copy(&lock, &path).map_err(ForgeError::file("write", &path))?;
        files.push(path);
    }
    Ok(Scaffolded {
        dir: fs::canonicalize(dir).map_err(ForgeError::file("find", dir))?,
        files,
    })
}

fn fill(template: &str, name: &str, sdk: &Path) -> String {
    // The path stands in a string of TOML.
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
/// crate that nobody can name.
fn is_component_type(name: &str) -> bool {
    const KEYWORDS: [&str; 12] = [
        "self", "super", "crate", "type", "match", "move", "use", "mod", "fn", "impl", "test",
        "core",
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
        let made = scaffold("token_cost", &folder.path().join("token_cost"), &sdk)?;
        for file in &made.files {
            let text = fs::read_to_string(file)?;
            assert!(!text.contains("{{"), "{} still has a hole", file.display());
        }
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
    fn a_new_policy_begins_with_the_versions_of_the_sdk() -> Result<(), Box<dyn std::error::Error>>
    {
        let folder = tempfile::tempdir()?;
        let sdk = sdk_in(folder.path())?;
        fs::write(folder.path().join("Cargo.lock"), "version = 4")?;
        let made = scaffold("cost", &folder.path().join("cost"), &sdk)?;
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
        let made = scaffold("cost", &folder.path().join("cost"), &sdk)?;
        fs::write(made.dir.join("src/lib.rs"), "mine")?;
        assert!(matches!(
            scaffold("cost", &made.dir, &sdk),
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
            let refused = scaffold(name, &folder.path().join("x"), &sdk);
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
        let error = scaffold("cost", &folder.path().join("cost"), &missing)
            .err()
            .ok_or("accepted")?;
        assert!(error.to_string().contains("no-sdk-here"), "{error}");
        Ok(())
    }
}
