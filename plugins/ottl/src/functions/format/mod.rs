//! `Format`: Go's `fmt.Sprintf`.

mod double;
mod integer;
mod print;
mod quote;

use std::ops::Range;

use crate::value::Value;
use crate::{Function, Kind, Parameter};
use print::print;

pub(super) const LIST: &[&Function] = &[&FORMAT];

static FORMAT: Function = Function::new(
    "Format",
    &[
        Parameter::new("Format", Kind::LiteralText),
        Parameter::new("Vals", Kind::Items(&Kind::Any)),
    ],
    |call| {
        let format = call.text(0)?;
        let values = call.items(1)?;
        Ok(sprintf(&format, &values).into())
    },
);

/// Widths and precisions beyond this are not taken.
const WIDEST: usize = 1_000_000;

/// How a value is to be shown.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a flag of the format each")]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%#v`.
    sharp_v: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Spec {
    /// Appends a text, padded to the width.
    fn pad(&self, out: &mut String, text: &str) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            out.push_str(text);
        }
        let padding = if self.zero && !self.minus { '0' } else { ' ' };
        out.extend(std::iter::repeat_n(padding, missing));
        if !self.minus {
            out.push_str(text);
        }
    }

    /// The same with spaces, whatever the flag says.
    fn pad_plain(&self, out: &mut String, text: &str) {
        let plain = Self {
            zero: false,
            ..*self
        };
        plain.pad(out, text);
    }
}

/// What is read of a format.
struct Reader<'f> {
    format: &'f str,
    at: usize,
    next: usize,
    /// Arguments were named by number, so that nothing can be said of those that are left over.
    reordered: bool,
    /// The number of an argument was a good one.
    good: bool,
}

fn sprintf(format: &str, values: &[Value<'_>]) -> String {
    let mut out = String::with_capacity(format.len());
    let mut reader = Reader {
        format,
        at: 0,
        next: 0,
        reordered: false,
        good: true,
    };
    while let Some(rest) = format.get(reader.at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('%').unwrap_or(rest.len());
        out.push_str(rest.get(..plain).unwrap_or_default());
        reader.at += plain;
        if plain < rest.len() {
            reader.at += 1;
            reader.verb(&mut out, values);
        }
    }
    if !reader.reordered && reader.next < values.len() {
        extra(&mut out, values.get(reader.next..).unwrap_or_default());
    }
    out
}

fn extra(out: &mut String, values: &[Value<'_>]) {
    out.push_str("%!(EXTRA ");
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        if value.is_nil() {
            out.push_str("<nil>");
        } else {
            out.push_str(value.type_name());
            out.push('=');
            print(out, &Spec::default(), 'v', value, 0);
        }
    }
    out.push(')');
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    /// What stands behind a percent sign.
    fn verb(&mut self, out: &mut String, values: &[Value<'_>]) {
        self.good = true;
        let mut spec = Spec::default();
        while let Some(flag) = self.peek() {
            match flag {
                b'#' => spec.sharp = true,
                b'0' => spec.zero = true,
                b'+' => spec.plus = true,
                b'-' => spec.minus = true,
                b' ' => spec.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut behind_index = self.index(values.len());
        behind_index = self.width(out, &mut spec, values, behind_index);
        behind_index = self.precision(out, &mut spec, values, behind_index);
        if !behind_index {
            self.index(values.len());
        }
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(verb) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            return;
        };
        self.at += verb.len_utf8();
        match values.get(self.next) {
            _ if verb == '%' => out.push('%'),
            _ if !self.good => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(BADINDEX)"]),
            None => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]),
            Some(value) => {
                if matches!(verb, 'v' | 'w') {
                    spec.sharp_v = std::mem::take(&mut spec.sharp);
                    spec.plus = false;
                }
                print(out, &spec, verb, value, 0);
                self.next += 1;
            }
        }
    }

    /// A width, or a star that takes it from the values. Whether the number of an argument stands just before what follows.
    fn width(
        &mut self,
        out: &mut String,
        spec: &mut Spec,
        values: &[Value<'_>],
        behind_index: bool,
    ) -> bool {
        if self.peek() == Some(b'*') {
            self.at += 1;
            let width = self.star(values);
            if width.is_none() {
                out.push_str("%!(BADWIDTH)");
            }
            if width.is_some_and(|width| width < 0) {
                spec.minus = true;
                spec.zero = false;
            }
            let width = width.map(i64::unsigned_abs);
            spec.width = width.and_then(|width| usize::try_from(width).ok());
            return false;
        }
        spec.width = self.number();
        if behind_index && spec.width.is_some() {
            self.good = false;
        }
        behind_index
    }

    fn precision(
        &mut self,
        out: &mut String,
        spec: &mut Spec,
        values: &[Value<'_>],
        behind_index: bool,
    ) -> bool {
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return behind_index;
        }
        self.at += 1;
        if behind_index {
            self.good = false;
        }
        let behind_index = self.index(values.len());
        if self.peek() == Some(b'*') {
            self.at += 1;
            let precision = self.star(values);
            spec.precision = precision.and_then(|precision| usize::try_from(precision).ok());
            if spec.precision.is_none() {
                out.push_str("%!(BADPREC)");
            }
            return false;
        }
        spec.precision = Some(self.number().unwrap_or(0));
        behind_index
    }

    /// The next value as a width or a precision.
    fn star(&mut self, values: &[Value<'_>]) -> Option<i64> {
        let value = values.get(self.next)?;
        self.next += 1;
        let widest = i64::try_from(WIDEST).unwrap_or(i64::MAX);
        match value {
            Value::Int(number) | Value::Duration(number) => {
                (-widest..=widest).contains(number).then_some(*number)
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<usize> {
        let (number, end) = digits(self.format, self.at..self.format.len());
        self.at = end;
        number
    }

    /// The number of an argument, in brackets. Whether there is one.
    fn index(&mut self, count: usize) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(close) = rest.find(']').filter(|_| rest.len() >= 3) else {
            self.at += 1;
            self.good = false;
            return false;
        };
        let start = self.at + 1;
        let end = self.at + close;
        self.at = end + 1;
        let (number, stopped) = digits(self.format, start..end);
        let number = number.filter(|_| stopped == end);
        let index = number.and_then(|number| number.checked_sub(1));
        if let Some(index) = index.filter(|index| *index < count) {
            self.next = index;
            true
        } else {
            self.good = false;
            number.is_some()
        }
    }
}

/// A number, and where it ends. One that is too large is none, and its digits from there on are not read.
fn digits(text: &str, range: Range<usize>) -> (Option<usize>, usize) {
    let bytes = text.as_bytes().get(range.clone()).unwrap_or_default();
    let mut number = None;
    for (place, byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_digit() {
            return (number, range.start + place);
        }
        let before = number.unwrap_or(0_usize);
        if before > WIDEST {
            return (None, range.end);
        }
        number = Some(before * 10 + usize::from(byte - b'0'));
    }
    (number, range.end)
}
