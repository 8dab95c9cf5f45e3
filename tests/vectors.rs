//! The visible attack cases and the RFCs' examples, through the Rust API.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "support/attacks.rs"]
mod attacks;

use attacks::Case;
use jotgate::key::thumbprint::{self, Hash};
use jotgate::token::base64url;
use jotgate::{Alg, CachingVerifier, Check, Error, Issuer, KeySet, Outcome, Policy, Profile, Verifier};
use serde_json::{Value, json};

/// A case as a Rust program would set it up.
struct SetUp {
    verifier: Verifier,
    now: f64,
    /// The keys, or why there are none: then no token can be accepted.
    keys: Result<KeySet, Error>,
}

/// What stands in the case but not in Rust's types, in words.
type Inexpressible = String;

/// A number, where JavaScript's own stand as `{"$js": …}`.
fn number(name: &str, value: &Value) -> Result<f64, Inexpressible> {
    match (value.as_f64(), value["$js"].as_str()) {
        (Some(number), _) => Ok(number),
        (_, Some("NaN")) => Ok(f64::NAN),
        (_, Some("Infinity")) => Ok(f64::INFINITY),
        (_, Some("-Infinity")) => Ok(f64::NEG_INFINITY),
        _ => Err(format!("{name} is an f64, never {value}")),
    }
}

/// One text or several.
fn texts(name: &str, value: &Value) -> Result<Vec<String>, Inexpressible> {
    let all = match value.as_array() {
        Some(list) => list.clone(),
        None => vec![value.clone()],
    };
    all.iter()
        .map(|text| match text.as_str() {
            Some(text) if attacks::has_surrogate(text) => Err(format!("{name} is Unicode text: no lone surrogates")),
            Some(text) => Ok(text.to_owned()),
            None => Err(format!("{name} is a list of texts, never {value}")),
        })
        .collect()
}

fn set_up(case: &Case) -> Result<SetUp, Inexpressible> {
    let (mut policy, mut now) = (Policy::new(), f64::NAN);
    let (mut issuer, mut audience, mut algorithms) = (Vec::new(), Vec::new(), None);
    for (name, value) in case.options.as_object().unwrap() {
        match name.as_str() {
            "now" => now = number(name, value)?,
            "issuer" => issuer = texts(name, value)?,
            // The empty list is Rust's way to say what null says in JavaScript.
            "audience" if value.is_null() => {}
            "audience" => audience = texts(name, value)?,
            // A name that is not offered is not of the type `Alg`.
            "algorithms" => {
                algorithms =
                    Some(texts(name, value)?.iter().filter_map(|name| Alg::from_name(name)).collect::<Vec<_>>());
            }
            "clockTolerance" => policy = policy.clock_tolerance(number(name, value)?),
            "maxTokenAge" => policy = policy.max_token_age(number(name, value)?),
            "typ" => policy = policy.typ(texts(name, value)?.remove(0)),
            "requiredClaims" => policy = policy.required_claims(texts(name, value)?),
            "crit" => policy = policy.crit(texts(name, value)?),
            other => return Err(format!("there is no option {other}")),
        }
    }
    let mut issuer = Issuer::without_keys(issuer, audience);
    if let Some(algorithms) = algorithms {
        issuer = issuer.algorithms(algorithms);
    }
    let mut verifier = Verifier::new(policy, [issuer]);
    let keys = KeySet::from_jwks(case.jwks.as_bytes());
    if let Ok(keys) = &keys {
        verifier.set_keys(0, keys.clone());
    }
    Ok(SetUp { verifier, now, keys })
}

impl SetUp {
    fn verify(&self, token: &[u8]) -> Result<jotgate::Verified, Error> {
        match &self.keys {
            Ok(_) => self.verifier.verify(token, self.now),
            Err(error) => Err(*error),
        }
    }

