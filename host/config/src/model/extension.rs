use super::Secret;

/// What serves the program, not the records.
#[derive(Debug, Clone, PartialEq)]
pub enum Extension {
    /// `health_check`
    HealthCheck(HealthCheck),
}

/// A server that says whether the program works.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthCheck {
    /// `host:port` to listen on; port 0 is any.
    pub endpoint: String,
    /// The path that is answered; starts with `/`.
    pub path: String,
    /// The answer's body while everything works, instead of a JSON object.
    pub healthy: Option<String>,
    /// The answer's body while something does not.
    pub unhealthy: Option<String>,
    /// Headers added to every answer.
    pub response_headers: Vec<(String, Secret)>,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            endpoint: "localhost:13133".to_owned(),
            path: "/".to_owned(),
            healthy: None,
            unhealthy: None,
            response_headers: Vec::new(),
        }
    }
}
