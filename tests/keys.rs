//! Which keys are taken, which are refused and why, and which of a set's keys
//! are held against a token.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use jotgate::key::thumbprint::{self, Hash};
use jotgate::key::{Key, KeySet, jwks::MAX_KEYS};
use jotgate::token::base64url;
use jotgate::{Alg, Error};
use serde_json::{Value, json};

const EC_X: &str = "JXoCwjARUof0Jb3sld4LUMYUNbJIO019XT46lwzw3t8";
const EC_Y: &str = "WTaMCOWQeuywnYSrdu68138Bh4nhIoq1GYFFgCyRggA";
const ED_X: &str = "8f-Bl-PmDTSHbiZRkNulhwrUgAiE2rQd8l2kS0yRaAM";
const MODULUS: &str = concat!(
    "rZ9zIehzJhskEE_-t0XAtTFrgqAjufV8_2amFHK6IDEC6HmUPnDU1_HW17kpG1Kp8QqXUwNtC9NsYznqdv5Yc_lhtxV8NssJ",
    "QtBurrsXHQdRnZDeVyHjaQuF0DLRUqfZj3hRDX9Imx6CnmhQ_0IE4lVBqAPS4dvcBMbPeRGFMiC3_TtMMfcGHjU_jdhiS_gp",
    "T0_Kwr7hCL027dTW_N_e2Rksy8rCfkydbKcew_h4cCDZlsFGMmeGX-dqfzVme5TK0c5iNR_452F5m3Me2_zHXUgqTrEA3_PS",
    "ILCILt3eJHk1SU3XTbLnMBZcJQhIUmboA_1zgDJjgRHbSuaW6lETpw",
);

fn rsa() -> Value {
    json!({ "kty": "RSA", "n": MODULUS, "e": "AQAB" })
}

fn ec() -> Value {
    json!({ "kty": "EC", "crv": "P-256", "x": EC_X, "y": EC_Y })
}

fn p384() -> Value {
    json!({
        "kty": "EC",
        "crv": "P-384",
        "x": "yV3GdiNh1bAsp9g42OD9LaAK_7aLS1QYIvL4MlQIs_g0C2_HC8J3OEDa7jrSXUHY",
        "y": "LLcPo6G-allFlTdSmru5Q780YO2I1ZAZJ4IgM2FGfW5cQW0XwJ9pVheAvMBxQCY-",
    })
}

fn p521() -> Value {
    json!({
        "kty": "EC",
        "crv": "P-521",
        "x": "AdkI_TXbKPq-zLmVP9YCm6nRSD_MsrS_IfMWnfMr6v5AjS2GxZCQljylD2yhoNPhWBcLI675LbnugEJu8fsK8W3D",
        "y": "ATAufXRVsTnmxha93g8XKW8VApjr6yXgSTKcGa1zv9ohrYoTuh0FxmdBbrjWAnZsMIrpTzPBlRk1QmF4CT3VUo2S",
    })
}

fn k256() -> Value {
    json!({
        "kty": "EC",
        "crv": "secp256k1",
        "x": "TFU4wR4yz2d-BHQWENvRbRJ74buhnd08RIJ2HeE_Tts",
        "y": "bPEy48eeAV2-mrdK5Cp8VqY-7_sF6-_mRdhC_ii4i-A",
    })
}

fn ed25519() -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": ED_X })
}

fn oct(length: usize) -> Value {
    json!({ "kty": "oct", "k": base64url::encode(&vec![7; length]) })
}

/// `jwk` with these members set.
fn with(mut jwk: Value, members: Value) -> Value {
    jwk.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    jwk
}

/// `jwk` without this member.
fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(name);
    jwk
}

fn modulus(bits: usize) -> Vec<u8> {
    let mut octets = vec![0; bits.div_ceil(8)];
    octets[0] = 1 << ((bits - 1) % 8);
    *octets.last_mut().unwrap() |= 3;
    octets
}

fn rsa_of(n: &[u8], e: &[u8]) -> Value {
    json!({ "kty": "RSA", "n": base64url::encode(n), "e": base64url::encode(e) })
}

/// 2048 bits, and modulo each of the first 126 primes a power of 65537.
const ROCA: &str = concat!(
    "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAEFl3G8jBPs5LIt0nwkZjg1HqLFT1OwL0lxLAFeItVaqun3Aw6fgcIhPuwmfeHst7AbX",
    "noHChW1YqCkHY35MTPxn2kzbmgyW5QRig4JCdBPoG-O6sk7ogSPYygjTF-E0Mfg4QfVVe8lTQuJ5AROHTlhrIXuzn_YpW5PR",
    "Atlsc3ABT2EjJu1GAwgQ8vYnu7Rlhk5YMNMxJgpDoKg6fj0FY7_9qDfr6K702n-1U_GaRzbRyjLwF9nN4_UG77-PJyUJ6zRz",
    "xHbGrqW63MeHg4MPiPAfA7uVOaZ8t5ituZAUMHxPtTK81XHWbDddlQ",
);

#[test]
fn keys_that_are_taken() {
    let padded = |zeros: usize| {
        let mut n = vec![0; zeros];
        n.extend(base64url::decode(MODULUS.as_bytes()).unwrap());
        rsa_of(&n, &[1, 0, 1])
    };
    for jwk in [
        rsa(),
        ec(),
        p384(),
        p521(),
        k256(),
        ed25519(),
        oct(32),
        oct(33),
        oct(1000),
        with(rsa(), json!({ "alg": "RS256", "use": "sig", "key_ops": ["verify"], "kid": "a" })),
        with(rsa(), json!({ "alg": "PS512" })),
        with(ec(), json!({ "alg": "ES256", "key_ops": ["sign", "verify", "x"], "kid": "" })),
        with(ed25519(), json!({ "alg": "EdDSA" })),
        with(ed25519(), json!({ "alg": "Ed25519" })),
        with(oct(64), json!({ "alg": "HS512" })),
        // What has no meaning here is ignored, whatever it is.
        with(rsa(), json!({ "x5c": 1, "x5u": {}, "x5t": [], "ext": true, "crv": 5, "k": null, "iat": 0 })),
        with(ec(), json!({ "__proto__": { "d": 1 }, "D": "x" })),
        padded(1),
        padded(17),
        rsa_of(&modulus(2048), &[3]),
        rsa_of(&modulus(2049), &[0, 1, 0, 1]),
        rsa_of(&modulus(8192), &[0xff, 0xff, 0xff, 0xff]),
    ] {
        let read = KeySet::from_jwk(jwk.to_string().as_bytes());
        assert!(read.is_ok(), "{jwk}: {read:?}");
    }
}