    /// The way on which a platform checks the signature: here with the same keys.
    fn verify_outside(&self, token: &[u8]) -> Result<jotgate::Verified, Error> {
        let keys = self.keys.as_ref().map_err(|error| *error)?;
        let prepared = self.verifier.prepare(token)?;
        let verifies =
            |at: &usize| keys.get(*at).unwrap().verify(prepared.alg(), prepared.signing_input(), prepared.signature());
        let key = prepared.candidates().iter().copied().find(verifies);
        self.verifier.finish(token, self.now, key)
    }
}

/// As `codes.json` writes it.
fn answer(error: Error, case: &Case) -> String {
    let Some((claim, reason)) = error.claim() else {
        return error.code().to_owned();
    };
    let name = match claim {
        jotgate::Claim::Required(at) => case.options["requiredClaims"][usize::from(at)].as_str().unwrap(),
        claim => claim.name(),
    };
    format!("{} {name} {}", error.code(), reason.name())
}

/// `accept` or `reject`, and whether the data leaves the choice open.
fn expected(case: &Case, exceptions: &Value) -> &'static str {
    let lacks = |feature: &String| {
        let name = feature.strip_prefix("alg:");
        feature == "sender-constraint" || name.is_some_and(|name| Alg::from_name(name).is_none() && name != "ML-DSA")
    };
    let exception = exceptions.as_array().unwrap().iter().find(|row| row["id"] == case.id.as_str());
    let wanted = match (&exception, &case.prefer) {
        (Some(row), _) => row["ours"].as_str().unwrap(),
        (None, Some(prefer)) if case.expect == "either" => prefer,
        _ => &case.expect,
    };
    if wanted == "accept" && !case.requires.iter().any(lacks) { "accept" } else { "reject" }
}

fn assert_explained(set_up: &SetUp, token: &[u8], verdict: Result<(), Error>) {
    let trace = set_up.verifier.explain(token, set_up.now);
    let failed: Vec<Error> = trace
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::Fail(error) => Some(*error),
            _ => None,
        })
        .collect();
    assert_eq!(failed, verdict.err().into_iter().collect::<Vec<_>>(), "{trace:?}");
    let order = |check: &Check| Check::ALL.iter().position(|one| one == check);
    assert!(trace.is_sorted_by_key(|(check, _)| order(check)), "{trace:?}");
}

/// A token that this verifier accepts, with the keys that it then needs: its own
/// where some token of the file is signed with them.
fn control<'c>(set_up: &SetUp, controls: &'c [(SetUp, Vec<u8>)]) -> Option<(&'c KeySet, f64, &'c [u8])> {
    let mut verifier = set_up.verifier.clone();
    let mut try_each = |exchange: bool| {
        controls.iter().find(|(control, token)| {
            if exchange {
                verifier.set_keys(0, control.keys.clone().unwrap());
            }
            verifier.verify(token, control.now).is_ok()
        })
    };
    let (control, token) = try_each(false).or_else(|| try_each(true))?;
    Some((control.keys.as_ref().unwrap(), control.now, token))
}

