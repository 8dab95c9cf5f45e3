//! What holds for every input: the readers against independent ones, and the
//! verdict against the arithmetic it stands for.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

// Of all the targets, only the readers' oracle is asked here.
#[allow(dead_code)]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use jotgate::refresh::{
    Attempt, LEAST_INTERVAL, MAX_BACK_OFF, MAX_RETRY_AFTER, Moment, Observation, Plan, measure_skew, next_refresh, rest,
};
use jotgate::token::compact::Compact;
use jotgate::token::header::{Header, MAX_CRITICAL, same_media_type};
use jotgate::token::json::{MAX_DEPTH, parse_object};
use jotgate::token::{base64url, claims, scope::Scopes};
use jotgate::{Alg, Claim, Error, Issuer, KeySet, Policy, Profile, Reason, Verifier};
use proptest::prelude::*;
use serde_json::{Value, json};
use targets::json_oracle;

/// Any JSON value, up to six levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("JSON has finite numbers", |number| {
            serde_json::Number::from_f64(number).map(Value::from)
        }),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// Text out of the pieces that the grammar is made of, mostly wrong.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\":",
        "\"b\":",
        "\"\\u0061\":",
        "{\"a\":",
        "{}",
        "[]",
        "\"\"",
        "null",
        "true",
        "fals",
        "0",
        "1",
        "-",
        ".5",
        "e9",
        "E+",
        "\\",
        "\\u",
        "\\ud83d",
        "\\ude00",
        "é",
        " ",
        "\n",
        "\u{b}",
        "\u{feff}",
        "//",
    ]);
    let bytes = prop_oneof![9 => piece.prop_map(|piece| piece.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 1..3)];
    prop::collection::vec(bytes, 0..24).prop_map(|pieces| pieces.concat())
}

