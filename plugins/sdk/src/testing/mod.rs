//! Tests of policies, natively: the real batch, the real checks, the real encoding, and no wasm.
//!
//! ```
//! use serde_json::json;
//! use tollgate_sdk::testing::{Harness, log_record};
//! # use tollgate_sdk::{Description, NoConfig, Policy, Problem, Record, Rule, Setup, Signal, Field, Verdict};
//! # struct Quiet { level: Field, debug: Rule }
//! # impl Policy for Quiet {
//! #     type Config = NoConfig;
//! #     fn describe() -> Description { Description::new("quiet", "1.0.0", "Drops debug logs.") }
//! #     fn configure(_: NoConfig, setup: &mut Setup) -> Result<Self, Vec<Problem>> {
//! #         setup.drops(&[Signal::Logs]);
//! #         Ok(Self { level: setup.reads(&[Signal::Logs], "severity_text"), debug: setup.rule("debug") })
//! #     }
//! #     fn record(&mut self, record: &mut Record<'_>) -> Verdict {
//! #         match record.get(self.level).and_then(|level| level.as_text()) {
//! #             Some("DEBUG") => Verdict::Drop(self.debug),
//! #             _ => Verdict::Keep,
//! #         }
//! #     }
//! # }
//! let mut quiet = Harness::<Quiet>::configure(json!({})).unwrap();
//! let output = quiet.run(&log_record().field("severityText", "DEBUG").build()).unwrap();
//! assert_eq!(output.drops_of("debug"), 1);
//! ```

mod build;
mod convert;
pub(crate) mod host;
mod output;
mod sighted;

use std::marker::PhantomData;
use std::sync::Arc;

pub use build::{RecordBuilder, Request, data_point, log_record, span};
use bytes::Bytes;
pub use output::{Measured, Output, RunError};
pub use sighted::Sighted;
use tollgate_record as record;
pub use tollgate_record::RequestContext;

use crate::instance::Instance;
use crate::log::Level;
use crate::{Compat, Description, Manifest, Policy, Problem, Signal};
use host::Host;
use sighted::sighted;

/// A configured policy, in a host that is as strict as the real one.
pub struct Harness<P> {
    instance: Instance<P>,
    host: Host,
    context: Arc<RequestContext>,
    now: u64,
    seed: u64,
}

/// What the operator grants a stage beside its configuration.
#[derive(Debug, Clone)]
pub struct Stage<P> {
    host: Host,
    compat: Compat,
    policy: PhantomData<fn() -> P>,
}

impl<P: Policy> Stage<P> {
    fn new() -> Self {
        Self {
            host: Host::default(),
            compat: Compat::default(),
            policy: PhantomData,
        }
    }

    /// Asks for this behaviour.
    #[must_use]
    pub fn with_compat(mut self, compat: Compat) -> Self {
        self.compat = compat;
        self
    }

    /// Lists a file.
    #[must_use]
    pub fn with_file(mut self, name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.host.files.insert(name.into(), content.into());
        self
    }

    /// Lists a key for [`crate::pseudonym`].
    #[must_use]
    pub fn with_key(mut self, name: impl Into<String>, key: impl Into<Vec<u8>>) -> Self {
        self.host.keys.insert(name.into(), key.into());
        self
    }

    /// Configures the policy. Paths that the host would refuse are problems, too.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "reads best with `json!` at the place of use"
    )]
    pub fn configure(mut self, config: serde_json::Value) -> Result<Harness<P>, Vec<Problem>> {
        self.host.configuring = true;
        let compat = self.compat;
        let instance = self
            .host
            .during(|| Instance::<P>::configure(&config.to_string(), compat))?;
        self.host.configuring = false;
        let problems = convert::problems(instance.manifest());
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Harness {
            instance,
            host: self.host,
            context: Arc::default(),
            now: 1_700_000_000_000_000_000,
            seed: 1,
        })
    }
}

