//! The modules' layer that knows JavaScript, in a JavaScript engine: what goes in
//! through the buffer, and the numbers, parts and objects that come out.

#![cfg(all(target_arch = "wasm32", feature = "wasm-verify"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::wasm::{
    Verifier, buffer, decode, decode_header, json_object, measure_skew, next_refresh, parts, refresh_reason, rest,
    scopes, thumbprint,
};
use jotgate::{Claim, Error, Reason, token::base64url};
use js_sys::{Array, JSON, Object, Reflect};
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{Algorithm, AlgorithmSignature};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

const NOW: f64 = 1_767_225_600.0;
const SECRET: [u8; 32] = [5; 32];
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const CLAIMS: &str =
    r#"{"iss":"https://issuer.example","aud":"https://api.example","exp":1767229200,"scope":"read write"}"#;

/// RFC 7515 §A.3.
const ES256_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const ES256_TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const ES256_NOW: f64 = 1_300_819_379.0;

fn part(which: u32) -> usize {
    // SAFETY: `parts` promises fourteen numbers there, and nothing else runs.
    let numbers = unsafe { std::slice::from_raw_parts(parts() as *const usize, 14) };
    numbers[which as usize]
}

fn signed(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(claims.as_bytes()));
    let code = Hs256.sign(&Hs256Key::new(SECRET), input.as_bytes());
    format!("{input}.{}", base64url::encode(&code.as_bytes()))
}

/// As JavaScript does it with `TextEncoder.encodeInto`.
fn write(bytes: impl AsRef<[u8]>) -> usize {
    let bytes = bytes.as_ref();
    let place = buffer(bytes.len()) as *mut u8;
    // SAFETY: `buffer` promises this many bytes there, and nothing else runs.
    unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    bytes.len()
}

/// The part whose place and length have these numbers.
fn bytes_of(place: u32) -> Vec<u8> {
    // SAFETY: a part stays where it is until the next call into the module.
    unsafe { std::slice::from_raw_parts(part(place) as *const u8, part(place + 1)) }.to_vec()
}

fn text_of(place: u32) -> String {
    String::from_utf8(bytes_of(place)).unwrap()
}

fn options(changes: &str) -> JsValue {
    let options = JSON::parse(
        r#"{"issuers":[{"issuer":["https://issuer.example"],"audience":["https://api.example"],"algorithms":["HS256"]}],
            "profile":"jwt","typ":null,"subject":null,"requiredClaims":[],"requiredScopes":[],"maxTokenAge":null,
            "clockTolerance":0,"maxTokenSize":16384,"crit":[],"permissions":false,"strict":true,"severalKeys":true,"cacheBytes":0}"#,
    );
    let options: Object = options.unwrap().unchecked_into();
    let changes: Object = JSON::parse(changes).unwrap().unchecked_into();
    Object::assign(&options, &changes).into()
}

fn verifier(changes: &str) -> Verifier {
    let mut verifier = Verifier::new(&options(changes)).unwrap();
    verifier.set_secret(0, &SECRET).unwrap();
    verifier
}

