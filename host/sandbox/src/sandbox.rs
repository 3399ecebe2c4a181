//! The engine and what it makes: components, compiled, found in the cache, or compiled ahead.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use crate::artifact::{self, Identity};
use crate::bindings::Explainer;
use crate::cache::Cache;
use crate::check;
use crate::component::{Component, Origin, Parts};
use crate::details::Observed;
use crate::engine::engine;
use crate::error::{CacheTrouble, LoadError, SandboxError};
use crate::gatekeeper::GatekeeperPre;
use crate::guest::Guest;
use crate::ticker::Ticker;

/// How the sandbox is set up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where compiled code of users' components is kept between runs: a folder of the user's own. `None` compiles each time.
    pub cache: Option<PathBuf>,
    /// Whether the instructions of each call are counted ([`crate::Instance::last_fuel`]). Such code is slower, and is compiled, and
    /// cached, on its own; stock policies compiled ahead cannot be loaded ([`Sandbox::takes_artifacts`]).
    pub metered: bool,
    /// Whether a failure is told with the guest's own words and functions ([`crate::Instance::last_failure_details`]), which may
    /// hold content of records: for laptops, not for gates.
    pub backtraces: bool,
}

/// Where guests run. One for a process; components and instances keep alive what they need of it.
pub struct Sandbox {
    engine: Engine,
    linker: Linker<Guest>,
    ticker: Arc<Ticker>,
    observed: Observed,
    cache: Option<Cache>,
    cache_trouble: Option<CacheTrouble>,
    /// Stock policies that were loaded, by the label of their artifact. On a laptop one is asked for hundreds of times, once for each
    /// case, and checking it takes longer than running it; a gate loads each once.
    loaded: Mutex<HashMap<[u8; 32], Component>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Sets the engine up. A cache that cannot be used is no failure: [`Self::cache_trouble`] tells.
    pub fn new(options: Options) -> Result<Self, SandboxError> {
        let broken = |error: wasmtime::Error| SandboxError::Engine {
            reason: format!("{error:#}"),
        };
        let observed = Observed {
            metered: options.metered,
            backtraces: options.backtraces,
        };
        let engine = engine(None, observed).map_err(broken)?;
        let mut linker = Linker::new(&engine);
        Explainer::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)
            .map_err(broken)?;
        let ticker = Arc::new(Ticker::start(engine.clone()).map_err(SandboxError::Thread)?);
        let (cache, cache_trouble) =
            match options.cache.map(|folder| (Cache::open(&folder), folder)) {
                None => (None, None),
                Some((Ok(cache), _)) => (Some(cache), None),
                Some((Err(source), folder)) => (None, Some(CacheTrouble { folder, source })),
            };
        Ok(Self {
            engine,
            linker,
            ticker,
            observed,
            cache,
            cache_trouble,
            loaded: Mutex::default(),
        })
    }

    /// Why compiled code is not cached although it should be.
    #[must_use]
    pub fn cache_trouble(&self) -> Option<&CacheTrouble> {
        self.cache_trouble.as_ref()
    }

    /// Whether instructions are counted.
    #[must_use]
    pub fn is_metered(&self) -> bool {
        self.observed.metered
    }

    /// Whether [`Self::load_stock`] can load what [`Self::compile_stock`] made. If not, load the component itself.
    #[must_use]
    pub fn takes_artifacts(&self) -> bool {
        !self.observed.metered
    }

    /// Loads a user's component: checks it against the world, and compiles it unless the cache has it compiled. `name` is what the
    /// operator calls it.
    pub fn load(&self, name: &str, wasm: &[u8]) -> Result<Component, LoadError> {
        check::header(wasm)?;
        let identity = Identity::of(wasm);
        if let Some(cache) = &self.cache
            && let Some(compiled) = cache.load(&identity, &self.engine)
        {
            return self.ready(name, identity, &compiled, Origin::Cache);
        }
        let code = precompile(&self.engine, wasm)?;
        let artifact = artifact::pack(&identity, &self.engine, "", &code);
        let (_, compiled) =
            artifact::unpack(&artifact, &self.engine).map_err(LoadError::Artifact)?;
        let component = self.ready(name, identity, &compiled, Origin::Compiled)?;
        if let Some(cache) = &self.cache
            && let Err(error) = cache.store(&identity, &self.engine, &artifact)
        {
            tracing::warn!(target: "tollgate", component = name, %error, "cannot keep the compiled policy");
        }
        Ok(component)
    }

    /// Loads a policy that [`Self::compile_stock`] compiled ahead and that is part of the binary. Never give it bytes from
    /// elsewhere: they become machine code.
    pub fn load_stock(&self, artifact: &[u8]) -> Result<Component, LoadError> {
        let label = artifact::label(artifact).filter(|_| self.observed.backtraces);
        let Some(label) = label else {
            return self.load_artifact(artifact);
        };
        let known = || self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = known().get(&label).cloned() {
            return Ok(component);
        }
        let component = self.load_artifact(artifact)?;
        known().insert(label, component.clone());
        Ok(component)
    }

    fn load_artifact(&self, artifact: &[u8]) -> Result<Component, LoadError> {
        let (identity, compiled) =
            artifact::unpack(artifact, &self.engine).map_err(LoadError::Artifact)?;
        self.ready("stock", identity, &compiled, Origin::Stock)
    }

    /// Compiles a component ahead, for every machine of `target` (such as `x86_64-unknown-linux-gnu`; of these,
    /// every one with a processor of x86-64-v2, made since 2009).
    pub fn compile_stock(wasm: &[u8], target: &str) -> Result<Vec<u8>, LoadError> {
        check::header(wasm)?;
        let engine = engine(Some(target), Observed::default()).map_err(malformed)?;
        let code = precompile(&engine, wasm)?;
        Ok(artifact::pack(&Identity::of(wasm), &engine, target, &code))
    }

    fn ready(
        &self,
        name: &str,
        identity: Identity,
        compiled: &wasmtime::component::Component,
        origin: Origin,
    ) -> Result<Component, LoadError> {
        let names = check::world(&compiled.component_type(), &self.engine)?;
        let misfit = |error: wasmtime::Error| LoadError::Interface {
            reason: format!("{error:#}"),
        };
        let instance = self.linker.instantiate_pre(compiled).map_err(misfit)?;
        let gatekeeper = GatekeeperPre::new(instance).map_err(misfit)?;
        let component = Component::new(Parts {
            name: name.to_owned(),
            identity,
            names,
            origin,
            gatekeeper,
            ticker: Arc::clone(&self.ticker),
            observed: self.observed,
        });
        Ok(component)
    }
}

/// Compiles a component. That a component is valid does not mean that the compiler was ever tried with such a one: if it panics, one
/// component is refused, and nothing else happens.
fn precompile(engine: &Engine, wasm: &[u8]) -> Result<Vec<u8>, LoadError> {
    let compiled = catch_unwind(AssertUnwindSafe(|| engine.precompile_component(wasm)));
    match compiled {
        Ok(code) => code.map_err(malformed),
        Err(_) => Err(LoadError::Malformed {
            reason: "the compiler gave up on it, and said why above".to_owned(),
        }),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is the shape that map_err takes"
)]
fn malformed(error: wasmtime::Error) -> LoadError {
    LoadError::Malformed {
        reason: format!("{error:#}"),
    }
}
