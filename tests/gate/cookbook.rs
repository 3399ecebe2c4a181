//! The cookbook: each recipe is a test file, and the document is made of them.

use std::fs;
use std::path::{Path, PathBuf};

use tollgate_tests::gate::run;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One recipe, as its file tells it.
struct Recipe {
    file: String,
    title: String,
    prose: String,
    /// The file without its first lines, which are the title and the prose.
    cases: String,
}

impl Recipe {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        // The first line is for editors.
        let (_, text) = text.split_once('\n').unwrap();
        let told: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .collect();
        let cases: Vec<&str> = text.lines().skip(told.len()).collect();
        let told: Vec<&str> = told
            .iter()
            .map(|line| line.trim_start_matches('#').trim())
            .collect();
        let (title, prose) = told.split_first().unwrap();
        Self {
            file: path.file_name().unwrap().to_str().unwrap().to_owned(),
            title: (*title).to_owned(),
            prose: prose.join("\n").trim().to_owned(),
            cases: cases.join("\n").trim_end().to_owned(),
        }
    }

    /// As links within a document spell a heading.
    fn anchor(&self) -> String {
        let kept = |c: char| c.is_alphanumeric() || c == ' ' || c == '-';
        let title = self.title.to_lowercase();
        title
            .chars()
            .filter(|c| kept(*c))
            .collect::<String>()
            .replace(' ', "-")
    }
}

fn recipes() -> Vec<Recipe> {
    let files = fs::read_dir(root().join("examples/cookbook")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| Recipe::read(path)).collect()
}

const BEGINNING: &str = "# Cookbook

Each recipe is a file in [`examples/cookbook`](../examples/cookbook): settings, and cases that say what they do. Take the file, change it,
and run it; `tollgate playground` shows it at work.

```console
$ tollgate test examples/cookbook
```

`policy` and `settings` are short for a configuration with this one processor: what stands under `settings` belongs under
`processors: {redaction: ...}`. How cases are written: [cases](cases.md).
";

fn document(recipes: &[Recipe]) -> String {
    let mut text = format!("{BEGINNING}\n");
    for recipe in recipes {
        text.push_str(&format!("- [{}](#{})\n", recipe.title, recipe.anchor()));
    }
    for Recipe {
        file,
        title,
        prose,
        cases,
    } in recipes
    {
        text.push_str(&format!(
            "\n## {title}\n\n{prose}\n\n```yaml\n{cases}\n```\n\n[`{file}`](../examples/cookbook/{file})\n"
        ));
    }
    text
}

/// `UPDATE=1` writes the document.
#[test]
fn the_cookbook_is_what_its_recipes_say() {
    let recipes = recipes();
    assert!(recipes.len() >= 20, "{}", recipes.len());
    let written = root().join("docs/cookbook.md");
    let made = document(&recipes);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&written, &made).unwrap();
    }
    assert!(
        fs::read_to_string(&written).unwrap() == made,
        "docs/cookbook.md is not what examples/cookbook says: UPDATE=1 cargo test --workspace --test gate -- cookbook"
    );
}

#[test]
fn every_recipe_does_what_it_says() {
    let folder = root().join("examples/cookbook");
    let (status, out, err) = run(&["test", &folder.display().to_string()]);
    assert_eq!(status, Some(0), "{out}{err}");
    let recipes = recipes();
    for recipe in &recipes {
        assert!(
            out.contains(&recipe.file),
            "{} has cases: {out}",
            recipe.file
        );
    }
}
