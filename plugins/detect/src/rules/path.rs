//! Paths of fields as rules name them: OTTL's spelling, with `*` in keys.

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'s> {
    /// A key of a map.
    Key(&'s str),
    /// An element of a list.
    Index,
}

/// Places where a text can stand. The first are maps: keys and elements may follow.
const ROOTS: [&str; 26] = [
    "attributes",
    "body",
    "resource.attributes",
    "scope.attributes",
    "spanevent.attributes",
    "spanlink.attributes",
    "exemplar.filtered_attributes",
    "metric.metadata",
    "name",
    "trace_state",
    "status.message",
    "severity_text",
    "event_name",
    "resource.schema_url",
    "resource.entity_refs.schema_url",
    "resource.entity_refs.type",
    "resource.entity_refs.id_keys",
    "resource.entity_refs.description_keys",
    "scope.name",
    "scope.version",
    "scope.schema_url",
    "spanevent.name",
    "spanlink.trace_state",
    "metric.name",
    "metric.description",
    "metric.unit",
];
const MAPS: usize = 8;

/// A path, or a pattern of paths. It stands for what is at it and for all that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathPattern {
    /// None: the first key may stand anywhere, in attributes of whatever and in bodies, at any depth.
    root: Option<String>,
    steps: Vec<StepPattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum StepPattern {
    Key(String),
    Any,
}

impl PathPattern {
    /// The key, wherever it stands.
    pub(super) fn anywhere(key: &str) -> PathPattern {
        PathPattern {
            root: None,
            steps: vec![StepPattern::Key(key.to_owned())],
        }
    }

    /// Reads a path; the error says what is wrong.
    pub(super) fn new(path: &str) -> Result<PathPattern, String> {
        let start = path.find('[').unwrap_or(path.len());
        let (root, mut rest) = path.split_at_checked(start).unwrap_or((path, ""));
        let root = canonical(root);
        if root != "*" && !ROOTS.contains(&root.as_str()) {
            return Err(format!("there is no text at `{path}`"));
        }
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let inner = rest
                .strip_prefix('[')
                .ok_or_else(|| format!("`{path}` goes on after a bracket"))?;
            if let Some(quoted) = inner.strip_prefix('"') {
                let (key, after) =
                    read_key(quoted).ok_or_else(|| format!("a quote is missing in `{path}`"))?;
                steps.push(StepPattern::Key(key));
                rest = after;
            } else {
                let (index, after) = inner
                    .split_once(']')
                    .ok_or_else(|| format!("a bracket is missing in `{path}`"))?;
                if index != "*" {
                    return Err(format!(
                        "`{index}` is no key: keys stand in quotes, and every element of a list is `[*]`"
                    ));
                }
                steps.push(StepPattern::Any);
                rest = after;
            }
        }
        if root == "*" && !matches!(steps.first(), Some(StepPattern::Key(_))) {
            return Err("`*` stands before a key: `*[\"prompt\"]`".to_owned());
        }
        let is_map = root == "*" || ROOTS.iter().take(MAPS).any(|map| *map == root);
        let is_list = root.starts_with("resource.entity_refs.") && root.ends_with("_keys");
        if !steps.is_empty() && !is_map && !is_list {
            return Err(format!("`{root}` is a text, in which no key can stand"));
        }
        let root = (root != "*").then_some(root);
        Ok(PathPattern { root, steps })
    }

    /// Whether a path is this one, or within it.
    pub(super) fn covers(&self, root: &str, steps: &[Step<'_>]) -> bool {
        match &self.root {
            Some(own) => own == root && self.begins(steps),
            None => {
                (0..steps.len()).any(|start| self.begins(steps.get(start..).unwrap_or_default()))
            }
        }
    }

    fn begins(&self, steps: &[Step<'_>]) -> bool {
        steps.len() >= self.steps.len()
            && self
                .steps
                .iter()
                .zip(steps)
                .all(|(pattern, step)| match (pattern, step) {
                    (StepPattern::Any, _) => true,
                    (StepPattern::Key(pattern), Step::Key(key)) => {
                        is_like(pattern.as_bytes(), key.as_bytes())
                    }
                    (StepPattern::Key(_), Step::Index) => false,
                })
    }
}

/// What stands before the first bracket as the host spells it: without OTTL's name for the record, and with the short name of the
/// scope.
fn canonical(root: &str) -> String {
    let records = ["log.", "span.", "datapoint."];
    let own = records
        .iter()
        .find_map(|record| root.strip_prefix(record))
        .unwrap_or(root);
    match own.strip_prefix("instrumentation_scope.") {
        Some(of_scope) => format!("scope.{of_scope}"),
        None => own.to_owned(),
    }
}

/// A key up to its closing quote and bracket, and what stands behind.
fn read_key(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((key, text.get(place..)?.strip_prefix("\"]")?)),
            '\\' => key.push(characters.next()?.1),
            other => key.push(other),
        }
    }
    None
}

/// Whether a text is like a pattern in which `*` stands for anything.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0_usize, 0_usize);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p.saturating_add(1), t));
            p = p.saturating_add(1);
        } else if p < pattern.len() && pattern.get(p) == text.get(t) {
            p = p.saturating_add(1);
            t = t.saturating_add(1);
        } else if let Some((after, from)) = retry {
            p = after;
            t = from.saturating_add(1);
            retry = Some((after, t));
        } else {
            return false;
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_path_covers_itself_and_what_is_in_it() {
        let covers = |pattern: &str, root: &str, steps: &[Step<'_>]| {
            PathPattern::new(pattern).unwrap().covers(root, steps)
        };
        let key = Step::Key;
        assert!(covers(
            r#"attributes["prompt"]"#,
            "attributes",
            &[key("prompt")]
        ));
        assert!(covers(
            r#"log.attributes["prompt"]"#,
            "attributes",
            &[key("prompt"), Step::Index, key("a")]
        ));
        assert!(!covers(
            r#"attributes["prompt"]"#,
            "resource.attributes",
            &[key("prompt")]
        ));
        assert!(!covers(
            r#"attributes["prompt"]"#,
            "attributes",
            &[key("prompts")]
        ));
        assert!(covers(
            r#"attributes["tool_*"]"#,
            "attributes",
            &[key("tool_input")]
        ));
        assert!(covers(
            r#"attributes["*a*b*"]"#,
            "attributes",
            &[key("xaybaz_b")]
        ));
        assert!(covers(
            r#"*["prompt"]"#,
            "body",
            &[key("a"), Step::Index, key("prompt")]
        ));
        assert!(covers(
            r#"body["items"][*]["text"]"#,
            "body",
            &[key("items"), Step::Index, key("text")]
        ));
        assert!(
            covers("name", "name", &[]) && covers("metric.description", "metric.description", &[])
        );
        for wrong in [
            "",
            "*",
            "a b",
            "attributes[prompt]",
            r#"attributes["x"#,
            r#"attributes["x"]y"#,
            "attributes[0",
            "body[0]",
            r#"attribute["x"]"#,
            r#"name["x"]"#,
            "severity_number",
        ] {
            assert!(PathPattern::new(wrong).is_err(), "{wrong}");
        }
    }
}
