//! `UserAgent`: which program and which system a text of the header of that name speaks of.

mod rules;

use crate::{Function, Kind, Map, MapKind, Parameter, Text, Value};

pub(super) const LIST: &[&Function] = &[&USER_AGENT];

static USER_AGENT: Function = Function::new(
    "UserAgent",
    &[Parameter::new("UserAgent", Kind::Text)],
    |call| {
        let text = call.text(0)?;
        let told = rules::tell(&text);
        let mut entries = vec![
            (
                Text::Borrowed("user_agent.name"),
                Value::text(&*told.agent.name),
            ),
            (Text::Borrowed("user_agent.original"), text.into()),
            (
                Text::Borrowed("user_agent.version"),
                Value::text(&*told.agent.version),
            ),
            (Text::Borrowed("os.name"), Value::text(&*told.system.name)),
        ];
        if !told.system.version.is_empty() {
            entries.push((
                Text::Borrowed("os.version"),
                Value::text(&*told.system.version),
            ));
        }
        Ok(Map::new(MapKind::Raw, entries).into())
    },
);

#[cfg(test)]
mod tests {
    use super::rules::tell;

    #[test]
    fn programs_and_systems_are_told() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.4472.124 Safari/537.36",
                ["Chrome", "91.0.4472", "Windows", "10"],
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                ["Mobile Safari", "17.5", "iOS", "17.5"],
            ),
            ("curl/7.81.0", ["curl", "7.81.0", "Other", ""]),
            (
                "python-requests/2.31.0",
                ["Python Requests", "2.31", "Other", ""],
            ),
            ("", ["Other", "", "Other", ""]),
            ("OTel-OTLP-Exporter-Rust/0.31.0", ["Other", "", "Other", ""]),
        ];
        for (text, expected) in cases {
            let told = tell(text);
            let found = [
                &told.agent.name,
                &told.agent.version,
                &told.system.name,
                &told.system.version,
            ];
            assert_eq!(found.map(String::as_str), expected, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_looked_at_in_part() {
        let long = format!(
            "{}curl/7.81.0",
            "Mozilla bot spider Chrome ".repeat(100_000)
        );
        assert_ne!(tell(&long).agent.name, "curl");
    }
}
