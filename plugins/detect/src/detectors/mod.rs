//! What each detector knows. A detector is asked at an anchor, a byte that it must contain, and looks at the bytes around it.

pub(crate) mod cloud;
pub(crate) mod email;
pub(crate) mod entropy;
pub(crate) mod iban;
pub(crate) mod ipv6;
pub(crate) mod jwt;
pub(crate) mod numbers;
pub(crate) mod password;
pub(crate) mod pem;
pub(crate) mod tokens;
