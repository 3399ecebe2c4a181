//! What a policy said of its reasons, for tests.

use std::fmt::Write as _;

use tollgate_record as record;

use crate::trail::Trail;

/// One look of one rule at one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighted {
    /// The rule.
    pub rule: String,
    /// The path of what it looked at; empty for a node as a whole.
    pub path: String,
    /// What came of it: `missed`, `applied`, `overridden`, `spared`, `idle`, `failed` or `skipped`.
    pub effect: &'static str,
    /// The part of the text that is meant; empty where it is all of it, or none.
    pub text: String,
    /// The other rule.
    pub by: Option<String>,
    /// What else was said.
    pub note: String,
}

impl Sighted {
    /// `rule: path: effect "text" by other (note)`, as far as there is something to say.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = format!("{}: ", self.rule);
        if !self.path.is_empty() {
            line.push_str(&self.path);
            line.push_str(": ");
        }
        line.push_str(self.effect);
        if !self.text.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(line, " {:?}", self.text);
        }
        if let Some(by) = &self.by {
            let _ = write!(line, " by {by}");
        }
        if !self.note.is_empty() {
            let _ = write!(line, " ({})", self.note);
        }
        line
    }
}

const EFFECTS: [&str; 7] = [
    "missed",
    "applied",
    "overridden",
    "spared",
    "idle",
    "failed",
    "skipped",
];

pub(super) fn sighted(view: &record::View, trail: &Trail, rules: &[String]) -> Vec<Sighted> {
    let columns = &trail.columns;
    let name = |rule: u32| rules.get(rule as usize).cloned();
    let own = |place: u64| lossy(&columns.text, place);
    let each = |index: usize| {
        let cell = *columns.cell.get(index)? as usize;
        let field = view.cell_field.get(cell).map(|field| *field as usize);
        let path = field.and_then(|field| view.fields.get(field));
        let text = view.cell_value.get(cell).and_then(|value| {
            let at = *columns.at.get(index)?;
            Some(lossy(
                &view.text,
                (at >> 32).saturating_add(value >> 32) << 32 | at & 0xffff_ffff,
            ))
        });
        Some(Sighted {
            rule: name(*columns.rule.get(index)?).unwrap_or_default(),
            path: path.map_or_else(
                || own(columns.path.get(index).copied().unwrap_or_default()),
                |path| lossy(&view.text, *path),
            ),
            effect: EFFECTS
                .get(usize::from(*columns.effect.get(index)?))
                .copied()?,
            text: text.unwrap_or_default(),
            by: name(*columns.by.get(index)?),
            note: own(*columns.note.get(index)?),
        })
    };
    (0..trail.len()).filter_map(each).collect()
}

fn lossy(text: &[u8], place: u64) -> String {
    let offset = usize::try_from(place >> 32).unwrap_or(usize::MAX);
    let length = usize::try_from(place & 0xffff_ffff).unwrap_or(usize::MAX);
    let bytes = text.get(offset..offset.saturating_add(length));
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}
