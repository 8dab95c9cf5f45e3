//! jotgate and jwt-compact over the same tokens. jwt-compact signs them and
//! gives the second opinion; where the two differ, a rule of the design has to
//! say why, and every rule has to be needed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "support/chance.rs"]
mod chance;
#[path = "../fuzz/src/json_oracle.rs"]
#[allow(dead_code)]
mod json_oracle;

use chance::Chance;
use jotgate::token::base64url;
use jotgate::{Alg, Claim, Error, Issuer, KeySet, Policy, Reason, Verifier};
use jwt_compact::alg::{Ed25519, Es256, Hs256, Hs256Key, Hs384, Hs384Key, Hs512, Hs512Key, Rsa, RsaPrivateKey};
use jwt_compact::jwk::JsonWebKey;
use jwt_compact::{Algorithm, AlgorithmExt, AlgorithmSignature, UntrustedToken};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

const NOW: i64 = 1_767_225_600;
const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// Made for this test and public.
const RSA_KEY: &str = r#"{"kty":"RSA","n":"vi9sQTEnCDJu3PQxU7iCtp1ekKPAQF8M6YwOal0qdIifU-l2HvzQp3lQ03ILCce1KNv3p7QHmKXPu7SwVoX_ZOI1momGePT3as64xtv-kda06VPbsxfna-EHkSGK8ddn7_Buf7c7PAKTSKfazYT7m7DMp5aCRr6m_c4Om2hmpxB6uwfiKKVZD2lbgAxTECUDGxeH2FM-qVslPS8lmgu3t-a6l_tQiHLAXNMBnY9p8Tuf_bWfLg-js-lUs6-Nf5llv7Tf1Ebd5JY6HUw6QdsgN9A7h93dIp3DT4QAHnozCPwloHuiqFsf7Yv3NHqlEYkQY3Wr2vbS7IE9QZFybqSBEQ","e":"AQAB","d":"XsQinRlw6ZS3yUGkkqMN_xDLXic6VNkIBhfT1ww1a3voaFeclDRFhC3fKH1bIrRwgLua2-XJIzb8G_wdIgADErHlI-wDJaJq5r27NNvKLcFexCUVBFiU6BxpONgN9BPxpo2Xgew7h9uAqGN7k40AEsQ2Ngu5PqchbraOcMHE5Nlk_dxYCz7umTIV392OWWH6bzDpi63sNtPmQtna0mdpCiY3hj36VFfX7YYaYNjIooqiefIry7rUOVZfeOD2sMDN0o9Ax7KToIiFIxwX6Y0qcm__Z326_1CVYpKQyaYgMSEVpgGTrP9eqyak9RhqibGf70TnMSmaJY70_4RAbLtB","p":"6qjQJl_466mrtWL-k-1n3TywwNIGr3NoBmK8TPfvPTmG5kCtMqsEOMzmPGIeNkyCTWrkhpbdaTALPSPh8zMVRm_q3r1pBWOvXq7tm0CTpnuAgnxvt57QTLW9z0dFOzCDeSk37l9VxWax9BXN7CqPt_h5SNXBWx16oICxTa2YStE","q":"z3sw6gHwlVhwpJfSTrJ6Q7Ys4uWA7T66kzK_4LCkutOL14EnuyJmiAWXqvaOmmf9pFEuXrjCWLX0ub82NrHt3rCEfZXmST1TbxhQ3Owq2LAwOc0dWdd_iQOS3TWZvFXj3LNJxjuTf5I5Vk_9H_z0QLRy_eCT08EoRRc5Mstd4kE","dp":"qjLS9mJ5uwQPZLpuh4CT6uVQFiq_apY8BxWqGfFidne5HlwewzdDEqea_oT0ANIxWFGFexEFenu8SxYxliGg9rvKENA00hHhar1Z3VdTQFcneH0k0nu__UN8blD1J98iHMkGpkBDh6_atnzyJK8iGn-ACJHxclLJVIzDDOIyKWE","dq":"V1_qrnFYrpwK-9WP1GJnCMLcTkUWMVLcYYbatTXOeXsDBiM25yDKivfH8lBYp3-pmhwx6ePmvFMMF3kFzKzLnp85fGW3EBrKWxujWhX-yTgRZxYRCTeuVrXxkES1VFHbXqMGK3wFVpDuooGW-HSfK-ySDIYZ2vAaFFZ-WPy5scE","qi":"UcgY5-epUcfvW1kRQCehXkjxDpITvllFNHlHP9cQ7QbcMkHTRc0L-oE9KZO2avzhfD68jyeQWrh_fnCvcAxGq9tbaRTr4feWKbJUD2GucYYZ9Ttxg9QcXjk7DQocRg1yBGpszXPOFKHT1aQ6fM2xx29DRmCKoxSIZMtl6jnjcnk"}"#;
const EC_KEY: &str = r#"{"kty":"EC","x":"xDkLSwDYddepeqB7cXTUhDQ07zCw8fJldPP8Rl6YFV4","y":"j4a9hi5zL9aNO7daxUoU3AM1DDcV3WXpgvVSU7_5ldA","crv":"P-256","d":"Bx6Hej25fInuvD9mRUv0xSQNC1Vqkxm2ulepS9fKR24"}"#;
const OKP_KEY: &str = r#"{"crv":"Ed25519","d":"3OSFIFtqK0sQriPFjRJsJxaT4ABArzA2auq0hsmvJXY","x":"tcogJ-bkYw-ddr4OD1iuS_zQOLF-Fm0DD36poagWwEg","kty":"OKP"}"#;

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;
type Opinion = Box<dyn Fn(&str) -> Result<(), String>>;

