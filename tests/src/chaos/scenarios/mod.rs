//! The faults, a file for each family.

mod answers;
mod damage;
mod destinations;
mod disk;
mod kill;
mod malformed;
mod overload;
mod points;
mod reload;
mod soak;
mod stop;

use super::Scenario;

pub use soak::soak;

/// All of them, in the order of the table.
pub const ALL: &[Scenario] = &[
    Scenario {
        name: "kill",
        fault: "`kill -9` at a random moment under load, restart",
        runs: (200, 3),
        run: |bench| Box::pin(kill::run(bench)),
    },
    Scenario {
        name: "points",
        fault: "abort at each point around write, fsync, rename and delete of a queue",
        runs: (1, 1),
        run: |bench| Box::pin(points::abort(bench)),
    },
    Scenario {
        name: "errors",
        fault: "each write, fsync and so on of a queue fails: disk full, input/output error",
        runs: (1, 1),
        run: |bench| Box::pin(points::fail(bench)),
    },
    Scenario {
        name: "disk",
        fault: "disk full: file system, quota of files, `max_size`",
        runs: (20, 1),
        run: |bench| Box::pin(disk::run(bench)),
    },
    Scenario {
        name: "frames",
        fault: "random bit flips, truncations and junk in the folder of a queue",
        runs: (1, 1),
        run: |bench| Box::pin(points::damage(bench)),
    },
    Scenario {
        name: "damage",
        fault: "the same in the folder of a gate, which starts again",
        runs: (20, 1),
        run: |bench| Box::pin(damage::run(bench)),
    },
    Scenario {
        name: "destinations",
        fault: "destination down, refusing, black hole, 1 byte/s, resets, 5 MiB answers; one of three, and all",
        runs: (30, 2),
        run: |bench| Box::pin(destinations::run(bench)),
    },
    Scenario {
        name: "answers",
        fault: "every gRPC code and HTTP status (redirects, too), with and without a time to come again",
        runs: (2, 2),
        run: |bench| Box::pin(answers::run(bench)),
    },
    Scenario {
        name: "overload",
        fault: "load at twice capacity for a minute under a memory limit",
        runs: (3, 0),
        run: |bench| Box::pin(overload::run(bench)),
    },
    Scenario {
        name: "reload",
        fault: "reload every second under load, good and bad configurations in turn",
        runs: (1, 1),
        run: |bench| Box::pin(reload::run(bench)),
    },
    Scenario {
        name: "stop",
        fault: "stop during load with a dead destination, start again",
        runs: (20, 1),
        run: |bench| Box::pin(stop::run(bench)),
    },
    Scenario {
        name: "malformed",
        fault: "malformed requests while good ones flow",
        runs: (1, 1),
        run: |bench| Box::pin(malformed::run(bench)),
    },
];
