//! Public keys as PEM: `PUBLIC KEY` of RFC 7468 §13, holding the
//! SubjectPublicKeyInfo of RFC 5280 §4.1.2.7.

use super::jwk::integer;
use super::{Key, Material};
use crate::core::alg::{Alg, KeyType};
use crate::core::error::Error;

// Identifiers as the contents of their DER elements, X.690 §8.19. A few elements
// are read here by hand: crates for all of ASN.1 are ten times the size.

/// `rsaEncryption`, 1.2.840.113549.1.1.1, RFC 3279 §2.3.1.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-ecPublicKey`, 1.2.840.10045.2.1, RFC 5480 §2.1.1.
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `id-Ed25519`, 1.3.101.112, RFC 8410 §3.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// The named curves of RFC 5480 §2.1.1.1 (1.2.840.10045.3.1.7, 1.3.132.0.34,
/// 1.3.132.0.35) and SEC 2 §A.2.1 (1.3.132.0.10).
const CURVES: [(&[u8], KeyType); 4] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], KeyType::P256),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], KeyType::P384),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], KeyType::P521),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], KeyType::Secp256k1),
];

/// The parameter sets of RFC 9881 §2, 2.16.840.1.101.3.4.3.17 to 19.
const ML_DSA: [(&[u8], KeyType, &str); 3] = [
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11], KeyType::MlDsa44, "ML-DSA-44"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12], KeyType::MlDsa65, "ML-DSA-65"),
    (&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13], KeyType::MlDsa87, "ML-DSA-87"),
];

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// The whole element NULL.
const NULL: &[u8] = &[0x05, 0x00];

/// Reads one public key from PEM text. White space around it is ignored;
/// anything else around it, headers and a second key are not accepted.
///
/// # Errors
///
/// - [`Error::JwkPrivate`]: the text is a private key
/// - [`Error::PemLabel`]: a certificate, an `RSA PUBLIC KEY` or another label
///   than `PUBLIC KEY`
/// - [`Error::PemInvalid`]: not PEM, or not a DER SubjectPublicKeyInfo
/// - [`Error::JwkUnsupported`]: no algorithm here works with this key
/// - what [`jwk::read`](super::jwk::read) finds wrong with the key itself
pub fn parse(text: &[u8]) -> Result<Key, Error> {
    let text = text.trim_ascii();
    // RFC 7468 §2 lets text stand before the key; whose text that is nobody checks.
    if !text.starts_with(b"-----BEGIN ") {
        return Err(Error::PemInvalid);
    }
    let mut decoder = pem_rfc7468::Decoder::new_detect_wrap(text).map_err(|_| Error::PemInvalid)?;
    match decoder.type_label() {
        "PUBLIC KEY" => {}
        label if label.ends_with("PRIVATE KEY") => return Err(Error::JwkPrivate),
        _ => return Err(Error::PemLabel),
    }
    let mut der = alloc::vec::Vec::new();
    decoder.decode_to_end(&mut der).map_err(|_| Error::PemInvalid)?;
    read(&der)
}

/// Reads a DER SubjectPublicKeyInfo.
fn read(der: &[u8]) -> Result<Key, Error> {
    let (algorithm, parameters, public_key) = subject_public_key_info(der).ok_or(Error::PemInvalid)?;
    let (key_type, material, alg) = match algorithm {
        RSA => {
            let material = rsa(public_key).filter(|_| parameters == NULL);
            (KeyType::Rsa, material.ok_or(Error::PemInvalid)?, None)
        }
        EC => {
            let (key_type, material) = ec(parameters, public_key)?;
            (key_type, material, None)
        }
        ED25519 => {
            no(parameters)?;
            let x = public_key.to_vec();
            (KeyType::Ed25519, Material::Okp { x }, None)
        }
        identifier => {
            let (_, key_type, alg) =
                ML_DSA.into_iter().find(|(known, ..)| *known == identifier).ok_or(Error::JwkUnsupported)?;
            no(parameters)?;
            let alg = Alg::from_name(alg).ok_or(Error::JwkUnsupported)?;
            let public = public_key.to_vec();
            (key_type, Material::Akp { public }, Some(alg))
        }
    };
    Key::new(key_type, material, None, alg)
}

/// The first element, which must have this tag: its contents, and what follows.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let ([first, length], rest) = der.split_first_chunk()?;
    // The shortest form only (X.690 §10.1); no key has more than 65 535 octets.
    let (length, rest) = match *length {
        0..=0x7f => (usize::from(*length), rest),
        0x81 => {
            let (length, rest) = rest.split_first().filter(|(length, _)| **length >= 0x80)?;
            (usize::from(*length), rest)
        }
        0x82 => {
            let (length, rest) = rest.split_first_chunk().filter(|([high, _], _)| *high > 0)?;
            (usize::from(u16::from_be_bytes(*length)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length).filter(|_| *first == tag)
}

/// The contents of an element that nothing follows.
fn only(tag: u8, der: &[u8]) -> Option<&[u8]> {
    element(tag, der).filter(|(_, rest)| rest.is_empty()).map(|(contents, _)| contents)
}

/// The algorithm's identifier, its parameters as they stand, and the public key.
fn subject_public_key_info(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (algorithm, rest) = element(SEQUENCE, only(SEQUENCE, der)?)?;
    let (identifier, parameters) = element(OBJECT_IDENTIFIER, algorithm)?;
    let (unused_bits, public_key) = only(BIT_STRING, rest)?.split_first()?;
    (*unused_bits == 0).then_some((identifier, parameters, public_key))
}

/// RFC 8410 §3 and RFC 9881 §2: the parameters are absent.
fn no(parameters: &[u8]) -> Result<(), Error> {
    if parameters.is_empty() { Ok(()) } else { Err(Error::PemInvalid) }
}

/// The `RSAPublicKey` of RFC 8017 §A.1.1.
fn rsa(public_key: &[u8]) -> Option<Material> {
    let (n, rest) = element(INTEGER, only(SEQUENCE, public_key)?)?;
    let e = only(INTEGER, rest)?;
    Some(Material::Rsa { n: unsigned(n)?, e: unsigned(e)? })
}

/// An integer that is not negative, in its shortest form (X.690 §8.3.2).
fn unsigned(contents: &[u8]) -> Option<alloc::vec::Vec<u8>> {
    match contents {
        [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => None,
        _ => Some(integer(contents.to_vec())),
    }
}

/// An uncompressed point on a named curve, RFC 5480 §2.2; the compressed form
/// is optional there and not taken.
fn ec(parameters: &[u8], public_key: &[u8]) -> Result<(KeyType, Material), Error> {
    if parameters.is_empty() {
        return Err(Error::PemInvalid);
    }
    let curve = only(OBJECT_IDENTIFIER, parameters).ok_or(Error::JwkUnsupported)?;
    let (_, key_type) = CURVES.into_iter().find(|(known, _)| *known == curve).ok_or(Error::JwkUnsupported)?;
    let point = match public_key {
        [4, point @ ..] if point.len() % 2 == 0 => point,
        _ => return Err(Error::EcPoint),
    };
    let (x, y) = point.split_at_checked(point.len() / 2).ok_or(Error::EcPoint)?;
    Ok((key_type, Material::Ec { x: x.to_vec(), y: y.to_vec() }))
}