/// An issuer of tokens, its opinion on tokens, and jotgate set up for the same.
struct Peer {
    alg: Alg,
    sign: Sign,
    opinion: Opinion,
    verifier: Verifier,
}

impl Peer {
    fn new<A: Algorithm + 'static>(
        algorithm: A,
        signing: A::SigningKey,
        verifying: A::VerifyingKey,
        keys: KeySet,
    ) -> Self {
        let alg = Alg::from_name(&algorithm.name()).unwrap();
        let issuer = Issuer::new([ISSUER], [AUDIENCE], keys).algorithms([alg]);
        let algorithm = Rc::new(algorithm);
        let signer = Rc::clone(&algorithm);
        Self {
            alg,
            sign: Box::new(move |input| signer.sign(&signing, input).as_bytes().into_owned()),
            opinion: Box::new(move |token| opinion(&*algorithm, &verifying, token)),
            verifier: Verifier::new(Policy::new(), [issuer]),
        }
    }

    fn token(&self, header: &[u8], claims: &[u8]) -> String {
        let input = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
        format!("{input}.{}", base64url::encode(&(self.sign)(input.as_bytes())))
    }

    fn header(&self) -> Value {
        json!({ "alg": self.alg.name(), "typ": "JWT", "kid": "k" })
    }
}

/// What a program with jwt-compact would say: its validator, its reading of
/// the times, and a plain comparison of `iss` and `aud`.
fn opinion<A: Algorithm>(algorithm: &A, key: &A::VerifyingKey, token: &str) -> Result<(), String> {
    let untrusted = UntrustedToken::new(token).map_err(|error| error.to_string())?;
    let token =
        algorithm.validator::<Map<String, Value>>(key).validate(&untrusted).map_err(|error| error.to_string())?;
    let claims = token.claims();
    let expiry = claims.expiration.ok_or("no exp")?;
    // As `Claims::validate_expiration` and `Claims::validate_maturity` compare.
    if NOW > expiry.timestamp() {
        return Err("expired".into());
    }
    if claims.not_before.is_some_and(|start| NOW < start.timestamp()) {
        return Err("not active".into());
    }
    let audience = claims.custom.get("aud").cloned().unwrap_or_default();
    let ours = |aud: &Value| aud == AUDIENCE;
    if claims.custom.get("iss").is_none_or(|iss| iss != ISSUER) {
        return Err("iss".into());
    }
    if !ours(&audience) && !audience.as_array().is_some_and(|several| several.iter().any(ours)) {
        return Err("aud".into());
    }
    Ok(())
}

