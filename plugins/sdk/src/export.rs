//! From the component's exports to [`Policy`].

use std::cell::RefCell;
use std::thread::LocalKey;

use crate::bindings::exports::tollgate::policy::explanation;
use crate::bindings::exports::tollgate::policy::policy as wit;
use crate::bindings::tollgate::policy::batch::{Decisions, Outcome, Signal as WitSignal, View};
use crate::columns::Columns;
use crate::host;
use crate::instance::Instance;
use crate::manifest::Instrument;
use crate::node::narrow;
use crate::{Compat, InstrumentKind, Manifest, Policy, Problem, Signal};

/// The one instance of a component.
pub struct Slot<P>(RefCell<Option<Instance<P>>>);

impl<P> Slot<P> {
    /// Not configured yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self(RefCell::new(None))
    }
}

/// A component: which policy it is, and where its instance lives. [`crate::export!`] implements it.
pub trait Component {
    /// The policy.
    type Policy: Policy;

    /// Where its instance lives.
    fn slot() -> &'static LocalKey<Slot<Self::Policy>>;
}

impl<C: Component> wit::Guest for C {
    fn describe() -> wit::Description {
        let description = C::Policy::describe();
        wit::Description {
            name: description.name,
            version: description.version,
            summary: description.summary,
            config_schema: description.config_schema,
        }
    }

    fn configure(config: String, compat: wit::Compat) -> Result<wit::Manifest, Vec<wit::Problem>> {
        host::tell_panics();
        let compat = match compat {
            wit::Compat::Tollgate => Compat::Tollgate,
            wit::Compat::Collector => Compat::Collector,
        };
        let instance = Instance::<C::Policy>::configure(&config, compat)
            .map_err(|problems| problems.into_iter().map(problem).collect::<Vec<_>>())?;
        let answer = manifest(instance.manifest());
        C::slot().with(|slot| *slot.0.borrow_mut() = Some(instance));
        Ok(answer)
    }

    fn process(view: View) -> Result<Outcome, String> {
        C::slot().with(|slot| {
            let mut slot = slot.0.borrow_mut();
            let instance = slot.as_mut().ok_or("process was called before configure")?;
            let draft = instance.process(columns(&view))?;
            Ok(Outcome {
                judgements: draft.judgements,
                edits: draft.edits,
                decisions: no_decisions(),
                measurements: draft.measured.all,
                emissions: draft.emissions,
            })
        })
    }

    fn tick(_now: u64, _seed: u64) -> Result<Outcome, String> {
        Err("this policy asked for no ticks".to_owned())
    }
}

impl<C: Component> explanation::Guest for C {
    fn explain(view: View) -> Result<explanation::Trail, String> {
        C::slot().with(|slot| {
            let mut slot = slot.0.borrow_mut();
            let instance = slot.as_mut().ok_or("explain was called before configure")?;
            Ok(instance.explain(columns(&view))?.into())
        })
    }
}

fn columns(view: &View) -> Columns<'_> {
    Columns {
        signal: match view.signal {
            WitSignal::Logs => Signal::Logs,
            WitSignal::Traces => Signal::Traces,
            WitSignal::Metrics => Signal::Metrics,
        },
        fields: &view.fields,
        node_kind: &view.nodes.kind,
        node_parent: &view.nodes.parent,
        cell_node: &view.cells.node,
        cell_field: &view.cells.field,
        cell_kind: &view.cells.kind,
        cell_value: &view.cells.value,
        text: &view.text,
        now: view.now,
        seed: view.seed,
    }
}

fn manifest(manifest: &Manifest) -> wit::Manifest {
    let access = manifest.signals().map(|signal| wit::Access {
        signal: signal.into(),
        reads: manifest.reads(signal).to_vec(),
        writes: manifest.writes(signal).to_vec(),
        drops: manifest.drops(signal),
        adds: manifest.adds(signal),
    });
    wit::Manifest {
        access: access.collect(),
        rules: manifest.rules().to_vec(),
        routes: manifest.routes().to_vec(),
        instruments: manifest.instruments().iter().map(instrument).collect(),
        emits: manifest
            .emits()
            .iter()
            .map(|signal| (*signal).into())
            .collect(),
        partition_by: None,
        tick_every: None,
        warnings: manifest.warnings().iter().cloned().map(problem).collect(),
    }
}

fn instrument(instrument: &Instrument) -> wit::Instrument {
    wit::Instrument {
        name: instrument.name.clone(),
        unit: instrument.unit.clone(),
        description: instrument.description.clone(),
        kind: match instrument.kind {
            InstrumentKind::DeltaSum => wit::InstrumentKind::DeltaSum,
            InstrumentKind::Histogram => wit::InstrumentKind::Histogram,
            InstrumentKind::Gauge => wit::InstrumentKind::Gauge,
        },
    }
}

fn problem(problem: Problem) -> wit::Problem {
    wit::Problem {
        at: problem.at,
        message: problem.message,
        help: problem.help,
        span: problem
            .span
            .map(|span| (narrow(span.start), narrow(span.end))),
    }
}

fn no_decisions() -> Decisions {
    Decisions {
        key: Vec::new(),
        keep: Vec::new(),
        rule: Vec::new(),
        text: Vec::new(),
    }
}

/// Makes a policy the component's export. Natively it makes nothing, so the crate of a policy tests like any other.
#[macro_export]
macro_rules! export {
    ($policy:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exported;

            ::std::thread_local! {
                static SLOT: $crate::export::Slot<$policy> = const { $crate::export::Slot::empty() };
            }

            impl $crate::export::Component for Exported {
                type Policy = $policy;

                fn slot() -> &'static ::std::thread::LocalKey<$crate::export::Slot<$policy>> {
                    &SLOT
                }
            }

            $crate::bindings::export_component!(Exported with_types_in $crate::bindings);
        };
        // Named natively, too, so that a mistake shows in `cargo test` and not first in the component.
        const _: fn() -> $crate::Description = <$policy as $crate::Policy>::describe;
    };
}
