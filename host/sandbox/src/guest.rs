//! What a guest can reach: the three functions of `host` in `wit/policy.wit`, and the account of what it used.

use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::bindings::tollgate::policy::batch;
use crate::bindings::tollgate::policy::host::{Host, Level};
use crate::details::{Known, Observed};
use crate::failure::HostCallsSpent;
use crate::limiter::Limiter;
use crate::settings::StageSettings;
use crate::text::presentable;

/// Lines of one call whose texts are shown, where they are shown at all.
const SHOWN_LINES: u32 = 100;
/// Bytes of a text that are shown.
const SHOWN_BYTES: usize = 1024;

/// What an instance said, by level. Texts are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogCounts {
    /// Lines for the author of the policy.
    pub debug: u64,
    /// Lines for the operator.
    pub info: u64,
    /// Something to look at.
    pub warn: u64,
    /// Something to mend.
    pub error: u64,
    /// Calls that were answered with an error text.
    pub failures: u64,
    /// Lines that were counted and not shown although the stage shows lines: one call said too much.
    pub unshown: u64,
}

/// What one call may do beside computing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance {
    /// Calls of host functions.
    pub(crate) host_calls: u32,
    /// Bytes that all of them together may hand over.
    pub(crate) host_bytes: u64,
    /// Whether files may be read.
    pub(crate) files: bool,
}

/// The data of one store.
pub(crate) struct Guest {
    pub(crate) limiter: Limiter,
    pub(crate) logs: LogCounts,
    /// What a laptop is told of the last call.
    pub(crate) known: Known,
    settings: Arc<StageSettings>,
    keys: Vec<(String, Hmac<Sha256>)>,
    allowance: Allowance,
    shown: u32,
}

impl Guest {
    pub(crate) fn new(settings: Arc<StageSettings>, observed: Observed) -> Self {
        // HMAC takes keys of any length, so none is left out here.
        let keyed = |(name, key): &(String, Vec<u8>)| {
            Some((
                name.clone(),
                <Hmac<Sha256> as Mac>::new_from_slice(key).ok()?,
            ))
        };
        Self {
            limiter: Limiter::new(settings.limits.memory),
            logs: LogCounts::default(),
            known: Known::new(observed),
            keys: settings.keys.iter().filter_map(keyed).collect(),
            settings,
            allowance: Allowance {
                host_calls: 0,
                host_bytes: 0,
                files: false,
            },
            shown: 0,
        }
    }

    pub(crate) fn settings(&self) -> &StageSettings {
        &self.settings
    }

    /// Starts the account of one call.
    pub(crate) fn begin(&mut self, allowance: Allowance) {
        self.allowance = allowance;
        self.shown = 0;
        self.known.begin();
        self.limiter.forget_denials();
    }

    /// Counts an error text, and shows it where the stage allows that.
    pub(crate) fn note_failure(&mut self, text: &str) {
        self.logs.failures = self.logs.failures.saturating_add(1);
        self.known.refused(text);
        if self.may_show() {
            let stage = self.settings.stage.as_str();
            tracing::warn!(target: "tollgate::policy", stage, text = %presentable(text, SHOWN_BYTES), "policy answered with an error");
        }
    }

    fn spend(&mut self, bytes: usize) -> wasmtime::Result<()> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let calls = self.allowance.host_calls.checked_sub(1);
        let left = self.allowance.host_bytes.checked_sub(bytes);
        let (Some(calls), Some(left)) = (calls, left) else {
            return Err(wasmtime::Error::new(HostCallsSpent));
        };
        self.allowance.host_calls = calls;
        self.allowance.host_bytes = left;
        Ok(())
    }

    fn may_show(&mut self) -> bool {
        if !self.settings.show_logs {
            return false;
        }
        if self.shown >= SHOWN_LINES {
            self.logs.unshown = self.logs.unshown.saturating_add(1);
            return false;
        }
        self.shown = self.shown.saturating_add(1);
        true
    }
}

impl batch::Host for Guest {}

impl Host for Guest {
    fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.spend(message.len())?;
        let count = match level {
            Level::Debug => &mut self.logs.debug,
            Level::Info => &mut self.logs.info,
            Level::Warn => &mut self.logs.warn,
            Level::Error => &mut self.logs.error,
        };
        *count = count.saturating_add(1);
        self.known.logged(&message);
        if self.may_show() {
            let (stage, text) = (
                self.settings.stage.as_str(),
                presentable(&message, SHOWN_BYTES),
            );
            match level {
                Level::Debug => tracing::debug!(target: "tollgate::policy", stage, "{text}"),
                Level::Info => tracing::info!(target: "tollgate::policy", stage, "{text}"),
                Level::Warn => tracing::warn!(target: "tollgate::policy", stage, "{text}"),
                Level::Error => tracing::error!(target: "tollgate::policy", stage, "{text}"),
            }
        }
        Ok(())
    }

    fn pseudonym(
        &mut self,
        key: String,
        data: Vec<u8>,
    ) -> wasmtime::Result<Result<Vec<u8>, String>> {
        self.spend(key.len().saturating_add(data.len()))?;
        let Some((_, keyed)) = self.keys.iter().find(|(name, _)| *name == key) else {
            return Ok(Err(
                "no key of this name: list it under `gate.keys`".to_owned()
            ));
        };
        let mut mac = keyed.clone();
        mac.update(&data);
        Ok(Ok(mac.finalize().into_bytes().to_vec()))
    }

    fn file(&mut self, name: String) -> wasmtime::Result<Result<Vec<u8>, String>> {
        self.spend(name.len())?;
        if !self.allowance.files {
            return Ok(Err("files can be read during `configure` only".to_owned()));
        }
        let file = self.settings.files.iter().find(|(known, _)| *known == name);
        Ok(match file {
            Some((_, content)) => Ok(content.to_vec()),
            None => Err("no file of this name: list it under `gate.files`".to_owned()),
        })
    }
}
