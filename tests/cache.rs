//! The cache of verified tokens: what it may remember, and what ends that.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::panic)]

use jotgate::{CachingVerifier, Error, Issuer, KeySet, Policy, Verifier};

const NOW: f64 = 1_767_225_600.0;

struct Case {
    token: String,
    keys: KeySet,
}

fn case(id: &str) -> Case {
    let key = jwt_compact::alg::Hs256Key::new(SECRET);
    let header = jwt_compact::Header::empty().with_key_id(id);
    let claims = jwt_compact::Claims::new(serde_json::json!({
        "iss": "https://issuer.example", "aud": "https://api.example", "sub": id, "exp": NOW + 60.0,
    }));
    let token = jwt_compact::AlgorithmExt::token(&jwt_compact::alg::Hs256, &header, &claims, &key);
    Case { token: token.unwrap_or_default(), keys: keys() }
}

const SECRET: &[u8] = b"a secret of more than thirty-two octets";

fn keys() -> KeySet {
    KeySet::from_secret(SECRET).unwrap_or_else(|error| panic!("{error}"))
}

fn verifier(max_bytes: usize) -> CachingVerifier {
    let issuer =
        Issuer::new(["https://issuer.example"], ["https://api.example"], keys()).algorithms([jotgate::Alg::Hs256]);
    CachingVerifier::new(Verifier::new(Policy::new(), [issuer]), max_bytes)
}

#[test]
fn recalls_what_was_accepted_and_nothing_else() {
    let mut verifier = verifier(10_000);
    let Case { token, .. } = case("a");
    assert!(verifier.recall(token.as_bytes(), NOW).is_none());
    let first = verifier.verify(&token, NOW).unwrap();
    let again = verifier.recall(token.as_bytes(), NOW).unwrap().unwrap();
    assert_eq!(first.payload(), again.payload());
    assert_eq!(first.header(), again.header());

    let mut forged = token.clone().into_bytes();
    let last = forged.len() - 2;
    forged[last] ^= 1;
    assert!(verifier.recall(&forged, NOW).is_none());
    assert!(verifier.verify(&forged, NOW).is_err());
    assert!(verifier.recall(&forged, NOW).is_none());
    assert!(verifier.recall(&token.as_bytes()[..token.len() - 1], NOW).is_none());
}

#[test]
fn ends_with_the_tokens_time() {
    let mut verifier = verifier(10_000);
    let Case { token, .. } = case("a");
    verifier.verify(&token, NOW).unwrap();
    assert_eq!(verifier.recall(token.as_bytes(), NOW + 60.0).unwrap().unwrap_err(), Error::Expired);
    assert_eq!(verifier.bytes(), 0);
    assert!(verifier.recall(token.as_bytes(), NOW).is_none());
}

#[test]
fn ends_with_the_keys() {
    let mut verifier = verifier(10_000);
    let Case { token, keys } = case("a");
    verifier.verify(&token, NOW).unwrap();
    verifier.set_keys(0, KeySet::from_secret(&[7; 32]).unwrap());
    assert!(verifier.recall(token.as_bytes(), NOW).is_none());
    assert_eq!(verifier.verify(&token, NOW).unwrap_err(), Error::SignatureVerificationFailed);
    verifier.set_keys(0, keys);
    assert!(verifier.verify(&token, NOW).is_ok());
}

#[test]
fn keeps_to_its_bytes_and_lets_the_oldest_go() {
    let mut verifier = verifier(2_000);
    let tokens: Vec<String> = (0..20).map(|number| case(&format!("user-{number:02}")).token).collect();
    for token in &tokens {
        verifier.verify(token, NOW).unwrap();
        assert!(verifier.bytes() <= 2_000 && verifier.bytes() > 0);
    }
    assert!(verifier.recall(tokens[0].as_bytes(), NOW).is_none());
    assert!(verifier.recall(tokens[19].as_bytes(), NOW).is_some());
}

#[test]
fn of_no_bytes_remembers_nothing() {
    let mut verifier = verifier(0);
    let Case { token, .. } = case("a");
    verifier.verify(&token, NOW).unwrap();
    assert!(verifier.recall(token.as_bytes(), NOW).is_none());
    assert_eq!(verifier.bytes(), 0);
}

