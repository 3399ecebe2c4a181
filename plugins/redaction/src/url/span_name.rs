//! Which span names are sanitized as URLs.

/// Attributes by which a span is known to be HTTP.
pub(crate) const HTTP_KEYS: [&str; 9] = [
    "http.route",
    "http.request.method",
    "http.request.method_original",
    "http.response.status_code",
    "url.full",
    "http.scheme",
    "http.target",
    "http.method",
    "http.url",
];

/// A name without identifiers. None if it is nothing else, for then it says more as it is.
pub(crate) fn sanitized_name(name: &str) -> Option<String> {
    let sanitized = super::sanitized(name);
    let only_stars = sanitized.contains('*')
        && sanitized
            .split('/')
            .all(|segment| segment.is_empty() || segment == "*");
    (sanitized != name && !only_stars).then_some(sanitized)
}