fn key<T: for<'a> TryFrom<&'a JsonWebKey<'a>>>(jwk: &str) -> T {
    let jwk: JsonWebKey<'_> = serde_json::from_str(jwk).unwrap();
    T::try_from(&jwk).unwrap_or_else(|_| panic!("{jwk}"))
}

fn public(jwk: &str) -> KeySet {
    let mut jwk: Value = serde_json::from_str(jwk).unwrap();
    let members = jwk.as_object_mut().unwrap();
    ["d", "p", "q", "dp", "dq", "qi"].iter().for_each(|private| drop(members.remove(*private)));
    KeySet::from_jwk(jwk.to_string().as_bytes()).unwrap()
}

fn hs256() -> Peer {
    Peer::new(Hs256, Hs256Key::new([5; 64]), Hs256Key::new([5; 64]), KeySet::from_secret(&[5; 64]).unwrap())
}

fn peers() -> Vec<Peer> {
    let secret = || KeySet::from_secret(&[5; 64]).unwrap();
    vec![
        hs256(),
        Peer::new(Hs384, Hs384Key::new([5; 64]), Hs384Key::new([5; 64]), secret()),
        Peer::new(Hs512, Hs512Key::new([5; 64]), Hs512Key::new([5; 64]), secret()),
        Peer::new(Ed25519, key(OKP_KEY), key(OKP_KEY), public(OKP_KEY)),
        Peer::new(Es256, key(EC_KEY), key(EC_KEY), public(EC_KEY)),
        rsa(Rsa::rs256()),
        rsa(Rsa::ps256()),
    ]
}

fn rsa(algorithm: Rsa) -> Peer {
    let signing: RsaPrivateKey = key(RSA_KEY);
    let verifying = signing.to_public_key();
    Peer::new(algorithm, signing, verifying, public(RSA_KEY))
}

/// What both have read, from the token's text.
struct Facts {
    header: Vec<u8>,
    claims: Vec<u8>,
    ours: Result<(), Error>,
    theirs: Result<(), String>,
}

impl Facts {
    /// A member, where serde_json reads the header at all.
    fn header_member(&self, name: &str) -> Option<Value> {
        serde_json::from_slice::<Map<String, Value>>(&self.header).ok()?.get(name).cloned()
    }

    fn claim(&self, name: &str) -> Option<Value> {
        serde_json::from_slice::<Map<String, Value>>(&self.claims).ok()?.get(name).cloned()
    }

    fn date(&self, name: &str) -> Option<f64> {
        self.claim(name)?.as_f64()
    }

    fn they_say(&self, text: &str) -> bool {
        self.theirs.as_ref().is_err_and(|error| error.contains(text))
    }
}

