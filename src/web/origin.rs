//! Where a request comes from: our own page, another site, or a name that another site made point at this machine.
//!
//! In: headers that browsers set and scripts cannot. Out: whether the page answers at all, and whether an act may be done. Next:
//! `gate`.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN, REFERER};
use axum::http::{HeaderMap, HeaderName};

use super::site::Site;

/// Whether the page answers under the name by which it was called. One that only this machine reaches is called by a name of
/// this machine: any other was made to point here by somebody else.
pub(super) fn is_ours(site: &Site, headers: &HeaderMap) -> bool {
    !site.is_local || is_this_machine(headers)
}

/// Whether the browser called this machine by a name that no other machine can have.
pub(super) fn is_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, HOST) else { return false };
    let name = without_port(host);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Whether an act was sent by a page of ours. Browsers say where a form comes from, old ones at least the page that was shown;
/// a program that says nothing must still know the word of the sign-in.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    let host = text(headers, HOST);
    let site = text(headers, HeaderName::from_static("sec-fetch-site"));
    let named = text(headers, ORIGIN).or_else(|| text(headers, REFERER));
    let from = named.map(|url| url.split_once("://").map_or(url, |(_, rest)| rest.split('/').next().unwrap_or(rest)));
    site.is_none_or(|site| site == "same-origin" || site == "none") && from.is_none_or(|from| host == Some(from))
}

/// A path of ours, or the first page for whatever would lead a browser elsewhere.
pub(super) fn own_path(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to[1..].starts_with('/');
    // Browsers take a backslash for a slash, and leave out what is below a space.
    if is_path && !to.contains(|each: char| each == '\\' || each <= ' ' || each == '\u{7f}') { to } else { "/" }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn nobody_is_sent_to_another_place() {
        for path in ["/", "/tin-bai/3#hang-cho", "/nhat-ky?tu=2026-11-24&den=x"] {
            assert_eq!(own_path(path), path);
        }
        for other in ["", "x", "//x", "/\\x", "/\t/x", "/ /x", "\\\\x", "https://x", "javascript:x", "/a\nb"] {
            assert_eq!(own_path(other), "/", "{other:?}");
        }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_names_of_the_machine_itself_are_its_own() {
        for ours in ["localhost", "localhost:8099", "LOCALHOST:1", "127.0.0.1:8099", "127.3.2.1", "[::1]:8099", "[::1]"]
        {
            assert!(is_this_machine(&headers(&[("host", ours)])), "{ours}");
        }
        for other in ["dai.example:8099", "localhost.example", "127.0.0.1.example:8099", "192.168.1.5:8099", "", "::"] {
            assert!(!is_this_machine(&headers(&[("host", other)])), "{other}");
        }
        assert!(!is_this_machine(&headers(&[])));
    }

    #[test]
    fn an_act_of_another_site_is_known() {
        let host = ("host", "localhost:8099");
        for (more, expected) in [
            (vec![], true),
            (vec![("origin", "http://localhost:8099")], true),
            (vec![("origin", "http://localhost:80")], false),
            (vec![("origin", "null")], false),
            (vec![("origin", "https://example.com")], false),
            (vec![("referer", "http://localhost:8099/tin-bai?trang=2")], true),
            (vec![("referer", "http://example.com/localhost:8099")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site"), ("origin", "http://localhost:8099")], false),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "http://localhost:8099")], true),
        ] {
            assert_eq!(is_same_origin(&headers(&[&[host], &more[..]].concat())), expected, "{more:?}");
        }
    }
}
