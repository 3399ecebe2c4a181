//! What a policy compiles and runs.

use crate::compile::Build;
use crate::condition::{Action, Test};
use crate::{Context, Error, Mistake, Paths, Registry, Telemetry, Value, expression, syntax};

/// Compiles the statements, conditions and expressions of one context.
pub struct Compiler<'p> {
    context: Context,
    named: bool,
    functions: &'p Registry,
    paths: &'p mut dyn Paths,
}

impl<'p> Compiler<'p> {
    /// A compiler for texts whose context is known. Paths that name none begin at it.
    pub fn new(context: Context, functions: &'p Registry, paths: &'p mut dyn Paths) -> Self {
        Self {
            context,
            named: false,
            functions,
            paths,
        }
    }

    /// The same for texts whose context was inferred: each path has to name one.
    #[must_use]
    pub fn inferred(self) -> Self {
        Self {
            named: true,
            ..self
        }
    }

    /// A statement.
    pub fn statement(&mut self, text: &str) -> Result<Statement, Mistake> {
        let sentence = syntax::statement(text)?;
        let mut build = self.build(text);
        let editor = build.invocation(&sentence.editor)?;
        let condition = match &sentence.condition {
            Some(condition) => build.test(condition)?,
            None => Test::Const(true),
        };
        Ok(Statement(Action {
            editor,
            test: condition,
        }))
    }

    /// A condition.
    pub fn condition(&mut self, text: &str) -> Result<Condition, Mistake> {
        let tree = syntax::condition(text)?;
        self.build(text).test(&tree).map(Condition)
    }

    /// An expression that has a value.
    pub fn expression(&mut self, text: &str) -> Result<Expression, Mistake> {
        let tree = syntax::value(text)?;
        self.build(text).value(&tree).map(Expression)
    }

    fn build<'b>(&'b mut self, text: &'b str) -> Build<'b> {
        Build {
            text,
            context: self.context,
            named: self.named,
            functions: self.functions,
            paths: &mut *self.paths,
        }
    }
}

/// A compiled statement.
#[derive(Debug)]
pub struct Statement(Action);

impl Statement {
    /// Runs it on a record. Whether its condition held.
    pub fn run<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<bool, Error> {
        if !self.0.test.holds(record)? {
            return Ok(false);
        }
        self.0.editor.run(record).map(|_| true)
    }

    /// The name of its editor.
    #[must_use]
    pub const fn editor(&self) -> &'static str {
        self.0.editor.function.name()
    }

    /// Whether its condition is known to hold, or known not to, whatever the record.
    #[must_use]
    pub const fn constant(&self) -> Option<bool> {
        self.0.test.constant()
    }
}

/// A compiled condition.
#[derive(Debug)]
pub struct Condition(Test);

impl Condition {
    /// Whether it holds for a record.
    pub fn holds<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<bool, Error> {
        self.0.holds(record)
    }

    /// Whether it is known to hold, or known not to, whatever the record.
    #[must_use]
    pub const fn constant(&self) -> Option<bool> {
        self.0.constant()
    }
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression(expression::Expression);

impl Expression {
    /// The value that it has for a record.
    pub fn evaluate<'e>(&'e self, record: &mut dyn Telemetry<'e>) -> Result<Value<'e>, Error> {
        self.0.evaluate(record)
    }

    /// The value that it has whatever the record.
    #[must_use]
    pub const fn constant(&self) -> Option<&Value<'static>> {
        self.0.known()
    }
}
