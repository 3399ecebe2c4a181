//! What the files of a new policy begin as.

use crate::Language;

/// Each file of a new policy and what it begins as.
pub(crate) type Templates = &'static [(&'static str, &'static str)];

const RUST: Templates = &[
    ("src/lib.rs", include_str!("../templates/rust/lib.rs.in")),
    (
        "schema.json",
        include_str!("../templates/rust/schema.json.in"),
    ),
    (
        "tests/records.rs",
        include_str!("../templates/rust/records.rs.in"),
    ),
    ("{{name}}.test.yaml", CASES),
    ("config.yaml", CONFIG),
    ("README.md", include_str!("../templates/rust/README.md.in")),
    (
        "Cargo.toml",
        include_str!("../templates/rust/Cargo.toml.in"),
    ),
    (".github/workflows/policy.yaml", WORKFLOW),
    (".gitignore", include_str!("../templates/rust/gitignore.in")),
];
const PYTHON: Templates = &[
    (
        "{{name}}.py",
        include_str!("../templates/python/policy.py.in"),
    ),
    (
        "tests/test_{{name}}.py",
        include_str!("../templates/python/test.py.in"),
    ),
    ("{{name}}.test.yaml", CASES),
    ("config.yaml", CONFIG),
    (
        "README.md",
        include_str!("../templates/python/README.md.in"),
    ),
    (
        "pyproject.toml",
        include_str!("../templates/python/pyproject.toml.in"),
    ),
    (
        "requirements.txt",
        include_str!("../templates/python/requirements.txt.in"),
    ),
    (".github/workflows/policy.yaml", WORKFLOW),
    (
        ".gitignore",
        include_str!("../templates/python/gitignore.in"),
    ),
];
const JAVASCRIPT: Templates = &[
    (
        "policy.js",
        include_str!("../templates/javascript/policy.js.in"),
    ),
    (
        "component.js",
        include_str!("../templates/javascript/component.js.in"),
    ),
    (
        "test/policy.test.js",
        include_str!("../templates/javascript/policy.test.js.in"),
    ),
    ("{{name}}.test.yaml", CASES),
    ("config.yaml", CONFIG),
    (
        "README.md",
        include_str!("../templates/javascript/README.md.in"),
    ),
    (
        "package.json",
        include_str!("../templates/javascript/package.json.in"),
    ),
    (".github/workflows/policy.yaml", WORKFLOW),
    (
        ".gitignore",
        include_str!("../templates/javascript/gitignore.in"),
    ),
];
const CASES: &str = include_str!("../templates/common/cases.yaml.in");
const CONFIG: &str = include_str!("../templates/common/config.yaml.in");
const WORKFLOW: &str = include_str!("../templates/common/workflow.yaml.in");

/// The files of a policy in a language, and the steps that its workflow has beside those of every language.
pub(crate) fn of(language: Language) -> (Templates, &'static str) {
    match language {
        Language::Rust => (RUST, include_str!("../templates/rust/steps.in")),
        Language::Python => (PYTHON, include_str!("../templates/python/steps.in")),
        Language::JavaScript => (JAVASCRIPT, include_str!("../templates/javascript/steps.in")),
    }
}