#[test]
fn attacks_through_the_rust_api() {
    let cases = attacks::cases();
    let codes: Value = serde_json::from_str(&attacks::read("codes.json")).unwrap();
    let exceptions: Value = serde_json::from_str(&attacks::read("prefer-exceptions.json")).unwrap();
    let controls: Vec<(SetUp, Vec<u8>)> = cases
        .iter()
        .filter(|case| case.expect == "accept")
        .filter_map(|case| Some((set_up(case).ok()?, case.token.clone()?)))
        .filter(|(set_up, token)| set_up.verify(token).is_ok())
        .collect();
    let (mut run, mut accepted, mut same_verifier, mut other_verifier) = (0, 0, 0, 0);
    let mut inexpressible = Vec::new();
    let mut wrong = Vec::new();
    for case in cases {
        let (token, mut set_up) = match (&case.token, set_up(case)) {
            (Some(token), Ok(set_up)) => (token, set_up),
            (None, _) => {
                inexpressible.push(format!("{}: a token is bytes", case.id));
                continue;
            }
            (_, Err(reason)) => {
                inexpressible.push(format!("{}: {reason}", case.id));
                continue;
            }
        };
        let control = control(&set_up, &controls);

        let verdict = set_up.verify(token);
        let outside = set_up.verify_outside(token).map(|_| ());
        let plain = verdict.as_ref().map(|_| ()).map_err(|error| *error);
        if set_up.keys.is_ok() {
            let mut caching = CachingVerifier::new(set_up.verifier.clone(), 1 << 20);
            for way in ["first", "remembered"] {
                let again = caching.verify(token, set_up.now).map(|_| ());
                assert_eq!(again, plain, "{}: {way}", case.id);
            }
        }
        assert_eq!(outside, plain, "{}: by both ways of checking the signature", case.id);
        if set_up.keys.is_ok() {
            assert_explained(&set_up, token, plain);
        }
        if let Ok(verified) = &verdict {
            let claims = verified.claims().unwrap();
            assert!(case.absent.iter().all(|name| claims.get(name).is_none()), "{}", case.id);
        }

        run += 1;
        accepted += usize::from(verdict.is_ok());
        let verdict = verdict.map_or_else(|error| answer(error, case), |_| String::from("accept"));
        let expected = expected(case, &exceptions);
        if (expected == "accept") != (verdict == "accept") {
            wrong.push(format!("{}: expected {expected}, was {verdict}", case.id));
        }
        // JavaScript alone refuses options with a TypeError before it sees a token.
        if let Some(code) = codes["createVerifier"][&case.id].as_str().filter(|code| !code.starts_with("TypeError"))
            && code != verdict
        {
            wrong.push(format!("{}: codes.json says {code}, was {verdict}", case.id));
        }

        match control {
            Some((keys, now, token)) => {
                let own = set_up.verifier.verify(token, now).is_ok();
                if !own {
                    set_up.verifier.set_keys(0, keys.clone());
                }
                assert!(set_up.verifier.verify(token, now).is_ok(), "{}: the control token", case.id);
                same_verifier += 1;
            }
            None => {
                let (control, token) = &controls[0];
                assert!(control.verify(token).is_ok(), "{}: the control token, elsewhere", case.id);
                other_verifier += 1;
            }
        }
    }
    println!("attacks: {run} cases, {accepted} accepted, {} wrong", wrong.len());
    println!("control tokens: {same_verifier} on the same verifier, {other_verifier} beside one that accepts nothing");
    println!("not expressible in Rust, not counted: {}", inexpressible.len());
    inexpressible.iter().for_each(|case| println!("  {case}"));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(controls.len() >= 20 && run * 10 >= cases.len() * 9, "{run} of {}", cases.len());
}

#[test]
fn the_either_rows_follow_the_preference_in_nine_of_ten() {
    let open = attacks::cases().iter().filter(|case| case.expect == "either").count();
    let exceptions: Value = serde_json::from_str(&attacks::read("prefer-exceptions.json")).unwrap();
    let exceptions = exceptions.as_array().unwrap().len();
    println!("{} of {open} either rows as preferred", open - exceptions);
    assert!(exceptions * 10 <= open, "{exceptions} of {open}");
}

/// What the limit on a token's size keeps away, without that limit.
#[test]
fn big_tokens_come_to_their_verdict() {
    let good = attacks::cases().iter().find(|case| case.id == "ok-alg-rs256").unwrap();
    for (file, token) in attacks::big_tokens() {
        let keys = KeySet::from_jwks(good.jwks.as_bytes()).unwrap();
        let issuer = Issuer::new(["https://issuer.example"], ["https://api.example"], keys);
        let verifier = Verifier::new(Policy::new().max_token_size(usize::MAX), [issuer]);
        let started = std::time::Instant::now();
        let verdict = verifier.verify(token, 1_767_225_600.0).map(|_| ());
        println!("{file}: {} bytes, {} ms", token.len(), started.elapsed().as_millis());
        let expected = match file.as_str() {
            "big/aud-100k.jwt" | "big/big-payload.jwt" | "big/many-claims.jwt" => Ok(()),
            // The arrays are never closed, but nothing reads on before a signature is good.
            "big/big-sig.jwt" | "big/deep-open.jwt" => Err(Error::SignatureVerificationFailed),
            "big/deep-header.jwt" | "big/deep-header-obj.jwt" => Err(Error::HeaderDepth),
            "big/deep-payload.jwt" => Err(Error::PayloadDepth),
            "big/many-dots.jwt" | "big/many-dots2.jwt" => Err(Error::SegmentCount),
            "big/many-dup.jwt" => Err(Error::PayloadDuplicate),
            other => panic!("{other}: a new kind"),
        };
        assert_eq!(verdict, expected, "{file}, {} bytes", token.len());
    }
}

