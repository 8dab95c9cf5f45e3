//! Issuers with a placeholder, and keys bound to an issuer: the rows of
//! `tests/vectors/issuer-templates.json` through the Rust API.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::policy::IssuerTemplate;
use jotgate::{Alg, Claim, Error, Issuer, KeySet, Policy, Reason, Verifier, token::base64url};
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{Algorithm, AlgorithmSignature};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: f64 = 1_767_225_600.0;
const SECRET: &[u8] = b"a secret of more than thirty-two octets";
const TEMPLATE: &str = "https://login.example/{tid}/v2.0";

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/issuer-templates.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A token with these claims and one that has not expired.
fn token(claims: &str, kid: &str) -> String {
    let claims = claims.replacen('{', r#"{"exp":1767229200,"#, 1);
    let header = json!({ "alg": "HS256", "kid": kid }).to_string();
    let input = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let code = Hs256.sign(&Hs256Key::new(SECRET), input.as_bytes());
    format!("{input}.{}", base64url::encode(&code.as_bytes()))
}

fn key_set(members: &[Value]) -> KeySet {
    let keys: Vec<Value> = members
        .iter()
        .map(|members| {
            let mut jwk = json!({ "kty": "oct", "k": base64url::encode(SECRET), "kid": "k" });
            jwk.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            jwk
        })
        .collect();
    KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

fn of(template: &str) -> Issuer {
    let template = IssuerTemplate::parse(template).unwrap_or_else(|| panic!("{template}"));
    Issuer::new([template], [""; 0], key_set(&[json!({})])).algorithms([Alg::Hs256])
}

#[test]
fn a_template_has_one_placeholder() {
    for row in vectors()["templates"].as_array().unwrap() {
        let text = row["text"].as_str().unwrap();
        assert_eq!(IssuerTemplate::parse(text).is_some(), row["good"].as_bool().unwrap(), "{text}");
    }
}

#[test]
fn iss_is_the_template_with_the_claim_put_in() {
    let one = Verifier::new(Policy::new(), [of(TEMPLATE)]);
    let several = Verifier::new(Policy::new(), [of("https://other.example/{tid}"), of(TEMPLATE)]);
    for row in vectors()["tokens"].as_array().unwrap() {
        let (claims, good) = (row["claims"].as_str().unwrap(), row["good"].as_bool().unwrap());
        let token = token(claims, "k");
        let verdict = one.verify(&token, NOW);
        assert_eq!(verdict.is_ok(), good, "{}: {verdict:?}", row["id"]);
        // With several issuers, a token of none of them has no key to be held against.
        let verdict = several.verify(&token, NOW).map(|verified| verified.issuer_index());
        assert_eq!(verdict, if good { Ok(1) } else { Err(Error::NoMatchingKey) }, "{}", row["id"]);
        assert_eq!(one.issuer_of(&token), good.then_some(0), "{}", row["id"]);
        assert_eq!(several.issuer_of(&token), good.then_some(1), "{}", row["id"]);
    }
}

#[test]
fn iss_is_what_is_refused() {
    let verifier = Verifier::new(Policy::new(), [of(TEMPLATE)]);
    for (claims, reason) in [
        (r#"{"iss":"https://login.example/contoso/v2.0"}"#, Reason::CheckFailed),
        (r#"{"iss":"https://login.example/contoso/v2.0","tid":"fabrikam"}"#, Reason::CheckFailed),
        (r#"{"tid":"contoso"}"#, Reason::Missing),
    ] {
        let verdict = verifier.verify(token(claims, "k"), NOW).map(|_| ());
        assert_eq!(verdict, Err(Error::Claim(Claim::Iss, reason)), "{claims}");
    }
}

#[test]
fn a_key_verifies_tokens_of_the_issuer_it_names() {
    let claims = r#"{"iss":"https://login.example/contoso/v2.0","tid":"contoso"}"#;
    for row in vectors()["keys"].as_array().unwrap() {
        let mut members = row.clone();
        members.as_object_mut().unwrap().retain(|name, _| name == "issuer");
        let good = row["good"].as_bool().unwrap();
        for issuer in [of(TEMPLATE), Issuer::without_keys(["https://login.example/contoso/v2.0"], [""; 0])] {
            let mut verifier = Verifier::new(Policy::new(), [issuer.algorithms([Alg::Hs256])]);
            verifier.set_keys(0, key_set(&[members.clone()]));
            let verdict = verifier.verify(token(claims, "k"), NOW).map(|_| ());
            assert_eq!(verdict, if good { Ok(()) } else { Err(Error::NoMatchingKey) }, "{}", row["id"]);
        }
        // The jose-shaped functions know no such member.
        let issuer = Issuer::new([""; 0], [""; 0], key_set(&[members])).algorithms([Alg::Hs256]);
        let verifier = Verifier::new(Policy::new().strict_claims(false), [issuer]);
        assert!(verifier.verify(token(claims, "k"), NOW).is_ok(), "{}", row["id"]);
    }
}

#[test]
fn of_keys_with_one_kid_that_of_the_issuer_is_taken() {
    let consumers = json!({ "issuer": "https://login.example/consumers/v2.0", "k": base64url::encode(&[7; 32]) });
    let everybody = json!({ "issuer": "https://login.example/{tenantid}/v2.0" });
    let mut verifier = Verifier::new(Policy::new(), [of(TEMPLATE)]);
    for (keys, place) in [([consumers.clone(), everybody.clone()], 1), ([everybody, consumers], 0)] {
        verifier.set_keys(0, key_set(&keys));
        let claims = r#"{"iss":"https://login.example/contoso/v2.0","tid":"contoso"}"#;
        assert_eq!(verifier.prepare(token(claims, "k").as_bytes()).unwrap().candidates(), [place]);
        let claims = r#"{"iss":"https://login.example/consumers/v2.0","tid":"consumers"}"#;
        assert_eq!(verifier.prepare(token(claims, "k").as_bytes()).unwrap().candidates(), [0, 1]);
    }
}

#[test]
fn whose_token_it_is_needs_no_keys() {
    let names = ["https://a.example", "https://b.example"];
    let verifier = Verifier::new(Policy::new(), names.map(|name| Issuer::without_keys([name], [""; 0])));
    for (claims, issuer) in [
        (r#"{"iss":"https://a.example"}"#, Some(0)),
        (r#"{"iss":"https://b.example"}"#, Some(1)),
        (r#"{"iss":"https://c.example"}"#, None),
        (r#"{"iss":"https://a.example/"}"#, None),
        (r#"{"iss":["https://a.example"]}"#, None),
        (r#"{"sub":"https://a.example"}"#, None),
        (r#"{"iss":"https://b.example","iss":"https://a.example"}"#, None),
    ] {
        assert_eq!(verifier.issuer_of(token(claims, "k")), issuer, "{claims}");
    }
    for text in ["", "a.b", "a.b.c.d.e", "e30.!.AA", "e30.W10.AA", &"a".repeat(20_000)] {
        assert_eq!(verifier.issuer_of(text), None);
    }
    let stranger = token(r#"{"iss":"https://c.example"}"#, "k");
    for (strict, issuer, error) in [(true, None, Error::NoMatchingKey), (false, Some(0), Error::KeysNotReady)] {
        let issuers = [Issuer::without_keys(["https://a.example"], [""; 0]).algorithms([Alg::Hs256])];
        let verifier = Verifier::new(Policy::new().strict_claims(strict), issuers);
        assert_eq!(verifier.issuer_of(&stranger), issuer);
        assert_eq!(verifier.verify(&stranger, NOW).map(|_| ()), Err(error));
    }
    let nameless = Verifier::new(Policy::new(), [Issuer::without_keys([""; 0], [""; 0])]);
    assert_eq!(nameless.issuer_of(token("{\"a\":1}", "k")), Some(0));
    let sole = Verifier::new(Policy::new(), [Issuer::without_keys(["https://a.example"], [""; 0])]);
    assert_eq!(sole.issuer_of(token(r#"{"iss":"https://c.example"}"#, "k")), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_other_iss_than_the_composed_one(
        before in "https://[a-c./]{0,3}", after in "[a-c./]{0,3}", tid in "[a-c./%{}é]{0,4}", iss in "https://[a-c./%]{0,8}", composed in any::<bool>()
    ) {
        let iss = if composed { format!("{before}{tid}{after}") } else { iss };
        let verifier = Verifier::new(Policy::new(), [of(&format!("{before}{{tid}}{after}"))]);
        let fits = !tid.is_empty() && tid != "." && tid != ".."
            && tid.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
            && iss == format!("{before}{tid}{after}");
        let accepted = verifier.verify(token(&json!({ "iss": iss, "tid": tid }).to_string(), "k"), NOW).is_ok();
        prop_assert_eq!(accepted, fits);
    }
}
