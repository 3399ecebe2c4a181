//! Values: literals, paths, calls, arithmetic.

use super::parser::{Parsed, Parser};
use super::token::Kind;
use super::tree::{MathOperator, Node, NodeKind};
use crate::go;

/// How many values may be added up, or multiplied, without parentheses.
const LONGEST_CHAIN: usize = 128;

impl Parser<'_> {
    /// Anything that has a value.
    pub(super) fn value(&mut self) -> Parsed<Node> {
        self.deeper(|parser| {
            let start = parser.position();
            let kind = match parser.peek().clone() {
                Kind::Nil => NodeKind::Nil,
                Kind::Text(text) => NodeKind::Text(text),
                Kind::Bool(value) => NodeKind::Bool(value),
                Kind::Bytes => NodeKind::Bytes(parser.bytes()?),
                Kind::OpenBracket => return parser.list(),
                Kind::OpenBrace => return parser.map(),
                Kind::Open if parser.is_lambda() => {
                    let at = parser.here();
                    return Err(parser.mistake(at, "lambda expressions are not supported"));
                }
                Kind::Upper if !parser.is_call() => {
                    let symbol = parser.here_text().to_owned();
                    if *parser.ahead(1) == Kind::Lower {
                        return Err(parser.fail("a value"));
                    }
                    NodeKind::Symbol(symbol)
                }
                _ => return parser.sum(),
            };
            parser.advance();
            Ok(parser.node(start, kind))
        })
    }

    pub(super) fn node(&self, start: usize, kind: NodeKind) -> Node {
        Node {
            at: self.span_from(start),
            kind,
        }
    }

    /// Whether a name with parentheses follows.
    fn is_call(&self) -> bool {
        let mut ahead = 0;
        while matches!(self.ahead(ahead), Kind::Upper | Kind::Lower) {
            ahead += 1;
        }
        ahead > 0 && *self.ahead(ahead) == Kind::Open
    }

    /// Whether `(names) =>` follows.
    fn is_lambda(&self) -> bool {
        let mut ahead = 1;
        while matches!(
            self.ahead(ahead),
            Kind::Lower | Kind::Underscore | Kind::Comma
        ) {
            ahead += 1;
        }
        *self.ahead(ahead) == Kind::Close && *self.ahead(ahead + 1) == Kind::Arrow
    }

    fn bytes(&mut self) -> Parsed<Vec<u8>> {
        let digits = self.here_text().get(2..).unwrap_or_default();
        if digits.len() % 2 == 1 {
            let at = self.here();
            return Err(self.mistake(at, "bytes have an even number of hexadecimal digits"));
        }
        let byte = |at: usize| {
            let pair = digits.get(at..at + 2)?;
            u8::from_str_radix(pair, 16).ok()
        };
        Ok((0..digits.len()).step_by(2).filter_map(byte).collect())
    }

    fn list(&mut self) -> Parsed<Node> {
        let start = self.position();
        self.advance();
        let mut items = Vec::new();
        if !self.take(&Kind::CloseBracket, "`]`") {
            items.push(self.value()?);
            while self.take(&Kind::Comma, "`,`") {
                items.push(self.value()?);
            }
            self.expect(&Kind::CloseBracket, "`]`")?;
        }
        Ok(self.node(start, NodeKind::List(items)))
    }

    fn map(&mut self) -> Parsed<Node> {
        let start = self.position();
        self.advance();
        let mut entries = Vec::new();
        while let Kind::Text(key) = self.peek().clone() {
            self.advance();
            self.expect(&Kind::Colon, "`:`")?;
            entries.push((key, self.value()?));
            self.take(&Kind::Comma, "`,`");
        }
        if entries.is_empty() || *self.peek() != Kind::CloseBrace {
            self.note("a key");
        }
        self.expect(&Kind::CloseBrace, "`}`")?;
        Ok(self.node(start, NodeKind::Map(entries)))
    }

    pub(super) fn sum(&mut self) -> Parsed<Node> {
        let start = self.position();
        let mut left = self.product()?;
        let mut operands = 0;
        loop {
            operands += 1;
            self.limit(operands)?;
            let operator = match self.peek() {
                Kind::Plus => MathOperator::Add,
                Kind::Minus => MathOperator::Subtract,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.product()?;
            left = self.math(start, left, operator, right);
        }
    }

    fn product(&mut self) -> Parsed<Node> {
        let start = self.position();
        let mut left = self.factor()?;
        let mut operands = 0;
        loop {
            operands += 1;
            self.limit(operands)?;
            let operator = match self.peek() {
                Kind::Star => MathOperator::Multiply,
                Kind::Slash => MathOperator::Divide,
                _ => return Ok(left),
            };
            self.advance();
            let right = self.factor()?;
            left = self.math(start, left, operator, right);
        }
    }

    /// Refuses a chain that would make the tree too deep.
    fn limit(&self, operands: usize) -> Parsed<()> {
        if operands <= LONGEST_CHAIN {
            return Ok(());
        }
        let message = format!("more than {LONGEST_CHAIN} values in one calculation");
        Err(self.mistake(self.here(), message))
    }

    fn math(&self, start: usize, left: Node, operator: MathOperator, right: Node) -> Node {
        let kind = NodeKind::Math(Box::new(left), operator, Box::new(right));
        self.node(start, kind)
    }

    /// A number, a path, a call or a sum in parentheses, perhaps with a sign.
    fn factor(&mut self) -> Parsed<Node> {
        let start = self.position();
        let negative = *self.peek() == Kind::Minus;
        let signed = negative || *self.peek() == Kind::Plus;
        if signed {
            self.advance();
        }
        let inner = if *self.peek() == Kind::Open {
            self.advance();
            let sum = self.deeper(Self::sum)?;
            self.expect(&Kind::Close, "`)`")?;
            self.node(start, NodeKind::Group(Box::new(sum)))
        } else {
            self.literal()?
        };
        Ok(match (inner.kind, negative) {
            (NodeKind::Int(number), true) => {
                let number = self.node(start, NodeKind::Int(number.wrapping_neg()));
                self.node(start, NodeKind::Group(Box::new(number)))
            }
            (NodeKind::Double(number), true) => {
                let number = self.node(start, NodeKind::Double(-number));
                self.node(start, NodeKind::Group(Box::new(number)))
            }
            (kind, negative) => {
                let at = inner.at;
                let inner = Box::new(Node { at, kind });
                match (signed, negative) {
                    (_, true) => self.node(start, NodeKind::Negate(inner)),
                    (true, false) => self.node(start, NodeKind::Group(inner)),
                    (false, false) => *inner,
                }
            }
        })
    }

    fn literal(&mut self) -> Parsed<Node> {
        let start = self.position();
        if self.is_call() {
            let editor = *self.peek() == Kind::Lower;
            let first = self.peek().clone();
            let name = self.name(&first).unwrap_or_default();
            if editor {
                let at = self.span_from(start);
                return Err(self.mistake(
                    at,
                    format!(
                        "the name of a converter begins with a capital letter, `{name}` does not"
                    ),
                ));
            }
            let call = self.invocation(start, name)?;
            return Ok(self.node(start, NodeKind::Call(call)));
        }
        let kind = match self.peek() {
            Kind::Int => NodeKind::Int(self.int()?),
            Kind::Float => match go::parse_double(self.here_text()) {
                Some(number) => NodeKind::Double(number),
                None => return Err(self.mistake(self.here(), "the number is too large")),
            },
            Kind::Lower => return self.path(),
            _ => return Err(self.fail("a value")),
        };
        self.advance();
        Ok(self.node(start, kind))
    }

    /// An integer. One that begins with 0 is octal, as upstream reads it.
    pub(super) fn int(&self) -> Parsed<i64> {
        let digits = self.here_text();
        let octal = digits.len() > 1 && digits.starts_with('0');
        i64::from_str_radix(digits, if octal { 8 } else { 10 }).map_err(|_| {
            let message = if octal {
                "a number that begins with 0 is octal, and this one is none that fits in 64 bits"
            } else {
                "the number does not fit in 64 bits"
            };
            self.mistake(self.here(), message)
        })
    }
}