/// Key text that an attacker knows, used as HMAC secret, by every way in which
/// key text is taken.
#[test]
fn public_key_text_is_never_a_secret() {
    let mut run = 0;
    for case in attacks::cases() {
        let (Some(text), Some(token)) = (&case.static_key, &case.token) else {
            continue;
        };
        let bytes = text.as_bytes();
        let ways = [KeySet::from_pem(bytes), KeySet::from_jwk(bytes), KeySet::from_jwks(bytes)];
        let taken: Vec<KeySet> = ways.into_iter().flatten().collect();
        for keys in taken {
            let issuer = Issuer::new([""; 0], [""; 0], keys).algorithms(Alg::ALL.iter().copied());
            let verdict = Verifier::new(Policy::new().profile(Profile::Any), [issuer]).verify(token, 1_767_225_600.0);
            assert!(matches!(verdict, Err(Error::NoMatchingKey)), "{}: {verdict:?}", case.id);
            run += 1;
        }
    }
    println!("key text: {run} ways to hand it over");
    assert!(run >= 5);
}

fn rfc(file: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(&attacks::read(&format!("rfc/{file}.json"))).unwrap();
    document["vectors"].as_array().unwrap().clone()
}

/// The example's keys: one by itself, or several by their `kid`.
fn keys_of(example: &Value) -> Option<KeySet> {
    if let Some(keys) = example.get("keys").filter(|keys| keys.is_array()) {
        return Some(KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap());
    }
    if let Some(keys) = example.get("keys").and_then(Value::as_object) {
        let keys: Vec<Value> = keys
            .iter()
            .map(|(kid, jwk)| {
                let mut jwk = jwk.clone();
                jwk["kid"] = json!(kid);
                jwk
            })
            .collect();
        return Some(KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap());
    }
    let key = example.get("key").filter(|key| key.is_object())?;
    KeySet::from_jwk(key.to_string().as_bytes()).ok()
}

/// All algorithms, and no demand on the claims that a key's owner could not know.
fn lenient(keys: Option<KeySet>) -> Verifier {
    let mut verifier = Verifier::new(
        Policy::new().profile(Profile::Any).strict_claims(false),
        [Issuer::without_keys([""; 0], [""; 0]).algorithms(Alg::ALL.iter().copied())],
    );
    if let Some(keys) = keys {
        verifier.set_keys(0, keys);
    }
    verifier
}

#[test]
fn signatures_of_the_rfcs() {
    let mut verified = 0;
    let mut refused = 0;
    for file in ["rfc7515", "rfc7519", "rfc7520", "rfc7797", "rfc8037", "rfc9449", "rfc9964"] {
        for example in rfc(file) {
            let id = example["id"].as_str().unwrap();
            let Some(compact) = example.get("compact").or(example.get("proof")).and_then(Value::as_str) else {
                continue;
            };
            let verifier = lenient(keys_of(&example));
            let now = example.get("jwt_now").or(example.get("now")).and_then(Value::as_f64).unwrap_or(0.0);
            let trace = verifier.explain(compact, now);
            let signed = trace.contains(&(Check::Signature, Outcome::Pass));
            let offered = example["alg"].as_str().is_none_or(|alg| Alg::from_name(alg).is_some());
            // Content outside of the token, or outside of its encoding, is no JWT's.
            let of_jwt = example["expect_as_jwt"] != "reject" && example["detached"] != true;
            let good = example["expect"] == "accept" || id == "rfc7519-3.1-expired";
            assert_eq!(signed, good && offered && of_jwt, "{id}: {trace:?}");
            if !signed {
                assert!(verifier.verify(compact, now).is_err(), "{id}");
                refused += 1;
                continue;
            }
            verified += 1;
            let payload = base64url::decode(compact.split('.').nth(1).unwrap().as_bytes()).unwrap();
            if let Some(text) = example["payload_utf8"].as_str() {
                assert_eq!(payload, text.as_bytes(), "{id}");
            }
            let verdict = verifier.verify(compact, now).map(|verified| verified.payload().to_owned());
            match verdict {
                Ok(claims) => assert_eq!(claims.as_bytes(), payload, "{id}"),
                Err(error) if id == "rfc7519-3.1-expired" => assert_eq!(error, Error::Expired),
                Err(error) => {
                    let claims_set = payload.starts_with(b"{");
                    assert!(error == Error::PayloadJson && !claims_set, "{id}: {error}");
                }
            }
        }
    }
    println!("RFC signatures: {verified} verified, {refused} refused as asked for");
    assert!(verified >= 13 && refused >= 7);
}