/// A string's UTF-16 code units as a JSON string: each as an escape, or as it is
/// where it may be.
fn json_string(units: &[(u16, bool)]) -> String {
    let mut text = String::from("\"");
    for (unit, escape) in units {
        match char::from_u32(u32::from(*unit)) {
            Some(point) if !escape && point >= ' ' && point != '"' && point != '\\' => text.push(point),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text + "\""
}

/// Often the same, often a surrogate.
fn units() -> impl Strategy<Value = Vec<(u16, bool)>> {
    let unit = prop_oneof![0x61..0x63_u16, 0xd83c..0xd83e_u16, 0xdc00..0xdc02_u16, Just(0xfffd), any::<u16>()];
    prop::collection::vec((unit, any::<bool>()), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_as_serde_json_reads_it(value in any_json()) {
        let document = json!({ "value": value });
        json_oracle::assert_agreement(document.to_string().as_bytes());
        json_oracle::assert_agreement(serde_json::to_string_pretty(&document).unwrap().as_bytes());
        prop_assert!(parse_object(document.to_string().as_bytes()).is_ok());
    }

    #[test]
    fn json_is_refused_as_serde_json_refuses_it(document in nearly_json(), inside in any::<bool>()) {
        let document = if inside { [b"{\"x\":", document.as_slice(), b"}"].concat() } else { document };
        json_oracle::assert_agreement(&document);
    }

    #[test]
    fn json_with_a_byte_exchanged(value in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut document = json!({ "value": value }).to_string().into_bytes();
        let at = at.index(document.len());
        document[at] = byte;
        json_oracle::assert_agreement(&document);
        json_oracle::assert_agreement(&document[..at]);
    }

    #[test]
    fn depth_is_bounded_exactly(depth in 1..MAX_DEPTH * 2, arrays in any::<u64>()) {
        let is_array = |level: usize| level > 0 && arrays >> (level % 64) & 1 == 1;
        let opened: String = (0..depth).map(|level| if is_array(level) { "[" } else { "{\"a\":" }).collect();
        let closed: String = (0..depth).rev().map(|level| if is_array(level) { "]" } else { "}" }).collect();
        let document = format!("{opened}0{closed}");
        json_oracle::assert_agreement(document.as_bytes());
        prop_assert_eq!(parse_object(document.as_bytes()).is_ok(), depth <= MAX_DEPTH);
    }

    #[test]
    fn strings_are_equal_when_their_code_units_are(one in units(), other in units()) {
        let document = format!("{{\"one\":{},\"other\":{}}}", json_string(&one), json_string(&other));
        let object = parse_object(document.as_bytes()).unwrap();
        let [read_one, read_other] = ["one", "other"].map(|name| object.get(name).unwrap().as_text().unwrap());
        let plain = |units: &[(u16, bool)]| units.iter().map(|(unit, _)| *unit).collect::<Vec<u16>>();
        prop_assert_eq!(read_one == read_other, plain(&one) == plain(&other));
        prop_assert_eq!(read_one.to_str().map(String::from), String::from_utf16(&plain(&one)).ok());
        let names = format!("{{{}:1,{}:2}}", json_string(&one), json_string(&other));
        prop_assert_eq!(parse_object(names.as_bytes()).is_err(), plain(&one) == plain(&other));
    }

    #[test]
    fn base64url_is_decoded_when_it_is_canonical(text in "[A-Za-z0-9_-]{0,12}|[A-Za-z0-9+/=_. \n-]{0,12}") {
        prop_assert_eq!(base64url::decode(text.as_bytes()).ok(), bits(&text));
    }

    #[test]
    fn base64url_of_any_bytes_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = base64url::encode(&bytes);
        prop_assert_eq!(bits(&text), Some(bytes.clone()));
        prop_assert_eq!(base64url::decode(text.as_bytes()), Ok(bytes));
    }

    #[test]
    fn a_token_is_cut_at_two_dots(token in "[a.]{0,12}", limit in 0..14_usize) {
        let dots = token.bytes().filter(|byte| *byte == b'.').count();
        let cut = Compact::split(token.as_bytes(), limit);
        match (token.len() > limit, dots) {
            (true, _) => prop_assert_eq!(cut.err(), Some(Error::TokenTooLarge)),
            (_, 2) => {
                let cut = cut.unwrap();
                prop_assert_eq!([cut.header, cut.payload, cut.signature].join(&b'.'), token.as_bytes());
                prop_assert_eq!(cut.signing_input, token.rsplit_once('.').unwrap().0.as_bytes());
            }
            (_, 4) => prop_assert_eq!(cut.err(), Some(Error::Encrypted)),
            _ => prop_assert_eq!(cut.err(), Some(Error::SegmentCount)),
        }
    }

    #[test]
    fn media_types_are_compared_without_case_and_prefix(one in "(application/)?[aAbB+/]{0,4}", other in "(application/)?[aAbB+/]{0,4}") {
        let long = |name: &str| {
            let name = name.to_lowercase();
            if name.contains('/') { name } else { format!("application/{name}") }
        };
        prop_assert_eq!(same_media_type(&one, &other), long(&one) == long(&other));
        prop_assert!(same_media_type(&one, &one.to_uppercase()));
    }

    #[test]
    fn scopes_are_the_words(words in prop::collection::vec("[a-c]{1,2}", 0..6), as_array in any::<bool>(), asked in "[a-c]{1,2}") {
        let scope = if as_array { json!(words) } else { json!(words.join(" ")) };
        let document = json!({ "scope": scope }).to_string();
        let scopes = Scopes::of(&claims::parse(document.as_bytes()).unwrap(), false);
        prop_assert_eq!(scopes.contains(&asked), words.contains(&asked));
        let mut distinct = Vec::new();
        words.iter().for_each(|word| if !distinct.contains(&word.as_str()) { distinct.push(word.as_str()) });
        prop_assert_eq!(scopes.iter().collect::<Vec<_>>(), distinct);
    }
}

/// An independent decoder: the bits in a row, none of the rest set.
fn bits(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits: Option<Vec<usize>> = text.chars().map(|digit| ALPHABET.find(digit)).collect();
    let bits: String = digits?.iter().map(|digit| format!("{digit:06b}")).collect();
    let (whole, rest) = bits.split_at(bits.len() / 8 * 8);
    let canonical = rest.len() < 6 && !rest.contains('1');
    let octets =
        whole.as_bytes().chunks(8).map(|octet| u8::from_str_radix(std::str::from_utf8(octet).unwrap(), 2).unwrap());
    canonical.then(|| octets.collect())
}

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// The verdict on claims as if a platform had found their signature good.
fn verdict(policy: Policy, claims: &Value, now: f64) -> Result<(), Error> {
    let key = KeySet::from_external("EC", Some("P-256"), None).unwrap();
    let verifier = Verifier::new(policy, [Issuer::new([ISSUER], [AUDIENCE], key).algorithms([Alg::Es256])]);
    let [header, claims] =
        [&json!({ "alg": "ES256" }), claims].map(|part| base64url::encode(part.to_string().as_bytes()));
    let token = format!("{header}.{claims}.{}", base64url::encode(&[1; 64]));
    verifier.finish(token.as_bytes(), now, Some(0)).map(|_| ())
}

fn with_dates(dates: &[(&str, f64)]) -> Value {
    let mut claims = json!({ "iss": ISSUER, "aud": AUDIENCE, "exp": 1e15 });
    dates.iter().for_each(|(name, seconds)| claims[*name] = json!(seconds));
    claims
}

/// Seconds in quarters, often near a moment that others are near as well.
fn seconds() -> impl Strategy<Value = f64> {
    let quarters = prop_oneof![
        6_999_999_990_i64..7_000_000_010,
        -4_000_000_000_000_i64..4_000_000_000_000,
        Just(0),
        prop::sample::select(vec![1 << 31, 1 << 32, 1 << 33, 1 << 34, 1 << 45, -(1_i64 << 33)]),
    ];
    quarters.prop_map(|quarters| quarters as f64 / 4.0)
}

const TOO_EARLY: Error = Error::Claim(Claim::Nbf, Reason::CheckFailed);

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_expires_at_exp(exp in seconds(), now in seconds(), tolerance in 0..40_u32) {
        let tolerance = f64::from(tolerance) / 4.0;
        let policy = Policy::new().clock_tolerance(tolerance);
        let expected = if exp > now - tolerance { Ok(()) } else { Err(Error::Expired) };
        prop_assert_eq!(verdict(policy.clone(), &with_dates(&[("exp", exp)]), now), expected);
        prop_assert_eq!(verdict(policy.clone(), &with_dates(&[("exp", now - tolerance)]), now), Err(Error::Expired));
        prop_assert_eq!(verdict(policy, &with_dates(&[("exp", now - tolerance + 0.25)]), now), Ok(()));
    }

    #[test]
    fn a_token_is_active_from_nbf_on(nbf in seconds(), now in seconds(), tolerance in 0..40_u32) {
        let tolerance = f64::from(tolerance) / 4.0;
        let policy = Policy::new().clock_tolerance(tolerance);
        let expected = if nbf <= now + tolerance { Ok(()) } else { Err(TOO_EARLY) };
        prop_assert_eq!(verdict(policy.clone(), &with_dates(&[("nbf", nbf)]), now), expected);
        prop_assert_eq!(verdict(policy, &with_dates(&[("nbf", now + tolerance)]), now), Ok(()));
    }

    #[test]
    fn time_and_tolerance_only_go_one_way(
        exp in seconds(), nbf in seconds(), now in seconds(), later in 0..100_u32, more in 0..100_u32,
    ) {
        let claims = with_dates(&[("exp", exp), ("nbf", nbf)]);
        let strict = verdict(Policy::new(), &claims, now);
        let afterwards = verdict(Policy::new(), &claims, now + f64::from(later));
        if strict == Err(Error::Expired) {
            prop_assert_eq!(afterwards, strict, "an expired token stays so");
        }
        if strict.is_ok() {
            prop_assert_ne!(afterwards, Err(TOO_EARLY), "an active token stays so");
            prop_assert_eq!(verdict(Policy::new().clock_tolerance(f64::from(more)), &claims, now), Ok(()));
        }
    }

    #[test]
    fn a_token_is_too_old_after_its_age(iat in seconds(), now in seconds(), limit in 0..40_u32, tolerance in 0..8_u32) {
        let (limit, tolerance) = (f64::from(limit) / 4.0, f64::from(tolerance) / 4.0);
        let policy = Policy::new().max_token_age(limit).clock_tolerance(tolerance);
        let expected = match now - iat {
            age if age < -tolerance => Err(Error::Claim(Claim::Iat, Reason::CheckFailed)),
            age if age > limit + tolerance => Err(Error::TooOld),
            _ => Ok(()),
        };
        prop_assert_eq!(verdict(policy, &with_dates(&[("iat", iat)]), now), expected);
    }

    #[test]
    fn no_date_and_no_clock_wraps_around(exp in any::<f64>(), nbf in any::<f64>(), now in any::<f64>(), tolerance in any::<f64>()) {
        let verdict = verdict(Policy::new().clock_tolerance(tolerance), &with_dates(&[("exp", exp), ("nbf", nbf)]), now);
        let tolerance = if tolerance.is_finite() && tolerance >= 0.0 { tolerance } else { 0.0 };
        if !now.is_finite() {
            prop_assert_eq!(verdict, Err(Error::ClockInvalid));
        } else if verdict.is_ok() {
            prop_assert!(exp > now - tolerance && nbf <= now + tolerance && exp.abs().max(nbf.abs()) <= 1e20);
        }
    }

    #[test]
    fn the_audience_is_one_of_the_token(audiences in prop::collection::vec("https://(api|other).example/?", 0..4), alone in any::<bool>()) {
        let mut claims = with_dates(&[]);
        claims["aud"] = match audiences.as_slice() {
            [one] if alone => json!(one),
            several => json!(several),
        };
        let accepted = verdict(Policy::new(), &claims, 0.0).is_ok();
        prop_assert_eq!(accepted, audiences.iter().any(|audience| audience == AUDIENCE));
    }

    #[test]
    fn required_claims_are_there_and_not_null(values in prop::collection::vec(any_json(), 0..3), name in "[a-c]") {
        let mut all = with_dates(&[]);
        for (name, value) in ["a", "b"].into_iter().zip(values) {
            all[name] = value;
        }
        let expected = match all.get(&name) {
            None | Some(Value::Null) => Err(Error::Claim(Claim::Required(0), Reason::Missing)),
            Some(_) => Ok(()),
        };
        prop_assert_eq!(verdict(Policy::new().profile(Profile::Any).required_claims([name]), &all, 0.0), expected);
    }

    #[test]
    fn no_bytes_break_a_reader(bytes in prop::collection::vec(any::<u8>(), 0..64), text in "\\PC{0,64}") {
        for input in [bytes.as_slice(), text.as_bytes()] {
            for target in [targets::token, targets::header, targets::claims, targets::jwk, targets::jwks, targets::pem] {
                target(input);
            }
        }
    }
}

/// Two keys of each type, so that a wrong choice is possible.
const EC: [(&str, &str); 2] = [
    ("axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"),
    ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
];
const OKP: [&str; 2] = ["11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "tcogJ-bkYw-ddr4OD1iuS_zQOLF-Fm0DD36poagWwEg"];

/// A public key with some of the members that a selection looks at.
fn any_jwk() -> impl Strategy<Value = Value> {
    let kid = prop::option::of(prop::sample::select(vec!["a", "b", "A", ""]));
    let alg = prop::option::of(prop::sample::select(vec!["ES256", "EdDSA", "Ed25519", "RS256", "none"]));
    let usage = prop::option::of(prop::sample::select(vec!["sig", "enc"]));
    (0..4_usize, kid, alg, usage).prop_map(|(which, kid, alg, usage)| {
        let mut jwk = match which {
            0 | 1 => json!({ "kty": "EC", "crv": "P-256", "x": EC[which].0, "y": EC[which].1 }),
            _ => json!({ "kty": "OKP", "crv": "Ed25519", "x": OKP[which - 2] }),
        };
        for (name, value) in [("kid", kid), ("alg", alg), ("use", usage)] {
            if let Some(value) = value {
                jwk[name] = json!(value);
            }
        }
        jwk
    })
}

/// Times near one another, in whole seconds, so that sums are exact.
fn ordinary_plan() -> impl Strategy<Value = Plan> {
    let times = (-100..4000_i32, 1..4000_i32, 0..5000_i32, -600..600_i32);
    let wishes = (prop::option::of(0..600_u32), 0..=4_u32, 0..100_u32, 0..=4_u32);
    (times, wishes).prop_map(|((issued, lifetime, age, skew), (before, jitter, least, random))| Plan {
        issued_at: Some(f64::from(issued)),
        expires_at: f64::from(issued + lifetime),
        before: before.map(f64::from),
        jitter: f64::from(jitter) / 4.0,
        min_interval: f64::from(least),
        now: f64::from(issued + age - skew),
        skew: f64::from(skew),
        random: f64::from(random) / 4.0,
        rest: 0.0,
    })
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    (any::<u32>(), prop::option::of(any::<f64>()), any::<f64>(), any::<f64>(), any::<f64>()).prop_map(
        |(failures, retry_after, min_interval, elapsed, random)| Attempt {
            failures,
            retry_after,
            min_interval,
            elapsed,
            random,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_is_held_against_the_keys_that_fit(
        jwks in prop::collection::vec(any_jwk(), 0..7), named in prop::collection::vec(prop::sample::select(Alg::ALL.to_vec()), 0..4),
        alg in prop::sample::select(vec!["ES256", "EdDSA", "Ed25519", "HS256", "RS256", "none"]),
        kid in prop::option::of(prop::sample::select(vec!["a", "b", "c", ""])),
    ) {
        let keys = KeySet::from_jwks(json!({ "keys": jwks }).to_string().as_bytes()).unwrap();
        let by_default = named.is_empty();
        let mut issuer = Issuer::new([""; 0], [""; 0], keys);
        if !by_default {
            issuer = issuer.algorithms(named.clone());
        }
        let mut header = json!({ "alg": alg });
        if let Some(kid) = kid {
            header["kid"] = json!(kid);
        }
        let token = format!("{}.e30.{}", base64url::encode(header.to_string().as_bytes()), base64url::encode(&[1; 64]));
        let prepared = Verifier::new(Policy::new(), [issuer]).prepare(token.as_bytes()).map(|prepared| prepared.candidates().len());

        let is_named = if by_default { alg != "HS256" } else { named.iter().any(|named| named.name() == alg) };
        let kty = if alg == "ES256" { "EC" } else { "OKP" };
        let fitting = |jwk: &&Value| {
            jwk["kty"] == kty
                && jwk.get("alg").is_none_or(|own| own == alg)
                && jwk.get("use").is_none_or(|usage| usage == "sig")
                && kid.is_none_or(|kid| jwk.get("kid").is_some_and(|own| own == kid))
        };
        let expected = match alg {
            "none" => Err(Error::AlgNotAllowed),
            _ if !is_named => Err(Error::AlgNotAllowed),
            "HS256" | "RS256" => Err(Error::NoMatchingKey),
            _ => match jwks.iter().filter(fitting).count() {
                0 => Err(Error::NoMatchingKey),
                count => Ok(count),
            },
        };
        prop_assert_eq!(prepared, expected);
    }

    #[test]
    fn a_refresh_is_never_in_the_past_nor_after_the_expiry(
        issued_at in prop::option::of(any::<f64>()), expires_at in any::<f64>(), before in prop::option::of(any::<f64>()),
        jitter in any::<f64>(), min_interval in any::<f64>(), now in -1e12..1e12_f64, skew in -1e6..1e6_f64, random in any::<f64>(),
        rest in prop_oneof![Just(0.0), any::<f64>()],
    ) {
        let plan = Plan { issued_at, expires_at, before, jitter, min_interval, now, skew, random, rest };
        let (at, moment) = next_refresh(&plan);
        prop_assert!(at >= now);
        match moment {
            Moment::Expired => prop_assert!(expires_at.is_nan() || expires_at - skew <= now),
            Moment::Resting => prop_assert_eq!(at, now + rest),
            _ => prop_assert!(at <= expires_at - skew),
        }
        if rest.is_finite() {
            prop_assert!(at >= now + rest);
        }
    }

    #[test]
    fn a_refresh_does_not_come_earlier_because_time_passes_or_the_token_lasts_longer(
        plan in ordinary_plan(), later in 0..5000_i32, rest in 0..100_u32,
    ) {
        let plan = Plan { rest: f64::from(rest), ..plan };
        let moment = next_refresh(&plan).0;
        let looked_at_later = next_refresh(&Plan { now: plan.now + f64::from(later), ..plan }).0;
        let resting_longer = next_refresh(&Plan { rest: plan.rest + f64::from(later), ..plan }).0;
        prop_assert!(looked_at_later >= moment && resting_longer >= moment);
        // Where `before` is no share of it, and the token has not expired: an expired one is due at once.
        let longer = Plan { expires_at: plan.expires_at + f64::from(later), ..plan };
        if plan.before.is_none_or(|before| before >= 1.0) && plan.expires_at - plan.skew > plan.now {
            prop_assert!(next_refresh(&longer).0 >= moment);
        }
    }

    #[test]
    fn a_wait_is_bounded_on_both_sides(attempt in any_attempt(), min_interval in 0.0..100.0_f64) {
        let least = Attempt { min_interval, elapsed: 0.0, ..attempt };
        let wait = rest(&least);
        prop_assert!(wait >= min_interval.max(LEAST_INTERVAL));
        prop_assert!(wait <= MAX_RETRY_AFTER + MAX_BACK_OFF);
        if let Some(seconds) = attempt.retry_after.filter(|seconds| *seconds > 0.0) {
            prop_assert!(wait >= seconds.min(MAX_RETRY_AFTER), "{wait}");
        } else {
            prop_assert!(wait <= MAX_BACK_OFF.max(min_interval), "{wait}");
        }
        let left = rest(&attempt);
        prop_assert!(left.is_finite() && left >= 0.0, "{left}");
    }

    #[test]
    fn a_wait_grows_with_each_failure_and_shrinks_by_the_time_that_has_passed(
        attempt in any_attempt(), failures in 0..100_u32, elapsed in 0.0..100.0_f64,
    ) {
        let fresh = Attempt { failures, elapsed: 0.0, ..attempt };
        let failed_again = rest(&Attempt { failures: failures + 1, ..fresh });
        prop_assert!(failed_again >= rest(&fresh));
        let left = rest(&Attempt { elapsed, ..fresh });
        prop_assert!((left - (rest(&fresh) - elapsed).max(0.0)).abs() < 1e-9);
    }

    // A client that refreshes whenever it may, on a clock that anybody sets at any time, with whatever tokens and failures.
    #[test]
    fn refreshes_are_rare_by_any_clock(
        steps in prop::collection::vec((any::<f64>(), -1e9..1e9_f64, any::<bool>(), 0.0..2.0_f64), 1..200), random in 0.0..=1.0_f64,
    ) {
        let (mut time, mut last, mut failures, mut attempts) = (0.0, None::<f64>, 0, 0_u32);
        for (expires_at, now, fails, pause) in steps {
            let wait = last.map_or(0.0, |last| {
                rest(&Attempt { failures, retry_after: None, min_interval: 1.0, elapsed: time - last, random })
            });
            let plan = Plan { expires_at, now, random, rest: wait, issued_at: None, before: None, jitter: 1.0, min_interval: 0.0, skew: 0.0 };
            let (at, _) = next_refresh(&plan);
            if at <= now {
                prop_assert!(last.is_none_or(|last| time - last >= 1.0), "{time} {last:?}");
                attempts += 1;
                last = Some(time);
                failures = if fails { failures + 1 } else { 0 };
            }
            time += pause;
        }
        prop_assert!(f64::from(attempts) <= time + 1.0);
    }

    #[test]
    fn a_measured_skew_is_one_that_could_be(
        skew in -1e6..1e6_f64, known in -1e6..1e6_f64, asked in 0..2_000_000_000_u32, wait in 0.0..10.0_f64, transit in 0.0..=1.0_f64,
    ) {
        let asked = f64::from(asked);
        let answered = asked + wait;
        let server = (asked + wait * transit + skew).floor();
        let measured = measure_skew(known, &Observation { server, asked, answered });
        prop_assert!((measured - skew).abs() <= 1.0 + wait + 1e-6, "{measured}");
        // What was right stays: measuring makes it no worse than an answer leaves it open.
        prop_assert!((measured - skew).abs() <= (known - skew).abs().max((1.0 + wait) / 2.0) + 1e-6);
        // It needs but one answer.
        prop_assert_eq!(measure_skew(measured, &Observation { server, asked, answered }), measured);
    }

    #[test]
    fn chance_only_brings_a_refresh_forward(plan in ordinary_plan()) {
        let without = next_refresh(&Plan { jitter: 0.0, ..plan });
        let with = next_refresh(&plan);
        let most = next_refresh(&Plan { random: 1.0, ..plan });
        prop_assert!(most.0 <= with.0 && with.0 <= without.0, "{most:?} {with:?} {without:?}");
        prop_assert_eq!(next_refresh(&Plan { random: 0.0, ..plan }), without);
    }

    #[test]
    fn a_wrong_clock_moves_a_refresh_with_it(plan in ordinary_plan(), slow in -600..600_i32) {
        let slow = f64::from(slow);
        let (at, moment) = next_refresh(&plan);
        let moved = next_refresh(&Plan { now: plan.now - slow, skew: plan.skew + slow, ..plan });
        // The shares of the lifetime are quarters at best.
        prop_assert!((moved.0 - (at - slow)).abs() < 1e-6 && moved.1 == moment, "{moved:?}, {:?}", (at, moment));
    }
}

#[test]
fn crit_is_bounded() {
    for (count, expected) in [(MAX_CRITICAL, Ok(())), (MAX_CRITICAL + 1, Err(Error::CritInvalid))] {
        let names: Vec<String> = (0..count).map(|at| format!("x{at}")).collect();
        let mut header = json!({ "alg": "ES256", "crit": names });
        names.iter().for_each(|name| header[name.as_str()] = json!(1));
        let header = header.to_string();
        assert_eq!(Header::parse(header.as_bytes()).unwrap().check_crit(&names), expected);
    }
}
