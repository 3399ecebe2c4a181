//! Which run of the program this is. Its own metrics bear that, and so do metrics that policies derive under a Collector's names.

use tollgate_config::{Component, Config, Stage};

/// The attribute of the resource, as OpenTelemetry calls it.
const ATTRIBUTE: &str = "service.instance.id";
/// The key of the policies that want it.
const KEY: &str = "service_instance_id";
/// These policies, by the names that they have or had.
const POLICIES: [&str; 2] = ["signaltometrics", "signal_to_metrics"];

/// Gives the program's resource this instance, unless the configuration has its own or wants none, and tells policies that ask for it.
pub fn identify(config: &mut Config, instance: &str) {
    let resource = &mut config.telemetry.resource;
    let written = resource.iter().find(|(name, _)| name == ATTRIBUTE);
    let instance = if let Some((_, own)) = written {
        own.clone()
    } else {
        let made = instance.to_owned();
        resource.push((ATTRIBUTE.to_owned(), Some(made.clone())));
        Some(made)
    };
    let Some(instance) = instance else { return };
    for stage in config.stages_mut() {
        tell(stage, &instance);
    }
}

fn tell(stage: &mut Stage, instance: &str) {
    let asks =
        matches!(&stage.component, Component::Stock(name) if POLICIES.contains(&name.as_str()));
    if let (true, Some(keys)) = (asks, stage.config.as_object_mut()) {
        keys.entry(KEY).or_insert_with(|| instance.into());
    }
}
