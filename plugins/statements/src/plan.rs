//! Compiling statements: what their paths need becomes the manifest.

use tollgate_ottl::{
    Compiler, Condition, Context, Expression, Mistake, Path, Paths, Registry, Slot, Statement,
    Usage,
};
use tollgate_sdk::{NodeKind, Setup, Signal};

use crate::declare::declare;
use crate::functions;
use crate::layout::Layout;
use crate::place::{self, Target};

/// Compiles all statements of a policy for one signal, and gathers what they read and write.
#[derive(Debug)]
pub struct Plan {
    signal: Signal,
    named: bool,
    whole: bool,
    /// Whether statements run on span events, which a policy is shown if it names a field of theirs.
    events: bool,
    gathered: Gathered,
}

#[derive(Debug)]
struct Gathered {
    /// The context of what is compiled now.
    running: Context,
    targets: Vec<(Target, Usage)>,
    hidden: Vec<(&'static str, Vec<Slot>)>,
}

impl Paths for Gathered {
    fn resolve(&mut self, path: &Path<'_>, usage: Usage) -> Result<Slot, String> {
        let target = place::target(self.running, path, usage)?;
        Ok(self.add(target, usage))
    }

    fn is_map(&self, path: &Path<'_>) -> bool {
        place::is_map(path)
    }

    fn called(&mut self, function: &'static str) -> Result<(), String> {
        if self.hidden.iter().any(|(name, _)| *name == function) {
            return Ok(());
        }
        let slots: Vec<_> = functions::needs(function)
            .into_iter()
            .map(|(target, usage)| self.add(target, usage))
            .collect();
        if !slots.is_empty() {
            self.hidden.push((function, slots));
        }
        Ok(())
    }
}

impl Gathered {
    fn add(&mut self, target: Target, usage: Usage) -> Slot {
        let slot = Slot(u32::try_from(self.targets.len()).unwrap_or(u32::MAX));
        self.targets.push((target, usage));
        slot
    }
}

impl Plan {
    /// For the statements on one signal.
    #[must_use]
    pub const fn new(signal: Signal) -> Self {
        Self {
            signal,
            named: false,
            whole: false,
            events: false,
            gathered: Gathered {
                running: Context::Resource,
                targets: Vec::new(),
                hidden: Vec::new(),
            },
        }
    }

    /// Whether the paths of what is compiled next have to name their context, as they do where it was inferred.
    pub const fn named(&mut self, named: bool) -> &mut Self {
        self.named = named;
        self
    }

    /// Statements run on whole metrics: those, and not the fields of metrics and points, are read and written.
    pub const fn whole_metrics(&mut self) -> &mut Self {
        self.whole = true;
        self
    }

    /// Compiles a statement.
    pub fn statement(
        &mut self,
        context: Context,
        functions: &Registry,
        text: &str,
    ) -> Result<Statement, Mistake> {
        self.compiler(context, functions).statement(text)
    }

    /// Compiles a condition.
    pub fn condition(
        &mut self,
        context: Context,
        functions: &Registry,
        text: &str,
    ) -> Result<Condition, Mistake> {
        self.compiler(context, functions).condition(text)
    }

    /// Compiles an expression.
    pub fn expression(
        &mut self,
        context: Context,
        functions: &Registry,
        text: &str,
    ) -> Result<Expression, Mistake> {
        self.compiler(context, functions).expression(text)
    }

    fn compiler<'p>(&'p mut self, context: Context, functions: &'p Registry) -> Compiler<'p> {
        self.gathered.running = context;
        self.events |= context == Context::SpanEvent;
        let compiler = Compiler::new(context, functions, &mut self.gathered);
        if self.named {
            compiler.inferred()
        } else {
            compiler
        }
    }

    /// How many paths were gathered, for [`Plan::writes_beyond`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.gathered.targets.len()
    }

    /// Whether there is no path.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gathered.targets.is_empty()
    }

    /// Whether a path that was gathered after the first ones writes to anything but nodes of a context.
    #[must_use]
    pub fn writes_beyond(&self, first: usize, context: Context) -> bool {
        let own = place::node_kind(context);
        let after = self.gathered.targets.iter().skip(first);
        let mut written = after.filter(|(_, usage)| usage.write);
        written.any(|(target, _)| {
            target
                .kind(self.signal.record_kind())
                .is_some_and(|kind| kind != own)
        })
    }

    /// Declares what was gathered.
    pub fn finish(self, setup: &mut Setup) -> Layout {
        let Gathered {
            targets, hidden, ..
        } = self.gathered;
        let names_event = |(target, _): &(Target, Usage)| {
            target.kind(self.signal.record_kind()) == Some(NodeKind::SpanEvent)
        };
        if self.events && !targets.iter().any(names_event) {
            setup.reads(&[self.signal], "spanevent.time_unix_nano");
        }
        // What columns cannot say: lists of points or buckets that are replaced.
        let replaced = |(target, usage): &(Target, Usage)| {
            usage.write
                && matches!(
                    target,
                    Target::Children(place::Children::Points | place::Children::Exemplars)
                        | Target::Buckets(_)
                        | Target::Quantiles
                )
        };
        let whole = self.whole || targets.iter().any(replaced);
        declare(self.signal, whole, targets, hidden, setup)
    }
}
