//! What must be true of policies where they stand, and of connectors between the pipelines that they join. The configuration alone
//! does not show it: it takes the manifests.

use tollgate_config::{ComponentId, Config, Pipeline, Role};
use tollgate_record::Signal;

use crate::plan::{PlanProblem, Policies};
use crate::policy::ConfiguredPolicy;

/// Everything that is wrong with the places of policies.
pub(crate) fn problems(
    config: &Config,
    pipelines: &[(Signal, &Pipeline)],
    policies: &Policies,
) -> Vec<PlanProblem> {
    let mut problems = Vec::new();
    for (signal, pipeline) in pipelines {
        let named = |id: &&ComponentId, of: &ConfiguredPolicy| of.id == **id;
        for id in &pipeline.processors {
            let mut known = policies.processors.iter();
            if let Some(policy) = known.find(|policy| named(&id, policy)) {
                problems.extend(as_processor(policy, *signal));
            }
        }
        for id in &pipeline.exporters {
            let mut known = policies.connectors.iter();
            if let Some(policy) = known.find(|policy| named(&id, policy)) {
                problems.extend(as_connector(policy, *signal, pipelines));
            }
        }
    }
    for policy in &policies.connectors {
        problems.extend(gives_nothing_to(config, policy, pipelines));
    }
    problems.dedup();
    problems
}

/// Connectors that hand records on in a circle.
pub(crate) fn circle(config: &Config) -> Option<PlanProblem> {
    let (id, _) = config.connectors.first()?;
    Some(PlanProblem {
        role: Role::Connector,
        stage: id.clone(),
        at: None,
        range: None,
        message: "connectors hand records on in a circle".to_owned(),
        help: Some("let no pipeline lead back to itself".to_owned()),
    })
}

fn problem(
    role: Role,
    policy: &ConfiguredPolicy,
    message: String,
    help: impl Into<String>,
) -> PlanProblem {
    PlanProblem {
        role,
        stage: policy.id.clone(),
        at: Some(String::new()),
        range: None,
        message,
        help: Some(help.into()),
    }
}

/// A policy that does not know a signal cannot stand in a pipeline of it: the Collector refuses such a pipeline, too.
fn does_not_take(role: Role, policy: &ConfiguredPolicy, signal: Signal) -> Option<PlanProblem> {
    policy.manifest.of(signal).is_none().then(|| {
        problem(
            role,
            policy,
            format!("this policy does not take {signal}, and stands in a pipeline of them"),
            format!("take it out of the pipelines of {signal}"),
        )
    })
}

fn as_processor(policy: &ConfiguredPolicy, signal: Signal) -> Vec<PlanProblem> {
    let mut problems = Vec::new();
    problems.extend(does_not_take(Role::Processor, policy, signal));
    if !policy.manifest.routes.is_empty() {
        problems.push(problem(
            Role::Processor,
            policy,
            "this policy routes, and stands among the processors, where there is one way alone"
                .to_owned(),
            "define it under `connectors`, and name it under `exporters` of this pipeline",
        ));
    }
    let other = policy.manifest.emits.iter().find(|of| **of != signal);
    problems.extend(other.map(|other| {
        problem(
            Role::Processor,
            policy,
            format!("this policy makes {other}, and stands in a pipeline of {signal}"),
            format!("define it under `connectors`, and let a pipeline of {other} receive from it"),
        )
    }));
    problems
}

fn as_connector(
    policy: &ConfiguredPolicy,
    signal: Signal,
    pipelines: &[(Signal, &Pipeline)],
) -> Vec<PlanProblem> {
    let mut problems = Vec::new();
    problems.extend(does_not_take(Role::Connector, policy, signal));
    for route in &policy.manifest.routes {
        let known = pipelines
            .iter()
            .find(|(_, pipeline)| pipeline.id.to_string() == *route);
        let (message, help) = match known {
            None => (
                format!("there is no pipeline `{route}`, and records would be routed to it"),
                "name a pipeline that receives from this connector".to_owned(),
            ),
            Some((of, _)) if *of != signal => (
                format!("`{route}` is no pipeline of {signal}, and {signal} would be routed to it"),
                "use a connector of its own for each signal".to_owned(),
            ),
            Some((_, pipeline)) if !pipeline.receivers.contains(&policy.id) => (
                format!("the pipeline `{route}` does not receive from this connector"),
                format!("name `{}` under its `receivers`", policy.id),
            ),
            Some(_) => continue,
        };
        problems.push(problem(Role::Connector, policy, message, help));
    }
    let is_fed = |of: &Signal| {
        let mut known = pipelines.iter();
        known.any(|(signal, pipeline)| signal == of && pipeline.receivers.contains(&policy.id))
    };
    let makes: Vec<Signal> = if policy.consumes() {
        policy.manifest.emits.clone()
    } else {
        vec![signal]
    };
    if !makes.iter().any(is_fed) {
        let makes: Vec<_> = makes.iter().map(|signal| signal.as_str()).collect();
        let makes = makes.join(" or ");
        problems.push(problem(
            Role::Connector,
            policy,
            format!("this connector makes {makes} of {signal}, and no pipeline of {makes} receives from it"),
            format!("name `{}` under `receivers` of a pipeline of {makes}", policy.id),
        ));
    }
    problems
}

/// A pipeline that a connector never gives anything to.
fn gives_nothing_to(
    config: &Config,
    policy: &ConfiguredPolicy,
    pipelines: &[(Signal, &Pipeline)],
) -> Vec<PlanProblem> {
    let is_known = config.connectors.iter().any(|(id, _)| *id == policy.id);
    let takes = |of: Signal| {
        let mut known = pipelines.iter();
        known.any(|(signal, pipeline)| *signal == of && pipeline.exporters.contains(&policy.id))
    };
    let gives =
        |of: Signal| policy.manifest.emits.contains(&of) || (!policy.consumes() && takes(of));
    pipelines
        .iter()
        .filter(|(signal, pipeline)| {
            is_known && pipeline.receivers.contains(&policy.id) && !gives(*signal)
        })
        .map(|(signal, pipeline)| {
            problem(
                Role::Connector,
                policy,
                format!(
                    "the pipeline `{}` receives from this connector, which makes no {signal}",
                    pipeline.id
                ),
                format!("take it out of the `receivers` of `{}`", pipeline.id),
            )
        })
        .collect()
}
