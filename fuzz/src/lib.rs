//! What each fuzz target holds true of any input; `tests/fuzz_smoke.rs` drives
//! the same functions.

#[cfg(feature = "accel")]
pub mod accel_ec;
#[cfg(feature = "accel")]
pub mod accel_rsa_ed;
pub mod json_oracle;

use jotgate::key::{jwk, pem, thumbprint};
use jotgate::token::{base64url, claims, compact::Compact, header::Header, scope::Scopes};
use jotgate::{Alg, Error, Issuer, Key, KeySet, Outcome, Policy, Verifier};
use std::sync::LazyLock;

const NOW: f64 = 1_767_225_600.0;
const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// A key of each type that is cheap to ask, in a set without identifiers, so
/// that as many tokens as possible reach a signature.
static VERIFIERS: LazyLock<Vec<Verifier>> = LazyLock::new(|| {
    let public = br#"{"keys":[
        {"kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"},
        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    ]}"#;
    let keys =
        [KeySet::from_jwks(public), KeySet::from_secret(&[7; 64]), KeySet::from_external("RSA", None, Some("RS256"))];
    keys.into_iter()
        .map(|keys| {
            let keys = keys.unwrap_or_else(|error| panic!("the harness's own key: {error}"));
            let issuer = Issuer::new([ISSUER], [AUDIENCE], keys).algorithms(Alg::ALL.iter().copied());
            Verifier::new(Policy::new().clock_tolerance(5.0).crit(["exp-ext"]), [issuer])
        })
        .collect()
});

/// A token's whole way, and the way on which a platform checks the signature.
pub fn token(data: &[u8]) {
    if let Ok(compact) = Compact::split(data, usize::MAX) {
        let joined = [compact.header, compact.payload, compact.signature].join(&b'.');
        assert_eq!(joined, data);
        assert!(data.starts_with(compact.signing_input));
        assert_eq!(compact.signing_input.len() + 1 + compact.signature.len(), data.len());
    }
    for verifier in VERIFIERS.iter() {
        judge(verifier, data);
    }
}

fn judge(verifier: &Verifier, data: &[u8]) {
    let verdict = verifier.verify(data, NOW).map(|_| ());
    let failure = verifier.explain(data, NOW).into_iter().find_map(|(_, outcome)| match outcome {
        Outcome::Fail(error) => Some(error),
        _ => None,
    });
    assert_eq!(verdict.err(), failure, "verify and explain tell the same");
    let prepared = match verifier.prepare(data) {
        Ok(prepared) => prepared,
        Err(error) => {
            assert_eq!(verdict, Err(error));
            assert_eq!(verifier.finish(data, NOW, Some(0)).err(), Some(error));
            return;
        }
    };
    assert_eq!(verifier.finish(data, NOW, None).err(), Some(Error::SignatureVerificationFailed));
    for key in prepared.candidates() {
        let trusted = verifier.finish(data, NOW, Some(*key));
        match &trusted {
            Ok(verified) => {
                let texts = [verified.header(), verified.payload()].map(|text| base64url::encode(text.as_bytes()));
                assert_eq!(texts.join(".").as_bytes(), prepared.signing_input(), "the very bytes that are covered");
                assert!(verified.claims().is_ok());
                verified.scopes().iter().for_each(|scope| assert!(verified.scopes().contains(scope)));
            }
            Err(error) => assert_ne!(verdict, Ok(()), "{error}"),
        }
    }
    if verdict.is_err_and(|error| error.claim().is_none() && error != Error::SignatureVerificationFailed) {
        // Only what is found in the claims, or about the signature, may come this late.
        let late = [Error::PayloadJson, Error::PayloadDuplicate, Error::PayloadDepth, Error::KeyNotExportable];
        assert!(verdict.is_err_and(|error| late.contains(&error)), "{verdict:?}");
    }
}

/// A decoded header.
pub fn header(data: &[u8]) {
    json_oracle::assert_agreement(data);
    let well_formed = json_oracle::finding(data);
    let Ok(header) = Header::parse(data) else {
        return;
    };
    assert!(well_formed.object && !well_formed.duplicate && !well_formed.too_deep);
    assert!(header.get("alg").is_some_and(|alg| alg.as_text().as_ref() == Some(&header.alg)));
    assert_eq!(header.kid.is_some(), header.get("kid").is_some());
    assert_eq!(header.typ.is_some(), header.get("typ").is_some());
    assert_ne!(header.get("b64").and_then(|b64| b64.as_bool()), Some(false));
    let names: Vec<String> = header
        .get("crit")
        .and_then(|crit| crit.items())
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_text()?.to_str().map(String::from))
        .collect();
    match header.check_crit(&names) {
        Ok(()) => assert!(header.get("crit").is_none() || names.iter().all(|name| header.get(name).is_some())),
        Err(error) => assert!(matches!(error, Error::CritInvalid | Error::CritNotUnderstood)),
    }
    if header.get("crit").is_some() && header.check_crit(&[""; 0]).is_ok() {
        assert!(names.iter().all(|name| name == "b64"), "{names:?}");
    }
}