type Rule = (&'static str, fn(&Facts) -> bool);

fn is_text_or_texts(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

/// Why jotgate refuses what jwt-compact accepts. Each looks at the token itself,
/// not only at jotgate's word.
const STRICTER: &[Rule] = &[
    ("§3.3 no duplicate member in the header, at any level", |facts| {
        facts.ours == Err(Error::HeaderDuplicate) && json_oracle::finding(&facts.header).duplicate
    }),
    ("§3.6 no duplicate member in the claims, at any level", |facts| {
        facts.ours == Err(Error::PayloadDuplicate) && json_oracle::finding(&facts.claims).duplicate
    }),
    ("§3.3 crit is a list of distinct names of extensions in the header, b64 is a boolean", |facts| {
        let there = ["crit", "b64"].iter().any(|name| facts.header_member(name).is_some());
        facts.ours == Err(Error::CritInvalid) && there
    }),
    ("§3.3 an extension in crit that is not understood refuses", |facts| {
        facts.ours == Err(Error::CritNotUnderstood) && facts.header_member("crit").is_some()
    }),
    ("§3.3 b64: false refuses", |facts| {
        facts.ours == Err(Error::Unencoded) && facts.header_member("b64") == Some(json!(false))
    }),
    ("§3.3 kid, typ and cty are strings: null is none", |facts| {
        let wrong = |name: &&str| facts.header_member(name).is_some_and(|value| !value.is_string());
        facts.ours == Err(Error::HeaderMember) && ["kid", "typ", "cty"].iter().any(wrong)
    }),
    ("§3.6 typ is absent, JWT or at+jwt", |facts| {
        facts.ours == Err(Error::Claim(Claim::Typ, Reason::CheckFailed)) && facts.header_member("typ").is_some()
    }),
    ("§3.6 exp == now is expired", |facts| {
        facts.ours == Err(Error::Expired) && facts.date("exp").is_some_and(|exp| exp <= NOW as f64)
    }),
    ("§3.6 numeric dates may have fractions, which count", |facts| {
        let ahead = |start: f64| start > NOW as f64 && start.trunc() <= NOW as f64;
        facts.ours == Err(Error::Claim(Claim::Nbf, Reason::CheckFailed)) && facts.date("nbf").is_some_and(ahead)
    }),
    ("§3.6 iss, sub, jti and client_id are strings", |facts| match facts.ours {
        Err(Error::Claim(claim @ (Claim::Sub | Claim::Jti | Claim::ClientId), Reason::Invalid)) => {
            facts.claim(claim.name()).is_some_and(|value| !value.is_string())
        }
        _ => false,
    }),
    ("§3.6 aud is a string or an array of strings only", |facts| {
        let refused = matches!(facts.ours, Err(Error::Claim(Claim::Aud, _)));
        refused && facts.claim("aud").is_some_and(|aud| !is_text_or_texts(&aud))
    }),
];

/// Why jotgate accepts what jwt-compact refuses.
const MORE_LENIENT: &[Rule] = &[
    ("cty is the application's (RFC 7515 §4.1.10); jwt-compact takes JSON alone", |facts| {
        facts.they_say("content type") && facts.header_member("cty").is_some_and(|cty| cty.is_string())
    }),
    ("§3.3 jku, x5u and x5t are never looked at; jwt-compact wants them well-typed", |facts| {
        let unread = ["jku", "x5u", "x5t", "x5t#S256"];
        facts.they_say("header") && unread.iter().any(|name| facts.header_member(name).is_some())
    }),
    ("a date after the year 262142, the last that jwt-compact's calendar holds", |facts| {
        let late = |name| facts.date(name).is_some_and(|date| date.abs() > 8e12);
        late("exp") || late("nbf") || late("iat")
    }),
    ("a lone surrogate is JSON (RFC 8259 §8.2), which serde_json's strings cannot hold", |facts| {
        facts.they_say("surrogate") || facts.they_say("hex escape")
    }),
    ("a number beyond a double is JSON (RFC 8259 §6), which serde_json cannot hold", |facts| {
        facts.they_say("number out of range")
    }),
    ("128 levels are accepted (the design's bound), serde_json stops one before", |facts| {
        facts.they_say("recursion limit")
    }),
];

/// Verdicts, and how often each rule was needed.
#[derive(Default)]
struct Tally {
    agreed: [usize; 2],
    rules: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Tally {
    fn hold(&mut self, peer: &Peer, token: &str) {
        let ours = peer.verifier.verify(token, NOW as f64).map(|_| ());
        let theirs = (peer.opinion)(token);
        if ours.is_ok() == theirs.is_ok() {
            self.agreed[usize::from(ours.is_ok())] += 1;
            return;
        }
        let segment = |which| token.split('.').nth(which).and_then(|text| base64url::decode(text.as_bytes()).ok());
        let [header, claims] = [0, 1].map(|which| segment(which).unwrap_or_default());
        let rules = if ours.is_ok() { MORE_LENIENT } else { STRICTER };
        let facts = Facts { header, claims, ours, theirs };
        match rules.iter().find(|(_, holds)| holds(&facts)) {
            Some((name, _)) => *self.rules.entry(name).or_default() += 1,
            None => self.unexplained.push(format!(
                "{} ours {:?}, theirs {:?}: {} {} {token}",
                peer.alg.name(),
                facts.ours,
                facts.theirs,
                String::from_utf8_lossy(&facts.header),
                String::from_utf8_lossy(&facts.claims),
            )),
        }
    }

    fn finish(self, what: &str) -> BTreeMap<&'static str, usize> {
        let [refused, accepted] = self.agreed;
        let differ: usize = self.rules.values().sum();
        println!("{what}: {accepted} accepted and {refused} refused by both, {differ} differ by rule");
        self.rules.iter().for_each(|(rule, times)| println!("  {times}: {rule}"));
        assert!(self.unexplained.is_empty(), "{what}: {:#?}", self.unexplained);
        self.rules
    }
}

fn base_claims() -> Map<String, Value> {
    let claims = json!({
        "iss": ISSUER, "sub": "user-1", "aud": AUDIENCE, "client_id": "client-1", "jti": "t-1",
        "iat": NOW - 10, "exp": NOW + 3600, "scope": "read write",
    });
    claims.as_object().unwrap().clone()
}

/// Any JSON value, small, with text beyond ASCII.
fn any_value(chance: &mut Chance, depth: usize) -> Value {
    const TEXTS: &[&str] = &["", "a", "\\\"", "\u{0}\u{1f}\u{7f}", "é", "e\u{301}", "😀", "\u{2028}", "</script>"];
    match chance.up_to(if depth == 0 { 4 } else { 6 }) {
        0 => Value::Null,
        1 => json!(chance.up_to(1) == 1),
        2 => json!(chance.up_to(1_000_000)),
        3 => json!(chance.up_to(1_000_000) as f64 / 1024.0),
        4 => json!(chance.one_of(TEXTS)),
        5 => (0..chance.up_to(4)).map(|_| any_value(chance, depth - 1)).collect(),
        _ => (0..chance.up_to(4)).map(|at| (format!("m{at}"), any_value(chance, depth - 1))).collect(),
    }
}

#[test]
fn both_accept_every_valid_token() {
    for peer in peers() {
        let mut chance = Chance::of(peer.alg.name());
        for _ in 0..if peer.alg.is_symmetric() { 500 } else { 20 } {
            let mut claims = base_claims();
            claims.insert("exp".into(), json!(NOW + 1 + chance.up_to(1_000_000) as i64));
            if chance.up_to(1) == 1 {
                claims.insert("nbf".into(), json!(NOW - chance.up_to(1000) as i64));
            }
            if chance.up_to(1) == 1 {
                claims.insert("aud".into(), json!(["https://other.example", AUDIENCE]));
            }
            for at in 0..chance.up_to(5) {
                claims.insert(format!("x{at}"), any_value(&mut chance, 4));
            }
            let claims = Value::Object(claims).to_string();
            let token = peer.token(peer.header().to_string().as_bytes(), claims.as_bytes());
            assert_eq!((peer.opinion)(&token), Ok(()), "{claims}");
            let verified = peer.verifier.verify(&token, NOW as f64).unwrap_or_else(|error| panic!("{error}: {claims}"));
            assert_eq!(verified.payload(), claims);
        }
    }
}

#[test]
fn mutated_byte_by_byte_and_truncated() {
    let mut tally = Tally::default();
    for peer in peers() {
        let mut chance = Chance::of(peer.alg.name());
        let claims = Value::Object(base_claims()).to_string();
        let good = peer.token(peer.header().to_string().as_bytes(), claims.as_bytes());
        assert!(peer.verifier.verify(&good, NOW as f64).is_ok());
        for at in 0..good.len() {
            let old = good.as_bytes()[at];
            // Another letter of the alphabet, the neighbour, and what is in no token.
            let others = [b'A' + chance.up_to(25) as u8, old ^ 1, b".=+/ \n\0~"[chance.up_to(7)]];
            let others = if peer.alg.is_symmetric() { &others } else { &others[at % 3..=at % 3] };
            for new in others.iter().copied().filter(|new| *new != old) {
                let mut bytes = good.clone().into_bytes();
                bytes[at] = new;
                tally.hold(&peer, std::str::from_utf8(&bytes).unwrap());
            }
            tally.hold(&peer, &good[..at]);
        }
        for more in ["A", "AA", "AAAA", ".", "=", "==", "\n", " ", ".A", "\0"] {
            tally.hold(&peer, &format!("{good}{more}"));
            tally.hold(&peer, &format!("{more}{good}"));
        }
    }
    assert_eq!(tally.agreed[1], 0, "no change of a signed token is accepted");
    tally.finish("mutated and truncated");
}

/// JSON values, as text, that a claim or a header member could have.
fn odd_values() -> Vec<String> {
    let mut odd: Vec<String> = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "0.5",
        "1e400",
        "-1e400",
        "1e-400",
        "1E3",
        "9007199254740993",
        "1e18",
        "1e20",
        "1.0000000001e20",
        "1e21",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        r#""""#,
        r#""x""#,
        r#""1767229200""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\u0000""#,
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[1]",
        r#"{"a":{"a":1}}"#,
        r#"{"a":1,"a":1}"#,
        r#"[{"a":1,"\u0061":2}]"#,
        "[1,]",
        r#"{"a":1,}"#,
        "01",
        "1.",
        ".5",
        "+1",
        "NaN",
        "Infinity",
        "0x10",
        "'x'",
        "undefined",
        "\"\u{7f}\"",
        "\"\t\"",
        "\"\u{2028}\"",
        "\"unterminated",
        "/**/1",
        "nul",
        "tru",
    ]
    .iter()
    .map(|value| (*value).to_owned())
    .collect();
    for seconds in [0.0, 0.5, -0.5, 1.0, -1.0] {
        odd.push(format!("{}", NOW as f64 + seconds));
        odd.push(format!("{:e}", NOW as f64 + seconds));
    }
    odd.push(json!(ISSUER).to_string());
    odd.push(json!(AUDIENCE).to_string());
    odd.push(json!([AUDIENCE, null]).to_string());
    odd.push(json!([AUDIENCE, ""]).to_string());
    odd.push(json!([[AUDIENCE]]).to_string());
    for depth in [64, 126, 127, 128, 129, 200] {
        odd.push(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    }
    odd
}

/// An object's text with a member set, whatever its text is.
fn with(object: &Map<String, Value>, name: &str, value: &str) -> String {
    let mut object = object.clone();
    object.remove(name);
    let rest = Value::Object(object).to_string();
    format!("{},{}:{value}}}", &rest[..rest.len() - 1], json!(name))
}

#[test]
fn signed_again_with_odd_claims_and_headers() {
    const CLAIMS: &[&str] =
        &["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "scp", "cnf", "", "__proto__", "é"];
    const MEMBERS: &[&str] =
        &["alg", "typ", "kid", "cty", "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip", "x"];
    let mut tally = Tally::default();
    let mut chance = Chance::of("odd");
    let claims = base_claims();
    let good = Value::Object(claims.clone()).to_string();
    for (at, peer) in peers().iter().enumerate() {
        let header = peer.header().as_object().unwrap().clone();
        let odd = |object: &Map<String, Value>, names: &[&str]| -> Vec<String> {
            names.iter().flat_map(|name| odd_values().into_iter().map(|value| with(object, name, &value))).collect()
        };
        let without = claims.keys().map(|name| {
            let mut without = claims.clone();
            without.remove(name);
            Value::Object(without).to_string()
        });
        let headers: Vec<String> = odd(&header, MEMBERS).into_iter().chain(odd_headers(&header)).collect();
        let bodies = odd(&claims, CLAIMS).into_iter().chain(without).map(String::into_bytes);
        let bodies: Vec<Vec<u8>> = bodies.chain(odd_documents(&good)).collect();
        // What is read does not depend on the algorithm: one reads it all, the slow ones a sample.
        let mut chosen = || at == 0 || chance.up_to(50) == 0;
        for header in headers.iter().filter(|_| chosen()) {
            tally.hold(peer, &peer.token(header.as_bytes(), good.as_bytes()));
        }
        for body in bodies.iter().filter(|_| chosen()) {
            tally.hold(peer, &peer.token(peer.header().to_string().as_bytes(), body));
        }
    }
    let needed = tally.finish("odd claims and headers");
    let rules = STRICTER.iter().chain(MORE_LENIENT).map(|(name, _)| *name);
    let idle: Vec<&str> = rules.filter(|name| !needed.contains_key(name)).collect();
    assert!(idle.is_empty(), "rules that explain nothing: {idle:#?}");
}

fn odd_headers(header: &Map<String, Value>) -> Vec<String> {
    const ALGS: &[&str] =
        &["none", "NONE", "HS256", "hs256", "RS256", "ES256", "EdDSA", "Ed25519", "", " HS256", "HS256\u{0}"];
    const TYPES: &[&str] =
        &["jwt", "JWT", "at+jwt", "application/at+jwt", "APPLICATION/JWT", "dpop+jwt", "application/a/b"];
    let set = |name: &'static str| move |value: &&str| with(header, name, &json!(value).to_string());
    let mut headers: Vec<String> = ALGS.iter().map(set("alg")).chain(TYPES.iter().map(set("typ"))).collect();
    for crit in [r#"["x"]"#, r#"["b64"]"#, r#"["alg"]"#, r#"["x","x"]"#, r#"["missing"]"#] {
        let rest = with(header, "crit", crit);
        headers.push(format!(r#"{},"x":1,"b64":true}}"#, &rest[..rest.len() - 1]));
        headers.push(format!(r#"{},"x":1,"b64":false}}"#, &rest[..rest.len() - 1]));
    }
    let alg = &header["alg"];
    headers.extend([
        format!(r#"{{"alg":"none","alg":{alg}}}"#),
        format!(r#"{{"\u0061lg":{alg}}}"#),
        format!(r#"{{"Alg":{alg}}}"#),
        format!("\u{feff}{{\"alg\":{alg}}}"),
        format!("\r\n {{\t\"alg\" : {alg}\n}} "),
        format!(r#"{{"alg":{alg}}}{{}}"#),
    ]);
    headers
}

fn odd_documents(good: &str) -> Vec<Vec<u8>> {
    let inner = &good[1..good.len() - 1];
    let texts = [
        String::new(),
        "null".into(),
        "[]".into(),
        "1".into(),
        r#""x""#.into(),
        "{".into(),
        "{}".into(),
        format!("[{good}]"),
        format!("{good} "),
        format!("\r\n\t {good}"),
        format!("{good}x"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        format!("{good}{good}"),
        format!("{{{inner},}}"),
        format!("{{,{inner}}}"),
        format!(r#"{{{inner} "x":1}}"#),
        format!(r#"{{{inner},"exp":{}}}"#, NOW + 7200),
        format!(r#"{{"exp":1,{inner}}}"#),
        format!(r#"{{{inner},"\u0065xp":1}}"#),
        format!(r#"{{{inner},"EXP":1}}"#),
        format!(r#"{{{inner},"x":{{"y":[{{"z":1,"z":2}}]}}}}"#),
        good.replace('"', "'"),
        good.to_uppercase(),
    ];
    let mut documents: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    for invalid in [&b"\xff"[..], b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"] {
        let start = format!(r#"{{{inner},"x":""#).into_bytes();
        documents.push([&start, invalid, b"\"}"].concat());
    }
    documents
}