#[test]
fn lets_go_what_is_not_used_before_what_is() {
    let mut verifier = verifier(2_000);
    let hot = case("hot").token;
    verifier.verify(&hot, NOW).unwrap();
    for number in 0..20 {
        assert!(verifier.recall(hot.as_bytes(), NOW).is_some(), "{number}");
        verifier.verify(case(&format!("user-{number:02}")).token, NOW).unwrap();
        assert!(verifier.bytes() <= 2_000);
    }
}

#[test]
fn waits_for_a_clock_that_errs() {
    let mut verifier = verifier(10_000);
    let Case { token, .. } = case("a");
    verifier.verify(&token, NOW).unwrap();
    assert_eq!(verifier.recall(token.as_bytes(), f64::NAN).unwrap().unwrap_err(), Error::ClockInvalid);
    assert!(verifier.recall(token.as_bytes(), NOW).unwrap().is_ok());
}

/// Signed with the secret of one of two issuers, or with nobody's.
fn signed(header: &str, claims: &str, secret: &[u8]) -> String {
    use jwt_compact::{Algorithm, AlgorithmSignature, alg};
    let encode = jotgate::token::base64url::encode;
    let input = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
    let code = alg::Hs256.sign(&alg::Hs256Key::new(secret), input.as_bytes());
    format!("{input}.{}", encode(&code.as_bytes()))
}

/// What a verifier remembers of headers must never show: whatever came before, its
/// verdicts are those of one that has seen nothing.
#[test]
fn remembers_headers_without_a_trace() {
    const SECRETS: [&[u8]; 3] =
        [SECRET, b"another secret of more than thirty-two octets", b"nobody's secret, as long as it has to be"];
    let headers = [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":"a","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"dpop+jwt"}"#,
        r#"{"alg":"HS384"}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":["x"],"x":1}"#,
        r#"{"alg":"HS256""#,
    ];
    let payloads = [
        r#"{"iss":"https://a.example","aud":"https://api.example","exp":1767225601}"#,
        r#"{"iss":"https://b.example","aud":"https://api.example","exp":1767225601}"#,
        r#"{"iss":"https://c.example","aud":"https://api.example","exp":1767225601}"#,
        r#"{"iss":"https://a.example","aud":"https://api.example","exp":1767225600}"#,
        r#"{"iss":"https://a.example","iss":"https://b.example","exp":1767225601}"#,
        "[]",
    ];
    let mut tokens = vec![String::new(), "..".into()];
    for header in headers {
        for payload in payloads {
            for secret in SECRETS {
                let token = signed(header, payload, secret);
                tokens.push(token.replacen('.', ".*", 1));
                tokens.push(format!("{token}="));
                tokens.push(token);
            }
        }
    }
    let issuer = |name: &str, secret: &[u8]| {
        let keys = KeySet::from_secret(secret).unwrap_or_else(|error| panic!("{error}"));
        Issuer::new([name], ["https://api.example"], keys).algorithms([jotgate::Alg::Hs256])
    };
    let [a, b, _] = SECRETS;
    for issuers in
        [vec![issuer("https://a.example", a)], vec![issuer("https://a.example", a), issuer("https://b.example", b)]]
    {
        let fresh = Verifier::new(Policy::new(), issuers);
        let mut experienced: CachingVerifier = CachingVerifier::new(fresh.clone(), 0);
        let mut accepted = 0;
        // A walk that is no cycle of few tokens; every token follows many others.
        let mut at = 0;
        for step in 0..20_000 {
            at = (at * 31 + step + 7) % tokens.len();
            let now = NOW + if step % 5 == 0 { 2.0 } else { 0.0 };
            let verdict = fresh
                .verify(&tokens[at], now)
                .map(|verified| (verified.header().to_owned(), verified.payload().to_owned(), verified.issuer_index()));
            let other = experienced
                .verify(&tokens[at], now)
                .map(|verified| (verified.header().to_owned(), verified.payload().to_owned(), verified.issuer_index()));
            assert_eq!(other, verdict, "{}", tokens[at]);
            accepted += usize::from(verdict.is_ok());
        }
        assert!(accepted > 100, "{accepted}");
    }
}
