//! A path of the view, taken apart.

use tollgate_record::Signal;

/// One step into an attribute or a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index,
}

/// A path in OTTL's spelling: what stands before the first bracket, and the steps in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path<'p> {
    pub(crate) root: &'p str,
    pub(crate) steps: Vec<Step>,
}

impl<'p> Path<'p> {
    pub(crate) fn new(path: &'p str) -> Self {
        let start = path.find('[').unwrap_or(path.len());
        let (root, rest) = path.split_at_checked(start).unwrap_or((path, ""));
        let mut steps = Vec::new();
        let mut characters = rest.chars().peekable();
        while characters.next() == Some('[') {
            if characters.next_if_eq(&'"').is_none() {
                while characters.next().is_some_and(|c| c != ']') {}
                steps.push(Step::Index);
                continue;
            }
            let mut key = String::new();
            while let Some(c) = characters.next() {
                match c {
                    '"' => break,
                    '\\' => key.extend(characters.next()),
                    _ => key.push(c),
                }
            }
            steps.push(Step::Key(key));
            // The closing bracket.
            characters.next();
        }
        Self { root, steps }
    }

    /// The keys on the way.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index => None,
        })
    }

    /// The schema's name of the place, such as `log.attributes`. It holds nothing that a client chose.
    pub(crate) fn place(&self, signal: Signal) -> String {
        const ABOVE_AND_BELOW: [&str; 6] = [
            "resource.",
            "scope.",
            "metric.",
            "spanevent.",
            "spanlink.",
            "exemplar.",
        ];
        if ABOVE_AND_BELOW
            .iter()
            .any(|prefix| self.root.starts_with(prefix))
        {
            return self.root.to_owned();
        }
        let record = match signal {
            Signal::Logs => "log",
            Signal::Traces => "span",
            Signal::Metrics => "datapoint",
        };
        format!("{record}.{}", self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart() {
        let key = |key: &str| Step::Key(key.to_owned());
        let path = Path::new(r#"attributes["a.b"]["c\"]\\"][12]["d"]"#);
        assert_eq!(path.root, "attributes");
        assert_eq!(
            path.steps,
            [key("a.b"), key(r#"c"]\"#), Step::Index, key("d")]
        );
        assert_eq!(path.place(Signal::Logs), "log.attributes");
        assert_eq!(
            Path::new("resource.schema_url").place(Signal::Metrics),
            "resource.schema_url"
        );
    }
}
