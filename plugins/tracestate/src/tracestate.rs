//! W3C `tracestate`, and OpenTelemetry's member `ot` in it.
//!
//! Reading is lenient where the Collector's is: an unsound text still yields the members that could be read, because a span that
//! is kept all the same carries these on.

use crate::sampling::Sampling;

const MEMBERS_BELOW: usize = 32;
const MAX_LENGTH: usize = 1024;
const MAX_KEY: usize = 256;
const MAX_TENANT: usize = 241;
const MAX_SYSTEM: usize = 14;
const MAX_VALUE: usize = 256;
const MAX_OT_LENGTH: usize = 256;

/// A `tracestate`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceState<'t> {
    /// `rv` and `th` of the member `ot`.
    pub sampling: Sampling<'t>,
    ot_others: Vec<(&'t str, &'t str)>,
    others: Vec<(&'t str, &'t str)>,
}

impl<'t> TraceState<'t> {
    /// Reads a `tracestate`, and says whether all of it was sound.
    #[must_use]
    pub fn parse(text: &'t str) -> (Self, bool) {
        let mut state = Self::default();
        if text.is_empty() {
            return (state, true);
        }
        if text.len() > MAX_LENGTH || !members(text, ',').all(|member| is_member(trim(member))) {
            return (state, false);
        }
        let mut sound = true;
        for (nth, member) in members(text, ',').enumerate() {
            // The Collector counts so: the 32nd member is one too many.
            if nth + 1 >= MEMBERS_BELOW {
                return (state, false);
            }
            let Some((key, value)) = trim(member).split_once('=') else {
                continue;
            };
            if key == "ot" {
                sound &= state.parse_ot(value);
            } else if key_fits(key) {
                state.others.push((key, value));
            } else {
                sound = false;
            }
        }
        (state, sound)
    }

    fn parse_ot(&mut self, text: &'t str) -> bool {
        self.sampling = Sampling::default();
        self.ot_others.clear();
        if text.len() > MAX_OT_LENGTH
            || text.ends_with(';')
            || !members(text, ';').all(is_ot_member)
        {
            return false;
        }
        let (mut sound, mut randomness, mut threshold) = (true, None, None);
        for member in members(text, ';') {
            match member.split_once(':') {
                Some(("rv", value)) => {
                    // Of several the last counts, and each unsound one is a mistake.
                    let (read, is_sound) = Sampling::parse(Some(value), None);
                    randomness = read.randomness;
                    sound &= is_sound;
                }
                Some(("th", value)) => {
                    let (read, is_sound) = Sampling::parse(None, Some(value));
                    threshold = read.threshold;
                    sound &= is_sound;
                }
                Some(other) => self.ot_others.push(other),
                None => {}
            }
        }
        self.sampling = Sampling {
            randomness,
            threshold,
        };
        sound
    }

    /// Members other than `ot`, in their order.
    #[must_use]
    pub fn others(&self) -> &[(&'t str, &'t str)] {
        &self.others
    }

    /// Fields of the member `ot` other than `rv` and `th`, in their order.
    #[must_use]
    pub fn ot_others(&self) -> &[(&'t str, &'t str)] {
        &self.ot_others
    }

    /// Appends the text of the trace state to `text`, which is empty: `ot` first, as the member that was changed last.
    pub fn write(&self, text: &mut String) {
        self.sampling
            .write_randomness(|digits| push_ot(text, "rv", digits));
        self.sampling
            .write_threshold(|digits| push_ot(text, "th", digits));
        for (key, value) in &self.ot_others {
            push_ot(text, key, value);
        }
        for (key, value) in &self.others {
            push_member(
                text,
                if text.is_empty() { "" } else { "," },
                key,
                "=",
                value,
            );
        }
    }
}

fn push_ot(text: &mut String, key: &str, value: &str) {
    let lead = if text.is_empty() { "ot=" } else { ";" };
    push_member(text, lead, key, ":", value);
}

fn push_member(text: &mut String, lead: &str, key: &str, between: &str, value: &str) {
    for part in [lead, key, between, value] {
        text.push_str(part);
    }
}

/// The pieces between separators; unlike `split`, none after a separator that ends the text, and none of an empty text.
fn members(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.strip_suffix(separator)
        .unwrap_or(text)
        .split(separator)
        .filter(move |_| !text.is_empty())
}

fn trim(member: &str) -> &str {
    member.trim_matches([' ', '\t'])
}

/// Whether a member is written as W3C says; sizes of keys are another matter.
fn is_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else {
        return member.is_empty();
    };
    let sound_key = match key.split_once('@') {
        Some((tenant, system)) => {
            starts_with(tenant, |first| is_lower(first) || first.is_ascii_digit())
                && starts_with(system, is_lower)
                && tenant.bytes().all(is_key_byte)
                && system.bytes().all(is_key_byte)
        }
        None => starts_with(key, is_lower) && key.bytes().all(is_key_byte),
    };
    sound_key
        && value.len() <= MAX_VALUE
        && value
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=')
        && !value.is_empty()
        && !value.ends_with(' ')
}

fn is_ot_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once(':') else {
        return false;
    };
    starts_with(key, is_lower)
        && key
            .bytes()
            .all(|byte| is_lower(byte) || byte.is_ascii_digit())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn key_fits(key: &str) -> bool {
    let parts_fit = key
        .split_once('@')
        .is_none_or(|(tenant, system)| tenant.len() <= MAX_TENANT && system.len() <= MAX_SYSTEM);
    key.len() <= MAX_KEY && parts_fit
}

fn starts_with(text: &str, first: impl FnOnce(u8) -> bool) -> bool {
    text.bytes().next().is_some_and(first)
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase()
}

fn is_key_byte(byte: u8) -> bool {
    is_lower(byte) || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'*' | b'/')
}
