//! What users are told to write: the configurations of the README, the documents and the examples are ones.

use std::fs;
use std::path::{Path, PathBuf};

use tollgate_tests::gate::{guest, run};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// The fenced blocks of YAML that are whole configurations; others show a part.
fn configurations(document: &str) -> Vec<String> {
    let blocks = document.split("```yaml\n").skip(1);
    blocks
        .filter_map(|block| Some(block.split_once("\n```")?.0.to_owned()))
        .filter(|block| block.contains("service:"))
        .collect()
}

/// Validates configurations that stand in folders beside that of the example `cost`, as they do in examples/.
fn assert_valid(configurations: &[(String, String)]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, configuration) in configurations {
        let own = folder.path().join(name);
        for place in [folder.path().join("cost"), own.clone()] {
            fs::create_dir_all(&place).unwrap();
            fs::copy(guest("cost"), place.join("cost.wasm")).unwrap();
            fs::copy(
                root().join("examples/cost/prices.json"),
                place.join("prices.json"),
            )
            .unwrap();
            fs::copy(
                root().join("examples/codex/teams.csv"),
                place.join("teams.csv"),
            )
            .unwrap();
        }
        let file = own.join("config.yaml");
        fs::write(&file, configuration).unwrap();
        let said = run(&["validate", "--config", &file.display().to_string()]);
        assert_eq!(
            said,
            (Some(0), String::new(), String::new()),
            "{name}:\n{configuration}"
        );
    }
}

#[test]
fn the_readme_quotes_an_example() {
    assert_eq!(
        configurations(&text("README.md")),
        [text("examples/redact/config.yaml").trim_end()]
    );
}

#[test]
fn the_examples_are_valid() {
    let examples = ["agents", "codex", "cost", "redact"].map(|name| {
        (
            name.to_owned(),
            text(&format!("examples/{name}/config.yaml")),
        )
    });
    assert_valid(&examples);
}

#[test]
fn what_the_documents_show_is_valid() {
    let files = ["docs/configuration.md", "examples/cost/README.md"];
    let found: Vec<_> = files
        .iter()
        .flat_map(|file| configurations(&text(file)))
        .enumerate()
        .map(|(place, configuration)| (format!("document-{place}"), configuration))
        .collect();
    assert!(found.len() >= files.len(), "each has one");
    assert_valid(&found);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let folders =
        ["docs", "docs/tutorials"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let documents = folders.into_iter().flatten();
    let documents = documents
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let others = ["README.md", "examples/cost/README.md"].map(|file| root().join(file));
    for document in documents.chain(others) {
        let text = fs::read_to_string(&document).unwrap();
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.is_empty() && !target.contains("://")) {
            assert!(
                document.with_file_name(target).exists(),
                "{} links to {target}, which is not there",
                document.display()
            );
        }
    }
}