#[test]
fn the_json_serializations_are_no_tokens() {
    let mut run = 0;
    for file in ["rfc7515", "rfc7520", "rfc7797"] {
        for example in rfc(file) {
            for form in ["json", "general", "flattened"] {
                if let Some(token) = example.get(form) {
                    let verdict = lenient(keys_of(&example)).verify(token.to_string(), 0.0);
                    // A `kid` with dots in it makes some of them look like five segments.
                    assert!(
                        matches!(verdict, Err(Error::SegmentCount | Error::Encrypted | Error::HeaderEncoding)),
                        "{}",
                        example["id"]
                    );
                    run += 1;
                }
            }
        }
    }
    println!("JSON serializations: {run} refused");
    assert!(run >= 10);
}

#[test]
fn thumbprints_of_the_rfcs() {
    let mut run = 0;
    for file in ["rfc7638", "rfc8037", "rfc9449"] {
        for example in rfc(file).iter().filter(|example| example["kind"] == "thumbprint") {
            let key = example["key"].to_string();
            for (member, hash) in [
                ("thumbprint_sha256", Hash::Sha256),
                ("thumbprint_sha384", Hash::Sha384),
                ("thumbprint_sha512", Hash::Sha512),
            ] {
                if let Some(expected) = example[member].as_str() {
                    assert_eq!(thumbprint::thumbprint(key.as_bytes(), hash).as_deref(), Ok(expected), "{example}");
                    run += 1;
                }
            }
        }
    }
    println!("RFC thumbprints: {run}");
    assert!(run >= 8);
}

/// RFC 9068 §3 gives an access token without a signature, so the platform is
/// taken to have checked it.
#[test]
fn the_access_token_of_rfc_9068() {
    let example: Value = serde_json::from_str(&attacks::read("rfc/rfc9068.json")).unwrap();
    let claims = &example["claims"];
    let token = |claims: &Value| {
        let [header, claims] = [&example["header"], claims].map(|part| base64url::encode(part.to_string().as_bytes()));
        format!("{header}.{claims}.{}", base64url::encode(&[0; 256]))
    };
    let key = KeySet::from_external("RSA", None, Some("RS256")).unwrap();
    let [iss, aud] = ["iss", "aud"].map(|name| claims[name].as_str().unwrap());
    let policy = Policy::new().profile(Profile::AccessToken).required_scopes(["openid", "reademail"]);
    let verifier = Verifier::new(policy, [Issuer::new([iss], [aud], key)]);
    let now = claims["iat"].as_f64().unwrap();
    let finish = |claims: &Value| verifier.finish(token(claims).as_bytes(), now, Some(0)).map(|_| ());

    assert_eq!(finish(claims), Ok(()));
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        let mut incomplete = claims.clone();
        incomplete.as_object_mut().unwrap().remove(name);
        let refusal = finish(&incomplete).unwrap_err();
        assert_eq!(refusal.claim().map(|(claim, reason)| (claim.name(), reason.name())), Some((name, "missing")));
    }
}