/// A decoded claims set, also held against a policy as if its signature was good.
pub fn claims(data: &[u8]) {
    json_oracle::assert_agreement(data);
    if let Ok(object) = claims::parse(data) {
        let scopes = Scopes::of(&object, true);
        assert!(scopes.iter().all(|scope| !scope.contains(' ') && !scope.is_empty()));
    }
    let Some(verifier) = VERIFIERS.first() else {
        return;
    };
    let header = base64url::encode(br#"{"alg":"ES256"}"#);
    let token = format!("{header}.{}.{}", base64url::encode(data), base64url::encode(&[1; 64]));
    match verifier.finish(token.as_bytes(), NOW, Some(0)) {
        Ok(verified) => {
            assert_eq!(verified.payload().as_bytes(), data);
            let claims: serde_json::Map<String, serde_json::Value> = match serde_json::from_slice(data) {
                Ok(claims) => claims,
                // serde_json holds no lone surrogates and no number beyond a double.
                Err(_) => return,
            };
            assert_eq!(claims.get("iss").and_then(|iss| iss.as_str()), Some(ISSUER));
            assert!(claims.get("exp").and_then(|exp| exp.as_f64()).is_some_and(|exp| exp > NOW - 5.0));
            assert!(claims.get("nbf").is_none_or(|nbf| nbf.as_f64().is_some_and(|nbf| nbf <= NOW + 5.0)));
            let audience = claims.get("aud").cloned().unwrap_or_default();
            let ours = |aud: &serde_json::Value| aud.as_str() == Some(AUDIENCE);
            assert!(ours(&audience) || audience.as_array().is_some_and(|several| several.iter().any(ours)));
        }
        Err(error) => assert_ne!(error, Error::SignatureVerificationFailed),
    }
}

/// A JWK.
pub fn jwk(data: &[u8]) {
    let input = thumbprint::input(data);
    if let Ok(input) = &input {
        assert_eq!(thumbprint::input(input.as_bytes()).as_ref(), Ok(input), "a thumbprint's input has that thumbprint");
    }
    match jwk::parse(data) {
        Ok(key) => {
            assert!(input.is_ok(), "a usable key has a thumbprint");
            check_key(&key);
            let set = KeySet::from_jwk(data).unwrap_or_else(|error| panic!("as a set: {error}"));
            assert_eq!(set.keys().len(), 1);
        }
        Err(error) => assert_eq!(KeySet::from_jwk(data).err(), Some(error)),
    }
}

/// A JWK Set.
pub fn jwks(data: &[u8]) {
    let Ok(set) = KeySet::from_jwks(data) else {
        return;
    };
    let document = jotgate::token::json::parse_object(data).unwrap_or_else(|error| panic!("{error:?}"));
    let members = document.get("keys").and_then(|keys| keys.items()).into_iter().flatten().count();
    assert_eq!(set.keys().len() + set.refused().len(), members, "no member is lost");
    assert!(set.refused().iter().all(|refused| refused.index < members));
    let secrets = set.keys().iter().filter(|key| key.key_type().kty() == "oct").count();
    assert!(secrets == 0 || secrets == set.keys().len(), "no secret beside public keys");
    for alg in Alg::ALL {
        for kid in set.keys().iter().map(Key::kid).chain([None]) {
            for place in set.select(*alg, kid) {
                let key = set.get(place).unwrap_or_else(|| panic!("no key at {place}"));
                assert!(key.allows(*alg) && (kid.is_none() || kid == key.kid()));
            }
        }
    }
    set.keys().iter().for_each(check_key);
}

/// A public key in PEM.
pub fn pem(data: &[u8]) {
    match pem::parse(data) {
        Ok(key) => {
            assert_ne!(key.key_type().kty(), "oct", "a secret is not read from PEM");
            check_key(&key);
        }
        Err(error) => assert!(["ERR_JWK_INVALID", "ERR_JOSE_NOT_SUPPORTED"].contains(&error.code()), "{error}"),
    }
}

fn check_key(key: &Key) {
    let public = key.to_public_jwk().unwrap_or_default();
    let again = jwk::parse(public.as_bytes()).unwrap_or_else(|error| panic!("{public}: {error}"));
    assert_eq!(again.key_type(), key.key_type());
    assert_eq!(again.to_public_jwk().as_ref(), Some(&public));
    for alg in Alg::ALL {
        assert!(!key.allows(*alg) || alg.key_type() == key.key_type());
        assert!(!key.verify(*alg, b"input", b"no signature"));
    }
}
