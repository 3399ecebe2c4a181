//! What the gate takes of the machine: CPUs by affinity and quota, memory by its control group.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use tollgate_tests::gate::binary;

/// The line in which a gate says what it takes, when it is started by `wrapper`.
fn told(wrapper: &[String], service: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.yaml");
    let text = format!(
        "
receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:0'}}}}}}}}
exporters: {{nop: }}
service: {{{service} pipelines: {{logs: {{receivers: [otlp], exporters: [nop]}}}}}}
"
    );
    fs::write(&file, text).unwrap();
    let own = ["sh", "-c", "exec \"$@\"", "sh"].map(str::to_owned);
    let wrapper = if wrapper.is_empty() { &own } else { wrapper };
    let mut child = Command::new(&wrapper[0])
        .args(&wrapper[1..])
        .arg(binary())
        .arg("--config")
        .arg(&file)
        .env_remove("TOKIO_WORKER_THREADS")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines
        .map_while(Result::ok)
        .find(|line| line.contains("bytes_in_flight="));
    child.kill().unwrap();
    child.wait().unwrap();
    line.unwrap()
}

fn number(line: &str, name: &str) -> u64 {
    let mut words = line.split(' ').filter_map(|word| word.split_once('='));
    let (_, number) = words.find(|(own, _)| *own == name).unwrap();
    number.parse().unwrap()
}

fn has(tool: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .output();
    found.is_ok_and(|output| output.status.success())
}

#[test]
fn lanes_are_as_many_as_the_cpus_that_it_may_use() {
    let line = told(&[], "");
    let cpus = std::thread::available_parallelism().unwrap().get();
    assert_eq!(number(&line, "cpus"), u64::try_from(cpus).unwrap());
    assert_eq!(number(&line, "lanes"), number(&line, "cpus"));
    if has("taskset") {
        let line = told(&["taskset", "-c", "0"].map(str::to_owned), "");
        assert_eq!((number(&line, "cpus"), number(&line, "lanes")), (1, 1));
        let line = told(
            &["taskset", "-c", "0"].map(str::to_owned),
            "gate: {lanes: 3},",
        );
        assert_eq!((number(&line, "cpus"), number(&line, "lanes")), (1, 3));
    }
}

/// What starts a process in a control group that holds `limit`, by its first version and by its second. Elsewhere, and for users who may
/// make no groups, there is nothing to be tried.
fn in_groups(name: &str, versions: [(&str, &str, &str); 2], mut each: impl FnMut(&[String])) {
    let name = format!("tollgate-{name}-{}", std::process::id());
    for (parent, file, limit) in versions {
        let group = Path::new(parent).join(&name);
        if fs::create_dir(&group).is_err() {
            continue;
        }
        let file = group.join(file);
        if file.exists() && fs::write(&file, limit).is_ok() {
            let enter = format!("echo $$ > {}/cgroup.procs; exec \"$@\"", group.display());
            each(&["sh", "-c", &enter, "sh"].map(str::to_owned));
        }
        fs::remove_dir(&group).unwrap();
    }
}

#[test]
fn a_quota_of_time_counts_as_cpus() {
    let versions = [
        ("/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "100000"),
        ("/sys/fs/cgroup", "cpu.max", "100000 100000"),
    ];
    in_groups("quota", versions, |enter| {
        let line = told(enter, "");
        assert_eq!((number(&line, "cpus"), number(&line, "lanes")), (1, 1));
    });
}

#[test]
fn requests_take_a_quarter_of_the_memory_of_its_control_group() {
    let limit = (400_u64 << 20).to_string();
    let versions = [
        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", &*limit),
        ("/sys/fs/cgroup", "memory.max", &limit),
    ];
    in_groups("memory", versions, |enter| {
        let line = told(enter, "");
        assert_eq!(number(&line, "memory_bytes"), 400 << 20, "{line}");
        assert!(line.contains("control group"), "{line}");
        assert_eq!(number(&line, "bytes_in_flight"), 100 << 20, "{line}");
        let line = told(enter, "gate: {bytes_in_flight: 64MiB},");
        assert_eq!(number(&line, "bytes_in_flight"), 64 << 20, "{line}");
    });
}
