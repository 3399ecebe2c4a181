//! The tokens of an XPath expression.

use crate::functions::xml::name;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Item {
    Mark(&'static str),
    /// A name, which is in [`Scanner::name`], with its prefix.
    Name,
    /// An axis, which is in [`Scanner::name`].
    Axis,
    Text,
    Number(f64),
    End,
}

/// Reads one token after the other. A name stays known until the next one.
pub(super) struct Scanner<'t> {
    rest: &'t str,
    pub(super) item: Item,
    pub(super) name: &'t str,
    pub(super) prefix: &'t str,
    pub(super) text: &'t str,
    /// Whether a parenthesis follows the name.
    pub(super) called: bool,
}

/// All marks; a longer one stands before those that it begins with.
const MARKS: [&str; 19] = [
    "<=", ">=", "!=", "..", "//", "<", ">", ",", "@", "(", ")", "|", "*", "[", "]", "+", "-", "=",
    "$",
];

impl<'t> Scanner<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            rest: text,
            item: Item::End,
            name: "",
            prefix: "",
            text: "",
            called: false,
        }
    }

    fn next_char(&self) -> Option<char> {
        self.rest
            .chars()
            .next()
            .filter(|character| *character != '\0')
    }

    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Goes on to the next token.
    pub(super) fn next(&mut self) -> Result<(), String> {
        self.skip_space();
        let Some(character) = self.next_char() else {
            self.item = Item::End;
            return Ok(());
        };
        self.item = match character {
            '"' | '\'' => {
                self.skip(if character == '"' { "\"" } else { "'" });
                let (text, rest) = self
                    .rest
                    .split_once(character)
                    .ok_or("a text in the XPath has no closing quote")?;
                self.text = text;
                self.rest = rest;
                Item::Text
            }
            '0'..='9' => self.number()?,
            '.' if self
                .rest
                .get(1..)
                .is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit())) =>
            {
                self.number()?
            }
            '/' if !self.rest.starts_with("//") => {
                self.skip("/");
                Item::Mark("/")
            }
            '.' if !self.rest.starts_with("..") => {
                self.skip(".");
                Item::Mark(".")
            }
            '!' if !self.rest.starts_with("!=") => {
                self.skip("!");
                Item::Mark("!")
            }
            _ => match MARKS.into_iter().find(|mark| self.rest.starts_with(mark)) {
                Some(mark) => {
                    self.skip(mark);
                    Item::Mark(mark)
                }
                None => self.named()?,
            },
        };
        Ok(())
    }

    fn number(&mut self) -> Result<Item, String> {
        let digits = |text: &str| {
            text.find(|digit: char| !digit.is_ascii_digit())
                .unwrap_or(text.len())
        };
        let whole = digits(self.rest);
        let behind = self.rest.get(whole..).unwrap_or_default();
        let length = match behind.strip_prefix('.') {
            Some(fraction) => whole.saturating_add(1).saturating_add(digits(fraction)),
            None => whole,
        };
        let (number, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        let number = number
            .parse()
            .map_err(|_| "a number in the XPath cannot be read")?;
        Ok(Item::Number(number))
    }

    fn scan_name(&mut self) -> Option<&'t str> {
        let part = |character: char| character != ':' && name::continues(character);
        let end = self
            .rest
            .find(|character| !part(character))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!name.is_empty()).then_some(name)
    }

    fn named(&mut self) -> Result<Item, String> {
        const INVALID: &str = "the XPath has a name that is not valid";
        let name = self
            .scan_name()
            .ok_or("the XPath has a character that means nothing there")?;
        self.name = name;
        self.prefix = "";
        let mut item = Item::Name;
        if self.skip("::") {
            item = Item::Axis;
        } else if self.skip(":") {
            self.prefix = name;
            self.name = if self.skip("*") {
                "*"
            } else {
                self.scan_name().ok_or(INVALID)?
            };
        } else {
            self.skip_space();
            if self.skip("::") {
                item = Item::Axis;
            } else if self.rest.starts_with(':') {
                return Err(INVALID.to_owned());
            }
        }
        self.skip_space();
        self.called = self.rest.starts_with('(');
        Ok(item)
    }
}
