//! Values: literals, paths, calls, arithmetic.

use super::parser::{Parsed, Parser, Stop};
use super::token::Kind;
use super::tree::{
    ArgumentNode, FieldNode, Invocation, KeyNode, MathOperator, Node, NodeKind, PathNode,
};
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

    fn node(&self, start: usize, kind: NodeKind) -> Node {
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

    fn sum(&mut self) -> Parsed<Node> {
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
    fn int(&self) -> Parsed<i64> {
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

    fn path(&mut self) -> Parsed<Node> {
        let start = self.position();
        let mut fields = Vec::new();
        loop {
            let field = self.position();
            if *self.peek() != Kind::Lower {
                return Err(self.fail("a field"));
            }
            let name = self.here_text().to_owned();
            self.advance();
            let keys = self.keys()?;
            fields.push(FieldNode {
                at: self.span_from(field),
                name,
                keys,
            });
            if !self.take(&Kind::Dot, "`.`") {
                break;
            }
        }
        let at = self.span_from(start);
        Ok(self.node(start, NodeKind::Path(PathNode { at, fields })))
    }

    fn keys(&mut self) -> Parsed<Vec<KeyNode>> {
        let mut keys = Vec::new();
        while self.take(&Kind::OpenBracket, "`[`") {
            keys.push(self.key()?);
            self.expect(&Kind::CloseBracket, "`]`")?;
        }
        Ok(keys)
    }

    fn key(&mut self) -> Parsed<KeyNode> {
        match self.peek().clone() {
            Kind::Text(text) => {
                self.advance();
                Ok(KeyNode::Text(text))
            }
            // A key that begins with a number is that number, and no sum.
            Kind::Int => {
                let index = self.int()?;
                self.advance();
                Ok(KeyNode::Index(index))
            }
            _ => {
                self.note("a key");
                self.deeper(Self::sum).map(KeyNode::Computed)
            }
        }
    }

    /// The arguments and keys of a call whose name has been read.
    pub(super) fn invocation(&mut self, start: usize, name: String) -> Parsed<Invocation> {
        let name_at = self.span_from(start);
        self.expect(&Kind::Open, "`(`")?;
        let mut arguments = Vec::new();
        if !self.take(&Kind::Close, "`)`") {
            arguments.push(self.argument()?);
            while self.take(&Kind::Comma, "`,`") {
                arguments.push(self.argument()?);
            }
            self.expect(&Kind::Close, "`)`")?;
        }
        let keys = self.keys()?;
        Ok(Invocation {
            at: self.span_from(start),
            name,
            name_at,
            arguments,
            keys,
        })
    }

    fn argument(&mut self) -> Parsed<ArgumentNode> {
        let start = self.position();
        let mut name = self
            .name(&Kind::Lower)
            .map(|name| (name, self.span_from(start)));
        if name.is_none() || *self.peek() != Kind::Equal {
            self.rewind(start);
            name = None;
        } else {
            self.advance();
        }
        let first = self.position();
        let value = match self.value() {
            Err(Stop::Unexpected) if *self.ahead_at(first) == Kind::Upper => {
                self.rewind(first);
                let function = self.name(&Kind::Upper).unwrap_or_default();
                self.node(first, NodeKind::Function(function))
            }
            other => other?,
        };
        Ok(ArgumentNode { name, value })
    }

    /// The token at a position.
    fn ahead_at(&mut self, position: usize) -> &Kind {
        let here = self.position();
        self.rewind(position);
        let kind = if *self.peek() == Kind::Upper {
            &Kind::Upper
        } else {
            &Kind::End
        };
        self.rewind(here);
        kind
    }
}
