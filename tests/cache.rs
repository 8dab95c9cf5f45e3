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