fn of_joe() -> Verifier {
    verifier(r#"{"issuers":[{"issuer":["joe"],"audience":[],"algorithms":null}]}"#)
}

/// The number that was thrown.
fn thrown<T>(result: Result<T, JsValue>) -> u32 {
    result.err().and_then(|error| error.as_f64()).unwrap() as u32
}

fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
fn decodes_header_and_claims() {
    let length = write(ES256_TOKEN);
    assert_eq!(decode_header(length), 0);
    assert_eq!(text_of(0), r#"{"alg":"ES256"}"#);
    assert_eq!(decode(length), 0);
    assert_eq!(text_of(2), "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
}

#[wasm_bindgen_test]
fn decodes_nothing_that_is_not_strict() {
    let header = |json: &str| format!("{}.e30.", base64url::encode(json.as_bytes()));
    for (token, error) in [
        (String::new(), Error::SegmentCount),
        ("a.b".into(), Error::SegmentCount),
        ("a.b.c.d.e".into(), Error::Encrypted),
        ("e30=.e30.".into(), Error::HeaderEncoding),
        ("e31.e30.".into(), Error::HeaderEncoding),
        (header("{"), Error::HeaderJson),
        (header(r#"{"a":1,"a":1}"#), Error::HeaderDuplicate),
        (header(&format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200))), Error::HeaderDepth),
        ("a".repeat(20_000), Error::TokenTooLarge),
    ] {
        assert_eq!(decode_header(write(&token)), error.to_number(), "{token}");
    }
    for (token, error) in [
        ("e30.e30.e30.".into(), Error::SegmentCount),
        ("e30.e30=.".into(), Error::PayloadEncoding),
        ("e30.W10.".into(), Error::PayloadJson),
        (format!("e30.{}.", base64url::encode(br#"{"exp":1,"\u0065xp":2}"#)), Error::PayloadDuplicate),
    ] {
        let token: String = token;
        assert_eq!(decode(write(&token)), error.to_number(), "{token}");
    }
    assert_eq!(decode(write(ES256_TOKEN)), 0);
}

#[wasm_bindgen_test]
fn plans_a_refresh() {
    let nan = f64::NAN;
    for (issued, expires, before, now, at, reason) in [
        (1000.0, 4600.0, nan, 1000.0, 4540.0, 0),
        (nan, 4600.0, 300.0, 1000.0, 4300.0, 0),
        (1000.0, 4600.0, 0.25, 1000.0, 3700.0, 0),
        (1000.0, 4600.0, nan, 4550.0, 4550.0, 1),
        (1000.0, 4600.0, nan, 4600.0, 4600.0, 2),
        (nan, nan, nan, 1000.0, 1000.0, 2),
    ] {
        assert_eq!(next_refresh(issued, expires, before, 0.0, 0.0, now, 0.0, 0.5, 0.0), at);
        assert_eq!(refresh_reason(), reason);
    }
    assert_eq!(next_refresh(1000.0, 1020.0, nan, 0.0, 18.0, 1000.0, 0.0, 0.5, 0.0), 1018.0);
    assert_eq!(refresh_reason(), 3);
    assert_eq!(next_refresh(1000.0, 1020.0, nan, 0.0, 0.0, 1030.0, 0.0, 0.5, 2.0), 1032.0);
    assert_eq!(refresh_reason(), 4);
    assert_eq!((rest(3, nan, 1.0, 0.0, 0.0), rest(3, 9.0, 1.0, 4.0, 0.0)), (4.0, 5.0));
    let measured = [0.0, 599.5, 600.25].map(|known| measure_skew(known, 1600.0, 1000.0, 1000.0));
    assert_eq!(measured, [600.5, 600.0, 600.25]);
}

#[wasm_bindgen_test]
fn verifies_a_token() {
    let mut verifier = verifier("{}");
    assert_eq!(verifier.verify(write(signed(HEADER, CLAIMS)), NOW), 0);
    assert_eq!((text_of(0).as_str(), text_of(2).as_str()), (HEADER, CLAIMS));
    assert_eq!((part(8), part(9)), (0, 0));

    let mut joe = of_joe();
    joe.set_jwk(0, ES256_KEY).unwrap();
    assert_eq!(joe.verify(write(ES256_TOKEN), ES256_NOW), 0);
    assert_eq!(joe.verify(write(ES256_TOKEN), ES256_NOW + 1.0), Error::Expired.to_number());
}

#[wasm_bindgen_test]
fn tells_which_issuer_and_key_it_was() {
    let mut verifier = Verifier::new(&options(
        r#"{"issuers":[{"issuer":["https://other.example"],"audience":[],"algorithms":["HS256"]},
                       {"issuer":["https://issuer.example"],"audience":[],"algorithms":["HS256"]}]}"#,
    ))
    .unwrap();
    let secret = |secret: [u8; 32]| format!(r#"{{"kty":"oct","k":"{}"}}"#, base64url::encode(&secret));
    verifier.set_jwks(1, &format!(r#"{{"keys":[{},{}]}}"#, secret([6; 32]), secret(SECRET))).unwrap();
    assert_eq!((verifier.has_keys(0), verifier.has_keys(1), verifier.has_keys(2)), (false, true, false));
    assert_eq!(verifier.verify(write(signed(HEADER, CLAIMS)), NOW), 0);
    assert_eq!((part(8), part(9)), (1, 1));
    let other = CLAIMS.replace("issuer.example", "other.example");
    assert_eq!(verifier.verify(write(signed(HEADER, &other)), NOW), Error::KeysNotReady.to_number());
}

/// Bad tokens of every kind, each with what it has to come to.
fn refused() -> Vec<(Vec<u8>, f64, Error)> {
    let good = signed(HEADER, CLAIMS);
    let claims = |claims: &str| signed(HEADER, claims).into_bytes();
    let header = |header: &str| signed(header, CLAIMS).into_bytes();
    let forged = format!("{}.{}", good.rsplit_once('.').unwrap().0, base64url::encode(&[0; 32]));
    let missing = |claim| Error::Claim(claim, Reason::Missing);
    let failed = |claim| Error::Claim(claim, Reason::CheckFailed);
    vec![
        (Vec::new(), NOW, Error::SegmentCount),
        (b"\xff\xfe.\xed\xa0\x80.\0".to_vec(), NOW, Error::HeaderEncoding),
        (vec![b'.'; 16_384], NOW, Error::SegmentCount),
        (vec![b'a'; 9_000_000], NOW, Error::TokenTooLarge),
        (format!("{good}.").into_bytes(), NOW, Error::SegmentCount),
        (format!("{good}=").into_bytes(), NOW, Error::SignatureEncoding),
        (forged.into_bytes(), NOW, Error::SignatureVerificationFailed),
        (header(r#"{"alg":"none"}"#), NOW, Error::AlgNotAllowed),
        (header(r#"{"alg":"ES256"}"#), NOW, Error::AlgNotAllowed),
        (header("{}"), NOW, Error::AlgMissing),
        (header(r#"{"alg":"HS256","crit":["x"],"x":1}"#), NOW, Error::CritNotUnderstood),
        (header(r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#), NOW, Error::Unencoded),
        (header(r#"{"alg":"HS256","alg":"HS256"}"#), NOW, Error::HeaderDuplicate),
        (claims("[]"), NOW, Error::PayloadJson),
        (claims(&"{\"a\":".repeat(2000)), NOW, Error::PayloadDepth),
        (claims("{}"), NOW, missing(Claim::Exp)),
        (claims(&CLAIMS.replace("1767229200", "1767225600")), NOW, Error::Expired),
        (claims(&CLAIMS.replace("api.example", "other.example")), NOW, failed(Claim::Aud)),
        (claims(&CLAIMS.replace("issuer.example", "other.example")), NOW, failed(Claim::Iss)),
        (good.clone().into_bytes(), f64::NAN, Error::ClockInvalid),
        (good.into_bytes(), f64::INFINITY, Error::ClockInvalid),
    ]
}

#[wasm_bindgen_test]
fn a_refused_token_leaves_the_next_good_one_verifying() {
    let mut verifier = verifier("{}");
    let good = signed(HEADER, CLAIMS);
    for (token, now, error) in refused() {
        assert_eq!(verifier.verify(write(&token), now), error.to_number(), "{error}");
        assert_eq!(verifier.verify(write(&good), NOW), 0, "after {error}");
        assert_eq!(text_of(2), CLAIMS);
    }
}

#[wasm_bindgen_test]
fn a_length_beyond_the_buffer_is_no_token() {
    let mut verifier = verifier("{}");
    let length = write(signed(HEADER, CLAIMS));
    for beyond in [100_000_000, usize::MAX] {
        let internal = Error::Internal.to_number();
        assert_eq!(verifier.verify(beyond, NOW), internal);
        assert_eq!((verifier.prepare(beyond), verifier.finish(beyond, NOW, 0)), (internal, internal));
        assert_eq!((decode(beyond), decode_header(beyond), scopes(beyond, false)), (internal, internal, internal));
    }
    assert_eq!(verifier.verify(length, NOW), 0);
}

#[wasm_bindgen_test]
fn leaves_the_signature_to_the_platform() {
    let mut joe = of_joe();
    joe.set_external(0, "EC", "P-256", "").unwrap();
    let length = write(ES256_TOKEN);
    assert_eq!(joe.verify(length, ES256_NOW), Error::KeyNotExportable.to_number());
    assert_eq!(joe.prepare(length), 0);
    let (input, signature) = ES256_TOKEN.rsplit_once('.').unwrap();
    assert_eq!(text_of(4), input);
    assert_eq!(bytes_of(6), base64url::decode(signature.as_bytes()).unwrap());
    assert_eq!(text_of(0), r#"{"alg":"ES256"}"#);
    assert_eq!((part(8), part(10)), (0, 1));
    assert_eq!((joe.candidate(0), joe.candidate(1)), (0, -1));
    assert_eq!(joe.public_jwk(0, 0), "");

    assert_eq!(joe.finish(length, ES256_NOW, 0), 0);
    assert!(text_of(2).starts_with(r#"{"iss":"joe","#));
    let failed = Error::SignatureVerificationFailed.to_number();
    assert_eq!((joe.finish(length, ES256_NOW, -1), joe.finish(length, ES256_NOW, 1)), (failed, failed));
    assert_eq!(joe.finish(length, ES256_NOW + 1.0, 0), Error::Expired.to_number());
    assert_eq!(joe.prepare(write("a.b")), Error::SegmentCount.to_number());
}

#[wasm_bindgen_test]
fn keys_that_are_refused_leave_the_old_ones() {
    let mut verifier = verifier("{}");
    let weak = r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#;
    assert_eq!(thrown(verifier.set_secret(0, b"short")), Error::SecretTooShort.to_number());
    assert_eq!(thrown(verifier.set_jwk(0, "[]")), Error::JwkJson.to_number());
    assert_eq!(thrown(verifier.set_jwk(0, weak)), Error::RsaModulus.to_number());
    assert_eq!(thrown(verifier.set_jwks(0, "{}")), Error::JwksInvalid.to_number());
    assert_eq!(thrown(verifier.set_pem(0, "no PEM")), Error::PemInvalid.to_number());
    assert_eq!(thrown(verifier.set_external(0, "EC", "P-192", "")), Error::JwkUnsupported.to_number());
    assert_eq!(verifier.verify(write(signed(HEADER, CLAIMS)), NOW), 0);

    let report = verifier.set_jwks(0, &format!(r#"{{"keys":[{ES256_KEY},{weak},{{"kid":"a"}}]}}"#)).unwrap();
    let report: Array = report.unchecked_into();
    assert_eq!(report.length(), 2);
    assert_eq!(member(&report.get(0), "index").as_f64(), Some(1.0));
    assert_eq!(member(&report.get(0), "status").as_f64(), Some(f64::from(Error::RsaModulus.to_number())));
    assert!(member(&report.get(0), "kid").is_undefined());
    assert_eq!(member(&report.get(1), "kid").as_string().as_deref(), Some("a"));
    let public = verifier.public_jwk(0, 0);
    assert_eq!(jotgate::key::thumbprint::input(ES256_KEY.as_bytes()).unwrap(), public);
    assert_eq!(verifier.public_jwk(0, 1), "");
    assert_eq!(verifier.verify(write(signed(HEADER, CLAIMS)), NOW), Error::NoMatchingKey.to_number());
}

#[wasm_bindgen_test]
fn explains_each_check() {
    let verifier = verifier(r#"{"requiredScopes":["admin"]}"#);
    let outcomes = |token: &str| -> Vec<(String, String, f64)> {
        let steps: Array = verifier.explain(write(token), NOW).unchecked_into();
        let text = |step: &JsValue, name: &str| member(step, name).as_string().unwrap();
        steps
            .iter()
            .map(|step| {
                assert!(text(&step, "rfc").starts_with("RFC ") && text(&step, "what").len() > 10);
                (text(&step, "check"), text(&step, "outcome"), member(&step, "status").as_f64().unwrap())
            })
            .collect()
    };
    let lacking = outcomes(&signed(HEADER, CLAIMS));
    let (last, passed) = lacking.split_last().unwrap();
    assert_eq!(*last, ("scope".into(), "fail".into(), f64::from(Error::InsufficientScope.to_number())));
    assert!(passed.iter().all(|(_, outcome, status)| outcome == "pass" && *status == 0.0), "{passed:?}");

    let none = outcomes("");
    let seen = |name: &str| none.iter().find(|(check, ..)| check == name).map(|(_, outcome, _)| outcome.as_str());
    assert_eq!((seen("size"), seen("segments"), seen("signature")), (Some("pass"), Some("fail"), Some("not-reached")));

    let granted = CLAIMS.replace("read write", "admin");
    assert!(outcomes(&signed(HEADER, &granted)).iter().all(|(_, outcome, _)| outcome == "pass"));
}

#[wasm_bindgen_test]
fn recalls_only_what_was_accepted() {
    let mut verifier = verifier(r#"{"cacheBytes":10000}"#);
    let length = write(signed(HEADER, CLAIMS));
    assert_eq!(verifier.recall(length, NOW), -1.0);
    assert_eq!(verifier.verify(length, NOW), 0);
    assert_eq!((text_of(2).as_str(), part(11)), (CLAIMS, 1));
    assert_eq!(verifier.recall(length, NOW), 0.0);
    assert_eq!(verifier.recall(length, NOW + 3600.0), -1.0 - f64::from(Error::Expired.to_number()));
    assert_eq!(verifier.recall(length, NOW), -1.0);
    assert_eq!(verifier.verify(length, NOW), 0);
    verifier.set_secret(0, &[6; 32]).unwrap();
    assert_eq!(verifier.recall(length, NOW), -1.0);
    assert_eq!(verifier.verify(length, NOW), Error::SignatureVerificationFailed.to_number());
}

#[wasm_bindgen_test]
fn joins_scopes() {
    let of = |json: &str, permissions: bool| (scopes(write(json), permissions), text_of(2));
    assert_eq!(of(r#"{"scope":"b a  b","scp":["c","a"]}"#, false), (0, "b a c".into()));
    assert_eq!(of(r#"{"permissions":["p"]}"#, true), (0, "p".into()));
    assert_eq!(of(r#"{"permissions":["p"]}"#, false), (0, String::new()));
    assert_eq!(scopes(write("{"), false), Error::PayloadJson.to_number());
}

#[wasm_bindgen_test]
fn thumbprints() {
    // RFC 8037 §A.3.
    let jwk = r#"{"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kty":"OKP","crv":"Ed25519","kid":"a"}"#;
    let input = r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(jotgate::key::thumbprint::input(jwk.as_bytes()).unwrap(), input);
    assert_eq!(thumbprint(jwk, "sha256").unwrap(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(thumbprint(jwk, "sha384").unwrap().len(), 64);
    assert_eq!(thumbprint(jwk, "sha512").unwrap().len(), 86);
    assert!(thumbprint(jwk, "md5").unwrap_err().as_string().unwrap().contains("sha256"));
    assert_eq!(thrown(thumbprint("{", "sha256")), Error::JwkJson.to_number());
    assert_eq!(thrown(thumbprint(r#"{"kty":"X"}"#, "sha256")), Error::JwkUnsupported.to_number());
}

#[wasm_bindgen_test]
fn tells_whose_token_it_is_before_the_keys_are_there() {
    let options = options(
        r#"{"issuers":[{"issuer":["https://a.example"],"audience":[],"algorithms":["HS256"]},
            {"issuer":["https://login.example/{tid}/"],"audience":[],"algorithms":["HS256"]}]}"#,
    );
    let mut verifier = Verifier::new(&options).unwrap();
    for (claims, issuer, error) in [
        (r#"{"iss":"https://a.example"}"#, 0, Error::KeysNotReady),
        (r#"{"iss":"https://login.example/x/","tid":"x"}"#, 1, Error::KeysNotReady),
        (r#"{"iss":"https://login.example/x/","tid":"y"}"#, -1, Error::NoMatchingKey),
        (r#"{"iss":"https://b.example"}"#, -1, Error::NoMatchingKey),
    ] {
        let length = write(signed(HEADER, claims));
        assert_eq!(verifier.issuer_of(length), issuer, "{claims}");
        assert_eq!(verifier.verify(length, NOW), error.to_number(), "{claims}");
    }
    assert_eq!(verifier.issuer_of(write("garbage")), -1);
    assert_eq!(verifier.issuer_of(usize::MAX), -1);
}

#[wasm_bindgen_test]
fn one_strict_object() {
    for (json, error) in [
        (r#"{"issuer":"https://a.example"}"#, 0),
        ("[]", Error::PayloadJson.to_number()),
        ("{} ", 0),
        ("{}x", Error::PayloadJson.to_number()),
        (r#"{"a":1,"\u0061":2}"#, Error::PayloadDuplicate.to_number()),
        (r#"{"x":{"a":1,"a":1}}"#, Error::PayloadDuplicate.to_number()),
    ] {
        assert_eq!(json_object(write(json)), error, "{json}");
    }
}

#[wasm_bindgen_test]
fn options_that_are_wrong_throw_their_name() {
    let message = |changes: &str| Verifier::new(&options(changes)).err().and_then(|error| error.as_string()).unwrap();
    assert!(message(r#"{"profile":"id"}"#).contains("profile"));
    assert!(message(r#"{"unknown":1}"#).contains("unknown"));
    assert!(message(r#"{"clockTolerance":"5"}"#).contains("clockTolerance"));
    let esp256 = r#"{"issuers":[{"issuer":[],"audience":[],"algorithms":["ESP256"]}]}"#;
    assert!(message(esp256).contains("algorithms") && message(esp256).contains("ESP256"));
    for template in ["{}", "{a", "a}", "{a}{b}", "{{a}}"] {
        let issuers = format!(r#"{{"issuers":[{{"issuer":["{template}"],"audience":[],"algorithms":null}}]}}"#);
        assert!(message(&issuers).starts_with("issuer:"), "{template}");
        // Only in the strict policies are braces anything else than braces.
        assert!(Verifier::new(&options(&issuers.replace("}]}", "}],\"strict\":false}"))).is_ok(), "{template}");
    }
    for nothing in [JsValue::NULL, JsValue::UNDEFINED, JsValue::from(1), JsValue::from("x"), Array::new().into()] {
        assert!(Verifier::new(&nothing).is_err());
    }
    // As jose: a name that is not known allows nothing more.
    let lenient = esp256.replace("}]}", "}],\"strict\":false}");
    assert_eq!(verifier(&lenient).verify(write(signed(HEADER, CLAIMS)), NOW), Error::AlgNotAllowed.to_number());
}

/// Counts what is asked of it.
struct Counting;

static ALLOCATIONS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

// SAFETY: every call is passed on as it came.
unsafe impl std::alloc::GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // SAFETY: the caller's promises are those that are asked for.
        unsafe { std::alloc::System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: std::alloc::Layout) {
        // SAFETY: the caller's promises are those that are asked for.
        unsafe { std::alloc::System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[wasm_bindgen_test]
fn reads_one_token_after_another_without_an_allocation() {
    let mut verifier = verifier("{}");
    let length = write(signed(HEADER, CLAIMS));
    for _ in 0..10 {
        assert_eq!((verifier.verify(length, NOW), decode(length)), (0, 0));
    }
    let before = ALLOCATIONS.load(std::sync::atomic::Ordering::Relaxed);
    for _ in 0..100 {
        assert_eq!((verifier.verify(length, NOW), decode(length)), (0, 0));
    }
    assert_eq!(ALLOCATIONS.load(std::sync::atomic::Ordering::Relaxed), before);
}
