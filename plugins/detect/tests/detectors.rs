//! What each detector finds and what it leaves: boundaries, longer words, neighbours, other alphabets. Mail addresses have such a table
//! beside their code; more texts stand in `labelled/`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test may panic"
)]

use proptest::prelude::*;
use tollgate_detect::{Detector, Detectors};

/// A secret between what may and what may not stand beside it.
struct Case {
    detector: Detector,
    secrets: &'static [&'static str],
    /// What has much of its look and is none.
    misses: &'static [&'static str],
    /// It has no bounds of its own: what stands before it tells what it is, or a glued letter is part of another secret.
    bounded: bool,
}

const CASES: &[Case] = &[
    Case {
        detector: Detector::Email,
        secrets: &["jane.doe@example.com", "a@b.io", "x_y+z@sub.example.co.uk"],
        misses: &[
            "@",
            "a@b",
            "pkg@1.0.0",
            "icon@2x.png",
            "a@.com",
            "git@github.com:a/b",
        ],
        bounded: false,
    },
    Case {
        detector: Detector::Phone,
        secrets: &[
            "+49 30 901820",
            "+1-212-555-0143",
            "(212) 555-0143",
            "212-555-0143",
            "1-800-555-0199",
        ],
        misses: &[
            "+12",
            "555-0143",
            "112-555-0143",
            "2026-11-22",
            "+1234567890123456",
            "(212) 155-0143",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::Iban,
        secrets: &[
            "DE89370400440532013000",
            "DE89 3704 0044 0532 0130 00",
            "NO9386011117947",
            "GB29 NWBK 6016 1331 9268 19",
        ],
        misses: &[
            "DE88370400440532013000",
            "DE8937040044053201300",
            "ZZ89370400440532013000",
            "de89370400440532013000",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::CreditCard,
        secrets: &[
            "4111111111111111",
            "4111 1111 1111 1111",
            "5555-5555-5555-4444",
            "378282246310005",
            "3782 822463 10005",
            "6011111111111117",
            "30569309025904",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        ],
        misses: &[
            "4111111111111112",
            "1111111111111117",
            "411111111111111",
            "4111.1111.1111.1111",
            "4111 11111111 1111",
            "41111111111111111111",
            "4444444444444444",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::UsSsn,
        secrets: &["078-05-1120", "219 09 9999"],
        misses: &[
            "000-12-3456",
            "666-12-3456",
            "900-12-3456",
            "078-00-1120",
            "078-05-0000",
            "078051120",
            "078-05 1120",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::AwsAccessKeyId,
        secrets: &["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"],
        misses: &[
            "AKIAIOSFODNN7EXAMPL",
            "AKIAIOSFODNN7EXAMPLE1",
            "AIDAIOSFODNN7EXAMPLE",
            "akiaiosfodnn7example",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::AwsSecretAccessKey,
        secrets: &["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"],
        misses: &[
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE",
            "bf269f4a83db48f00bf269f4a83db48f00112233",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::GcpApiKey,
        secrets: &[
            "AIzaSyA1234567890abcdefGHIJKLmnopqrstuv",
            "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",
        ],
        misses: &["AIzaSyA1234567890abcdefGHIJKLmnopqrstu", "GOCSPX-short"],
        bounded: true,
    },
    Case {
        detector: Detector::AzureKey,
        secrets: &["abc8Q~abcdefghijklmnopqrstuvwxyz0123456"],
        misses: &["abc8Q~short", "abcdQ~abcdefghijklmnopqrstuvwxyz0123456"],
        bounded: true,
    },
    Case {
        detector: Detector::GithubToken,
        secrets: &[
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "github_pat_11ABCDEFG0abcdefghijkl_abcdefghijklmnopqrstuvwxyz0123456789",
        ],
        misses: &[
            "ghp_16C7e42F292c6912E7710c838347Ae178B4",
            "ghx_16C7e42F292c6912E7710c838347Ae178B4a",
            "github_pat_short",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::SlackToken,
        secrets: &[
            "xoxb-123456789012-abcdefABCDEF",
            "xapp-1-A0123456789-1234567890-abcdef",
        ],
        misses: &[
            "xoxb-short",
            "xoxz-123456789012-abcdefABCDEF",
            "xoxb-no-digits-at-all-in-here",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::OpenaiKey,
        secrets: &[
            "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2",
            "sk-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4",
        ],
        misses: &[
            "sk-loading-spinner-container",
            "sk-short1A",
            "sk-ant-api03-a1B2c3D4e5F6g7H8i9J0k1L2",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::AnthropicKey,
        secrets: &["sk-ant-api03-a1B2c3D4e5F6g7H8i9J0k1L2m3N4"],
        misses: &[
            "sk-ant-",
            "sk-ant-api03-your-key-goes-here-please",
            "sk-anthem-a1B2c3D4e5F6g7H8i9J0",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::Jwt,
        secrets: &[
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0",
        ],
        misses: &[
            "eyJub3QiOiJhIGp3dCJ9.eyJzdWIiOiIxIn0.c2ln",
            "eyJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJIUzI1Ni.eyJzdWIiOiIxIn0.x",
            "eyJhbGciOjF9.e30.x",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::PrivateKey,
        secrets: &[
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
            r"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----",
        ],
        misses: &[
            "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
            "-----BEGIN PUBLIC KEY-----",
            "BEGIN PRIVATE KEY",
            "-----BEGIN PRIVATE KEY",
        ],
        bounded: false,
    },
    Case {
        detector: Detector::Ipv4,
        secrets: &["10.20.30.40", "203.0.113.7"],
        misses: &[
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.0",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "v1.2.3.4",
            "Chrome/1.2.3.4",
            "==1.2.3.4",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::Ipv6,
        secrets: &[
            "2001:db8::1",
            "fe80::1ff:fe23:4567:890a",
            "::ffff:10.2.3.4",
            "fdaa::3:2",
        ],
        misses: &[
            "::1",
            "::",
            "12:34:56",
            "a::b",
            "00:1a:2b:3c:4d:5e",
            "41:11:11:11:11:11:11:11",
            "std::vec",
        ],
        bounded: true,
    },
    Case {
        detector: Detector::HighEntropy,
        secrets: &["aB3xY9kL2mN8pQ5rT7vW1zC4", "q7R8s9T0u1V2w3X4y5Z6a7B8"],
        misses: &[
            "01a20418-0bdf-7650-adbb-709e072acec2",
            "b0f4582bc71827b19cc2904082308c3da6691bf7",
            "a_long_snake_case_identifier_name",
            "ThisIsALongCamelCaseIdentifier",
            "call_891cd0ec7aa1423e",
            "email_3fa9c1d2e4b5a697",
        ],
        bounded: false,
    },
];

/// What may stand around a secret.
const AROUND: [(&str, &str); 14] = [
    ("", ""),
    (" ", " "),
    ("\"", "\""),
    ("'", "',"),
    ("(", ")"),
    ("[", "]"),
    ("<", ">"),
    ("is ", ". Then"),
    ("x=", ";"),
    ("ü ", " ü"),
    ("日本：", "。"),
    ("a\n", "\nb"),
    (r"a\n", r"\nb"),
    ("{\"k\":\"", "\"}"),
];

#[test]
fn secrets_are_found_whole_between_whatever_stands_around() {
    for case in CASES {
        let detectors = Detectors::new([case.detector]);
        for secret in case.secrets {
            for (before, after) in AROUND {
                let text = format!("{before}{secret}{after}");
                let found = detectors.find(&text);
                assert_eq!(found.len(), 1, "{text:?}: {found:?}");
                assert_eq!(text.get(found[0].range.clone()), Some(*secret), "{text:?}");
            }
        }
    }
}

#[test]
fn secrets_within_longer_words_are_none() {
    for case in CASES.iter().filter(|case| case.bounded) {
        let detectors = Detectors::new([case.detector]);
        for secret in case.secrets {
            let text = format!("xY9{secret}");
            let found = detectors.find(&text);
            let whole = |range: std::ops::Range<usize>| text.get(range) == Some(*secret);
            assert!(
                !found.iter().any(|found| whole(found.range.clone())),
                "{text:?}: {found:?}"
            );
        }
    }
}

#[test]
fn what_only_looks_like_it_is_left() {
    for case in CASES {
        let detectors = Detectors::new([case.detector]);
        for miss in case.misses {
            for (before, after) in AROUND.iter().take(7) {
                let text = format!("{before}{miss}{after}");
                assert_eq!(detectors.find(&text), [], "{} in {text:?}", case.detector);
            }
        }
    }
}

#[test]
fn passwords_alone_are_found_and_not_what_stands_before_them() {
    for (detector, text, secret) in [
        (
            Detector::UrlPassword,
            "postgres://app:s3cr3t@db/x",
            "s3cr3t",
        ),
        (Detector::UrlPassword, "https://u:p%40ss@h:1/x?y", "p%40ss"),
        (
            Detector::UrlPassword,
            "GET /x?a=1&access_token=abc123&b=2",
            "abc123",
        ),
        (
            Detector::CommandLinePassword,
            "mysql -u root -phunter2 db",
            "hunter2",
        ),
        (
            Detector::CommandLinePassword,
            "app --password hunter2 -v",
            "hunter2",
        ),
        (
            Detector::CommandLinePassword,
            "app --password=hunter2",
            "hunter2",
        ),
        (
            Detector::CommandLinePassword,
            "PGPASSWORD='hunter two' psql",
            "hunter two",
        ),
        (
            Detector::CommandLinePassword,
            "curl -u me:hunter2 https://h",
            "hunter2",
        ),
        (
            Detector::CommandLinePassword,
            "Authorization: Bearer abc.def-123",
            "abc.def-123",
        ),
        (
            Detector::CommandLinePassword,
            r#"{"password":"hunter2","x":1}"#,
            "hunter2",
        ),
        (
            Detector::CommandLinePassword,
            r#"{\"password\":\"hunter2\"}"#,
            "hunter2",
        ),
        (
            Detector::CommandLinePassword,
            r#"["--token","hunter2"]"#,
            "hunter2",
        ),
        (
            Detector::GcpServiceAccount,
            r#""private_key_id": "0123456789abcdef0123456789abcdef01234567""#,
            "0123456789abcdef0123456789abcdef01234567",
        ),
        (
            Detector::AzureKey,
            "AccountKey=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ==;",
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ==",
        ),
        (
            Detector::SlackToken,
            "https://hooks.slack.com/services/T01234567/B01234567/abcdefABCDEF",
            "services/T01234567/B01234567/abcdefABCDEF",
        ),
    ] {
        let found = Detectors::new([detector]).find(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(text.get(found[0].range.clone()), Some(secret), "{text}");
    }
}

#[test]
fn what_only_stands_where_passwords_do_is_left() {
    for text in [
        "https://example.com/a:b@c",
        "https://user@h/",
        "mkdir -p src",
        "ssh -p 22 h",
        "claude -p 'write'",
        "password: required",
        "the password is wrong",
        "max_tokens=100",
        "token_count: 7",
        "password=$PASSWORD",
        "password=${X}",
        "--password-file x",
        "token: string",
        "bearer of news",
        "password=\"\"",
        "password=****",
        "if password == x:",
        "x.password = getpass()",
        "curl -u me https://h",
    ] {
        let found =
            Detectors::new([Detector::UrlPassword, Detector::CommandLinePassword]).find(text);
        assert_eq!(found, [], "{text}");
    }
}

/// Texts that ask every detector again and again and never let it finish.
#[test]
fn long_texts_of_the_worst_kind_are_done_with() {
    let detectors = Detectors::new(Detector::all());
    for piece in [
        "a@",
        "@",
        "4111 ",
        "1",
        "1.",
        "1:",
        ":",
        "::",
        "eyJ",
        "eyJ.",
        "eyJ-",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN ",
        "token=",
        "token=(",
        "password: ",
        "--password ",
        "-u ",
        "curl -u ",
        "://",
        "a://b:",
        "a://b:c@",
        "sk-",
        "xoxb-",
        "ghp_",
        "AKIA",
        "=",
        "+1 ",
        "(212)",
        "aB3/",
        "\\n",
        "Bearer ",
        "A1b2",
    ] {
        let text = piece.repeat(400_000 / piece.len());
        let mut end = 0;
        for found in detectors.find(&text) {
            assert!(found.range.start >= end && found.range.end <= text.len());
            end = found.range.end;
        }
    }
}

proptest! {
    #[test]
    fn findings_rise_and_stand_between_characters(text in r#"([a-z@. :=/-]|[A-Z0-9]{1,6}|eyJ|AKIA|sk-|--|ghp_|password|token|://|ü|日|\\n|"|'){0,60}"#) {
        let mut end = 0;
        for found in Detectors::new(Detector::all()).find(&text) {
            prop_assert!(found.range.start >= end && found.range.end > found.range.start, "{:?}", found);
            prop_assert!(text.get(found.range.clone()).is_some(), "{:?}", found);
            end = found.range.end;
        }
    }

    #[test]
    fn a_detector_finds_alone_what_it_finds_among_others(text in r"([a-z ]|4111 1111 1111 1111 |jane@example\.com |078-05-1120 |10\.20\.30\.40 | ){0,20}") {
        let all = Detectors::new(Detector::all()).find(&text);
        for detector in [Detector::CreditCard, Detector::UsSsn] {
            let alone = Detectors::new([detector]).find(&text);
            let among: Vec<_> = all.iter().filter(|found| found.detector == detector).cloned().collect();
            prop_assert_eq!(alone, among);
        }
    }
}
