//! What looks come to, in sentences.

use std::fmt::Write as _;

use tollgate_record::Effect;

use super::look::Look;
use super::record::ToldBy;
use super::sight::Sight;
use crate::report::FailureReport;

/// Bytes of content that a sentence quotes.
const LONGEST_QUOTE: usize = 60;

pub(super) fn why(
    looks: &[Look],
    field: Option<&str>,
    sight: Option<&Sight>,
    failure: Option<&FailureReport>,
    told_by: &ToldBy,
) -> Vec<String> {
    let mut why = Vec::new();
    if let (Some(field), Some(sight)) = (field, sight) {
        why.extend(unseen(field, sight));
    }
    let mut won = Vec::new();
    for look in looks {
        let sentence = match (look.effect, &look.by) {
            (Effect::Applied, _) => {
                if let Some(did) = &look.did
                    && !won.contains(&(&look.rule, did, &look.field, look.node))
                {
                    won.push((&look.rule, did, &look.field, look.node));
                }
                continue;
            }
            (Effect::Overridden, Some(by)) => format!(
                "`{}` matches{}, and lost to `{by}`",
                look.rule,
                quoted(look)
            ),
            (Effect::Spared, Some(by)) => format!(
                "`{}` matches{}, and left it alone, because `{by}` spares it",
                look.rule,
                quoted(look)
            ),
            (Effect::Failed, _) => format!(
                "`{}` failed{}",
                look.rule,
                look.note
                    .as_ref()
                    .map_or_else(String::new, |note| format!(": {note}"))
            ),
            _ => continue,
        };
        if !why.contains(&sentence) {
            why.push(sentence);
        }
    }
    for (rule, did, of, node) in won {
        let what = match (of, did.as_str()) {
            (Some(field), did) => did.replacen(" it", &format!(" {field}"), 1),
            (None, did) => did.replacen(" it", &format!(" the {node}"), 1),
        };
        why.push(format!("`{rule}` {what}"));
    }
    why.extend(skipped(looks));
    if let Some(failure) = failure {
        let becomes = match failure.on_error {
            "reject" => "the record is rejected, and its client is told",
            "drop" => "the record is dropped",
            _ => "the record goes on as it is",
        };
        why.push(format!(
            "the stage failed for the record ({}): by `on_error: {}` {becomes}",
            failure.message, failure.on_error
        ));
    }
    let is_shown = !matches!(
        sight,
        Some(Sight::Undeclared { .. } | Sight::NotCalled | Sight::Absent)
    );
    if why.is_empty() && is_shown {
        why.push(match told_by {
            ToldBy::Nobody => "the policy was not called".to_owned(),
            ToldBy::Policy if looks.is_empty() => "no rule looks at it".to_owned(),
            ToldBy::Policy => "no rule that looks at it had anything to do".to_owned(),
            ToldBy::Outcome | ToldBy::Failed(_) => "no rule did anything with it".to_owned(),
        });
    }
    why
}

fn unseen(field: &str, sight: &Sight) -> Option<String> {
    Some(match sight {
        Sight::Seen => return None,
        Sight::Withheld => format!(
            "the policy saw that {field} is there, and not its value: `*` shows texts and the keys of all else"
        ),
        Sight::Absent => format!("the record has no {field} here"),
        Sight::Undeclared { reads } if reads.is_empty() => {
            format!("the policy could not see {field}: it declares that it reads nothing")
        }
        Sight::Undeclared { reads } => format!(
            "the policy could not see {field}: it declares that it reads {}, and nothing else",
            listed(reads)
        ),
        Sight::NotCalled => {
            format!(
                "the policy saw nothing, and so not {field}: it asks for nothing of this signal"
            )
        }
    })
}

/// Names, and how many more there are.
fn listed(reads: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut shown = reads
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let more = reads.len().saturating_sub(SHOWN);
    if more > 0 {
        // Writing to a string does not fail.
        let _ = write!(shown, " and {more} more");
    }
    shown
}

/// Rules that had no turn, by the one that put an end to the matter.
fn skipped(looks: &[Look]) -> Vec<String> {
    let mut ends: Vec<(&String, Vec<&str>)> = Vec::new();
    for look in looks.iter().filter(|look| look.effect == Effect::Skipped) {
        let Some(by) = &look.by else { continue };
        let place = ends.iter().position(|(known, _)| *known == by);
        let place = place.unwrap_or_else(|| {
            ends.push((by, Vec::new()));
            ends.len().saturating_sub(1)
        });
        let Some((_, rules)) = ends.get_mut(place) else {
            continue;
        };
        if !rules.contains(&look.rule.as_str()) {
            rules.push(&look.rule);
        }
    }
    let sentence = |(by, rules): (&String, Vec<&str>)| {
        format!(
            "`{by}` put an end to the matter before {} had a turn",
            rules.join(", ")
        )
    };
    ends.into_iter().map(sentence).collect()
}

fn quoted(look: &Look) -> String {
    let Some(text) = &look.text else {
        return String::new();
    };
    let end = text.floor_char_boundary(LONGEST_QUOTE);
    let shown = text.get(..end).unwrap_or_default();
    let more = if end < text.len() { "…" } else { "" };
    format!(" {:?}", format!("{shown}{more}"))
}