#[test]
fn keys_that_are_refused() {
    let changed = |base64url: &str| {
        let mut octets = base64url::decode(base64url.as_bytes()).unwrap();
        octets[5] ^= 1;
        base64url::encode(&octets)
    };
    let field = |octet: u8, length: usize| base64url::encode(&vec![octet; length]);
    let even = |mut n: Vec<u8>| {
        *n.last_mut().unwrap() &= 0xfe;
        n
    };
    let short = |coordinate: &str| {
        let octets = base64url::decode(coordinate.as_bytes()).unwrap();
        base64url::encode(&octets[1..])
    };
    let long = |coordinate: &str| {
        let mut octets = vec![0];
        octets.extend(base64url::decode(coordinate.as_bytes()).unwrap());
        base64url::encode(&octets)
    };

    let mut table = vec![
        // kty, crv: RFC 7517 §4.1, RFC 7518 §6.2.1.1
        (json!({}), Error::JwkMember),
        (without(rsa(), "kty"), Error::JwkMember),
        (with(rsa(), json!({ "kty": null })), Error::JwkMember),
        (with(rsa(), json!({ "kty": ["RSA"] })), Error::JwkMember),
        (with(rsa(), json!({ "kty": "rsa" })), Error::JwkUnsupported),
        (with(rsa(), json!({ "kty": "RSA " })), Error::JwkUnsupported),
        (with(rsa(), json!({ "kty": "" })), Error::JwkUnsupported),
        (with(rsa(), json!({ "kty": "DSA" })), Error::JwkUnsupported),
        (with(rsa(), json!({ "kty": "EC" })), Error::JwkMember),
        (with(ec(), json!({ "kty": "OKP" })), Error::JwkUnsupported),
        (with(ec(), json!({ "kty": "RSA" })), Error::JwkMember),
        (with(ec(), json!({ "kty": "oct" })), Error::JwkMember),
        (with(oct(32), json!({ "kty": "RSA" })), Error::JwkMember),
        (without(ec(), "crv"), Error::JwkMember),
        (with(ec(), json!({ "crv": 256 })), Error::JwkMember),
        (with(ec(), json!({ "crv": "p-256" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "P256" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "secp256r1" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "prime256v1" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "P-224" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "P-256K" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "Ed25519" })), Error::JwkUnsupported),
        (with(ec(), json!({ "crv": "" })), Error::JwkUnsupported),
        (without(ed25519(), "crv"), Error::JwkMember),
        (with(ed25519(), json!({ "crv": "ed25519" })), Error::JwkUnsupported),
        (with(ed25519(), json!({ "crv": "Ed448" })), Error::JwkUnsupported),
        (with(ed25519(), json!({ "crv": "X25519" })), Error::JwkUnsupported),
        (with(ed25519(), json!({ "crv": "P-256" })), Error::JwkUnsupported),
        (with(ed25519(), json!({ "kty": "EC" })), Error::JwkUnsupported),
        (json!({ "kty": "AKP", "pub": ED_X }), Error::JwkUnsupported),
        (json!({ "kty": "AKP", "alg": "ML-DSA-11", "pub": ED_X }), Error::JwkUnsupported),
        (json!({ "kty": "AKP", "alg": "EdDSA", "pub": ED_X }), Error::JwkUnsupported),
        // use, key_ops, alg, kid: RFC 7517 §4.2 to §4.5
        (with(rsa(), json!({ "use": "enc" })), Error::JwkUse),
        (with(rsa(), json!({ "use": "SIG" })), Error::JwkUse),
        (with(rsa(), json!({ "use": "" })), Error::JwkUse),
        (with(rsa(), json!({ "use": "wrap" })), Error::JwkUse),
        (with(rsa(), json!({ "use": null })), Error::JwkUse),
        (with(rsa(), json!({ "use": ["sig"] })), Error::JwkUse),
        (with(rsa(), json!({ "use": "enc", "key_ops": ["verify"] })), Error::JwkUse),
        (with(rsa(), json!({ "key_ops": [] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": null })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": "verify" })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": { "verify": true } })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["sign"] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["Verify"] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["encrypt", "wrapKey"] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["verify", 1] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["verify", "verify"] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["verify", "sign", "sign"] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "key_ops": ["sign"], "use": "sig" })), Error::JwkKeyOps),
        (with(oct(32), json!({ "key_ops": ["sign"] })), Error::JwkKeyOps),
        (with(rsa(), json!({ "alg": null })), Error::JwkMember),
        (with(rsa(), json!({ "alg": ["RS256"] })), Error::JwkMember),
        (with(rsa(), json!({ "alg": "" })), Error::JwkAlg),
        (with(rsa(), json!({ "alg": "none" })), Error::JwkAlg),
        (with(rsa(), json!({ "alg": "rs256" })), Error::JwkAlg),
        (with(rsa(), json!({ "alg": "RS1" })), Error::JwkAlg),
        (with(rsa(), json!({ "alg": "RSA-OAEP" })), Error::JwkAlg),
        (with(rsa(), json!({ "alg": "HS256" })), Error::JwkAlg),
        (with(rsa(), json!({ "alg": "ES256" })), Error::JwkAlg),
        (with(ec(), json!({ "alg": "RS256" })), Error::JwkAlg),
        (with(ec(), json!({ "alg": "ES384" })), Error::JwkAlg),
        (with(ec(), json!({ "alg": "ES256K" })), Error::JwkAlg),
        (with(ec(), json!({ "alg": "ESP256" })), Error::JwkAlg),
        (with(ec(), json!({ "alg": "ECDH-ES" })), Error::JwkAlg),
        (with(p521(), json!({ "alg": "ES521" })), Error::JwkAlg),
        (with(k256(), json!({ "alg": "ES256" })), Error::JwkAlg),
        (with(ed25519(), json!({ "alg": "ES256" })), Error::JwkAlg),
        (with(ed25519(), json!({ "alg": "Ed448" })), Error::JwkAlg),
        (with(oct(64), json!({ "alg": "RS256" })), Error::JwkAlg),
        (with(oct(64), json!({ "alg": "A256KW" })), Error::JwkAlg),
        (with(rsa(), json!({ "kid": 1 })), Error::JwkMember),
        (with(rsa(), json!({ "kid": null })), Error::JwkMember),
        (with(rsa(), json!({ "kid": ["a"] })), Error::JwkMember),
        // private keys: RFC 7517 §9.2
        (with(ec(), json!({ "d": EC_X })), Error::JwkPrivate),
        (with(ec(), json!({ "d": null })), Error::JwkPrivate),
        (with(ed25519(), json!({ "d": ED_X })), Error::JwkPrivate),
        // RSA: RFC 7518 §3.3, §6.3.1; RFC 8017 §3.1
        (without(rsa(), "n"), Error::JwkMember),
        (without(rsa(), "e"), Error::JwkMember),
        (with(rsa(), json!({ "n": null })), Error::JwkMember),
        (with(rsa(), json!({ "n": 65537 })), Error::JwkMember),
        (with(rsa(), json!({ "n": "" })), Error::RsaModulus),
        (with(rsa(), json!({ "n": "AA" })), Error::RsaModulus),
        (with(rsa(), json!({ "n": field(0, 256) })), Error::RsaModulus),
        (with(rsa(), json!({ "n": "Aw" })), Error::RsaModulus),
        (rsa_of(&modulus(512), &[1, 0, 1]), Error::RsaModulus),
        (rsa_of(&modulus(1024), &[1, 0, 1]), Error::RsaModulus),
        (rsa_of(&modulus(2047), &[1, 0, 1]), Error::RsaModulus),
        (rsa_of(&modulus(8193), &[1, 0, 1]), Error::RsaModulus),
        (rsa_of(&modulus(16384), &[1, 0, 1]), Error::RsaModulus),
        (rsa_of(&modulus(1_000_000), &[1, 0, 1]), Error::RsaModulus),
        (rsa_of(&even(modulus(2048)), &[1, 0, 1]), Error::RsaModulus),
        (with(rsa(), json!({ "n": ROCA })), Error::RsaFaulty),
        (with(rsa(), json!({ "e": "" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": "AA" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": "AQ" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": "Ag" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": "AAE" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": "AQAA" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": "AQAAAAE" })), Error::RsaExponent),
        (with(rsa(), json!({ "e": MODULUS })), Error::RsaExponent),
        // EC: RFC 7518 §6.2.1
        (without(ec(), "x"), Error::JwkMember),
        (without(ec(), "y"), Error::JwkMember),
        (with(ec(), json!({ "y": null })), Error::JwkMember),
        (with(ec(), json!({ "x": "" })), Error::EcPoint),
        (with(ec(), json!({ "x": short(EC_X) })), Error::EcPoint),
        (with(ec(), json!({ "y": short(EC_Y) })), Error::EcPoint),
        (with(ec(), json!({ "x": long(EC_X) })), Error::EcPoint),
        (with(ec(), json!({ "y": long(EC_Y) })), Error::EcPoint),
        (with(ec(), json!({ "x": changed(EC_X) })), Error::EcPoint),
        (with(ec(), json!({ "y": changed(EC_Y) })), Error::EcPoint),
        (with(ec(), json!({ "x": EC_Y, "y": EC_X })), Error::EcPoint),
        (with(ec(), json!({ "x": field(0, 32), "y": field(0, 32) })), Error::EcPoint),
        (with(ec(), json!({ "x": field(0xff, 32) })), Error::EcPoint),
        (with(ec(), json!({ "y": field(0xff, 32) })), Error::EcPoint),
        (with(ec(), json!({ "crv": "P-384" })), Error::EcPoint),
        (with(ec(), json!({ "crv": "P-521" })), Error::EcPoint),
        (with(ec(), json!({ "crv": "secp256k1" })), Error::EcPoint),
        (with(k256(), json!({ "crv": "P-256" })), Error::EcPoint),
        (with(p384(), json!({ "crv": "P-256" })), Error::EcPoint),
        (with(p384(), json!({ "x": field(0xff, 48) })), Error::EcPoint),
        (with(p521(), json!({ "x": field(0xff, 66) })), Error::EcPoint),
        (with(p521(), json!({ "x": field(1, 65) })), Error::EcPoint),
        // OKP: RFC 8037 §2, RFC 8032 §5.1.3
        (without(ed25519(), "x"), Error::JwkMember),
        (with(ed25519(), json!({ "x": "" })), Error::OkpPoint),
        (with(ed25519(), json!({ "x": short(ED_X) })), Error::OkpPoint),
        (with(ed25519(), json!({ "x": long(ED_X) })), Error::OkpPoint),
        (with(ed25519(), json!({ "x": "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })), Error::OkpPoint),
        // oct: RFC 7518 §3.2
        (without(oct(32), "k"), Error::JwkMember),
        (with(oct(32), json!({ "k": 5 })), Error::JwkMember),
        (with(oct(32), json!({ "k": "" })), Error::SecretTooShort),
        (oct(1), Error::SecretTooShort),
        (oct(31), Error::SecretTooShort),
        (with(oct(31), json!({ "alg": "HS256" })), Error::SecretTooShort),
        (with(oct(47), json!({ "alg": "HS384" })), Error::SecretTooShort),
        (with(oct(63), json!({ "alg": "HS512" })), Error::SecretTooShort),
    ];
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"] {
        table.push((with(rsa(), json!({ private: "AQ" })), Error::JwkPrivate));
    }
    // Every point of small order, and some encodings with y ≥ p or a sign on x = 0.
    for x in [
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "7P_______________________________________38",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
        "7v_______________________________________38",
        "7f_______________________________________38",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        "8P_______________________________________38",
        "-________________________________________38",
    ] {
        table.push((with(ed25519(), json!({ "x": x })), Error::OkpPoint));
    }
    // RFC 7515 §2: no padding, no white space, no other alphabet, no stray bits.
    for (jwk, member) in [(rsa(), "n"), (rsa(), "e"), (ec(), "x"), (ec(), "y"), (ed25519(), "x"), (oct(32), "k")] {
        let value = jwk[member].as_str().unwrap().to_owned();
        let head = &value[..value.len() - 1];
        for bad in [
            format!("{value}="),
            format!("{value}=="),
            format!("{value} "),
            format!("{value}\n"),
            format!("\u{feff}{value}"),
            format!("{head}+"),
            format!("{head}/"),
            format!("{head}\u{e9}"),
            format!("{head}\u{0}"),
            format!("{value}A.A"),
        ] {
            table.push((with(jwk.clone(), json!({ member: bad })), Error::JwkMember));
        }
    }
    table.push((with(ec(), json!({ "x": EC_X.replace("3t8", "3t9") })), Error::JwkMember));

    for (jwk, error) in &table {
        let read = KeySet::from_jwk(jwk.to_string().as_bytes());
        assert_eq!(read.err(), Some(*error), "{jwk}");
        // In a set the same key is refused for the same reason, and alone.
        let other = with(p384(), json!({ "kid": "other" }));
        let set = json!({ "keys": [jwk, other] });
        let set = KeySet::from_jwks(set.to_string().as_bytes()).unwrap();
        assert_eq!(set.keys().len(), 1, "{jwk}");
        assert_eq!(set.refused().len(), 1, "{jwk}");
        assert_eq!((set.refused()[0].index, set.refused()[0].error), (0, *error), "{jwk}");
    }
    println!("{} keys refused", table.len());
}

#[test]
fn texts_that_are_no_jwk() {
    let jwk = ec().to_string();
    let members = &jwk[1..jwk.len() - 1];
    for text in [
        String::new(),
        "null".into(),
        "[]".into(),
        format!("[{jwk}]"),
        format!("{jwk}{jwk}"),
        format!("{jwk}\u{0}"),
        format!("\u{feff}{jwk}"),
        jwk[..jwk.len() - 1].to_owned(),
        format!("{{{members},}}"),
        // Which of the two would count?
        format!("{{{members},\"kty\":\"EC\"}}"),
        format!("{{{members},\"k\\u0074y\":\"oct\"}}"),
        format!("{{{members},\"a\":{{\"b\":1,\"b\":2}}}}"),
        format!("{{{members},\"a\":{}{}}}", "[".repeat(200), "]".repeat(200)),
    ] {
        assert_eq!(KeySet::from_jwk(text.as_bytes()).err(), Some(Error::JwkJson), "{text}");
    }
    assert_eq!(KeySet::from_jwk(b"{\"kty\":\"\xff\"}").err(), Some(Error::JwkJson));
}

/// Standard base64 in lines of 64.
fn pem(label: &str, der: &[u8]) -> String {
    let mut base64 = base64url::encode(der).replace('-', "+").replace('_', "/");
    while !base64.len().is_multiple_of(4) {
        base64.push('=');
    }
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn unpem(base64: &str) -> Vec<u8> {
    let base64url = base64.trim_end_matches('=').replace('+', "-").replace('/', "_");
    base64url::decode(base64url.as_bytes()).unwrap()
}

const RSA_SPKI: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArZ9zIehzJhskEE/+t0XAtTFrgqAjufV8/2amFHK6IDEC6HmUPnDU1/HW17kpG1Kp8QqXUwNtC9NsYznqdv5Yc/lhtxV8NssJQtBurrsXHQdRnZDeVyHjaQuF0DLRUqfZj3hRDX9Imx6CnmhQ/0IE4lVBqAPS4dvcBMbPeRGFMiC3/TtMMfcGHjU/jdhiS/gpT0/Kwr7hCL027dTW/N/e2Rksy8rCfkydbKcew/h4cCDZlsFGMmeGX+dqfzVme5TK0c5iNR/452F5m3Me2/zHXUgqTrEA3/PSILCILt3eJHk1SU3XTbLnMBZcJQhIUmboA/1zgDJjgRHbSuaW6lETpwIDAQAB";
const EC_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJXoCwjARUof0Jb3sld4LUMYUNbJIO019XT46lwzw3t9ZNowI5ZB67LCdhKt27rzXfwGHieEiirUZgUWALJGCAA==";
const P384_SPKI: &str = "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEyV3GdiNh1bAsp9g42OD9LaAK/7aLS1QYIvL4MlQIs/g0C2/HC8J3OEDa7jrSXUHYLLcPo6G+allFlTdSmru5Q780YO2I1ZAZJ4IgM2FGfW5cQW0XwJ9pVheAvMBxQCY+";
const P521_SPKI: &str = "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQB2Qj9Ndso+r7MuZU/1gKbqdFIP8yytL8h8xad8yvq/kCNLYbFkJCWPKUPbKGg0+FYFwsjrvktue6AQm7x+wrxbcMBMC59dFWxOebGFr3eDxcpbxUCmOvrJeBJMpwZrXO/2iGtihO6HQXGZ0FuuNYCdmwwiulPM8GVGTVCYXgJPdVSjZI=";
const K256_SPKI: &str = "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAETFU4wR4yz2d+BHQWENvRbRJ74buhnd08RIJ2HeE/Ttts8TLjx54BXb6at0rkKnxWpj7v+wXr7+ZF2EL+KLiL4A==";
const ED_SPKI: &str = "MCowBQYDK2VwAyEA8f+Bl+PmDTSHbiZRkNulhwrUgAiE2rQd8l2kS0yRaAM=";

#[test]
fn pem_that_is_taken() {
    for (spki, jwk) in [
        (RSA_SPKI, rsa()),
        (EC_SPKI, ec()),
        (P384_SPKI, p384()),
        (P521_SPKI, p521()),
        (K256_SPKI, k256()),
        (ED_SPKI, ed25519()),
    ] {
        let from_jwk = KeySet::from_jwk(jwk.to_string().as_bytes()).unwrap();
        let text = pem("PUBLIC KEY", &unpem(spki));
        for text in [
            text.clone(),
            text.trim_end().to_owned(),
            text.replace('\n', "\r\n"),
            format!("\n  {text}\n\n"),
            // RFC 7468 §2: parsers may take other line lengths.
            format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----"),
        ] {
            let from_pem = KeySet::from_pem(text.as_bytes()).unwrap();
            assert_eq!(from_pem.keys()[0].to_public_jwk(), from_jwk.keys()[0].to_public_jwk());
            assert_eq!(from_pem.keys()[0].alg(), None);
        }
    }
}

#[test]
fn pem_that_is_refused() {
    let ec = unpem(EC_SPKI);
    let rsa = unpem(RSA_SPKI);
    let ed = unpem(ED_SPKI);
    let edited = |der: &[u8], at: usize, octet: u8| {
        let mut der = der.to_vec();
        der[at] = octet;
        pem("PUBLIC KEY", &der)
    };
    let longer = |der: &[u8]| {
        let mut der = der.to_vec();
        der.push(0);
        pem("PUBLIC KEY", &der)
    };
    let text = pem("PUBLIC KEY", &ec);
    let (begin, rest) = text.split_once('\n').unwrap();
    // The OID's last arc: prime256v1 is 1.2.840.10045.3.1.7.
    let curve = ec.windows(8).position(|octets| octets == [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]).unwrap() + 7;
    let null = rsa.windows(2).position(|octets| octets == [5, 0]).unwrap();

    // One octet more behind the RSAPublicKey, within the bit string.
    let mut trailing = rsa.clone();
    trailing.push(0);
    trailing[3] += 1;
    trailing[null + 5] += 1;

    for (text, error) in [
        (String::new(), Error::PemInvalid),
        ("x".into(), Error::PemInvalid),
        (EC_SPKI.into(), Error::PemInvalid),
        ("-----BEGIN PUBLIC KEY-----".into(), Error::PemInvalid),
        ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n".into(), Error::PemInvalid),
        ("-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n".into(), Error::PemInvalid),
        ("-----BEGIN -----\nAAAA\n-----END -----\n".into(), Error::PemLabel),
        // Around and inside the text.
        (format!("my key\n{text}"), Error::PemInvalid),
        (format!("{text}my key"), Error::PemInvalid),
        (format!("{text}{text}"), Error::PemInvalid),
        (format!("\u{feff}{text}"), Error::PemInvalid),
        (format!("{begin}\nProc-Type: 4,ENCRYPTED\n\n{rest}"), Error::PemInvalid),
        (format!("{begin}\n\n{rest}"), Error::PemInvalid),
        (text.replacen("-----BEGIN", "----BEGIN", 1), Error::PemInvalid),
        (text.replace("END PUBLIC", "END PRIVATE"), Error::PemInvalid),
        (text.replace("PUBLIC KEY", "public key"), Error::PemLabel),
        (text.replace('A', "*"), Error::PemInvalid),
        (text.replace('/', "_").replace('+', "-").replacen('Y', "_", 1), Error::PemInvalid),
        (text.replace('=', ""), Error::PemInvalid),
        // Other labels.
        (pem("PRIVATE KEY", &ec), Error::JwkPrivate),
        (pem("EC PRIVATE KEY", &ec), Error::JwkPrivate),
        (pem("RSA PRIVATE KEY", &ec), Error::JwkPrivate),
        (pem("ENCRYPTED PRIVATE KEY", &ec), Error::JwkPrivate),
        (pem("OPENSSH PRIVATE KEY", &ec), Error::JwkPrivate),
        (pem("RSA PUBLIC KEY", &rsa), Error::PemLabel),
        (pem("CERTIFICATE", &ec), Error::PemLabel),
        (pem("X509 CERTIFICATE", &ec), Error::PemLabel),
        (pem("EC PARAMETERS", &ec), Error::PemLabel),
        (pem("SSH2 PUBLIC KEY", &ec), Error::PemLabel),
        // What is under the right label.
        (pem("PUBLIC KEY", b"\x30\x00"), Error::PemInvalid),
        (pem("PUBLIC KEY", b"\x00\x00\x00"), Error::PemInvalid),
        (
            pem(
                "PUBLIC KEY",
                &unpem(
                    "MIIBCgKCAQEArZ9zIehzJhskEE/+t0XAtTFrgqAjufV8/2amFHK6IDEC6HmUPnDU1/HW17kpG1Kp8QqXUwNtC9NsYznqdv5Yc/lhtxV8NssJQtBurrsXHQdRnZDeVyHjaQuF0DLRUqfZj3hRDX9Imx6CnmhQ/0IE4lVBqAPS4dvcBMbPeRGFMiC3/TtMMfcGHjU/jdhiS/gpT0/Kwr7hCL027dTW/N/e2Rksy8rCfkydbKcew/h4cCDZlsFGMmeGX+dqfzVme5TK0c5iNR/452F5m3Me2/zHXUgqTrEA3/PSILCILt3eJHk1SU3XTbLnMBZcJQhIUmboA/1zgDJjgRHbSuaW6lETpwIDAQAB",
                ),
            ),
            Error::PemInvalid,
        ),
        (
            pem(
                "PUBLIC KEY",
                &unpem(
                    "MIIBLDCB36ADAgECAhRx6/dNi+q0a1rgGBbvzaeOiuBraDAFBgMrZXAwDDEKMAgGA1UEAwwBeDAeFw0yNjExMjIwMjQxNTRaFw0zNjExMTkwMjQxNTRaMAwxCjAIBgNVBAMMAXgwKjAFBgMrZXADIQDx/4GX4+YNNIduJlGQ26WHCtSACITatB3yXaRLTJFoA6NTMFEwHQYDVR0OBBYEFDF8BgmO70YA/uUVpt7ow33JFNQbMB8GA1UdIwQYMBaAFDF8BgmO70YA/uUVpt7ow33JFNQbMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAldHxMNKvMJ5KbaPjUwak2N9K1qvaTHstNIyefp8+r4DfWVUEdvPCrinyfWpuaPAKgcZ1h9lzupIG4Ivpw7szDA==",
                ),
            ),
            Error::PemInvalid,
        ),
        (longer(&ec), Error::PemInvalid),
        (longer(&rsa), Error::PemInvalid),
        (pem("PUBLIC KEY", &trailing), Error::PemInvalid),
        (longer(&ed), Error::PemInvalid),
        (pem("PUBLIC KEY", &ec[..ec.len() - 1]), Error::PemInvalid),
        (pem("PUBLIC KEY", &ed[..ed.len() - 1]), Error::PemInvalid),
        // A BER length, and a bit string with unused bits.
        (pem("PUBLIC KEY", &[&[0x30, 0x81, ed[1]], &ed[2..]].concat()), Error::PemInvalid),
        (edited(&ed, 11, 1), Error::PemInvalid),
        // Parameters: RFC 3279 §2.3.1, RFC 5480 §2.1.1, RFC 8410 §3.
        (edited(&rsa, null, 4), Error::PemInvalid),
        (pem("PUBLIC KEY", &[&[0x30, 0x2c, 0x30, 0x07], &ed[4..9], &[5, 0], &ed[9..]].concat()), Error::PemInvalid),
        (edited(&ec, curve, 1), Error::JwkUnsupported),
        (
            pem(
                "PUBLIC KEY",
                &unpem(
                    "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABCV6AsIwEVKH9CW97JXeC1DGFDWySDtNfV0+OpcM8N7fWTaMCOWQeuywnYSrdu68138Bh4nhIoq1GYFFgCyRggA=",
                ),
            ),
            Error::JwkUnsupported,
        ),
        // Other keys.
        (
            pem(
                "PUBLIC KEY",
                &unpem(
                    "ME4wEAYHKoZIzj0CAQYFK4EEACEDOgAEBmu3ihP0ltQwrq2tKjw1LYcDWw2QR76kpqvfYvUEr6G4UAHABvjN1p8ruxpoW4gIUHUEtR+6fwU=",
                ),
            ),
            Error::JwkUnsupported,
        ),
        (
            pem(
                "PUBLIC KEY",
                &unpem("MEMwBQYDK2VxAzoAdUf7Iv4EXr4C7z5o/bVzs+IjlHrqTnfENg7C4ri+C1ZKAjLKkUhyl5AR112/322wu/ElNIYSg4WA"),
            ),
            Error::JwkUnsupported,
        ),
        (
            pem("PUBLIC KEY", &unpem("MCowBQYDK2VuAyEAa2GLFQRU4CQTBHfjhLUVWBw2kEA1ArWPGK8kgfWV3jM=")),
            Error::JwkUnsupported,
        ),
        (
            pem(
                "PUBLIC KEY",
                &unpem(
                    "MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBANzv59h0Tna1jmwYkslyeR87VljaxUqKCFkeEoYieg5M22ygauYzGOT/LZ65i2YS1OgrJh1/crl5P2JVDE1FYdXRV0RbvVClSlh3gj/1Cf6/D2XnaCNkNIaA8iN4rPhvB2kAMZUQf74TizeYZXkoyN+s505qCyiMdWzmAJIVrd2nLbDeoS/xNsbxW5yHmeuN3RqJzQ08CQEO3MCnHQ/ng7usyMkatYZclfQTiVtRb6FH2k2kRm8Isg3MV/5BtDjSrowxbp7y8VD0UN8RftChuFfbU/wOAZHsIjiu7Dvp5ReK2TsKj10hD5Px4WHfgX6ihsjDfZhh+eKNiqUNQoTVSHUCAwEAAQ==",
                ),
            ),
            Error::JwkUnsupported,
        ),
        (
            pem(
                "PUBLIC KEY",
                &unpem(
                    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDAir5kDsiyOq33x/eO+SaOmfyzIm1C1//9V35pZVZ3ZX/G9S8deDiPluFQuf84VwJzShvFtIDLw7jA87wYXJBtSD3kIR06xzO3sDEcoZ0G819T0qBsFFkMqL8qmzYHzPv98YiRmLm/cVXX3kXCh3O7k3G/AIfM8lMV7efrDLr3NQIDAQAB",
                ),
            ),
            Error::RsaModulus,
        ),
        (edited(&rsa, rsa.len() - 6, 0), Error::RsaModulus),
        (edited(&rsa, rsa.len() - 1, 0), Error::RsaExponent),
        (
            pem(
                "PUBLIC KEY",
                &unpem("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACJXoCwjARUof0Jb3sld4LUMYUNbJIO019XT46lwzw3t8="),
            ),
            Error::EcPoint,
        ),
        (edited(&ec, ec.len() - 1, 1), Error::EcPoint),
        (edited(&ec, ec.len() - 65, 6), Error::EcPoint),
        (edited(&ec, ec.len() - 65, 0), Error::EcPoint),
        (pem("PUBLIC KEY", &[&ed[..12], &[1][..], &[0; 31]].concat()), Error::OkpPoint),
    ] {
        assert_eq!(KeySet::from_pem(text.as_bytes()).err(), Some(error), "{text}");
    }
}

#[test]
fn sets_that_are_refused() {
    let too_many = json!({ "keys": vec![ec(); MAX_KEYS + 1] }).to_string();
    let twice = format!(r#"{{"keys":[{{"kid":"a","kid":"b"}},{}]}}"#, ec());
    for (text, error) in [
        ("", Error::JwksInvalid),
        ("null", Error::JwksInvalid),
        ("[]", Error::JwksInvalid),
        ("{}", Error::JwksInvalid),
        (r#"{"keys":null}"#, Error::JwksInvalid),
        (r#"{"keys":{}}"#, Error::JwksInvalid),
        (r#"{"keys":"x"}"#, Error::JwksInvalid),
        (r#"{"Keys":[]}"#, Error::JwksInvalid),
        (r#"{"__proto__":{"keys":[]}}"#, Error::JwksInvalid),
        (r#"{"keys":[],"keys":[]}"#, Error::JwksInvalid),
        (r#"{"keys":[]}}"#, Error::JwksInvalid),
        (r#"{"keys":[}"#, Error::JwksInvalid),
        (&*twice, Error::JwksInvalid),
        (&*too_many, Error::JwksTooLarge),
    ] {
        assert_eq!(KeySet::from_jwks(text.as_bytes()).err(), Some(error), "{text:.80}");
    }
}

#[test]
fn a_set_is_usable_for_its_good_keys() {
    let set = json!({ "keys": [
        null,
        with(rsa(), json!({ "kid": "a", "use": "enc" })),
        with(ec(), json!({ "kid": "b" })),
        "key",
        [],
        {},
        { "kty": "XYZ", "kid": 5 },
        with(without(ed25519(), "x"), json!({ "kid": "\u{1F511}" })),
        with(ed25519(), json!({ "kid": "c" })),
    ], "other": 1 });
    let set = KeySet::from_jwks(set.to_string().as_bytes()).unwrap();
    let kids: Vec<_> = set.keys().iter().map(|key| key.kid().unwrap()).collect();
    assert_eq!(kids, [b"b", b"c"]);
    let refused: Vec<_> =
        set.refused().iter().map(|refused| (refused.index, refused.kid.as_deref(), refused.error)).collect();
    assert_eq!(
        refused,
        [
            (0, None, Error::JwkJson),
            (1, Some(&b"a"[..]), Error::JwkUse),
            (3, None, Error::JwkJson),
            (4, None, Error::JwkJson),
            (5, None, Error::JwkMember),
            (6, None, Error::JwkUnsupported),
            (7, Some("\u{1F511}".as_bytes()), Error::JwkMember),
        ]
    );

    let many = json!({ "keys": vec![ec(); MAX_KEYS] }).to_string();
    assert_eq!(KeySet::from_jwks(many.as_bytes()).unwrap().keys().len(), MAX_KEYS);
    let none = KeySet::from_jwks(br#"{"keys":[]}"#).unwrap();
    assert!(none.keys().is_empty() && none.refused().is_empty());
}

#[test]
fn a_secret_beside_public_keys_is_not_used() {
    let secret = with(oct(32), json!({ "kid": "s" }));
    let broken = json!({ "kty": "RSA" });
    let unknown = json!({ "kty": "XYZ" });
    for other in [rsa(), ec(), ed25519(), broken, unknown, with(rsa(), json!({ "use": "enc" }))] {
        for keys in [json!([secret, other]), json!([other, secret])] {
            let set = KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
            assert_eq!(set.select(Alg::Hs256, Some(b"s")).count(), 0, "{keys}");
            assert!(set.keys().iter().all(|key| !key.allows(Alg::Hs256)), "{keys}");
            let report = set.refused().iter().find(|refused| refused.kid.as_deref() == Some(b"s"));
            assert_eq!(report.map(|refused| refused.error), Some(Error::JwksMixed), "{keys}");
        }
    }
    // Among secrets, and beside what is no key at all, it is.
    for keys in [json!([secret]), json!([oct(48), secret]), json!([{}, secret, 5])] {
        let set = KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        assert_eq!(set.select(Alg::Hs256, Some(b"s")).count(), 1, "{keys}");
    }
}

#[test]
fn selection() {
    let set = json!({ "keys": [
        with(rsa(), json!({ "kid": "a" })),
        with(rsa(), json!({ "kid": "a", "alg": "PS256" })),
        with(ec(), json!({ "kid": "a" })),
        with(ec(), json!({ "kid": "A", "alg": "ES256" })),
        ed25519(),
        with(ed25519(), json!({ "kid": "e", "alg": "Ed25519" })),
        with(p384(), json!({ "kid": "" })),
        with(k256(), json!({ "kid": "\u{e9}" })),
    ] });
    let set = KeySet::from_jwks(set.to_string().as_bytes()).unwrap();
    for (alg, kid, expected) in [
        (Alg::Rs256, Some("a"), &[0][..]),
        (Alg::Rs512, Some("a"), &[0]),
        (Alg::Ps256, Some("a"), &[0, 1]),
        (Alg::Ps384, Some("a"), &[0]),
        (Alg::Ps256, None, &[0, 1]),
        (Alg::Es256, Some("a"), &[2]),
        (Alg::Es256, Some("A"), &[3]),
        (Alg::Es256, None, &[2, 3]),
        (Alg::Es256, Some("a "), &[]),
        (Alg::Es256, Some(""), &[]),
        (Alg::Es256, Some("e"), &[]),
        (Alg::Es384, Some("a"), &[]),
        (Alg::Es384, Some(""), &[6]),
        (Alg::Es384, None, &[6]),
        (Alg::Es512, None, &[]),
        (Alg::Es256k, None, &[7]),
        (Alg::Es256k, Some("\u{e9}"), &[7]),
        (Alg::Es256k, Some("e\u{301}"), &[]),
        (Alg::EdDsa, None, &[4]),
        (Alg::Ed25519, None, &[4, 5]),
        (Alg::Ed25519, Some("e"), &[5]),
        (Alg::EdDsa, Some("e"), &[]),
        (Alg::EdDsa, Some("undefined"), &[]),
        (Alg::Hs256, None, &[]),
        (Alg::Hs256, Some("a"), &[]),
    ] {
        let selected: Vec<usize> = set.select(alg, kid.map(str::as_bytes)).collect();
        assert_eq!(selected, expected, "{} {kid:?}", alg.name());
    }

    // A key that was handed over by itself is meant, whatever the kid.
    let one = KeySet::from_jwk(with(ec(), json!({ "kid": "a" })).to_string().as_bytes()).unwrap();
    for kid in [None, Some(&b"a"[..]), Some(b"b"), Some(b"")] {
        assert_eq!(one.select(Alg::Es256, kid).count(), 1);
        assert_eq!(one.select(Alg::Es384, kid).count(), 0);
        assert_eq!(one.select(Alg::Hs256, kid).count(), 0);
    }

    // Different lone surrogates are different names.
    let text = format!(
        r#"{{"keys":[{},{}]}}"#,
        with(ec(), json!({ "kid": "$" })).to_string().replace('$', "\\ud800"),
        with(ec(), json!({ "kid": "$" })).to_string().replace('$', "\\ud801"),
    );
    let set = KeySet::from_jwks(text.as_bytes()).unwrap();
    assert_eq!(set.select(Alg::Es256, Some(b"\xed\xa0\x81")).collect::<Vec<_>>(), [1]);
    assert_eq!(set.select(Alg::Es256, Some("\u{fffd}".as_bytes())).count(), 0);
}

#[test]
fn secrets_are_for_hashes_no_longer_than_they_are() {
    for (length, algorithms) in [
        (32, &[Alg::Hs256][..]),
        (47, &[Alg::Hs256]),
        (48, &[Alg::Hs256, Alg::Hs384]),
        (63, &[Alg::Hs256, Alg::Hs384]),
        (64, &[Alg::Hs256, Alg::Hs384, Alg::Hs512]),
        (500, &[Alg::Hs256, Alg::Hs384, Alg::Hs512]),
    ] {
        let set = KeySet::from_secret(&vec![7; length]).unwrap();
        let allowed: Vec<Alg> = Alg::ALL.iter().copied().filter(|alg| set.keys()[0].allows(*alg)).collect();
        assert_eq!(allowed, algorithms, "{length}");
    }
    for length in [0, 1, 16, 31] {
        assert_eq!(KeySet::from_secret(&vec![7; length]).err(), Some(Error::SecretTooShort));
    }
}

#[test]
fn keys_of_the_platform_are_selected_and_never_verify() {
    for (kty, crv, alg, error) in [
        ("RSA", None, Some("RS256"), None),
        ("RSA", None, Some("PS512"), None),
        ("EC", Some("P-256"), None, None),
        ("EC", Some("P-521"), Some("ES512"), None),
        ("OKP", Some("Ed25519"), None, None),
        ("OKP", Some("Ed25519"), Some("Ed25519"), None),
        ("oct", None, Some("HS512"), None),
        ("RSA", None, None, Some(Error::JwkAlg)),
        ("oct", None, None, Some(Error::JwkAlg)),
        ("RSA", None, Some("HS256"), Some(Error::JwkAlg)),
        ("RSA", None, Some("none"), Some(Error::JwkAlg)),
        ("oct", None, Some("RS256"), Some(Error::JwkAlg)),
        ("EC", Some("P-256"), Some("ES384"), Some(Error::JwkAlg)),
        ("EC", None, Some("ES256"), Some(Error::JwkUnsupported)),
        ("EC", Some("P-224"), None, Some(Error::JwkUnsupported)),
        ("OKP", Some("X25519"), None, Some(Error::JwkUnsupported)),
        ("RSA", Some("P-256"), Some("RS256"), Some(Error::JwkUnsupported)),
        ("", None, None, Some(Error::JwkUnsupported)),
    ] {
        let key = Key::from_external(kty, crv, alg);
        assert_eq!(key.as_ref().err().copied(), error, "{kty} {crv:?} {alg:?}");
        let Ok(key) = key else { continue };
        assert!(key.is_external() && key.to_public_jwk().is_none() && key.thumbprint(Hash::Sha256).is_none());
        let allowed: Vec<Alg> = Alg::ALL.iter().copied().filter(|alg| key.allows(*alg)).collect();
        assert!(!allowed.is_empty() && alg.is_none_or(|alg| allowed == [Alg::from_name(alg).unwrap()]));
        assert!(allowed.iter().all(|alg| !key.verify(*alg, b"", b"")));
    }
}

/// Signed tokens with their keys, from RFC 7515 §A.1 to §A.3 and RFC 8037 §A.4.
fn signed() -> Vec<(Alg, Value, &'static str)> {
    vec![
        (
            Alg::Hs256,
            json!({ "kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow" }),
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (
            Alg::Rs256,
            json!({ "kty": "RSA", "e": "AQAB", "n": concat!(
                "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql",
                "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs",
                "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud",
                "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
            ) }),
            concat!(
                "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
                "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG",
                "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K",
                "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6",
                "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
            ),
        ),
        (
            Alg::Es256,
            json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }),
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            Alg::EdDsa,
            json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ]
}

#[test]
fn a_key_verifies_with_its_algorithm_only() {
    let keys: Vec<KeySet> =
        signed().iter().map(|(_, jwk, _)| KeySet::from_jwk(jwk.to_string().as_bytes()).unwrap()).collect();
    for (place, (alg, jwk, token)) in signed().into_iter().enumerate() {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = base64url::decode(signature.as_bytes()).unwrap();
        for (other_place, set) in keys.iter().enumerate() {
            for tried in Alg::ALL.iter().copied() {
                // Ed25519 is the same operation under its RFC 9864 name.
                let same = tried == alg || (alg == Alg::EdDsa && tried == Alg::Ed25519);
                let verdict = set.keys()[0].verify(tried, input.as_bytes(), &signature);
                assert_eq!(verdict, same && place == other_place, "{} {jwk}", tried.name());
            }
        }
        // Bound to another algorithm, the same key refuses a right signature.
        let bound = match alg {
            Alg::Hs256 => "HS512",
            Alg::Rs256 => "PS256",
            Alg::EdDsa => "Ed25519",
            _ => continue,
        };
        let bound = KeySet::from_jwk(with(jwk, json!({ "alg": bound })).to_string().as_bytes()).unwrap();
        assert!(!bound.keys()[0].verify(alg, input.as_bytes(), &signature));
    }
}

#[test]
fn a_signature_is_exact() {
    for (alg, jwk, token) in signed() {
        let set = KeySet::from_jwk(jwk.to_string().as_bytes()).unwrap();
        let key = &set.keys()[0];
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = base64url::decode(signature.as_bytes()).unwrap();
        let name = alg.name();
        assert!(key.verify(alg, input.as_bytes(), &signature), "{name}");
        for length in 0..signature.len() {
            assert!(!key.verify(alg, input.as_bytes(), &signature[..length]), "{name} cut to {length}");
        }
        assert!(!key.verify(alg, input.as_bytes(), &[&signature[..], &[0]].concat()), "{name}, longer");
        assert!(!key.verify(alg, input.as_bytes(), &[&[0], &signature[..]].concat()), "{name}, led by zero");
        for at in 0..signature.len() {
            let mut changed = signature.clone();
            changed[at] ^= 0x40;
            assert!(!key.verify(alg, input.as_bytes(), &changed), "{name}, octet {at}");
        }
        for octet in [0, 0xff] {
            assert!(!key.verify(alg, input.as_bytes(), &vec![octet; signature.len()]), "{name}, all {octet}");
        }
        let mut message = input.as_bytes().to_vec();
        *message.last_mut().unwrap() ^= 1;
        assert!(!key.verify(alg, &message, &signature), "{name}, other message");
        assert!(!key.verify(alg, b"", &signature), "{name}, no message");
    }
}

#[test]
fn hmac_agrees_with_jwt_compact() {
    use jwt_compact::{Algorithm, AlgorithmSignature, alg};
    fn check<A: Algorithm>(theirs: A, their_key: &A::SigningKey, ours: Alg, secret: &[u8]) {
        let key = KeySet::from_secret(secret).unwrap();
        for length in [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000] {
            let message = vec![length as u8; length];
            let mut code = theirs.sign(their_key, &message).as_bytes().into_owned();
            assert!(key.keys()[0].verify(ours, &message, &code), "{} {length}", ours.name());
            code[0] ^= 1;
            assert!(!key.keys()[0].verify(ours, &message, &code), "{} {length}", ours.name());
        }
    }
    for length in [64, 65, 127, 128, 129, 300] {
        let secret: Vec<u8> = (0..length).map(|at| (at * 7) as u8).collect();
        check(alg::Hs256, &alg::Hs256Key::new(&secret), Alg::Hs256, &secret);
        check(alg::Hs384, &alg::Hs384Key::new(&secret), Alg::Hs384, &secret);
        check(alg::Hs512, &alg::Hs512Key::new(&secret), Alg::Hs512, &secret);
    }
}

#[test]
fn an_algorithm_refuses_a_secret_shorter_than_its_hash() {
    use jotgate::alg::{hmac, verify};
    use jwt_compact::{Algorithm, AlgorithmSignature, alg};
    let secret = [7; 47];
    let key = hmac::VerifyingKey::new(&secret).unwrap();
    let hs256 = alg::Hs256.sign(&alg::Hs256Key::new(secret), b"message");
    let hs384 = alg::Hs384.sign(&alg::Hs384Key::new(secret), b"message");
    let hs512 = alg::Hs512.sign(&alg::Hs512Key::new(secret), b"message");
    assert!(verify(&hmac::Hs256, &key, b"message", &hs256.as_bytes()));
    assert!(!verify(&hmac::Hs384, &key, b"message", &hs384.as_bytes()));
    assert!(!verify(&hmac::Hs512, &key, b"message", &hs512.as_bytes()));
}

/// The families are algorithms to jwt-compact as well: its own validator takes
/// the RFCs' tokens with our keys.
#[test]
fn jwt_compact_verifies_with_our_algorithms() {
    use jotgate::alg::{ecdsa::es256, verify};
    use jotgate::alg::{eddsa, hmac, rsa};
    use jwt_compact::{Algorithm, AlgorithmExt, UntrustedToken};

    fn check<A: Algorithm>(algorithm: A, key: &A::VerifyingKey, token: &str) {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = base64url::decode(signature.as_bytes()).unwrap();
        assert!(verify(&algorithm, key, input.as_bytes(), &signature), "{}", algorithm.name());
        // The payload of RFC 8037 §A.4 is no claims set.
        if token.contains(".eyJ") {
            let token = UntrustedToken::new(token).unwrap();
            let valid = algorithm.validator::<Value>(key).validate(&token);
            assert!(valid.is_ok(), "{}", algorithm.name());
        }
    }
    for (alg, jwk, token) in signed() {
        let member = |name: &str| base64url::decode(jwk[name].as_str().unwrap().as_bytes()).unwrap();
        match alg {
            Alg::Hs256 => check(hmac::Hs256, &hmac::VerifyingKey::new(&member("k")).unwrap(), token),
            Alg::Rs256 => check(rsa::Rs256, &rsa::VerifyingKey::new(&member("n"), &member("e")).unwrap(), token),
            Alg::Es256 => check(es256::Es256, &es256::VerifyingKey::new(&member("x"), &member("y")).unwrap(), token),
            _ => check(eddsa::EdDsa, &eddsa::VerifyingKey::new(&member("x")).unwrap(), token),
        }
    }
}

#[test]
fn ed25519_refuses_a_commitment_of_small_order() {
    let set = KeySet::from_jwk(ed25519().to_string().as_bytes()).unwrap();
    // Made with the secret key: the group equation holds, with R the neutral
    // element, and with R its encoding by y = p + 1.
    for signature in [
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAATmL1GSNibrKj1I6u60VWS5MEuJF799gc274LP31P7AQ",
        "7v_______________________________________384fzfDn9JQFdPvTj-DlA0_eAdGdUBgSCfZ2zLMcvclCA",
    ] {
        let signature = base64url::decode(signature.as_bytes()).unwrap();
        assert_eq!(signature.len(), 64);
        for alg in [Alg::EdDsa, Alg::Ed25519] {
            assert!(!set.keys()[0].verify(alg, b"small", &signature), "{signature:?}");
        }
    }
}

#[test]
fn names_of_algorithms_are_exact() {
    for alg in Alg::ALL.iter().copied() {
        let name = alg.name();
        assert_eq!(Alg::from_name(name), Some(alg));
        for other in [
            name.to_lowercase(),
            format!("{name} "),
            format!(" {name}"),
            format!("{name}\0"),
            name[..name.len() - 1].to_owned(),
        ] {
            assert!(Alg::from_name(&other).is_none_or(|found| found.name() == other), "{other}");
        }
        assert_eq!(alg.is_symmetric(), name.starts_with("HS"), "{name}");
    }
    for name in ["", "none", "None", "nOnE", "dir", "RS1", "HS1", "ES512K", "Ed448", "ESP256", "A256GCM"] {
        assert_eq!(Alg::from_name(name), None, "{name}");
    }
}

#[test]
fn thumbprints() {
    // RFC 7638 §3.1, with SHA-384 and SHA-512 beside it; RFC 8037 §A.3.
    let rsa = json!({
        "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29", "n": concat!(
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK",
            "RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic",
            "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3",
            "XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        ),
    });
    let ed = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    for (jwk, hash, expected) in [
        (&rsa, Hash::Sha256, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        (&rsa, Hash::Sha384, "R9_OfJjSjaw8Fuum86UzK5ixTdN9bo9BaqPSiseq89DWfmqCdpSgUHus-cxDUNc8"),
        (&rsa, Hash::Sha512, "DpvEwocfn3FjeWWQjcJHzWrpKTIymKwgoL1xVgQcud48-qZDSRCr1zfWZQdHAJn_ciqXqPTSARyg-L-NyNGpVA"),
        (&ed, Hash::Sha256, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"),
    ] {
        let text = jwk.to_string();
        assert_eq!(thumbprint::thumbprint(text.as_bytes(), hash).as_deref(), Ok(expected));
        let set = KeySet::from_jwk(text.as_bytes()).unwrap();
        assert_eq!(set.keys()[0].thumbprint(hash).as_deref(), Some(expected));
    }
    for (jwk, input) in [
        (ed25519(), format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{ED_X}"}}"#)),
        (ec(), format!(r#"{{"crv":"P-256","kty":"EC","x":"{EC_X}","y":"{EC_Y}"}}"#)),
        (
            json!({ "kty": "AKP", "alg": "X", "pub": "AA", "priv": "AQ" }),
            r#"{"alg":"X","kty":"AKP","pub":"AA"}"#.into(),
        ),
        // A thumbprint only names a key: also one that is private, weak or for something else.
        (
            with(ec(), json!({ "d": EC_X, "use": "enc" })),
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{EC_X}","y":"{EC_Y}"}}"#),
        ),
        (json!({ "kty": "RSA", "n": "AQAB", "e": "AQ" }), r#"{"e":"AQ","kty":"RSA","n":"AQAB"}"#.into()),
        (json!({ "kty": "oct", "k": "AA", "kid": 5 }), r#"{"k":"AA","kty":"oct"}"#.into()),
        (json!({ "kty": "OKP", "crv": "X448", "x": "AA" }), r#"{"crv":"X448","kty":"OKP","x":"AA"}"#.into()),
    ] {
        assert_eq!(thumbprint::input(jwk.to_string().as_bytes()), Ok(input));
    }
    for (jwk, error) in [
        (json!({}), Error::JwkMember),
        (json!({ "kty": "ec" }), Error::JwkUnsupported),
        (json!({ "kty": 1 }), Error::JwkMember),
        (without(ec(), "y"), Error::JwkMember),
        (without(ec(), "crv"), Error::JwkMember),
        (with(ec(), json!({ "crv": "" })), Error::JwkMember),
        (with(ec(), json!({ "crv": "P-256\",\"y\":\"" })), Error::JwkMember),
        (with(ec(), json!({ "crv": "a\\" })), Error::JwkMember),
        (with(ec(), json!({ "crv": "\u{e9}" })), Error::JwkMember),
        (with(ec(), json!({ "x": "" })), Error::JwkMember),
        (with(ec(), json!({ "x": "A" })), Error::JwkMember),
        (with(ec(), json!({ "x": "AA==" })), Error::JwkMember),
        (with(ec(), json!({ "x": 5 })), Error::JwkMember),
        (json!({ "kty": "AKP", "pub": "AA" }), Error::JwkMember),
    ] {
        assert_eq!(thumbprint::input(jwk.to_string().as_bytes()).err(), Some(error), "{jwk}");
    }
    assert_eq!(thumbprint::input(b"[]").err(), Some(Error::JwkJson));
    assert_eq!(Hash::from_name("sha384"), Some(Hash::Sha384));
    for name in ["", "SHA256", "sha-256", "sha1", "md5"] {
        assert_eq!(Hash::from_name(name), None);
    }
}

#[test]
fn public_jwks_are_canonical() {
    let mut n = vec![0, 0];
    n.extend(base64url::decode(MODULUS.as_bytes()).unwrap());
    for (jwk, expected) in [
        (rsa_of(&n, &[0, 1, 0, 1]), format!(r#"{{"e":"AQAB","kty":"RSA","n":"{MODULUS}"}}"#)),
        (
            with(ec(), json!({ "kid": "a", "x5c": [] })),
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{EC_X}","y":"{EC_Y}"}}"#),
        ),
        (ed25519(), format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{ED_X}"}}"#)),
        (oct(32), format!(r#"{{"k":"{}","kty":"oct"}}"#, base64url::encode(&[7; 32]))),
    ] {
        let set = KeySet::from_jwk(jwk.to_string().as_bytes()).unwrap();
        let public = set.keys()[0].to_public_jwk().unwrap();
        assert_eq!(public, expected);
        let again = KeySet::from_jwk(public.as_bytes()).unwrap();
        assert_eq!(again.keys()[0].to_public_jwk(), Some(public));
    }
}

#[test]
fn nothing_shows_a_secret() {
    let secret = b"correct horse battery staple, 32";
    let set = KeySet::from_secret(secret).unwrap();
    let shown = format!("{set:?} {:?}", set.keys()[0]);
    assert!(!shown.contains("correct") && !shown.contains("99, 111, 114"), "{shown}");
}

#[cfg(feature = "ml-dsa")]
#[test]
fn ml_dsa_keys() {
    use jotgate::key::pem as reader;
    for (alg, length, arc) in [(Alg::MlDsa44, 1312, 17), (Alg::MlDsa65, 1952, 18), (Alg::MlDsa87, 2592, 19)] {
        let public = vec![9; length];
        let jwk = json!({ "kty": "AKP", "alg": alg.name(), "pub": base64url::encode(&public) });
        let set = KeySet::from_jwk(jwk.to_string().as_bytes()).unwrap();
        let allowed: Vec<Alg> = Alg::ALL.iter().copied().filter(|alg| set.keys()[0].allows(*alg)).collect();
        assert_eq!(allowed, [alg]);

        // RFC 9881 §2: no parameters.
        let length = u16::try_from(length).unwrap();
        let oid = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, arc];
        let spki = |algorithm: &[u8]| {
            let bits = [&[3, 0x82], &(length + 1).to_be_bytes()[..], &[0], &public].concat();
            let algorithm = [&[0x30, algorithm.len() as u8], algorithm].concat();
            let total = u16::try_from(algorithm.len() + bits.len()).unwrap();
            pem("PUBLIC KEY", &[&[0x30, 0x82], &total.to_be_bytes()[..], &algorithm, &bits].concat())
        };
        let from_pem = reader::parse(spki(&oid).as_bytes()).unwrap();
        assert_eq!(from_pem.to_public_jwk(), set.keys()[0].to_public_jwk());
        let with_null = spki(&[&oid[..], &[5, 0]].concat());
        assert_eq!(reader::parse(with_null.as_bytes()).err(), Some(Error::PemInvalid));

        for (wrong, error) in [
            (with(jwk.clone(), json!({ "priv": "AA" })), Error::JwkPrivate),
            (with(jwk.clone(), json!({ "pub": base64url::encode(&public[1..]) })), Error::PublicKeySize),
            (with(jwk.clone(), json!({ "pub": "" })), Error::PublicKeySize),
            (without(jwk.clone(), "pub"), Error::JwkMember),
            (without(jwk.clone(), "alg"), Error::JwkUnsupported),
            (with(jwk.clone(), json!({ "alg": "ml-dsa-44" })), Error::JwkUnsupported),
            (with(jwk, json!({ "kty": "OKP" })), Error::JwkMember),
        ] {
            assert_eq!(KeySet::from_jwk(wrong.to_string().as_bytes()).err(), Some(error));
        }
    }
}