impl<P: Policy> Harness<P> {
    /// Configures a policy that needs nothing but its configuration.
    pub fn configure(config: serde_json::Value) -> Result<Self, Vec<Problem>> {
        Stage::new().configure(config)
    }

    /// Starts a stage with this behaviour; [`Stage::configure`] ends it.
    #[must_use]
    pub fn with_compat(compat: Compat) -> Stage<P> {
        Stage::new().with_compat(compat)
    }

    /// Starts a stage with a file; [`Stage::configure`] ends it.
    #[must_use]
    pub fn with_file(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Stage<P> {
        Stage::new().with_file(name, content)
    }

    /// Starts a stage with a key for [`crate::pseudonym`]; [`Stage::configure`] ends it.
    #[must_use]
    pub fn with_key(name: impl Into<String>, key: impl Into<Vec<u8>>) -> Stage<P> {
        Stage::new().with_key(name, key)
    }

    /// What the policy says it is.
    #[must_use]
    pub fn description(&self) -> Description {
        P::describe()
    }

    /// What the policy declared.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        self.instance.manifest()
    }

    /// What the policy warned of while it was configured.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        self.instance.manifest().warnings()
    }

    /// Lines that the policy logged while it was configured, or since.
    #[must_use]
    pub fn logs(&self) -> &[(Level, String)] {
        &self.host.logs
    }

    /// What later requests bring along: metadata, identity, address.
    pub fn request_context(&mut self, context: RequestContext) -> &mut Self {
        self.context = Arc::new(context);
        self
    }

    /// Client metadata of later requests.
    pub fn metadata<V: Into<String>>(
        &mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let values = values.into_iter().map(Into::into).collect();
        Arc::make_mut(&mut self.context)
            .metadata
            .push((key.to_owned(), values));
        self
    }

    /// The clock of later calls, in nanoseconds of Unix time.
    pub fn now(&mut self, now: u64) -> &mut Self {
        self.now = now;
        self
    }

    /// The seed of the next call; each call after it gets the next number.
    pub fn seed(&mut self, seed: u64) -> &mut Self {
        self.seed = seed;
        self
    }

    /// Runs a request that was built by hand.
    pub fn run(&mut self, request: &Request) -> Result<Output, RunError> {
        self.run_json(request.signal(), &request.json())
    }

    /// Runs a request in OTLP/JSON.
    pub fn run_json(&mut self, signal: Signal, json: &str) -> Result<Output, RunError> {
        let wire = tollgate_json::decode(convert::signal(signal), json.as_bytes())
            .map_err(RunError::Json)?;
        self.run_wire(signal, wire)
    }

    /// Runs a request in protobuf.
    pub fn run_wire(&mut self, signal: Signal, wire: impl Into<Bytes>) -> Result<Output, RunError> {
        let manifest = self.instance.manifest().clone();
        let mut applied = record::Applied::default();
        let mut routes = Vec::new();
        let lines = self.host.logs.len();
        let mut batch = if manifest.asks(signal) {
            let (batch, changes) = self.call(signal, wire.into(), &manifest)?;
            applied = changes;
            for (route, name) in (0_u32..).zip(manifest.routes()) {
                let goes_there = |record| {
                    let set = applied.routed.of(record);
                    set.is_none_or(|set| set.contains(&route))
                };
                routes.push((name.clone(), batch.part(goes_there).encode()));
            }
            batch
        } else {
            // The host does not call a policy for a signal it asked nothing of; the request must be one all the same.
            self.index(
                signal,
                wire.into(),
                &record::Fields::none(convert::signal(signal)),
            )?
        };
        batch.settle().map_err(RunError::Malformed)?;
        let wire = batch.encode();
        let json = output::json(signal, &wire)?;
        let routes = routes
            .into_iter()
            .map(|(name, wire)| Ok((name, output::json(signal, &wire)?)))
            .collect::<Result<_, RunError>>()?;
        Ok(Output {
            json,
            wire,
            routed: output::routed(&applied.routed, manifest.routes()),
            routes,
            emissions: output::emissions(&applied.emissions)?,
            measurements: output::measurements(applied.measurements, manifest.instruments()),
            created: applied.created,
            merged: applied.merged,
            dropped: applied.dropped,
            failed: applied.failed,
            edits: output::by_name(manifest.rules(), &applied.edits_by_rule),
            drops: output::by_name(manifest.rules(), &applied.dropped_by_rule),
            logs: self.host.logs.get(lines..).unwrap_or_default().to_vec(),
        })
    }

    /// Shows the policy columns as they cross the wall and returns its answer, which nobody has checked: the call alone, for benches.
    pub fn process(&mut self, view: &record::View) -> Result<record::Outcome, RunError> {
        let signal = convert::signal_of(view);
        let instance = &mut self.instance;
        let answer = self
            .host
            .during(|| instance.process(convert::columns(view, signal)));
        answer.map(convert::outcome).map_err(RunError::Policy)
    }

    /// What the policy says of its reasons for what it would do with a request: its sightings, in its order.
    pub fn explain(&mut self, request: &Request) -> Result<Vec<Sighted>, RunError> {
        let signal = request.signal();
        let wire = tollgate_json::decode(convert::signal(signal), request.json().as_bytes())
            .map_err(RunError::Json)?;
        let manifest = self.instance.manifest().clone();
        if !manifest.asks(signal) {
            return Ok(Vec::new());
        }
        let access = convert::access(&manifest, signal)
            .map_err(|error| RunError::Policy(error.to_string()))?;
        let batch = self.index(signal, wire.into(), &access.reads.union(&access.writes))?;
        let mut view = record::View::default();
        batch.project(&access, 0..batch.records(), &mut view);
        view.now = self.now;
        view.seed = self.seed;
        let instance = &mut self.instance;
        let trail = self
            .host
            .during(|| instance.explain(convert::columns(&view, signal)))
            .map_err(RunError::Policy)?;
        Ok(sighted(&view, &trail, manifest.rules()))
    }

    /// Index, project, call, check, apply: what the host does with a stage.
    fn call(
        &mut self,
        signal: Signal,
        wire: Bytes,
        manifest: &Manifest,
    ) -> Result<(record::Batch, record::Applied), RunError> {
        // Its paths were parsed when the policy was configured.
        let access = convert::access(manifest, signal)
            .map_err(|error| RunError::Policy(error.to_string()))?;
        let mut batch = self.index(signal, wire, &access.reads.union(&access.writes))?;
        let mut view = record::View::default();
        batch.project(&access, 0..batch.records(), &mut view);
        view.now = self.now;
        view.seed = self.seed;
        self.seed = self.seed.wrapping_add(1);
        let instance = &mut self.instance;
        let draft = self
            .host
            .during(|| instance.process(convert::columns(&view, signal)))
            .map_err(RunError::Policy)?;
        let instruments = convert::instruments(manifest);
        let emits: Vec<record::Signal> = manifest
            .emits()
            .iter()
            .copied()
            .map(convert::signal)
            .collect();
        let grant = record::Grant {
            rules: manifest.rules().len(),
            routes: manifest.routes().len(),
            instruments: &instruments,
            emits: &emits,
        };
        let changes = batch
            .check(&view, &access, grant, convert::outcome(draft))
            .map_err(RunError::Refused)?;
        let applied = batch.apply(vec![changes]);
        for failed in &applied.failed {
            batch.discard(*failed);
        }
        Ok((batch, applied))
    }

    fn index(
        &self,
        signal: Signal,
        wire: Bytes,
        wanted: &record::Fields,
    ) -> Result<record::Batch, RunError> {
        let limits = record::Limits::default();
        record::Batch::index(
            convert::signal(signal),
            wire,
            Arc::clone(&self.context),
            wanted,
            &limits,
        )
        .map_err(RunError::Malformed)
    }
}
